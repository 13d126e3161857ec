"""Questions of a file into the bank: what is shown first, what comes in then, and what never does."""

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from encore.ledger.models import AuditEntry, Job, Plan
from encore.ledger.worker import Worker
from encore.toolkit.models import Draft, FileUse, Item
from encore.toolkit.places import address
from encore.toolkit.scoping import shown_in
from encore.toolkit.tests.places import text
from encore.tools.quizzes.actions import bringing
from encore.tools.quizzes.alike import paths_in
from encore.tools.quizzes.content import Question

REAL = Path(__file__).parents[5] / "shared/data/questions"
GIFT = """$CATEGORY: $course$/top/Geography/Capitals

// [tag:easy]
::Italy::The capital of Italy?{=Rome ~Milan}

::France::The capital of France?{=Paris ~Lyon}
"""
BROKEN = GIFT + "\n::Odd::An opened brace {=never closed\n"


@pytest.fixture
def send(client_of):
    """send(here, GIFT, name="q.txt", …) → the answer to the form with this file."""

    def post(here, content, name="questions.txt", **fields):
        data = content.encode() if isinstance(content, str) else content
        fields["file"] = SimpleUploadedFile(name, data)
        return client_of(here.person).post(address(here, "quizzes:import"), fields)

    return post


@pytest.fixture
def bring(send, client_of):
    """bring(here, GIFT, how="publish") → the answer to the plan's form."""

    def post(here, content, how="publish", **fields):
        page = send(here, content, **fields).url
        return client_of(here.person).post(page, {"how": how, **({"skip_refused": "yes"} if "Odd" in content else {})})

    return post


def titles(here):
    return list(shown_in(here, kind="question").values_list("title", flat=True))


def test_a_file_becomes_a_plan_that_is_shown_and_nothing_is_in_the_bank(send, client_of, place, dolores):
    here = place(dolores)

    response = send(here, GIFT)
    page = text(client_of(dolores).get(response.url))

    assert response.status_code == 302
    assert "Read as GIFT, in UTF-8." in page
    assert "Bring in 2 questions" in page
    assert "Geography / Capitals" in page
    assert "Single choice" in page
    assert not Item.objects.filter(kind="question").exists()


def test_all_of_it_is_published_in_categories_that_are_made(bring, place, dolores):
    here = place(dolores)

    assert bring(here, GIFT).status_code == 302

    assert titles(here) == ["Italy", "France"]
    italy = shown_in(here, kind="question").get(title="Italy")
    assert paths_in(here)[italy.parent_id] == ("Geography", "Capitals")
    assert Question.read(italy.content).tags == ["easy"]
    assert not Draft.objects.exists()
    assert AuditEntry.objects.filter(verb="apply plan").exists()


def test_drafts_are_in_the_bank_and_published_nowhere(bring, place, dolores):
    bring(place(dolores), GIFT, how="draft")

    assert titles(place(dolores)) == []
    assert set(Draft.objects.values_list("title", flat=True)) == {"Geography", "Capitals", "Italy", "France"}


def test_an_assistant_brings_in_drafts_and_cannot_publish(bring, send, client_of, place, asif):
    page = text(client_of(asif).get(send(place(asif), GIFT).url))

    assert 'value="publish" id="how-publish" disabled' in page
    assert bring(place(asif), GIFT).status_code == 403
    assert not Item.objects.exists()
    assert bring(place(asif), GIFT, how="draft").status_code == 302
    assert Draft.objects.filter(item__kind="question").count() == 2


def test_refused_questions_keep_out_the_rest_until_they_are_skipped(send, client_of, place, dolores):
    here = place(dolores)
    page = send(here, BROKEN).url
    shown = text(client_of(dolores).get(page))

    refused = client_of(dolores).post(page, {"how": "publish"})

    assert "The brace that opens the answers is never closed." in shown
    assert "1 question is refused, so nothing is brought in." in text(refused)
    assert refused.status_code == 422
    assert titles(here) == []
    client_of(dolores).post(page, {"how": "publish", "skip_refused": "yes"})
    assert titles(here) == ["Italy", "France"]


def test_the_same_file_again_has_nothing_new(bring, send, client_of, place, dolores):
    here = place(dolores)
    bring(here, GIFT)

    page = text(client_of(dolores).get(send(here, GIFT).url))

    assert page.count("It is in the bank already.") == 2
    assert "Every question of this file is in the bank already." in page


def test_two_plans_of_one_file_bring_it_in_once(send, client_of, place, dolores):
    here = place(dolores)
    pages = [send(here, GIFT).url for _twice in range(2)]

    for page in pages * 2:
        client_of(dolores).post(page, {"how": "publish"})

    assert titles(here) == ["Italy", "France"]


def test_the_same_question_twice_in_a_file_comes_once(bring, send, client_of, place, dolores):
    here = place(dolores)
    twice = GIFT + "\n// [tag:easy]\n::Italy::The capital of Italy?{=Rome ~Milan}\n"

    page = text(client_of(dolores).get(send(here, twice).url))

    assert "The same stands on line 4." in page
    bring(here, twice)
    assert titles(here) == ["Italy", "France"]


def test_a_file_goes_below_the_category_that_is_chosen_and_uses_what_is_there(bring, place, dolores, write):
    here = place(dolores)
    into = write(here, "Exam", kind="question_category")
    bring(here, GIFT, category=str(into.uuid))
    bring(here, "$CATEGORY: exam/geography/Capitals\n\n::Spain::The capital of Spain?{=Madrid ~Seville}\n")

    assert set(paths_in(here).values()) == {
        ("Exam",),
        ("Exam", "Geography"),
        ("Exam", "Geography", "Capitals"),
    }
    assert titles(here) == ["Italy", "France", "Spain"]


def test_in_a_session_they_are_for_this_session_only(bring, place, chidi, autumn, spring, carla):
    bring(place(chidi, autumn), GIFT)

    assert titles(place(chidi, autumn)) == ["Italy", "France"]
    assert titles(place(carla, spring)) == []
    assert not Item.objects.filter(kind="question", session_course=None).exists()


def test_a_plan_is_found_by_who_made_it_in_its_place_alone(
    send, client_of, place, dolores, asif, chidi, autumn, carla, spring
):
    page = send(place(chidi, autumn), GIFT).url
    plan = Plan.objects.get()

    assert client_of(chidi).get(page).status_code == 200
    assert client_of(dolores).get(address(place(dolores), "quizzes:import_plan", plan=plan.uuid)).status_code == 404
    assert client_of(carla).get(address(place(carla, spring), "quizzes:import_plan", plan=plan.uuid)).status_code == 404
    assert client_of(carla).get(page).status_code in (403, 404)


def test_learners_and_coaches_of_elsewhere_have_no_door_there(client_of, place, amina, autumn, carla):
    for route in ("quizzes:import", "quizzes:export"):
        assert client_of(amina).get(address(place(amina, autumn), route)).status_code in (403, 404)
        assert client_of(carla).get(address(place(amina, autumn), route)).status_code in (403, 404)


def test_much_is_written_by_the_worker_in_one_transaction(send, client_of, place, dolores, monkeypatch, at):
    monkeypatch.setattr(bringing, "AT_ONCE", 1)
    here = place(dolores)
    page = send(here, GIFT).url

    client_of(dolores).post(page, {"how": "publish"})
    waiting = text(client_of(dolores).get(page))
    Worker(lambda: at, heartbeat=False).drain()

    assert "Bringing the questions in" in waiting
    assert Job.objects.get().message == "2 questions are in the bank now."
    assert titles(here) == ["Italy", "France"]
    assert Job.objects.get().state == Job.State.DONE
    assert "2 questions are in the bank now." in text(client_of(dolores).get(page))


def test_a_hundred_questions_ask_as_many_queries_as_ten(send, client_of, place, dolores, django_assert_max_num_queries):
    counts = []
    for many in (10, 100):
        content = "\n\n".join(f"::{many}-{n}::Which?{{={n} ~{n + 1}}}" for n in range(many))
        page = send(place(dolores), content).url
        client = client_of(dolores)
        with django_assert_max_num_queries(120) as seen:
            client.post(page, {"how": "publish"})
        counts.append(len(seen))

    assert counts[1] <= counts[0] + 12  # larger batches


def test_a_failure_in_the_middle_leaves_nothing(send, client_of, place, dolores, monkeypatch):
    here = place(dolores)
    page = send(here, GIFT).url

    def fails(*args, **kwargs):
        raise RuntimeError

    monkeypatch.setattr(bringing, "publish", fails)
    with pytest.raises(RuntimeError):
        client_of(dolores).post(page, {"how": "publish"})

    assert not Item.objects.exists()
    assert Plan.objects.get().state == Plan.State.READY


def test_a_plan_that_is_discarded_holds_nothing_of_the_file(send, client_of, place, dolores):
    page = send(place(dolores), GIFT).url
    plan = Plan.objects.get()

    client_of(dolores).post(address(place(dolores), "quizzes:import_removal", plan=plan.uuid))

    assert set(map(str, plan.rows.values_list("data", flat=True))) == {"{}"}
    assert "discarded" in text(client_of(dolores).get(page))
    client_of(dolores).post(page, {"how": "publish"})
    assert not Item.objects.exists()


def test_pictures_come_along_and_are_served_and_go_out_again(bring, client_of, place, dolores):
    if not REAL.exists():
        pytest.skip(f"The real files are not there: {REAL}")
    here = place(dolores)
    page = bring(here, (REAL / "multichoice.xml").read_text(), name="multichoice.xml").url
    item = shown_in(here, kind="question").get()

    assert "1 question is in the bank now." in text(client_of(dolores).get(page))
    uses = FileUse.objects.filter(version__item=item)
    assert {use.name for use in uses} >= {"bonjour.mp3", "flag-uk.jpg"}
    flag = uses.get(name="flag-uk.jpg")
    assert f"file:{flag.uuid}" in str(item.content)
    served = client_of(dolores).get(address(here, "files:show", uuid=flag.uuid, name="flag-uk.jpg"))
    assert served.status_code == 200
    taken = client_of(dolores).get(address(here, "quizzes:export") + "?format=xml&download=yes")
    assert 'filename="eth-questions.xml"' in taken["Content-Disposition"]
    again = client_of(dolores).post(
        address(here, "quizzes:import"), {"file": SimpleUploadedFile("again.xml", taken.content)}
    )
    assert "It is in the bank already." in text(client_of(dolores).get(again.url))


def test_the_page_of_an_export_says_what_the_file_cannot_hold(client_of, place, dolores, ask):
    here = place(dolores)
    steps = [{"id": "a", "text": "one"}, {"id": "b", "text": "two"}]
    ask(here, "In order", {"text": "Sort", "body": {"type": "ordering", "steps": steps}})
    ask(here, "Much", {"text": "Why?", "body": {"type": "essay"}, "points": "4"})

    page = text(client_of(dolores).get(address(here, "quizzes:export") + "?format=gift"))

    assert "The file holds 1 question." in page
    assert "GIFT has no questions of this type." in page
    assert "GIFT has no points: it comes back with one." in page


@pytest.mark.parametrize(
    ("content", "name", "says"),
    [
        ("", "q.txt", "The file is empty."),
        ("Just some words.\n", "q.txt", "This is text, but neither GIFT"),
        ("<quiz><question", "q.xml", "Line 1: this is not well-formed XML"),
        ("<html><body>Sign in</body></html>", "q.xml", "This is a web page"),
        ("<?xml version='1.0'?><questestinterop/>", "q.xml", "This is QTI"),
        ("<?xml version='1.0'?><users/>", "q.xml", "Moodle XML begins with"),
        ("<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b 'c'>]><quiz>&b;</quiz>", "q.xml", "declares a document type"),
        ("Question;Type;Text\na;b;c\n", "q.csv", "There are two columns for the same"),
        (b"%PDF-1.7", "q.pdf", "This is a PDF file."),
        (b"\x1f\x8b\x08\x00backup", "q.mbz", "This is a packed file"),
        (b"PK\x03\x04nothing", "q.xlsx", "This workbook is damaged"),
    ],
)
def test_a_file_that_is_none_is_refused_in_words(content, name, says, send, place, dolores):
    response = send(place(dolores), content, name=name)

    assert response.status_code == 422
    assert says in text(response).replace("&lt;", "<")
    assert not Plan.objects.exists()


def test_the_format_can_be_chosen_and_a_wrong_choice_is_told(send, client_of, place, dolores):
    def send_and_look(*args, **fields):
        return client_of(dolores).get(send(*args, **fields).url)

    assert "You chose Aiken, but this file is Moodle XML." in text(
        send(place(dolores), "<?xml version='1.0'?><quiz/>", format="aiken")
    )
    assert "There is no column “Question”" in text(send(place(dolores), "Only words.\nand more", format="sheet"))
    assert "There are no answers in braces" in text(send_and_look(place(dolores), "Only words.", format="gift"))


def test_more_questions_than_can_be_taken_are_told(send, place, dolores, monkeypatch):
    from encore.tools.quizzes.formats import reading

    monkeypatch.setattr(reading, "MOST_QUESTIONS", 1)

    assert "The file has 2 questions; at most 1 are brought in at once." in text(send(place(dolores), GIFT))

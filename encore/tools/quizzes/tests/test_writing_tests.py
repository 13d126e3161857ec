"""The bank, tests made of it, their settings and exceptions: as teachers and coaches meet them, and as nobody else."""

import re
from uuid import uuid4

import pytest

from encore.courses.models import Enrolment
from encore.ledger.models import AuditEntry
from encore.toolkit.models import Draft, ItemException, ItemSettings, Schedule
from encore.toolkit.places import address
from encore.toolkit.publishing import open_draft, remove
from encore.toolkit.scoping import shown_in
from encore.toolkit.settings import set_settings
from encore.toolkit.tests.places import queries, text
from encore.tools.quizzes.actions.taking import begin, options_for
from encore.tools.quizzes.bank import bank_in
from encore.tools.quizzes.content import Question, Test
from encore.tools.quizzes.models import Attempt
from encore.tools.quizzes.tests.papers import ESSAY, choice


@pytest.fixture
def teacher(place, dolores):
    return place(dolores)


@pytest.fixture
def coach(place, chidi, autumn):
    return place(chidi, autumn)


@pytest.fixture
def questions(ask, teacher):
    return [ask(teacher, f"Q{n}", choice("abc"[n], tags=["odd"] if n % 2 else [])) for n in range(3)]


@pytest.fixture
def category(write, teacher):
    return write(teacher, "Logic", kind="question_category")


def main(response):
    page = text(response)
    return page[page.index("<main") :]


def keys_of(page, name):
    return re.findall(rf'name="{name}" value="([a-z0-9]+)"', page)


# The bank


def test_the_bank_lists_finds_and_filters(teacher, questions, category, ask, make_test, get):
    inside = ask(teacher, "Syllogism", ESSAY, parent=category)
    make_test(teacher, "Final", questions[:1])

    everything = main(get(teacher, "quizzes:bank"))
    in_category = main(get(teacher, "quizzes:category", uuid=category.uuid))
    by_words = main(get(teacher, "quizzes:bank", "?q=why"))
    by_type = main(get(teacher, "quizzes:bank", "?type=essay"))
    by_tag = main(get(teacher, "quizzes:bank", "?tag=odd"))
    unused = main(get(teacher, "quizzes:bank", "?state=unused"))

    assert all(title in everything for title in ("Q0", "Q1", "Q2", "Syllogism", "Logic", "Final"))
    for page in (in_category, by_words, by_type):
        assert str(inside.uuid) in page and str(questions[0].uuid) not in page
    assert str(questions[1].uuid) in by_tag and str(questions[0].uuid) not in by_tag
    assert str(questions[1].uuid) in unused and str(questions[0].uuid) not in unused


def test_learners_never_reach_a_question_or_the_bank(get, place, amina, autumn, questions, make_test, teacher):
    make_test(teacher, "Final", questions)
    here, uuid = place(amina, autumn), questions[0].uuid

    assert get(here, "quizzes:bank").status_code == 403
    for route in ("question", "edit", "preview", "versions", "choose", "settings"):
        assert get(here, f"quizzes:{route}", uuid=uuid).status_code in (403, 404), route
    assert get(here, "items:open", uuid=uuid).status_code in (302, 403, 404)
    listed = main(get(here, "quizzes:index"))
    assert "Final" in listed and "Q0" not in listed and str(uuid) not in listed


def test_a_question_is_shown_as_learners_meet_it_with_its_key(teacher, ask, make_test, get):
    question = ask(teacher, "Which", choice("b", feedback="<p>Read page 9.</p>"))
    make_test(teacher, "Final", [question])

    page = main(get(teacher, "quizzes:question", uuid=question.uuid))

    assert 'type="radio"' in page and "Right answer" in page and "Option b" in page and "Read page 9." in page
    assert "Final" in page


def test_a_question_of_another_session_is_not_found(ask, place, chidi, autumn, carla, spring, get):
    question = ask(place(chidi, autumn), "Ours", choice())

    assert get(place(carla, spring), "quizzes:question", uuid=question.uuid).status_code == 404
    assert "Ours" in main(get(place(chidi, autumn), "quizzes:bank"))
    assert "Ours" not in main(get(place(carla, spring), "quizzes:bank"))


def test_an_assistant_writes_drafts(place, asif, post, get, teacher):
    here, uuid = place(asif), uuid4()
    fields = {"options": ["a", "b"], "options-a-text": "1", "options-b-text": "2", "options-a-right": "on"}
    data = {"title": "Mine", "points": "1", "look": "list", "text": "?", "do": "publish", **fields}

    response = post(here, "quizzes:edit", data, "?kind=question&type=single", uuid=uuid)

    assert response.status_code == 302 and Draft.objects.get(item__uuid=uuid).title == "Mine"
    assert "Draft" in main(get(teacher, "quizzes:bank"))
    assert not shown_in(teacher, kind="question").exists()


def test_questions_are_copied_and_moved(teacher, questions, category, post, place, asif):
    copied = post(teacher, "quizzes:copy", uuid=questions[0].uuid)
    draft = Draft.objects.get()
    moved = post(
        teacher, "quizzes:move_questions", {"chosen": [str(q.uuid) for q in questions[:2]], "category": category.uuid}
    )
    refused = post(
        place(asif), "quizzes:move_questions", {"chosen": [str(questions[2].uuid)], "category": category.uuid}
    )

    assert draft.title == "Q0 (copy)" and draft.content["body"]["type"] == "single"
    assert copied.headers["Location"] == address(teacher, "quizzes:edit", uuid=draft.item.uuid)
    assert moved.headers["Location"] == address(teacher, "quizzes:category", uuid=category.uuid)
    assert [one.categories for one in bank_in(teacher)].count((category.uuid,)) == 2
    assert refused.status_code == 403


def test_removing_a_question_says_which_test_asks_it(teacher, questions, make_test, get):
    make_test(teacher, "Final", questions[:1])

    assert "Final" in main(get(teacher, "quizzes:remove", uuid=questions[0].uuid))
    assert "Final" not in main(get(teacher, "quizzes:remove", uuid=questions[1].uuid))


@pytest.mark.parametrize("many", [3, 60])
def test_queries_of_the_bank_do_not_grow(many, ask, teacher, client_of, django_assert_max_num_queries):
    for n in range(many):
        ask(teacher, f"M{n}", choice())
    client, where = client_of(teacher.person), address(teacher, "quizzes:bank")
    client.get(where)

    queries(django_assert_max_num_queries, 14, lambda: client.get(where))
    queries(django_assert_max_num_queries, 16, lambda: client.get(f"{where}?q=which"))
    assert main(client.get(where)).count('name="chosen"') == min(many, 50)


# Tests


def test_a_test_is_written_with_sections_questions_and_draws(teacher, questions, category, post, get):
    uuid = uuid4()
    begun = post(
        teacher,
        "quizzes:edit",
        {"title": "Final", "sections": ["s1"], "s": "", "do": "choose s1"},
        "?kind=test",
        uuid=uuid,
    )
    chosen = post(teacher, "quizzes:choose", {"chosen": [str(q.uuid) for q in questions[:2]]}, "?section=s1", uuid=uuid)
    page = text(get(teacher, "quizzes:edit", uuid=uuid))
    parts = keys_of(page, "parts-s1")
    stamp = re.search(r'name="stamp" value="(\d+)"', page)[1]
    fields = {
        "title": "Final",
        "stamp": stamp,
        "seen": "0",
        "sections": ["s1", "s2"],
        "sections-s1-title": "First",
        "sections-s2-shuffle": "on",
        "parts-s1": [parts[1], parts[0]],
        f"parts-s1-{parts[0]}-question": str(questions[0].uuid),
        f"parts-s1-{parts[1]}-question": str(questions[1].uuid),
        f"parts-s1-{parts[1]}-points": "2,5",
        "parts-s2": ["d1"],
        "parts-s2-d1-count": "5",
        "parts-s2-d1-tags": "odd",
    }
    saved = post(teacher, "quizzes:edit", {**fields, "do": "publish"}, uuid=uuid)

    assert begun.headers["Location"] == address(teacher, "quizzes:choose", uuid=uuid) + "?section=s1"
    assert chosen.status_code == 302 and len(parts) == 2 and "2 questions, 2 points" in page
    assert saved.status_code == 302
    first, second = Test.read(shown_in(teacher, kind="test").get(uuid=uuid).content).sections
    assert [part.question for part in first.parts] == [questions[1].uuid, questions[0].uuid]
    assert (first.title, first.parts[0].points, first.parts[1].points) == ("First", 2.5, None)
    assert (second.shuffle, second.parts[0].count, second.parts[0].tags) == (True, 5, ["odd"])
    shown = main(get(teacher, "quizzes:show", uuid=uuid))
    assert "3.5 points" in shown and "Only 0 questions fit" in shown
    assert "Only 0 questions fit" in text(get(teacher, "quizzes:edit", uuid=uuid))


def test_sections_and_draws_are_added_and_removed_without_javascript(teacher, post):
    fields = {"title": "T", "sections": ["s1"], "parts-s1": ["d1"], "parts-s1-d1-count": "2"}

    def sent(do):
        page = text(post(teacher, "quizzes:edit", {**fields, "do": do}, "?kind=test", uuid=uuid4()))
        return keys_of(page, "sections"), keys_of(page, "parts-s1")

    assert len(sent("add sections")[0]) == 2
    assert len(sent("add parts-s1")[1]) == 2
    assert sent("remove parts-s1 d1") == (["s1"], [])
    assert sent("remove sections s1")[0] == []
    assert not Draft.objects.exists()


def test_a_draw_without_a_number_is_refused(teacher, post):
    fields = {"title": "T", "sections": ["s1"], "parts-s1": ["d1"], "parts-s1-d1-count": "", "do": "publish"}

    response = post(teacher, "quizzes:edit", fields, "?kind=test", uuid=uuid4())

    assert response.status_code == 200 and "This field is required." in text(response)


def test_choosing_finds_marks_and_adds_once(teacher, questions, make_test, get, post, place, amina, autumn):
    test = make_test(teacher, "Final", questions[:1])

    page = main(get(teacher, "quizzes:choose", "?q=Q", uuid=test.uuid))
    for _time in range(2):
        post(teacher, "quizzes:choose", {"chosen": [str(q.uuid) for q in questions], "more": "x"}, uuid=test.uuid)

    assert page.count('name="chosen"') == 2 and "asked already" in page
    draft = Test.read(Draft.objects.get(item=test).content)
    assert [part.question for part in draft.sections[0].parts] == [q.uuid for q in questions]
    assert len(Test.read(shown_in(teacher).get(pk=test.pk).content).sections[0].parts) == 1
    assert get(place(amina, autumn), "quizzes:choose", uuid=test.uuid).status_code == 403


def test_questions_are_put_under_a_text_to_read(teacher, questions, ask, get, post):
    passage = ask(teacher, "To read", {"text": "<p>Once.</p>", "body": {"type": "passage", "questions": []}})

    post(teacher, "quizzes:choose", {"chosen": [str(questions[0].uuid), str(passage.uuid)]}, uuid=passage.uuid)

    body = Question.read(Draft.objects.get(item=passage).content).body
    assert body.questions == [questions[0].uuid]
    assert "Q0" in text(get(teacher, "quizzes:edit", uuid=passage.uuid))


def test_a_question_that_is_gone_is_told(teacher, questions, make_test, get):
    test = make_test(teacher, "Final", questions[:1])
    remove(shown_in(teacher).get(pk=questions[0].pk), teacher)

    assert "not there any more" in main(get(teacher, "quizzes:show", uuid=test.uuid))
    assert "not there any more" in main(get(teacher, "quizzes:edit", uuid=test.uuid))


def test_a_coach_writes_a_test_of_the_session_alone(coach, teacher, questions, post, get, place, carla, spring):
    uuid = uuid4()
    part = {"parts-s1": ["p1"], "parts-s1-p1-question": str(questions[0].uuid)}

    post(coach, "quizzes:edit", {"title": "Ours", "sections": ["s1"], **part, "do": "publish"}, "?kind=test", uuid=uuid)

    assert "Ours" in main(get(coach, "quizzes:index"))
    assert "Ours" not in main(get(teacher, "quizzes:index"))
    assert "Ours" not in main(get(place(carla, spring), "quizzes:index"))


def test_previews_and_versions_show_what_is_asked(teacher, questions, make_test, get):
    test = make_test(teacher, "Final", questions)
    open_draft(shown_in(teacher).get(pk=test.pk), teacher)

    assert "Q1" in main(get(teacher, "quizzes:preview", uuid=test.uuid))
    assert "Q1" in main(get(teacher, "quizzes:version", uuid=test.uuid, number=1))
    assert "Option a" in main(get(teacher, "quizzes:version", uuid=questions[0].uuid, number=1))


@pytest.mark.parametrize("many", [3, 30])
def test_queries_of_the_editor_do_not_grow(many, ask, teacher, make_test, client_of, django_assert_max_num_queries):
    made = [ask(teacher, f"M{n}", choice()) for n in range(many)]
    test = make_test(teacher, "Many", made, parts=[{"type": "draw", "count": 1}])
    client = client_of(teacher.person)
    show, edit = (address(teacher, f"quizzes:{route}", uuid=test.uuid) for route in ("show", "edit"))
    client.get(show)

    queries(django_assert_max_num_queries, 18, lambda: client.get(show))
    queries(django_assert_max_num_queries, 22, lambda: client.get(edit))


# Settings


def test_settings_are_inherited_until_they_are_set(
    teacher, coach, questions, make_test, get, post, place, amina, autumn
):
    test = make_test(teacher, "Final", questions, minutes=30, counts="last")

    page = main(get(coach, "quizzes:settings", uuid=test.uuid))
    said = {"minutes": "none", "attempts": "2", "paging": "one", "way_back": "no", "closes": "end - 1 day"}
    saved = post(coach, "quizzes:settings", {**fields_of(page), **said}, uuid=test.uuid)
    again = main(get(coach, "quizzes:settings", uuid=test.uuid))

    assert (
        "as in the course, 30" in page and "As in the course: the last" in page and "As usual: all on one page" in page
    )
    assert saved.status_code == 302
    row = ItemSettings.objects.get(session_course=coach.session_course)
    assert row.options == {"minutes": None, "attempts": 2, "paging": "one", "way_back": False}
    assert row.closes == "end - 1 day"
    options = options_for(place(amina, autumn), shown_in(place(amina, autumn)).get(pk=test.pk))
    assert (options.minutes, options.attempts, options.counts, options.way_back) == (None, 2, "last", False)
    assert 'value="2"' in again and 'value="none"' in again


def fields_of(page):
    return {"shown": re.search(r'name="shown" value="([^"]*)"', page)[1].replace("&quot;", '"')}


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("minutes", "0", "At least 1."),
        ("attempts", "two", "This is not a number."),
        ("pass_share", "120", "At most 100."),
        ("closes", "some day", ""),
        ("paging", "upside down", "Select a valid choice."),
    ],
)
def test_settings_that_cannot_be_are_refused_in_words(name, value, said, teacher, questions, make_test, post):
    test = make_test(teacher, "Final", questions)

    response = post(teacher, "quizzes:settings", {name: value}, uuid=test.uuid)

    assert response.status_code == 422 and "field-error" in text(response) and said in text(response)
    assert not ItemSettings.objects.exists()


def test_only_who_publishes_sets_what_counts_in_the_course(place, asif, make_test, teacher, questions, get, post):
    test = make_test(teacher, "Final", questions)

    assert get(place(asif), "quizzes:settings", uuid=test.uuid).status_code == 403
    assert post(place(asif), "quizzes:settings", {"minutes": "5"}, uuid=test.uuid).status_code == 403


# Exceptions


@pytest.fixture
def of_amina(amina, autumn):
    return Enrolment.objects.get(person=amina, session=autumn)


def test_one_learner_gets_more_time_and_another_date(
    coach, teacher, questions, make_test, get, post, of_amina, place, amina, autumn, shown
):
    test = make_test(teacher, "Final", questions, minutes=40, closes="2026-11-30 12:00")
    listed = main(get(coach, "quizzes:exceptions", uuid=test.uuid))
    said = {"time_factor": "1,25", "attempts": "3", "closes": "2026-12-05 12:00", "reason": "Illness"}

    saved = post(coach, "quizzes:exception", said, uuid=test.uuid, enrolment=of_amina.pk)

    assert "Haddad" in listed and saved.status_code == 302
    assert "Illness" in main(get(coach, "quizzes:exceptions", uuid=test.uuid))
    here = place(amina, autumn)
    attempt = begin(here, shown(here, test))
    assert (attempt.ends_at - attempt.started_at).total_seconds() == 50 * 60
    assert Attempt.objects.get().settings["attempts"] == 3
    assert Schedule.objects.get(item=test, enrolment=of_amina).closes.day == 5
    assert AuditEntry.objects.get(verb="make an exception").changes["reason"] == "Illness"


def test_an_exception_ends(coach, teacher, questions, make_test, post, of_amina):
    test = make_test(teacher, "Final", questions)
    where = {"uuid": test.uuid, "enrolment": of_amina.pk}
    post(coach, "quizzes:exception", {"attempts": "3", "reason": "Illness"}, **where)

    post(coach, "quizzes:exception", {"end": "yes"}, **where)

    assert not ItemException.objects.exists()
    assert AuditEntry.objects.filter(verb="end an exception").exists()


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"attempts": "3"}, "This field is required."),
        ({"reason": "Because"}, "Say what is different"),
        ({"time_factor": "0.5", "reason": "Because"}, "At least 1."),
    ],
)
def test_an_exception_that_says_too_little_is_refused(
    said, words, coach, teacher, questions, make_test, post, of_amina
):
    test = make_test(teacher, "Final", questions)

    response = post(coach, "quizzes:exception", said, uuid=test.uuid, enrolment=of_amina.pk)

    assert response.status_code == 422 and words in text(response)
    assert not ItemException.objects.exists()


def test_exceptions_are_for_coaches_and_their_own_learners(
    coach, teacher, questions, make_test, get, post, of_amina, place, amina, autumn, boris, spring
):
    test = make_test(teacher, "Final", questions)
    of_boris = Enrolment.objects.get(person=boris)

    assert get(place(amina, autumn), "quizzes:exceptions", uuid=test.uuid).status_code == 403
    assert get(teacher, "quizzes:exceptions", uuid=test.uuid).status_code == 403
    said = {"attempts": "3", "reason": "Because"}
    assert post(coach, "quizzes:exception", said, uuid=test.uuid, enrolment=of_boris.pk).status_code == 404
    set_settings(shown_in(teacher).get(pk=test.pk), teacher, opens=None, due=None, closes=None)
    assert not ItemException.objects.exists()


def test_an_exception_shows_what_it_says_and_nothing_else(coach, teacher, questions, make_test, get, post, of_amina):
    test = make_test(teacher, "Final", questions)
    where = {"uuid": test.uuid, "enrolment": of_amina.pk}
    fresh = main(get(coach, "quizzes:exception", **where))
    post(coach, "quizzes:exception", {"time_factor": "1.5", "reason": "Illness"}, **where)

    again = main(get(coach, "quizzes:exception", **where))

    assert 'value="none"' not in fresh + again and 'value="1.5"' in again and "Illness" in again
    assert "time factor: 1.5" in main(get(coach, "quizzes:exceptions", uuid=test.uuid))


@pytest.mark.parametrize("many", [3, 30])
def test_queries_of_a_question_its_choosing_and_settings_do_not_grow(
    many, ask, coach, teacher, make_test, client_of, django_assert_max_num_queries
):
    made = [ask(teacher, f"M{n}", choice()) for n in range(many)]
    test = make_test(teacher, "Many", made, minutes=9)
    client = client_of(coach.person)
    places = {"question": made[0].uuid, "choose": test.uuid, "settings": test.uuid, "exceptions": test.uuid}
    for route, uuid in places.items():
        where = address(coach, f"quizzes:{route}", uuid=uuid)
        client.get(where)

        queries(django_assert_max_num_queries, 20, lambda where=where: client.get(where))

"""The pages of a test as a learner meets them: one happy, one refused, and what a second tab does."""

import json
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from encore.toolkit.models import Completion, Grade
from encore.toolkit.places import address
from encore.toolkit.tests.places import queries, text
from encore.tools.quizzes.actions.taking import begin, hand_in, run_out
from encore.tools.quizzes.models import AnswerFile, Attempt
from encore.tools.quizzes.tests.papers import ESSAY, choice

KINDS = {
    "Multiple": {
        "body": {"type": "multiple", "options": [{"id": "a", "text": "2", "fraction": "1"}, {"id": "b", "text": "3"}]}
    },
    "Statements": {"body": {"type": "true_false", "statements": [{"id": "a", "text": "Up", "is_true": True}]}},
    "Gaps": {
        "body": {"type": "gap", "text": "<p>The [[x]].</p>", "gaps": [{"id": "x", "accepted": [{"text": "cat"}]}]}
    },
    "Pairs": {
        "body": {
            "type": "matching",
            "pairs": [{"id": "a", "left": "F", "right": "P"}, {"id": "b", "left": "I", "right": "R"}],
        }
    },
    "Order": {"body": {"type": "ordering", "steps": [{"id": "a", "text": "one"}, {"id": "b", "text": "two"}]}},
    "Short": {"body": {"type": "short", "accepted": [{"text": "yes"}]}},
    "Number": {"body": {"type": "number", "values": [{"value": "4"}], "units": [{"name": "m"}]}},
    "Sum": {
        "text": "{a} and 2?",
        "body": {"type": "calculated", "formula": "a+2", "variables": [{"name": "a", "low": 3, "high": 3}]},
    },
    "Essay": ESSAY,
    "File": {"body": {"type": "file", "endings": ["txt"]}},
}


@pytest.fixture
def questions(ask, place, dolores):
    return [ask(place(dolores), f"Q{n}", choice("abc"[n])) for n in range(3)]


@pytest.fixture
def sit(make_test, place, dolores, amina, autumn, questions):
    """sit(paging="one", …) → (Amina's place, the test)."""

    def make(which=None, **options):
        test = make_test(place(dolores), "Final", which or questions, **options)
        return place(amina, autumn), test

    return make


def where(response):
    return response.headers["Location"]


def fields(page):
    """What the form of an attempt would send as it stands: hidden fields."""
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page)
    data = {}
    for name, value in found:
        data.setdefault(name, []).append(value)
    return data


def test_a_learner_begins_answers_and_hands_in(sit, get, post):
    here, test = sit(minutes=30, pass_share=50)
    assert "30 minutes" in text(get(here, "quizzes:show", uuid=test.uuid))

    begun = post(here, "quizzes:show", uuid=test.uuid)
    attempt = Attempt.objects.get()
    page = text(get(here, "quizzes:attempt", attempt=attempt.uuid))
    sent = post(here, "quizzes:attempt", {**fields(page), "a1": "a", "a2": "b", "do": "hand_in"}, attempt=attempt.uuid)
    asks = text(get(here, "quizzes:hand_in", attempt=attempt.uuid))
    done = post(here, "quizzes:hand_in", attempt=attempt.uuid)
    result = text(get(here, "quizzes:result", attempt=attempt.uuid))

    assert where(begun) == address(here, "quizzes:attempt", attempt=attempt.uuid)
    assert where(sent) == address(here, "quizzes:hand_in", attempt=attempt.uuid)
    assert "1 question is not answered" in asks
    assert where(done) == address(here, "quizzes:result", attempt=attempt.uuid)
    assert "2 / 3" in result and "Passed" in result and "Right answer:" in result
    assert Grade.objects.get().points == 2


def test_answers_are_saved_on_the_way_and_a_second_tab_is_told(sit, get, post):
    here, test = sit()
    attempt = begin(here, shown_as(here, test))
    page = fields(text(get(here, "quizzes:attempt", attempt=attempt.uuid)))

    first = post(here, "quizzes:answers", {**page, "a1": "a"}, attempt=attempt.uuid)
    older_tab = post(here, "quizzes:answers", {**page, "a1": "b"}, attempt=attempt.uuid)
    newer = post(here, "quizzes:answers", {**page, **json.loads(first.content), "a1": "c"}, attempt=attempt.uuid)

    assert (first.status_code, json.loads(first.content)) == (200, {"stamp": 2})
    assert older_tab.status_code == 409
    assert newer.status_code == 200
    assert attempt.answers.get(position=1).response == {"choice": "c"}


def test_one_at_a_time_without_a_way_back_only_goes_on(sit, get, post):
    here, test = sit(paging="one", way_back=False)
    attempt = begin(here, shown_as(here, test))
    page = fields(text(get(here, "quizzes:attempt", attempt=attempt.uuid)))

    post(here, "quizzes:attempt", {**page, "a1": "a", "do": "next"}, attempt=attempt.uuid)
    back = text(get(here, "quizzes:attempt", "?page=1", attempt=attempt.uuid))
    post(here, "quizzes:attempt", {**page, "a1": "b", "do": "back"}, attempt=attempt.uuid)

    assert "Question 2" in back and "Question 1<" not in back
    assert attempt.answers.get(position=1).response == {"choice": "a"}


def test_every_type_of_question_is_asked_and_reviewed(sit, ask, place, dolores, get, post):
    made = [ask(place(dolores), name, {"text": f"<p>Ask {name}</p>", **facts}) for name, facts in KINDS.items()]
    here, test = sit(made)
    attempt = begin(here, shown_as(here, test))
    page = text(get(here, "quizzes:attempt", attempt=attempt.uuid))
    right = {
        "a1": "a",
        "a2-a": "true",
        "a3-x": "cat",
        "a4-a": "P",
        "a4-b": "R",
        "a5-a": "1",
        "a5-b": "2",
        "a6": "yes",
        "a7-number": "4",
        "a7-unit": "m",
        "a8-number": "5",
        "a9": "Because.",
    }

    post(here, "quizzes:attempt", {**fields(page), **right, "do": "save"}, attempt=attempt.uuid)
    file = SimpleUploadedFile("mine.txt", b"mine")
    post(here, "quizzes:upload_answer", {**fields(page), "a10-upload": file}, attempt=attempt.uuid, position=10)
    saved = text(get(here, "quizzes:attempt", attempt=attempt.uuid))
    hand_in(attempt, at=here.at)
    review = text(get(here, "quizzes:result", attempt=attempt.uuid))

    assert [a.points for a in attempt.answers.order_by("position")] == [1] * 8 + [None] * 2
    assert "3 and 2?" in page or "Ask Sum" in page
    assert 'value="cat"' in saved and "mine.txt" in saved and "Because." in saved
    assert review.count("question-text") == 10 and "Being marked" in review


def test_files_that_do_not_fit_are_refused_in_words(sit, ask, place, dolores, client_of):
    here, test = sit([ask(place(dolores), "File", {"text": "F", **KINDS["File"]})])
    attempt = begin(here, shown_as(here, test))
    client, where = client_of(here.person), {"attempt": attempt.uuid, "position": 1}
    upload, page = (
        address(here, "quizzes:upload_answer", **where),
        address(here, "quizzes:attempt", attempt=attempt.uuid),
    )

    said = []
    for name in ("mine.exe", "one.txt", "two.txt"):
        client.post(upload, {"a1-upload": SimpleUploadedFile(name, b"x" + name.encode())})
        said.append(text(client.get(page)))
    file = AnswerFile.objects.get()
    served = client.get(address(here, "quizzes:answer_file", file=file.uuid, **where))
    client.post(upload, {"remove": str(file.uuid)})

    assert "Only files ending in txt are taken." in said[0] and "At most 1 file is taken." in said[2]
    assert (file.name, b"".join(served.streaming_content)) == ("one.txt", b"xone.txt")
    assert attempt.answers.get().response == {}


def test_feedback_at_once_marks_one_answer_and_keeps_it(sit, get, post):
    here, test = sit(feedback="at_once")
    attempt = begin(here, shown_as(here, test))
    page = fields(text(get(here, "quizzes:attempt", attempt=attempt.uuid)))

    post(here, "quizzes:check", {**page, "a1": "b"}, attempt=attempt.uuid, position=1)
    post(here, "quizzes:attempt", {**page, "stamp": "9", "a1": "a", "do": "save"}, attempt=attempt.uuid)

    answer = attempt.answers.get(position=1)
    assert (answer.checked, answer.response, answer.points) == (True, {"choice": "b"}, 0)
    assert "Right answer:" in text(get(here, "quizzes:attempt", attempt=attempt.uuid))


def test_where_feedback_comes_at_the_end_checking_says_so(sit, client_of):
    here, test = sit()
    attempt = begin(here, shown_as(here, test))

    page = client_of(here.person).post(
        address(here, "quizzes:check", attempt=attempt.uuid, position=1), {"asked": "1", "a1": "a"}, follow=True
    )

    assert "This test says what was right at its end." in text(page)
    assert attempt.answers.get(position=1).checked is False


@pytest.mark.parametrize(
    ("options", "seen", "not_seen"),
    [
        ({}, ["0 / 3", "Right answer:"], []),
        ({"feedback": "exam"}, ["Results are not shown here."], ["0 / 3", "Right answer:", "Question 1"]),
        ({"show_score": "never"}, ["Question 1"], ["0 / 3", "Right answer:"]),
        ({"show_key": "never"}, ["0 / 3", "Question 1"], ["Right answer:"]),
        (
            {"show_score": "close", "show_answers": "close", "closes": "2026-12-01"},
            ["shown when the test closes"],
            ["0 / 3", "Question 1"],
        ),
    ],
)
def test_what_is_shown_is_what_the_settings_say(sit, get, options, seen, not_seen):
    here, test = sit(**options)
    attempt = hand_in(begin(here, shown_as(here, test)), at=here.at)

    page = text(get(here, "quizzes:result", attempt=attempt.uuid))
    main = page[page.index("<main") :]

    assert [words for words in seen if words not in main] == []
    assert [words for words in not_seen if words in main] == []


def test_an_attempt_is_its_learners_alone(sit, get, post, place, boris, spring, chidi, autumn, edna):
    here, test = sit()
    attempt = begin(here, shown_as(here, test))

    for other in (place(boris, spring), place(chidi, autumn)):
        for route in ("quizzes:attempt", "quizzes:result", "quizzes:hand_in"):
            assert get(other, route, attempt=attempt.uuid).status_code == 404
        assert post(other, "quizzes:answers", {"a1": "a"}, attempt=attempt.uuid).status_code == 404
    assert attempt.answers.filter(response={}).count() == 3


def test_after_the_end_of_the_session_a_learner_reads_and_sends_nothing(
    sit, get, post, client_of, at, edna, autumn, amina
):
    from encore.courses.actions.session import update_session

    here, test = sit()
    attempt = begin(here, shown_as(here, test))
    update_session(autumn, {"closes_at": "2021-01-01T00:00Z"}, by=edna, at=at)

    assert get(here, "quizzes:attempt", attempt=attempt.uuid).status_code == 200
    for route, more in (
        ("quizzes:answers", {}),
        ("quizzes:hand_in", {}),
        ("quizzes:attempt", {}),
        ("quizzes:check", {"position": 1}),
    ):
        response = post(here, route, {"asked": "1", "a1": "a", "stamp": "5"}, attempt=attempt.uuid, **more)
        assert response.status_code == 403, route
    assert post(here, "quizzes:show", uuid=test.uuid).status_code == 403
    attempt.refresh_from_db()
    assert attempt.state == "open" and attempt.answers.get(position=1).response == {}


def test_who_teaches_or_coaches_tries_it_out_and_leaves_no_trace(sit, place, dolores, chidi, autumn, get, post):
    _here, test = sit()

    for here in (place(dolores), place(chidi, autumn)):
        page = text(get(here, "quizzes:trial", "?seed=7", uuid=test.uuid))
        done = text(post(here, "quizzes:trial", {"a1": "a"}, "?seed=7", uuid=test.uuid))
        assert "nothing is recorded" in page and "Right answer:" in done
    assert not Attempt.objects.exists() and not Grade.objects.exists() and not Completion.objects.exists()


def test_a_learner_has_no_trial(sit, get):
    here, test = sit()

    assert where(get(here, "quizzes:trial", uuid=test.uuid)) == address(here, "quizzes:show", uuid=test.uuid)


def test_the_time_being_up_leads_to_the_result(sit, get, later, monkeypatch):
    here, test = sit(minutes=1)
    attempt = begin(here, shown_as(here, test))
    monkeypatch.setattr("encore.courses.decorators.now", lambda: later(here, minutes=2).at)

    assert where(get(here, "quizzes:attempt", attempt=attempt.uuid)) == address(
        here, "quizzes:result", attempt=attempt.uuid
    )
    assert run_out(later(here, minutes=2).at) == 0


@pytest.mark.parametrize("many", [3, 30])
def test_queries_do_not_grow_with_questions(many, sit, ask, place, dolores, client_of, django_assert_max_num_queries):
    here, test = sit([ask(place(dolores), f"M{n}", choice()) for n in range(many)])
    client, show = client_of(here.person), address(here, "quizzes:show", uuid=test.uuid)
    client.get(show)

    queries(django_assert_max_num_queries, 13, lambda: client.post(show))
    attempt = Attempt.objects.get()
    page, save, hand = (
        address(here, f"quizzes:{route}", attempt=attempt.uuid) for route in ("attempt", "answers", "hand_in")
    )
    sent = {**fields(text(client.get(page))), "a1": "a"}
    queries(django_assert_max_num_queries, 8, lambda: client.get(page))
    queries(django_assert_max_num_queries, 10, lambda: client.post(save, sent))
    queries(django_assert_max_num_queries, 17, lambda: client.post(hand))


def shown_as(here, test):
    from encore.toolkit.scoping import shown_in

    return shown_in(here).get(pk=test.pk)

"""What waits to be marked, across courses."""

from datetime import timedelta
from decimal import Decimal as D
from importlib import import_module

import pytest

from encore.courses.actions.session import set_course_coaches, set_general_coaches
from encore.courses.context import here_for
from encore.courses.models import CourseCoach, SessionCourse
from encore.toolkit.scoping import shown_in
from encore.toolkit.settings import set_settings
from encore.tools.quizzes.actions.marking_by_hand import mark_by_hand
from encore.tools.quizzes.actions.taking import Given, begin, hand_in, save
from encore.tools.quizzes.content import Question

pytestmark = pytest.mark.usefixtures("clock")
BUDGET = 10


@pytest.fixture
def clock(clock, monkeypatch, at):
    monkeypatch.setattr(import_module("encore.results.views.to_mark"), "now", lambda: at)
    return clock


@pytest.fixture
def essay_test(write, place, dolores):
    """A test of the course with one essay."""
    essay = {"text": "Why?", "body": {"type": "essay"}, "points": "4"}
    question = write(place(dolores), "Why", kind="question", **Question.read(essay).model_dump())
    parts = [{"type": "fixed", "question": str(question.uuid)}]
    return write(place(dolores), "Final", kind="test", sections=[{"id": "s1", "parts": parts}])


@pytest.fixture
def sit(essay_test, at):
    """sit(amina, autumn, days_ago=3) → her attempt, handed in."""

    def take(person, session, days_ago=0):
        here = here_for(person, at=at - timedelta(days=days_ago), session=session.pk, code="ETH")
        attempt = begin(here, shown_in(here).get(pk=essay_test.pk))
        save(attempt, {1: Given({"text": "Because."}, 1)}, at=here.at)
        return hand_in(attempt, at=here.at)

    return take


def test_a_coach_sees_what_waits_in_all_courses_the_longest_first(
    client_of, sit, amina, boris, chidi, edna, autumn, spring, at, words_of
):
    set_course_coaches(SessionCourse.objects.get(session=spring), add=[chidi.pk], by=edna, at=at)
    sit(amina, autumn, days_ago=1)
    sit(boris, spring, days_ago=3)

    words = words_of(client_of(chidi).get("/to-mark/"))

    assert "2 answers wait for you" in words
    assert words.index("Ethics · Spring 1") < words.index("Boris Novak") < words.index("Ethics · Autumn 1")
    assert "1 answer from 1 learner handed in 3 days ago" in words


def test_what_waits_elsewhere_is_not_there(client_of, sit, boris, chidi, autumn, spring, words_of):
    sit(boris, spring)

    words = words_of(client_of(chidi).get("/to-mark/"))

    assert "Boris" not in words and "Spring" not in words
    assert "Nothing waits for you" in words


def test_what_is_marked_waits_no_longer(client_of, sit, place, amina, chidi, autumn, words_of):
    mark_by_hand(sit(amina, autumn).answers.get(), place(chidi, autumn), points=D(3), comment="", seen=None)

    assert "Nothing waits for you" in words_of(client_of(chidi).get("/to-mark/"))


def test_a_substitute_sees_it_while_their_time_runs(client_of, sit, make_person, amina, autumn, at, words_of):
    place, ola = SessionCourse.objects.get(session=autumn), make_person("ola", "Ola", "Grön")
    row = CourseCoach.objects.create(
        session_course=place, person=ola, from_at=at - timedelta(1), until_at=at + timedelta(1)
    )
    sit(amina, autumn)

    assert "1 answer waits for you" in words_of(client_of(ola).get("/to-mark/"))

    row.until_at = at
    row.save()
    assert "Nothing waits for you" in words_of(client_of(ola).get("/to-mark/"))


def test_a_general_coach_sees_all_courses_and_a_learner_none(
    client_of, sit, make_person, amina, edna, autumn, at, words_of
):
    gina = make_person("gina")
    set_general_coaches(autumn, add=[gina.pk], by=edna, at=at)
    sit(amina, autumn)

    assert "Ethics · Autumn" in words_of(client_of(gina).get("/to-mark/"))
    page = f"/to-mark/?session={autumn.pk}&course=ETH"
    assert "Nothing to mark here" in words_of(client_of(amina).get(page))


def test_a_coach_of_a_session_that_is_over_marks_nothing_there(client_of, sit, amina, chidi, autumn, at, words_of):
    sit(amina, autumn)
    autumn.coach_window_closes_at = autumn.closes_at = at - timedelta(days=1)
    autumn.save()

    assert "Nothing waits for you" in words_of(client_of(chidi).get("/to-mark/"))


def test_marked_without_names_shows_none(client_of, sit, essay_test, place, amina, chidi, dolores, autumn, words_of):
    set_settings(essay_test, place(dolores), opens=None, due=None, closes=None, options={"anonymous": True})
    sit(amina, autumn)

    words = words_of(client_of(chidi).get("/to-mark/"))

    assert "1 answer from 1 learner" in words and "Marked without names" in words
    assert "Amina" not in words


def test_the_filter_leaves_one_session_or_one_course(
    client_of, sit, amina, boris, chidi, edna, autumn, spring, at, words_of
):
    set_course_coaches(SessionCourse.objects.get(session=spring), add=[chidi.pk], by=edna, at=at)
    sit(amina, autumn)
    sit(boris, spring)
    client = client_of(chidi)

    assert "Autumn" not in words_of(client.get(f"/to-mark/?session={spring.pk}"))
    assert "Spring" in words_of(client.get(f"/to-mark/?session={spring.pk}&course=eth"))
    assert "Nothing to mark here" in words_of(client.get(f"/to-mark/?session={spring.pk}&course=LOG"))
    assert client.get("/to-mark/?session=x1&page=99").status_code == 200


def test_who_coaches_finds_it_in_the_menu_the_course_and_the_session(client_of, amina, chidi, autumn):
    coach, learner = client_of(chidi), client_of(amina)
    here = f"/to-mark/?session={autumn.pk}"

    for client, there in ((coach, True), (learner, False)):
        assert ('href="/to-mark/"' in client.get("/").content.decode()) is there
        assert ('href="/to-mark/"' in client.get("/profile/").content.decode()) is there
        assert (f"{here}&amp;course=ETH" in client.get(f"/sessions/{autumn.pk}/ETH/").content.decode()) is there
        assert (f'href="{here}"' in client.get(f"/sessions/{autumn.pk}/").content.decode()) is there


def test_fifty_sessions_ask_as_many_queries_as_one(
    client_of, sit, make_session, make_person, ethics, amina, chidi, autumn, queries_of
):
    sit(amina, autumn)
    client = client_of(chidi)
    client.get("/to-mark/")
    few = queries_of(client, "/to-mark/")
    for n in range(50):
        learner = make_person(f"p{n}")
        sit(learner, make_session(f"Session {n}", [ethics], learners=[learner], coaches=[chidi]))

    many = queries_of(client, "/to-mark/")

    assert few == many <= BUDGET, "\n".join(queries_of.statements)
    assert client.get("/to-mark/").context["answers"] == 51

"""What people are told about a door, and whom to ask."""

from datetime import timedelta

import pytest

from encore.courses.actions.session import set_course_coaches
from encore.courses.context import here_for
from encore.courses.explaining import explain, sentence, whom_to_ask
from encore.courses.models import CourseCoach, GeneralCoach, SessionCourse
from encore.people.actions.accounts import deactivate


@pytest.fixture
def told(at):
    """told(amina, session) → the sentence about its course."""
    return lambda person, session: sentence(here_for(person, at=at, session=session.pk, code="ETH"))


@pytest.fixture
def asked(at):
    """asked(amina, session) → the names of those to ask."""
    return lambda person, session: [
        one.name for one in whom_to_ask(here_for(person, at=at, session=session.pk, code="ETH"))
    ]


# Whatever the clock says: not begun, running, over and still readable, over and closed, for so many days each.
TIMES = [(1, 9), (-1, 9), (-9, -1), (None, None)]


@pytest.mark.parametrize(("opens", "closes"), TIMES)
@pytest.mark.parametrize("after_end", ["read_only", "open", "closed"])
@pytest.mark.parametrize(
    ("state", "words"),
    [("cancelled", "This session has been cancelled: no room"), ("archived", "This session has been archived.")],
)
def test_a_session_that_was_put_away_says_so_to_learners_and_coaches_at_any_time(
    make_session, make_course, amina, chidi, dolores, told, at, opens, closes, after_end, state, words
):
    session = make_session(
        "Off",
        [make_course("ETH", teachers=[dolores])],
        [amina],
        [chidi],
        state=state,
        state_reason="no room" if state == "cancelled" else "",
        opens_at=opens and at + timedelta(days=opens),
        closes_at=closes and at + timedelta(days=closes),
        after_end=after_end,
    )

    assert [told(person, session) for person in (amina, chidi, dolores)] == [words] * 3


def test_an_archived_session_is_not_said_to_be_read_only_since_it_opened(make_session, make_course, chidi, at):
    session = make_session(
        "Old", [make_course("ETH")], coaches=[chidi], state="archived", opens_at=at - timedelta(days=9)
    )

    assert explain(here_for(chidi, at=at, session=session.pk, code="ETH")).since is None


def test_coaches_of_the_course_are_asked_then_general_coaches_then_who_runs_the_session(
    make_session, make_course, amina, chidi, dolores, sara, asked
):
    session = make_session("Spring", [make_course("ETH")], [amina], [chidi], [dolores], owner=sara)

    assert asked(amina, session) == ["Chidi Obi"]
    CourseCoach.objects.all().delete()
    assert asked(amina, session) == ["Dolores Ruiz"]
    GeneralCoach.objects.all().delete()
    assert asked(amina, session) == ["Sara Lindqvist"]


def test_nobody_is_sent_to_themselves(make_session, make_course, chidi, dolores, sara, asked):
    session = make_session("Spring", [make_course("ETH")], [], [chidi], [dolores], owner=sara)

    assert asked(chidi, session) == ["Dolores Ruiz"]
    CourseCoach.objects.all().delete()
    assert asked(dolores, session) == ["Sara Lindqvist"]
    GeneralCoach.objects.all().delete()
    assert asked(sara, session) == []


def test_a_fellow_coach_is_asked_before_others(make_session, make_course, chidi, boris, dolores, asked):
    session = make_session("Spring", [make_course("ETH")], [], [chidi, boris], [dolores])

    assert asked(chidi, session) == ["Boris Novak"]


def test_whose_account_is_closed_is_not_asked(make_session, make_course, amina, chidi, dolores, sara, edna, at, asked):
    session = make_session("Spring", [make_course("ETH")], [amina], [chidi], [dolores], owner=sara)

    deactivate(chidi, by=edna, at=at)
    assert asked(amina, session) == ["Dolores Ruiz"]
    deactivate(dolores, by=edna, at=at)
    assert asked(amina, session) == ["Sara Lindqvist"]
    deactivate(sara, by=edna, at=at)
    assert asked(amina, session) == []


def test_a_substitute_is_asked_only_while_substituting(make_session, make_course, amina, chidi, boris, edna, at, asked):
    session = make_session("Spring", [make_course("ETH")], [amina], [], [chidi])
    place = SessionCourse.objects.get(session=session)

    set_course_coaches(place, add=[boris.pk], by=edna, at=at)
    CourseCoach.objects.update(until_at=at)
    assert asked(amina, session) == ["Chidi Obi"]
    CourseCoach.objects.update(from_at=at, until_at=at + timedelta(days=1))
    assert asked(amina, session) == ["Boris Novak"]

"""The rule that a session's end completes: once for each end, by itself, and told so."""

from datetime import datetime, timedelta

import pytest

from encore.courses.actions.enrolment import enrol, set_personal_time, set_state
from encore.courses.actions.lifecycle import extend
from encore.courses.actions.session import update_session
from encore.courses.jobs import complete_who_is_at_the_end
from encore.courses.models import Enrolment, WaitingPerson
from encore.ledger.models import AuditEntry


@pytest.fixture
def over(make_session, make_course, amina, boris, at):
    """Ended yesterday, and its end completes."""
    yesterday = at - timedelta(days=1)
    return make_session("Over", [make_course()], [amina, boris], closes_at=yesterday, completes_at_end=True)


def states(session):
    return dict(session.enrolments.filter(is_latest=True).values_list("person__username", "state"))


def test_who_took_part_is_completed_once_and_by_itself(over, at):
    complete_who_is_at_the_end(at)
    complete_who_is_at_the_end(at + timedelta(minutes=10))

    assert states(over) == {"amina": "completed", "boris": "completed"}
    assert list(over.enrolments.values_list("completed_at", flat=True)) == [at, at]
    changes = [change for one in over.enrolments.all() for change in one.changes.filter(state="completed")]
    assert [(change.automatic, change.by) for change in changes] == [(True, None), (True, None)]
    entry = AuditEntry.objects.get(verb="complete")
    assert (entry.by, len(entry.changes["people"])) == (None, 2)


def test_each_learners_own_end_counts(over, amina, boris, edna, at):
    hers = over.enrolments.get(person=amina)
    own = {"opens_at": None, "closes_at": at + timedelta(days=3), "extra_days": 0, "reason": "Ill"}
    set_personal_time(hers, **own, by=edna, at=at)
    set_state(over.enrolments.get(person=boris), "suspended", by=edna, at=at)

    complete_who_is_at_the_end(at)
    assert states(over) == {"amina": "active", "boris": "suspended"}
    complete_who_is_at_the_end(at + timedelta(days=4))

    assert states(over) == {"amina": "completed", "boris": "suspended"}


@pytest.mark.parametrize(
    "change",
    [{"completes_at_end": False}, {"state": "draft"}, {"state": "cancelled"}, {"closes_at": None}],
)
def test_without_the_rule_or_an_end_nobody_is_completed(over, edna, at, change):
    update_session(over, change, by=edna, at=at)

    complete_who_is_at_the_end(at)

    assert set(states(over).values()) == {"active"}


def test_a_duration_completes_each_learner_at_the_end_of_their_own(make_session, amina, boris, at):
    session = make_session("Thirty", learners=[amina, boris], duration_days=30, completes_at_end=True)
    Enrolment.objects.filter(person=amina).update(first_entered_at=at, window_closes_at=at + timedelta(days=30))

    complete_who_is_at_the_end(at + timedelta(days=31))

    assert states(session) == {"amina": "completed", "boris": "active"}


def test_who_is_brought_back_stays_until_a_later_end(over, amina, edna, at):
    complete_who_is_at_the_end(at)
    enrol([amina.pk], over, by=edna, at=at, returning="restore")

    complete_who_is_at_the_end(at + timedelta(hours=1))
    assert states(over)["amina"] == "active"
    extend(over.enrolments.filter(person=amina), 10, by=edna, at=at, reason="Retake")
    complete_who_is_at_the_end(at + timedelta(days=11))

    assert states(over)["amina"] == "completed"


def test_seats_that_become_free_at_the_end_are_given_to_nobody(over, chidi, edna, at):
    update_session(over, {"seats": 2}, by=edna, at=at)
    WaitingPerson.objects.create(session=over, person=chidi, kind="self", at=at)

    complete_who_is_at_the_end(at)

    assert "chidi" not in states(over)


def test_many_sessions_ask_queries_only_for_those_that_end(over, make_session, amina, at, django_assert_num_queries):
    for n in range(5):
        make_session(f"Later {n}", learners=[amina], closes_at=at + timedelta(days=5), completes_at_end=True)
    complete_who_is_at_the_end(at)

    with django_assert_num_queries(1):
        complete_who_is_at_the_end(datetime.fromtimestamp(at.timestamp(), at.tzinfo))

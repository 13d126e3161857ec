"""Enrolling and leaving, on a real database."""

from datetime import timedelta

import pytest

from encore.courses.actions.enrolment import enrol, exclude, remove_source, set_personal_time, set_state, withdraw
from encore.courses.actions.session import add_class, remove_class, update_session
from encore.courses.errors import CannotDo, SessionFull
from encore.courses.models import Enrolment, EnrolmentSource, WaitingPerson
from encore.ledger.models import Mail
from encore.people.actions import create_class, join_class, leave_class

Kind = EnrolmentSource.Kind


@pytest.fixture
def spring(make_session, make_course):
    return make_session("Spring", [make_course("ETH")])


@pytest.fixture
def nurses(edna, at, amina, boris):
    school_class = create_class(name="Nurses", by=edna, at=at)
    join_class(school_class, [amina, boris], by=edna, at=at)
    return school_class


def states(session):
    return dict(Enrolment.objects.filter(session=session, is_latest=True).values_list("person__username", "state"))


def test_enrolling_twice_makes_one_enrolment_with_two_sources(spring, amina, edna, at):
    enrol([amina.pk], spring, by=edna, at=at)
    again = enrol([amina.pk], spring, by=edna, at=at, kind=Kind.IMPORT)

    assert again.already == [amina.pk]
    assert Enrolment.objects.get().sources.count() == 2


def test_a_person_leaves_when_the_last_source_goes(spring, amina, edna, at):
    enrol([amina.pk], spring, by=edna, at=at)
    enrol([amina.pk], spring, by=edna, at=at, kind=Kind.IMPORT)

    assert remove_source([amina.pk], spring, kind=Kind.IMPORT, by=edna, at=at) == []
    assert remove_source([amina.pk], spring, kind=Kind.HAND, by=edna, at=at) == [amina.pk]
    assert states(spring) == {"amina": "withdrawn"}


def test_removing_a_class_leaves_those_who_came_another_way_too(spring, nurses, amina, edna, at):
    add_class(spring, nurses, by=edna, at=at)
    enrol([amina.pk], spring, by=edna, at=at)

    remove_class(spring, nurses, keep_people=False, by=edna, at=at)

    assert states(spring) == {"amina": "active", "boris": "withdrawn"}


def test_removing_a_class_can_keep_its_people(spring, nurses, edna, at):
    add_class(spring, nurses, by=edna, at=at)

    remove_class(spring, nurses, keep_people=True, by=edna, at=at)

    assert states(spring) == {"amina": "active", "boris": "active"}


def test_joining_a_class_enrols_in_its_sessions_but_not_in_past_ones(make_session, nurses, chidi, edna, at):
    now, past = make_session("Now"), make_session("Past", closes_at=at - timedelta(days=1))
    for session in (now, past):
        add_class(session, nurses, by=edna, at=at)

    join_class(nurses, [chidi], by=edna, at=at)

    assert states(now)["chidi"] == "active"
    assert "chidi" not in states(past)


def test_leaving_and_joining_a_class_again_restores_the_same_enrolment(spring, nurses, amina, edna, at):
    add_class(spring, nurses, by=edna, at=at)

    leave_class(nurses, [amina], by=edna, at=at)
    gone = states(spring)["amina"]
    join_class(nurses, [amina], by=edna, at=at)

    assert (gone, states(spring)["amina"]) == ("withdrawn", "active")
    assert Enrolment.objects.filter(person=amina).count() == 1


def test_a_class_never_revives_whom_a_person_withdrew(spring, nurses, amina, edna, at):
    add_class(spring, nurses, by=edna, at=at)
    withdraw(Enrolment.objects.filter(person=amina), by=edna, at=at)

    result = add_class(spring, nurses, by=edna, at=at)

    assert result.asks == [amina.pk]
    assert states(spring)["amina"] == "withdrawn"


@pytest.mark.parametrize(("returning", "numbers"), [("restore", [1]), ("again", [1, 2])])
def test_who_comes_back_by_hand_is_restored_or_enrolled_again_as_chosen(spring, amina, edna, at, returning, numbers):
    enrol([amina.pk], spring, by=edna, at=at)
    withdraw(Enrolment.objects.all(), by=edna, at=at)

    assert enrol([amina.pk], spring, by=edna, at=at).asks == [amina.pk]
    enrol([amina.pk], spring, by=edna, at=at, returning=returning)

    assert list(Enrolment.objects.values_list("number", flat=True)) == numbers
    assert states(spring) == {"amina": "active"}


def test_staff_go_over_the_seats_only_by_confirming(make_session, amina, boris, edna, at):
    small = make_session("Small", seats=1)

    with pytest.raises(SessionFull):
        enrol([amina.pk, boris.pk], small, by=edna, at=at)
    assert states(small) == {}

    enrol([amina.pk, boris.pk], small, by=edna, at=at, over_seats=True)
    assert states(small) == {"amina": "active", "boris": "active"}


def test_a_class_member_beyond_the_seats_waits_and_gets_the_freed_seat(make_session, nurses, amina, edna, at):
    small = make_session("Small", seats=1)

    result = add_class(small, nurses, by=edna, at=at)
    assert states(small) == {"amina": "active"}
    assert len(result.waiting) == 1

    withdraw(Enrolment.objects.filter(person=amina), by=edna, at=at)
    assert states(small) == {"amina": "withdrawn", "boris": "active"}
    assert not WaitingPerson.objects.exists()


def test_more_seats_seat_those_who_wait(make_session, nurses, edna, at):
    small = make_session("Small", seats=1)
    add_class(small, nurses, by=edna, at=at)

    update_session(small, {"seats": 2}, by=edna, at=at)

    assert states(small) == {"amina": "active", "boris": "active"}


def test_extra_days_move_the_stored_end_on_the_wall_clock(make_session, amina, edna, at):
    session = make_session("Spring", learners=[amina], closes_at=at)
    enrolment = Enrolment.objects.get()

    set_personal_time(enrolment, opens_at=None, closes_at=None, extra_days=3, reason="ill", by=edna, at=at)

    enrolment.refresh_from_db()
    assert enrolment.window_closes_at == session.closes_at + timedelta(days=3)


def test_moving_the_session_moves_every_stored_end(make_session, amina, edna, at):
    session = make_session("Spring", learners=[amina], closes_at=at)

    update_session(session, {"closes_at": at + timedelta(days=9)}, by=edna, at=at)

    assert Enrolment.objects.get().window_closes_at == at + timedelta(days=9)


def test_a_suspended_person_is_not_revived_by_a_class(spring, nurses, amina, edna, at):
    add_class(spring, nurses, by=edna, at=at)
    set_state(Enrolment.objects.get(person=amina), "suspended", by=edna, at=at, reason="fees")

    add_class(spring, nurses, by=edna, at=at)

    assert states(spring)["amina"] == "suspended"


def test_a_course_of_another_session_cannot_be_excluded(make_session, make_course, amina, edna, at):
    ethics = make_course("ETH")
    make_session("One", [ethics], learners=[amina])
    other = make_session("Two", [ethics])

    with pytest.raises(CannotDo):
        exclude(Enrolment.objects.get(), other.session_courses.get(), by=edna, at=at)


def test_mail_on_enrolment_is_queued_once(make_session, amina, edna, at):
    session = make_session("Mail", learners=[amina], mail_on_enrolment=True)
    withdraw(Enrolment.objects.all(), by=edna, at=at)

    enrol([amina.pk], session, by=edna, at=at, returning="restore")

    assert Mail.objects.filter(person=amina, purpose="enrolled").count() == 1


def test_enrolling_asks_as_many_queries_for_thirty_as_for_three(
    spring, make_person, edna, at, django_assert_max_num_queries
):
    people = [make_person(f"p{n}").pk for n in range(33)]

    with django_assert_max_num_queries(25):
        enrol(people[:3], spring, by=edna, at=at)
    with django_assert_max_num_queries(25):
        enrol(people[3:], spring, by=edna, at=at)

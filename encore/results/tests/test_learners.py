"""The list of learners, for coaches."""

import pytest

from encore.courses.actions.enrolment import enrol, exclude, set_state
from encore.courses.models import Enrolment, SessionCourse
from encore.toolkit.completion import see
from encore.toolkit.scoping import shown_in

pytestmark = pytest.mark.usefixtures("clock")
BUDGET = 10


@pytest.fixture
def address(autumn):
    return f"/sessions/{autumn.pk}/ETH/learners/"


def test_a_coach_sees_names_states_visits_and_progress(
    client_of, amina, chidi, dolores, autumn, place, write, address, words_of
):
    write(place(dolores), "Welcome")
    here = place(amina, autumn)
    see(shown_in(here, kind="page")[0], here)

    words = words_of(client_of(chidi).get(address))

    assert "Amina Haddad" in words
    assert "Active 24 Nov 2026" in words
    assert "1 of 1" in words


def test_a_learner_a_teacher_and_a_stranger_do_not(client_of, amina, boris, dolores, address, words_of):
    response = client_of(amina).get(address)

    assert response.status_code == 403
    assert "This page is for those who coach or manage here." in words_of(response)
    assert client_of(dolores).get(address).status_code == 403
    assert client_of(boris).get(address).status_code == 404


def test_the_learners_of_another_session_are_not_there(client_of, chidi, spring, address, words_of):
    assert "Boris Novak" not in words_of(client_of(chidi).get(address))


def test_excluded_and_withdrawn_learners_are_left_out_and_a_filter_finds_the_withdrawn(
    client_of, chidi, boris, edna, make_person, autumn, at, address, words_of
):
    ola = make_person("ola", "Ola", "Grön")
    enrol([boris.pk, ola.pk], autumn, by=edna, at=at)
    exclude(Enrolment.objects.get(person=ola), SessionCourse.objects.get(session=autumn), by=edna, at=at)
    from encore.courses.actions.enrolment import withdraw

    withdraw(Enrolment.objects.filter(person=boris, session=autumn), by=edna, at=at)
    client = client_of(chidi)

    words = words_of(client.get(address))

    assert "Ola" not in words and "Boris" not in words
    assert "Boris Novak" in words_of(client.get(address, {"state": "withdrawn"}))


def test_a_suspended_learner_is_shown_with_that_word(client_of, chidi, amina, edna, autumn, at, address, words_of):
    set_state(Enrolment.objects.get(person=amina), "suspended", by=edna, at=at)

    assert "Amina Haddad Suspended" in words_of(client_of(chidi).get(address))


def test_the_search_finds_every_word(client_of, chidi, boris, edna, autumn, at, address, words_of):
    enrol([boris.pk], autumn, by=edna, at=at)

    words = words_of(client_of(chidi).get(address, {"q": "nov bor"}))

    assert "Boris Novak" in words and "Amina" not in words


def test_fifty_learners_keep_the_budget(
    client_of, chidi, edna, dolores, make_person, autumn, place, write, at, address, queries_of
):
    write(place(dolores), "Welcome")
    client = client_of(chidi)
    for _n in range(2):
        client.get(address)  # the first reading in an hour is recorded, and then remembered
    few = queries_of(client, address)
    enrol([make_person(f"p{n}").pk for n in range(60)], autumn, by=edna, at=at)

    many = queries_of(client, address)

    assert few == many <= BUDGET, "\n".join(queries_of.statements)
    assert client.get(address).context["page"].paginator.count == 61

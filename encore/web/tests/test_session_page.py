"""A session as a whole."""

from datetime import timedelta

import pytest

from encore.courses.actions.enrolment import enrol

pytestmark = pytest.mark.usefixtures("clock")


def test_a_learner_finds_description_courses_and_coaches(
    client_of, amina, chidi, dolores, make_course, make_session, words_of
):
    courses = [make_course("ETH", "Ethics"), make_course("LAW", "Law")]
    session = make_session("Autumn", courses, [amina], [chidi], [dolores], description="Bring a pen.")

    words = words_of(client_of(amina).get(f"/sessions/{session.pk}/"))

    for word in ("Bring a pen.", "Ethics", "Law", "Coach: Chidi Obi", "Dolores Ruiz", "Always open"):
        assert word in words


def test_a_description_that_is_not_shown_is_shown_to_coaches_only(
    client_of, amina, chidi, make_course, make_session, words_of
):
    session = make_session(
        "Autumn", [make_course()], [amina], [chidi], description="For coaches", show_description=False
    )

    assert "For coaches" not in words_of(client_of(amina).get(f"/sessions/{session.pk}/"))
    assert "For coaches" in words_of(client_of(chidi).get(f"/sessions/{session.pk}/"))


@pytest.mark.parametrize("each_other", [True, False])
def test_fellow_learners_are_seen_only_if_the_session_says_so(
    client_of, amina, boris, make_session, each_other, words_of
):
    session = make_session("Autumn", [], [amina, boris], learners_see_each_other=each_other)

    assert ("Boris Novak" in words_of(client_of(amina).get(f"/sessions/{session.pk}/"))) is each_other


def test_who_has_left_is_no_fellow_learner(client_of, amina, boris, edna, make_session, at, words_of):
    from encore.courses.actions.enrolment import withdraw
    from encore.courses.models import Enrolment

    session = make_session("Autumn", [], [amina, boris], learners_see_each_other=True)
    withdraw(Enrolment.objects.filter(person=boris), by=edna, at=at)

    assert "Boris Novak" not in words_of(client_of(amina).get(f"/sessions/{session.pk}/"))


def test_a_stranger_finds_nothing_and_a_follower_a_closed_door(client_of, boris, henri, make_session):
    from encore.courses.models import SessionFollower

    session = make_session("Autumn")
    SessionFollower.objects.create(session=session, person=henri)

    assert client_of(boris).get(f"/sessions/{session.pk}/").status_code == 404
    assert client_of(henri).get(f"/sessions/{session.pk}/").status_code == 403


def test_a_closed_session_explains_itself(client_of, amina, make_session, at, words_of):
    session = make_session("Over", [], [amina], closes_at=at - timedelta(days=1), after_end="closed")

    response = client_of(amina).get(f"/sessions/{session.pk}/")

    assert response.status_code == 403
    assert "Ended on 23 Nov 2026, 10:00 and is closed now." in words_of(response)


def test_only_who_manages_is_led_to_the_administration(client_of, amina, edna, make_session):
    session = make_session("Autumn", [], [amina])

    overview = f'href="/administration/sessions/{session.pk}/"'

    assert overview in client_of(edna).get(f"/sessions/{session.pk}/").content.decode()
    assert overview not in client_of(amina).get(f"/sessions/{session.pk}/").content.decode()


def test_the_page_asks_as_many_queries_for_thirty_as_for_three(
    client_of, amina, edna, chidi, make_course, make_session, make_person, at, queries_of
):
    session = make_session("Autumn", [make_course("C0")], [amina], [chidi], learners_see_each_other=True)
    client = client_of(amina)
    few = queries_of(client, f"/sessions/{session.pk}/")
    from encore.courses.actions.session import add_courses

    add_courses(session, [make_course(f"C{n}").pk for n in range(1, 10)], by=edna, at=at)
    enrol([make_person(f"p{n}").pk for n in range(30)], session, by=edna, at=at)

    many = queries_of(client, f"/sessions/{session.pk}/")

    assert many <= 20
    assert many - few <= 1  # the page of fellow learners is there

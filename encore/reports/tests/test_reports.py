"""What HR managers read: the people and sessions they follow, and nothing of anybody else."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from encore.courses.actions.enrolment import enrol, exclude, withdraw
from encore.courses.actions.following import set_followers
from encore.courses.actions.session import back_to_draft
from encore.courses.context import here_for
from encore.courses.errors import CannotDo
from encore.courses.models import Enrolment, SessionCourse
from encore.courses.words import Access, Reason
from encore.ledger.models import AuditEntry
from encore.people.actions.following import NoFollower, follow, unfollow
from encore.people.errors import NoPower
from encore.people.words import Role

PEOPLE, SESSIONS = "/reports/people/", "/reports/sessions/"


@pytest.fixture
def henri(make_person):
    return make_person("henri", "Henri", "Laurent", Role.HR_MANAGER)


@pytest.fixture
def autumn(make_course, make_session, amina, boris, chidi):
    ethics, law = make_course("ETH", "Ethics"), make_course("LAW", "Law")
    return make_session("Autumn", [ethics, law], learners=[amina, boris], coaches=[chidi])


@pytest.fixture
def words(client_of):
    def read(person, address, **query):
        response = client_of(person).get(address, query)
        assert response.status_code == 200, response.status_code
        return response.content.decode()

    return read


def test_who_follows_a_session_reads_about_all_who_take_part(henri, edna, autumn, at, words):
    set_followers(autumn, add=[henri.pk], by=edna, at=at)

    page = words(henri, f"{SESSIONS}{autumn.pk}/")

    assert "Haddad, Amina" in page and "Novak, Boris" in page
    assert "Ethics" in page and "Law" in page
    assert "Autumn" in words(henri, SESSIONS)


def test_who_follows_a_person_reads_about_this_person_alone(henri, edna, amina, boris, autumn, at, words, client_of):
    follow(henri, [amina], by=edna, at=at)

    page = words(henri, f"{SESSIONS}{autumn.pk}/")

    assert "Haddad, Amina" in page and "Novak" not in page
    assert "Amina" in words(henri, PEOPLE) and "Boris" not in words(henri, PEOPLE)
    assert "Autumn" in words(henri, f"{PEOPLE}{amina.uuid}/")
    assert client_of(henri).get(f"{PEOPLE}{boris.uuid}/").status_code == 404


def test_following_opens_nothing_but_the_reports(henri, edna, amina, autumn, at, client_of):
    follow(henri, [amina], by=edna, at=at)

    here = here_for(henri, at=at, session=autumn.pk, code="ETH")

    assert (here.access.level, here.access.reason, here.access.sees) == (Access.LISTED, Reason.FOLLOWS, frozenset())
    assert client_of(henri).get(f"/sessions/{autumn.pk}/ETH/").status_code == 403
    assert client_of(henri).get(f"/sessions/{autumn.pk}/ETH/learners/").status_code == 403


def test_a_session_nobody_followed_takes_part_in_does_not_exist(henri, autumn, client_of):
    assert client_of(henri).get(f"{SESSIONS}{autumn.pk}/").status_code == 404


def test_the_reports_are_for_hr_managers_alone(amina, chidi, edna, autumn, client_of):
    for person in (amina, chidi, edna):
        assert client_of(person).get(PEOPLE).status_code == 403
        assert client_of(person).get(f"{SESSIONS}{autumn.pk}/").status_code == 403


def test_who_is_no_hr_manager_any_more_follows_nothing(henri, edna, amina, autumn, at, client_of):
    set_followers(autumn, add=[henri.pk], by=edna, at=at)
    follow(henri, [amina], by=edna, at=at)
    henri.is_hr_manager = False
    henri.save(update_fields=["is_hr_manager"])

    assert here_for(henri, at=at, session=autumn.pk).access.level is Access.NONE
    assert client_of(henri).get(PEOPLE).status_code == 403


def test_a_draft_is_nobodys_business(henri, edna, amina, autumn, at, words, client_of):
    follow(henri, [amina], by=edna, at=at)
    back_to_draft(autumn, by=edna, at=at)

    assert "Autumn" not in words(henri, SESSIONS)
    assert "Autumn" not in words(henri, f"{PEOPLE}{amina.uuid}/")
    assert client_of(henri).get(f"{SESSIONS}{autumn.pk}/").status_code == 404


def test_a_course_somebody_is_out_of_says_so(henri, edna, amina, autumn, at, words):
    follow(henri, [amina], by=edna, at=at)
    law = SessionCourse.objects.get(session=autumn, course__code="LAW")
    exclude(Enrolment.objects.get(person=amina), law, by=edna, at=at)

    assert "not in this course" in words(henri, f"{SESSIONS}{autumn.pk}/")


def test_two_enrolments_of_one_person_stand_apart(henri, edna, amina, autumn, at, words):
    follow(henri, [amina], by=edna, at=at)
    withdraw(Enrolment.objects.filter(person=amina), by=edna, at=at)
    enrol([amina.pk], autumn, by=edna, at=at, returning="again")

    page = words(henri, f"{PEOPLE}{amina.uuid}/")

    assert page.count('id="session-') >= 2 and "enrolment 2" in page


def test_reading_a_report_is_recorded(henri, edna, amina, autumn, at, words):
    follow(henri, [amina], by=edna, at=at)

    words(henri, f"{PEOPLE}{amina.uuid}/")
    words(henri, f"{SESSIONS}{autumn.pk}/")

    read = AuditEntry.objects.filter(by=henri).order_by("pk")
    assert [(entry.subject_kind, entry.subject_id) for entry in read] == [
        ("person", amina.pk),
        ("coursesession", autumn.pk),
    ]


def test_only_hr_managers_follow_and_only_administrators_let_them(henri, edna, sara, amina, boris, autumn, at):
    with pytest.raises(NoFollower):
        follow(boris, [amina], by=edna, at=at)
    with pytest.raises(CannotDo):
        set_followers(autumn, add=[boris.pk], by=edna, at=at)
    with pytest.raises(NoPower):
        follow(henri, [amina], by=sara, at=at)


def test_following_twice_changes_nothing_and_ends_by_itself_with_a_word(henri, edna, amina, boris, at):
    assert follow(henri, [amina, boris, henri], by=edna, at=at) == [amina.pk, boris.pk]
    assert follow(henri, [amina], by=edna, at=at) == []
    assert unfollow(henri, [amina.pk], by=edna, at=at) == [amina.pk]
    assert unfollow(henri, [amina.pk], by=edna, at=at) == []


def test_an_administrator_chooses_whom_an_hr_manager_follows(henri, edna, sara, amina, boris, client_of, words):
    address = f"/administration/people/{henri.uuid}/following/"

    client_of(edna).post(address, {"add": amina.pk})
    client_of(edna).post(f"{address}?q=boris", {"add_all": "1"})
    client_of(edna).post(address, {"remove": amina.pk})

    assert list(henri.follows.values_list("person", flat=True)) == [boris.pk]
    assert "Novak" in words(edna, address)
    assert "1 person" in words(edna, f"/administration/people/{henri.uuid}/")
    assert client_of(sara).get(address).status_code == 403
    assert client_of(edna).get(f"/administration/people/{amina.uuid}/following/").status_code == 404


def test_a_manager_of_the_session_chooses_who_follows_it(henri, edna, chidi, boris, autumn, client_of, words):
    address = f"/administration/sessions/{autumn.pk}/followers/"

    assert "Henri Laurent" in words(edna, address)
    client_of(edna).post(address, {"add": henri.pk})
    answer = client_of(edna).post(address, {"add": boris.pk}, follow=True).content.decode()

    assert [f.person for f in autumn.followers.all()] == [henri]
    assert "Only HR managers with an active account follow a session." in answer
    assert "Henri Laurent" in words(edna, f"/administration/sessions/{autumn.pk}/")
    assert client_of(chidi).get(address).status_code == 403


@pytest.mark.parametrize(("page", "most"), [("people", 7), ("person", 12), ("sessions", 6), ("session", 15)])
def test_queries_do_not_grow_with_people(henri, edna, amina, autumn, at, page, most, client_of, make_person):
    set_followers(autumn, add=[henri.pk], by=edna, at=at)
    more = [make_person(f"p{n}", "Pia", f"Number {n}") for n in range(8)]
    follow(henri, [amina, *more], by=edna, at=at)
    enrol([p.pk for p in more], autumn, by=edna, at=at)
    address = {
        "people": PEOPLE,
        "person": f"{PEOPLE}{amina.uuid}/",
        "sessions": SESSIONS,
        "session": f"{SESSIONS}{autumn.pk}/",
    }[page]
    client = client_of(henri)
    client.get(address)

    with CaptureQueriesContext(connection) as asked:
        client.get(address)

    assert len(asked) <= most

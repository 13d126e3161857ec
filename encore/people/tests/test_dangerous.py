"""What asks once more who is there. docs/operating.md tells this list to operators."""

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from encore.people.confirming import CONFIRMED_AT
from encore.people.models import Person
from encore.people.words import Role

# Names of routes that always ask. Those that ask only sometimes are tried below.
ALWAYS = {
    "audit_export",
    "course_deletion",
    "permissions",
    "person_act_as",
    "person_data",
    "person_data_copy",
    "person_deactivate",
    "person_erasure",
    "person_second_factor",
    "profile_data",
    "profile_data_copy",
    "recovery_codes",
    "second_factor",
    "second_factor_off",
    "session_deletion",
}
FACTS = {"first_name": "Boris", "last_name": "Novak", "username": "boris", "email": "boris@example.org"}


def asking(resolver=None):
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            yield from asking(entry)
        elif isinstance(entry, URLPattern) and getattr(entry.callback, "asks_again", False):
            yield entry.name


def test_the_dangerous_pages_ask_first_who_is_there():
    assert set(asking()) == ALWAYS


@pytest.fixture
def edna_left(client_of, edna):
    """Edna's browser, which she left open long ago."""
    client = client_of(edna)
    session = client.session
    session[CONFIRMED_AT] = 0
    session.save()
    return client


def is_asked(answer):
    return answer.status_code == 403 and "Is it you?" in answer.content.decode()


@pytest.mark.parametrize(
    ("changes", "asked"),
    [({"first_name": "Bo"}, False), ({"roles": ["teacher"]}, True), ({"email": "mallory@example.org"}, True)],
)
def test_changing_a_person_asks_where_it_gives_power(edna_left, boris, changes, asked):
    answer = edna_left.post(f"/administration/people/{boris.uuid}/edit/", {**FACTS, **changes})

    assert is_asked(answer) == asked
    boris.refresh_from_db()
    assert (boris.roles, boris.email) == (frozenset(), "boris@example.org")


@pytest.mark.parametrize(("roles", "asked"), [([], False), (["administrator"], True)])
def test_making_a_person_asks_where_it_gives_a_role(edna_left, roles, asked):
    new = {"first_name": "New", "last_name": "Comer", "username": "new", "email": "new@example.org", "way": "later"}

    answer = edna_left.post("/administration/people/new/", {**new, "roles": roles})

    assert is_asked(answer) == asked
    assert Person.objects.filter(username="new").exists() != asked


def test_taking_out_people_asks_and_taking_out_sessions_does_not(edna_left):
    assert is_asked(edna_left.get("/administration/exports/people.csv"))
    assert edna_left.get("/administration/exports/sessions.csv").status_code == 200


def test_a_role_is_granted_after_the_answer(edna_left, boris):
    from conftest import PASSWORD

    sent = {**FACTS, "roles": ["teacher"], "step_up_password": PASSWORD}
    edna_left.post(f"/administration/people/{boris.uuid}/edit/", sent)

    boris.refresh_from_db()
    assert boris.roles == {Role.TEACHER}


def test_deleting_a_session_asks(edna_left, make_session):
    from encore.courses.models import CourseSession

    session = make_session("Spring")

    assert is_asked(edna_left.post(f"/administration/sessions/{session.pk}/deletion/"))
    assert CourseSession.objects.filter(pk=session.pk).exists()

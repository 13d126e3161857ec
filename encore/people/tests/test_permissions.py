"""What a role permits: a table that administrators keep."""

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from encore.ledger.models import AuditEntry
from encore.people.actions.permissions import permit as permit_all
from encore.people.decorators import is_open_to, permission_required, roles_required
from encore.people.errors import NoPower
from encore.people.models import RolePermission
from encore.people.permissions import WORDS
from encore.people.words import AT_FIRST, OFFERED, Permission, Role


def test_a_new_installation_permits_what_worked_before(db):
    stored = {role: set(RolePermission.objects.filter(role=role).values_list("permission", flat=True)) for role in Role}

    assert stored == {role: set(AT_FIRST.get(role, ())) for role in Role}


def test_a_session_administrator_may_what_the_table_says(sara, permit, django_assert_num_queries):
    permit(Role.SESSION_ADMINISTRATOR, Permission.IMPORT)

    with django_assert_num_queries(1):
        assert sara.permissions == {Permission.IMPORT}
        assert [each for each in Permission if sara.may(each)] == [Permission.IMPORT]


def test_an_administrator_may_everything_without_asking(edna, permit, django_assert_num_queries):
    permit(Role.ADMINISTRATOR)

    with django_assert_num_queries(0):
        assert edna.permissions == frozenset(Permission)
        assert all(edna.may(each) for each in Permission)


@pytest.mark.parametrize("name", ["amina", "chidi"])
def test_who_has_no_role_of_the_platform_may_nothing_without_asking(request, name, django_assert_num_queries):
    person = request.getfixturevalue(name)

    with django_assert_num_queries(0):
        assert person.permissions == frozenset()
        assert not any(person.may(each) for each in Permission)


def test_what_the_own_roles_could_never_permit_is_not_asked(dolores, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert not dolores.may(Permission.IMPORT)


def test_a_row_that_the_table_does_not_offer_permits_nothing(dolores):
    RolePermission.objects.create(role=Role.TEACHER, permission=Permission.IMPORT)

    assert dolores.permissions == {Permission.CREATE_COURSES}


def test_another_role_means_other_permissions(amina):
    assert amina.permissions == frozenset()

    amina.is_teacher = True

    assert amina.permissions == {Permission.CREATE_COURSES}


def test_each_permission_belongs_to_one_role():
    offered = [permission for permissions in OFFERED.values() for permission in permissions]

    assert sorted(offered) == sorted(Permission)


def test_a_page_opens_for_those_who_may(sara, edna, amina, permit):
    view = permission_required(Permission.IMPORT)(lambda request: HttpResponse("inside"))
    both = roles_required(Role.SESSION_ADMINISTRATOR)(view)
    request = RequestFactory().get("/")
    request.user = sara

    assert view(request).content == b"inside"
    assert [is_open_to(view, person) for person in (sara, edna, amina)] == [True, True, False]
    assert [is_open_to(both, person) for person in (sara, edna, amina)] == [True, False, False]


def test_a_page_refuses_in_words_those_who_may_not(sara, permit, client_of):
    permit(Role.SESSION_ADMINISTRATOR)

    assert not is_open_to(permission_required(Permission.IMPORT)(HttpResponse), sara)


# The page

PAGE = "/administration/permissions/"
AT_FIRST_TICKED = {f"{role}.{each}": "on" for role, permitted in AT_FIRST.items() for each in permitted}


def permitted(role=Role.SESSION_ADMINISTRATOR):
    return set(RolePermission.objects.filter(role=role).values_list("permission", flat=True))


def shown_to(client):
    return client.get(PAGE).context["form"]["shown"].value()


@pytest.mark.parametrize("name", ["sara", "dolores", "henri", "amina"])
def test_the_tables_are_for_administrators(request, client_of, name):
    client = client_of(request.getfixturevalue(name))

    assert client.get(PAGE).status_code == 403
    assert client.post(PAGE, {"confirmed": "yes"}).status_code == 403
    assert permitted() == AT_FIRST[Role.SESSION_ADMINISTRATOR]


def test_what_would_change_is_said_before_it_is_saved(client_of, edna, sara):
    client = client_of(edna)
    sent = {**AT_FIRST_TICKED, "session_administrator.act_as": "on", "shown": shown_to(client)}
    del sent["session_administrator.import"]

    answer = client.post(PAGE, sent)

    assert [(cell.permission, count) for cell, _yes, count in answer.context["given"]] == [(Permission.ACT_AS, 1)]
    assert [(cell.permission, count) for cell, _yes, count in answer.context["taken"]] == [(Permission.IMPORT, 1)]
    assert permitted() == AT_FIRST[Role.SESSION_ADMINISTRATOR]

    answer = client.post(PAGE, {**dict(answer.context["carried"]), "confirmed": "yes"})

    assert (answer.status_code, answer.url) == (302, PAGE)
    assert permitted() == {Permission.CREATE_PEOPLE, Permission.EDIT_PEOPLE, Permission.ACT_AS}


def test_a_change_is_recorded_once_with_before_and_after(edna, at):
    kept = {(role, each) for role in (Role.TEACHER, Role.HR_MANAGER) for each in AT_FIRST[role]}
    given, taken = permit_all(kept, by=edna, at=at)

    entry = AuditEntry.objects.get(verb="change permissions")
    assert (given, {each for _role, each in taken}) == (set(), AT_FIRST[Role.SESSION_ADMINISTRATOR])
    assert entry.by == edna
    assert entry.changes == {
        "session_administrator.create_people": [True, False],
        "session_administrator.edit_people": [True, False],
        "session_administrator.import": [True, False],
    }


def test_nothing_changed_is_nothing_recorded(client_of, edna):
    client = client_of(edna)

    answer = client.post(PAGE, {**AT_FIRST_TICKED, "shown": shown_to(client), "confirmed": "yes"})

    assert answer.status_code == 302
    assert not AuditEntry.objects.exists()


def test_the_second_of_two_administrators_is_told_what_the_first_changed(client_of, edna, at):
    client = client_of(edna)
    shown = shown_to(client)
    kept = {(role, each) for role in (Role.TEACHER, Role.HR_MANAGER) for each in AT_FIRST[role]}
    now_permitted = {(Role.SESSION_ADMINISTRATOR, Permission.IMPORT), *kept}
    permit_all(now_permitted, by=edna, at=at)

    answer = client.post(PAGE, {**AT_FIRST_TICKED, "teacher.create_courses": "", "shown": shown, "confirmed": "yes"})

    assert answer.status_code == 409
    assert [change.label for change in answer.context["form"].clash] == [
        "Session administrator: Create people",
        "Session administrator: Edit people",
    ]
    assert permitted() == {Permission.IMPORT}


def test_only_administrators_permit(sara, at):
    with pytest.raises(NoPower):
        permit_all(set(), by=sara, at=at)


def test_what_is_not_offered_to_a_role_cannot_be_permitted(edna, at):
    permit_all({(Role.TEACHER, Permission.ACT_AS), (Role.HR_MANAGER, Permission.IMPORT)}, by=edna, at=at)

    assert not RolePermission.objects.exists()


def test_every_permission_has_its_words():
    assert set(WORDS) == set(Permission)


def test_the_menu_offers_only_what_opens(client_of, sara, permit):
    permit(Role.SESSION_ADMINISTRATOR)

    routes = [
        page["url"] for entry in client_of(sara).get("/").context["frame"]["menu"] for page in entry.get("items", ())
    ]

    assert PAGE not in routes
    assert "/administration/imports/" not in routes
    assert [client_of(sara).get(url).status_code for url in routes] == [200] * len(routes)

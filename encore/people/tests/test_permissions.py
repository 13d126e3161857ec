"""What a role permits: a table that administrators keep."""

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from encore.people.decorators import is_open_to, permission_required, roles_required
from encore.people.models import RolePermission
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

"""Prepared queries answer as the queries they were made of, without being worked out again."""

from datetime import timedelta
from unittest.mock import patch

import pytest
from django.db.models import F, Q
from django.db.models.sql.compiler import SQLCompiler

from encore.base.prepared import Prepared
from encore.courses.models import Enrolment
from encore.people.models import Person

by_ids = Prepared(lambda ids: Person.objects.filter(pk__in=ids).order_by("pk"))
by_name = Prepared(lambda name: Person.objects.filter(username=name).order_by("pk"))
names_since = Prepared(
    lambda since: Person.objects.filter(created_at__gte=since).order_by("pk").values_list("username", "created_at")
)
either = Prepared(
    lambda ids, at: Enrolment.objects.filter(Q(session__in=ids) | Q(enrolled_at__lt=at)).select_related(
        "person", "session"
    )
)
both = Prepared(
    lambda one, other: (
        Person.objects.filter(pk=one)
        .order_by()
        .values_list("username", F("is_teacher"))
        .union(Person.objects.filter(pk=other).order_by().values_list("username", F("is_teacher")), all=True)
    )
)


def test_rows_are_found_by_whatever_ids_are_given(amina, boris, chidi):
    assert by_ids(ids=[amina.pk]) == [amina]
    assert by_ids(ids=[chidi.pk, amina.pk, boris.pk]) == [amina, boris, chidi]
    assert by_ids(ids=[boris.pk, chidi.pk, 999_999]) == [boris, chidi]


def test_no_ids_find_nothing(amina, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert by_ids(ids=[]) == []


def test_moments_are_given_too_and_rows_come_as_their_types(amina, boris, at):
    assert names_since(since=at) == [("amina", at), ("boris", at)]
    assert names_since(since=at + timedelta(seconds=1)) == []


def test_related_rows_come_along(amina, make_session, at, django_assert_num_queries):
    session = make_session("Autumn", [], [amina])

    with django_assert_num_queries(1):
        (enrolment,) = either(ids=[session.pk], at=at)
        names = (enrolment.person.username, enrolment.session.title)

    assert names == ("amina", "Autumn")
    assert len(either(ids=[], at=at + timedelta(days=1))) == 1
    assert either(ids=[], at=at) == []


def test_a_union_is_prepared_too(amina, dolores):
    assert sorted(both(one=amina.pk, other=dolores.pk)) == [("amina", False), ("dolores", True)]


def test_the_sql_is_written_once(amina, boris):
    by_ids(ids=[amina.pk, boris.pk])

    with patch.object(SQLCompiler, "as_sql", side_effect=AssertionError("worked out again")):
        assert by_ids(ids=[boris.pk, amina.pk]) == [amina, boris]


def test_what_cannot_be_given_is_refused(db):
    with pytest.raises(TypeError):
        by_ids(ids=[1.5])


def test_uuids_can_be_given(amina, boris):
    by_uuid = Prepared(lambda uuid: Person.objects.filter(uuid=uuid))

    assert [by_uuid(uuid=person.uuid) for person in (amina, boris)] == [[amina], [boris]]


def test_texts_are_given_as_they_are(amina, boris):
    assert by_name(name="amina") == [amina]
    assert by_name(name="am_na") == []
    assert by_name(name="boris") == [boris]

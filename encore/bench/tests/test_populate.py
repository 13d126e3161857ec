"""A tiny database of the same kind as those that are measured."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.models import Max

from encore.bench.filling.fill import fill
from encore.bench.filling.sessions import BIG_TITLE
from encore.bench.sizes import TINY
from encore.courses.models import CourseSession, Enrolment, SessionCourse
from encore.courses.windows import rebuild_windows
from encore.people.models import Person
from encore.toolkit.counting import rebuild
from encore.toolkit.models import Completion, CourseProgress, Grade, Item
from encore.toolkit.schedule import reschedule

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 4, 11, tzinfo=UTC)


@pytest.fixture
def filled():
    return fill(TINY, seed=7, at=AT)


def rows():
    """Everything that was written, without keys, in the order in which it was written."""
    found = {}
    for model in apps.get_models():
        if model._meta.app_label in {"people", "courses", "toolkit", "quizzes"}:
            names = [f.attname for f in model._meta.concrete_fields if not f.is_relation and not f.primary_key]
            found[model.__name__] = list(model.objects.order_by("pk").values_list(*names))
    return found


def test_everything_that_is_stored_is_what_would_be_computed(filled):
    places = SessionCourse.objects.select_related("session", "course")

    assert rebuild_windows(CourseSession.objects.all()) == 0
    assert reschedule(places, at=AT) == 0
    assert rebuild() == 0
    connection.check_constraints()


def test_it_is_of_the_size_that_was_asked_for(filled):
    big = CourseSession.objects.get(title=BIG_TITLE)
    busy = Person.objects.get(username="bench.busy")

    assert Person.objects.count() == TINY.people
    assert CourseSession.objects.count() == TINY.sessions
    assert big.enrolments.count() == TINY.big
    assert busy.enrolments.count() == TINY.many
    assert TINY.enrolments * 0.7 < Enrolment.objects.count() < TINY.enrolments * 1.3
    assert TINY.records * 0.6 < filled["completion"] + filled["attempt"] < TINY.records * 1.6


def test_the_big_session_has_a_course_of_which_half_is_graded(filled):
    place = SessionCourse.objects.get(session__title=BIG_TITLE)
    graded = Grade.objects.filter(session_course=place).values("item").distinct()

    assert CourseProgress.objects.filter(session_course=place).aggregate(most=Max("total"))["most"] == 40
    assert Item.objects.filter(course=place.course, kind="test").count() == 20
    assert graded.count() > 15  # forty learners do not get to all of them
    assert Completion.objects.filter(session_course=place).exists()


def test_the_same_seed_gives_the_same_rows():
    with transaction.atomic():
        fill(TINY, seed=7, at=AT)
        first = rows()
        transaction.set_rollback(True)
    fill(TINY, seed=7, at=AT)

    assert rows() == first


def test_a_database_with_people_is_left_alone():
    Person.objects.create(username="here", first_name="Al", last_name="Ready", created_at=AT)

    with pytest.raises(CommandError) as said:
        call_command("populate", "--size", "S")

    assert said.value.returncode == 3
    assert Person.objects.count() == 1

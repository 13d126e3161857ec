"""Making and changing courses, and who writes them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from encore.courses.errors import CannotDo, CodeTaken
from encore.courses.models import Course, CourseTeacher
from encore.ledger.actions import changed, record
from encore.people.models import Person


@transaction.atomic
def create_course(
    *, by: Person | None, at: datetime, code: str, title: str, teachers: Iterable[int] = (), **values: Any
) -> Course:
    """Make a course. Raises CannotDo if the code exists. A teacher who makes one is its teacher: pass them."""
    course = Course(code=code, title=title, created_by=by, created_at=at, **values)
    _save(course)
    record("create", course, by=by, at=at)
    set_teachers(course, add=teachers, by=by, at=at)
    return course


@transaction.atomic
def update_course(course: Course, values: dict[str, Any], *, by: Person | None, at: datetime) -> Course:
    """Change fields of a course; its standing session follows the title."""
    changes = changed(course, values)
    if changes:
        _save(course)
        record("change", course, by=by, at=at, changes=changes)
        standing = getattr(course, "standing_session", None)
        if standing and "title" in changes:
            standing.title = course.title
            standing.save(update_fields=["title"])
    return course


@transaction.atomic
def set_teachers(
    course: Course,
    *,
    add: Iterable[int] = (),
    remove: Iterable[int] = (),
    kind: str = CourseTeacher.Kind.TEACHER,
    by: Person | None,
    at: datetime,
) -> None:
    """Add people (ids) as teachers or assistants of the course, changing the kind of those it has; remove others."""
    add, remove = list(add), list(remove)
    CourseTeacher.objects.filter(course=course, person__in=remove).delete()
    CourseTeacher.objects.bulk_create(
        [CourseTeacher(course=course, person_id=person, kind=kind) for person in add],
        update_conflicts=True,
        update_fields=["kind"],
        unique_fields=["course", "person"],
    )
    if add or remove:
        record("change teachers", course, by=by, at=at, changes={"added": add, "removed": remove, "kind": kind})


@transaction.atomic
def delete_course(course: Course, *, by: Person, at: datetime) -> None:
    """Delete a course that no session uses. Raises CannotDo otherwise."""
    if course.session_courses.exists():
        raise CannotDo(_("Sessions use this course, so it cannot be deleted."))
    record("delete", course, by=by, at=at)
    course.delete()


def _save(course: Course) -> None:
    try:
        with transaction.atomic():
            course.save()
    except IntegrityError:
        if Course.objects.filter(code__iexact=course.code).exclude(pk=course.pk).exists():
            raise CodeTaken(_("There is already a course with the code “%(code)s”.") % {"code": course.code}) from None
        raise

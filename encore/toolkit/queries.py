"""Finds where what is published shows, and what was."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Count, F, Q, QuerySet

from encore.courses.context import Here
from encore.courses.models import Course, CourseSession, SessionCourse
from encore.toolkit.models import Completion, Item, Line, Version


def running(course: Course, *, at: datetime) -> QuerySet[SessionCourse]:
    """Where the course runs now and follows its newest release: what is published shows there at once."""
    return (
        SessionCourse.objects.filter(course=course, pinned_release=None)
        .filter(session__state=CourseSession.State.PUBLISHED)
        .filter(Q(session__opens_at=None) | Q(session__opens_at__lte=at))
        .filter(Q(session__closes_at=None) | Q(session__closes_at__gt=at))
        .select_related("session")
        .order_by(F("session__closes_at").asc(nulls_last=True), "pk")
    )


def own_versions(items: Any) -> dict[int, int]:
    """In how many sessions each item has a version of its own, by item id; none is left out."""
    rows = Line.objects.filter(item__in=items, item__session_course=None, release__session_course__isnull=False)
    return dict(rows.values_list("item").annotate(Count("release__session_course", distinct=True)))


def versions_in(here: Here, item: Item) -> QuerySet[Version]:
    """The versions of an item that belong here: the course's as far as they were released, and this session's own."""
    versions = item.versions.select_related("author")
    base = Q(session_course=None)
    if here.session_course is None:
        return versions.filter(base)
    if here.session_course.pinned_release is not None:
        base &= Q(lines__release__session_course=None, lines__release__number__lte=here.session_course.pinned_release)
    return versions.filter(base | Q(session_course=here.session_course)).distinct()


def times_seen(here: Here, items: Any) -> int:
    """How many learners' completions of items there are: in this session, or in all of the course's."""
    rows = Completion.objects.filter(item__in=items)
    if here.session_course:
        rows = rows.filter(session_course=here.session_course)
    return rows.values("enrolment").distinct().count()

"""The lists of courses and of categories under Administration."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce, Lower

from encore.courses.models import Course, CourseCategory, CourseSession, CourseTeacher, SessionCategory, SessionCourse
from encore.courses.queries.choosing import search_courses
from encore.people.models import Person

ORDERS: dict[str, Sequence[Any]] = {
    "title": (Lower("title"), "id"),
    "-title": (Lower("title").desc(), "-id"),
    "code": (Lower("code"),),
    "-code": (Lower("code").desc(),),
    "category": (Lower("category__name").asc(nulls_last=True), Lower("title"), "id"),
    "-category": (Lower("category__name").desc(nulls_last=True), Lower("title"), "id"),
    "sessions": ("sessions", Lower("title"), "id"),
    "-sessions": ("-sessions", Lower("title"), "id"),
}


def courses_list(*, q: str = "", category: str = "", language: str = "", sort: str = "title") -> QuerySet[Course]:
    """Courses with the number of their `sessions`. Category "none": those without one."""
    courses = search_courses(q).select_related("category", "standing_session")
    if category == "none":
        courses = courses.filter(category=None)
    elif category:
        courses = courses.filter(category=int(category[:18]) if category.isdecimal() else 0)
    if language:
        courses = courses.filter(language=language)
    return courses.annotate(sessions=_count_of_sessions()).order_by(*ORDERS.get(sort, ORDERS["title"]))


def languages_used() -> list[str]:
    """The languages that courses have, for a filter."""
    return list(Course.objects.exclude(language="").order_by("language").values_list("language", flat=True).distinct())


def teacher_names(courses: Iterable[int]) -> dict[int, list[str]]:
    """Who teaches these courses (ids), teachers before assistants; one query."""
    found: dict[int, list[str]] = defaultdict(list)
    for row in CourseTeacher.objects.filter(course__in=list(courses)).select_related("person").order_by("-kind", "id"):
        found[row.course_id].append(str(row.person))
    return found


def sessions_with(course: Course) -> QuerySet[CourseSession]:
    """The sessions that have this course, the newest first."""
    return CourseSession.objects.filter(session_courses__course=course).order_by("-id")


def session_categories() -> QuerySet[SessionCategory]:
    """Each with the number of its `uses`."""
    return SessionCategory.objects.annotate(uses=Count("sessions"))


def course_categories() -> QuerySet[CourseCategory]:
    """Each with the number of its `uses`."""
    return CourseCategory.objects.annotate(uses=Count("courses"))


def foreign_sessions(category: SessionCategory, person: Person) -> QuerySet[CourseSession]:
    """The sessions of a category that this person does not manage."""
    if person.is_administrator:
        return CourseSession.objects.none()
    else:
        return category.sessions.exclude(owner=person)


def _count_of_sessions() -> Coalesce:
    places = SessionCourse.objects.filter(course=OuterRef("pk")).order_by()
    return Coalesce(Subquery(places.values("course").annotate(n=Count("pk")).values("n")), 0)

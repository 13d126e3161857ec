"""The lists of courses and of categories under Administration."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce, Lower

from encore.courses.managing import managed_by, manages_all
from encore.courses.models import Course, CourseCategory, CourseSession, CourseTeacher, SessionCategory, SessionCourse
from encore.courses.models.course import folded_title
from encore.courses.queries.choosing import search_courses
from encore.people.models import Person

ORDERS: dict[str, Sequence[Any]] = {
    "title": (folded_title(), "id"),
    "-title": (folded_title().desc(), "-id"),
    "code": (Lower("code"),),
    "-code": (Lower("code").desc(),),
    "category": (Lower("category__name").asc(nulls_last=True), folded_title(), "id"),
    "-category": (Lower("category__name").desc(nulls_last=True), folded_title(), "id"),
    "sessions": ("sessions", folded_title(), "id"),
    "-sessions": ("-sessions", folded_title(), "id"),
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


@dataclass
class CourseRow:
    """One line of the list. `may_edit`: for the person who reads it."""

    course: Course
    may_edit: bool
    teachers: list[str] = field(default_factory=list)


def course_rows(courses: Iterable[Course], reader: Person) -> list[CourseRow]:
    """What the list says of each, teachers named before assistants; one query."""
    rows = {course.pk: CourseRow(course, may_edit=reader.is_administrator) for course in courses}
    for one in CourseTeacher.objects.filter(course__in=rows).select_related("person").order_by("-kind", "id"):
        row = rows[one.course_id]
        row.teachers.append(str(one.person))
        row.may_edit |= one.person_id == reader.pk and one.kind == CourseTeacher.Kind.TEACHER
    return list(rows.values())


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
    if manages_all(person):
        return CourseSession.objects.none()
    else:
        return category.sessions.exclude(managed_by(person))


def fixed_for(person: Person) -> set[int]:
    """The session categories (ids) that this person may not change: sessions of others are filed under them."""
    if manages_all(person):
        return set()
    others = CourseSession.objects.exclude(managed_by(person)).exclude(category=None).order_by()
    return set(others.values_list("category", flat=True).distinct())


def _count_of_sessions() -> Coalesce:
    places = SessionCourse.objects.filter(course=OuterRef("pk")).order_by()
    return Coalesce(Subquery(places.values("course").annotate(n=Count("pk")).values("n")), 0)

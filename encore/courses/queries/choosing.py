"""Finds who and what can be chosen: people to enrol, courses and classes to add, coaches, sessions to start from."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from encore.base.text import fold
from encore.courses.models import Course, CourseSession, Enrolment, SessionClass, SessionCourse
from encore.courses.models.course import folded_title
from encore.people.models import Person, SchoolClass
from encore.people.queries import search_classes, search_people

AT_ONCE = 20  # the most that a type-ahead search answers
COUNTED = 1000  # further than this nobody pages: a search finds it sooner


def people_to_enrol(
    session: CourseSession, *, q: str = "", start: bool = False, school_class: int | None = None, idle: bool = False
) -> QuerySet[Person]:
    """Active people who are not in the session. `start`: each word begins a name, username or e-mail; `idle`: those
    in no session at all."""
    people = _beginning_with(q) if start else search_people(q)
    people = people.filter(is_active=True).exclude(Exists(_live().filter(session=session)))
    if school_class:
        people = people.filter(class_memberships__school_class=school_class)
    if idle:
        people = people.exclude(Exists(_live()))
    return people.order_by("sort_name", "id")


def learners_in(session: CourseSession, *, q: str = "") -> QuerySet[Enrolment]:
    """The live enrolments of the session, by name, each with its person."""
    enrolments = Enrolment.objects.filter(session=session, state__in=Enrolment.LIVE)
    for word in fold(q).split():
        enrolments = enrolments.filter(person__search_text__contains=word)
    return enrolments.select_related("person").order_by("person__sort_name", "person_id")


def courses_to_add(
    session: CourseSession, *, q: str = "", start: bool = False, category: int | None = None
) -> QuerySet[Course]:
    """Courses that the session does not have. `start`: the title or the code begins with what was typed."""
    courses = Course.objects.exclude(Exists(SessionCourse.objects.filter(session=session, course=OuterRef("pk"))))
    if category:
        courses = courses.filter(category=category)
    return _titles_beginning(courses, q) if start else search_courses(q, courses)


def search_courses(q: str, among: QuerySet[Course] | None = None) -> QuerySet[Course]:
    """Courses whose code or title holds every word."""
    courses = Course.objects.all() if among is None else among
    for word in fold(q).split():
        courses = courses.filter(search_text__contains=word)
    return courses


def classes_to_add(session: CourseSession, *, q: str = "") -> QuerySet[SchoolClass]:
    """Classes that are not in the session, each with `people_count`."""
    used = SessionClass.objects.filter(session=session, school_class=OuterRef("pk"))
    found = search_classes(q).exclude(Exists(used)).annotate(people_count=Count("members"))
    return found.order_by("search_text", "id")


def newcomers(session: CourseSession, school_class: SchoolClass) -> int:
    """How many people of the class are not in the session."""
    return school_class.people.exclude(Exists(_live().filter(session=session))).count()


def find_people(q: str) -> QuerySet[Person]:
    """A few active people for a type-ahead search; nobody for an empty one."""
    people = search_people(q).filter(is_active=True) if fold(q) else Person.objects.none()
    return people.order_by("sort_name", "id")[:AT_ONCE]


def find_sessions(q: str, among: QuerySet[CourseSession]) -> QuerySet[CourseSession]:
    """A few of the sessions whose title holds every word, the newest first."""
    for word in fold(q).split():
        among = among.filter(search_text__contains=word)
    return among.order_by("-id")[:AT_ONCE]


def active_people(ids: Iterable[int]) -> list[int]:
    """Those of the ids that are active people, in the order given."""
    ids = list(dict.fromkeys(ids))
    there = set(Person.objects.filter(pk__in=ids, is_active=True).values_list("pk", flat=True))
    return [pk for pk in ids if pk in there]


def counted(rows: QuerySet[Any]) -> int:
    """How many there are, but no further than COUNTED + 1."""
    return rows.order_by().values("pk")[: COUNTED + 1].count()


def _live() -> QuerySet[Enrolment]:
    """For a subquery over people."""
    return Enrolment.objects.filter(person=OuterRef("pk"), state__in=Enrolment.LIVE)


def _beginning_with(q: str) -> QuerySet[Person]:
    people = Person.objects.all()
    for word in fold(q).split():
        people = people.filter(Q(search_text__startswith=word) | Q(search_text__contains=f" {word}"))
    return people


def _titles_beginning(courses: QuerySet[Course], q: str) -> QuerySet[Course]:
    words = fold(q)
    if not words:
        return courses
    return courses.annotate(folded_title=folded_title()).filter(
        Q(folded_title__startswith=words) | Q(search_text__startswith=words)
    )

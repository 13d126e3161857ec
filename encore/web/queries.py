"""Finds what the pages of places show: coaches, learners, the item left off at, the sessions of a course."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from encore.courses.context import Here
from encore.courses.models import (
    Course,
    CourseCoach,
    CourseSession,
    CourseTeacher,
    Enrolment,
    GeneralCoach,
    SessionCourse,
)
from encore.courses.models.course import folded_title
from encore.courses.my_sessions import LAST
from encore.courses.queries.sessions import known_to
from encore.courses.viewing import courses_of
from encore.courses.words import Access
from encore.ledger.mailing import TRIES
from encore.ledger.models import Mail
from encore.people.models import Person
from encore.people.queries import search_people
from encore.toolkit.models import Item
from encore.toolkit.places import Place
from encore.toolkit.registry import ToDo, tool_of_kind, tools
from encore.toolkit.schedule import Due, due_for_all, due_next
from encore.toolkit.way import Way, way_in

TAKING_PART = (*Enrolment.LIVE, Enrolment.State.COMPLETED)


@dataclass(frozen=True)
class Coaches:
    """Who coaches a session: all of it, and each of its courses (by session course id)."""

    general: list[Person]
    by_course: dict[int, list[Person]]


def coaches_of(session: CourseSession, at: datetime) -> Coaches:
    """Substitutes whose time is over are left out. Two queries."""
    today = Q(until_at=None) | Q(until_at__gt=at)
    general = GeneralCoach.objects.filter(today, session=session).select_related("person")
    by_course: dict[int, list[Person]] = defaultdict(list)
    for coach in CourseCoach.objects.filter(today, session_course__session=session).select_related("person"):
        by_course[coach.session_course_id].append(coach.person)
    return Coaches([coach.person for coach in general], dict(by_course))


def fellow_learners(here: Here) -> QuerySet[Person]:
    """Who else takes part in this session, by name."""
    taking_part = Q(enrolments__session=here.session, enrolments__is_latest=True, enrolments__state__in=TAKING_PART)
    return Person.objects.filter(taking_part, is_active=True).exclude(pk=here.person.pk).order_by("sort_name", "pk")


def way_of(here: Here) -> Way:
    """Where this learner is in this course; what comes next only while they can work there. For others, nothing."""
    viewing = here.viewing_as is not None and here.viewing_as.level >= Access.WORK
    if here.enrolment is None and not viewing:
        return Way()
    way = way_in(here)
    return way if viewing or here.records else replace(way, next=None)


def page_of(item: Item, here: Place) -> str:
    """The address at which an item is met in a place."""
    return tool_of_kind(item.kind).page_of(item, here)


def due_here(here: Here, limit: int = 5) -> list[ToDo]:
    """What is due next for this learner in this course, or in all of the session."""
    if here.viewing_as is not None and here.viewing_as.level >= Access.WORK:
        places = [here] if here.course else courses_of(here)
        return to_do(due_for_all([p.session_course for p in places if p.is_open], at=here.at, limit=limit))
    if here.enrolment is None or not here.records:
        return []
    return due_among([here.enrolment], at=here.at, limit=limit, place=here.session_course)


def due_among(
    enrolments: Sequence[Enrolment], *, at: datetime, limit: int, place: SessionCourse | None = None
) -> list[ToDo]:
    """What these enrolments have to do, each thing once: what was begun, then what is due, the soonest first.

    One query, and one more of each tool that has something to tell. None without an enrolment.
    """
    if not enrolments:
        return []
    ids = [enrolment.pk for enrolment in enrolments]
    told = [one for tool in tools() for one in tool.due(ids, at, place.pk if place else None)]
    told += to_do(due_next(enrolments, at=at, limit=limit + len(told), place=place))
    first = {(one.session_course.pk, one.item): one for one in reversed(told)}
    return sorted(first.values(), key=_soonest)[:limit]


def _soonest(one: ToDo) -> tuple[bool, datetime, int]:
    return (not one.urgent, one.due or LAST, one.item)


def to_do(due: Iterable[Due]) -> list[ToDo]:
    return [ToDo(d.session_course, d.item.pk, d.title, d.due, page_of(d.item, d.session_course)) for d in due]


def sessions_using(course: Course, person: Person) -> QuerySet[CourseSession]:
    """The sessions of a course that this teacher may know of: those without an end and with the furthest first."""
    sessions = known_to(person).filter(session_courses__course=course).select_related("category")
    return sessions.order_by(F("closes_at").desc(nulls_first=True), "-pk")


def courses_taught(person: Person) -> QuerySet[CourseTeacher]:
    """The courses a person writes, by title, each with the number of its `drafts` and of those of its `sessions` that
    the person may know of."""
    uses = SessionCourse.objects.filter(course=OuterRef("course"), session__in=known_to(person)).order_by()
    return (
        CourseTeacher.objects.filter(person=person)
        .select_related("course__category")
        .annotate(
            sessions=Coalesce(Subquery(uses.values("course").annotate(n=Count("pk")).values("n")), 0),
            drafts=Count("course__items__drafts", filter=Q(course__items__drafts__session_course=None)),
        )
        .order_by(folded_title("course__search_text"), "course_id")
    )


def mail_list(*, q: str = "", state: str = "") -> QuerySet[Mail]:
    """Outgoing mail, the newest first. `q`: words of the address, the subject or the person's name."""
    mails = Mail.objects.select_related("person")
    for word in q.split():
        mails = mails.filter(
            Q(to__icontains=word) | Q(subject__icontains=word) | Q(person__in=search_people(word).order_by())
        )
    if state == "sent":
        mails = mails.filter(sent_at__isnull=False)
    elif state == "queued":
        mails = mails.filter(sent_at=None, tries__lt=len(TRIES))
    elif state == "not_sent":
        mails = mails.filter(sent_at=None, tries__gte=len(TRIES))
    return mails.order_by("-pk")

"""The administrators' list of sessions: tabs, search, filters, orders, and what a row of it says."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db.models import CharField, Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, Lower

from encore.base.text import fold
from encore.courses.managing import managed_by, manages_all
from encore.courses.models import CourseCoach, CourseSession, CourseTeacher, Enrolment, GeneralCoach, SessionCourse
from encore.courses.rules import tab_of
from encore.courses.windows import terms_of
from encore.courses.words import ListName
from encore.people.models import Person
from encore.people.queries import search_people

State = CourseSession.State


class Tab(StrEnum):
    """The tabs over the list, in the order of the screen."""

    ALL = "all"
    CURRENT = "current"
    UPCOMING = "upcoming"
    PAST = "past"
    DRAFTS = "drafts"


@dataclass(frozen=True)
class Filters:
    """What the list is narrowed down to; what is empty filters nothing. `opens`/`closes`: open at any time between."""

    q: str = ""
    category: str = ""
    course: str = ""
    coach: str = ""
    state: str = ""
    opens: datetime | None = None
    closes: datetime | None = None

    def __bool__(self) -> bool:
        return any((self.q, self.category, self.course, self.coach, self.state, self.opens, self.closes))


@dataclass
class Row:
    """One line of the list."""

    session: CourseSession
    look: str
    learners: int = 0
    courses: list[str] = field(default_factory=list)
    coaches: list[str] = field(default_factory=list)


def sessions_of(person: Person) -> QuerySet[CourseSession]:
    """The sessions that this person manages: an administrator all, a session administrator their own or all."""
    return CourseSession.objects.filter(managed_by(person))


def known_to(person: Person) -> QuerySet[CourseSession]:
    """The sessions whose titles one who writes courses may read beside them: as a teacher those that are no drafts, as
    their owner or coach all."""
    if manages_all(person):
        return CourseSession.objects.all()
    teaching = CourseTeacher.objects.filter(
        course__session_courses__session=OuterRef("pk"), person=person, kind=CourseTeacher.Kind.TEACHER
    )
    general = GeneralCoach.objects.filter(session=OuterRef("pk"), person=person)
    course = CourseCoach.objects.filter(session_course__session=OuterRef("pk"), person=person)
    published = ~Q(state=State.DRAFT)
    return CourseSession.objects.filter(
        published & Q(Exists(teaching)) | managed_by(person) | Q(Exists(general)) | Q(Exists(course))
    )


def filtered(sessions: QuerySet[CourseSession], by: Filters) -> QuerySet[CourseSession]:
    """Those that fit every filter. A category "none" means those without one."""
    for word in fold(by.q).split():
        sessions = sessions.filter(search_text__contains=word)
    if by.category == "none":
        sessions = sessions.filter(category=None)
    elif by.category:
        sessions = sessions.filter(category=int(by.category[:18]) if by.category.isdecimal() else 0)
    if by.state:
        sessions = sessions.filter(state=by.state)
    if by.opens:
        sessions = sessions.filter(Q(closes_at=None) | Q(closes_at__gt=by.opens))
    if by.closes:
        sessions = sessions.filter(Q(opens_at=None) | Q(opens_at__lt=by.closes))
    return _with_coach(_with_course(sessions, by.course), by.coach)


def in_tab(tab: Tab, at: datetime) -> Q:
    """The rule `tab_of`, as a condition on the session's own window. Drafts have a tab of their own."""
    over, begun = Q(closes_at__lte=at), Q(opens_at=None) | Q(opens_at__lte=at)
    open_ended = Q(closes_at=None) | Q(closes_at__gt=at)
    match tab:
        case Tab.CURRENT:
            return Q(state=State.PUBLISHED) & begun & open_ended
        case Tab.UPCOMING:
            return Q(state=State.PUBLISHED, opens_at__gt=at) & open_ended
        case Tab.PAST:
            return Q(state__in=[State.CANCELLED, State.ARCHIVED]) | (Q(state=State.PUBLISHED) & over)
        case Tab.DRAFTS:
            return Q(state=State.DRAFT)
        case Tab.ALL:
            return Q()


def tab_counts(sessions: QuerySet[CourseSession], at: datetime) -> dict[str, int]:
    """How many of them are in each tab; one query."""
    every = Count("pk")
    narrow = {str(tab): Count("pk", filter=in_tab(tab, at)) for tab in Tab if tab is not Tab.ALL}
    return sessions.order_by().aggregate(**{str(Tab.ALL): every}, **narrow)


ORDERS: dict[str, Sequence[Any]] = {
    "title": ("search_text", "id"),
    "-title": ("-search_text", "-id"),
    "category": (Lower("category__name").asc(nulls_last=True), "search_text", "id"),
    "-category": (Lower("category__name").desc(nulls_last=True), "search_text", "id"),
    "dates": (F("opens_at").asc(nulls_last=True), F("closes_at").asc(nulls_last=True), "id"),
    "-dates": (F("opens_at").desc(nulls_last=True), F("closes_at").desc(nulls_last=True), "-id"),
    "learners": ("learners", "search_text", "id"),
    "-learners": ("-learners", "search_text", "id"),
    "state": ("state", "search_text", "id"),
    "-state": ("-state", "search_text", "id"),
}
# Without a choice: what ends soonest, begins soonest, ended last, was made last.
OWN_ORDERS: dict[Tab, Sequence[Any]] = {
    Tab.ALL: ("-id",),
    Tab.CURRENT: (F("closes_at").asc(nulls_last=True), "-id"),
    Tab.UPCOMING: ("opens_at", "id"),
    Tab.PAST: (F("closes_at").desc(nulls_last=True), "-id"),
    Tab.DRAFTS: ("-changed_at", "-id"),
}


def ordered(sessions: QuerySet[CourseSession], tab: Tab, sort: str) -> QuerySet[CourseSession]:
    """In the order of a column's heading, else in the tab's own; with what a row needs of category and course."""
    if sort.removeprefix("-") == "learners":
        sessions = sessions.annotate(learners=_count_of_learners())
    return sessions.order_by(*ORDERS.get(sort, OWN_ORDERS[tab])).select_related("category", "owner")


def rows_of(sessions: Sequence[CourseSession], at: datetime) -> list[Row]:
    """What the list says of each; three queries, however many sessions."""
    rows = {session.pk: Row(session, look_of(session, at)) for session in sessions}
    taking_part = _taking_part(Enrolment.objects.filter(session__in=rows))
    for pk, count in taking_part.order_by().values_list("session").annotate(n=Count("pk")):
        rows[pk].learners = count
    places = SessionCourse.objects.filter(session__in=rows).order_by("session", "position", "id")
    for pk, title in places.values_list("session", "course__title"):
        rows[pk].courses.append(title)
    for pk, names in coach_names(rows).items():
        rows[pk].coaches = names
    return list(rows.values())


def look_of(session: CourseSession, at: datetime) -> str:
    """The word of a session's state: its own where that is not simply "published", else where it stands in time."""
    if session.state != State.PUBLISHED:
        return str(session.state)
    tab = tab_of(terms_of(session), at)
    if tab is ListName.CURRENT and not session.closes_at and not session.duration_days:
        return "always_open"
    else:
        return str(tab)


def coach_names(sessions: Any) -> dict[int, list[str]]:
    """The coaches of these sessions (ids), general coaches first, each once; one query."""
    general = _names_of(GeneralCoach.objects.filter(session__in=sessions), "session_id", Value("1"))
    courses = _names_of(
        CourseCoach.objects.filter(session_course__session__in=sessions), "session_course__session_id", Value("2")
    )
    found: dict[int, dict[int, str]] = defaultdict(dict)
    for pk, _rank, _row, person, first, last, username in general.union(courses, all=True).order_by("rank", "row"):
        found[pk].setdefault(person, f"{first} {last}".strip() or username)
    return {pk: list(names.values()) for pk, names in found.items()}


def _names_of(coaches: QuerySet[Any], session: str, rank: Value) -> QuerySet[Any, tuple[Any, ...]]:
    return (
        coaches.order_by()
        .annotate(
            place=F(session),
            rank=Value(rank.value, output_field=CharField()),
            row=F("pk"),
        )
        .values_list("place", "rank", "row", "person", "person__first_name", "person__last_name", "person__username")
    )


def _with_course(sessions: QuerySet[CourseSession], words: str) -> QuerySet[CourseSession]:
    """Those with a course whose code or title holds every word."""
    if not fold(words):
        return sessions
    places = SessionCourse.objects.filter(session=OuterRef("pk"))
    for word in fold(words).split():
        places = places.filter(course__search_text__contains=word)
    return sessions.filter(Exists(places))


def _with_coach(sessions: QuerySet[CourseSession], words: str) -> QuerySet[CourseSession]:
    """Those coached, as a whole or in one course, by somebody whose name holds every word."""
    if not fold(words):
        return sessions
    people = search_people(words).order_by().values("pk")
    return sessions.filter(
        Exists(GeneralCoach.objects.filter(session=OuterRef("pk"), person__in=people))
        | Exists(CourseCoach.objects.filter(session_course__session=OuterRef("pk"), person__in=people))
    )


def _count_of_learners() -> Coalesce:
    rows = _taking_part(Enrolment.objects.filter(session=OuterRef("pk"))).order_by()
    return Coalesce(Subquery(rows.values("session").annotate(n=Count("pk")).values("n")), 0)


def _taking_part(enrolments: QuerySet[Enrolment]) -> QuerySet[Enrolment]:
    """Who takes part or has completed: a past session still shows how many it had."""
    return enrolments.filter(is_latest=True).exclude(state=Enrolment.State.WITHDRAWN)

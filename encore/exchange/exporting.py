"""People and sessions as tables that `import` reads back unchanged."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import IO, Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from encore.base.reading.writing import TooLong, csv_lines, write_workbook
from encore.courses.models import (
    CourseCoach,
    CourseExclusion,
    CourseSession,
    CourseTeacher,
    Enrolment,
    EnrolmentSource,
    GeneralCoach,
    SessionClass,
    SessionCourse,
)
from encore.exchange.cells import CourseCell, write_courses, write_list, write_status, write_when
from encore.exchange.kinds.sessions import WRITTEN_AFTER_END
from encore.people.models import ClassMember, Person

PORTION = 500
Rows = Iterator[Sequence[str]]

PEOPLE = (
    "LastName;FirstName;Email;UserName;OfficialCode;language;PhoneNumber;Status;ExpiryDate;Courses;Learns;Teaches;"
    "Assists;ClassId;TimeZone"
).split(";")
SESSIONS = (
    "SessionName;Coach;DateStart;DateEnd;Users;Courses;VisibilityAfterExpiration;DisplayStartDate;DisplayEndDate;"
    "CoachStartDate;CoachEndDate;Classes;SessionCategory;SessionDescription;TimeZone;Duration;CoachDaysBefore;"
    "CoachDaysAfter;Seats;State"
).split(";")


__all__ = ["EXPORTS", "ExportRefused", "csv_lines", "people_rows", "session_rows", "write_xlsx"]


class ExportRefused(Exception):
    """This table cannot be written in this form. `str()` of it is a whole, translated sentence."""


def people_rows(people: QuerySet[Person] | None = None) -> Rows:
    """A heading, then the active people, a portion at a time."""
    yield PEOPLE
    chosen = Person.objects.filter(is_active=True) if people is None else people
    for portion in _portions(chosen):
        yield from _people_portion(portion)


def session_rows(sessions: QuerySet[CourseSession] | None = None) -> Rows:
    """A heading, then the sessions, but for the standing ones, which belong to their courses."""
    yield SESSIONS
    chosen = CourseSession.objects.all() if sessions is None else sessions
    for portion in _portions(chosen.filter(standing_for=None).select_related("category")):
        yield from _sessions_portion(portion)


EXPORTS: dict[str, Callable[[], Rows]] = {"people": people_rows, "sessions": session_rows}


def write_xlsx(rows: Iterable[Sequence[str]], file: IO[bytes]) -> None:
    """The same as a workbook. Raises ExportRefused if a cell does not fit into one."""
    try:
        write_workbook(rows, file)
    except TooLong as error:
        raise ExportRefused(
            _("“%(start)s” has more in one cell than a workbook can hold. Export as CSV instead.")
            % {"start": error.row}
        ) from error


def _portions(rows: QuerySet[Any]) -> Iterator[list[Any]]:
    last = 0
    while portion := list(rows.filter(pk__gt=last).order_by("pk")[:PORTION]):
        yield portion
        last = portion[-1].pk


def _people_portion(people: list[Person]) -> Rows:
    zone = ZoneInfo(settings.TIME_ZONE)
    teaches: dict[int, list[str]] = defaultdict(list)
    assists: dict[int, list[str]] = defaultdict(list)
    learns: dict[int, list[str]] = defaultdict(list)
    classes: dict[int, list[str]] = defaultdict(list)
    for pk, code, kind in (
        CourseTeacher.objects.filter(person__in=people).order_by("pk").values_list("person", "course__code", "kind")
    ):
        (teaches if kind == CourseTeacher.Kind.TEACHER else assists)[pk].append(code)
    for pk, code in (
        _named(Enrolment.objects.filter(person__in=people, session__standing_for__isnull=False))
        .order_by("pk")
        .values_list("person", "session__standing_for__code")
    ):
        learns[pk].append(code)
    for pk, name in (
        ClassMember.objects.filter(person__in=people).order_by("pk").values_list("person", "school_class__name")
    ):
        classes[pk].append(name)
    for person in people:
        first, second = (teaches, learns) if person.is_teacher else (learns, teaches)
        yield [
            person.last_name,
            person.first_name,
            person.email,
            person.username,
            person.official_code,
            person.language,
            person.phone,
            write_status(person.roles),
            write_when(person.expires_at, zone, end=True),
            # For a teacher "Courses" are those taught, for others those learnt; what does not fit has its own column.
            write_list(first[person.pk]),
            write_list(second[person.pk]) if person.is_teacher else "",
            "" if person.is_teacher else write_list(second[person.pk]),
            write_list(assists[person.pk]),
            write_list(classes[person.pk]),
            person.time_zone,
        ]


def _named(enrolments: QuerySet[Enrolment]) -> QuerySet[Enrolment]:
    """Live enrolments that anything else than a class brought; classes are told by themselves."""
    sources = EnrolmentSource.objects.filter(enrolment=OuterRef("pk")).exclude(kind=EnrolmentSource.Kind.SCHOOL_CLASS)
    return enrolments.filter(Exists(sources), state__in=Enrolment.LIVE, is_latest=True)


def _sessions_portion(sessions: list[CourseSession]) -> Rows:
    facts = _Facts(sessions)
    for session in sessions:
        zone = session.zone
        yield [
            session.title,
            write_list(facts.coaches[session.pk]),
            write_when(session.opens_at, zone),
            write_when(session.closes_at, zone, end=True),
            write_list(facts.users[session.pk].values()),
            write_courses(facts.courses(session)),
            WRITTEN_AFTER_END[CourseSession.AfterEnd(session.after_end)],
            write_when(session.shown_from, zone),
            write_when(session.shown_until, zone, end=True),
            write_when(session.coach_opens_at, zone),
            write_when(session.coach_closes_at, zone, end=True),
            write_list(facts.classes[session.pk]),
            " ".join(session.category.name.split()) if session.category else "",
            re.sub(r"\r\n?", "\n", session.description),
            session.time_zone,
            _number(session.duration_days),
            _number(session.coach_days_before),
            _number(session.coach_days_after),
            _number(session.seats),
            session.state,
        ]


class _Facts:
    """Who and what is in some sessions, by session."""

    def __init__(self, sessions: list[CourseSession]) -> None:
        self.coaches, self.classes, self.places = defaultdict(list), defaultdict(list), defaultdict(list)
        self.users: dict[int, dict[int, str]] = defaultdict(dict)
        self.course_coaches: dict[int, list[str]] = defaultdict(list)
        self.excluded: dict[int, set[int]] = defaultdict(set)
        for session, username in (
            GeneralCoach.objects.filter(session__in=sessions).order_by("pk").values_list("session", "person__username")
        ):
            self.coaches[session].append(username)
        for session, name in (
            SessionClass.objects.filter(session__in=sessions)
            .order_by("pk")
            .values_list("session", "school_class__name")
        ):
            self.classes[session].append(name)
        for place in SessionCourse.objects.filter(session__in=sessions).select_related("course"):
            self.places[place.session_id].append(place)
        for pk, username in (
            CourseCoach.objects.filter(session_course__session__in=sessions)
            .order_by("pk")
            .values_list("session_course", "person__username")
        ):
            self.course_coaches[pk].append(username)
        for pk, person in CourseExclusion.objects.filter(
            session_course__session__in=sessions, enrolment__is_latest=True
        ).values_list("session_course", "enrolment__person"):
            self.excluded[pk].add(person)
        for session, person, username in (
            _named(Enrolment.objects.filter(session__in=sessions))
            .order_by("pk")
            .values_list("session", "person", "person__username")
        ):
            self.users[session][person] = username

    def courses(self, session: CourseSession) -> Iterator[CourseCell]:
        users = self.users[session.pk]
        for place in self.places[session.pk]:
            out = self.excluded[place.pk] & users.keys()
            inside = [username for person, username in users.items() if person not in out]
            yield CourseCell(place.course.code, self.course_coaches[place.pk], inside if out else None)


def _number(value: int | None) -> str:
    return "" if value is None else str(value)

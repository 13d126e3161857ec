"""Writes planned sessions, through the same actions as the pages."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from encore.courses.actions.enrolment import enrol
from encore.courses.actions.letters import tell_enrolled
from encore.courses.actions.session import (
    add_class,
    add_courses,
    create_session,
    set_course_coaches,
    set_general_coaches,
    update_session,
)
from encore.courses.models import (
    Course,
    CourseExclusion,
    CourseSession,
    Enrolment,
    EnrolmentSource,
    SessionCategory,
    SessionCourse,
)
from encore.exchange.planning import Options, Planned
from encore.exchange.present import by_text, people_named
from encore.ledger.actions import record
from encore.people.models import Person, SchoolClass

IMPORT = EnrolmentSource.Kind.IMPORT


def write_sessions(rows: Sequence[Planned], options: Options, *, by: Person | None, at: datetime) -> None:
    """Make and change the sessions of planned rows. Everyone and everything they name is there."""
    writer = _Writer(rows, options, by, at)
    for row in rows:
        writer.write(row)


class _Writer:
    def __init__(self, rows: Sequence[Planned], options: Options, by: Person | None, at: datetime) -> None:
        self.options, self.by, self.at = options, by, at
        self.people = people_named(_names(rows))
        codes = {code for row in rows for code in row.does.get("courses", [])}
        codes |= {code for row in rows for word in ("course_coaches", "exclude") for code, _n in row.does.get(word, [])}
        self.courses = by_text(Course.objects.all(), "code", codes)
        self.classes = by_text(
            SchoolClass.objects.all(), "name", {name for row in rows for name in row.does.get("classes", [])}
        )
        self.categories = {
            " ".join(category.name.split()).lower(): category for category in SessionCategory.objects.all()
        }

    def write(self, row: Planned) -> None:
        session = self._session(row)
        if codes := row.does.get("courses"):
            add_courses(
                session,
                [self.courses[code].pk for code in codes],
                by=self.by,
                at=self.at,
                teachers_coach=self.options.teachers_coach,
            )
        self._coach(row, session)
        enrolled: set[int] = set()
        for name in row.does.get("classes", []):
            result = add_class(session, self.classes[name.lower()], by=self.by, at=self.at)
            enrolled |= {*result.enrolled, *result.restored}
        if names := row.does.get("enrol"):
            ids = [self.people[name.lower()].pk for name in names]
            result = enrol(ids, session, by=self.by, at=self.at, kind=IMPORT)
            enrolled |= {*result.enrolled, *result.restored}
        self._exclude(row, session)
        if self.options.send_mail and enrolled:
            tell_enrolled(session, enrolled, at=self.at)

    def _session(self, row: Planned) -> CourseSession:
        facts: dict[str, Any] = dict(row.does.get("facts", {}))
        if category := facts.get("category"):
            facts["category"] = self.categories[category]
        coaches = [self.people[name.lower()].pk for name in row.does.get("coaches", [])]
        if row.target is None:
            title = row.record.value("title")
            return create_session(by=self.by, at=self.at, title=title, general_coaches=coaches, **facts)
        session: CourseSession = row.target
        if facts:
            session = update_session(session, facts, by=self.by, at=self.at)
        if coaches:
            set_general_coaches(session, add=coaches, by=self.by, at=self.at)
        return session

    def _coach(self, row: Planned, session: CourseSession) -> None:
        coaches: dict[str, list[int]] = defaultdict(list)
        for code, name in row.does.get("course_coaches", []):
            coaches[code].append(self.people[name.lower()].pk)
        places = self._places(session, coaches)
        for code, ids in coaches.items():
            set_course_coaches(places[code], add=ids, by=self.by, at=self.at)

    def _exclude(self, row: Planned, session: CourseSession) -> None:
        out: dict[str, list[int]] = defaultdict(list)
        for code, name in row.does.get("exclude", []):
            out[code].append(self.people[name.lower()].pk)
        places = self._places(session, out)
        for code, ids in out.items():
            exclude_many(places[code], ids, by=self.by, at=self.at)

    def _places(self, session: CourseSession, codes: Iterable[str]) -> dict[str, SessionCourse]:
        by_course = {self.courses[code].pk: code for code in codes}
        found = SessionCourse.objects.filter(session=session, course__in=by_course).select_related("session")
        return {by_course[place.course_id]: place for place in found} if by_course else {}


def exclude_many(place: SessionCourse, people: Sequence[int], *, by: Person | None, at: datetime) -> None:
    """Take people (ids) of the session out of one of its courses, in a few queries."""
    enrolments = Enrolment.objects.filter(
        session=place.session_id, person__in=people, is_latest=True, state__in=Enrolment.LIVE
    )
    CourseExclusion.objects.bulk_create(
        [CourseExclusion(enrolment=enrolment, session_course=place, by=by, at=at) for enrolment in enrolments],
        batch_size=500,
        ignore_conflicts=True,
    )
    record(
        "exclude from course",
        place.session,
        by=by,
        at=at,
        session_id=place.session_id,
        changes={"course": place.course_id, "people": list(people)},
    )


def _names(rows: Sequence[Planned]) -> set[str]:
    names = set()
    for row in rows:
        names |= {*row.does.get("coaches", []), *row.does.get("enrol", [])}
        names |= {name for word in ("course_coaches", "exclude") for _code, name in row.does.get(word, [])}
    return names

"""The demo's people, courses and classes by their short names, and the days around the one it is made on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from encore.courses.actions.category import add_category
from encore.courses.actions.session import add_courses, create_session, publish, set_course_coaches
from encore.courses.context import Here, here_for
from encore.courses.models import Course, CourseSession, Enrolment, SessionCategory, SessionCourse
from encore.demo.days import Days
from encore.people.models import Person, SchoolClass

HOME = "Europe/Brussels"


@dataclass
class Centre:
    """Where the sessions are made. `at`: the moment that is today."""

    at: datetime
    zone: str = HOME

    def days(self, zone: str = "") -> Days:
        return Days(self.at, ZoneInfo(zone or self.zone))

    @cached_property
    def people(self) -> dict[str, Person]:
        return {person.username: person for person in Person.objects.all()}

    @cached_property
    def courses(self) -> dict[str, Course]:
        return {course.code: course for course in Course.objects.all()}

    def ids(self, *usernames: str) -> list[int]:
        return [self.people[name].pk for name in usernames]

    def school_class(self, name: str) -> SchoolClass:
        return SchoolClass.objects.get(name=name)

    def category(self, name: str, at: datetime) -> SessionCategory:
        found = SessionCategory.objects.filter(name__iexact=name).first()
        return found or add_category(SessionCategory, name, by=self.people["sara"], at=at)

    def here(self, username: str, session: CourseSession, code: str, at: datetime) -> Here:
        return here_for(self.people[username], at=at, session=session.pk, code=code)

    def enrolment(self, username: str, session: CourseSession) -> Enrolment:
        return Enrolment.objects.get(person=self.people[username], session=session, is_latest=True)

    def place(self, session: CourseSession, code: str) -> SessionCourse:
        return SessionCourse.objects.select_related("session", "course").get(session=session, course__code=code)

    def make(
        self,
        title: str,
        courses: Mapping[str, Sequence[str]],
        *,
        planned: int,
        category: str,
        by: str = "sara",
        general: Sequence[str] = (),
        zone: str = "",
        opens: int | datetime | None = None,
        closes: int | datetime | None = None,
        published: bool = True,
        **fields: Any,
    ) -> CourseSession:
        """A session in three steps, `planned` days from today: itself, its courses with their coaches, publishing.

        `opens` and `closes` are whole days from today, or instants.
        """
        days, owner = self.days(zone), self.people[by]
        at = days.clock(planned, "10:15")
        session = create_session(
            by=owner,
            at=at,
            title=title,
            general_coaches=self.ids(*general),
            category=self.category(category, at),
            time_zone=zone or self.zone,
            opens_at=days.start(opens) if isinstance(opens, int) else opens,
            closes_at=days.end(closes) if isinstance(closes, int) else closes,
            **fields,
        )
        places = add_courses(session, [self.courses[code].pk for code in courses], by=owner, at=at)
        for place, coaches in zip(places, courses.values(), strict=True):
            set_course_coaches(place, add=self.ids(*coaches), by=owner, at=at)
        return publish(session, by=owner, at=days.clock(planned, "11:40")) if published else session

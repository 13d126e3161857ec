"""Who learns or teaches which course; and the people of one session."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from encore.base.reading.errors import FileRefused
from encore.courses.actions.course import set_teachers
from encore.courses.actions.enrolment import enrol
from encore.courses.actions.session import open_without_dates
from encore.courses.models import Course, CourseSession, CourseTeacher, EnrolmentSource
from encore.exchange.attendance import Attendance
from encore.exchange.cells import CellError, read_status
from encore.exchange.columns import Column, Record
from encore.exchange.planning import Kind, Planned, first_seen
from encore.exchange.present import by_text, people_named
from encore.people.words import Role

IMPORT = EnrolmentSource.Kind.IMPORT


class CoursePeople(Kind):
    name = "course-people"
    label = gettext_lazy("People in courses")
    help = gettext_lazy(
        "Learners are enrolled in the course without dates (its standing session, made if it is not there); teachers "
        "become teachers of the course."
    )
    columns = (
        Column("username", "UserName", ("user", "login"), required=True),
        Column("course", "CourseCode", ("course", "code"), required=True),
        Column("status", "Status", ("role",)),
    )
    chooses = frozenset({"create_missing"})
    example = "UserName;CourseCode;Status\r\namina;SAFETY;student\r\ndolores;SAFETY;teacher\r\n"

    def plan(self, records: Sequence[Record]) -> list[Planned]:
        self.people = people_named(record.value("username") for record in records)
        self.courses = by_text(Course.objects.all(), "code", (record.value("course") for record in records))
        found = CourseSession.objects.filter(standing_for__in=list(self.courses.values()))
        self.standing = {session.standing_for_id: session for session in found}
        self.attendance = Attendance(found, [person.pk for person in self.people.values()])
        self.teaching = set(
            CourseTeacher.objects.filter(
                course__in=list(self.courses.values()), kind=CourseTeacher.Kind.TEACHER
            ).values_list("course", "person")
        )
        self.seen: dict[tuple[str, str], int] = {}
        return [self._row(record) for record in records]

    def _row(self, record: Record) -> Planned:
        username, code = record.value("username"), record.value("course")
        row = Planned(record, f"{username} → {code}")
        key = (username.lower(), code.lower())
        if record.problem:
            row.refuse(record.problem)
        elif not username or not code:
            row.refuse(_("A username and the code of a course are needed."))
        elif key in self.seen:
            row.refuse(_("The same is on line %(line)d already.") % {"line": self.seen[key]})
        else:
            self.seen[key] = record.line
            person, course = self.need_person(row, username, self.people), self.need_course(row, code, self.courses)
            if person and course:
                self._plan(row, username.lower(), code.lower())
        return row

    def _plan(self, row: Planned, username: str, code: str) -> None:
        person, course = self.people.get(username), self.courses.get(code)
        try:
            teaches = Role.TEACHER in read_status(row.record.value("status"))
        except CellError as error:
            row.refuse(str(error))
            return
        title = course.title if course else row.record.value("course")
        if not teaches:
            session = self.standing.get(course.pk) if course else None
            if self.enrols(row, self.attendance, session, person, title):
                row.is_new, row.does = True, {"learn": [username, code]}
        elif not (course and person and (course.pk, person.pk) in self.teaching):
            if course and not self.may_manage_everything():
                row.refuse(_("Only administrators may make somebody a teacher of “%(title)s”.") % {"title": title})
            row.is_new, row.does = True, {"teach": [username, code]}
            row.say(_("Becomes a teacher of “%(title)s”.") % {"title": title})

    def apply(self, rows: Sequence[Planned], *, at: datetime) -> None:
        self.make_missing(rows, at=at)
        people = people_named(row.record.value("username") for row in rows)
        courses = by_text(Course.objects.all(), "code", (row.record.value("course") for row in rows))
        learners: dict[str, list[int]] = defaultdict(list)
        teachers: dict[str, list[int]] = defaultdict(list)
        for row in rows:
            gathered = learners if "learn" in row.does else teachers
            username, code = row.does.get("learn") or row.does["teach"]
            gathered[code].append(people[username].pk)
        for code, ids in learners.items():
            session = open_without_dates(courses[code], by=self.actor, at=at)
            enrol(ids, session, by=self.actor, at=at, kind=IMPORT)
        for code, ids in teachers.items():
            set_teachers(courses[code], add=ids, by=self.actor, at=at)


class SessionPeople(Kind):
    name = "session-people"
    label = gettext_lazy("Learners of a session")
    help = gettext_lazy("Enrols the people named in the file in one session.")
    columns = (Column("username", "username", ("user", "users", "login", "name"), required=True),)
    chooses = frozenset({"create_missing", "session"})
    example = "username\r\namina\r\nboris\r\n"

    def plan(self, records: Sequence[Record]) -> list[Planned]:
        found = CourseSession.objects.filter(pk=self.options.session or 0).first()
        if found is None:
            raise FileRefused(_("There is no such session any more."))
        self.session = found
        self.people = people_named(record.value("username") for record in records)
        self.attendance = Attendance([self.session], [person.pk for person in self.people.values()])
        twice = first_seen(records, "username")
        return [self._row(record, twice.get(id(record))) for record in records]

    def _row(self, record: Record, earlier: int | None) -> Planned:
        username = record.value("username")
        person = self.people.get(username.lower())
        row = Planned(record, f"{person.name} ({person.username})" if person else username)
        if record.problem:
            row.refuse(record.problem)
        elif not username:
            row.refuse(_("There is no username."))
        elif earlier:
            row.refuse(
                _("The username “%(username)s” is on line %(line)d already.") % {"username": username, "line": earlier}
            )
        elif self.need_person(row, username, self.people) and self.enrols(
            row, self.attendance, self.session, person, self.session.title
        ):
            row.is_new, row.does = True, {"enrol": username.lower()}
        return row

    def apply(self, rows: Sequence[Planned], *, at: datetime) -> None:
        self.make_missing(rows, at=at)
        people = people_named(row.record.value("username") for row in rows)
        ids = [people[row.does["enrol"]].pk for row in rows]
        enrol(ids, self.session, by=self.actor, at=at, kind=IMPORT)

"""Sessions, with their courses, coaches, learners and classes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from encore.base.reading.trees import Node, Tree
from encore.courses.models import (
    Course,
    CourseCoach,
    CourseExclusion,
    CourseSession,
    GeneralCoach,
    SessionCategory,
    SessionClass,
    SessionCourse,
)
from encore.exchange.attendance import Attendance, Verdict
from encore.exchange.cells import (
    CellError,
    CourseCell,
    read_courses,
    read_list,
    read_names,
    read_when,
    write_courses,
    write_list,
    write_when,
)
from encore.exchange.columns import Column, Record
from encore.exchange.kinds.courses import Courses
from encore.exchange.kinds.people import People
from encore.exchange.kinds.session_writing import write_sessions
from encore.exchange.planning import Kind, Planned, first_seen
from encore.exchange.present import batches, by_text, people_named
from encore.people.models import ClassMember, SchoolClass
from encore.people.zones import zones

COLUMNS = (
    Column("title", "SessionName", ("name", "title", "session"), required=True),
    Column("coaches", "Coach", ("tutor", "coaches", "tutors", "generalcoach"), required=False),
    Column("opens_at", "DateStart", ("startdate", "accessstartdate", "start"), required=True),
    Column("closes_at", "DateEnd", ("enddate", "accessenddate", "end"), required=True),
    Column("users", "Users", ("user", "learners", "students")),
    Column("courses", "Courses", ("course",)),
    Column("after_end", "VisibilityAfterExpiration", ("visibility", "afterend")),
    Column("shown_from", "DisplayStartDate"),
    Column("shown_until", "DisplayEndDate"),
    Column("coach_opens_at", "CoachStartDate", ("coachaccessstartdate",)),
    Column("coach_closes_at", "CoachEndDate", ("coachaccessenddate",)),
    Column("classes", "Classes", ("class", "usergroups")),
    Column("category", "SessionCategory", ("category",)),
    Column("description", "SessionDescription", ("description",)),
    Column("time_zone", "TimeZone", ("zone",)),
    Column("duration_days", "Duration", ("durationdays", "days")),
    Column("coach_days_before", "CoachDaysBefore"),
    Column("coach_days_after", "CoachDaysAfter"),
    Column("seats", "Seats", ("places",)),
    Column("state", "State"),
    Column("id", "SessionId", ("id",), unused=gettext_lazy("numbers of another platform mean nothing here.")),
)
DATES = ("opens_at", "closes_at", "shown_from", "shown_until", "coach_opens_at", "coach_closes_at")
ENDS = frozenset({"closes_at", "shown_until", "coach_closes_at"})
NUMBERS = ("duration_days", "coach_days_before", "coach_days_after", "seats")
MOST = 32_000
AFTER_END = {
    **dict.fromkeys(["read_only", "readonly", "1"], CourseSession.AfterEnd.READ_ONLY),
    **dict.fromkeys(["accessible", "open", "2", "4"], CourseSession.AfterEnd.OPEN),
    **dict.fromkeys(["not_accessible", "notaccessible", "closed", "3"], CourseSession.AfterEnd.CLOSED),
}
WRITTEN_AFTER_END = {
    CourseSession.AfterEnd.READ_ONLY: "read_only",
    CourseSession.AfterEnd.OPEN: "accessible",
    CourseSession.AfterEnd.CLOSED: "not_accessible",
}
FACTS = {
    "opens_at": gettext_lazy("Opens"),
    "closes_at": gettext_lazy("Closes"),
    "shown_from": gettext_lazy("Shown from"),
    "shown_until": gettext_lazy("Shown until"),
    "coach_opens_at": gettext_lazy("Coaches from"),
    "coach_closes_at": gettext_lazy("Coaches until"),
    "after_end": gettext_lazy("After the end"),
    "duration_days": gettext_lazy("Days for each learner"),
    "coach_days_before": gettext_lazy("Coach days before"),
    "coach_days_after": gettext_lazy("Coach days after"),
    "seats": gettext_lazy("Seats"),
    "time_zone": gettext_lazy("Time zone"),
    "category": gettext_lazy("Category"),
    "description": gettext_lazy("Description"),
    "state": gettext_lazy("State"),
}


class Sessions(Kind):
    name = "sessions"
    label = gettext_lazy("Sessions")
    help = gettext_lazy(
        "Makes sessions with their courses, coaches, learners and classes; adds to those that exist. Nobody is taken "
        "out of a session by a file. A plain end date includes that day."
    )
    columns = COLUMNS
    chooses = frozenset({"create_missing", "update", "teachers_coach", "send_mail"})
    brackets = True
    xml = "Sessions"
    example = (
        "SessionName;Coach;DateStart;DateEnd;Users;Courses\r\n"
        "Fire safety, spring;chidi;2027-03-01;2027-03-31;amina|boris;SAFETY[chidi][amina,boris]|FIRSTAID\r\n"
    )

    def read_tree(self, tree: Tree) -> tuple[list[Record], list[str]]:
        notes: list[str] = []
        users = [user for group in tree.root.all("users") for user in group.all("user")]
        courses = [course for group in tree.root.all("courses") for course in group.all("course")]
        records = [
            *self.read_elements(users, People.columns, notes),
            *self.read_elements(courses, Courses.columns, notes),
            *(self._session_record(session, notes) for session in tree.root.all("session")),
        ]
        return records, notes

    def _session_record(self, session: Node, notes: list[str]) -> Record:
        facts = Node(session.name, session.line)
        facts.children = [child for child in session.children if child.name not in ("user", "course")]
        record = self.read_elements([facts], self.columns, notes)[0]
        users = [user.text.strip() for user in session.all("user")]
        record.values["users"] = write_list(user for user in users if user)
        record.values["courses"] = write_courses(
            CourseCell(
                course.value("coursecode", "code"),
                [coach.text.strip() for coach in course.all("coach", "tutor") if coach.text.strip()],
                [user.text.strip() for user in course.all("user") if user.text.strip()] or None,
            )
            for course in session.all("course")
            if course.value("coursecode", "code")
        )
        return record

    def plan(self, records: Sequence[Record]) -> list[Planned]:
        others = self._plan_others(records)
        sessions = [record for record in records if record.part in ("", "session")]
        self._find(sessions)
        twice = first_seen(sessions, "title")
        planned = others | {id(record): self._row(record, twice.get(id(record))) for record in sessions}
        return [planned[id(record)] for record in records]

    def _plan_others(self, records: Sequence[Record]) -> dict[int, Planned]:
        """The people and courses that an XML file brings along; what they bring may be named by the sessions."""
        self.people_kind, self.course_kind = People(self.options, self.actor), Courses(self.options, self.actor)
        users = [record for record in records if record.part == "user"]
        courses = [record for record in records if record.part == "course"]
        planned = {}
        for row in self.people_kind.plan(users):
            planned[id(row.record)] = row
            if not row.refusals:
                self.coming_people.add(row.record.value("username").lower())
        self.course_kind.coming_people = self.coming_people
        for row in self.course_kind.plan(courses):
            planned[id(row.record)] = row
            if not row.refusals:
                self.coming_courses.add(row.record.value("code").lower())
        return planned

    # What there is.

    def _find(self, records: Sequence[Record]) -> None:
        self.cells: dict[int, list[CourseCell]] = {}
        self.cell_errors: dict[int, str] = {}
        names, codes, classes = set(), set(), set()
        for record in records:
            try:
                cells = read_courses(record.value("courses"))
            except CellError as error:
                cells, self.cell_errors[id(record)] = [], str(error)
            self.cells[id(record)] = cells
            names |= {*read_names(record.value("users")), *read_names(record.value("coaches"))}
            for cell in cells:
                names |= {*cell.coaches, *(cell.users or [])}
                codes.add(cell.code)
            classes |= {_one_line(name) for name in read_list(record.value("classes"))}
        self.people = people_named(names)
        self.courses = by_text(Course.objects.all(), "code", codes)
        self.classes = by_text(SchoolClass.objects.all(), "name", classes)
        self.categories = {_one_line(category.name).lower() for category in SessionCategory.objects.all()}
        titles = (record.value("title") for record in records)
        found = CourseSession.objects.filter(standing_for=None).select_related("category")
        self.sessions = by_text(found, "title", titles)
        self._find_places()

    def _find_places(self) -> None:
        sessions = {session.pk: session for session in self.sessions.values()}
        people = {person.pk for person in self.people.values()}
        self.attendance = Attendance(sessions.values(), people)
        self.general: set[tuple[int, int]] = set()
        self.places: dict[tuple[int, int], int] = {}
        self.coaching: set[tuple[int, int]] = set()
        self.excluded: set[tuple[int, int]] = set()
        self.linked: set[tuple[int, int]] = set()
        for part in batches(sessions):
            self.general |= set(GeneralCoach.objects.filter(session__in=part).values_list("session", "person"))
            for place, session, course in SessionCourse.objects.filter(session__in=part).values_list(
                "pk", "session", "course"
            ):
                self.places[session, course] = place
            self.coaching |= set(
                CourseCoach.objects.filter(session_course__session__in=part).values_list("session_course", "person")
            )
            self.excluded |= set(
                CourseExclusion.objects.filter(session_course__session__in=part, enrolment__is_latest=True).values_list(
                    "session_course", "enrolment__person"
                )
            )
            self.linked |= set(SessionClass.objects.filter(session__in=part).values_list("session", "school_class"))
        self.members: dict[int, set[int]] = {}
        ids = [school_class.pk for school_class in self.classes.values()]
        for school_class, person in ClassMember.objects.filter(school_class__in=ids).values_list(
            "school_class", "person"
        ):
            if person in people:
                self.members.setdefault(school_class, set()).add(person)

    # A row.

    def _row(self, record: Record, earlier: int | None) -> Planned:
        title = record.value("title")
        session = self.sessions.get(title.lower())
        row = Planned(record, title, is_new=session is None, target=session)
        if record.problem:
            row.refuse(record.problem)
        elif not title:
            row.refuse(_("There is no name of the session."))
        elif len(title) > 250:
            row.refuse(_("The name of a session has at most 250 letters."))
        elif earlier:
            row.refuse(_("The session “%(title)s” is on line %(line)d already.") % {"title": title, "line": earlier})
        else:
            self._facts(row, session)
            self._coaches(row, session)
            self._courses_and_people(row, session)
            if session is not None and row.does:
                self._may_change(row, session)
        return row

    def _may_change(self, row: Planned, session: CourseSession) -> None:
        if not self.manages(session):
            row.refuse(_("You do not manage the session “%(title)s”.") % {"title": session.title})
        if not self.options.update:
            row.refuse(
                _("There is a session “%(title)s”, and the file would change it. Choose to update what exists.")
                % {"title": session.title}
            )

    def _facts(self, row: Planned, session: CourseSession | None) -> None:
        told = self._told(row, session)
        self._refuse_impossible(row, session, told)
        if session is None:
            row.does["facts"] = told
            return
        changes = {name: value for name, value in told.items() if value != self._now(session, name)}
        if changes:
            row.does["facts"] = changes
        zone = session.zone
        for name, value in changes.items():
            facts = {
                "fact": FACTS[name],
                "before": _words(name, self._now(session, name), zone),
                "after": _words(name, value, zone),
            }
            if name == "category":
                before = session.category.name if session.category else ""
                facts |= {"before": before, "after": row.record.value("category")}
            if name == "description":
                row.say(_("Its description changes."))
            elif facts["before"]:
                row.say(_("%(fact)s: “%(before)s” becomes “%(after)s”.") % facts)
            else:
                row.say(_("%(fact)s: “%(after)s”.") % facts)

    def _told(self, row: Planned, session: CourseSession | None) -> dict[str, Any]:
        """The facts that the file tells; empty cells tell nothing."""
        record = row.record
        told: dict[str, Any] = {}
        zone = self._zone(row, session)
        if record.value("time_zone") and zone.key == record.value("time_zone"):
            told["time_zone"] = zone.key
        for name in DATES:
            try:
                if instant := read_when(record.value(name), zone, end=name in ENDS):
                    told[name] = instant
            except CellError as error:
                row.refuse(f"{FACTS[name]}: {error}")
        for name in NUMBERS:
            if text := record.value(name):
                if text.isascii() and text.isdigit() and (name != "duration_days" or int(text)) and int(text) <= MOST:
                    told[name] = int(text)
                else:
                    row.refuse(
                        _("%(fact)s: “%(text)s” is not a whole number that fits.")
                        % {"fact": FACTS[name], "text": text[:40]}
                    )
        self._words_told(row, told)
        return told

    def _zone(self, row: Planned, session: CourseSession | None) -> ZoneInfo:
        name = row.record.value("time_zone")
        if name and name in zones():
            return ZoneInfo(name)
        elif name:
            row.refuse(
                _("There is no time zone “%(name)s”. Time zones have names like Europe/Brussels.") % {"name": name[:60]}
            )
        return session.zone if session else self.zone

    def _words_told(self, row: Planned, told: dict[str, Any]) -> None:
        record = row.record
        if text := record.value("after_end"):
            if rule := AFTER_END.get(text.lower().replace(" ", "_")):
                told["after_end"] = str(rule)
            else:
                row.refuse(
                    _("“%(text)s” is not known. Use read_only, accessible or not_accessible.") % {"text": text[:40]}
                )
        if text := record.value("state"):
            if text.lower() in CourseSession.State.values:
                told["state"] = text.lower()
            else:
                row.refuse(
                    _("“%(text)s” is not a state. Use draft, published, cancelled or archived.") % {"text": text[:40]}
                )
        elif row.is_new:
            told["state"] = str(CourseSession.State.PUBLISHED)
        if text := record.value("description"):
            told["description"] = _newlines(text)
        name = _one_line(record.value("category"))
        if name and name != "0":  # what other programs write for none
            told["category"] = name.lower()
            if len(name) > 150:
                row.refuse(_("The name of a category has at most 150 letters."))
            if name.lower() not in self.categories:
                row.makes.session_categories[name.lower()] = name
                row.say(_("Makes the category “%(name)s”.") % {"name": name})

    def _now(self, session: CourseSession, name: str) -> Any:
        if name == "category":
            return _one_line(session.category.name).lower() if session.category else None
        elif name == "description":
            return _newlines(session.description)
        else:
            return getattr(session, name)

    def _refuse_impossible(self, row: Planned, session: CourseSession | None, told: dict[str, Any]) -> None:
        zone = ZoneInfo(told["time_zone"]) if "time_zone" in told else session.zone if session else self.zone
        for start, end, sentence in (
            ("opens_at", "closes_at", _("It would end (%(end)s) before it starts (%(start)s).")),
            ("shown_from", "shown_until", _("It would be shown until %(end)s, which is before %(start)s.")),
            ("coach_opens_at", "coach_closes_at", _("Its coaches' access would end (%(end)s) before %(start)s.")),
        ):
            first = told.get(start, getattr(session, start, None))
            last = told.get(end, getattr(session, end, None))
            if first and last and last <= first and (start in told or end in told):
                row.refuse(sentence % {"start": write_when(first, zone), "end": write_when(last, zone, end=True)})
        dated = any(told.get(name, getattr(session, name, None)) for name in ("opens_at", "closes_at"))
        if dated and told.get("duration_days", getattr(session, "duration_days", None)):
            row.refuse(_("A session has either dates or a duration, not both."))

    def _coaches(self, row: Planned, session: CourseSession | None) -> None:
        for name in read_names(row.record.value("coaches")):
            if self.need_person(row, name, self.people):
                person = self.people.get(name.lower())
                if not (session and person and (session.pk, person.pk) in self.general):
                    row.does.setdefault("coaches", []).append(name)
                    if session:
                        row.say(_("%(name)s becomes a general coach.") % {"name": person.name if person else name})

    def _courses_and_people(self, row: Planned, session: CourseSession | None) -> None:
        if id(row.record) in self.cell_errors:
            row.refuse(self.cell_errors[id(row.record)])
        cells = []
        for cell in self.cells[id(row.record)]:
            if self.need_course(row, cell.code, self.courses):
                cells.append(cell)
                self._course(row, session, cell)
            else:  # all that is wrong is told at once
                for name in [*cell.coaches, *(cell.users or [])]:
                    self.need_person(row, name, self.people)
        classes = self._classes(row, session)
        named = read_names(row.record.value("users"))
        only_in_courses = self._only_in_courses(named, cells, session, classes)
        here = []
        for name in [*named, *only_in_courses]:
            if self.need_person(row, name, self.people) and self._learner(row, session, name):
                here.append(name)
        for name in only_in_courses:
            row.say(_("“%(name)s” is named in a course only: is enrolled in the session.") % {"name": name})
        self._say_who(row, session)
        for cell in cells:
            self._exclusions(row, session, cell, here)

    def _course(self, row: Planned, session: CourseSession | None, cell: CourseCell) -> None:
        course = self.courses.get(cell.code.lower())
        place = self.places.get((session.pk, course.pk)) if session and course else None
        title = course.title if course else cell.code
        if place is None:
            row.does.setdefault("courses", []).append(cell.code.lower())
            if session:
                row.say(_("Gets the course “%(title)s”.") % {"title": title})
        for name in cell.coaches:
            if self.need_person(row, name, self.people):
                person = self.people.get(name.lower())
                if place is None or person is None or (place, person.pk) not in self.coaching:
                    row.does.setdefault("course_coaches", []).append([cell.code.lower(), name])
                    if session:
                        row.say(
                            _("%(name)s becomes a coach of “%(title)s”.")
                            % {"name": person.name if person else name, "title": title}
                        )

    def _classes(self, row: Planned, session: CourseSession | None) -> list[int]:
        """Ids of the row's classes that are there already."""
        there = []
        for name in map(_one_line, read_list(row.record.value("classes"))):
            if self.need_class(row, name, self.classes):
                school_class = self.classes.get(name.lower())
                if school_class:
                    there.append(school_class.pk)
                if not (session and school_class and (session.pk, school_class.pk) in self.linked):
                    row.does.setdefault("classes", []).append(name)
                    row.say(_("The class “%(name)s” is enrolled.") % {"name": name})
        return there

    def _only_in_courses(
        self, named: list[str], cells: list[CourseCell], session: CourseSession | None, classes: list[int]
    ) -> list[str]:
        """People whom only a course names, and whom no class brings."""
        known = {name.lower() for name in named}
        found: dict[str, str] = {}
        for cell in cells:
            for name in cell.users or []:
                person = self.people.get(name.lower())
                by_class = person and any(person.pk in self.members.get(pk, ()) for pk in classes)
                inside = person and session and person.pk in self.attendance.people[session.pk]
                if name.lower() not in known and not by_class and not inside:
                    found.setdefault(name.lower(), name)
        return list(found.values())

    def _learner(self, row: Planned, session: CourseSession | None, name: str) -> bool:
        """Whether this person is or will be in the session."""
        person = self.people.get(name.lower())
        verdict = self.attendance.verdict(session, person)
        if verdict is Verdict.LEFT and session and person:
            row.say(self.attendance.why_not(session, person))
            return False
        if verdict in (Verdict.ENROLS, Verdict.STAYS):
            row.does.setdefault("enrol", []).append(name)
            if verdict is Verdict.ENROLS and not self.attendance.take_seat(session):
                row.say(_("The session is full: %(name)s goes on the waiting list.") % {"name": name})
                return False
        return verdict is not Verdict.WAITS

    def _say_who(self, row: Planned, session: CourseSession | None) -> None:
        learners, courses = len(row.does.get("enrol", [])), len(row.does.get("courses", []))
        if session is None:
            row.say(
                ngettext("With %(count)d course.", "With %(count)d courses.", courses) % {"count": courses}
                if courses
                else _("Without courses.")
            )
            if learners or not row.does.get("classes"):
                row.say(
                    ngettext("Enrols %(count)d person.", "Enrols %(count)d people.", learners) % {"count": learners}
                    if learners
                    else _("Without learners.")
                )
        elif learners:
            row.say(ngettext("Enrols %(count)d person.", "Enrols %(count)d people.", learners) % {"count": learners})

    def _exclusions(self, row: Planned, session: CourseSession | None, cell: CourseCell, here: list[str]) -> None:
        if cell.users is None:
            return
        course = self.courses.get(cell.code.lower())
        place = self.places.get((session.pk, course.pk)) if session and course else None
        inside = {name.lower() for name in cell.users}
        title = course.title if course else cell.code
        out = []
        for name in here:
            person = self.people.get(name.lower())
            excluded = place is not None and person is not None and (place, person.pk) in self.excluded
            if name.lower() not in inside and not excluded:
                out.append(name)
            elif name.lower() in inside and excluded and person:
                row.say(
                    _("%(name)s was taken out of “%(title)s” and is not brought back by a file.")
                    % {"name": person.name, "title": title}
                )
        if out:
            row.does.setdefault("exclude", []).extend([cell.code.lower(), name] for name in out)
            row.say(
                ngettext(
                    "“%(title)s” is not for %(count)d of these people.",
                    "“%(title)s” is not for %(count)d of these people.",
                    len(out),
                )
                % {"title": title, "count": len(out)}
            )

    # Writing it.

    def apply(self, rows: Sequence[Planned], *, at: datetime) -> None:
        by_part: dict[str, list[Planned]] = {}
        for row in rows:
            by_part.setdefault(row.record.part or "session", []).append(row)
        if people := by_part.get("user"):
            self.people_kind.apply(people, at=at)
        if courses := by_part.get("course"):
            self.course_kind.apply(courses, at=at)
        sessions = by_part.get("session", [])
        self.make_missing(sessions, at=at)
        write_sessions(sessions, self.options, by=self.actor, at=at)


def _words(name: str, value: Any, zone: ZoneInfo) -> str:
    if isinstance(value, datetime):
        return write_when(value, zone, end=name in ENDS)
    elif name == "after_end":
        return str(CourseSession.AfterEnd(value).label)
    elif name == "state":
        return str(CourseSession.State(value).label)
    else:
        return "" if value is None else str(value)


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _newlines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()

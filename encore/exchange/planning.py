"""What every kind of file has in common: options, planned rows, and making what is missing."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from encore.base.reading.errors import FileRefused
from encore.base.reading.tables import Table, key, unprotect
from encore.base.reading.trees import Node, Tree
from encore.courses.actions.category import add_category
from encore.courses.actions.course import create_course
from encore.courses.managing import manages
from encore.courses.models import Course, CourseCategory, CourseSession, SessionCategory
from encore.courses.models.course import TAKEN_CODES, course_code
from encore.exchange.attendance import Attendance, Verdict
from encore.exchange.columns import Column, Record, read_records, unused_note
from encore.exchange.present import by_text, people_named
from encore.ledger.models import PlanRow
from encore.people.actions import NewPerson, create_class, create_people
from encore.people.checks import USERNAME
from encore.people.models import Person, SchoolClass
from encore.people.words import Permission

Action = PlanRow.Action


@dataclass
class Options:
    """What the person who brings a file chose."""

    create_missing: bool = False
    update: bool = False  # what exists already is changed; else a row that would is refused
    teachers_coach: bool = False
    send_mail: bool = False
    session: int | None = None  # for files of one session's people
    school_class: int | None = None  # for files of one class's people

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def of(cls, stored: dict[str, Any]) -> Options:
        """The options among what a plan has stored."""
        return cls(**{each.name: stored[each.name] for each in fields(cls) if each.name in stored})


@dataclass
class Planned:
    """One row of a plan before it is stored: what it `does` (JSON), for what, and what has to be made for it first."""

    record: Record
    subject: str
    is_new: bool = False
    does: dict[str, Any] = field(default_factory=dict)
    makes: Makes = field(default_factory=lambda: Makes())
    reasons: list[str] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)
    target: Any = None  # the row of the database that it is about, if there is one
    hashed: str = ""  # the password in the file, hashed by the job

    @property
    def action(self) -> str:
        if self.refusals:
            return Action.REFUSE
        elif self.is_new:
            return Action.ADD
        elif self.does:
            return Action.CHANGE
        else:
            return Action.NOTHING

    @property
    def why(self) -> list[str]:
        return self.refusals or self.reasons

    @property
    def fingerprint(self) -> str:
        """Whether a row still means the same when it is applied. Free of words, and of what other rows make as well."""
        told = json.dumps([self.action, self.does], sort_keys=True, default=str)
        return hashlib.sha256(told.encode()).hexdigest()[:16]

    def refuse(self, sentence: str) -> None:
        if sentence not in self.refusals:
            self.refusals.append(sentence)

    def say(self, sentence: str) -> None:
        if sentence not in self.reasons:
            self.reasons.append(sentence)


@dataclass
class Makes:
    """What is not there yet and will be made, by its text in lower case."""

    people: dict[str, str] = field(default_factory=dict)
    courses: dict[str, str] = field(default_factory=dict)
    classes: dict[str, str] = field(default_factory=dict)
    course_categories: dict[str, str] = field(default_factory=dict)
    category_codes: dict[str, str] = field(default_factory=dict)  # of those categories, by their name
    session_categories: dict[str, str] = field(default_factory=dict)

    def add(self, other: Makes) -> None:
        for name, things in vars(other).items():
            for lower, text in things.items():
                getattr(self, name).setdefault(lower, text)


class Kind:
    """A kind of file: its columns, how its rows are planned against the present, and how they are applied."""

    do_not_call_in_templates = True
    name: ClassVar[str]
    label: ClassVar[str | Promise]
    help: ClassVar[str | Promise]
    columns: tuple[Column, ...]
    example: ClassVar[str]  # a small file of this kind
    for_administrators: ClassVar[bool] = False  # whatever the table permits to others
    chooses: ClassVar[frozenset[str]] = frozenset({"create_missing", "update"})  # the options it understands
    brackets: ClassVar[bool] = False
    xml: ClassVar[str] = ""  # the name of the root element, if it can be XML

    def __init__(self, options: Options, actor: Person | None) -> None:
        self.options, self.actor = options, actor
        self.zone = ZoneInfo(settings.TIME_ZONE)
        # In lower case: what other rows of the same file bring.
        self.coming_people: set[str] = set()
        self.coming_courses: set[str] = set()

    def read(self, source: Table | Tree) -> tuple[list[Record], list[str]]:
        """The records in a file, and notes about it. Raises FileRefused."""
        records, notes = self._read(source)
        if not records:
            raise FileRefused(_("The file names its columns, but there are no rows below."))
        return records, notes

    def _read(self, source: Table | Tree) -> tuple[list[Record], list[str]]:
        if isinstance(source, Table):
            records, notes = read_records(source, self.columns, brackets=self.brackets)
            return records, source.notes + notes
        elif not self.xml:
            raise FileRefused(_("This kind of import does not come as XML. Save the table as CSV or .xlsx."))
        elif source.root.name != self.xml.lower():
            raise FileRefused(
                _("This XML file begins with <%(found)s>. Here a file that begins with <%(wanted)s> is needed.")
                % {"found": source.root.name, "wanted": self.xml}
            )
        else:
            records, notes = self.read_tree(source)
            return records, source.notes + notes

    def read_tree(self, tree: Tree) -> tuple[list[Record], list[str]]:
        raise NotImplementedError

    def read_elements(self, elements: Iterable[Node], columns: Sequence[Column], notes: list[str]) -> list[Record]:
        """The records in elements whose children are named as columns; what is not read is told in `notes`."""
        by_key = {key: column for column in columns for key in column.keys}
        records = []
        for element in elements:
            record = Record(element.line, part=element.name)
            for child in element.children:
                column = by_key.get(key(child.name))
                if column is None:
                    note = _("The element <%(name)s> is not known and was not read.") % {"name": child.name}
                elif column.unused:
                    note = unused_note(column)
                else:
                    record.values[column.name] = unprotect(child.text.strip())
                    continue
                if note not in notes:
                    notes.append(note)
            records.append(record)
        return records

    def plan(self, records: Sequence[Record]) -> list[Planned]:
        """What each record would do to what there is now. A few queries, however many records."""
        raise NotImplementedError

    def apply(self, rows: Sequence[Planned], *, at: datetime) -> None:
        """Write what planned rows do. Runs in the caller's transaction; nothing slow happens here."""
        raise NotImplementedError

    # What may be missing.

    def may(self, permission: Permission) -> bool:
        """What the table does not permit is not done by a file either. None is the command line."""
        return self.actor is None or self.actor.may(permission)

    def may_make_courses(self) -> bool:
        return self.may(Permission.CREATE_COURSES)

    def may_manage_everything(self) -> bool:
        return self.actor is None or self.actor.is_administrator

    def manages(self, session: CourseSession) -> bool:
        """Nobody acts outside of their own sessions."""
        return self.actor is None or manages(self.actor, session)

    def need_person(self, row: Planned, username: str, people: dict[str, Person]) -> bool:
        """Whether this person is there or will be made; else the row is refused."""
        if username.lower() in people or username.lower() in self.coming_people:
            return True
        elif not self.options.create_missing:
            row.refuse(_("Nobody has the username “%(username)s”.") % {"username": username})
        elif not self.may(Permission.CREATE_PEOPLE):
            row.refuse(
                _("Nobody has the username “%(username)s”, and your role does not permit creating people.")
                % {"username": username}
            )
        elif not USERNAME.fullmatch(username):
            row.refuse(
                _("Nobody has the username “%(username)s”, and it cannot be one: letters, digits and @ . + - _ only.")
                % {"username": username}
            )
        else:
            row.makes.people[username.lower()] = username
            row.say(
                _("Makes an account for “%(username)s”: a username only, nobody can sign in to it yet.")
                % {"username": username}
            )
            return True
        return False

    def need_course(self, row: Planned, code: str, courses: dict[str, Course]) -> bool:
        """Whether this course is there or will be made; else the row is refused."""
        if code.lower() in courses or code.lower() in self.coming_courses:
            return True
        elif not self.options.create_missing:
            row.refuse(_("There is no course with the code “%(code)s”.") % {"code": code})
        elif problem := code_problem(code):
            row.refuse(problem)
        elif not self.may_make_courses():
            row.refuse(
                _("There is no course with the code “%(code)s”, and your role does not permit creating courses.")
                % {"code": code}
            )
        else:
            row.makes.courses[code.lower()] = code
            row.say(_("Makes the course “%(code)s”, with its code as title.") % {"code": code})
            return True
        return False

    def need_class(self, row: Planned, name: str, classes: dict[str, SchoolClass]) -> bool:
        """Whether this class is there or will be made; else the row is refused."""
        if name.lower() in classes:
            return True
        elif not self.options.create_missing:
            row.refuse(_("There is no class called “%(name)s”.") % {"name": name})
        elif len(name) > 150:
            row.refuse(_("The name of a class has at most 150 letters."))
        else:
            row.makes.classes[name.lower()] = name
            row.say(_("Makes the class “%(name)s”.") % {"name": name})
            return True
        return False

    def enrols(
        self, row: Planned, attendance: Attendance, session: CourseSession | None, person: Person | None, title: str
    ) -> bool:
        """Whether naming this person enrols them or keeps them in; says so, or why not."""
        verdict = attendance.verdict(session, person)
        facts = {"title": title}
        if verdict is Verdict.THERE or verdict is Verdict.WAITS:
            return False
        elif verdict is Verdict.LEFT and session and person:
            row.say(attendance.why_not(session, person))
            return False
        if session and not self.manages(session):
            row.refuse(_("You do not manage the session “%(title)s”.") % facts)
        if verdict is Verdict.STAYS:
            row.say(_("Stays in “%(title)s” even if the class leaves it.") % facts)
        elif attendance.take_seat(session):
            row.say(_("Is enrolled in “%(title)s”.") % facts)
        else:
            row.say(_("“%(title)s” is full: goes on the waiting list.") % facts)
        return True

    def make_missing(self, rows: Iterable[Planned], *, at: datetime) -> None:
        """Make what the rows need and what is still not there."""
        makes = Makes()
        for row in rows:
            makes.add(row.makes)
        self._make_people(makes.people, at)
        for code in absent(makes.courses, by_text(Course.objects.all(), "code", makes.courses.values())):
            create_course(by=self.actor, at=at, code=code, title=code)
        for name in absent(makes.classes, by_text(SchoolClass.objects.all(), "name", makes.classes.values())):
            create_class(name, by=self.actor, at=at)
        self._make_categories(makes, at)

    def _make_categories(self, makes: Makes, at: datetime) -> None:
        there = by_text(SessionCategory.objects.all(), "name", makes.session_categories.values())
        for name in absent(makes.session_categories, there):
            add_category(SessionCategory, name, by=self.actor, at=at)
        known = by_text(CourseCategory.objects.all(), "name", makes.course_categories.values())
        for name in absent(makes.course_categories, known):
            category = add_category(CourseCategory, name, by=self.actor, at=at)
            if code := makes.category_codes.get(name.lower()):
                category.code = code
                category.save(update_fields=["code"])

    def _make_people(self, usernames: dict[str, str], at: datetime) -> None:
        new = [
            NewPerson(
                facts={
                    "username": username,
                    "first_name": "",
                    "last_name": username,
                    # A username with an @ is only allowed to the owner of that address.
                    "email": username if "@" in username else "",
                }
            )
            for username in absent(usernames, people_named(usernames.values()))
        ]
        if new:
            create_people(new, by=self.actor, at=at)


def absent(wanted: dict[str, str], there: dict[str, Any]) -> list[str]:
    return [text for key, text in wanted.items() if key not in there]


def code_problem(code: str) -> str:
    """Why this cannot be the code of a course, or ""."""
    if len(code) > 40:
        return _("The code “%(code)s” is too long: at most 40 letters.") % {"code": code[:60]}
    elif not re.fullmatch(course_code.regex, code):
        return _(
            "“%(code)s” cannot be the code of a course: letters, digits, dots, hyphens and underscores only, "
            "starting with a letter or digit."
        ) % {"code": code}
    elif code in TAKEN_CODES:
        return _("“%(code)s” is a page of every session. Choose another code.") % {"code": code}
    else:
        return ""


def first_seen(records: Iterable[Record], name: str) -> dict[int, int]:
    """For each record (by identity) whose text has been used on an earlier line: that line."""
    seen: dict[str, int] = {}
    earlier = {}
    for record in records:
        text = record.value(name).lower()
        if text and text in seen:
            earlier[id(record)] = seen[text]
        elif text:
            seen[text] = record.line
    return earlier

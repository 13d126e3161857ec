"""People, with their roles, classes, and the courses they learn or teach."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, cast

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from encore.base.reading.trees import Tree
from encore.courses.actions.course import set_teachers
from encore.courses.actions.enrolment import enrol
from encore.courses.actions.session import open_without_dates
from encore.courses.models import Course, CourseSession, CourseTeacher, EnrolmentSource
from encore.exchange.attendance import Attendance
from encore.exchange.cells import (
    CellError,
    installed_language,
    read_list,
    read_names,
    read_status,
    read_when,
    write_when,
)
from encore.exchange.columns import Column, Record
from encore.exchange.planning import Kind, Planned, first_seen
from encore.exchange.present import batches, by_text, people_mailed, people_named
from encore.people.actions import Facts, NewPerson, create_people, grant_roles, join_classes, update_people
from encore.people.checks import USERNAME, problem_of_facts
from encore.people.errors import NameMissing
from encore.people.models import ClassMember, Person, SchoolClass
from encore.people.queries import beyond_power, uses_of
from encore.people.rules import may_grant
from encore.people.words import Permission, Role

COLUMNS = (
    Column("last_name", "LastName", ("surname", "familyname"), required=True),
    Column("first_name", "FirstName", ("forename", "givenname"), required=True),
    Column("email", "Email", ("mail", "emailaddress")),
    Column("username", "UserName", ("login", "user"), required=True),
    Column("password", "Password"),
    Column("auth_source", "AuthSource", unused=gettext_lazy("everyone signs in with the password of this platform.")),
    Column("official_code", "OfficialCode", ("code",)),
    Column("language", "language", ("lang",)),
    Column("phone", "PhoneNumber", ("phone", "telephone")),
    Column("status", "Status", ("role", "roles")),
    Column("expires_at", "ExpiryDate", ("expirationdate", "expires")),
    Column("courses", "Courses", ("course",)),
    Column("sessions", "Sessions", ("session",)),
    Column("classes", "ClassId", ("class", "classes", "classname")),
    Column("learns", "Learns"),
    Column("teaches", "Teaches"),
    Column("assists", "Assists"),
    Column("time_zone", "TimeZone", ("zone",)),
    Column("id", "UserId", unused=gettext_lazy("numbers of another platform mean nothing here.")),
    Column("registered", "RegistrationDate", unused=gettext_lazy("an account begins on the day it is made here.")),
    Column("active", "Active", unused=gettext_lazy("accounts are deactivated on their own page.")),
)
PLAIN = ("last_name", "first_name", "email", "official_code", "phone", "time_zone")
TEACHER, ASSISTANT = CourseTeacher.Kind.TEACHER, CourseTeacher.Kind.ASSISTANT


class People(Kind):
    name = "people"
    label = gettext_lazy("People")
    help = gettext_lazy(
        "Makes accounts and changes them: names, e-mail, roles, classes, and the courses people learn or teach. An "
        "empty cell leaves what is there. Passwords count for new accounts only; who has none is invited to set one."
    )
    columns = COLUMNS
    chooses = frozenset({"create_missing", "update", "send_mail"})
    xml = "Contacts"
    example = (
        "LastName;FirstName;Email;UserName;Password;OfficialCode;PhoneNumber;Status;Courses\r\n"
        "Haddad;Amina;amina@example.org;amina;;2026-001;+32 2 555 01 01;user;SAFETY\r\n"
        "Ruiz;Dolores;dolores@example.org;dolores;;;;teacher;SAFETY\r\n"
    )

    def read_tree(self, tree: Tree) -> tuple[list[Record], list[str]]:
        notes: list[str] = []
        return self.read_elements(tree.root.all("contact"), self.columns, notes), notes

    def plan(self, records: Sequence[Record]) -> list[Planned]:
        self._find(records)
        return [self._row(record) for record in records]

    # What there is.

    def _find(self, records: Sequence[Record]) -> None:
        self.mailed = people_mailed(record.value("email") for record in records)
        self.people = people_named(record.value("username") for record in records)
        self._name_the_nameless([record for record in records if not record.value("username") and not record.problem])
        lists = ("courses", "learns", "teaches", "assists")
        codes = {code for record in records for name in lists for code in read_names(record.value(name))}
        self.courses = by_text(Course.objects.all(), "code", codes)
        self.standing = {
            session.standing_for_id: session
            for session in CourseSession.objects.filter(standing_for__in=list(self.courses.values()))
        }
        titles = {title for record in records for title in read_list(record.value("sessions"))}
        self.sessions = by_text(CourseSession.objects.filter(standing_for=None), "title", titles)
        names = {_one_line(name) for record in records for name in read_list(record.value("classes"))}
        self.classes = by_text(SchoolClass.objects.all(), "name", names)
        self._find_places()
        self.twice = first_seen(records, "username")
        self.mailed_twice = first_seen(records, "email")

    def _find_places(self) -> None:
        ids = [person.pk for person in self.people.values()]
        self.attendance = Attendance([*self.standing.values(), *self.sessions.values()], ids)
        self.teaching: dict[tuple[int, int], str] = {}
        self.members: set[tuple[int, int]] = set()
        self.beyond: set[int] = set()
        everyone = {person.pk: person for person in self.people.values()}
        for part in batches(everyone):
            self.beyond |= beyond_power([everyone[pk] for pk in part], self.actor)
            for course, person, kind in CourseTeacher.objects.filter(
                person__in=part, course__in=list(self.courses.values())
            ).values_list("course", "person", "kind"):
                self.teaching[course, person] = kind
            self.members |= set(
                ClassMember.objects.filter(person__in=part, school_class__in=list(self.classes.values())).values_list(
                    "school_class", "person"
                )
            )
        self.closed_classes = set()
        if not self.may_manage_everything():
            uses = uses_of(list(self.classes.values()), self.actor)
            self.closed_classes = {use.school_class for use in uses if not use.may_change}

    def _name_the_nameless(self, records: list[Record]) -> None:
        """Rows without a username: who has the address; else a name made of the person's own, the same every time."""
        invented = []
        for record in records:
            email = record.value("email").lower()
            if email in self.mailed:
                record.values["username"] = self.mailed[email].username
                self.people[self.mailed[email].username.lower()] = self.mailed[email]
            elif email:
                record.values["username"] = username_for(record.value("first_name"), record.value("last_name")) or email
                invented.append(record)
        taken = people_named(record.value("username") for record in invented)
        for record in invented:
            if record.value("username").lower() in taken:
                record.values["username"] = record.value("email")

    # A row.

    def _row(self, record: Record) -> Planned:
        username = record.value("username")
        person = self.people.get(username.lower()) if username else None
        row = Planned(record, _subject(record), is_new=person is None, target=person)
        if record.problem:
            row.refuse(record.problem)
            return row
        if not username:
            row.refuse(_("There is no username, and no e-mail address to tell the person by."))
            return row
        if id(record) in self.twice:
            row.refuse(
                _("The username “%(username)s” is on line %(line)d already.")
                % {"username": username, "line": self.twice[id(record)]}
            )
            return row
        facts = self._facts(row, record)
        roles = self._roles(row, record)
        self._account(row, person, facts, roles)
        self._email(row, record, person)
        self._courses(row, record, person, roles)
        self._sessions(row, record, person)
        self._classes(row, record, person)
        if person is not None and row.does:
            self._may_change(row, person)
        return row

    def _facts(self, row: Planned, record: Record) -> dict[str, Any]:
        """The facts that the file tells; empty cells tell nothing."""
        facts: dict[str, Any] = {name: text for name in PLAIN if (text := record.value(name))}
        facts["username"] = record.value("username")
        if language := record.value("language"):
            if code := installed_language(language):
                facts["language"] = code
            else:
                row.say(
                    _("The language “%(language)s” is not installed here; the platform's own is used.")
                    % {"language": language[:40]}
                )
        try:
            if expires := read_when(record.value("expires_at"), self.zone, end=True):
                facts["expires_at"] = expires
        except CellError as error:
            row.refuse(str(error))
        return facts

    def _roles(self, row: Planned, record: Record) -> frozenset[Role]:
        try:
            return read_status(record.value("status"))
        except CellError as error:
            row.refuse(str(error))
            return frozenset()

    def _account(self, row: Planned, person: Person | None, facts: dict[str, Any], roles: frozenset[Role]) -> None:
        missing = roles - (person.roles if person else frozenset())
        if self.actor is not None:
            for role in sorted(missing):
                if not may_grant(self.actor.roles, role):
                    row.refuse(_("Only who has the role “%(role)s” may give it.") % {"role": ROLE_NAMES[role]})
        if person is None:
            row.does |= {"facts": facts, "roles": sorted(roles)}
            self._new(row, facts)
        else:
            changes = {
                name: value for name, value in facts.items() if name != "username" and _differs(person, name, value)
            }
            if changes:
                row.does["facts"] = changes
                for name, value in changes.items():
                    row.say(self._change_sentence(person, name, value))
                self._still_possible(row, person, changes)
            if row.record.value("password"):
                row.say(_("Has an account: the password in the file is not used."))
            if not person.is_active:
                row.say(_("This account is deactivated, and stays so."))
        if missing:
            row.does["roles"] = sorted(missing)
            for role in sorted(missing):
                row.say(_("Gets the role “%(role)s”.") % {"role": ROLE_NAMES[role]})

    def _new(self, row: Planned, facts: dict[str, Any]) -> None:
        if not self.may(Permission.CREATE_PEOPLE):
            row.refuse(_("Your role does not permit creating people."))
        problem = problem_of_facts(facts)
        if problem:
            row.refuse(_with_place(problem, facts))
        row.does["password"] = bool(row.record.value("password"))
        if row.does["password"]:
            row.say(_("Signs in with the password in the file."))
        elif self.options.send_mail and facts.get("email"):
            row.does["invite"] = True
            row.say(_("Is invited by mail to set a password."))
        else:
            row.say(_("Has no password yet: invite them when you are ready."))

    def _still_possible(self, row: Planned, person: Person, changes: dict[str, Any]) -> None:
        """A changed fact must be right; what was there before and is not touched is nobody's business now."""
        after: dict[str, Any] = {name: getattr(person, name) for name in (*PLAIN, "username", "language")}
        problem = problem_of_facts({**after, **{k: v for k, v in changes.items() if k != "expires_at"}})
        if problem and problem.field in changes:
            row.refuse(_with_place(problem, changes))

    def _change_sentence(self, person: Person, name: str, value: Any) -> str:
        before = getattr(person, name)
        if isinstance(value, datetime):
            before, value = write_when(before, self.zone, end=True), write_when(value, self.zone, end=True)
        facts = {"fact": FACT_NAMES[name], "before": before, "after": value}
        if before:
            return _("%(fact)s: “%(before)s” becomes “%(after)s”.") % facts
        else:
            return _("%(fact)s: “%(after)s”.") % facts

    def _email(self, row: Planned, record: Record, person: Person | None) -> None:
        email = record.value("email").lower()
        other = self.mailed.get(email)
        if email and other is not None and other != person and (person is None or person.is_active):
            row.refuse(
                _("The e-mail address %(email)s belongs to “%(username)s”.")
                % {"email": email, "username": other.username}
            )
        if id(record) in self.mailed_twice:
            row.refuse(
                _("The e-mail address %(email)s is on line %(line)d already.")
                % {"email": email, "line": self.mailed_twice[id(record)]}
            )

    def _courses(self, row: Planned, record: Record, person: Person | None, roles: frozenset[Role]) -> None:
        codes = read_names(record.value("courses"))
        teaches = Role.TEACHER in roles
        for code in (codes if not teaches else []) + read_names(record.value("learns")):
            self._learn(row, code, person)
        for code in (codes if teaches else []) + read_names(record.value("teaches")):
            self._teach(row, code, person, TEACHER)
        for code in read_names(record.value("assists")):
            self._teach(row, code, person, ASSISTANT)

    def _learn(self, row: Planned, code: str, person: Person | None) -> None:
        if not self.need_course(row, code, self.courses):
            return
        course = self.courses.get(code.lower())
        session = self.standing.get(course.pk) if course else None
        if self.enrols(row, self.attendance, session, person, course.title if course else code):
            row.does.setdefault("learn", []).append(code.lower())

    def _teach(self, row: Planned, code: str, person: Person | None, kind: str) -> None:
        if not self.need_course(row, code, self.courses):
            return
        course = self.courses.get(code.lower())
        now = self.teaching.get((course.pk, person.pk)) if course and person else None
        if now == kind or (now == TEACHER and kind == ASSISTANT):
            return
        if course and not self.may_manage_everything():
            row.refuse(_("Only administrators may make somebody a teacher of “%(title)s”.") % {"title": course.title})
        row.does.setdefault("teach" if kind == TEACHER else "assist", []).append(code.lower())
        facts = {"title": course.title if course else code}
        row.say(_("Becomes a teacher of “%(title)s”.") % facts if kind == TEACHER
                else _("Becomes an assistant of “%(title)s”.") % facts)  # fmt: skip

    def _sessions(self, row: Planned, record: Record, person: Person | None) -> None:
        for title in read_list(record.value("sessions")):
            session = self.sessions.get(title.lower())
            if session is None:
                row.refuse(_("There is no session called “%(title)s”.") % {"title": title})
            elif self.enrols(row, self.attendance, session, person, session.title):
                row.does.setdefault("enrol", []).append(session.pk)

    def _classes(self, row: Planned, record: Record, person: Person | None) -> None:
        for name in map(_one_line, read_list(record.value("classes"))):
            if not self.need_class(row, name, self.classes):
                continue
            school_class = self.classes.get(name.lower())
            if school_class and person and (school_class.pk, person.pk) in self.members:
                continue
            if school_class and school_class.pk in self.closed_classes:
                row.refuse(
                    _("The class “%(name)s” is in a session that you do not manage.") % {"name": school_class.name}
                )
            row.does.setdefault("join", []).append(name)
            row.say(_("Joins the class “%(name)s”.") % {"name": name})

    def _may_change(self, row: Planned, person: Person) -> None:
        if person.pk in self.beyond:
            row.refuse(_("This person has a role or a responsibility that you do not have."))
        if {"facts", "roles"} & row.does.keys() and not self.may(Permission.EDIT_PEOPLE):
            row.refuse(_("Your role does not permit editing people."))
        if "expires_at" in row.does.get("facts", {}) and not self.may(Permission.DEACTIVATE_PEOPLE):
            row.refuse(_("A last day closes an account, and your role does not permit deactivating people."))
        if not self.options.update:
            row.refuse(
                _("“%(username)s” has an account, and the file would change it. Choose to update what exists.")
                % {"username": person.username}
            )

    # Writing it.

    def apply(self, rows: Sequence[Planned], *, at: datetime) -> None:
        self.make_missing(rows, at=at)
        new = [row for row in rows if row.is_new]
        created = create_people([_new_person(row) for row in new], by=self.actor, at=at) if new else []
        for row, person in zip(new, created, strict=True):
            row.target = person
        changed = [row for row in rows if not row.is_new]
        update_people(
            [(row.target, cast(Facts, row.does["facts"])) for row in changed if "facts" in row.does],
            by=self.actor,
            at=at,
        )
        for row in changed:
            if roles := row.does.get("roles"):
                grant_roles(row.target, row.target.roles | {Role(role) for role in roles}, by=self.actor, at=at)
        self._write_places(rows, at)

    def _write_places(self, rows: Sequence[Planned], at: datetime) -> None:
        courses = by_text(Course.objects.all(), "code", _named(rows, "learn", "teach", "assist"))
        for word, kind in (("teach", TEACHER), ("assist", ASSISTANT)):
            for code, people in _gathered(rows, word).items():
                set_teachers(courses[code], add=[p.pk for p in people], kind=kind, by=self.actor, at=at)
        for code, people in _gathered(rows, "learn").items():
            session = open_without_dates(courses[code], by=self.actor, at=at)
            enrol([p.pk for p in people], session, by=self.actor, at=at, kind=EnrolmentSource.Kind.IMPORT)
        sessions = {session.pk: session for session in self.sessions.values()}
        for pk, people in _gathered(rows, "enrol").items():
            enrol([p.pk for p in people], sessions[pk], by=self.actor, at=at, kind=EnrolmentSource.Kind.IMPORT)
        classes = by_text(SchoolClass.objects.all(), "name", _named(rows, "join"))
        pairs = [(classes[name], p) for name, people in _gathered(rows, "join").items() for p in people]
        if pairs:
            join_classes(pairs, by=self.actor, at=at)


FACT_NAMES = {
    "last_name": gettext_lazy("Last name"),
    "first_name": gettext_lazy("First name"),
    "email": gettext_lazy("E-mail"),
    "username": gettext_lazy("Username"),
    "official_code": gettext_lazy("Official code"),
    "phone": gettext_lazy("Phone"),
    "language": gettext_lazy("Language"),
    "time_zone": gettext_lazy("Time zone"),
    "expires_at": gettext_lazy("Expires"),
}
ROLE_NAMES = {
    Role.ADMINISTRATOR: gettext_lazy("administrator"),
    Role.SESSION_ADMINISTRATOR: gettext_lazy("session administrator"),
    Role.TEACHER: gettext_lazy("teacher"),
    Role.HR_MANAGER: gettext_lazy("HR manager"),
}


def username_for(first_name: str, last_name: str) -> str:
    """`Emmett Brown` → `emmett.brown`: what a row without a username is called."""
    plain = unicodedata.normalize("NFKD", f"{first_name}.{last_name}").lower().replace(" ", "")
    return "".join(letter for letter in plain if USERNAME.fullmatch(letter) and letter.isascii()).strip(".")[:100]


def _subject(record: Record) -> str:
    name = f"{record.value('first_name')} {record.value('last_name')}".strip()
    username = record.value("username")
    return f"{name} ({username})" if name and username else name or username or record.value("email")


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _differs(person: Person, name: str, value: Any) -> bool:
    before = getattr(person, name)
    if isinstance(before, str):
        return before.strip() != value
    else:
        return before != value


def _with_place(problem: Any, facts: dict[str, Any]) -> str:
    value = str(facts.get(problem.field or "", "") or "")
    name = FACT_NAMES.get(problem.field or "")
    if name and value and not isinstance(problem, NameMissing):
        return f"{name} “{value[:60]}”: {problem}"
    else:
        return str(problem)


def _new_person(row: Planned) -> NewPerson:
    return NewPerson(
        facts=cast(Facts, row.does["facts"]),
        roles=frozenset(Role(role) for role in row.does["roles"]),
        password=row.hashed,
    )


def _named(rows: Iterable[Planned], *words: str) -> set[str]:
    return {text for row in rows for word in words for text in row.does.get(word, [])}


def _gathered(rows: Iterable[Planned], word: str) -> dict[Any, list[Person]]:
    """Who does it, by what it is done to."""
    gathered: dict[Any, list[Person]] = defaultdict(list)
    for row in rows:
        for thing in row.does.get(word, []):
            gathered[thing.lower() if isinstance(thing, str) else thing].append(row.target)
    return gathered

"""Classes, and who is in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from encore.base.reading.errors import FileRefused
from encore.exchange.cells import read_list, write_list
from encore.exchange.columns import Column, Record
from encore.exchange.planning import Kind, Options, Planned, first_seen
from encore.exchange.present import batches, by_text, people_named
from encore.people.actions import create_class, join_classes, update_class
from encore.people.models import ClassMember, Person, SchoolClass
from encore.people.queries import uses_of


class Classes(Kind):
    name = "classes"
    label = gettext_lazy("Classes")
    help = gettext_lazy("Makes classes with their descriptions. Who is in them is a file of its own.")
    columns = (
        Column("name", "name", ("title", "class", "classname"), required=True),
        Column("description", "description", ("desc",)),
    )
    chooses = frozenset({"update"})
    example = "name;description\r\nClass A4;20 students of general courses\r\n"

    def plan(self, records: Sequence[Record]) -> list[Planned]:
        for record in records:
            if "name" in record.values:
                record.values["name"] = " ".join(record.value("name").split())
        self.classes = by_text(SchoolClass.objects.all(), "name", (record.value("name") for record in records))
        twice = first_seen(records, "name")
        return [self._row(record, twice.get(id(record))) for record in records]

    def _row(self, record: Record, earlier: int | None) -> Planned:
        name, description = record.value("name"), _newlines(record.value("description"))
        found = self.classes.get(name.lower())
        row = Planned(record, name, is_new=found is None, target=found)
        if record.problem:
            row.refuse(record.problem)
        elif not name:
            row.refuse(_("There is no name."))
        elif len(name) > 150:
            row.refuse(_("The name of a class has at most 150 letters."))
        elif earlier:
            row.refuse(_("The class “%(name)s” is on line %(line)d already.") % {"name": name, "line": earlier})
        elif found is None:
            row.does = {"description": description}
        elif description and description != _newlines(found.description):
            row.does = {"description": description}
            row.say(_("Its description changes."))
            if not self.options.update:
                row.refuse(
                    _("There is a class “%(name)s” with another description. Choose to update what exists.")
                    % {"name": found.name}
                )
        return row

    def apply(self, rows: Sequence[Planned], *, at: datetime) -> None:
        for row in rows:
            if row.target is None:
                create_class(row.record.value("name"), row.does["description"], by=self.actor, at=at)
            else:
                update_class(row.target, row.target.name, row.does["description"], by=self.actor, at=at)


class ClassPeople(Kind):
    name = "class-people"
    label = gettext_lazy("People in classes")
    help = gettext_lazy(
        "Puts people into classes, and so into the sessions of those classes. Nobody leaves a class by a file."
    )
    columns = (
        Column("username", "UserName", ("user", "login"), required=True),
        Column("classes", "ClassName", ("class", "name", "classid", "title"), required=True),
    )
    chooses = frozenset({"create_missing", "school_class"})
    example = "UserName;ClassName\r\namina;Class A4\r\nboris;Class A4\r\n"

    def __init__(self, options: Options, actor: Person | None) -> None:
        super().__init__(options, actor)
        if options.school_class:  # then a file need not name the class
            self.columns = (self.columns[0], replace(self.columns[1], required=False))

    def plan(self, records: Sequence[Record]) -> list[Planned]:
        if self.options.school_class:
            found = SchoolClass.objects.filter(pk=self.options.school_class).first()
            if found is None:
                raise FileRefused(_("There is no such class any more."))
            for record in records:
                if not record.value("classes"):
                    record.values["classes"] = write_list([found.name])
        self.people = people_named(record.value("username") for record in records)
        names = {" ".join(name.split()) for record in records for name in read_list(record.value("classes"))}
        self.classes = by_text(SchoolClass.objects.all(), "name", names)
        self.members: set[tuple[int, int]] = set()
        for part in batches(person.pk for person in self.people.values()):
            self.members |= set(
                ClassMember.objects.filter(person__in=part, school_class__in=list(self.classes.values())).values_list(
                    "school_class", "person"
                )
            )
        self.closed = set()
        if not self.may_manage_everything():
            uses = uses_of(list(self.classes.values()), self.actor)
            self.closed = {use.school_class for use in uses if not use.may_change}
        seen: dict[tuple[str, str], int] = {}
        return [self._row(record, seen) for record in records]

    def _row(self, record: Record, seen: dict[tuple[str, str], int]) -> Planned:
        username = record.value("username")
        names = [" ".join(name.split()) for name in read_list(record.value("classes"))]
        row = Planned(record, f"{username} → {', '.join(names)}" if names else username)
        if record.problem:
            row.refuse(record.problem)
        elif not username:
            row.refuse(_("There is no username."))
        elif not names:
            row.refuse(_("There is no class."))
        elif self.need_person(row, username, self.people):
            for name in names:
                self._join(row, username, name, seen)
        return row

    def _join(self, row: Planned, username: str, name: str, seen: dict[tuple[str, str], int]) -> None:
        if not self.need_class(row, name, self.classes):
            return
        key = (username.lower(), name.lower())
        if key in seen:
            row.refuse(
                _("“%(username)s” and “%(name)s” are on line %(line)d already.")
                % {"username": username, "name": name, "line": seen[key]}
            )
            return
        seen[key] = row.record.line
        person, found = self.people.get(username.lower()), self.classes.get(name.lower())
        if person and found and (found.pk, person.pk) in self.members:
            row.say(_("Is in the class “%(name)s” already.") % {"name": found.name})
            return
        if found and found.pk in self.closed:
            row.refuse(_("The class “%(name)s” is in a session that you do not manage.") % {"name": found.name})
        row.is_new = True
        row.does.setdefault("join", []).append(name)
        row.say(_("Joins the class “%(name)s”.") % {"name": found.name if found else name})

    def apply(self, rows: Sequence[Planned], *, at: datetime) -> None:
        self.make_missing(rows, at=at)
        people = people_named(row.record.value("username") for row in rows)
        classes = by_text(SchoolClass.objects.all(), "name", (name for row in rows for name in row.does["join"]))
        pairs = [
            (classes[name.lower()], people[row.record.value("username").lower()])
            for row in rows
            for name in row.does["join"]
        ]
        join_classes(pairs, by=self.actor, at=at)


def _newlines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()

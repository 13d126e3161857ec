"""What was done to a session, in sentences: audit entries as people read them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from encore.base.display import moment_words
from encore.courses.locks import LOCKS
from encore.courses.models import Course, CourseSession, SessionCategory
from encore.courses.queries.overview import MANAGED
from encore.ledger.models import AuditEntry
from encore.people.models import Person, SchoolClass

DEEDS: dict[str, Promise] = {
    "create": gettext_lazy("Made the session"),
    "copy": gettext_lazy("Took the courses and coaches of “%(title)s”"),
    "change": gettext_lazy("Changed the session"),
    "delete": gettext_lazy("Deleted the session"),
    "add courses": gettext_lazy("Added courses: %(courses)s"),
    "remove course": gettext_lazy("Took out the course %(course)s"),
    "order courses": gettext_lazy("Put the courses in another order"),
    "change coaches": gettext_lazy("Changed the coaches"),
    "change coach time": gettext_lazy("Changed the time of the coach %(subject)s"),
    "change followers": gettext_lazy("Changed which HR managers follow it"),
    "lock": gettext_lazy("Locked for the coaches of %(courses)s: %(lock)s"),
    "unlock": gettext_lazy("Lifted a lock for the coaches of %(courses)s: %(lock)s"),
    "add class": gettext_lazy("Added the class %(class)s"),
    "remove class": gettext_lazy("Took off the class %(class)s"),
    "enrol": gettext_lazy("Enrolled %(people)s"),
    "restore": gettext_lazy("Brought back %(people)s"),
    "withdraw": gettext_lazy("Withdrew %(people)s"),
    "suspend": gettext_lazy("Suspended %(people)s"),
    "resume": gettext_lazy("Let %(people)s take part again"),
    "complete": gettext_lazy("Marked as completed: %(people)s"),
    "extend": gettext_lazy("Gave %(people)s more days: %(days)s"),
    "transfer": gettext_lazy("Transferred %(people)s to another session"),
    "take over": gettext_lazy("Took over %(people)s from another session"),
    "undo transfer": gettext_lazy("Took back the transfer of %(people)s"),
    "view as learner": gettext_lazy("Began to look at the session as a learner"),
    "end view as learner": gettext_lazy("Ended looking at the session as a learner"),
    "stop waiting": gettext_lazy("Took %(people)s off the waiting list"),
    "give personal time": gettext_lazy("Gave %(subject)s personal time"),
    "exclude from course": gettext_lazy("Took %(subject)s out of the course %(course)s"),
    "include in course": gettext_lazy("Put %(subject)s back into the course %(course)s"),
}
NAMED = 3  # so many people are named in a line


@dataclass
class Change:
    """One field that changed, with its value before and after, as words."""

    label: str
    before: str
    after: str


@dataclass
class Line:
    """One line of the history."""

    at: datetime
    by: str
    deed: str
    reason: str = ""
    changes: list[Change] = field(default_factory=list)


def lines_of(entries: Iterable[AuditEntry]) -> list[Line]:
    """The entries as lines; at most four queries for the names that stand in them."""
    entries = list(entries)
    names = _Names(entries)
    return [
        Line(
            at=entry.at,
            by=str(entry.by) if entry.by else "",
            deed=_deed(entry, names),
            reason=str(entry.changes.get("reason") or ""),
            changes=changes_of(entry) if (entry.verb, entry.subject_kind) == ("change", "coursesession") else [],
        )
        for entry in entries
    ]


def changes_of(entry: AuditEntry) -> list[Change]:
    """What the entry says about fields of the session, in the words of its form."""
    pairs = [(name, pair) for name, pair in entry.changes.items() if isinstance(pair, list) and len(pair) == 2]
    return [Change(_label(name), _words(name, before), _words(name, after)) for name, (before, after) in pairs]


def _deed(entry: AuditEntry, names: _Names) -> str:
    if entry.is_erased:
        return _("%(deed)s (the details were erased with a person)") % {"deed": _plain(entry.verb)}
    sentence = DEEDS.get(entry.verb) if entry.subject_kind in MANAGED else None
    if sentence is None:
        return f"{_plain(entry.verb)}: {entry.subject}"
    changes = entry.changes
    subject = entry.subject.partition(": ")[0] if entry.subject_kind == "enrolment" else entry.subject
    return str(sentence) % {
        "subject": subject,
        "title": changes.get("title", ""),
        "people": names.list_of(Person, changes.get("people", [])),
        "courses": names.list_of(Course, changes.get("courses", [])),
        "course": names.list_of(Course, [changes["course"]]) if "course" in changes else "",
        "class": names.list_of(SchoolClass, [changes["class"]]) if "class" in changes else "",
        "days": changes.get("days", ""),
        "lock": LOCKS.get(changes.get("lock", ""), ""),
    }


def _plain(verb: str) -> str:
    return verb.replace("_", " ").capitalize()


class _Names:
    """The names of everyone and everything that entries speak of by id."""

    def __init__(self, entries: list[AuditEntry]) -> None:
        wanted: dict[type[models.Model], set[int]] = {Person: set(), Course: set(), SchoolClass: set()}
        for entry in entries:
            wanted[Person].update(_ids(entry.changes.get("people"))[:NAMED])
            wanted[Course].update(_ids(entry.changes.get("courses")), _ids([entry.changes.get("course")]))
            wanted[SchoolClass].update(_ids([entry.changes.get("class")]))
        self.names = {
            model: {row.pk: str(row) for row in model._default_manager.filter(pk__in=ids)} if ids else {}
            for model, ids in wanted.items()
        }

    def list_of(self, model: type[models.Model], ids: list[int]) -> str:
        known = [self.names[model].get(pk, f"#{pk}") for pk in ids[:NAMED]]
        more = len(ids) - len(known)
        listed = ", ".join(known)
        return _("%(names)s and %(n)d more") % {"names": listed, "n": more} if more else listed


def _ids(found: Any) -> list[int]:
    return [pk for pk in found if isinstance(pk, int)] if isinstance(found, list) else []


def _label(name: str) -> str:
    try:
        return str(CourseSession._meta.get_field(name).verbose_name).capitalize()  # type: ignore[union-attr]
    except FieldDoesNotExist:
        return name.replace("_", " ").capitalize()


def _words(name: str, value: Any) -> str:
    """A stored value as a person reads it."""
    try:
        column = CourseSession._meta.get_field(name)
    except FieldDoesNotExist:
        return str(value)
    if value is None or value == "":
        return _("none")
    elif isinstance(column, models.DateTimeField):
        return moment_words(datetime.fromisoformat(str(value)), timezone.get_current_timezone())
    elif isinstance(column, models.BooleanField):
        return _("yes") if value else _("no")
    elif isinstance(column, models.ForeignKey):
        return _name_of_category(value) if column.related_model is SessionCategory else str(value)
    else:
        choices = dict(getattr(column, "flatchoices", ()))
        return str(choices.get(value, value))


def _name_of_category(pk: int) -> str:
    category = SessionCategory.objects.filter(pk=pk).first()
    return str(category) if category else f"#{pk}"

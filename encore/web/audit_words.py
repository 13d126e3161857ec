"""Tells entries of the audit log: one sentence each, and what it was before and after.

A verb without a sentence here is told plainly, so nothing is lost; a test names the verbs that have none.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from encore.base.display import moment_words
from encore.courses.models import Course, CourseSession, Enrolment
from encore.ledger.actions import PEOPLE
from encore.ledger.models import AuditEntry
from encore.people.models import Person, SchoolClass

NAMED = 5  # so many people are named in a sentence

SENTENCES: dict[str, Promise] = {
    # reading
    "read": gettext_lazy("%(by)s read personal data: %(subject)s"),
    "export": gettext_lazy("%(by)s took out a file: %(subject)s"),
    "copy personal data": gettext_lazy("%(by)s asked for a copy of the data of %(subject)s"),
    "download personal data": gettext_lazy("%(by)s downloaded the data of %(subject)s"),
    "check access": gettext_lazy("%(by)s checked the access of %(subject)s"),
    "view as learner": gettext_lazy("%(by)s began to view %(subject)s as a learner"),
    "end view as learner": gettext_lazy("%(by)s ended viewing %(subject)s as a learner"),
    "act as": gettext_lazy("%(by)s began to act as %(subject)s"),
    "end acting as": gettext_lazy("%(by)s ended acting as %(subject)s"),
    # people
    "create_person": gettext_lazy("%(by)s created the account of %(subject)s"),
    "update_person": gettext_lazy("%(by)s changed the details of %(subject)s"),
    "grant_roles": gettext_lazy("%(by)s changed the roles of %(subject)s"),
    "deactivate_person": gettext_lazy("%(by)s deactivated %(subject)s"),
    "reactivate_person": gettext_lazy("%(by)s reactivated %(subject)s"),
    "invite_person": gettext_lazy("%(by)s invited %(subject)s"),
    "send_password_reset": gettext_lazy("%(by)s sent %(subject)s a link to set a new password"),
    "set_password": gettext_lazy("%(by)s set the password of %(subject)s"),
    "set_picture": gettext_lazy("%(by)s changed the picture of %(subject)s"),
    "remove_picture": gettext_lazy("%(by)s removed the picture of %(subject)s"),
    "erase person": gettext_lazy("%(by)s erased a person, who is now %(subject)s"),
    "erase details": gettext_lazy("%(by)s erased what the audit log said about the person %(subject)s"),
    "set up second factor": gettext_lazy("%(by)s set up a second factor"),
    "turn off second factor": gettext_lazy("%(by)s turned off the second factor"),
    "reset second factor": gettext_lazy("%(by)s took away the second factor of %(subject)s"),
    "renew recovery codes": gettext_lazy("%(by)s made new recovery codes"),
    "use recovery code": gettext_lazy("%(by)s signed in with a recovery code"),
    "sign out device": gettext_lazy("%(by)s signed out a device"),
    "sign out devices": gettext_lazy("%(by)s signed out all other devices"),
    "follow_people": gettext_lazy("%(by)s let %(subject)s follow more people"),
    "unfollow_people": gettext_lazy("%(by)s let %(subject)s follow fewer people"),
    "change permissions": gettext_lazy("%(by)s changed what a role permits"),
    # classes
    "create_class": gettext_lazy("%(by)s made %(subject)s"),
    "update_class": gettext_lazy("%(by)s changed %(subject)s"),
    "delete_class": gettext_lazy("%(by)s deleted %(subject)s"),
    "join_class": gettext_lazy("%(by)s put %(people)s into %(subject)s"),
    "leave_class": gettext_lazy("%(by)s took %(people)s out of %(subject)s"),
    # courses, categories, sessions
    "create": gettext_lazy("%(by)s made %(subject)s"),
    "change": gettext_lazy("%(by)s changed %(subject)s"),
    "copy": gettext_lazy("%(by)s took the courses and coaches of another session into %(subject)s"),
    "delete": gettext_lazy("%(by)s deleted %(subject)s"),
    "order": gettext_lazy("%(by)s ordered %(subject)s"),
    "set picture": gettext_lazy("%(by)s changed the picture of %(subject)s"),
    "remove picture": gettext_lazy("%(by)s removed the picture of %(subject)s"),
    "change teachers": gettext_lazy("%(by)s changed who teaches %(subject)s"),
    "add courses": gettext_lazy("%(by)s added courses to %(subject)s"),
    "remove course": gettext_lazy("%(by)s took a course out of %(subject)s"),
    "order courses": gettext_lazy("%(by)s ordered the courses of %(subject)s"),
    "change coaches": gettext_lazy("%(by)s changed the coaches of %(subject)s"),
    "change coach time": gettext_lazy("%(by)s changed the time of the coach %(subject)s"),
    "change followers": gettext_lazy("%(by)s changed which HR managers follow %(subject)s"),
    "hand over": gettext_lazy("%(by)s handed over %(subject)s"),
    "lock": gettext_lazy("%(by)s locked something for the coaches of %(subject)s"),
    "unlock": gettext_lazy("%(by)s lifted a lock for the coaches of %(subject)s"),
    "add class": gettext_lazy("%(by)s added a class to %(subject)s"),
    "remove class": gettext_lazy("%(by)s took a class off %(subject)s"),
    # enrolments
    "enrol": gettext_lazy("%(by)s enrolled %(people)s in %(subject)s"),
    "restore": gettext_lazy("%(by)s brought %(people)s back into %(subject)s"),
    "withdraw": gettext_lazy("%(by)s withdrew %(people)s from %(subject)s"),
    "suspend": gettext_lazy("%(by)s suspended %(people)s in %(subject)s"),
    "resume": gettext_lazy("%(by)s let %(people)s take part again in %(subject)s"),
    "complete": gettext_lazy("%(by)s marked %(people)s as completed in %(subject)s"),
    "extend": gettext_lazy("%(by)s gave %(people)s more days in %(subject)s"),
    "transfer": gettext_lazy("%(by)s transferred %(people)s out of %(subject)s"),
    "take over": gettext_lazy("%(by)s took over %(people)s into %(subject)s"),
    "undo transfer": gettext_lazy("%(by)s took back the transfer of %(people)s: %(subject)s"),
    "stop waiting": gettext_lazy("%(by)s took %(people)s off the waiting list of %(subject)s"),
    "change state": gettext_lazy("%(by)s changed the state of %(subject)s"),
    "give personal time": gettext_lazy("%(by)s gave personal time: %(subject)s"),
    "exclude from course": gettext_lazy("%(by)s took somebody out of a course: %(subject)s"),
    "include in course": gettext_lazy("%(by)s put somebody back into a course: %(subject)s"),
    # content
    "draft": gettext_lazy("%(by)s began a draft of %(subject)s"),
    "discard draft": gettext_lazy("%(by)s discarded a draft of %(subject)s"),
    "publish": gettext_lazy("%(by)s published %(subject)s"),
    "remove": gettext_lazy("%(by)s removed %(subject)s"),
    "back to the course's": gettext_lazy("%(by)s went back to the course's version of %(subject)s"),
    "move": gettext_lazy("%(by)s moved %(subject)s"),
    "show": gettext_lazy("%(by)s showed %(subject)s"),
    "hide": gettext_lazy("%(by)s hid %(subject)s"),
    "set dates": gettext_lazy("%(by)s set the dates of %(subject)s"),
    "set tools": gettext_lazy("%(by)s changed the tools of %(subject)s"),
    "mark": gettext_lazy("%(by)s marked work: %(subject)s"),
    "give grade": gettext_lazy("%(by)s gave a grade: %(subject)s"),
    "override grade": gettext_lazy("%(by)s put another grade in the place of one: %(subject)s"),
    "excuse grade": gettext_lazy("%(by)s excused somebody from something graded, or no longer: %(subject)s"),
    "change grades": gettext_lazy("%(by)s changed grades by a file: %(subject)s"),
    "sign off grades": gettext_lazy("%(by)s signed the grades off: %(subject)s"),
    "lift sign-off": gettext_lazy("%(by)s lifted the sign-off of grades: %(subject)s"),
    "regrade": gettext_lazy("%(by)s marked answers again by a new key: %(subject)s"),
    "write to learners": gettext_lazy("%(by)s wrote to %(people)s: %(subject)s"),
    # files and letters
    "make plan": gettext_lazy("%(by)s brought in a file, to see what it would do: %(subject)s"),
    "apply plan": gettext_lazy("%(by)s applied %(subject)s"),
    "discard plan": gettext_lazy("%(by)s discarded %(subject)s"),
    "stop plan": gettext_lazy("%(by)s stopped %(subject)s"),
    "try letter again": gettext_lazy("%(by)s had %(subject)s sent again"),
    "demo": gettext_lazy("%(by)s made a part of the demo"),
}
KINDS: dict[str, Promise] = {
    "person": gettext_lazy("%(name)s"),
    "enrolment": gettext_lazy("%(name)s"),
    "coursesession": gettext_lazy("the session “%(name)s”"),
    "sessioncourse": gettext_lazy("“%(name)s”"),
    "course": gettext_lazy("the course “%(name)s”"),
    "schoolclass": gettext_lazy("the class “%(name)s”"),
    "sessioncategory": gettext_lazy("the category “%(name)s”"),
    "coursecategory": gettext_lazy("the category “%(name)s”"),
    "plan": gettext_lazy("the plan “%(name)s”"),
    "mail": gettext_lazy("the letter “%(name)s”"),
}
KNOWN: dict[str, type[models.Model]] = {
    **dict.fromkeys(PEOPLE, Person),
    "course": Course,
    "courses": Course,
    "class": SchoolClass,
    "session": CourseSession,
    "from": CourseSession,
    "to_session": CourseSession,
}


@dataclass
class Change:
    """One value that changed."""

    label: str
    before: str
    after: str


@dataclass
class Line:
    """One entry as people read it."""

    entry: AuditEntry
    sentence: str
    session: str
    session_url: str
    people: list[tuple[str, str]]  # whom it concerns: name and address of the log about them
    changes: list[Change] = field(default_factory=list)
    facts: list[tuple[str, str]] = field(default_factory=list)  # what else is known of the deed


def lines_of(entries: Iterable[AuditEntry]) -> list[Line]:
    """The entries, told. At most four queries for the names that stand in them."""
    entries = list(entries)
    names = Names(entries)
    return [
        Line(
            entry=entry,
            sentence=sentence_of(entry, names),
            session=names.one(CourseSession, entry.course_session_id) if entry.course_session_id else "",
            session_url=names.session_url(entry.course_session_id),
            people=[(names.one(Person, c.person_id), names.log_about(c.person_id)) for c in entry.concerns.all()],
            changes=list(changes_of(entry, names)),
            facts=list(facts_of(entry, names)),
        )
        for entry in entries
    ]


def sentence_of(entry: AuditEntry, names: Names) -> str:
    people = [pk for name in PEOPLE & entry.changes.keys() for pk in ids_in(entry.changes[name])]
    words = {
        "by": who_did(entry),
        "subject": subject_words(entry),
        "people": names.several(Person, people) or _("somebody"),
        "verb": entry.verb.replace("_", " "),
    }
    told = SENTENCES.get(entry.verb)
    return str(told) % words if told else _("%(by)s: %(verb)s, %(subject)s") % words


def who_did(entry: AuditEntry) -> str:
    if entry.by and entry.acting:
        return _("%(administrator)s, acting as %(person)s,") % {"administrator": entry.acting, "person": entry.by}
    else:
        return str(entry.by) if entry.by else _("The platform")


def subject_words(entry: AuditEntry) -> str:
    if entry.is_erased:
        return _("an erased name")
    elif entry.subject_id is None:
        return entry.subject
    else:
        return str(KINDS.get(entry.subject_kind, gettext_lazy("“%(name)s”"))) % {"name": entry.subject}


def verb_words(verb: str) -> str:
    """A verb as a choice of a filter."""
    words = verb.replace("_", " ")
    return words[:1].upper() + words[1:]


def changes_of(entry: AuditEntry, names: Names) -> Iterator[Change]:
    model = _models().get(entry.subject_kind)
    for name, value in entry.changes.items():
        if _is_change(name, value):
            yield Change(_label(model, name), *(_value(model, name, one, names) for one in value))


def facts_of(entry: AuditEntry, names: Names) -> Iterator[tuple[str, str]]:
    model = _models().get(entry.subject_kind)
    for name, value in entry.changes.items():
        if not _is_change(name, value):
            yield _label(model, name), _value(model, name, value, names)


def _is_change(name: str, value: Any) -> bool:
    """Before and after, rather than a list that happens to have two parts."""
    return isinstance(value, list) and len(value) == 2 and (name not in KNOWN or name in ("owner", "coach"))


class Names:
    """The names of everyone and everything that entries speak of by id. A query for each kind of thing."""

    def __init__(self, entries: list[AuditEntry]) -> None:
        wanted: dict[type[models.Model], set[int]] = {Person: set(), Course: set(), SchoolClass: set()}
        wanted[CourseSession] = {e.course_session_id for e in entries if e.course_session_id is not None}
        for entry in entries:
            wanted[Person].update(concern.person_id for concern in entry.concerns.all())
            for name, value in entry.changes.items():
                if name in KNOWN:
                    wanted[KNOWN[name]].update(ids_in(value)[:NAMED])
        self.names = {
            model: {row.pk: str(row) for row in model._default_manager.filter(pk__in=pks)} if pks else {}
            for model, pks in wanted.items()
        }

    def one(self, model: type[models.Model], pk: int) -> str:
        return self.names[model].get(pk, f"#{pk}")

    def several(self, model: type[models.Model], pks: list[int]) -> str:
        listed = ", ".join(self.one(model, pk) for pk in pks[:NAMED])
        more = len(pks) - NAMED
        return _("%(names)s and %(n)d more") % {"names": listed, "n": more} if more > 0 else listed

    def session_url(self, pk: int | None) -> str:
        return reverse("session_overview", args=[pk]) if pk in self.names[CourseSession] else ""

    def log_about(self, pk: int) -> str:
        return f"{reverse('audit')}?about={pk}"


def ids_in(value: Any) -> list[int]:
    """The ids in it: one, several, or before and after."""
    several = value if isinstance(value, list) else [value]
    flat = [one for each in several for one in (each if isinstance(each, list) else [each])]
    return [one for one in flat if isinstance(one, int) and not isinstance(one, bool)]


def _value(model: type[models.Model] | None, name: str, value: Any, names: Names) -> str:
    """A stored value as a person reads it."""
    if value is None or value == "" or value == []:
        return ""
    elif name in KNOWN and (pks := ids_in(value)):
        return names.several(KNOWN[name], pks)
    elif isinstance(value, bool):
        return _("yes") if value else _("no")
    elif isinstance(value, str):
        return _moment(value) or _choice(model, name, value)
    elif isinstance(value, list) and all(isinstance(one, str | int | float) for one in value):
        return ", ".join(_choice(model, name, one) for one in value)
    else:
        return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else str(value)


def _moment(value: str) -> str:
    try:
        at = parse_datetime(value) if len(value) >= len("2026-01-01T00:00") else None
    except ValueError:
        return ""
    return moment_words(at, timezone.get_current_timezone()) if at and isinstance(at, datetime) and at.tzinfo else ""


def _choice(model: type[models.Model] | None, name: str, value: Any) -> str:
    known = {**dict(Enrolment.State.choices)} if name == "state" and model is Enrolment else {}
    known |= dict(getattr(_field(model, name), "flatchoices", ()))
    return str(known.get(value, value))


def _label(model: type[models.Model] | None, name: str) -> str:
    words = str(getattr(_field(model, name), "verbose_name", name)).replace("_", " ")
    return words[:1].upper() + words[1:]


def _field(model: type[models.Model] | None, name: str) -> Any:
    try:
        return model._meta.get_field(name) if model else None
    except FieldDoesNotExist:
        return None


@cache
def _models() -> dict[str, type[models.Model]]:
    """Our models by the name that entries call them."""
    ours = [model for model in apps.get_models() if model.__module__.startswith("encore.")]
    return {model._meta.model_name or "": model for model in ours}

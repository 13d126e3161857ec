"""Makes the demo, stage by stage.

Each stage is one transaction that ends with an audit entry saying so. Whoever is killed goes on with the next stage,
around the same day; whoever runs again finds nothing to do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from encore.courses.models import Course
from encore.demo.centre import Centre
from encore.demo.people import ADMINISTRATOR, first_administrator, import_file, let_in, usernames
from encore.demo.reading import column, sources
from encore.demo.sessions import ahead, current, past, today
from encore.demo.writing import equip, write_course
from encore.exchange.present import by_text
from encore.ledger.actions import record
from encore.ledger.models import AuditEntry, Mail
from encore.people.models import Person, SchoolClass

VERB = "demo"


class NoPlace(Exception):
    """This is no place for the demo; the message says why."""


@dataclass(frozen=True)
class Stage:
    name: str
    said: str
    deed: Callable[[Centre], None]


def make_demo(at: datetime, *, anyway: bool = False) -> Iterator[str]:
    """Do what is left to do, saying each stage when it is done. Nothing is left: nothing is said.

    Raises NoPlace where there are people already, unless `anyway`; and where something of the demo's own exists.
    """
    done = stages_done()
    if not done:
        _require_place(anyway=anyway)
    at = done.get(STAGES[0].name, at)
    for stage in STAGES:
        if stage.name not in done:
            with transaction.atomic():
                stage.deed(Centre(at))
                edna = Person.objects.get(username=ADMINISTRATOR)
                record(VERB, edna, by=None, at=at, changes={"stage": stage.name, "at": at.isoformat()})
            yield stage.said


def stages_done() -> dict[str, datetime]:
    """The stages that are done, each with the moment the demo is made around."""
    entries = AuditEntry.objects.filter(verb=VERB).values_list("detail__changes", flat=True)
    return {changes["stage"]: datetime.fromisoformat(changes["at"]) for changes in entries}


def is_there() -> bool:
    return stages_done().keys() >= {stage.name for stage in STAGES}


def people(centre: Centre) -> None:
    """As on the first days of a new installation: an administrator, then files."""
    days = centre.days()
    edna = first_administrator(at=days.clock(-430, "09:00"))
    import_file("people", "people.csv", by=edna, at=days.clock(-429, "09:30"))
    import_file("classes", "classes.csv", by=edna, at=days.clock(-429, "10:00"))
    import_file("class-people", "class-people.csv", by=edna, at=days.clock(-429, "10:10"))
    let_in(list(Person.objects.filter(username__in=usernames())), like=edna)


def courses(centre: Centre) -> None:
    days, edna = centre.days(), centre.people["edna"]
    import_file("courses", "courses.csv", by=edna, at=days.clock(-428, "09:15"))
    for n, source in enumerate(sources()):
        course = Course.objects.get(code=source.code)
        assistants = centre.ids(*source.facts.get("assistants", []))
        equip(source, course, assistants=assistants, by=edna, at=days.clock(-428, "09:40"))
        write_course(source, by=centre.people[today.AUTHORS[source.code]], at=days.clock(-420 + n, "16:00"))


def sessions_ahead(centre: Centre) -> None:
    ahead.make(centre)
    _call_mail_sent(centre)


STAGES = [
    Stage("people", "People and classes", people),
    Stage("courses", "Courses with their content", courses),
    Stage("past", "Past sessions", past.make),
    Stage("current", "Current sessions", current.make),
    Stage("ahead", "Upcoming sessions", sessions_ahead),
    Stage("last days", "The last days", today.make),
]


def _call_mail_sent(centre: Centre) -> None:
    """The letters of the last weeks are no news, and their addresses are made up: no worker shall send them."""
    ours = Person.objects.filter(username__in=usernames())
    waiting = Mail.objects.filter(person__in=ours, sent_at=None, queued_at__lt=centre.at)
    waiting.update(sent_at=F("queued_at") + timedelta(seconds=40), tries=1)


def _require_place(*, anyway: bool) -> None:
    if Person.objects.exists() and not anyway:
        raise NoPlace(
            "There are people here already. The demo brings accounts whose password everybody knows, and belongs into "
            "a database of its own. If you want it here all the same: encore demo --anyway"
        )
    taken = [
        *by_text(Person.objects.all(), "username", usernames()),
        *by_text(SchoolClass.objects.all(), "name", column("classes.csv", "name")),
        *by_text(Course.objects.all(), "code", column("courses.csv", "Code")),
    ]
    if taken:
        raise NoPlace(f"The demo needs these names, and they are taken: {', '.join(taken)}.")

"""Brings in the people of content/: the first administrator by the command line, everyone else from files."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.hashers import make_password

from encore.demo.reading import CONTENT, column
from encore.exchange.actions import apply_plan, make_plan, start_applying
from encore.exchange.planning import Action, Options
from encore.exchange.queries import counts_of
from encore.ledger.jobs import Progress
from encore.ledger.models import Job
from encore.people.actions import NewPerson, create_people
from encore.people.models import Person
from encore.people.words import Role

PASSWORD = "all-hands-on-deck"
ADMINISTRATOR = "edna"


class FileNotTaken(Exception):
    """A file of content/ cannot be imported here; the message says why."""


def usernames() -> list[str]:
    """Of everybody in the demo."""
    return [ADMINISTRATOR, *column("people.csv", "UserName")]


def first_administrator(*, at: datetime) -> Person:
    facts = {
        "username": ADMINISTRATOR,
        "first_name": "Edna",
        "last_name": "Larsen",
        "email": "edna@harbour.example",
        "official_code": "H-001",
        "phone": "+32 3 555 05 01",
    }
    new = NewPerson(facts=facts, roles=frozenset({Role.ADMINISTRATOR}), password=make_password(PASSWORD))  # type: ignore[arg-type]
    return create_people([new], by=None, at=at)[0]


def import_file(kind: str, name: str, *, by: Person, at: datetime) -> None:
    """Plan and apply a file as the page and `encore import` do, within this transaction."""
    with (CONTENT / name).open("rb") as file:
        plan = make_plan(kind, file, name, Options(), by=by, at=at)
    refused = plan.rows.filter(action=Action.REFUSE)
    if refused:
        raise FileNotTaken("\n".join(f"{name}, line {row.line}: {' '.join(row.reasons)}" for row in refused))
    job = start_applying(plan, skip_refused=False, by=by, at=at)
    plan.refresh_from_db()
    said = apply_plan(plan, Progress(total=job.total), by=by, at=at)
    _over(job, said, sum(counts_of(plan).values()), at)


def let_in(people: list[Person], *, like: Person) -> None:
    """Give people the password of another: fifty hashes of one password would take longer than all the rest."""
    Person.objects.filter(pk__in=[person.pk for person in people]).update(password=like.password)


def _over(job: Job, said: str, rows: int, at: datetime) -> None:
    """The job is done already: no worker shall take it up."""
    job.state, job.message, job.done = Job.State.DONE, said, rows
    job.started_at = job.heartbeat_at = job.finished_at = at
    job.save(update_fields=["state", "message", "done", "started_at", "heartbeat_at", "finished_at"])

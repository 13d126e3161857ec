"""Fills a database to a size. The same seed and the same day give the same rows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from random import Random

from django.db import connection, transaction

from encore.base.pouring import Pouring
from encore.bench.filling.doing import Doing
from encore.bench.filling.people import NAMED, make_people
from encore.bench.filling.sessions import enrol_learners, make_sessions
from encore.bench.filling.writing import make_courses
from encore.bench.sizes import Size
from encore.courses.models import SessionCourse
from encore.ledger.actions import record
from encore.people.models import Person
from encore.toolkit.schedule import reschedule

VERB = "populate"
Told = Callable[[float], None]  # the part that is done, of 1
PLACES = 100  # session courses whose dates are resolved in one transaction
DATES_FROM = 0.85  # of the way: then the dates are resolved


def is_filled() -> bool:
    """Whether `fill` was here before."""
    return Person.objects.filter(username__in=NAMED).exists()


def fill(size: Size, *, seed: int, at: datetime, told: Told = lambda part: None) -> dict[str, int]:
    """Fill the database; how many rows of each model were written. `at`: around when it all happens."""
    rng = Random(seed)  # noqa: S311 - nothing here is a secret
    done = {"sessions": 0}
    pouring = Pouring(told=lambda written: told(DATES_FROM * done["sessions"] / size.sessions))
    with connection.constraint_checks_disabled():
        people = make_people(rng, size, at, pouring)
        courses = make_courses(rng, size, people, at, pouring)
        doing = Doing(rng, size, at, pouring)
        first = 0
        for n, given in enumerate(make_sessions(rng, size, people, courses, at, pouring)):
            first = first or given.key
            rows = enrol_learners(rng, size, given, n, people, at, pouring)
            doing.work(given, rows)
            done["sessions"] = n + 1
        pouring.finish()
    counts = pouring.counts() | {"schedule": _schedule(first, at, told)}
    administrator = Person.objects.get(username="bench.admin")
    record(VERB, administrator, by=None, at=at, changes={"size": size.name, "seed": seed})
    return counts


def _schedule(first: int, at: datetime, told: Told) -> int:
    """Resolve the dates of items in the sessions from this key on."""
    keys = list(SessionCourse.objects.filter(session__gte=first).order_by("pk").values_list("pk", flat=True))
    rows = SessionCourse.objects.select_related("session", "course").order_by("pk")
    written = 0
    for start in range(0, len(keys), PLACES):
        with transaction.atomic():
            written += reschedule(rows.filter(pk__in=keys[start : start + PLACES]), at=at)
        told(DATES_FROM + (1 - DATES_FROM) * min(1, (start + PLACES) / len(keys)))
    return written

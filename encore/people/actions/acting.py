"""Acting as somebody else begins and ends: both are recorded, with the reason."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from encore.ledger.actions import record
from encore.people.actions.power import require_power
from encore.people.errors import NotActive, NotAsYourself, SeesMore
from encore.people.models import Person
from encore.people.sign_in import is_open
from encore.people.signals import answers, place_sights
from encore.people.words import Permission


def require_acting(subject: Person, *, by: Person, at: datetime) -> None:
    """Whether `by` may act as `subject`; raises the reason why not. Never for the command line: it has no browser."""
    require_power(by, [subject], Permission.ACT_AS)
    if subject.pk == by.pk:
        raise NotAsYourself
    elif not is_open(subject, at):
        raise NotActive
    elif not by.is_administrator and answers(place_sights.send(Person, people=[subject.pk], by=by)):
        raise SeesMore


@transaction.atomic
def begin_acting(subject: Person, *, reason: str, until: datetime, by: Person, at: datetime) -> None:
    require_acting(subject, by=by, at=at)
    record("act as", subject, by=by, at=at, changes={"reason": reason, "until": until.isoformat()})


@transaction.atomic
def end_acting(subject: Person, *, by: Person, at: datetime, why: str = "") -> None:
    """`why`: what ended it, where it was not the administrator: "time", "permission" or "signed out"."""
    record("end acting as", subject, by=by, at=at, changes={"why": why} if why else {})

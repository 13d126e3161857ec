"""Locking for coaches what a course of a session shows, and what may be added to it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from encore.courses.errors import CannotDo
from encore.courses.models import CourseSession, SessionCourse
from encore.courses.words import LockKind
from encore.ledger.actions import record
from encore.people.models import Person


@transaction.atomic
def set_lock(
    places: Iterable[SessionCourse], kind: LockKind, *, reason: str, by: Person, at: datetime
) -> list[SessionCourse]:
    """Lock courses of a session for their coaches. One locked already takes the new reason; the same again is nothing.

    Raises CannotDo without a reason. Returns those that changed.
    """
    reason = " ".join(reason.split())
    if not reason:
        raise CannotDo(_("Say why: coaches read the reason where the control would be."))
    changing = [place for place in _held(places) if getattr(place, f"{kind}_lock") != reason]
    _set(changing, kind, reason=reason, by=by, at=at)
    _record("lock", changing, kind, by=by, at=at, reason=reason)
    return changing


@transaction.atomic
def lift_lock(places: Iterable[SessionCourse], kind: LockKind, *, by: Person, at: datetime) -> list[SessionCourse]:
    """Give back to the coaches what was locked. Returns those that changed."""
    changing = [place for place in _held(places) if getattr(place, f"{kind}_lock")]
    _set(changing, kind, reason="", by=None, at=None)
    _record("unlock", changing, kind, by=by, at=at)
    return changing


def _held(places: Iterable[SessionCourse]) -> list[SessionCourse]:
    """As they are now, nobody else's to change until the transaction ends."""
    rows = SessionCourse.objects.select_for_update(of=("self",)).filter(pk__in=[place.pk for place in places])
    return list(rows.select_related("session").order_by("pk"))


def _set(places: list[SessionCourse], kind: LockKind, *, reason: str, by: Person | None, at: datetime | None) -> None:
    columns = {f"{kind}_lock": reason, f"{kind}_lock_by": by, f"{kind}_lock_at": at}
    for place in places:
        for name, value in columns.items():
            setattr(place, name, value)
        place.save(update_fields=list(columns))


def _record(
    verb: str, places: list[SessionCourse], kind: LockKind, *, by: Person, at: datetime, reason: str = ""
) -> None:
    sessions: dict[int, CourseSession] = {place.session_id: place.session for place in places}
    for pk, session in sessions.items():
        facts = {
            "lock": str(kind),
            "courses": [place.course_id for place in places if place.session_id == pk],
            "reason": reason,
        }
        record(verb, session, by=by, at=at, session_id=pk, changes=facts)

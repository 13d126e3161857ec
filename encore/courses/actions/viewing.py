"""Looking as a learner begins and ends: it changes nothing, and is recorded."""

from __future__ import annotations

from datetime import datetime

from encore.courses.models import CourseSession
from encore.ledger.actions import record
from encore.people.models import Person


def record_begin(session: CourseSession, moment: datetime, *, by: Person, at: datetime) -> None:
    changes = {"moment": moment.isoformat()}
    record("view as learner", session, by=by, at=at, session_id=session.pk, changes=changes)


def record_end(session: CourseSession, *, by: Person, at: datetime) -> None:
    record("end view as learner", session, by=by, at=at, session_id=session.pk)

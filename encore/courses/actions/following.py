"""HR managers who follow a session (design: access): they read its reports and open nothing."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from encore.courses.errors import CannotDo
from encore.courses.models import CourseSession, SessionFollower
from encore.ledger.actions import record
from encore.people.models import Person


@transaction.atomic
def set_followers(
    session: CourseSession, *, add: Iterable[int] = (), remove: Iterable[int] = (), by: Person | None, at: datetime
) -> None:
    """Let HR managers (ids of people) follow a session, or end it. Raises CannotDo for who is no HR manager."""
    there = set(SessionFollower.objects.filter(session=session).values_list("person", flat=True))
    new = [pk for pk in dict.fromkeys(add) if pk not in there]
    gone = sorted(there & set(remove))
    able = set(Person.objects.filter(pk__in=new, is_hr_manager=True, is_active=True).values_list("pk", flat=True))
    if any(pk not in able for pk in new):
        raise CannotDo(_("Only HR managers with an active account follow a session."))
    SessionFollower.objects.filter(session=session, person__in=gone).delete()
    rows = [SessionFollower(session=session, person_id=pk, by=by, at=at) for pk in new]
    SessionFollower.objects.bulk_create(rows, ignore_conflicts=True)
    if new or gone:
        changes = {"added": new, "removed": gone}
        record("change followers", session, by=by, at=at, session_id=session.pk, changes=changes)

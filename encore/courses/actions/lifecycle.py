"""Suspending, resuming, completing, withdrawing, bringing back and giving more days, for one person or many."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from encore.courses import signals
from encore.courses.actions.enrolment import BATCH, enrol, lock_sessions, locked, set_states, withdraw
from encore.courses.errors import CannotDo, ChangedMeanwhile
from encore.courses.lifecycle import Deed, Preview, extended, preview
from encore.courses.models import CourseSession, Enrolment, EnrolmentChange
from encore.courses.windows import fill_enrolment, terms_of
from encore.ledger.actions import record
from encore.people.models import Person

State = Enrolment.State
STATES = {Deed.SUSPEND: State.SUSPENDED, Deed.RESUME: State.ACTIVE, Deed.COMPLETE: State.COMPLETED}
TIME_FIELDS = ["closes_at", "extra_days", "time_reason", "time_by", "window_opens_at", "window_closes_at"]


@transaction.atomic
def carry_out(
    deed: Deed,
    session: CourseSession,
    enrolments: Iterable[int],
    *,
    by: Person,
    at: datetime,
    reason: str = "",
    days: int = 0,
    stamp: str | None = None,
    skip_refused: bool = False,
    over_seats: bool = False,
) -> Preview:
    """Do to chosen enrolments (ids) of a session what their preview showed; all of it or nothing.

    Raises ChangedMeanwhile if `stamp` is of another preview, CannotDo if somebody is refused and not to be skipped,
    SessionFull as `enrol` does. Who has nothing to be done to them stays as they are.
    """
    session = lock_sessions([session.pk])[session.pk]
    ids = list(enrolments)
    rows = Enrolment.objects.filter(session=session, pk__in=ids).select_for_update(of=("self",), no_key=True)
    shown = preview(session, rows.select_related("person").order_by("pk"), deed, at=at, days=days)
    if stamp is not None and stamp != shown.stamp:
        raise ChangedMeanwhile(_("Something has changed in the meantime, so nothing was done. Look at it again."))
    if shown.refused and not skip_refused:
        raise CannotDo(_refused(len(shown.refused)))
    if shown.changing:
        _do(shown, session, by=by, at=at, reason=reason, over_seats=over_seats)
    return shown


@transaction.atomic
def extend(enrolments: Iterable[Enrolment], days: int, *, by: Person, at: datetime, reason: str) -> list[Enrolment]:
    """Give learners so many days more, whatever ends their time. Progress is untouched.

    Who is not enrolled any more, or has no end, stays as they are. Returns those that have a later end now.
    """
    done: dict[CourseSession, list[Enrolment]] = {}
    for enrolment in locked(enrolments):
        if enrolment.is_live:
            terms = terms_of(enrolment.session)
            longer = extended(enrolment, terms, days)
            enrolment.closes_at, enrolment.extra_days = longer.closes_at, longer.extra_days
            enrolment.time_reason, enrolment.time_by = reason, by
            fill_enrolment(enrolment, terms)
            done.setdefault(enrolment.session, []).append(enrolment)
    for session, rows in done.items():
        Enrolment.objects.bulk_update(rows, TIME_FIELDS, batch_size=BATCH)
        facts = {"people": [e.person_id for e in rows], "days": days, "reason": reason}
        record("extend", session, by=by, at=at, session_id=session.pk, changes=facts)
        signals.enrolment_dates_changed.send(Enrolment, enrolments=rows, at=at)
    return [enrolment for rows in done.values() for enrolment in rows]


@transaction.atomic
def complete_at_end(session: CourseSession, *, at: datetime) -> list[Enrolment]:
    """Complete, by the session's rule, who takes part and whose own time is over.

    Who was completed so and brought back since, stays until a later end: the rule goes by each end once.
    """
    lock_sessions([session.pk])
    over = session.enrolments.filter(is_latest=True, state=State.ACTIVE, window_closes_at__lte=at)
    so = EnrolmentChange.objects.filter(enrolment__in=over, state=State.COMPLETED, automatic=True)
    last = dict(so.order_by("at").values_list("enrolment", "at"))
    due = [e for e in over if e.pk not in last or (e.window_closes_at and last[e.pk] < e.window_closes_at)]
    return set_states(due, State.COMPLETED, by=None, at=at, automatic=True)


def _do(shown: Preview, session: CourseSession, *, by: Person, at: datetime, reason: str, over_seats: bool) -> None:
    if state := STATES.get(shown.deed):
        set_states(shown.changing, state, by=by, at=at, reason=reason)
    elif shown.deed is Deed.WITHDRAW:
        withdraw(shown.changing, by=by, at=at, reason=reason)
    elif shown.deed is Deed.EXTEND:
        extend(shown.changing, shown.days, by=by, at=at, reason=reason)
    else:
        people = [e.person_id for e in shown.changing]
        how = "restore" if shown.deed is Deed.RESTORE else "again"
        enrol(people, session, by=by, at=at, returning=how, over_seats=over_seats, reason=reason)  # type: ignore[arg-type]


def _refused(n: int) -> str:
    return ngettext(
        "%(n)d person is refused, so nothing was done. Skip who is refused, or choose again.",
        "%(n)d people are refused, so nothing was done. Skip who is refused, or choose again.",
        n,
    ) % {"n": n}

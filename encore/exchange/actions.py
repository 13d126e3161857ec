"""Makes plans from files, applies and discards them (design: enrolment, "Bulk work is a plan")."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import BinaryIO

from django.contrib.auth.hashers import make_password
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from encore.base.reading.errors import FileRefused
from encore.base.reading.files import read_file
from encore.courses.errors import CannotDo
from encore.exchange.columns import Record, is_known
from encore.exchange.kinds import KINDS
from encore.exchange.planning import Action, Options, Planned
from encore.exchange.present import batches
from encore.exchange.queries import counts_of
from encore.exchange.sealing import SealBroken, seal, unseal
from encore.ledger.actions import ask_to_stop, start_job
from encore.ledger.actions import record as note
from encore.ledger.jobs import Interrupted, JobFailed, Progress, TakenOver
from encore.ledger.models import Job, Plan, PlanRow
from encore.people.actions import invite_many
from encore.people.errors import PeopleError
from encore.people.models import Person
from encore.people.words import Permission

JOB = "apply plan"
WHOLE = 10_000  # so many rows are written in one transaction
CHUNK = 2_000  # larger plans in transactions of so many
BATCH = 500
State = Plan.State


class CannotApply(Exception):
    """The plan cannot be applied as it is. `str()` of it is a whole, translated sentence."""


class Stale(Exception):
    """What the plan rests on has changed. `count`: rows that would do something else now."""

    def __init__(self, count: int) -> None:
        super().__init__(count)
        self.count = count


def why_not_bring(kind: str, by: Person | None) -> str:
    """Why `by` may not bring in files of this kind, or "". None is the command line."""
    if by is None:
        return ""
    elif not (by.is_active and by.may(Permission.IMPORT)):
        return _("Your role does not permit bringing in files.")
    elif KINDS[kind].for_administrators and not by.is_administrator:
        return _("This kind of file is brought in by administrators only.")
    else:
        return ""


def require_permission(kind: str, by: Person | None) -> None:
    """Raise PermissionDenied, in words, unless `by` may bring in files of this kind."""
    if reason := why_not_bring(kind, by):
        raise PermissionDenied(reason)


# Making


def make_plan(kind: str, file: BinaryIO, name: str, options: Options, *, by: Person | None, at: datetime) -> Plan:
    """Read a file and store what it would do. Raises FileRefused. Nothing else is written, the file is not kept."""
    require_permission(kind, by)
    planner = KINDS[kind](options, by)
    source = read_file(file, lambda heading: is_known(planner.columns, heading))
    records, notes = planner.read(source)
    planned = planner.plan(records)
    with transaction.atomic():
        counts = dict(Counter(row.action for row in planned))
        stored = {**options.as_json(), "counts": counts}
        plan = Plan.objects.create(kind=kind, title=name[:200], options=stored, notes=notes, by=by, at=at)
        PlanRow.objects.bulk_create((_row(plan, row) for row in planned), batch_size=BATCH)
    return plan


def _row(plan: Plan, planned: Planned) -> PlanRow:
    return PlanRow(
        plan=plan,
        line=planned.record.line,
        action=planned.action,
        subject=planned.subject[:300],
        reasons=planned.why,
        data={} if planned.refusals else _data(planned),
    )


def _data(planned: Planned) -> dict:
    """What the job needs to plan the row again. The password sealed, and only if it will be used."""
    values = dict(planned.record.values)
    data = {"values": values, "part": planned.record.part, "fingerprint": planned.fingerprint}
    if password := values.get("password"):
        values["password"] = "*"
        if planned.is_new:
            data["sealed"] = seal(password)
    return data


# Applying


@transaction.atomic
def start_applying(plan: Plan, *, skip_refused: bool, by: Person | None, at: datetime) -> Job:
    """Hand the plan to the worker. Of two people who do so at once, one starts the job and both get it."""
    plan = Plan.objects.select_for_update().get(pk=plan.pk)
    if plan.state == State.APPLYING and plan.job:
        return plan.job
    if plan.state != State.READY:
        raise CannotApply(_("This plan is not ready to be applied: %(state)s.") % {"state": plan.get_state_display()})
    counts = counts_of(plan)
    if counts[Action.REFUSE] and not skip_refused:
        raise CannotApply(
            ngettext(
                "%(count)d row is refused, so nothing is applied. Skip it, or mend the file and bring it again.",
                "%(count)d rows are refused, so nothing is applied. Skip them, or mend the file and bring it again.",
                counts[Action.REFUSE],
            )
            % {"count": counts[Action.REFUSE]}
        )
    total = sum(counts.values()) - counts[Action.REFUSE]
    job = start_job(JOB, {"plan": plan.pk, "by": by.pk if by else None}, by=by, at=at, total=total)
    plan.state, plan.job = State.APPLYING, job
    plan.options = {**plan.options, "skip_refused": skip_refused}
    plan.save(update_fields=["state", "job", "options"])
    return job


def apply_plan(plan: Plan, progress: Progress, *, by: Person | None, at: datetime) -> str:
    """Do what the plan says, if it still means the same; the body of the job. May run again after a kill.

    Raises JobFailed in words. Either all is written (of more than WHOLE rows: whole chunks), or nothing.
    """
    if plan.state == State.APPLYING:
        try:
            require_permission(plan.kind, by)
            _hash_passwords(plan, progress)
            _apply_rows(plan, progress, by=by, at=at)
        except (Interrupted, TakenOver):
            raise
        except (Stale, FileRefused, SealBroken, CannotDo, PeopleError, PermissionDenied, IntegrityError) as error:
            _settle(plan, State.STALE)
            raise JobFailed(_why_stale(plan, error)) from error
        except BaseException:
            _settle(plan, State.READY)
            raise
    elif plan.state != State.APPLIED:
        raise JobFailed(_("This plan was discarded, or has been found out of date."))
    _invite(plan, progress, by=by, at=at)
    return result_sentence(plan)


def result_sentence(plan: Plan) -> str:
    counts = counts_of(plan)
    return _("%(adds)d added, %(changes)d changed, %(nothings)d as they were, %(refusals)d skipped.") % {
        "adds": counts[Action.ADD],
        "changes": counts[Action.CHANGE],
        "nothings": counts[Action.NOTHING],
        "refusals": counts[Action.REFUSE],
    }


def _hash_passwords(plan: Plan, progress: Progress) -> None:
    """Before the transaction, since each takes 30 ms: sealed passwords become hashes, a batch at a time."""
    sealed = plan.rows.filter(data__has_key="sealed").order_by("id")
    left = sealed.count()
    if not left:
        return
    total = left
    with ThreadPoolExecutor(max_workers=2) as pool:
        while rows := list(sealed[:100]):
            progress.step(
                message=_("Securing passwords: %(done)d of %(total)d.") % {"done": total - left, "total": total}
            )
            passwords = [unseal(row.data["sealed"]) for row in rows]
            for row, hashed in zip(rows, pool.map(make_password, passwords), strict=True):
                del row.data["sealed"]
                row.data["hashed"] = hashed
            PlanRow.objects.bulk_update(rows, ["data"], batch_size=100)
            left -= len(rows)


def _apply_rows(plan: Plan, progress: Progress, *, by: Person | None, at: datetime) -> None:
    waiting = plan.rows.exclude(action=Action.REFUSE).filter(done=False).order_by("id")
    left = waiting.count()
    total = progress.total or left
    size = WHOLE if left <= WHOLE else CHUNK
    while True:
        progress.step(done=total - left, total=total, message=_("Writing."))
        with transaction.atomic():
            rows = list(waiting[:size])
            _apply_chunk(plan, rows, by=by, at=at)
            left -= len(rows)
            progress.show(done=total - left)
            if left <= 0:
                plan.state, plan.applied_at = State.APPLIED, at
                note("apply plan", plan, by=by, at=at, changes={"kind": plan.kind, "rows": total})
            plan.save(update_fields=["state", "applied_at", "options"])
            progress.still_mine()
        if left <= 0:
            return


def _apply_chunk(plan: Plan, rows: Sequence[PlanRow], *, by: Person | None, at: datetime) -> None:
    """Plan the rows again against the present. If they mean the same, write what they do, and down that it is done."""
    planner = KINDS[plan.kind](Options.of(plan.options), by)
    planned = planner.plan([Record(row.line, dict(row.data["values"]), part=row.data["part"]) for row in rows])
    pairs = list(zip(rows, planned, strict=True))
    if different := sum(again.fingerprint != row.data["fingerprint"] for row, again in pairs):
        raise Stale(different)
    for row, again in pairs:
        again.hashed = row.data.get("hashed", "")
    deeds = [again for again in planned if again.action in (Action.ADD, Action.CHANGE)]
    if deeds:
        planner.apply(deeds, at=at)
    invited = [again.target.pk for again in deeds if again.does.get("invite")]
    plan.options = {**plan.options, "invite": plan.options.get("invite", []) + invited}
    for part in batches(row.pk for row in rows):
        # What the rows were made of has done its duty: files hold more about people than anyone needs to keep.
        PlanRow.objects.filter(pk__in=part).update(done=True, data={})


def _invite(plan: Plan, progress: Progress, *, by: Person | None, at: datetime) -> None:
    """After the people are there, in small steps: who has no password gets a letter."""
    while waiting := plan.options.get("invite", []):
        progress.step(message=_("Inviting people."))
        with transaction.atomic():
            invite_many(list(Person.objects.filter(pk__in=waiting[:200])), by=by, at=at)
            plan.options = {**plan.options, "invite": waiting[200:]}
            plan.save(update_fields=["options"])


def _why_stale(plan: Plan, error: Exception) -> str:
    if isinstance(error, Stale):
        return ngettext(
            "Something has changed since this plan was made: %(count)d row would do something else now. "
            "Nothing was applied; bring the file again for a new plan.",
            "Something has changed since this plan was made: %(count)d rows would do something else now. "
            "Nothing was applied; bring the file again for a new plan.",
            error.count,
        ) % {"count": error.count}
    elif isinstance(error, SealBroken):
        return _("The passwords of this plan cannot be read any more. Bring the file again for a new plan.")
    elif isinstance(error, IntegrityError):
        return _("Somebody changed the same things at the same moment. Bring the file again for a new plan.")
    else:
        return _("%(why)s Nothing was applied; bring the file again for a new plan.") % {"why": error}


# Ending


def discard_plan(plan: Plan, *, by: Person | None = None, at: datetime | None = None) -> bool:
    """Put a plan away that is not being applied; what it holds of the file is erased. Whether it could be.

    Without `by` it is nobody's deed: plans that are forgotten are put away by themselves.
    """
    with transaction.atomic():
        gone = Plan.objects.filter(pk=plan.pk, state__in=[State.READY, State.STALE]).update(state=State.DISCARDED)
        if gone:
            plan.rows.update(data={})
            if by and at:
                note("discard plan", plan, by=by, at=at, changes={"kind": plan.kind})
    return bool(gone)


def stop_applying(plan: Plan, *, by: Person, at: datetime) -> None:
    """Ask the job of a plan to stop at its next step."""
    if plan.job:
        with transaction.atomic():
            ask_to_stop(plan.job)
            note("stop plan", plan, by=by, at=at, changes={"kind": plan.kind})


def release_plan(plan: Plan) -> None:
    """Make a plan ready again whose job ended without applying it."""
    Plan.objects.filter(pk=plan.pk, state=State.APPLYING).update(state=State.READY)


def _settle(plan: Plan, state: str) -> None:
    with transaction.atomic():
        Plan.objects.filter(pk=plan.pk, state=State.APPLYING).update(state=state)
        if state == State.STALE:
            plan.rows.filter(done=False).update(data={})

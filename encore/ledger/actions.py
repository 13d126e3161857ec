"""Writes the ledger: audit entries, mail, jobs."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import models, transaction

from encore.ledger.models import AuditEntry, Job, Mail

if TYPE_CHECKING:
    from encore.people.models import Person


def record(
    verb: str,
    subject: models.Model,
    *,
    by: Person | None,
    at: datetime,
    session_id: int | None = None,
    changes: dict[str, Any] | None = None,
    called: str = "",
) -> AuditEntry:
    """Add an audit entry about `subject`, in the caller's transaction. `changes`: JSON values only.

    `called`: what people call it, where its own `str` does not say.
    """
    return AuditEntry.objects.create(
        verb=verb,
        subject_kind=subject._meta.model_name or "",
        subject_id=subject.pk,
        subject=(called or str(subject))[:300],
        by=by,
        at=at,
        course_session_id=session_id,
        changes=changes or {},
    )


def changed(instance: models.Model, values: dict[str, Any]) -> dict[str, list[Any]]:
    """Set `values` on `instance`; return what really changed, as {"field": [before, after]} fit for JSON."""
    changes = {}
    for name, after in values.items():
        before = getattr(instance, name)
        if before != after:
            setattr(instance, name, after)
            changes[name] = [_plain(before), _plain(after)]
    return changes


def queue_mail(person: Person, purpose: str, occasion: str, *, subject: str, body: str, at: datetime) -> Mail | None:
    """Queue one letter; None for who has it already, has no address or is deactivated. The worker sends it."""
    if not person.email or not person.is_active:
        return None
    mail, new = Mail.objects.get_or_create(
        person=person,
        purpose=purpose,
        occasion=occasion,
        defaults={"to": person.email, "subject": subject[:200], "body": body, "queued_at": at},
    )
    return mail if new else None


def start_job(kind: str, payload: dict[str, Any], *, by: Person | None, at: datetime, total: int = 0) -> Job:
    """Hand work of a registered kind to the worker. Takes effect when the caller's transaction commits."""
    return Job.objects.create(kind=kind, payload=payload, by=by, created_at=at, total=total)


@transaction.atomic
def ask_to_stop(job: Job) -> None:
    """Ask a job to stop at its next step; one not yet taken up is stopped at once."""
    waiting = Job.objects.filter(pk=job.pk, state=Job.State.WAITING)
    if not waiting.update(state=Job.State.CANCELLED):
        Job.objects.filter(pk=job.pk, state=Job.State.RUNNING).update(stop_asked=True)


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | float | str):
        return value
    elif isinstance(value, models.Model):
        return value.pk
    else:
        return str(value)

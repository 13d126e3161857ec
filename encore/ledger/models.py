"""What was done, is being done, was sent: jobs, stored plans, outgoing mail, audit entries."""

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from encore.base.personal import NOTHING_PERSONAL, Personal
from encore.ledger.audit import AuditConcern, AuditDetail, AuditEntry, AuditSeal

__all__ = [
    "AuditConcern",
    "AuditDetail",
    "AuditEntry",
    "AuditSeal",
    "DutyDone",
    "Job",
    "Mail",
    "Plan",
    "PlanRow",
]


class Job(models.Model):
    """Work done later by the worker. A body is idempotent and goes on from `done` when it is taken up again."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")
        CANCELLED = "cancelled", _("Stopped")

    kind = models.CharField(max_length=60)
    payload = models.JSONField(default=dict)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="jobs")
    acting = models.ForeignKey(  # the administrator who acted as `by` when asking for it
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    message = models.TextField(blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    stop_asked = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    heartbeat_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    personal = Personal(by=("by", "acting"), mentions=("payload", "message"), plain=("kind",))

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["state", "id"], name="job_by_state")]

    def __str__(self):
        return f"{self.kind} {self.pk}"

    @property
    def is_over(self) -> bool:
        return self.state in (self.State.DONE, self.State.FAILED, self.State.CANCELLED)


class DutyDone(models.Model):
    """When a periodic duty was last done. Of several workers, the one that moves `at` forward does it."""

    name = models.CharField(max_length=200, unique=True)
    at = models.DateTimeField(default=datetime(1970, 1, 1, tzinfo=UTC))

    personal = NOTHING_PERSONAL

    class Meta:
        verbose_name_plural = "duties done"

    def __str__(self):
        return self.name


class Plan(models.Model):
    """Bulk work, shown row by row before it is applied (design: enrolment, "Bulk work is a plan")."""

    class State(models.TextChoices):
        READY = "ready", _("Ready to apply")
        APPLYING = "applying", _("Being applied")
        APPLIED = "applied", _("Applied")
        STALE = "stale", _("Out of date")
        DISCARDED = "discarded", _("Discarded")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=40)
    title = models.CharField(max_length=200)
    options = models.JSONField(default=dict)
    notes = models.JSONField(default=list)  # sentences about the whole file: encoding, unknown columns …
    state = models.CharField(max_length=10, choices=State, default=State.READY)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="plans")
    at = models.DateTimeField()
    applied_at = models.DateTimeField(null=True)
    job = models.ForeignKey(Job, null=True, on_delete=models.SET_NULL, related_name="plans")

    personal = Personal(by=("by",), mentions=("title", "options", "notes"), plain=("kind",))

    class Meta:
        ordering = ["-at", "-id"]

    def __str__(self):
        return self.title


def plans_out_of_date(rows: Sequence[int]) -> None:
    """What a plan said of somebody is erased: it cannot be applied any more."""
    Plan.objects.filter(rows__in=rows, state=Plan.State.READY).update(state=Plan.State.STALE)


class PlanRow(models.Model):
    """One row of a plan: what will happen, to what, and why not if it is refused. Never holds a clear password."""

    class Action(models.TextChoices):
        ADD = "add", _("Add")
        CHANGE = "change", _("Change")
        NOTHING = "nothing", _("Nothing to do")
        REFUSE = "refuse", _("Refused")

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="rows")
    line = models.PositiveIntegerField()
    action = models.CharField(max_length=8, choices=Action)
    subject = models.CharField(max_length=300)
    reasons = models.JSONField(default=list)
    data = models.JSONField(default=dict)
    done = models.BooleanField(default=False)  # written down together with what the row says, so never done twice

    personal = Personal(mentions=("subject", "reasons", "data"), whole=True, after=plans_out_of_date)

    class Meta:
        ordering = ["line", "id"]
        indexes = [models.Index(fields=["plan", "action", "line"], name="plan_rows_by_action")]

    def __str__(self):
        return f"{self.line}: {self.subject}"


class Mail(models.Model):
    """One letter to one person. Unique by person, purpose and occasion: nothing is sent twice."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="mails")
    purpose = models.CharField(max_length=40)
    occasion = models.CharField(max_length=100)
    to = models.EmailField()
    reply_to = models.EmailField(blank=True)  # where answers go, if not to the platform
    subject = models.CharField(max_length=200)
    body = models.TextField()
    queued_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    error = models.TextField(blank=True)

    personal = Personal(
        called=_("letters"),
        about=("person",),
        mentions=("subject", "body", "error", "reply_to"),
        plain=("purpose", "occasion"),
    )

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["person", "purpose", "occasion"], name="one_mail_per_person_and_occasion")
        ]
        indexes = [models.Index(fields=["queued_at"], condition=Q(sent_at=None), name="mail_to_send")]

    def __str__(self):
        return f"{self.subject} → {self.to}"

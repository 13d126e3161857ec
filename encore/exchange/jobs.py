"""Applies plans, and puts forgotten ones away."""

from __future__ import annotations

from datetime import datetime

from django.utils.timezone import now
from django.utils.translation import gettext as _

from encore.exchange.actions import JOB, apply_plan, discard_plan, release_plan
from encore.exchange.queries import forgotten_plans, orphaned_plans
from encore.ledger.jobs import JobFailed, Progress, every, job
from encore.ledger.models import Job, Plan


@job(JOB)
def apply(job: Job, progress: Progress) -> str:
    plan = Plan.objects.filter(pk=job.payload["plan"]).first()
    if plan is None:
        raise JobFailed(_("There is no such plan any more."))
    if plan.job_id != job.pk:
        raise JobFailed(_("Another job has this plan now."))
    if job.by_id != job.payload["by"]:
        raise JobFailed(_("The account of the person who asked for this is gone."))
    return apply_plan(plan, progress, by=job.by, at=now())


@every(minutes=5)
def tidy_plans(at: datetime) -> None:
    for plan in orphaned_plans():
        release_plan(plan)
    for plan in forgotten_plans(at):
        discard_plan(plan)

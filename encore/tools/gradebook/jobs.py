"""Grades of large files, taken in by the worker."""

from __future__ import annotations

from django.utils.translation import gettext as _

from encore.courses.context import NoSuchPlace, here_for
from encore.courses.errors import CannotDo
from encore.ledger.jobs import JobFailed, Progress, job
from encore.ledger.models import Job, Plan
from encore.tools.gradebook.actions.bringing import JOB, bring_in


@job(JOB)
def bring(job: Job, progress: Progress) -> str:
    """In one transaction: a worker that is killed leaves nothing half done."""
    plan = Plan.objects.filter(pk=job.payload["plan"]).first()
    if plan is None or job.by is None or job.by_id != job.payload["by"]:
        raise JobFailed(_("There is no such plan any more."))
    progress.step(total=job.total, message=_("Writing."))
    try:
        at = job.started_at or job.created_at
        here = here_for(job.by, at=at, session=plan.options["session"], code=plan.options["course"])
        said = bring_in(plan, here)
    except NoSuchPlace as error:
        raise JobFailed(_("This place is gone.")) from error
    except CannotDo as error:
        raise JobFailed(str(error)) from error
    progress.show(done=job.total)
    return said

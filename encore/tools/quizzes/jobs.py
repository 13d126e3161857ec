"""What tests leave to the worker."""

from __future__ import annotations

from django.db import transaction
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from encore.courses.context import here_for
from encore.courses.models import SessionCourse
from encore.courses.rules import Action
from encore.ledger.jobs import JobFailed, Progress, job
from encore.ledger.models import Job
from encore.toolkit.scoping import shown_in
from encore.tools.quizzes import jobs_bringing as _jobs_bringing  # noqa: F401  (registers its job)
from encore.tools.quizzes.actions.regrading import regrade

REGRADE = "regrade"


@job(REGRADE)
def regrade_places(job: Job, progress: Progress) -> str:
    """Regrade a test or a question in several sessions, one at a time; what may not be marked by now is left alone."""
    if job.by is None:
        raise JobFailed(_("The person who asked for this is not there any more."))
    places, changed = job.payload["places"], 0
    for n, pk in enumerate(places[job.done :], start=job.done):
        progress.step(n, len(places))
        changed += _regrade(job, progress, pk)
    progress.show(len(places), len(places))
    return ngettext("%(n)d answer has new points.", "%(n)d answers have new points.", changed) % {"n": changed}


@transaction.atomic
def _regrade(job: Job, progress: Progress, place: int) -> int:
    found = SessionCourse.objects.select_related("course").filter(pk=place).first()
    if found is None or job.by is None:
        return 0
    here = here_for(job.by, at=now(), session=found.session_id, code=found.course.code)
    item = shown_in(here, hidden=True).filter(pk=job.payload["item"]).first()
    if item is None or not here.may(Action.MARK):
        return 0
    changed = regrade(here, item, reason=job.payload["reason"], by_hand=job.payload["by_hand"])
    progress.still_mine()
    return changed

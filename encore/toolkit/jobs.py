"""Toolkit's work for later."""

from django.utils.timezone import now

from encore.courses.models import SessionCourse
from encore.ledger.jobs import Progress, job
from encore.ledger.models import Job
from encore.toolkit.counting import rebuild
from encore.toolkit.schedule import reschedule


@job("reschedule course")
def reschedule_all(job: Job, progress: Progress) -> None:
    """The schedule of every session of one course, a session at a time; goes on from `done`."""
    places = SessionCourse.objects.filter(course=job.payload["course"]).select_related("session", "course")
    total = places.count()
    for n, place in enumerate(places.order_by("pk")[job.done :], start=job.done):
        progress.step(n, total)
        reschedule([place], at=now())
    progress.show(total, total)


@job("recount course")
def recount_all(job: Job, progress: Progress) -> None:
    """Everybody's progress in every session of one course."""
    rebuild(SessionCourse.objects.filter(course=job.payload["course"]))


@job("rebuild progress")
def rebuild_progress(job: Job, progress: Progress) -> None:
    """Everybody's progress everywhere: after an upgrade from before it was kept."""
    rebuild()

"""What one enrolment has led to, course by course."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from encore.courses.models import Enrolment, SessionCourse
from encore.toolkit.models import CourseProgress
from encore.toolkit.progress import Progress, progress_among


@dataclass(frozen=True)
class Result:
    """How far somebody is in one course, and when they were at it last."""

    place: SessionCourse
    progress: Progress
    last_at: datetime | None
    is_out: bool = False


def results_of(enrolment: Enrolment) -> list[Result]:
    """In every course of the session, of this enrolment alone; four queries, however many courses."""
    places = list(SessionCourse.objects.filter(session=enrolment.session_id).select_related("course"))
    progress = progress_among(places, [enrolment])
    last = dict(CourseProgress.objects.filter(enrolment=enrolment).values_list("session_course", "last_at"))
    out = set(enrolment.exclusions.values_list("session_course", flat=True))
    return [Result(p, progress[p.pk, enrolment.pk], last.get(p.pk), p.pk in out) for p in places]

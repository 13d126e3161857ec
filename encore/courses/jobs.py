"""What courses do by themselves."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Exists, OuterRef

from encore.courses.actions.lifecycle import complete_at_end
from encore.courses.models import CourseSession, Enrolment
from encore.ledger.jobs import every

TAKING_PLACE = (CourseSession.State.PUBLISHED, CourseSession.State.ARCHIVED)


@every(minutes=10)
def complete_who_is_at_the_end(at: datetime) -> None:
    """In sessions whose end completes: those who take part and whose own time is over."""
    over = Enrolment.objects.filter(
        session=OuterRef("pk"), is_latest=True, state=Enrolment.State.ACTIVE, window_closes_at__lte=at
    )
    sessions = CourseSession.objects.filter(Exists(over), completes_at_end=True, state__in=TAKING_PLACE)
    for session in sessions.order_by("pk"):
        complete_at_end(session, at=at)

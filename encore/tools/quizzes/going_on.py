"""What a learner has begun and not handed in: it leads straight back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from encore.base.prepared import Prepared
from encore.courses.models import CourseExclusion
from encore.toolkit.places import address
from encore.toolkit.registry import ToDo
from encore.toolkit.schedule import working_among
from encore.toolkit.scoping import with_current_line
from encore.tools.quizzes.models import Attempt

MOST = 20
IN_MINUTES = timedelta(hours=3)  # what is left is told in minutes below, else by its date


def in_work(enrolments: Sequence[int], at: datetime, place: int | None = None) -> list[ToDo]:
    """The attempts that still run, those that end first before the others. One query."""
    given = {"enrolments": list(enrolments), "at": at}
    rows = _OPEN(**given) if place is None else _OPEN_IN(**given, place=place)
    return [
        ToDo(
            session_course=attempt.session_course,
            item=attempt.item_id,
            title=attempt.version.title,
            due=attempt.ends_at,
            url=address(attempt.session_course, "quizzes:attempt", attempt=attempt.uuid),
            words=_words(attempt, at),
            urgent=True,
        )
        for attempt in rows
    ]


def _words(attempt: Attempt, at: datetime) -> str:
    """Minutes are counted up, so that the last one is one minute."""
    if attempt.ends_at is None or attempt.ends_at - at > IN_MINUTES:
        return _("In work")
    left = -(-(attempt.ends_at - at) // timedelta(minutes=1))
    return ngettext("In work, %(n)d minute left", "In work, %(n)d minutes left", left) % {"n": left}


def _open(enrolments: list[int], at: datetime) -> QuerySet[Attempt]:
    return _rows(enrolments, at)[:MOST]


def _open_in(enrolments: list[int], at: datetime, place: int) -> QuerySet[Attempt]:
    return _rows(enrolments, at).filter(session_course=place)[:MOST]


def _rows(enrolments: list[int], at: datetime) -> QuerySet[Attempt]:
    out = CourseExclusion.objects.filter(session_course=OuterRef("session_course"), enrolment=OuterRef("enrolment"))
    running = Attempt.objects.filter(Q(ends_at=None) | Q(ends_at__gt=at), state=Attempt.State.OPEN)
    rows = with_current_line(running.filter(enrolment__in=working_among(enrolments, at).values("pk")))
    return (
        rows.filter(shown=True)
        .exclude(title=None)
        .exclude(Exists(out))
        .select_related("version", "session_course__course", "session_course__session")
        .defer("version__content", "settings")
        .order_by("ends_at", "pk")
    )


_OPEN, _OPEN_IN = Prepared(_open), Prepared(_open_in)

"""What to look at before a session begins: things that are missing or look wrong. It never forbids anything."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from encore.courses.models import CourseSession


@dataclass(frozen=True)
class Finding:
    """One thing to look at; `where`: the name of the page of this session that mends it."""

    sentence: str
    where: str


def preflight(
    session: CourseSession,
    *,
    at: datetime,
    courses: int,
    without_coach: list[str],
    unpublished: list[str],
    general_coaches: int,
    learners: int,
    waiting: int = 0,
) -> list[Finding]:
    """Plain numbers in, findings out. `without_coach`, `unpublished`: titles of such courses."""
    found = []
    if not courses:
        found.append(Finding(_("It has no courses yet."), "session_courses"))
    if not general_coaches and not courses:
        found.append(Finding(_("It has no coach."), "session_edit"))
    elif not general_coaches and without_coach:
        found.append(Finding(_no_coach(without_coach), "session_courses"))
    if unpublished:
        found.append(Finding(_unpublished(unpublished), "session_courses"))
    if not learners:
        found.append(Finding(_("Nobody is enrolled."), "session_learners"))
    if session.closes_at and session.closes_at <= at:
        found.append(Finding(_("Its end lies in the past."), "session_edit"))
    if session.seats is not None and learners > session.seats:
        found.append(Finding(_over_seats(learners - session.seats), "session_edit"))
    elif waiting and session.seats is not None:
        found.append(Finding(_waiting(waiting), "session_edit"))
    return found


def _no_coach(titles: list[str]) -> str:
    return ngettext(
        "“%(first)s” has no coach.", "%(n)d courses have no coach, “%(first)s” among them.", len(titles)
    ) % {
        "first": titles[0],
        "n": len(titles),
    }


def _unpublished(titles: list[str]) -> str:
    return ngettext(
        "“%(first)s” has not been published yet: learners will find nothing in it.",
        "%(n)d courses have not been published yet, “%(first)s” among them: learners will find nothing in them.",
        len(titles),
    ) % {"first": titles[0], "n": len(titles)}


def _over_seats(n: int) -> str:
    return ngettext(
        "%(n)d person more is enrolled than there are seats.", "%(n)d people more are enrolled than there are seats.", n
    ) % {"n": n}


def _waiting(n: int) -> str:
    return ngettext("%(n)d person waits for a seat.", "%(n)d people wait for a seat.", n) % {"n": n}

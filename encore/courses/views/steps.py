"""The wizard's three steps and its summary, shared by their pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from encore.courses.models import CourseSession, Enrolment
from encore.courses.queries.sessions import coach_names, look_of


@dataclass(frozen=True)
class Summary:
    """What a session amounts to so far."""

    session: CourseSession
    look: str
    courses: list[str]
    coaches: list[str]
    learners: int


def summary_of(session: CourseSession, at: datetime) -> Summary:
    """Three queries."""
    return Summary(
        session=session,
        look=look_of(session, at),
        courses=list(session.session_courses.order_by("position", "id").values_list("course__title", flat=True)),
        coaches=coach_names([session.pk]).get(session.pk, []),
        learners=Enrolment.objects.filter(session=session, state__in=Enrolment.LIVE).count(),
    )


def steps_of(session: CourseSession | None, *, done: int = 0) -> list[dict[str, Any]]:
    """The three steps; those of a draft can be opened in any order. Nothing where the session is set up already."""
    if session is not None and session.state != CourseSession.State.DRAFT:
        return []
    routes = {
        "session_edit": _("The session"),
        "session_courses": _("Its courses"),
        "session_learners": _("Its learners"),
    }
    return [
        {"label": label, "url": reverse(route, args=[session.pk]) if session else "", "done": n < done}
        for n, (route, label) in enumerate(routes.items())
    ]


def next_step(session: CourseSession, *, courses: int) -> str:
    """Where to go on with a draft."""
    return reverse("session_learners" if courses else "session_courses", args=[session.pk])


def finishing_words(summary: Summary, at: datetime) -> str:
    """What "Finish" will do, in one sentence."""
    session, n = summary.session, summary.learners
    if n == 0:
        return _("Publishes the session. Nobody is enrolled yet; you can add people at any time.")
    facts = {"n": n}
    if session.mail_on_enrolment:
        return (
            ngettext(
                "Publishes the session to %(n)d learner; a mail is sent.",
                "Publishes the session to %(n)d learners; mails are sent.",
                n,
            )
            % facts
        )
    return (
        ngettext(
            "Publishes the session to %(n)d learner; no mail is sent.",
            "Publishes the session to %(n)d learners; no mails are sent.",
            n,
        )
        % facts
    )

"""Looking at a session as one of its learners at a chosen moment: nothing can be sent, and nothing is noted as a visit.

It stands in the login session, so it holds in every tab, and only in the one session it was begun in. Whoever looks
never sees more than they may see as themselves, now: that is decided anew with each request.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from django.http import HttpRequest

from encore.courses.context import Here, Viewing, places_in, places_of
from encore.courses.rules import EnrolmentTerms, Locks, Standing, decide, list_of, seen_as_learner

VIEWING = "viewing_as_learner"  # in the login session
LONGEST = timedelta(hours=4)
LEARNER = Standing(enrolment=EnrolmentTerms())  # a typical one: active, in every course, without dates of their own


def begin_viewing(request: HttpRequest, session: int, moment: datetime, at: datetime) -> None:
    request.session[VIEWING] = {"session": session, "moment": moment.isoformat(), "until": (at + LONGEST).isoformat()}


def end_viewing(request: HttpRequest) -> int | None:
    """The id of the session that was looked at; None where nothing was begun."""
    kept = request.session.pop(VIEWING, None)
    return kept["session"] if kept else None


def viewed_moment(request: HttpRequest, session: int, at: datetime) -> datetime | None:
    """The chosen moment, while this session is looked at as a learner."""
    kept = request.session.get(VIEWING)
    if kept is None or kept["session"] != session or at >= datetime.fromisoformat(kept["until"]):
        return None
    else:
        return datetime.fromisoformat(kept["moment"])


def as_learner(here: Here, moment: datetime) -> Here:
    """The place as a learner of the session finds it at `moment`, within what the person may see there now."""
    learner = decide(LEARNER, here.terms, moment)
    return replace(
        here,
        at=moment,
        access=seen_as_learner(here.access, learner),
        enrolment=None,
        list_name=list_of(LEARNER, here.terms, moment),
        standing=LEARNER,
        locks=Locks(),
        viewing_as=Viewing(now=here.at, level=learner.level),
    )


def courses_of(here: Here) -> list[Here]:
    """The courses of a session, in order, with the same eyes as the session itself."""
    viewing = here.viewing_as
    if viewing is None:
        return places_in(here)
    _whole, courses = places_of(here.person, [here.session], at=viewing.now)[here.session.pk]
    return [as_learner(course, here.at) for course in courses]

"""Whoever may only read, or only knows of a place, writes nothing there: every route that writes is tried."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils.html import escape

from encore.courses.context import here_for
from encore.courses.explaining import sentence
from encore.courses.models import CourseCoach, CourseSession, Enrolment
from encore.courses.windows import rebuild_windows
from encore.courses.words import Access
from tests.isolation.addresses import Ask
from tests.isolation.regions import watching
from tests.isolation.walker import Walker
from tests.isolation.world import World

# Who asks keeps the sign-in of their own browser, and that a page was refused is noted.
OWN = {"people_device", "people_signin", "ledger_auditentry", "ledger_auditdetail"}


def session_is(**facts: Any) -> Callable[[World], None]:
    """Changes session A; days are counted from the moment of the walk."""

    def change(world: World) -> None:
        days = {name: world.at + timedelta(days=n) for name, n in facts.items() if isinstance(n, int)}
        CourseSession.objects.filter(pk=world.sessions["A"].pk).update(**{**facts, **days})
        rebuild_windows([CourseSession.objects.get(pk=world.sessions["A"].pk)])

    return change


def enrolment_is(state: str) -> Callable[[World], None]:
    def change(world: World) -> None:
        Enrolment.objects.filter(pk=world.enrolments["A"].pk).update(state=state, completed_at=world.at)

    return change


def coaches_the_other_course(world: World) -> None:
    coach = CourseCoach.objects.get(session_course=world.places["A-ONE"])
    coach.session_course_id = world.places["A-TWO"]
    coach.save(update_fields=["session_course"])


ENDED = {"opens_at": -60, "closes_at": -30, "coach_opens_at": -60, "coach_closes_at": -30}
AHEAD = {"opens_at": 30, "closes_at": 60, "coach_opens_at": 30, "coach_closes_at": 60}
# They take a form and write nothing, whoever sends it: what a learner would meet, shown to who teaches or coaches; and
# for how long a page was looked at, which a script tells unseen and which is noted of those alone who may work there.
SHOWING = {"session:quizzes:trial", "session:items:activity"}
READ, LISTED = Access.READ, Access.LISTED
CASES = [
    ("learner of A", READ, "after the end, read only", session_is(**ENDED)),
    ("learner of A", READ, "completed", enrolment_is("completed")),
    ("coach of A-ONE", READ, "after the end, read only", session_is(**ENDED)),
    ("coach of A-ONE", READ, "archived", session_is(state="archived")),
    ("general coach of A", READ, "after the end, read only", session_is(**ENDED)),
    ("general coach of A", READ, "archived", session_is(state="archived")),
    ("teacher", READ, "teaches the course", session_is()),
    ("learner of A", LISTED, "before the beginning", session_is(**AHEAD)),
    ("learner of A", LISTED, "after the end, closed", session_is(**ENDED, after_end="closed")),
    ("learner of A", LISTED, "withdrawn", enrolment_is("withdrawn")),
    ("learner of A", LISTED, "cancelled", session_is(state="cancelled", state_reason="Rain")),
    ("learner of A", LISTED, "archived", session_is(state="archived")),
    ("suspended learner of A", LISTED, "suspended", session_is()),
    ("coach of A-ONE", LISTED, "before the beginning", session_is(**AHEAD)),
    ("coach of A-ONE", LISTED, "after the end, closed", session_is(**ENDED, after_end="closed")),
    ("coach of A-ONE", LISTED, "coaches another course", coaches_the_other_course),
    ("general coach of A", LISTED, "cancelled", session_is(state="cancelled", state_reason="Rain")),
    ("teacher", LISTED, "archived", session_is(state="archived")),
    ("HR manager", LISTED, "follows", session_is()),
]


@pytest.mark.parametrize(("role", "level", "why", "change"), CASES, ids=[f"{c[0]}, {c[2]}" for c in CASES])
def test_who_may_not_work_writes_nothing_and_is_told_why(world, db, settings, role, level, why, change):
    settings.DEBUG_PROPAGATE_EXCEPTIONS = True
    logging.disable(logging.ERROR)
    change(world)
    walker = Walker(world, role)
    here = here_for(world.people[role], at=world.at, session=world.sessions["A"].pk, code="ONE")
    assert here.access.level is level

    tried = [fault for ask in writing_routes(walker) if (fault := refused(walker, ask)) is not None]
    logging.disable(logging.NOTSET)

    assert len(tried) >= 40  # there is something to try
    assert not (faults := [fault for fault in tried if fault]), "\n".join(faults)


def writing_routes(walker: Walker) -> list[Ask]:
    """What lies in the course of the session and in the session as a whole, by every route of a place, first of all
    what is there."""
    return [
        asks[0]
        for where in ("A-ONE", "A")
        for route, asks in walker.addresses.inside(where)
        if hasattr(route.view, "door")
    ]


def refused(walker: Walker, ask: Ask) -> str | None:
    """ "" if it was as it should be, else what was wrong; None where the route takes no POST."""
    with transaction.atomic(), watching() as watch:
        answer = walker.ask(ask, "POST", ask.address, data=walker.forms[0])
        transaction.set_rollback(True)
    if answer.status_code == 405:
        return None
    written = watch.tables - OWN
    if answer.status_code == 404 and ask.route.ids and not written:
        return ""  # it is nothing of theirs
    here = answer.wsgi_request.here
    if here.session_course is None and here.access.level > READ:
        return None
    elif ask.route.name in SHOWING and not written and answer.status_code in (200, 204, 302, 400):
        return ""
    elif written:
        return f"POST {ask.address} ({ask.route.name}) writes to {sorted(written)}"
    elif answer.status_code != 403:
        return f"POST {ask.address} ({ask.route.name}) answers {answer.status_code}"
    elif escape(sentence(here)) not in answer.content.decode():
        return f"POST {ask.address} ({ask.route.name}) does not say “{sentence(here)}”"
    else:
        return ""

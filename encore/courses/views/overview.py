"""The overview of one session: everything about it on one page, and its history."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from encore.courses.actions.enrolment import free_seats
from encore.courses.context import Here, places_of
from encore.courses.decorators import in_session
from encore.courses.history import DEEDS, lines_of
from encore.courses.lifecycle import Deed
from encore.courses.locks import set_locks
from encore.courses.models import CourseSession, Enrolment
from encore.courses.preflight import preflight
from encore.courses.queries.overview import (
    CourseRow,
    classes_of,
    counts_by_state,
    courses_of,
    followers_of,
    general_coaches_of,
    history_of,
    people_in,
    person_rows,
    usual_sources,
    waiting_for,
)
from encore.courses.queries.sessions import look_of
from encore.courses.views.lifecycle import WORDS
from encore.courses.views.links import place_url, session_url, transfer_url
from encore.courses.views.paging import page_of
from encore.courses.views.state import changes_from
from encore.courses.views.steps import next_step
from encore.courses.words import Access, Sight
from encore.ledger.actions import record_reading

LINES = 8
PUT_AWAY: tuple[str, ...] = (CourseSession.State.CANCELLED, CourseSession.State.ARCHIVED)


@require_safe
@in_session(level=Access.MANAGE)
def session_overview(request: HttpRequest, here: Here) -> HttpResponse:
    session = here.session
    record_reading(session, by=here.person, at=here.at, session_id=session.pk)
    counts = counts_by_state(session)
    courses = courses_of(session, learners=counts["live"])
    openable = _openable(here, courses)
    for row in courses:
        row.url = place_url(session, row.course) if row.place.pk in openable else ""  # type: ignore[attr-defined]
        row.locks = set_locks(row.place)  # type: ignore[attr-defined]
    coaches = list(general_coaches_of(session))
    waiting = list(waiting_for(session)[:LIST])
    context = {
        "here": here,
        "at": here.at,
        "session": session,
        "look": look_of(session, here.at),
        "url": session_url(session),
        "changes": changes_from(session.state),
        "general_coaches": coaches,
        "followers": list(followers_of(session)),
        "courses": courses,
        "counts": counts,
        "free": free_seats(session),
        "classes": list(classes_of(session)),
        "waiting": waiting,
        "lines": lines_of(_history(here)[:LINES]),
        "findings": _findings(here, courses, coaches, counts, len(waiting)),
        "next_step": next_step(session, courses=len(courses)),
        **_people(request, here, counts),
    }
    return render(request, "courses/session_overview.html", context)


LIST = 100  # of those waiting; the rest follows when these have gone


@require_safe
@in_session(level=Access.MANAGE)
def session_history(request: HttpRequest, here: Here) -> HttpResponse:
    page = page_of(_history(here), request)
    context = {"here": here, "session": here.session, "page": page, "lines": lines_of(page.object_list)}
    return render(request, "courses/session_history.html", context)


def _openable(here: Here, courses: Sequence[CourseRow]) -> set[int]:
    """Which of the courses (ids of their places) open for who runs the session."""
    if here.standing.administrator or here.standing.opens_content:
        return {row.place.pk for row in courses}
    elif here.sees(Sight.CONTENT):  # as a coach of some of them, or a teacher
        _whole, places = places_of(here.person, [here.session], at=here.at)[here.session.pk]
        return {place.session_course.pk for place in places if place.is_open and place.sees(Sight.CONTENT)}
    else:
        return set()


def _history(here: Here) -> Any:
    verbs = None if here.sees(Sight.PEOPLE) else DEEDS
    return history_of(here.session, content=here.sees(Sight.CONTENT), verbs=verbs)


def _people(request: HttpRequest, here: Here, counts: dict[str, int]) -> dict[str, Any]:
    """The page of people that the query string asks for; live ones, unless another state is asked for."""
    asked = {name: request.GET.get(name, "").strip() for name in ("q", "state", "source")}
    asked["state"] = asked["state"] if asked["state"] in counts else "live"
    state = "" if asked["state"] == "all" else asked["state"]
    found = people_in(here.session, q=asked["q"], state=state, source=asked["source"])
    page = page_of(found, request)
    return {
        "asked": asked,
        "page": page,
        "rows": person_rows(list(page.object_list)),
        "words": _words(),
        "deeds": [(deed, WORDS[deed]) for deed in Deed],
        "transfer_url": transfer_url(here.session),
        "sources": usual_sources(here.session),
        "states": [
            (str(value), f"{label} ({counts[value]})")
            for value, label in [("all", _("Everybody, also who left")), *Enrolment.State.choices]
        ],
    }


def _words() -> dict[str, str]:
    """What every row of people says, translated once."""
    return {
        "state": _("State"),
        "source": _("Source"),
        "time": _("Own time"),
        "out": _("Out of"),
        "give_time": _("Give personal time"),
        "take_out": _("Take out of a course"),
        "choose": _("Choose"),
        "suspend": _("Suspend"),
        "resume": _("Resume"),
        "bring_back": _("Bring back"),
        "withdraw": _("Withdraw"),
    }


def _findings(here: Here, courses: list[Any], coaches: list[Any], counts: dict[str, int], waiting: int) -> list[Any]:
    """Nothing to look at where nothing is going to happen any more."""
    if here.session.state in PUT_AWAY:
        return []
    return preflight(
        here.session,
        at=here.at,
        courses=len(courses),
        without_coach=[row.course.title for row in courses if not row.coaches],
        unpublished=[row.course.title for row in courses if not row.published],
        general_coaches=len(coaches),
        learners=counts["live"],
        waiting=waiting,
    )

"""How far learners are: what they have done of what shows to them. Read from rows that are kept (toolkit.counting)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, FilteredRelation, Q, QuerySet

from encore.base.prepared import Prepared
from encore.courses.context import Here
from encore.courses.models import CourseSession, Enrolment, SessionCourse
from encore.toolkit.counting import shown_at
from encore.toolkit.models import Completion, CourseProgress

Key = tuple[int, int]  # session course, enrolment


@dataclass(frozen=True)
class Progress:
    done: int = 0
    total: int = 0

    @property
    def percent(self) -> int:
        """Rounded down, so that 100 means all of it."""
        return self.done * 100 // self.total if self.total else 0

    def __add__(self, other: Progress) -> Progress:
        return Progress(self.done + other.done, self.total + other.total)


def progress_of(places: Iterable[Here]) -> dict[int, Progress]:
    """One person's progress in courses of sessions, by session course id; none without an enrolment. One query."""
    mine = {here.session_course.pk: here.enrolment.pk for here in places if here.session_course and here.enrolment}
    if not mine:
        return {}
    rows = _STORED(places=list(mine), enrolments=sorted(set(mine.values())))
    found = {(place, enrolment): Progress(done, total) for place, enrolment, done, total in rows}
    lacking = [place for place in mine.items() if place not in found]
    found |= computed(lacking) if lacking else {}
    return {place: found.get((place, enrolment), Progress()) for place, enrolment in mine.items()}


def courses_with_progress(
    sessions: Iterable[CourseSession], enrolments: Iterable[Enrolment]
) -> tuple[list[SessionCourse], dict[int, Progress]]:
    """The courses of sessions, in order, and one person's progress in each that they are enrolled in, by session course
    id: as `progress_of` says. One query for both."""
    ids, mine = [session.pk for session in sessions], {e.session_id: e.pk for e in enrolments}
    if not mine:
        return _COURSES(sessions=ids), {}
    courses = _COURSES_AND_PROGRESS(sessions=ids, enrolments=list(mine.values()))
    lacking = [(c.pk, mine[c.session_id]) for c in courses if c.session_id in mine and c.total is None]
    found = {place: progress for (place, _enrolment), progress in (computed(lacking) if lacking else {}).items()}
    return courses, found | {c.pk: Progress(c.done, c.total) for c in courses if c.total is not None}


def progress_in(session_course: SessionCourse, enrolments: Iterable[Enrolment]) -> dict[int, Progress]:
    """The progress of many learners in one course of a session, by enrolment id. One query."""
    enrolments = list(enrolments)
    found = progress_among([session_course], enrolments)
    return {e.pk: found[session_course.pk, e.pk] for e in enrolments}


def progress_among(session_courses: Iterable[SessionCourse], enrolments: Iterable[Enrolment]) -> dict[Key, Progress]:
    """The progress of many learners in several courses, by (session course id, enrolment id). One query.

    Each learner is counted in the courses of their own session only; exclusions are the caller's to leave out.
    """
    places, enrolments = list(session_courses), list(enrolments)
    wanted = [(place.pk, e.pk) for place in places for e in enrolments if place.session_id == e.session_id]
    if not wanted:
        return {}
    kept = CourseProgress.objects.filter(
        session_course__in=[place.pk for place in places], enrolment__in=[e.pk for e in enrolments]
    )
    rows = kept.values_list("session_course", "enrolment", "done", "total")
    found = {(place, enrolment): Progress(done, total) for place, enrolment, done, total in rows}
    lacking = [key for key in wanted if key not in found]
    found |= computed(lacking) if lacking else {}
    return {key: found[key] for key in wanted}


def computed(wanted: Iterable[Key]) -> dict[Key, Progress]:
    """What the rows of (session course id, enrolment id) are to say, worked out anew. Three queries.

    For rows that are not there yet, and for tests: everybody else reads what is kept.
    """
    wanted = list(wanted)
    shown = shown_at({place for place, _enrolment in wanted})
    done: dict[Key, int] = defaultdict(int)
    rows = Completion.objects.filter(
        session_course__in=list(shown), enrolment__in={enrolment for _place, enrolment in wanted}
    )
    for place, enrolment, item in rows.values_list("session_course", "enrolment", "item"):
        done[place, enrolment] += item in shown[place]
    return {key: Progress(done[key], len(shown.get(key[0], ()))) for key in wanted}


def last_seen(here: Here) -> Completion | None:
    """Where this learner left off here: the item seen last."""
    if here.enrolment is None:
        return None
    rows = Completion.objects.filter(enrolment=here.enrolment, session_course=here.session_course)
    return rows.select_related("item").order_by("-last_at", "-pk").first()


def seen_in(here: Here) -> dict[int, datetime]:
    """When this learner has done with each item here, by item id. One query."""
    if here.enrolment is None:
        return {}
    rows = Completion.objects.filter(enrolment=here.enrolment, session_course=here.session_course)
    return dict(rows.values_list("item", "at"))


def _stored(places: list[int], enrolments: list[int]) -> QuerySet[Any, Any]:
    rows = CourseProgress.objects.filter(enrolment__in=enrolments, session_course__in=places)
    return rows.values_list("session_course", "enrolment", "done", "total")


def _courses(sessions: list[int]) -> QuerySet[Any, SessionCourse]:
    return SessionCourse.objects.filter(session__in=sessions).select_related("course").order_by("position", "id")


def _courses_and_progress(sessions: list[int], enrolments: list[int]) -> QuerySet[Any, SessionCourse]:
    kept = FilteredRelation("progress", condition=Q(progress__enrolment__in=enrolments))
    return _courses(sessions).annotate(kept=kept, done=F("kept__done"), total=F("kept__total"))


_STORED, _COURSES, _COURSES_AND_PROGRESS = Prepared(_stored), Prepared(_courses), Prepared(_courses_and_progress)

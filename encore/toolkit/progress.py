"""How far learners are: what they have done of what shows to them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from encore.base.prepared import Prepared
from encore.courses.context import Here
from encore.courses.models import Enrolment, SessionCourse
from encore.toolkit.models import Completion, Item
from encore.toolkit.registry import kind_named, tools
from encore.toolkit.scoping import with_current_line


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
    counted = defaultdict(Progress)
    rows = _PAIRS_DONE(places=list(mine), enrolments=sorted(set(mine.values())))
    for place, items in _shown(rows).items():
        counted[place] = Progress(sum(is_done for is_done in items.values()), len(items))
    return {place: counted[place] for place in mine}


def progress_in(session_course: SessionCourse, enrolments: Iterable[Enrolment]) -> dict[int, Progress]:
    """The progress of many learners in one course of a session, by enrolment id. Two queries."""
    enrolments = list(enrolments)
    found = progress_among([session_course], enrolments)
    return {e.pk: found[session_course.pk, e.pk] for e in enrolments}


def progress_among(
    session_courses: Iterable[SessionCourse], enrolments: Iterable[Enrolment]
) -> dict[tuple[int, int], Progress]:
    """The progress of many learners in several courses, by (session course id, enrolment id). Two queries.

    Each learner is counted in the courses of their own session only; exclusions are the caller's to leave out.
    """
    places, enrolments = list(session_courses), list(enrolments)
    if not places or not enrolments:
        return {}
    shown = _shown(_PAIRS(places=[place.pk for place in places]))
    done: dict[tuple[int, int], int] = defaultdict(int)
    rows = Completion.objects.filter(session_course__in=places, enrolment__in=[e.pk for e in enrolments])
    for place, enrolment, item in rows.values_list("session_course", "enrolment", "item"):
        done[place, enrolment] += item in shown.get(place, ())
    return {
        (place.pk, e.pk): Progress(done[place.pk, e.pk], len(shown.get(place.pk, ())))
        for place in places
        for e in enrolments
        if place.session_id == e.session_id
    }


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


def _pairs(places: list[int]) -> QuerySet[Any, Any]:
    """What may show in these session courses: each item of the course, and each of the session's own."""
    items = Item.objects.filter(course__session_courses__in=places).annotate(at_place=F("course__session_courses"))
    items = items.filter(Q(session_course=None) | Q(session_course=F("at_place")))
    pairs = with_current_line(items, item="pk", place="at_place")
    return pairs.order_by().values_list("at_place", "pk", "kind", "title", "line_parent", "shown")


def _pairs_done(places: list[int], enrolments: list[int]) -> QuerySet[Any, Any]:
    done = Completion.objects.filter(enrolment__in=enrolments, session_course=OuterRef("at_place"), item=OuterRef("pk"))
    return _pairs(places).values_list("at_place", "pk", "kind", "title", "line_parent", "shown", Exists(done))


_PAIRS, _PAIRS_DONE = Prepared(_pairs), Prepared(_pairs_done)


def _shown(rows: Iterable[tuple[Any, ...]]) -> dict[int, dict[int, bool]]:
    """By session course, what counts there: its shown items that are completed by seeing, not buried in hidden ones."""
    tree: dict[int, dict[int, tuple[int | None, bool]]] = defaultdict(dict)
    counting: dict[int, dict[int, bool]] = defaultdict(dict)
    kinds = _kinds()
    for place, pk, kind, title, parent, shown, *done in rows:
        if title is None or kind not in kinds:
            continue
        tree[place][pk] = (parent, shown)
        if kind_named(kind).counts:
            counting[place][pk] = bool(done and done[0])
    return {
        place: {pk: done for pk, done in items.items() if _surfaces(pk, tree[place])}
        for place, items in counting.items()
    }


def _surfaces(pk: int, tree: dict[int, tuple[int | None, bool]]) -> bool:
    """Whether an item and everything it lies in is shown."""
    at: int | None = pk
    while at is not None:
        at, shown = tree.get(at, (None, True))
        if not shown:
            return False
    return True


def _kinds() -> frozenset[str]:
    return frozenset().union(*(tool.kind_names for tool in tools()))

"""Where a learner is in a course: how far, what they saw last, and what comes next."""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import F, OuterRef, Q, Subquery

from encore.base.prepared import Prepared
from encore.courses.context import Here
from encore.toolkit.menu import tools_in
from encore.toolkit.models import Completion, CourseProgress, Schedule
from encore.toolkit.progress import Progress, progress_of
from encore.toolkit.registry import kind_named, tool_of_kind, tools
from encore.toolkit.schedule import Dates
from encore.toolkit.scoping import items_at


class Stop(NamedTuple):
    """An item on the way, and where it is met."""

    title: str
    url: str


@dataclass(frozen=True)
class Way:
    """`left_off`: what was seen last, if it still shows. `next`: the first thing that counts, is not done and is open,
    as the tools and their lists are ordered."""

    progress: Progress = Progress()
    left_off: Stop | None = None
    next: Stop | None = None


class _Row(NamedTuple):
    pk: int
    uuid: UUID
    kind: str
    title: str
    parent: int | None
    hidden: bool
    opens: datetime | None
    closes: datetime | None
    last_at: datetime | None = None
    done: int | None = None
    total: int | None = None


def way_in(here: Here) -> Way:
    """Of the learner who is here, or of one who has done nothing yet. One query, and the one of the place's tools."""
    rows = [_Row(*row) for row in _rows(here)]
    inside: dict[int | None, list[_Row]] = defaultdict(list)
    there = {row.pk for row in rows}
    for row in rows:
        inside[row.parent if row.parent in there else None].append(row)
    seen = [row for row in rows if row.last_at is not None and not row.hidden]
    last = max(seen, key=lambda row: (row.last_at, row.pk), default=None)
    return Way(_progress(here, rows), _stop(last, here) if last else None, _next(inside, here))


def _progress(here: Here, rows: list[_Row]) -> Progress:
    if rows and rows[0].done is not None and rows[0].total is not None:
        return Progress(rows[0].done, rows[0].total)
    return progress_of([here]).get(here.session_course.pk, Progress()) if rows else Progress()


def _next(inside: dict[int | None, list[_Row]], here: Here) -> Stop | None:
    for entry in tools_in(here):
        if entry.visible:
            for row in _open(inside, None, here):
                if row.kind in entry.tool.kind_names and kind_named(row.kind).counts and row.last_at is None:
                    return _stop(row, here)
    return None


def _stop(row: _Row, here: Here) -> Stop:
    return Stop(row.title, tool_of_kind(row.kind).page_of(row, here))


def _open(inside: dict[int | None, list[_Row]], parent: int | None, here: Here) -> Iterator[_Row]:
    """Depth first, past what is hidden or closed and all that lies in it."""
    for row in inside[parent]:
        if not row.hidden and Dates(row.opens, None, row.closes).is_open(here.at):
            yield row
            yield from _open(inside, row.pk, here)


def _rows(here: Here) -> list[tuple[Any, ...]]:
    given = {
        "course": here.course.pk,
        "place": here.session_course.pk,
        "pin": here.session_course.pinned_release,
        "enrolment": here.enrolment.pk if here.enrolment else None,
    }
    values = {name: value for name, value in given.items() if value is not None}
    return _query(frozenset(values))(**values)


@functools.cache
def _query(given: frozenset[str]) -> Prepared:
    """What counts and what it lies in, with its dates and when the learner saw it last; their progress in each row."""
    kinds = sorted(kind.name for tool in tools() for kind in tool.kinds if kind.listed and (kind.counts or kind.holds))

    def build(course: int, place: int, pin: int | None = None, enrolment: int | None = None) -> Any:
        learns = "enrolment" in given
        mine = Q(enrolment=None) | Q(enrolment=enrolment) if learns else Q(enrolment=None)
        dates = Schedule.objects.filter(mine, session_course=place, item=OuterRef("pk"))
        dates = dates.order_by(F("enrolment").desc(nulls_last=True))
        seen = Completion.objects.filter(enrolment=enrolment, item=OuterRef("pk")).values("last_at")[:1]
        kept = CourseProgress.objects.filter(enrolment=enrolment, session_course=place)
        own = (Subquery(seen), Subquery(kept.values("done")[:1]), Subquery(kept.values("total")[:1])) if learns else ()
        return (
            items_at(course, place, pin)
            .filter(kind__in=kinds)
            .order_by("place", "pk")
            .values_list(
                *("pk", "uuid", "kind", "title", "parent_id", "is_hidden"),
                *(Subquery(dates.values("opens")[:1]), Subquery(dates.values("closes")[:1]), *own),
            )
        )

    return Prepared(build)

"""Finds how the learners of a session are in each of its courses: the figures that the courses' own pages show."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Count, Exists, F, IntegerField, OuterRef, QuerySet, Subquery, Sum, Value, Window
from django.db.models.functions import Coalesce

from encore.base.prepared import Prepared
from encore.courses.context import Here
from encore.courses.models import CourseExclusion, Enrolment
from encore.courses.viewing import courses_of
from encore.courses.words import Sight
from encore.people.queries import search_people
from encore.results.queries.learners import TAKING_PART
from encore.toolkit.models import CourseProgress
from encore.toolkit.progress import Progress, progress_among
from encore.toolkit.registry import tools
from encore.toolkit.totals import Figure, books_among

OUT, OF_ONE, ALIKE = range(3)
MANY = 500  # so many learners are no longer named one by one
SORTS: dict[str, tuple[Any, ...]] = {
    "name": ("person__sort_name", "pk"),
    "-name": ("-person__sort_name", "-pk"),
    "progress": ("done", "person__sort_name", "pk"),
    "-progress": ("-done", "person__sort_name", "pk"),
    "visit": (F("last_entered_at").asc(nulls_first=True), "person__sort_name", "pk"),
    "-visit": (F("last_entered_at").desc(nulls_last=True), "person__sort_name", "pk"),
}


@dataclass(frozen=True)
class InCourse:
    """One learner in one course. `is_out`: taken out of it; then nothing else is said."""

    place: Here
    progress: Progress = Progress()
    figure: Figure | None = None
    to_mark: int = 0
    is_out: bool = False


@dataclass(frozen=True)
class Row:
    enrolment: Enrolment
    courses: Sequence[InCourse]

    @property
    def progress(self) -> Progress:
        """In all these courses taken together."""
        return sum((one.progress for one in self.courses if not one.is_out), Progress())


def courses_seen(here: Here) -> list[Here]:
    """The courses of the session whose people this person sees, in order. The session's own door tells less."""
    return [place for place in courses_of(here) if place.is_open and place.sees(Sight.PEOPLE)]


def learners_of(here: Here, places: Sequence[Here], *, q: str = "", sort: str = "name") -> QuerySet[Enrolment]:
    """Who takes part in at least one of these courses, and how much they have done in them (`done`)."""
    ids = [place.session_course.pk for place in places]
    out = CourseExclusion.objects.filter(enrolment=OuterRef("pk"), session_course__in=ids).order_by()
    times_out = out.values("enrolment").annotate(n=Count("pk")).values("n")
    progress = CourseProgress.objects.filter(enrolment=OuterRef("pk"), session_course__in=ids).order_by()
    counted = progress.exclude(Exists(_out_of(OuterRef("enrolment"), OuterRef("session_course"))))
    done = counted.values("enrolment").annotate(n=Sum("done")).values("n")
    found = Enrolment.objects.filter(session=here.session, is_latest=True, state__in=TAKING_PART)
    if q:
        found = found.filter(person__in=search_people(q).order_by())
    found = found.alias(times_out=Coalesce(Subquery(times_out), 0)).filter(times_out__lt=len(ids))
    return found.alias(done=Coalesce(Subquery(done), 0)).select_related("person").order_by(*SORTS[sort])


def page_of(found: QuerySet[Enrolment], number: str | None, size: int) -> Page[Enrolment]:
    """A page with the length of its list, in one query; three where there is no such page."""
    wanted = max(int(number), 1) if number and number.isascii() and number.isdigit() and len(number) < 9 else 1
    rows: list[Any] = list(found.annotate(of=Window(Count("pk")))[(wanted - 1) * size : wanted * size])
    if not rows and wanted > 1:
        return Paginator(found, size).get_page(wanted)
    pages: Paginator[Enrolment] = Paginator(rows, size)
    pages.count = rows[0].of if rows else 0
    return Page(rows, wanted, pages)


@dataclass(frozen=True)
class Spread:
    """`out`: who was taken out of what; `progress`: of the learners asked for: both by (course of the session,
    enrolment). `percents`: by course of the session, how many learners are how far, as (percent, how many)."""

    out: set[tuple[int, int]] = field(default_factory=set)
    progress: dict[tuple[int, int], Progress] = field(default_factory=dict)
    percents: dict[int, list[tuple[int, int]]] = field(default_factory=dict)


def spread_over(here: Here, places: Sequence[Here], enrolments: Sequence[Enrolment] = ()) -> Spread:
    """How all learners of the session are spread over each course, and what is kept of some of them. One query."""
    found = Spread()
    ids = [place.session_course.pk for place in places]
    if not ids:
        return found
    asked = {"session": here.session.pk, "places": ids}
    whose = [enrolment.pk for enrolment in enrolments]
    rows = _SPREAD_ALL(**asked) if len(whose) > MANY else _SPREAD(**asked, enrolments=whose or [0])
    for what, place, first, second, third in rows:
        if what == OUT:
            found.out.add((place, first))
        elif what == OF_ONE:
            found.progress[place, first] = Progress(second, third)
        else:
            found.percents.setdefault(place, []).append((Progress(first, second).percent, third))
    return found


def rows_of(places: Sequence[Here], enrolments: Sequence[Enrolment], spread: Spread) -> list[Row]:
    """What these learners did in each of the courses."""
    there = [place.session_course for place in places]
    progress, books = dict(spread.progress), books_among(there, enrolments)
    lacking = {e.pk for e in enrolments for place in there if (place.pk, e.pk) not in progress}
    if lacking:
        progress |= progress_among(there, [e for e in enrolments if e.pk in lacking])
    waiting = _waiting(place.pk for place in there)

    def one(place: Here, enrolment: Enrolment) -> InCourse:
        key = (place.session_course.pk, enrolment.pk)
        if key in spread.out:
            return InCourse(place, is_out=True)
        return InCourse(place, progress[key], books[key[0]].figures[key[1]], waiting.get(key, 0))

    return [Row(enrolment, [one(place, enrolment) for place in places]) for enrolment in enrolments]


def _waiting(places: Iterable[int]) -> dict[tuple[int, int], int]:
    """How much waits to be marked, by course of the session and enrolment; nothing that has to stay without a name."""
    found: dict[tuple[int, int], int] = defaultdict(int)
    ids = list(places)
    for tool in tools():
        for one in tool.to_mark(ids):
            if not one.anonymous:
                found[one.session_course, one.enrolment] += one.count
    return found


def _out_of(enrolment: Any, place: Any) -> QuerySet[CourseExclusion]:
    return CourseExclusion.objects.filter(enrolment=enrolment, session_course=place)


def _spread(session: int, places: list[int], enrolments: list[int] | None = None) -> QuerySet[Any, Any]:
    def word(what: int) -> Value:
        return Value(what, output_field=IntegerField())

    taking_part = Enrolment.objects.filter(session=session, is_latest=True, state__in=TAKING_PART).values("pk")
    out = CourseExclusion.objects.filter(session_course__in=places, enrolment__in=taking_part).order_by()
    rows = CourseProgress.objects.filter(session_course__in=places).order_by()
    theirs = rows.filter(enrolment__in=enrolments) if enrolments else rows.filter(enrolment__in=taking_part)
    rows = rows.filter(~Exists(_out_of(OuterRef("enrolment"), OuterRef("session_course"))), enrolment__in=taking_part)
    counted = rows.values("session_course", "done", "total").annotate(n=Count("pk"))
    return out.values_list(word(OUT), F("session_course"), F("enrolment"), word(0), word(0)).union(
        theirs.values_list(word(OF_ONE), F("session_course"), F("enrolment"), F("done"), F("total")),
        counted.values_list(word(ALIKE), F("session_course"), F("done"), F("total"), F("n")),
        all=True,
    )


_SPREAD = Prepared(lambda session, places, enrolments: _spread(session, places, enrolments))
_SPREAD_ALL = Prepared(lambda session, places: _spread(session, places))

"""Resolved dates of items, kept in `Schedule`, rewritten when an input changes (design: content, "Configuration")."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Case, DateTimeField, Exists, F, OuterRef, Q, QuerySet, When

from encore.base.prepared import Prepared
from encore.courses.context import Here
from encore.courses.models import Course, CourseExclusion, CourseSession, Enrolment, SessionCourse
from encore.courses.moments import Bases, Edge, Moment, Relative, bases, parse, resolve
from encore.courses.windows import enrolment_terms, terms_of
from encore.ledger.actions import start_job
from encore.people.models import Person
from encore.toolkit.models import Completion, Item, ItemException, ItemSettings, Schedule
from encore.toolkit.registry import tools
from encore.toolkit.scoping import with_current_line

MOST = 20  # things due that are looked up
AT_ONCE = 20  # session courses rewritten within the request; more are a job
EDGES = {"opens": Edge.OPENING, "due": Edge.CLOSING, "closes": Edge.CLOSING}


class HasKey(Protocol):
    pk: int


class Dates(NamedTuple):
    """When an item opens, is due and closes; UTC, None = no such date."""

    opens: datetime | None = None
    due: datetime | None = None
    closes: datetime | None = None

    def is_open(self, at: datetime) -> bool:
        return (self.opens is None or self.opens <= at) and (self.closes is None or at < self.closes)


@dataclass(frozen=True)
class Due:
    """Something a learner has to do next."""

    item: Item
    title: str
    due: datetime
    session_course: SessionCourse


Moments = dict[str, Moment]
Key = tuple[int, int | None]  # item, enrolment


def dates_in(here: Here, items: Iterable[HasKey]) -> dict[int, Dates]:
    """The dates of items here for this person, by item id: their own where they differ. One query."""
    if here.session_course is None:
        return {}
    given = {"place": here.session_course.pk, "items": [item.pk for item in items]}
    rows = _DATES_OF(**given, enrolment=here.enrolment.pk) if here.enrolment else _DATES(**given)
    return {row.item_id: Dates(row.opens, row.due, row.closes) for row in rows}


def dates_among(places: Iterable[tuple[int, int]], items: Iterable[int]) -> dict[tuple[int, int, int], Dates]:
    """The same in many places, each a session course with an enrolment (ids): by both and the item. One query; none
    where no item is asked for."""
    places, items = list(places), list(items)
    if not places or not items:
        return {}
    rows = Schedule.objects.filter(
        Q(enrolment=None) | Q(enrolment__in=[enrolment for _place, enrolment in places]),
        session_course__in=[place for place, _enrolment in places],
        item__in=items,
    ).order_by(F("enrolment").asc(nulls_first=True))
    found: dict[tuple[int, int, int], Dates] = {}
    for row in rows:
        for place, enrolment in places:
            if place == row.session_course_id and row.enrolment_id in (None, enrolment):
                found[place, enrolment, row.item_id] = Dates(row.opens, row.due, row.closes)
    return found


def due_next(
    enrolments: Iterable[Enrolment], *, at: datetime, limit: int = 5, place: SessionCourse | None = None
) -> list[Due]:
    """What is due next for these enrolments and not done yet, soonest first; only what shows to them, and only where
    they can work now. One query.

    At most `MOST`. `place`: in this course of a session only.
    """
    given = {"enrolments": [e.pk for e in enrolments], "at": at}
    rows = _DUE(**given) if place is None else _DUE_IN(**given, place=place.pk)
    return [Due(row.item, row.title, row.moment, row.session_course) for row in rows[:limit]]


def due_for_all(places: Iterable[SessionCourse], *, at: datetime, limit: int = 5) -> list[Due]:
    """The same for a learner who has done nothing yet and has no dates of their own."""
    rows = with_current_line(Schedule.objects.filter(_ahead(at), session_course__in=list(places), enrolment=None))
    rows = rows.annotate(moment=_moment(at)).filter(shown=True, moment__isnull=False).exclude(title=None)
    rows = rows.order_by("moment", "pk")
    rows = rows.select_related("item", "session_course__course", "session_course__session")
    return [Due(row.item, row.title, row.moment, row.session_course) for row in rows[:limit]]


def reschedule(
    session_courses: Iterable[SessionCourse],
    *,
    at: datetime,
    items: Iterable[int] | None = None,
    enrolments: Iterable[int] | None = None,
) -> int:
    """Write the schedule of session courses again, or only of some items or enrolments. How many rows differed."""
    return sum(_rewrite(place, at, items, enrolments) for place in session_courses)


def reschedule_course(course: Course, *, by: Person | None, at: datetime) -> None:
    """After a change in the course: in all its sessions. Many sessions are a job, so that nobody waits."""
    places = SessionCourse.objects.filter(course=course).select_related("session", "course")
    if places.count() > AT_ONCE:
        start_job("reschedule course", {"course": course.pk}, by=by, at=at)
    else:
        reschedule(places, at=at)


@transaction.atomic
def _rewrite(place: SessionCourse, at: datetime, items: Iterable[int] | None, enrolments: Iterable[int] | None) -> int:
    there = Schedule.objects.filter(session_course=place)
    wanted = _wanted(place, at, items, enrolments)
    if items is not None:
        there = there.filter(item__in=list(items))
    if enrolments is not None:
        there = there.filter(enrolment__in=list(enrolments))
        wanted = {key: dates for key, dates in wanted.items() if key[1] is not None}
    stale, same = [], set()
    for row in there:
        key = (row.item_id, row.enrolment_id)
        if wanted.get(key) == Dates(row.opens, row.due, row.closes):
            same.add(key)
        else:
            stale.append(row.pk)
    Schedule.objects.filter(pk__in=stale).delete()
    missing = [
        Schedule(session_course=place, item_id=item, enrolment_id=enrolment, **dates._asdict())
        for (item, enrolment), dates in wanted.items()
        if (item, enrolment) not in same
    ]
    Schedule.objects.bulk_create(missing, batch_size=500)
    return max(len(stale), len(missing))


def _wanted(
    place: SessionCourse, at: datetime, items: Iterable[int] | None, enrolments: Iterable[int] | None
) -> dict[Key, Dates]:
    """Every row there should be: one for everyone per item with dates, one per learner whose dates differ."""
    terms, zone = terms_of(place.session), place.session.zone
    moments = _moments(place, items)
    exceptions = _exceptions(place, at, items)
    everyone = bases(terms)
    rows: dict[Key, Dates] = {}
    for item, texts in moments.items():
        rows[item, None] = _resolve(texts, everyone, zone)
    relative = {item for item, texts in moments.items() if any(isinstance(m, Relative) for m in texts.values())}
    if not relative and not exceptions:
        return _kept(rows)
    for e in _enrolments(place, enrolments):
        own = bases(terms, enrolment_terms(e), e.enrolled_at)
        for item in relative | exceptions.get(e.pk, {}).keys():
            texts = {**moments.get(item, {}), **exceptions.get(e.pk, {}).get(item, {})}
            dates = _resolve(texts, own, zone)
            if dates != rows.get((item, None), Dates()):
                rows[item, e.pk] = dates
    return _kept(rows)


def _kept(rows: dict[Key, Dates]) -> dict[Key, Dates]:
    """A learner's row stays even when empty, since it stands for "none" where everyone else has a date."""
    return {key: dates for key, dates in rows.items() if key[1] is not None or dates != Dates()}


def _moments(place: SessionCourse, items: Iterable[int] | None) -> dict[int, Moments]:
    rows = ItemSettings.objects.filter(
        Q(session_course=None, item__session_course=None) | Q(session_course=place),
        Q(opens__isnull=False) | Q(due__isnull=False) | Q(closes__isnull=False),
        item__course=place.course_id,
    ).order_by(F("session_course").asc(nulls_first=True))
    if items is not None:
        rows = rows.filter(item__in=list(items))
    moments: dict[int, Moments] = defaultdict(dict)
    for row in rows:
        moments[row.item_id].update(_parsed(row))
    return moments


def _exceptions(place: SessionCourse, at: datetime, items: Iterable[int] | None) -> dict[int, dict[int, Moments]]:
    rows = ItemException.objects.filter(
        Q(until=None) | Q(until__gt=at), enrolment__session=place.session_id, item__course=place.course_id
    )
    if items is not None:
        rows = rows.filter(item__in=list(items))
    found: dict[int, dict[int, Moments]] = defaultdict(dict)
    for row in rows:
        found[row.enrolment_id][row.item_id] = _parsed(row)
    return found


def _parsed(row: ItemSettings | ItemException) -> Moments:
    return {name: parse(text) for name in EDGES if (text := getattr(row, name)) is not None}


def _resolve(moments: Moments, base: Bases, zone: ZoneInfo) -> Dates:
    return Dates(
        **{name: resolve(moment, zone=zone, edge=EDGES[name], **base._asdict()) for name, moment in moments.items()}
    )


def _enrolments(place: SessionCourse, enrolments: Iterable[int] | None) -> QuerySet[Enrolment]:
    """Ended ones too: whoever has completed still reads the dates, and no change of state makes rows stale."""
    rows = Enrolment.objects.filter(session=place.session_id)
    return rows if enrolments is None else rows.filter(pk__in=list(enrolments))


def _due(enrolments: list[int], at: datetime) -> QuerySet[Schedule]:
    return _due_rows(enrolments, at)[:MOST]


def _due_in(enrolments: list[int], at: datetime, place: int) -> QuerySet[Schedule]:
    return _due_rows(enrolments, at).filter(session_course=place)[:MOST]


def _due_rows(enrolments: list[int], at: datetime) -> QuerySet[Schedule]:
    here = {"session_course": OuterRef("session_course"), "enrolment__in": enrolments}
    own = Schedule.objects.filter(item=OuterRef("item"), **here)
    working = working_among(enrolments, at).values("session")
    return (
        with_current_line(Schedule.objects.filter(_ahead(at), session_course__session__in=working))
        .annotate(moment=_moment(at))
        .filter(Q(enrolment__in=enrolments) | Q(enrolment=None) & ~Exists(own), shown=True)
        .exclude(Exists(Completion.objects.filter(item=OuterRef("item"), **here)))
        .exclude(Exists(CourseExclusion.objects.filter(**here)))
        .exclude(title=None)
        .exclude(moment=None)
        .select_related("item", "session_course__course", "session_course__session")
        .order_by("moment", "pk")
    )


def _ahead(at: datetime) -> Q:
    """A date that is still to come, so that few rows are looked at closely."""
    return Q(due__gt=at) | Q(closes__gt=at)


def _moment(at: datetime) -> Case:
    """By when an item has to be done: its due date; of what is handed in or passed, once it is open, else its closing.
    Null where there is nothing to do any more."""
    handed_in = [kind.name for tool in tools() for kind in tool.kinds if kind.done]
    is_open = Q(opens=None) | Q(opens__lte=at)
    closing = When(is_open, closes__gt=at, item__kind__in=handed_in, then=F("closes"))
    return Case(When(due__gt=at, then=F("due")), closing, default=None, output_field=DateTimeField())


def working_among(enrolments: list[int], at: datetime) -> QuerySet[Enrolment]:
    """Those of the enrolments whose learners may work now: the rules in SQL, by the stored windows; a test holds one
    against the other."""
    begun = Q(window_opens_at=None) | Q(window_opens_at__lte=at)
    running = Q(window_closes_at=None) | Q(window_closes_at__gt=at)
    over = Q(window_closes_at__lte=at, session__after_end=CourseSession.AfterEnd.OPEN)
    return Enrolment.objects.filter(
        begun & running | over,
        pk__in=enrolments,
        state=Enrolment.State.ACTIVE,
        session__state=CourseSession.State.PUBLISHED,
    )


def _dates(place: int, items: list[int]) -> QuerySet[Schedule]:
    return Schedule.objects.filter(enrolment=None, session_course=place, item__in=items)


def _dates_of(place: int, items: list[int], enrolment: int) -> QuerySet[Schedule]:
    """A learner's own dates come last, so that they count."""
    rows = Schedule.objects.filter(Q(enrolment=None) | Q(enrolment=enrolment), session_course=place, item__in=items)
    return rows.order_by(F("enrolment").asc(nulls_first=True))


_DUE, _DUE_IN = Prepared(_due), Prepared(_due_in)
_DATES, _DATES_OF = Prepared(_dates), Prepared(_dates_of)

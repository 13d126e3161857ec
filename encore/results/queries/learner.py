"""Finds everything of one enrolment in one course of its session: what was done, opened, graded, waits and differs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, Subquery
from django.shortcuts import get_object_or_404
from django.urls import NoReverseMatch, reverse

from encore.courses.context import Here, places_of
from encore.courses.models import CourseExclusion, Enrolment, EnrolmentChange, SessionCourse
from encore.courses.rules import Action
from encore.courses.words import Sight
from encore.results.queries.learners import TAKING_PART, not_excluded
from encore.toolkit.menu import tools_in
from encore.toolkit.models import Activity, Completion, Grade, Item, ItemException, Schedule, Version
from encore.toolkit.places import address
from encore.toolkit.progress import Progress, progress_among, progress_in
from encore.toolkit.registry import Kind, ToMark, Tool, kind_named, tools
from encore.toolkit.schedule import Dates
from encore.toolkit.scoping import items_at
from encore.toolkit.totals import GradeBook, GradedItem, book_in

COLUMNS = ("pk", "uuid", "kind", "title", "parent_id", "is_hidden", "session_course_id", "version_place")


@dataclass
class Thing:
    """One item as this learner has met it. `path`: the titles of what it lies in."""

    pk: int
    uuid: UUID
    kind: str
    title: str
    path: list[str] = field(default_factory=list)
    url: str = ""
    is_done: bool = False
    done_at: datetime | None = None
    activity: Activity | None = None
    dates: Dates = Dates()
    is_late: bool = False
    graded: GradedItem | None = None
    grade: Grade | None = None
    grade_url: str = ""
    waiting: ToMark | None = None
    mark_url: str = ""
    exception: ItemException | None = None
    exception_url: str = ""

    @property
    def kind_of(self) -> Kind:
        return kind_named(self.kind)

    @property
    def counts(self) -> bool:
        return self.kind_of.counts

    @property
    def is_unnamed(self) -> bool:
        """Whether something of it waits to be marked by who is not to know whose it is."""
        return self.waiting is not None and self.waiting.anonymous

    @property
    def is_touched(self) -> bool:
        return bool(self.is_done or self.activity or self.grade or self.exception)


@dataclass(frozen=True)
class Part:
    """The things of one tool, in the order of the place."""

    tool: Tool
    things: list[Thing]


@dataclass(frozen=True)
class Elsewhere:
    """The same enrolment in another course of the session, for who sees people there, too."""

    place: SessionCourse
    url: str
    progress: Progress


@dataclass(frozen=True)
class Earlier:
    """Another enrolment of the same person in this session: a set of its own."""

    enrolment: Enrolment
    url: str
    progress: Progress


def learner_in(here: Here, enrolment: int) -> Enrolment:
    """One enrolment of this session, be it an earlier or an ended one; 404 for who is out of this course."""
    rows = not_excluded(Enrolment.objects.filter(session=here.session), here)
    return get_object_or_404(rows.select_related("person"), pk=enrolment)


def learner_url(here: Here, enrolment: int) -> str:
    return reverse("learner", args=[here.session.pk, here.course.code, enrolment])


def parts_of(here: Here, enrolment: Enrolment, book: GradeBook) -> tuple[list[Part], list[Thing]]:
    """What shows in this course, by tool, with what this learner did; and what they did that shows no more.

    Six queries; one more where something shows no more.
    """
    rows = _rows(here)
    things = {row["pk"]: _thing(row, rows) for row in rows.values()}
    gone = _lay(here, enrolment, book, things)
    parts = []
    for entry in tools_in(here):
        mine = [thing for thing in things.values() if thing.kind in entry.tool.kind_names and _stands(thing)]
        for thing in mine:
            thing.url = entry.tool.page_of(thing, here) if thing.kind_of.listed else ""
        if mine:
            parts.append(Part(entry.tool, mine))
    return parts, gone


def changes_of(enrolment: Enrolment) -> list[EnrolmentChange]:
    """What became of the enrolment, the first first."""
    return list(enrolment.changes.select_related("by").order_by("pk"))


def earlier_of(here: Here, enrolment: Enrolment) -> list[Earlier]:
    """The person's other enrolments in this session, the newest first. Two queries."""
    rows = Enrolment.objects.filter(session=here.session, person=enrolment.person_id).exclude(pk=enrolment.pk)
    found = list(not_excluded(rows, here).order_by("-number"))
    progress = progress_in(here.session_course, found) if found else {}
    return [Earlier(one, learner_url(here, one.pk), progress[one.pk]) for one in found]


def elsewhere_of(here: Here, enrolment: Enrolment) -> list[Elsewhere]:
    """The session's other courses this learner is in, where the viewer sees people."""
    _whole, places = places_of(here.person, [here.session], at=here.at)[here.session.pk]
    others = [place for place in places if place.course != here.course and place.sees(Sight.PEOPLE)]
    if not others:
        return []
    out = set(CourseExclusion.objects.filter(enrolment=enrolment).values_list("session_course", flat=True))
    others = [place for place in others if place.session_course.pk not in out]
    progress = progress_among([place.session_course for place in others], [enrolment])
    return [
        Elsewhere(
            place.session_course, learner_url(place, enrolment.pk), progress[place.session_course.pk, enrolment.pk]
        )
        for place in others
    ]


def book_of(here: Here, enrolment: Enrolment) -> GradeBook:
    return book_in(here, [enrolment])


def total_url(here: Here, enrolment: Enrolment) -> str:
    """Where the total is explained; "" where nobody explains it."""
    takes_part = enrolment.is_latest and enrolment.state in TAKING_PART
    return _if_there(here, "gradebook:learner", enrolment=enrolment.pk) if takes_part else ""


def _rows(here: Here) -> dict[int, dict[str, Any]]:
    """What shows here, each before what lies in it."""
    place = here.session_course
    rows = items_at(here.course.pk, place.pk, place.pinned_release).order_by("place", "pk").values(*COLUMNS)
    shown = {row["pk"]: row for row in rows}
    inside: dict[int | None, list[dict[str, Any]]] = {}
    for row in shown.values():
        parent = row["parent_id"] if row["parent_id"] in shown else None
        inside.setdefault(parent, []).append(row)
    return {row["pk"]: row for row in _walk(inside, None)}


def _walk(inside: Mapping[int | None, list[dict[str, Any]]], parent: int | None) -> Iterator[dict[str, Any]]:
    for row in inside.get(parent, ()):
        if not row["is_hidden"]:
            yield row
            yield from _walk(inside, row["pk"])


def _thing(row: dict[str, Any], rows: Mapping[int, dict[str, Any]]) -> Thing:
    path: list[str] = []
    at = row["parent_id"]
    while at in rows:
        path.insert(0, rows[at]["title"])
        at = rows[at]["parent_id"]
    return Thing(row["pk"], row["uuid"], row["kind"], row["title"], path)


def _stands(thing: Thing) -> bool:
    return thing.counts or thing.kind_of.graded or thing.is_touched


def _lay(here: Here, enrolment: Enrolment, book: GradeBook, things: dict[int, Thing]) -> list[Thing]:
    """Lay what is kept of this learner beside the things; return those things that show no more."""
    mine = {"session_course": here.session_course, "enrolment": enrolment}
    done = {row.item_id: row for row in Completion.objects.filter(**mine)}
    activity = {row.item_id: row for row in Activity.objects.filter(**mine)}
    grades = {row.item_id: row for row in Grade.objects.filter(**mine)}
    exceptions = {
        row.item_id: row
        for row in ItemException.objects.filter(enrolment=enrolment, item__course=here.course).select_related("by")
    }
    missing = {*done, *activity, *grades, *exceptions} - things.keys()
    gone = _gone(missing)
    waiting = _waiting_of(here, enrolment)
    dates = _dates_of(here, enrolment)
    graded = {item.pk: item for item in book.items}
    for thing in (*things.values(), *gone):
        pk = thing.pk
        thing.is_done, thing.done_at = pk in done, done[pk].at if pk in done else None
        thing.activity, thing.grade, thing.graded = activity.get(pk), grades.get(pk), graded.get(pk)
        thing.dates, thing.exception = dates.get(pk, Dates()), exceptions.get(pk)
        thing.is_late = thing.counts and pk not in done and thing.dates.due is not None and thing.dates.due <= here.at
        thing.waiting = waiting.get(pk)
        if thing.is_unnamed:  # the moment would tell whose work it is
            thing.is_done, thing.done_at, thing.grade = True, None, None
        _link(here, enrolment, thing)
    return gone


def _link(here: Here, enrolment: Enrolment, thing: Thing) -> None:
    tool = next(tool for tool in tools() if thing.kind in tool.kind_names)
    if thing.waiting is not None and not thing.waiting.anonymous and here.may(Action.MARK):
        thing.mark_url = tool.mark_url(thing, here)
    if thing.graded is not None and enrolment.is_latest and enrolment.state in TAKING_PART:
        thing.grade_url = _if_there(here, "gradebook:grade", uuid=thing.uuid, enrolment=enrolment.pk)
    if thing.exception is not None and enrolment.is_latest and here.may(Action.RE_DATE):
        thing.exception_url = _if_there(here, f"{tool.name}:exception", uuid=thing.uuid, enrolment=enrolment.pk)


def _waiting_of(here: Here, enrolment: Enrolment) -> dict[int, ToMark]:
    places = [here.session_course.pk]
    found = (one for tool in tools() for one in tool.to_mark(places, [enrolment.pk]))
    return {one.item: one for one in found if one.enrolment == enrolment.pk}


def _dates_of(here: Here, enrolment: Enrolment) -> dict[int, Dates]:
    """The dates of this learner: their own where they differ."""
    rows = Schedule.objects.filter(session_course=here.session_course).order_by("pk")
    found: dict[int, Dates] = {}
    own: dict[int, Dates] = {}
    for row in rows.filter(enrolment=None) | rows.filter(enrolment=enrolment):
        (found if row.enrolment_id is None else own)[row.item_id] = Dates(row.opens, row.due, row.closes)
    return {**found, **own}


def _gone(items: Iterable[int]) -> list[Thing]:
    """Things by their last title, wherever they stand now."""
    if not items:
        return []
    title = Version.objects.filter(item=OuterRef("pk")).order_by("-number").values("title")[:1]
    rows = Item.objects.filter(pk__in=list(items)).annotate(last_title=Subquery(title)).order_by("pk")
    return [Thing(row.pk, row.uuid, row.kind, row.last_title or "") for row in rows]


def _if_there(here: Here, route: str, **kwargs: Any) -> str:
    """The address of a tool's page, where the tool is installed, has it, and stands here."""
    tool, _colon, _name = route.partition(":")
    if not any(entry.name == tool for entry in tools_in(here)):
        return ""
    try:
        return address(here, route, **kwargs)
    except NoReverseMatch:
        return ""

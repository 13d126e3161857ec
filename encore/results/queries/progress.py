"""Finds what the learners of one course in a session have done with each of its items: few queries, however many."""

from __future__ import annotations

import functools
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import (
    Case,
    CharField,
    Count,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
    Window,
)
from django.db.models.functions import Cast, Coalesce

from encore.base.prepared import Prepared
from encore.courses.context import Here
from encore.courses.models import CourseExclusion, Enrolment
from encore.people.queries import search_people
from encore.results.cells import Cell, Facts, Grading, State, cell_of, in_percent
from encore.results.queries.learners import TAKING_PART
from encore.toolkit.menu import tools_in
from encore.toolkit.models import Activity, Completion, CourseProgress, Grade, Schedule
from encore.toolkit.registry import kind_named, tool_of_kind, tools
from encore.toolkit.scoping import items_at

DONE_STATE = State.DONE
DONE, GRADED, EXCUSED, OPENED, DUE, HAVE, MARKED, LEARNERS = range(8)
MANY = 500  # so many learners are no longer named one by one
SORTS: dict[str, tuple[Any, ...]] = {
    "name": ("person__sort_name", "pk"),
    "-name": ("-person__sort_name", "-pk"),
    "progress": ("done", "person__sort_name", "pk"),
    "-progress": ("-done", "person__sort_name", "pk"),
}


@dataclass(frozen=True)
class Column:
    """An item that counts or is graded here. `folder`: the title of what it lies in."""

    pk: int
    uuid: UUID
    kind: str
    title: str
    counts: bool
    tool: str
    folder: str = ""
    due: datetime | None = None

    @property
    def group(self) -> str:
        return f"{self.tool} · {self.folder}" if self.folder else self.tool

    @property
    def icon(self) -> str:
        return kind_named(self.kind).icon


@dataclass
class Found:
    """What was found of some learners: by (enrolment, item). `have`: by item, how many of all `learners` have it."""

    done: dict[tuple[int, int], str] = field(default_factory=dict)
    grades: dict[tuple[int, int], Grading] = field(default_factory=dict)
    opened: set[tuple[int, int]] = field(default_factory=set)
    due: dict[tuple[int, int], datetime | None] = field(default_factory=dict)
    waiting: dict[tuple[int, int], bool] = field(default_factory=dict)
    have: dict[int, int] = field(default_factory=dict)
    learners: int = 0

    def cell(self, enrolment: int, column: Column, at: datetime) -> Cell:
        key = (enrolment, column.pk)
        done_at, grade, waiting = self.done.get(key, ""), self.grades.get(key), self.waiting.get(key)
        if done_at and grade is None and waiting is None:
            return Cell(DONE_STATE, True, done_at)  # what most cells are
        due = self.due.get(key, column.due)
        return cell_of(Facts(column.counts, done_at, grade, key in self.opened, due, waiting), at)

    def count(self, columns: Iterable[Column], enrolments: Iterable[int]) -> None:
        """Count who has what, where these are all learners there are."""
        everybody = set(enrolments)
        self.learners = len(everybody)
        has = Counter(item for enrolment, item in self.done if enrolment in everybody)
        marked = Counter(
            item
            for (enrolment, item), grade in self.grades.items()
            if enrolment in everybody and grade.percent is not None and not grade.excused
        )
        self.have = {column.pk: (has if column.counts else marked)[column.pk] for column in columns}


def taking_part(session: int, place: int) -> QuerySet[Enrolment]:
    """The learners of one course of a session, by ids: who takes part there and was not taken out."""
    excluded = CourseExclusion.objects.filter(enrolment=OuterRef("pk"), session_course=place)
    return Enrolment.objects.filter(~Exists(excluded), session=session, is_latest=True, state__in=TAKING_PART)


def learners_of(here: Here, *, q: str = "", sort: str = "name") -> QuerySet[Enrolment]:
    """The same with what a row of a table says of them: the name, and how far they are (`done`)."""
    progress = CourseProgress.objects.filter(enrolment=OuterRef("pk"), session_course=here.session_course)
    found = taking_part(here.session.pk, here.session_course.pk)
    if q:
        found = found.filter(person__in=search_people(q).order_by())
    names = ("first_name", "last_name", "username", "official_code", "erased_at")
    found = found.select_related("person").only("state", "last_entered_at", *(f"person__{name}" for name in names))
    return found.annotate(done=Coalesce(Subquery(progress.values("done")[:1]), 0)).order_by(
        *SORTS.get(sort, SORTS["name"])
    )


def page_of(found: QuerySet[Enrolment], number: str | None, size: int, *, counted: bool) -> Page[Enrolment]:
    """A page in one query, with the length of the list where it is to be `counted`: else it is told afterwards, as
    `page.paginator.count`. Two queries where there is no such page."""
    wanted = max(int(number), 1) if number and number.isascii() and number.isdigit() and len(number) < 9 else 1
    rows = list((found.annotate(of=Window(Count("pk"))) if counted else found)[(wanted - 1) * size : wanted * size])
    if not rows and wanted > 1:
        return Paginator(found, size).get_page(wanted)
    pages = Paginator(rows, size)
    of = rows[0].of if rows and counted else len(rows) and wanted * size  # type: ignore[attr-defined]
    pages.count = of
    return Page(rows, wanted, pages)


def columns_in(here: Here) -> list[Column]:
    """What counts or is graded here and shows, in the order in which learners find it."""
    place = here.session_course
    values = {"course": here.course.pk, "place": place.pk, "pin": place.pinned_release}
    given = {name: value for name, value in values.items() if value is not None}
    rows = _items(frozenset(given))(**given)
    order = {entry.name: n for n, entry in enumerate(tools_in(here))}
    found = [_column(row, folder) for row, folder in _in_order(rows) if _is_wanted(row["kind"])]
    return sorted(found, key=lambda column: order.get(tool_of_kind(column.kind).name, len(order)))


def found_of(here: Here, columns: Sequence[Column], enrolments: Sequence[int], *, everybody: bool = False) -> Found:
    """What these learners (ids) have done here. One query, and what the tools ask to tell what waits to be marked.

    `everybody`: there are no others, so that who has what need not be counted apart.
    """
    ids = {"place": here.session_course.pk, "session": here.session.pk}
    whole = len(enrolments) > MANY
    if whole:
        rows = _WHOLE(**ids)
    elif everybody:
        rows = _ALONE(**ids, enrolments=list(enrolments) or [0])
    else:
        rows = _PAGE(**ids, enrolments=list(enrolments) or [0])
    found = _found(here, rows, {column.pk for column in columns if column.counts}, None if whole else enrolments)
    if everybody:
        found.count(columns, enrolments)
    return found


def found_of_item(here: Here, column: Column) -> Found:
    """What everybody has done with one item here."""
    rows = _ITEM(place=here.session_course.pk, session=here.session.pk, item=column.pk)
    return _found(here, rows, {column.pk} if column.counts else set())


def activity_of_item(here: Here, item: int, enrolments: Iterable[int]) -> dict[int, tuple[int, int]]:
    """How often each of these learners (ids) opened an item, and for how many seconds they were at it."""
    rows = Activity.objects.filter(session_course=here.session_course, enrolment__in=list(enrolments), item=item)
    return {enrolment: (opened, seconds) for enrolment, opened, seconds in rows.values_list(*OF_ACTIVITY)}


OF_ACTIVITY = ("enrolment", "opened", "seconds")


def _found(
    here: Here, rows: Iterable[tuple[Any, ...]], counting: set[int], enrolments: Sequence[int] | None = None
) -> Found:
    found = Found()
    marked: dict[int, int] = {}
    percents: dict[tuple[str, str], int | None] = {}
    done, grades, opened, due = found.done, found.grades, found.opened, found.due
    for what, enrolment, item, at, points, out_of in rows:
        if what == DONE:
            done[enrolment, item] = at
        elif what in (GRADED, EXCUSED):
            if (points, out_of) not in percents:
                percents[points, out_of] = in_percent(points, out_of)
            grades[enrolment, item] = Grading(percents[points, out_of], what == EXCUSED, at)
        elif what == OPENED:
            opened.add((enrolment, item))
        elif what == DUE:
            due[enrolment, item] = datetime.fromisoformat(at).replace(tzinfo=UTC) if at else None
        elif what == LEARNERS:
            found.learners = enrolment
        else:
            (found.have if what == HAVE else marked)[item] = enrolment
    found.have = {item: n for item, n in found.have.items() if item in counting} | {
        item: n for item, n in marked.items() if item not in counting
    }
    for tool in tools():
        for one in tool.to_mark([here.session_course.pk], enrolments):
            found.waiting[one.enrolment, one.item] = one.anonymous
    return found


# Items


@functools.cache
def _items(given: frozenset[str]) -> Prepared:
    kinds = [kind for tool in tools() for kind in tool.kinds if kind.counts or kind.graded or kind.holds]
    wanted = sorted(kind.name for kind in kinds)

    def build(course: int, place: int, pin: int | None = None) -> Any:
        due = Schedule.objects.filter(session_course=place, item=OuterRef("pk"), enrolment=None)
        rows = items_at(course, place, pin).filter(kind__in=wanted).order_by("place", "pk")
        columns = ("pk", "uuid", "kind", "title", "parent_id", "is_hidden")
        return rows.values(*columns, due=Subquery(due.values("due")[:1]))

    return Prepared(build)


def _in_order(rows: Sequence[dict[str, Any]]) -> list[tuple[dict[str, Any], str]]:
    """Each after what it lies in, with the title of that; nothing that is hidden or lies in something hidden."""
    there = {row["pk"] for row in rows}
    inside: dict[int | None, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        inside[row["parent_id"] if row["parent_id"] in there else None].append(row)
    ordered, waiting = [], [(row, "") for row in reversed(inside[None])]
    while waiting:
        row, folder = waiting.pop()
        if not row["is_hidden"]:
            ordered.append((row, folder))
            waiting += [(child, row["title"]) for child in reversed(inside[row["pk"]])]
    return ordered


def _is_wanted(kind: str) -> bool:
    return kind_named(kind).counts or kind_named(kind).graded


def _column(row: dict[str, Any], folder: str) -> Column:
    kind = row["kind"]
    return Column(
        pk=row["pk"],
        uuid=row["uuid"],
        kind=kind,
        title=row["title"],
        counts=kind_named(kind).counts,
        tool=str(tool_of_kind(kind).label),
        folder=folder,
        due=row["due"],
    )


# What learners did: (what, enrolment, item, at, points, out of), and of the sums (what, how many, item)

NOTHING = Value("", output_field=CharField())


def _word(what: int) -> Value:
    return Value(what, output_field=IntegerField())


def _moment(name: str = "at") -> Cast:
    """A moment as the database writes it out, in UTC."""
    return Cast(name, CharField())


def _rows(place: int, session: int, *, sums: bool = False, **which: Any) -> QuerySet[Any, Any]:
    """`which`: of these enrolments, or this item, only. `sums`: besides, how many of all learners have what."""
    here = {"session_course": place, **which}
    grades = Grade.objects.filter(**here).order_by()
    what = Case(When(excused=True, then=_word(EXCUSED)), default=_word(GRADED))
    points = Cast(Coalesce("override", "points"), CharField())
    same = Completion.objects.filter(session=session, enrolment=OuterRef("enrolment"), item=OuterRef("item"))
    opened = Activity.objects.filter(~Exists(same), **here).order_by()
    own_dates = Schedule.objects.filter(**{"enrolment__isnull": False, **here}).order_by()
    done = Completion.objects.filter(**here).order_by()
    return done.values_list(_word(DONE), F("enrolment"), F("item"), _moment(), NOTHING, NOTHING).union(
        grades.values_list(what, F("enrolment"), F("item"), _moment(), points, Cast("out_of", CharField())),
        opened.values_list(_word(OPENED), F("enrolment"), F("item"), NOTHING, NOTHING, NOTHING),
        own_dates.values_list(_word(DUE), F("enrolment"), F("item"), _moment("due"), NOTHING, NOTHING),
        *(_sums(place, session) if sums else ()),
        all=True,
    )


def _sums(place: int, session: int) -> list[QuerySet[Any, Any]]:
    everybody = taking_part(session, place)
    here = {"session_course": place, "enrolment__in": everybody.values("pk")}
    marked = Grade.objects.filter(Q(points__isnull=False) | Q(override__isnull=False), excused=False, **here)
    counted = [(HAVE, Completion.objects.filter(**here)), (MARKED, marked)]
    whole = everybody.order_by().annotate(one=_word(0)).values("one").annotate(n=Count("pk"))
    return [
        *(
            rows.order_by()
            .values("item")
            .annotate(n=Count("pk"))
            .values_list(_word(what), F("n"), F("item"), NOTHING, NOTHING, NOTHING)
            for what, rows in counted
        ),
        whole.values_list(_word(LEARNERS), F("n"), F("one"), NOTHING, NOTHING, NOTHING),
    ]


_PAGE = Prepared(lambda place, session, enrolments: _rows(place, session, sums=True, enrolment__in=enrolments))
_ALONE = Prepared(lambda place, session, enrolments: _rows(place, session, enrolment__in=enrolments))
_WHOLE = Prepared(lambda place, session: _rows(place, session))
_ITEM = Prepared(lambda place, session, item: _rows(place, session, item=item))

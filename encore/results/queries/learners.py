"""Finds the learners of a course in a session: searched, filtered and sorted, with how far each has come."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Case, Count, Exists, F, FloatField, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.expressions import Window
from django.db.models.functions import Cast, Concat
from django.http import QueryDict
from django.urls import reverse

from encore.base.text import fold
from encore.courses.context import Here
from encore.courses.models import CourseExclusion, Enrolment
from encore.courses.rules import Action
from encore.results.queries.behind import is_behind
from encore.toolkit.models import CourseProgress
from encore.toolkit.progress import Progress, progress_in
from encore.toolkit.registry import ToMark, tool_of_kind, tools
from encore.toolkit.totals import Figure, GradeBook, book_in

TAKING_PART = (*Enrolment.LIVE, Enrolment.State.COMPLETED)
ROWS = 50

NOT_BEGUN, BEGUN, BEHIND, DONE = "not_begun", "begun", "behind", "done"
NEVER = "never"
DAYS = (7, 14, 30)
PASSED, NOT_PASSED, NO_RESULT = "passed", "not_passed", "none"
WAITS = "waits"
WORDS = {
    "state": frozenset(Enrolment.State.values),
    "progress": frozenset((NOT_BEGUN, BEGUN, BEHIND, DONE)),
    "inactive": frozenset((*map(str, DAYS), NEVER)),
    "marking": frozenset((WAITS,)),
    "result": frozenset((PASSED, NOT_PASSED, NO_RESULT)),
}
SORTS = frozenset(("name", "progress", "visit", "result", "to_mark"))
# An expression, so that the learners of a session are sorted: by the column alone, PostgreSQL walks through all people
# there are in the order of their names, to find those of this session among them.
NAME = Concat("person__sort_name", Value(""))
BY_NAME = (NAME.asc(), "pk")
OF_A_ROW = (  # else the database carries along whole people to count them
    *("session", "state", "last_entered_at"),
    *(f"person__{name}" for name in ("username", "first_name", "last_name", "erased_at")),
)

Rows = QuerySet[Any, Enrolment]  # with the columns of progress: `Any` lets queries name more than the model's


@dataclass(frozen=True)
class Asked:
    """What is asked of the list. `one`: the id of one enrolment, when a single learner is meant."""

    q: str = ""
    state: str = ""
    progress: str = ""
    inactive: str = ""
    marking: str = ""
    result: str = ""
    sort: str = "name"
    one: int = 0

    @classmethod
    def of(cls, said: QueryDict) -> Asked:
        """What an address asks for; unknown words ask for nothing."""
        words = {name: said.get(name, "") for name in WORDS}
        known = {name: word for name, word in words.items() if word in WORDS[name]}
        sort, one = said.get("sort", ""), said.get("one", "")
        return cls(
            q=said.get("q", "").strip()[:200],
            sort=sort if sort.removeprefix("-") in SORTS else "name",
            one=int(one) if one.isascii() and one.isdigit() and len(one) < 18 else 0,
            **known,
        )

    @property
    def filters(self) -> bool:
        """Whether fewer than all who take part are asked for."""
        return any((self.q, self.state, self.progress, self.inactive, self.marking, self.result, self.one))

    @property
    def by(self) -> str:
        return self.sort.removeprefix("-")

    @property
    def downwards(self) -> bool:
        return self.sort.startswith("-")

    @property
    def asks_waiting(self) -> bool:
        """Whether everybody's work to mark has to be known before a page can be cut."""
        return bool(self.marking) or self.by == "to_mark"

    @property
    def is_reckoned(self) -> bool:
        """Whether it asks for what no column holds: everybody's figures are needed before a page can be cut."""
        return bool(self.result) or self.by in ("result", "to_mark")


@dataclass(frozen=True)
class Waiting:
    """What waits to be marked here, by enrolment. `unnamed`: how many answers wait whose learners are not named."""

    of: Mapping[int, list[ToMark]] = field(default_factory=dict)
    unnamed: int = 0

    def count(self, enrolment: int) -> int:
        return sum(one.count for one in self.of.get(enrolment, ()))


@dataclass(frozen=True)
class Row:
    """One learner in the list."""

    enrolment: Enrolment
    progress: Progress
    figure: Figure
    to_mark: int
    url: str
    mark_url: str = ""


@dataclass(frozen=True)
class Listed:
    """Learners that fit what was asked: one page of them, or all (`page` is None)."""

    rows: list[Row]
    count: int
    book: GradeBook
    waiting: Waiting
    page: Page | None = None

    @property
    def judges(self) -> bool:
        """Whether anybody here passes or not."""
        scheme = self.book.scheme
        return scheme.pass_percent is not None or any(column.minimum is not None for column in scheme.columns)


def page_of(here: Here, asked: Asked, number: Any) -> Listed:
    """One page. Five queries; two more where those who are behind are asked for."""
    waiting = waiting_in(here) if asked.asks_waiting else Waiting()
    rows = _matching(here, asked, waiting)
    if asked.is_reckoned:
        enrolments, book = _reckoned(here, asked, rows, waiting)
        page = Paginator(enrolments, ROWS).get_page(number)
    else:
        page = _cut(rows, number)
        book = book_in(here, page.object_list)
    if not asked.asks_waiting:
        waiting = waiting_in(here, [one.pk for one in page.object_list])
    return Listed(_rows(here, page.object_list, book, waiting), page.paginator.count, book, waiting, page)


def all_of(here: Here, asked: Asked) -> Listed:
    """Everybody who fits, with the same figures."""
    waiting = waiting_in(here)
    rows = _matching(here, asked, waiting)
    if asked.is_reckoned:
        enrolments, book = _reckoned(here, asked, rows, waiting)
    else:
        enrolments = list(rows)
        book = book_in(here, enrolments)
    return Listed(_rows(here, enrolments, book, waiting), len(enrolments), book, waiting)


def enrolments_for(here: Here, asked: Asked) -> list[Enrolment]:
    """Everybody who fits, without figures."""
    waiting = waiting_in(here) if asked.asks_waiting else Waiting()
    rows = _matching(here, asked, waiting)
    return _reckoned(here, asked, rows, waiting)[0] if asked.is_reckoned else list(rows)


def taking_part(here: Here, states: Sequence[str] = TAKING_PART) -> QuerySet[Enrolment]:
    """The latest enrolments in this session that are in one of the states, those out of this course left away."""
    enrolments = Enrolment.objects.filter(session=here.session, is_latest=True, state__in=states)
    return not_excluded(enrolments, here).select_related("person")


def not_excluded(enrolments: QuerySet[Enrolment], here: Here) -> QuerySet[Enrolment]:
    excluded = CourseExclusion.objects.filter(enrolment=OuterRef("pk"), session_course=here.session_course)
    return enrolments.exclude(Exists(excluded))


def waiting_in(here: Here, enrolments: Sequence[int] | None = None) -> Waiting:
    """What waits to be marked in this course of the session, of all tools: a query for each that has any. Of all, or
    of these learners (ids); how much waits without a name is told in any case."""
    found, unnamed = defaultdict(list), 0
    for tool in tools():
        for one in tool.to_mark([here.session_course.pk], enrolments):
            if one.anonymous:
                unnamed += one.count
            else:
                found[one.enrolment].append(one)
    return Waiting(found, unnamed)


def _matching(here: Here, asked: Asked, waiting: Waiting) -> Rows:
    """What the database can tell of it, in its order: each with `done` and `total`, None without a row of progress."""
    rows: Rows = taking_part(here, [asked.state] if asked.state else TAKING_PART)
    # Looked up row by row: a join is planned badly as long as the database does not know how many rows there are.
    mine = CourseProgress.objects.filter(
        session=here.session, session_course=here.session_course, enrolment=OuterRef("pk")
    )
    rows = rows.annotate(done=Subquery(mine.values("done")), total=Subquery(mine.values("total")))
    if asked.one:
        rows = rows.filter(pk=asked.one)
    for word in fold(asked.q).split():
        rows = rows.filter(person__search_text__contains=word)
    if asked.progress:
        rows = _by_progress(rows, here, asked.progress)
    if asked.inactive:
        rows = rows.filter(_away(asked.inactive, here))
    if asked.marking:
        rows = rows.filter(pk__in=list(waiting.of))
    return rows.order_by(*_order(asked))


def _by_progress(rows: Rows, here: Here, word: str) -> Rows:
    if word == NOT_BEGUN:
        return rows.filter(Q(done=None) | Q(done=0))
    elif word == BEGUN:
        return rows.filter(done__gt=0, done__lt=F("total"))
    elif word == DONE:
        return rows.filter(total__gt=0, done__gte=F("total"))
    else:
        return rows.filter(is_behind(here))


def _away(word: str, here: Here) -> Q:
    """Who has not come for so many days; a newcomer's count from their enrolment."""
    if word == NEVER:
        return Q(last_entered_at=None)
    since = here.at - timedelta(days=int(word))
    return Q(last_entered_at__lte=since) | Q(last_entered_at=None, enrolled_at__lte=since)


def _order(asked: Asked) -> list[Any]:
    """Names break ties. Who never came, came longest ago; where there is nothing to do, there is no progress."""
    if asked.by == "progress":
        share = Case(
            When(total__gt=0, then=Cast("done", FloatField()) / Cast("total", FloatField())),
            When(total=0, then=Value(None, output_field=FloatField())),
            default=Value(0.0),
        )
        return [share.desc(nulls_last=True) if asked.downwards else share.asc(nulls_last=True), *BY_NAME]
    elif asked.by == "visit":
        visit = F("last_entered_at")
        return [visit.desc(nulls_last=True) if asked.downwards else visit.asc(nulls_first=True), *BY_NAME]
    elif asked.downwards and asked.by == "name":
        return [NAME.desc(), "-pk"]
    else:
        return [*BY_NAME]


def _cut(rows: Rows, number: Any) -> Page:
    """A page of rows and how many there are, in one query; another only for a page that is not there."""
    wanted = int(number) if str(number).isascii() and str(number).isdigit() and len(str(number)) < 7 else 1
    first = (max(wanted, 1) - 1) * ROWS
    counted = rows.only(*OF_A_ROW).annotate(among=Window(Count("pk")))
    found = list(counted[first : first + ROWS])
    if not found and first:
        return Paginator(rows, ROWS).get_page(number)
    paginator = Paginator(found, ROWS)
    paginator.count = found[0].among if found else 0
    return Page(found, max(wanted, 1), paginator)


def _reckoned(here: Here, asked: Asked, rows: Rows, waiting: Waiting) -> tuple[list[Enrolment], GradeBook]:
    """All rows that fit the result asked for, in the order asked for, and the book with everybody's figures."""
    enrolments = list(rows)
    book = book_in(here, enrolments)
    if asked.result:
        enrolments = [one for one in enrolments if _result(book.figures[one.pk]) == asked.result]
    if asked.by == "to_mark":
        enrolments.sort(key=lambda one: waiting.count(one.pk), reverse=asked.downwards)
    elif asked.by == "result":
        enrolments = _ranked(enrolments, lambda one: book.figures[one.pk].percent, asked.downwards)
    return enrolments, book


def _result(figure: Figure) -> str:
    return {True: PASSED, False: NOT_PASSED, None: NO_RESULT}[figure.passed]


def _ranked(enrolments: list[Enrolment], figure: Callable[[Enrolment], Any], downwards: bool) -> list[Enrolment]:
    """Sorted by a figure, those without one last."""
    with_one = [one for one in enrolments if figure(one) is not None]
    without = [one for one in enrolments if figure(one) is None]
    return [*sorted(with_one, key=figure, reverse=downwards), *without]


def _rows(here: Here, enrolments: Iterable[Enrolment], book: GradeBook, waiting: Waiting) -> list[Row]:
    enrolments = list(enrolments)
    progress = progress_of_rows(here, enrolments)
    marking = mark_urls(here, book, waiting) if here.may(Action.MARK) else {}
    pattern = reverse("learner", args=[here.session.pk, here.course.code, 0])
    return [
        Row(
            enrolment=one,
            progress=progress[one.pk],
            figure=book.figures[one.pk],
            to_mark=waiting.count(one.pk),
            url=pattern.replace("/learners/0/", f"/learners/{one.pk}/"),
            mark_url=_mark_url(waiting.of.get(one.pk, []), marking),
        )
        for one in enrolments
    ]


def progress_of_rows(here: Here, enrolments: list[Enrolment]) -> dict[int, Progress]:
    """What the rows of progress beside them say; asked for only where one is missing."""
    told = {one.pk: Progress(one.done, one.total) for one in enrolments if one.total is not None}  # type: ignore[attr-defined]
    missing = [one for one in enrolments if one.pk not in told]
    return {**told, **(progress_in(here.session_course, missing) if missing else {})}


def mark_urls(here: Here, book: GradeBook, waiting: Waiting) -> dict[int, str]:
    """Where what waits for each item is marked, by item."""
    wanted = {one.item for ones in waiting.of.values() for one in ones}
    return {item.pk: tool_of_kind(item.kind).mark_url(item, here) for item in book.items if item.pk in wanted}


def _mark_url(waiting: Sequence[ToMark], marking: Mapping[int, str]) -> str:
    """Straight to the one item that waits; "" where there are several, or it is not shown any more."""
    return marking.get(waiting[0].item, "") if len(waiting) == 1 else ""

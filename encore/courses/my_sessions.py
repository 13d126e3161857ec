"""My sessions: the three lists of a person's sessions, found by the stored windows (design: access, "My sessions").

`rules.list_of` says which list a session is in. This says the same of all of a person's sessions with one query and
without their rows; a test holds one against the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, NamedTuple

from django.db.models import (
    Aggregate,
    BigIntegerField,
    CharField,
    DateTimeField,
    Exists,
    FilteredRelation,
    Model,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import Cast, Concat

from encore.base.prepared import Prepared
from encore.base.text import fold
from encore.courses.models import CourseCoach, CourseSession, CourseTeacher, Enrolment, GeneralCoach, SessionCourse
from encore.courses.rules import Spell, Window, list_by_window
from encore.courses.words import EnrolmentState, ListName, SessionState
from encore.people.models import Person

FIRST, LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
BETWEEN_NAMES = "\n"


class Mine(NamedTuple):
    """A session in one of a person's lists. The window is the one that put it there: the learner's, or the coaches'."""

    session_id: int
    list_name: ListName
    window: Window
    category: tuple[int, str] | None
    learning: int | None
    """The id of the person's active enrolment."""


@dataclass(frozen=True)
class Lists:
    """A person's lists, each in its order."""

    current: list[Mine] = field(default_factory=list)
    upcoming: list[Mine] = field(default_factory=list)
    past: list[Mine] = field(default_factory=list)
    writes_courses: bool = False
    """Whether the person is a teacher or an assistant of some course: asked in passing, for the menu."""
    coaches: bool = False
    """Whether the person has or had a coach's role in some session: likewise."""

    def __getitem__(self, name: ListName) -> list[Mine]:
        return getattr(self, name)

    def __iter__(self) -> Iterator[Mine]:
        for name in ListName:
            yield from self[name]

    @property
    def counts(self) -> dict[str, int]:
        return {str(name): len(self[name]) for name in ListName}

    @property
    def categories(self) -> list[tuple[int, str]]:
        """The session categories there are among them, by name."""
        return sorted({mine.category for mine in self if mine.category}, key=lambda pair: fold(pair[1]))

    def found(self, q: str = "", category: int | None = None) -> Lists:
        """What the search box and the category filter leave. One query where words are searched for, else none."""
        hits = _hits(self, q) if fold(q) else None
        return _in_order(
            mine
            for mine in self
            if (hits is None or mine.session_id in hits)
            and (category is None or (mine.category is not None and mine.category[0] == category))
        )


def lists_of(person: Person, *, at: datetime) -> Lists:
    """All sessions in this person's lists. One query."""
    asked = _ROWS if person.is_teacher else _ROWS_AND_WRITING
    rows = [_Row._make(row) for row in asked(person=person.pk)]
    best: dict[int, Mine] = {}
    order = {name: rank for rank, name in enumerate(ListName)}
    for mine in _given_by_each_role(rows, at):
        former = best.get(mine.session_id)
        # Both roles: the first of current, upcoming, past; where both give the same, the learner's window is shown.
        if former is None or order[mine.list_name] < order[former.list_name]:
            best[mine.session_id] = mine
    lists = _in_order(best.values())
    writes = person.is_teacher or any(row.session_id is None for row in rows)
    coaches = any(row.session_id is not None and row.enrolment is None for row in rows)
    return replace(lists, writes_courses=writes, coaches=coaches)


def sessions_in(person: Person, page: Sequence[Mine], *, at: datetime) -> list[CourseSession]:
    """The sessions of a page of a list, in its order, with category, `enrolment_in` and `coach_names`. One query."""
    found = {s.pk: s for s in _PAGE(person=person.pk, ids=[mine.session_id for mine in page], at=at)}
    return [found[mine.session_id] for mine in page if mine.session_id in found]


def enrolment_in(session: CourseSession) -> Enrolment | None:
    """The person's enrolment in a session that `sessions_in` fetched; None for one who only coaches."""
    return getattr(session, "mine", None)


def coach_names(session: Any) -> list[str]:
    """The coaches of a session that `sessions_in` fetched, general coaches first, each once."""
    general = sorted((session.general_coach_names or "").split(BETWEEN_NAMES), key=fold)
    course = sorted((session.course_coach_names or "").split(BETWEEN_NAMES), key=fold)
    return [name for name in dict.fromkeys(general + course) if name]


class Names(Aggregate):
    """Texts of a group as one text, a line each."""

    function = "STRING_AGG"
    template = "%(function)s(%(expressions)s, chr(10))"
    output_field = CharField()

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(
            compiler, connection, function="GROUP_CONCAT", template="%(function)s(%(expressions)s, char(10))", **context
        )


_NAME = Cast(Concat("person__first_name", Value(" "), "person__last_name"), CharField())


class _Row(NamedTuple):
    """What one role of the person in one session says. `enrolment` is the learner's state, None for a coach.

    Without a session: the person writes a course.
    """

    session_id: int | None
    enrolment_id: int | None
    enrolment: str | None
    from_at: datetime | None
    until_at: datetime | None
    opens_at: datetime | None
    closes_at: datetime | None
    state: str
    category_id: int | None
    category: str | None


def _given_by_each_role(rows: list[_Row], at: datetime) -> Iterator[Mine]:
    for row in sorted(rows, key=lambda row: row.enrolment is None):
        if row.session_id is None or not Spell(row.from_at, row.until_at).covers(at):
            continue
        if row.enrolment is not None and row.state == SessionState.DRAFT:
            continue
        window = Window(row.opens_at, row.closes_at)
        over = row.enrolment in (EnrolmentState.COMPLETED, EnrolmentState.WITHDRAWN)
        name = ListName.PAST if over else list_by_window(SessionState(row.state), window, at)
        category = (row.category_id, row.category or "") if row.category_id is not None else None
        learning = row.enrolment_id if row.enrolment == EnrolmentState.ACTIVE else None
        yield Mine(row.session_id, name, window, category, learning)


def _role_rows(person: int) -> QuerySet[Any, tuple[Any, ...]]:
    """One for each role of the person in each session. A learner's spell is the time in which the session is shown."""
    nobody, nothing = Value(None, output_field=BigIntegerField()), Value(None, output_field=CharField())

    def rows(model: type[Model], to: str, *columns: Any, **only: Any) -> QuerySet[Any, tuple[Any, ...]]:
        session = [f"{to}__state", f"{to}__category", f"{to}__category__name"]
        return model._default_manager.filter(person=person, **only).order_by().values_list(to, *columns, *session)

    def coaching(model: type[Model], to: str) -> QuerySet[Any, tuple[Any, ...]]:
        window = (f"{to}__coach_window_opens_at", f"{to}__coach_window_closes_at")
        return rows(model, to, nobody, nothing, "from_at", "until_at", *window)

    shown = ("session__shown_from", "session__shown_until")
    window = ("window_opens_at", "window_closes_at")
    learning = rows(Enrolment, "session", "pk", "state", *shown, *window, is_latest=True)
    return learning.union(coaching(GeneralCoach, "session"), coaching(CourseCoach, "session_course__session"), all=True)


def _rows_and_writing(person: int) -> QuerySet[Any, tuple[Any, ...]]:
    """A row of nothing more for each course that the person writes."""
    number, text, moment = BigIntegerField(), CharField(), DateTimeField()
    fields = (number, number, text, moment, moment, moment, moment, text, number, text)
    empty = [Value(None, output_field=kind) for kind in fields]
    writing = CourseTeacher.objects.filter(person=person).order_by().values_list(*empty)
    return _role_rows(person).union(writing, all=True)


def _page(person: int, ids: list[int], at: datetime) -> QuerySet[CourseSession]:
    today = Q(until_at=None) | Q(until_at__gt=at)
    general = GeneralCoach.objects.filter(today, session=OuterRef("pk")).values("session")
    course = CourseCoach.objects.filter(today, session_course__session=OuterRef("pk")).values("session_course__session")
    mine = Q(enrolments__person=person, enrolments__is_latest=True)
    sessions: QuerySet[Any] = CourseSession.objects.filter(pk__in=ids).annotate(
        mine=FilteredRelation("enrolments", condition=mine),
        general_coach_names=Subquery(general.annotate(names=Names(_NAME)).order_by().values("names")),
        course_coach_names=Subquery(course.annotate(names=Names(_NAME)).order_by().values("names")),
    )
    return sessions.select_related("category", "mine").order_by()


_ROWS, _ROWS_AND_WRITING, _PAGE = Prepared(_role_rows), Prepared(_rows_and_writing), Prepared(_page)


def _in_order(mine: Iterable[Mine]) -> Lists:
    """What ends next, what starts next, what ended last; no date comes last in each."""
    lists = Lists()
    for one in mine:
        lists[one.list_name].append(one)
    lists.current.sort(key=lambda one: (one.window.closes_at or LAST, one.session_id))
    lists.upcoming.sort(key=lambda one: (one.window.opens_at or LAST, one.session_id))
    lists.past.sort(key=lambda one: (one.window.closes_at or FIRST, one.session_id), reverse=True)
    return lists


def _hits(lists: Lists, q: str) -> set[int]:
    """Every word stands in the session's title, or in the title or code of one of its courses."""
    found = CourseSession.objects.filter(pk__in=[mine.session_id for mine in lists])
    for word in fold(q).split():
        courses = SessionCourse.objects.filter(session=OuterRef("pk"), course__search_text__contains=word)
        found = found.filter(Q(search_text__contains=word) | Q(Exists(courses)))
    return set(found.order_by().values_list("pk", flat=True))

"""What is graded in a place, by which scheme, with which grades, and the totals they make: read once, for all pages and
files alike. How a total is reckoned: toolkit.weighting."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import (
    Case,
    DecimalField,
    F,
    IntegerField,
    JSONField,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce

from encore.base.prepared import Prepared
from encore.courses.context import Here
from encore.courses.models import Enrolment, SessionCourse
from encore.toolkit.models import POINTS, Grade, Item, ItemSettings, SignOff
from encore.toolkit.registry import kind_named, tools
from encore.toolkit.scoping import items_at, with_current_line
from encore.toolkit.weighting import Column, Graded, GradedByHand, Reckoning, Scheme, Total

NO_POINTS = Value(None, output_field=DecimalField())
NO_MOST = Cast(NO_POINTS, DecimalField(**POINTS))
NO_SIGN_OFF = Value(None, output_field=IntegerField())
MANY = 500  # so many learners are no longer named one by one


@dataclass(frozen=True)
class GradedItem:
    """Something that is graded here. `out_of`: the points to be had, as far as anybody was graded. `by_hand`: what it
    says of itself, where people give its grades."""

    pk: int
    uuid: UUID
    kind: str
    title: str
    out_of: Decimal
    by_hand: GradedByHand | None = None
    session_only: bool = False

    @property
    def icon(self) -> str:
        return kind_named(self.kind).icon


class BookGrade(NamedTuple):
    """A grade as a book holds it; no model, since books hold tens of thousands."""

    points: Decimal | None
    out_of: Decimal
    override: Decimal | None
    excused: bool
    comment: str

    @property
    def counts(self) -> Decimal | None:
        """The points that count."""
        return self.points if self.override is None else self.override


@dataclass(frozen=True)
class Figure:
    """The total of one learner as it is shown: what was signed, where it was, else what the grades make now."""

    percent: Decimal | None
    name: str
    passed: bool | None
    total: Total
    signed: Mapping[str, Any] | None = None

    @property
    def changed(self) -> bool:
        """Whether the grades would make another total now than the one that was signed."""
        now = (self.total.percent, self.total.name, self.total.passed)
        return self.signed is not None and now != (self.percent, self.name, self.passed)


@dataclass(frozen=True)
class GradeBook:
    """The grades of some learners in one course of a session. `grades`: by (enrolment, item)."""

    scheme: Scheme
    scheme_uuid: UUID | None
    own_scheme: bool
    items: list[GradedItem]
    grades: Mapping[tuple[int, int], BookGrade] = field(default_factory=dict)
    figures: Mapping[int, Figure] = field(default_factory=dict)
    sign_off: SignOff | None = None

    def item(self, uuid: UUID) -> GradedItem | None:
        return next((item for item in self.items if item.uuid == uuid), None)

    def column(self, item: GradedItem) -> Column:
        """What the scheme says of an item; a plain column where it says nothing."""
        return next((one for one in self.scheme.columns if one.item == item.uuid), None) or Column(item=item.uuid)

    def changed_since(self, enrolment: int, item: GradedItem) -> bool:
        """Whether a grade is another now than when it was signed."""
        figure = self.figures[enrolment]
        if figure.signed is None:
            return False
        return figure.signed.get("grades", {}).get(str(item.uuid)) != _said(self.grades.get((enrolment, item.pk)))


def book_in(here: Here, enrolments: Iterable[Enrolment] = ()) -> GradeBook:
    """The grade book of a place for these learners. Two queries, however many, and one for the sign-off where there is
    one; one in a course of its own."""
    read = _read(here)
    scheme, uuid, own, items = _said_by(read)
    if here.session_course is None:
        return GradeBook(scheme, uuid, own, items)
    ids = [enrolment.pk for enrolment in enrolments]
    shown = {item.pk for item in items}
    rows = _grades_of(here, ids) if ids and items else []
    grades = {}
    for enrolment, item, *grade in rows:
        if item in shown:
            grades[enrolment, item] = BookGrade(*grade)
    sign_off = None if read and read[0]["sign_off"] is None else _standing_sign_offs(here.session_course.pk).first()
    return GradeBook(scheme, uuid, own, items, grades, _figures(scheme, items, grades, ids, sign_off), sign_off)


OF_GRADE = ("enrolment", "item", "points", "out_of", "override", "excused", "comment")


def _grades_of(here: Here, enrolments: list[int]) -> list[tuple[Any, ...]]:
    """The grades of these learners here, and, where they are many, perhaps of others. By session and learner, as they
    are found quickest; what is hidden here is the caller's to leave out."""
    if len(enrolments) > MANY:
        return _ALL_GRADES(place=here.session_course.pk)
    return _GRADES(session=here.session.pk, place=here.session_course.pk, enrolments=enrolments)


_ALL_GRADES = Prepared(lambda place: Grade.objects.filter(session_course=place).values_list(*OF_GRADE))
_GRADES = Prepared(
    lambda session, place, enrolments: Grade.objects.filter(
        session=session, session_course=place, enrolment__in=enrolments
    ).values_list(*OF_GRADE)
)


def _standing_sign_offs(place: int) -> QuerySet[SignOff]:
    return SignOff.objects.filter(session_course=place, lifted_at=None).select_related("by")


def books_among(places: Iterable[SessionCourse], enrolments: Iterable[Enrolment]) -> dict[int, GradeBook]:
    """The same for several courses of sessions at once, by session course id: the same figures. Three queries, however
    many, and one where something is signed off. Each learner stands in the books of their own session; exclusions are
    the caller's to leave out.
    """
    places, enrolments = list(places), list(enrolments)
    if not places:
        return {}
    ids = [place.pk for place in places]
    read, signed_off = _read_among(ids)
    grades: dict[int, dict[tuple[int, int], BookGrade]] = {pk: {} for pk in ids}
    rows = Grade.objects.filter(session_course__in=ids, enrolment__in=[e.pk for e in enrolments])
    for place_id, enrolment, item, *grade in rows.values_list("session_course", *OF_GRADE):
        grades[place_id][enrolment, item] = BookGrade(*grade)
    found = SignOff.objects.filter(session_course__in=signed_off, lifted_at=None).select_related("by")
    signed = {one.session_course_id: one for one in found} if signed_off else {}
    books = {}
    for place in places:
        scheme, uuid, own, items = read[place.pk]
        mine, sign_off = grades[place.pk], signed.get(place.pk)
        here = [e.pk for e in enrolments if e.session_id == place.session_id]
        figures = _figures(scheme, items, mine, here, sign_off)
        books[place.pk] = GradeBook(scheme, uuid, own, items, mine, figures, sign_off)
    return books


def totals_in(here: Here, enrolments: Iterable[Enrolment]) -> dict[int, Figure]:
    """The totals of learners in one course of a session, by enrolment id."""
    return dict(book_in(here, enrolments).figures)


def to_sign(book: GradeBook) -> dict[str, Any]:
    """The figures of a book, and the grades that made them, as a sign-off keeps them: by enrolment id."""
    return {str(pk): _signed(book, pk, figure.total) for pk, figure in book.figures.items()}


def _signed(book: GradeBook, enrolment: int, total: Total) -> dict[str, Any]:
    grades = {str(item.uuid): _said(book.grades.get((enrolment, item.pk))) for item in book.items}
    return {
        "percent": None if total.percent is None else str(total.percent),
        "name": total.name,
        "passed": total.passed,
        "grades": {uuid: said for uuid, said in grades.items() if said is not None},
    }


def _said(grade: BookGrade | None) -> str | None:
    """A grade in a word, to be compared."""
    if grade is None or (grade.counts is None and not grade.excused):
        return None
    return "excused" if grade.excused else f"{plain(grade.counts)}/{plain(grade.out_of)}"


def plain(points: Decimal | None) -> str:
    """Points with every digit and no needless zero; "" for none."""
    return "" if points is None else format(points.normalize() + 0, "f")


def _figures(
    scheme: Scheme,
    items: list[GradedItem],
    grades: Mapping[tuple[int, int], BookGrade],
    enrolments: Iterable[int],
    sign_off: SignOff | None,
) -> dict[int, Figure]:
    reckoning = Reckoning(scheme, [item.uuid for item in items])
    none_yet = [(item.pk, Graded(None, item.out_of)) for item in items]
    figures = {}
    for enrolment in enrolments:
        mine = [_graded(grades.get((enrolment, item)), none) for item, none in none_yet]
        figures[enrolment] = _figure(reckoning.total(mine), sign_off.totals.get(str(enrolment)) if sign_off else None)
    return figures


def _figure(total: Total, signed: Mapping[str, Any] | None) -> Figure:
    if signed is None:
        return Figure(total.percent, total.name, total.passed, total)
    percent = None if signed["percent"] is None else Decimal(signed["percent"])
    return Figure(percent, signed["name"], signed["passed"], total, signed)


def _graded(grade: BookGrade | None, none_yet: Graded) -> Graded:
    return none_yet if grade is None else Graded(grade.counts, grade.out_of, grade.excused)


def _read(here: Here) -> list[dict[str, Any]]:
    """What is graded here, what it may lie in, and schemes; each row says whether the place is signed off."""
    place = here.session_course
    values = {"course": here.course.pk, "place": place and place.pk, "pin": place and place.pinned_release}
    given = {name: value for name, value in values.items() if value is not None}
    return _query(frozenset(given))(**given)


def _said_by(rows: list[dict[str, Any]]) -> tuple[Scheme, UUID | None, bool, list[GradedItem]]:
    """The scheme that holds in a place, and what is graded there: neither what is hidden nor what lies in something
    hidden. `rows`: the items there in their order.

    What is closed by its dates counts all the same, so that a learner and a coach see one total.
    """
    tree = {row["pk"]: (row["parent_id"], row["is_hidden"]) for row in rows}
    shown = [row for row in rows if _surfaces(row["pk"], tree)]
    schemes = [row for row in shown if issubclass(kind_named(row["kind"]).content, Scheme)]
    schemes.sort(key=lambda row: row["session_course_id"] is None)  # the session's own one first
    items = [_item(row) for row in shown if kind_named(row["kind"]).graded]
    if not schemes:
        return Scheme(), None, False, items
    first = schemes[0]
    own = first["session_course_id"] is not None or first["version_place"] is not None
    return Scheme.read(first["said"]), first["uuid"], own, items


def _read_among(
    places: list[int],
) -> tuple[dict[int, tuple[Scheme, UUID | None, bool, list[GradedItem]]], list[int]]:
    """The same of several places, by session course id; and which of them are signed off. Two queries."""
    read, wanted = _kinds()
    items = Item.objects.filter(course__session_courses__in=places, kind__in=wanted)
    items = items.annotate(at_place=F("course__session_courses"))
    items = items.filter(Q(session_course=None) | Q(session_course=F("at_place")))
    own = ItemSettings.objects.filter(item=OuterRef("pk"), session_course=OuterRef("at_place")).values("position")[:1]
    rows = with_current_line(items, item="pk", place="at_place")
    rows = rows.filter(lines__pk=F("current_line"), lines__version__isnull=False).annotate(
        version_place=F("lines__version__session_course_id"),
        content=F("lines__version__content"),
        place=Coalesce(Subquery(own), F("lines__position")),
    )
    columns = ("at_place", "pk", "uuid", "kind", "title", "session_course_id", "version_place", "line_parent", "shown")
    most: dict[tuple[int, int], Decimal] = {}
    counted = Grade.objects.filter(session_course__in=places).order_by().values("session_course", "item")
    signed = SignOff.objects.filter(session_course__in=places, lifted_at=None).order_by()
    both = counted.annotate(most=Max("out_of")).values_list("session_course", "item", "most")
    signed_off = []
    for place, item, out_of in both.union(signed.values_list("session_course", Value(0), NO_MOST), all=True):
        if item:
            most[place, item] = out_of
        else:
            signed_off.append(place)
    by_place: dict[int, list[dict[str, Any]]] = {place: [] for place in places}
    for row in rows.order_by("place", "pk").values(*columns, said=_said_of(read)):
        at = row.pop("at_place")
        row |= {
            "parent_id": row.pop("line_parent"),
            "is_hidden": not row.pop("shown"),
            "most": most.get((at, row["pk"])),
        }
        by_place[at].append(row)
    return {place: _said_by(found) for place, found in by_place.items()}, signed_off


def _item(row: dict[str, Any]) -> GradedItem:
    kind = kind_named(row["kind"])
    by_hand = kind.content.read(row["said"]) if issubclass(kind.content, GradedByHand) else None
    out_of = by_hand.out_of if isinstance(by_hand, GradedByHand) else (row["most"] or Decimal(0))
    return GradedItem(
        row["pk"],
        row["uuid"],
        row["kind"],
        row["title"],
        out_of,
        by_hand if isinstance(by_hand, GradedByHand) else None,
        row["session_course_id"] is not None,
    )


def _surfaces(pk: int, tree: Mapping[int, tuple[int | None, bool]]) -> bool:
    at: int | None = pk
    while at is not None:
        at, hidden = tree.get(at, (None, False))
        if hidden:
            return False
    return True


@functools.cache
def _query(given: frozenset[str]) -> Prepared:
    """What is graded, what it may lie in, and schemes; with the content of what this page has to read."""
    read, wanted = _kinds()

    def build(course: int, place: int | None = None, pin: int | None = None) -> Any:
        said = _said_of(read)
        # The tool knows what is to be had from each learner; the column shows the most that anybody could get here.
        grades = Grade.objects.filter(session_course=place, item=OuterRef("pk")).order_by().values("item")
        most = Subquery(grades.annotate(most=Max("out_of")).values("most")) if place else NO_POINTS
        rows = items_at(course, place, pin).filter(kind__in=wanted).order_by("place", "pk")
        columns = ("pk", "uuid", "kind", "title", "session_course_id", "version_place", "parent_id", "is_hidden")
        signed = Subquery(SignOff.objects.filter(session_course=place, lifted_at=None).values("pk")[:1])
        return rows.values(*columns, said=said, most=most, sign_off=signed if place else NO_SIGN_OFF)

    return Prepared(build)


def _kinds() -> tuple[list[str], list[str]]:
    """The kinds whose content says something about grades; all kinds there have to be: what they may lie in, too."""
    kinds = [kind for tool in tools() for kind in tool.kinds]
    read = [kind.name for kind in kinds if issubclass(kind.content, Scheme | GradedByHand)]
    return read, sorted({kind.name for kind in kinds if kind.graded or kind.holds} | set(read))


def _said_of(kinds: list[str]) -> Case:
    nothing = Value(None, output_field=JSONField())
    return Case(When(kind__in=kinds, then=F("content")), default=nothing, output_field=JSONField())

"""The two scoping words: `shown_in(here)` for content, `recorded_in(here)` for what learners do."""

from __future__ import annotations

from typing import Any, TypeVar

from django.db.models import BooleanField, F, Model, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from encore.courses.context import Here
from encore.courses.models import SessionCourse
from encore.toolkit.models import Draft, Item, ItemSettings, Line, Schedule

M = TypeVar("M", bound=Model)
ShownItems = QuerySet[Any, Item]  # items with what `shown_in` adds: `Any` lets queries name more than the columns
EVERY = Value(2**31 - 1)  # a release number that none exceeds: not pinned


def shown_in(here: Here, *, kind: str | None = None, kinds: Any = None, hidden: bool = False) -> ShownItems:
    """The items that show here, in order: this session course's newest line of each, else the course's up to the pin.

    Minus what is hidden here, and what lies in a hidden folder or one that is closed now, unless `hidden`. Each carries
    `title`, `content` (stored JSON), `version_id`, `version_number`, `version_at`, `parent_id`, `place` (its order),
    `is_hidden`, and `version_place` (set: this version was made for this session only).
    """
    items = _current(here)
    if kind or kinds is not None:
        items = items.filter(kind__in=[kind] if kind else kinds)
    if not hidden:
        items = items.filter(is_hidden=False).exclude(pk__in=_buried(here))
    return items.order_by("place", "pk")


def recorded_in(here: Here, model: type[M]) -> QuerySet[M]:
    """Records of exactly this session course (or session); nothing in a course of its own."""
    manager = model._default_manager
    if here.session_course is not None:
        return manager.filter(session_course=here.session_course)
    elif here.session is not None:
        return manager.filter(session=here.session)
    else:
        return manager.none()


def with_current_line(
    rows: QuerySet[Any, Any], *, item: str = "item", place: str = "session_course"
) -> QuerySet[Any, Any]:
    """Annotate rows that pair an item with a session course: `current_line`, `title` (None = not there), `line_parent`
    and `shown` there, for many places at once. `item` and `place` name the keys on the rows."""
    pin = Coalesce(
        Subquery(SessionCourse.objects.filter(pk=OuterRef(OuterRef(place))).values("pinned_release")[:1]), EVERY
    )
    lines = Line.objects.filter(item=OuterRef(item))
    current = Coalesce(
        _first(lines.filter(release__session_course=OuterRef(place))),
        _first(lines.filter(release__session_course=None, release__number__lte=pin)),
    )
    line = Line.objects.filter(pk=OuterRef("current_line"))
    mine = ItemSettings.objects.filter(item=OuterRef(item), session_course=OuterRef(place))
    base = ItemSettings.objects.filter(item=OuterRef(item), session_course=None)
    return rows.annotate(current_line=current).annotate(
        title=Subquery(line.values("version__title")[:1]),
        line_parent=Subquery(line.values("parent_id")[:1]),
        shown=Coalesce(
            Subquery(mine.values("visible")[:1]),
            Subquery(base.values("visible")[:1]),
            Value(True),
            output_field=BooleanField(),
        ),
    )


def drafts_in(here: Here) -> QuerySet[Draft]:
    """The drafts of this place: of the course, or of this session course. For those who write here."""
    return Draft.objects.filter(item__course=here.course, session_course=here.session_course).select_related("item")


def items_at(course: int, place: int | None, pin: int | None) -> ShownItems:
    """`shown_in` by ids alone (a course, a session course in it, its pinned release), hidden items included, in no
    order: for queries that are worked out once."""
    lines = Line.objects.filter(item=OuterRef("pk"))
    newest = lines.filter(release__session_course=None)
    if pin is not None:
        newest = newest.filter(release__number__lte=pin)
    own = lines.filter(release__session_course=place) if place else Line.objects.none()
    current = Coalesce(_first(own), _first(newest)) if place else _first(newest)
    base = ItemSettings.objects.filter(item=OuterRef("pk"), session_course=None)
    mine = ItemSettings.objects.filter(item=OuterRef("pk"), session_course=place)
    visible = [Subquery(mine.values("visible")[:1])] if place else []
    position = [Subquery(mine.values("position")[:1])] if place else []
    items: ShownItems = Item.objects.filter(course=course)
    return (
        items.filter(Q(session_course=None) | Q(session_course=place) if place else Q(session_course=None))
        .alias(current=current)
        .filter(lines__pk=F("current"), lines__version__isnull=False)
        .annotate(
            version_id=F("lines__version_id"),
            version_number=F("lines__version__number"),
            version_at=F("lines__version__at"),
            title=F("lines__version__title"),
            content=F("lines__version__content"),
            parent_id=F("lines__parent_id"),
            place=Coalesce(*position, F("lines__position")) if position else F("lines__position"),
            version_place=F("lines__version__session_course_id"),  # not null: made for one session only
            shown=Coalesce(*visible, Subquery(base.values("visible")[:1]), Value(True), output_field=BooleanField()),
        )
        .annotate(is_hidden=Q(shown=False))
    )


def _current(here: Here) -> ShownItems:
    place = here.session_course
    return items_at(here.course.pk, place.pk if place else None, place.pinned_release if place else None)


def _first(lines: QuerySet[Line]) -> Subquery:
    return Subquery(lines.order_by("-release__number").values("pk")[:1])


def closed_in(here: Here) -> set[int]:
    """The items that are not open to this person now by their own dates. They are listed, and their doors are closed.

    Nothing is closed to those who write here. One query, once per `here`.
    """
    if here.session_course is None or here.writes:
        return set()
    if "_closed" not in here.__dict__:
        own = here.enrolment.pk if here.enrolment else None
        rows = Schedule.objects.filter(
            Q(enrolment=None) | Q(enrolment=own), session_course=here.session_course
        ).order_by(F("enrolment").asc(nulls_first=True))
        dates = {item: (opens, closes) for item, opens, closes in rows.values_list("item", "opens", "closes")}
        here.__dict__["_closed"] = {
            item
            for item, (opens, closes) in dates.items()
            if (opens is not None and here.at < opens) or (closes is not None and here.at >= closes)
        }
    return here.__dict__["_closed"]


def _buried(here: Here) -> list[int]:
    """Items that lie, however deep, in one that is hidden or closed."""
    tree = list(_current(here).values_list("pk", "parent_id", "is_hidden"))
    gone = {pk for pk, _parent, hidden in tree if hidden} | closed_in(here)
    buried: set[int] = set()
    inside = {pk for pk, parent, _hidden in tree if parent in gone}
    while more := inside - buried:
        buried |= more
        inside = {pk for pk, parent, _hidden in tree if parent in buried}
    return list(buried)

"""Configuration of items, inherited: the learner's exception, else the session course's, the course's, the tool's."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import BigIntegerField, ExpressionWrapper, Q, QuerySet, Value
from django.db.models.functions import Coalesce
from pydantic import ValidationError

from encore.base.prepared import Prepared
from encore.courses.context import Here
from encore.courses.errors import CannotDo
from encore.courses.moments import parse
from encore.courses.rules import Action
from encore.ledger.actions import record
from encore.toolkit.models import Item, ItemException, ItemSettings
from encore.toolkit.publishing import require
from encore.toolkit.registry import tool_of_kind
from encore.toolkit.schedule import reschedule, reschedule_course

MOMENTS = ("opens", "due", "closes")


class Source(StrEnum):
    """Where an effective value comes from."""

    LEARNER = "learner"
    SESSION = "session"
    COURSE = "course"
    TOOL = "tool"


class Layer(NamedTuple):
    """What is configured in one place, or for one learner."""

    opens: str | None
    due: str | None
    closes: str | None
    options: dict[str, Any]


@dataclass(frozen=True)
class Effective:
    """The values that count for an item here: `values[name]` and `sources[name]`; a moment is its text, None = none."""

    values: dict[str, Any] = field(default_factory=dict)
    sources: dict[str, Source] = field(default_factory=dict)


def effective(
    item: Item,
    *,
    course_settings: ItemSettings | Layer | None = None,
    session_settings: ItemSettings | Layer | None = None,
    exception: ItemException | Layer | None = None,
) -> Effective:
    """Lay the layers over the tool's defaults. No query."""
    defaults = tool_of_kind(item.kind).settings().model_dump()
    values: dict[str, Any] = {**dict.fromkeys(MOMENTS), **defaults}
    sources = dict.fromkeys(values, Source.TOOL)
    layers: list[tuple[Source, ItemSettings | ItemException | Layer | None]] = [
        (Source.COURSE, course_settings),
        (Source.SESSION, session_settings),
        (Source.LEARNER, exception),
    ]
    for source, layer in layers:
        if layer is None:
            continue
        given = {name: getattr(layer, name) for name in MOMENTS if getattr(layer, name) is not None}
        for name, value in {**given, **layer.options}.items():
            values[name], sources[name] = value, source
    return Effective(values, sources)


def effective_in(here: Here, items: Iterable[Item]) -> dict[int, Effective]:
    """The effective settings of items here, for this person, by item id. One query."""
    items = list(items)
    where = {"place": here.session_course.pk} if here.session_course else {}
    whose = {"enrolment": here.enrolment.pk, "at": here.at} if here.enrolment else {}
    given: dict[int, dict[int, Layer]] = defaultdict(dict)
    for item, place, opens, due, closes, options in _LAYERS(items=[item.pk for item in items], **where, **whose):
        given[item][min(place, 1)] = Layer(opens, due, closes, options)
    return {
        item.pk: effective(
            item,
            course_settings=given[item.pk].get(0),
            session_settings=given[item.pk].get(1),
            exception=given[item.pk].get(-1),
        )
        for item in items
    }


def _all_layers(
    items: list[int], place: int | None = None, enrolment: int | None = None, at: datetime | None = None
) -> QuerySet[Any, Any]:
    rows = ItemSettings.objects.filter(Q(session_course=None) | Q(session_course=place), item__in=items)
    layers = _layers(rows, Coalesce("session_course", 0))
    if enrolment is None:
        return layers
    found = ItemException.objects.filter(Q(until=None) | Q(until__gt=at), enrolment=enrolment, item__in=items)
    return layers.union(_layers(found, Value(-1)), all=True)


_LAYERS = Prepared(_all_layers)


def _layers(rows: QuerySet[Any], place: Any) -> QuerySet[Any, Any]:
    """`place`: 0 for the course, a session course's id, -1 for the learner."""
    place = ExpressionWrapper(place, output_field=BigIntegerField())
    return rows.order_by().values_list("item_id", place, "opens", "due", "closes", "options")


@transaction.atomic
def set_settings(
    item: Item,
    here: Here,
    *,
    opens: str | None,
    due: str | None,
    closes: str | None,
    options: dict[str, Any] | None = None,
) -> ItemSettings:
    """Set an item's moments and options in this place; None or an absent option inherits, `never` is none.

    Raises courses.moments.MomentError for a moment that cannot be read, CannotDo for options that do not fit.
    """
    require(here, Action.RE_DATE)
    moments = {
        name: str(parse(text)) if text else None for name, text in zip(MOMENTS, (opens, due, closes), strict=True)
    }
    options = _checked(item, options or {})
    row, _new = ItemSettings.objects.update_or_create(
        item=item, session_course=here.session_course, defaults={**moments, "options": options}
    )
    record(
        "set dates",
        item,
        by=here.person,
        at=here.at,
        session_id=here.session.pk if here.session else None,
        changes={**moments, **options},
        called=getattr(item, "title", ""),
    )
    if here.session_course:
        reschedule([here.session_course], items=[item.pk], at=here.at)
    else:
        reschedule_course(here.course, by=here.person, at=here.at)
    return row


def _checked(item: Item, options: dict[str, Any]) -> dict[str, Any]:
    try:
        checked = tool_of_kind(item.kind).settings.model_validate(options)
    except ValidationError as error:
        raise CannotDo("; ".join(str(problem["msg"]) for problem in error.errors())) from None
    return {name: value for name, value in checked.model_dump(mode="json").items() if name in options}

"""One learner's own configuration of one item: given with a reason, recorded, and in the schedule at once."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from pydantic import ValidationError

from encore.courses.context import Here
from encore.courses.errors import CannotDo
from encore.courses.models import Enrolment
from encore.courses.rules import Action
from encore.ledger.actions import record
from encore.toolkit.models import Item, ItemException
from encore.toolkit.permission import require
from encore.toolkit.registry import tool_of_kind
from encore.toolkit.schedule import reschedule
from encore.toolkit.settings import MOMENTS


@transaction.atomic
def set_exception(
    item: Item,
    enrolment: Enrolment,
    here: Here,
    *,
    moments: dict[str, str | None],
    options: dict[str, Any],
    reason: str,
    until: datetime | None = None,
) -> ItemException:
    """Let an item be different for one learner of this session; None or an absent option is as for everybody.

    Attempts and the like that have begun keep what counted then. Raises CannotDo for options that do not fit.
    """
    require(here, Action.RE_DATE)
    values = {"options": _checked(item, options), "reason": reason, "by": here.person, "until": until, **moments}
    row, _new = ItemException.objects.update_or_create(enrolment=enrolment, item_id=item.pk, defaults=values)
    facts = {**{name: moments.get(name) for name in MOMENTS}, **row.options, "reason": reason}
    _record("make an exception", item, enrolment, here, facts)
    return row


@transaction.atomic
def end_exception(item: Item, enrolment: Enrolment, here: Here) -> None:
    """From now on the item is for this learner as for everybody."""
    require(here, Action.RE_DATE)
    gone, _each = ItemException.objects.filter(enrolment=enrolment, item_id=item.pk).delete()
    if gone:
        _record("end an exception", item, enrolment, here, {})


def _record(verb: str, item: Item, enrolment: Enrolment, here: Here, facts: dict[str, Any]) -> None:
    called = getattr(item, "title", "")
    changes = {"learner": str(enrolment.person), **{name: None if v is None else str(v) for name, v in facts.items()}}
    session = here.session.pk if here.session else None
    record(verb, item, by=here.person, at=here.at, session_id=session, changes=changes, called=called)
    reschedule([here.session_course], items=[item.pk], enrolments=[enrolment.pk], at=here.at)


def _checked(item: Item, options: dict[str, Any]) -> dict[str, Any]:
    try:
        checked = tool_of_kind(item.kind).settings.model_validate(options)
    except ValidationError as error:
        raise CannotDo("; ".join(str(problem["msg"]) for problem in error.errors())) from None
    return {name: value for name, value in checked.model_dump(mode="json").items() if name in options}

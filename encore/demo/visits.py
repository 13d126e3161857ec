"""Lets learners come and read, at moments in the past, as their own clicks would."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from random import Random

from encore.courses.models import CourseSession
from encore.demo.centre import Centre
from encore.toolkit.activity import flush
from encore.toolkit.completion import see
from encore.toolkit.models import Activity, Completion, Item
from encore.toolkit.registry import kind_named, tools
from encore.toolkit.scoping import shown_in

EACH = timedelta(minutes=6)
EVERYTHING = 99


def visit(
    centre: Centre, username: str, session: CourseSession, code: str, day: int, count: int, clock: str = "19:20"
) -> None:
    """Somebody comes on a day and reads the next `count` things they have not seen yet, in their order."""
    at = centre.days(session.time_zone).clock(day, clock)
    here = centre.here(username, session, code, at)
    seen = set(Completion.objects.filter(enrolment=here.enrolment).values_list("item", flat=True))
    kinds = [kind.name for tool in tools() for kind in tool.kinds]
    items = list(shown_in(here, kinds=kinds))
    for n, item in enumerate([item for item in in_order(items) if item.pk not in seen][:count]):
        see(item, replace(here, at=at + n * EACH))
        if n == 0:  # the first one may have begun the enrolment
            here = centre.here(username, session, code, at)


def leave_traces() -> None:
    """How often and how long everything was looked at: as browsers would have told in passing, so all in one go."""
    flush()
    seen = Completion.objects.select_related("item", "enrolment__person")
    Activity.objects.bulk_create(
        [_trace(one) for one in seen],
        batch_size=500,
        update_conflicts=True,
        unique_fields=["session", "enrolment", "item"],
        update_fields=["opened", "seconds", "last_at"],
    )


def _trace(seen: Completion) -> Activity:
    chance = Random(f"{seen.enrolment.person.username} {seen.item.uuid}")  # noqa: S311  the same each time
    opened = chance.choice([1, 1, 1, 2, 2, 4])
    return Activity(
        session_id=seen.session_id,
        session_course_id=seen.session_course_id,
        enrolment=seen.enrolment,
        item=seen.item,
        opened=opened,
        seconds=sum(chance.randint(35, 340) for _each in range(opened)),
        last_at=seen.last_at,
    )


def in_order(items: list[Item]) -> list[Item]:
    """What is completed by seeing, as one reads it: tool by tool, folder by folder."""
    tool = {kind.name: tool.position for tool in tools() for kind in tool.kinds}
    folder: dict[int | None, int] = {item.pk: item.place for item in items}
    readable = [item for item in items if kind_named(item.kind).seen]
    return sorted(readable, key=lambda item: (tool[item.kind], folder.get(item.parent_id, -1), item.place, item.pk))

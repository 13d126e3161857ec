"""Finds who is behind: something that counts was due here, and they have not done it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db.models import Q, QuerySet

from encore.courses.context import Here
from encore.toolkit.models import Completion, Schedule
from encore.toolkit.registry import tools
from encore.toolkit.scoping import with_current_line

NOBODY = Q(pk=None)
Items = set[int]


def is_behind(here: Here) -> Q:
    """A condition on the enrolments of this session. Two queries; one where nothing was due yet."""
    due, own = _due_in(here)
    if not due and not any(any(dates.values()) for dates in own.values()):
        return NOBODY
    done = _done_in(here, due.union(*own.values()))
    asked = {pk: {item for item in due if item not in dates} | _late(dates) for pk, dates in own.items()}
    late = [pk for pk, items in asked.items() if items - done[pk]]
    if not due:
        return Q(pk__in=late)
    fine = [pk for pk, items in done.items() if pk not in asked and due <= items]
    fine += [pk for pk in asked if pk not in set(late)]
    return ~Q(pk__in=fine)


def _late(dates: dict[int, bool]) -> Items:
    return {item for item, is_late in dates.items() if is_late}


def _due_in(here: Here) -> tuple[Items, dict[int, dict[int, bool]]]:
    """The items that were due to everybody by now; and, for who has dates of their own, whether each of these was."""
    counting = [kind.name for tool in tools() for kind in tool.kinds if kind.counts]
    rows: QuerySet[Any, Any] = Schedule.objects.filter(session_course=here.session_course, item__kind__in=counting)
    rows = with_current_line(rows).filter(shown=True).exclude(title=None)
    due: Items = set()
    own: dict[int, dict[int, bool]] = defaultdict(dict)
    for item, enrolment, moment in rows.values_list("item", "enrolment", "due"):
        is_late = moment is not None and moment <= here.at
        if enrolment is not None:
            own[enrolment][item] = is_late
        elif is_late:
            due.add(item)
    return due, own


def _done_in(here: Here, items: Iterable[int]) -> dict[int, Items]:
    rows = Completion.objects.filter(session_course=here.session_course, item__in=list(items))
    done: dict[int, Items] = defaultdict(set)
    for enrolment, item in rows.values_list("enrolment", "item"):
        done[enrolment].add(item)
    return done

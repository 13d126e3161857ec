"""The tools of a place as its people see them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from encore.base.prepared import Prepared
from encore.courses.context import Here
from encore.courses.rules import Action
from encore.ledger.actions import record
from encore.toolkit.models import ToolSettings
from encore.toolkit.permission import require
from encore.toolkit.places import address
from encore.toolkit.registry import Behaviour, Tool, tools


@dataclass(frozen=True)
class Entry:
    """A tool in a place's menu. Learners only get visible ones."""

    tool: Tool
    url: str
    visible: bool
    position: int
    current: bool = False
    new: int = 0

    @property
    def name(self) -> str:
        return self.tool.name

    @property
    def label(self) -> str:
        return str(self.tool.label)

    @property
    def icon(self) -> str:
        return self.tool.icon


def tools_in(here: Here, *, current: str = "") -> list[Entry]:
    """The tools of a course or a course in a session, in their order there. One query, once per `here`."""
    entries = here.__dict__.get("_tools")
    if entries is None:
        entries = _entries(here)
        here.__dict__["_tools"] = entries  # frozen to everyone else: the place's menu is read once per request
    return [replace(entry, current=entry.name == current) for entry in entries]


def is_visible(here: Here, name: str) -> bool:
    """Whether this person finds the tool here."""
    return any(entry.name == name for entry in tools_in(here))


@transaction.atomic
def set_tool(here: Here, name: str, **values: Any) -> None:
    """Set `visible` or `position` of a tool in this place: the course, or this session alone."""
    require(here, Action.HIDE)
    ToolSettings.objects.update_or_create(
        course=here.course, session_course=here.session_course, tool=name, defaults=values
    )
    _record_tools(here, {"tool": name, **values})


@transaction.atomic
def order_tools(here: Here, names: Sequence[str]) -> None:
    """Put the tools of this place in this order: of the course, or of this session alone."""
    require(here, Action.ORDER)
    for position, name in enumerate(names):
        ToolSettings.objects.update_or_create(
            course=here.course, session_course=here.session_course, tool=name, defaults={"position": position}
        )
    _record_tools(here, {"order": list(names)})


def _record_tools(here: Here, facts: dict[str, Any]) -> None:
    here.__dict__.pop("_tools", None)
    record(
        "set tools",
        here.session_course or here.course,
        by=here.person,
        at=here.at,
        session_id=here.session.pk if here.session else None,
        changes=facts,
    )


def _entries(here: Here) -> list[Entry]:
    place = {"place": here.session_course.pk} if here.session_course else {}
    rows = (_SETTINGS_THERE if place else _SETTINGS)(course=here.course.pk, **place)
    base: dict[str, ToolSettings] = {}
    own: dict[str, ToolSettings] = {}
    for row in rows:
        (own if row.session_course_id else base)[row.tool] = row
    entries = []
    for tool in tools():
        if not tool.urls or (here.session and tool.behaviour is Behaviour.BASE):
            continue
        layers = [row for row in (own.get(tool.name), base.get(tool.name)) if row]
        visible = next((row.visible for row in layers if row.visible is not None), True)
        position = next((row.position for row in layers if row.position is not None), tool.position)
        if visible or here.writes:
            entries.append(Entry(tool, address(here, f"{tool.name}:index"), visible, position))
    return sorted(entries, key=lambda entry: (entry.position, entry.tool.position))


def _settings(course: int) -> QuerySet[ToolSettings]:
    return ToolSettings.objects.filter(session_course=None, course=course)


def _settings_there(course: int, place: int) -> QuerySet[ToolSettings]:
    return ToolSettings.objects.filter(Q(session_course=None) | Q(session_course=place), course=course)


_SETTINGS, _SETTINGS_THERE = Prepared(_settings), Prepared(_settings_there)

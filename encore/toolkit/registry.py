"""What a course tool is, and which are installed. A tool introduces itself in its package's `tool.py` as `tool`."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from importlib import import_module
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.apps import apps
from django.utils.functional import Promise
from django.utils.module_loading import module_has_submodule
from pydantic import BaseModel

from encore.toolkit.content import Content
from encore.toolkit.places import Place, address

if TYPE_CHECKING:
    from encore.courses.context import Here
    from encore.courses.models import SessionCourse


class Behaviour(StrEnum):
    """How a tool's items behave in a session (design: content)."""

    SHARED = "shared"
    OVERRIDE = "override"
    OWN = "own"
    BASE = "base"


class NoOptions(BaseModel, extra="forbid"):
    """Settings schema of a tool without options of its own."""


@dataclass(frozen=True)
class Kind:
    """A kind of item. `holds`: whether other items may lie in it; `seen`: whether opening it completes it; `done`:
    whether the tool itself completes it (toolkit.completion.complete), when it is handed in or passed.

    `listed`: False for what is met only inside other things, such as questions: in no outline, but one asked for its
    kinds. `graded`: whether its tool publishes grades (toolkit.grading).

    `form`: dotted name of the toolkit.forms.ItemForm that writes it, or of what makes one; `shown_by`: the template
    that shows its content, in previews and histories too; `lies_in`: the kinds of items it may lie in. `set_at`: the
    tool's own route that sets its dates with all else that can be set, where the toolkit's page of dates is too little.
    """

    name: str
    label: str | Promise
    content: type[Content]
    icon: str = "file-text"
    holds: bool = False
    seen: bool = True
    done: bool = False
    listed: bool = True
    graded: bool = False
    form: str = ""
    single: bool = False  # a place has one of them
    shown_by: str = ""
    lies_in: Sequence[str] = ()
    set_at: str = ""
    new_label: str | Promise = ""  # the heading of the page that makes one: "New page"

    @property
    def counts(self) -> bool:
        """Whether it is part of a learner's progress."""
        return self.seen or self.done


@dataclass(frozen=True)
class ToMark:
    """What one learner has handed in for one item and waits to be marked by a person. By ids; `since`: the moment the
    oldest of it was handed in; `count`: how many answers or pieces of work; `anonymous`: its learner is not to be named
    while it waits; `title`: what the item was called when it was handed in."""

    session_course: int
    item: int
    enrolment: int
    since: datetime
    count: int = 1
    anonymous: bool = False
    title: str = ""


@dataclass(frozen=True)
class ToDo:
    """Something a learner has to do, and where. `due`: the last moment, exclusive; None without one. `words`: what is
    said of it where a date alone says too little. `urgent`: it has begun and stands before what is only due."""

    session_course: SessionCourse
    item: int
    title: str
    due: datetime | None
    url: str
    words: str = ""
    urgent: bool = False

    @property
    def last_moment(self) -> datetime | None:
        """The end is exclusive: what is due by midnight is due on the day before it."""
        return None if self.due is None else self.due - timedelta(microseconds=1)


@dataclass(frozen=True)
class Tool:
    """A course tool. Every hook has a harmless default; those that take many answer for many at once."""

    name: str
    label: str | Promise
    icon: str
    behaviour: Behaviour = Behaviour.SHARED
    kinds: Sequence[Kind] = ()
    settings: type[BaseModel] = NoOptions
    urls: str = ""  # dotted module of routes; one of them is named "index"
    position: int = 100  # in the menu, until a place orders its own
    about: str | Promise = ""  # one sentence for the course home
    imports: Mapping[str, str] = field(
        default_factory=dict
    )  # by `encore import NAME`: a dotted toolkit.bringing.Bringing

    def page_of(self, item: Any, here: Place) -> str:
        """The address at which an item (its `uuid` and `kind`) is met here: the tool's first page, or its own."""
        return address(here, f"{self.name}:index")

    def introduction(self, here: Here) -> Any:
        """Safe HTML shown on top of the course's home, or None."""
        return None

    def due(self, enrolments: Sequence[int], at: datetime, place: int | None = None) -> list[ToDo]:
        """What these enrolments (ids) have to do beyond the items' own dates, such as what they began and did not
        finish; in one course of a session (id) or in all. Only where they may work now, and what shows. One query."""
        return []

    def withheld(self, here: Here) -> Iterable[int]:
        """The items (ids) whose grades this learner may not see here yet."""
        return []

    def withheld_among(self, places: Sequence[Here]) -> Iterable[tuple[int, int]]:
        """The same in many places, each with its own enrolment: (enrolment, item), by ids."""
        return [(here.enrolment.pk, item) for here in places if here.enrolment for item in self.withheld(here)]

    def worth(self, here: Here, uuid: UUID) -> Decimal:
        """The points to be had at most for an item here: asked before anybody has a grade for it. 0: not known."""
        return Decimal(0)

    def to_mark(self, session_courses: Sequence[int], enrolments: Sequence[int] | None = None) -> list[ToMark]:
        """What waits to be marked in these courses of sessions (ids), in a few queries, however many.

        `enrolments` (ids): only theirs has to be told, beside all that waits without a name.
        """
        return []

    def mark_url(self, item: Any, here: Place) -> str:
        """Where what waits for an item is marked here."""
        return self.page_of(item, here)

    def uses(self, here: Here, items: Sequence[Any]) -> Sequence[Any]:
        """What here would miss these items if they were removed: things with a `title`, for the page that asks."""
        return []

    def search_text(self, content: Content) -> str:
        """The words of an item's content that a search looks in."""
        return ""

    def kind(self, name: str) -> Kind | None:
        return next((kind for kind in self.kinds if kind.name == name), None)

    @property
    def kind_names(self) -> frozenset[str]:
        return frozenset(kind.name for kind in self.kinds)

    @property
    def listed_kinds(self) -> frozenset[str]:
        return frozenset(kind.name for kind in self.kinds if kind.listed)


@dataclass(frozen=True)
class _Registry:
    tools: dict[str, Tool] = field(default_factory=dict)
    kinds: dict[str, tuple[Tool, Kind]] = field(default_factory=dict)


def tools() -> list[Tool]:
    """The installed tools in their own order."""
    return sorted(_registry().tools.values(), key=lambda tool: (tool.position, tool.name))


def tool_named(name: str) -> Tool:
    return _registry().tools[name]


def kind_named(name: str) -> Kind:
    return _registry().kinds[name][1]


def tool_of_kind(kind: str) -> Tool:
    return _registry().kinds[kind][0]


@functools.cache
def _registry() -> _Registry:
    registry = _Registry()
    for app in apps.get_app_configs():
        if app.module and module_has_submodule(app.module, "tool"):
            tool = import_module(f"{app.name}.tool").tool
            registry.tools[tool.name] = tool
            for kind in tool.kinds:
                if kind.name in registry.kinds:
                    raise ValueError(f"two tools bring items of kind {kind.name!r}")
                registry.kinds[kind.name] = (tool, kind)
    return registry

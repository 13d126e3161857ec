"""How made-up learners do things, at moments in the past: a tool whose package holds a module `rehearsal` takes part.

    perform(item, here, actor) -> bool       the learner of `here` does an item, as `here.at` begins; False: there is
                                             nothing to be done
    mark(waiting, here, actor) -> None       a coach marks what waits (a ToMark)

Both go through the tool's own actions, so that what comes of it is what would have come of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from importlib import import_module
from random import Random
from types import ModuleType
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.utils.module_loading import module_has_submodule

from encore.toolkit.registry import ToMark, tool_of_kind

if TYPE_CHECKING:
    from encore.courses.context import Here


@dataclass(frozen=True)
class Written:
    """What somebody may answer in sentences, or hand in as a file of that name; the share of the points that it is
    worth, and what who marks it says."""

    share: Decimal
    comment: str = ""
    text: str = ""
    file: str = ""
    content: bytes = b""


@dataclass(frozen=True)
class Actor:
    """Somebody made up. `ability`: 0 knows nothing, 1 everything; `texts`: what may be written, weak before strong, by
    the title of what asks for it; `ends`: whether what is begun is brought to its end."""

    rng: Random
    ability: float = 0.5
    texts: Mapping[str, Sequence[Written]] = field(default_factory=dict)
    ends: bool = True

    def knows(self, difficulty: float) -> bool:
        """Whether it comes out right: nearly always where the ability is far above the difficulty (0 to 1)."""
        return self.rng.random() < min(0.97, max(0.05, 0.5 + 1.1 * (self.ability - difficulty)))

    def writes(self, title: str) -> Written | None:
        """As good a text as the ability lets expect; None where there is none to be had."""
        texts = self.texts.get(title, ())
        place = self.ability * len(texts) + self.rng.uniform(-0.7, 0.7)
        return texts[min(len(texts) - 1, max(0, int(place)))] if texts else None


def perform(item: Any, here: Here, actor: Actor) -> bool:
    """Let the learner of `here` do an item (as `shown_in(here)` gave it). False: its tool does not take part."""
    module = _rehearsals().get(tool_of_kind(item.kind).name)
    return bool(module and module.perform(item, here, actor))


def mark(waiting: ToMark, here: Here, actor: Actor, *, kind: str) -> None:
    """Let a coach mark what a learner handed in for an item of this kind."""
    if module := _rehearsals().get(tool_of_kind(kind).name):
        module.mark(waiting, here, actor)


@cache
def _rehearsals() -> dict[str, ModuleType]:
    """The modules by the names of their tools."""
    found = {}
    for app in apps.get_app_configs():
        if app.module and module_has_submodule(app.module, "rehearsal"):
            found[import_module(f"{app.name}.tool").tool.name] = import_module(f"{app.name}.rehearsal")
    return found

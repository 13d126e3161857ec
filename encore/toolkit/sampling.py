"""Made-up content and made-up work of learners, for databases that are measured (`encore populate`).

A tool that has something to make up says so in its module `sample`, as `sample`; it is found by name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from importlib import import_module
from random import Random
from typing import Any, NamedTuple
from uuid import UUID

from django.apps import apps
from django.utils.module_loading import module_has_submodule

from encore.base.pouring import Pouring
from encore.toolkit.content import Content


@dataclass(frozen=True)
class MadeUp:
    """An item of a course. `parent`: the uuid of one that came before; `due` and `options`: its settings there."""

    uuid: UUID
    kind: str
    title: str
    content: Content
    parent: UUID | None = None
    due: str | None = None
    options: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Placed:
    """An item that was written down."""

    made: MadeUp
    item: int
    version: int


@dataclass(frozen=True)
class Doer:
    """A learner in a course of a session. `coach`: who marks there; `is_over`: whether the session has ended."""

    session: int
    session_course: int
    enrolment: int
    coach: int
    is_over: bool
    ability: float


class Points(NamedTuple):
    points: Decimal | None
    out_of: Decimal


class Sample:
    """What a tool makes up. `share`: of the things to do in a course; `share_if_graded`: of those in a course of which
    half is graded by what learners hand in."""

    share: float = 0
    share_if_graded: float = 0

    def items(self, rng: Random, subject: str, count: int, *, graded: bool) -> Iterator[MadeUp]:
        """`count` things to do, and what it takes to hold them."""
        raise NotImplementedError

    def hand_in(
        self, rng: Random, item: Placed, course: Mapping[UUID, Placed], doer: Doer, at: datetime, pouring: Pouring
    ) -> Points | None:
        """Pour what a learner left who has done an item that is graded; what they got. None: it is still open.

        `course`: everything that is in the course, by uuid.
        """
        raise NotImplementedError


def samples() -> dict[str, Sample]:
    """The tools that make something up, by name, in a fixed order."""
    found = {}
    for app in sorted(apps.get_app_configs(), key=lambda app: app.name):
        if app.module and module_has_submodule(app.module, "tool") and module_has_submodule(app.module, "sample"):
            tool = import_module(f"{app.name}.tool").tool
            found[tool.name] = import_module(f"{app.name}.sample").sample
    return found


def uuid_of(rng: Random) -> UUID:
    return UUID(int=rng.getrandbits(128), version=4)


def paragraphs(rng: Random, count: int) -> str:
    """So much text, as HTML."""
    return "".join(
        f"<p>{' '.join(rng.choice(SENTENCES) for _n in range(rng.randint(3, 6)))}</p>" for _n in range(count)
    )


SENTENCES = (
    "Read this before the first meeting and note what you would do differently.",
    "Two of the examples come from our own sites; names were changed.",
    "What counts is not speed but the order of the steps.",
    "Ask whoever did it last before you start.",
    "The checklist on the wall says the same in fewer words.",
    "Most mistakes happen when something is done a second time.",
    "If in doubt, stop, secure the place and call for help.",
    "Figures from the last five years show where it goes wrong.",
    "Write down what you saw, not what you think it means.",
    "There is more than one right answer; be ready to explain yours.",
    "The law asks for this once a year, good practice twice.",
    "Keep the form for five years, the notes for one.",
)

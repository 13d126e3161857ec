"""What one learner has done with one item, in a cell of a table: worked out from plain values, in words and as HTML."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import NamedTuple

from django.utils.html import escape
from django.utils.translation import gettext as _

from encore.base.display import date_words

STEPS = 4  # of colour, between nothing and all of the points


class State(StrEnum):
    """The letters are the classes of the cells."""

    DONE = "d"
    GRADED = "g"
    NOT_PASSED = "n"
    TO_MARK = "m"
    OPENED = "o"
    OVERDUE = "l"
    EXCUSED = "x"
    NOT_YET = "e"


class Grading(NamedTuple):
    """A grade in whole percent (None: nothing marked yet)."""

    percent: int | None
    excused: bool = False
    at: str = ""


class Cell(NamedTuple):
    """`has`: whether the item counts as done for this learner; `nameless`: more is not to be told of it.

    `at`: when, in UTC and as text ("2026-11-24 09:00…"), since cells come by the thousand and few moments are read.
    """

    state: State
    has: bool = False
    at: str = ""
    percent: int | None = None
    opened: bool = False
    nameless: bool = False


class Facts(NamedTuple):
    """Everything known of one learner and one item. `waiting`: None, or whether its learner is not to be named."""

    counts: bool
    done_at: str = ""
    grade: Grading | None = None
    opened: bool = False
    due: datetime | None = None
    waiting: bool | None = None


def cell_of(facts: Facts, at: datetime) -> Cell:
    """What is to be marked comes first, then what was marked, then what was done, then what is late.

    Of work that waits without a name, the cell tells no moment by which one could tell whose it is.
    """
    grade, done_at = facts.grade, facts.done_at
    percent = grade.percent if grade else None
    marked = percent is not None and not (grade and grade.excused)
    has = bool(done_at) if facts.counts else marked
    if facts.waiting is False:
        return Cell(State.TO_MARK, has, percent=percent)
    elif facts.waiting:
        return Cell(State.DONE if has else State.OPENED, has, opened=True, nameless=True)
    elif grade is not None and grade.excused:
        return Cell(State.EXCUSED, has)
    elif grade is not None and percent is not None:
        return Cell(State.GRADED if has else State.NOT_PASSED, has, done_at or grade.at, percent)
    elif has:
        return Cell(State.DONE, True, done_at)
    elif facts.due is not None and facts.due <= at:
        return Cell(State.OVERDUE, opened=facts.opened)
    elif facts.opened:
        return Cell(State.OPENED, opened=True)
    else:
        return Cell(State.NOT_YET)


def in_percent(points: str | None, out_of: str | None) -> int | None:
    """A grade in whole percent, rounded half up. Figures as text, as the database writes them out."""
    if not points or not out_of or not Decimal(out_of):
        return None
    return int((Decimal(points) * 100 / Decimal(out_of)).quantize(Decimal(1), ROUND_HALF_UP))


def words_by_state() -> dict[State, str]:
    """For the legend, for files, and for who cannot see the signs."""
    return {
        State.DONE: _("Done"),
        State.GRADED: _("Graded, in percent"),
        State.TO_MARK: _("To mark"),
        State.NOT_PASSED: _("Graded, not passed"),
        State.OPENED: _("Opened, not done"),
        State.OVERDUE: _("Overdue"),
        State.EXCUSED: _("Excused"),
        State.NOT_YET: _("Not yet"),
    }


SIGNS: Mapping[State, str] = {
    State.DONE: "✓",
    State.GRADED: "85",
    State.TO_MARK: "✎",
    State.NOT_PASSED: "×40",
    State.OPENED: "○",
    State.OVERDUE: "!",
    State.EXCUSED: "–",
    State.NOT_YET: "·",
}


class Writer:
    """Writes cells, many thousands of them: what looks different is worked out once."""

    def __init__(self, zone: tzinfo) -> None:
        self.zone = zone
        self.words = words_by_state()
        self._days: dict[str, tuple[str, str]] = {}
        self._html: dict[tuple[State, int | None, bool, str], str] = {}

    def html(self, cell: Cell) -> str:
        """A <td>; its sign comes with the class, its words stand in a <b> that is shown to screen readers, and to all
        who point at it."""
        day = self._day(cell.at)[0] if cell.at else ""
        key = (cell.state, cell.percent, cell.opened, day)
        if key not in self._html:
            self._html[key] = self._written(cell)
        return self._html[key]

    def text(self, cell: Cell) -> str:
        """For files: a word, the percentage, the day."""
        if cell.state is State.NOT_YET:
            return ""
        parts = [] if cell.state is State.GRADED else [self.words[cell.state]]
        parts += [] if cell.percent is None else [f"{cell.percent} %"]
        parts += [self._day(cell.at)[0]] if cell.at else []
        return ", ".join(parts)

    def said(self, cell: Cell) -> str:
        """In words, with the day as one reads it."""
        day = f", {self._day(cell.at)[1]}" if cell.at else ""
        if cell.state is State.GRADED:
            return f"{cell.percent} %{day}"
        elif cell.percent is not None:
            return f"{self.words[cell.state]}, {cell.percent} %{day}"
        elif cell.state is State.OVERDUE and cell.opened:
            return _("Overdue, opened")
        else:
            return f"{self.words[cell.state]}{day}"

    def _written(self, cell: Cell) -> str:
        words = escape(self.said(cell))
        if cell.state is State.GRADED:
            return f"<td class=g{step_of(cell.percent or 0)}>{cell.percent}<b>{words}</b>"
        elif cell.state is State.NOT_PASSED:
            return f"<td class=n>{cell.percent}<b>{words}</b>"
        else:
            return f"<td class={cell.state.value}><b>{words}</b>"

    def _day(self, at: str) -> tuple[str, str]:
        """The reader's day of a moment: as files have it, and in words."""
        minute = at[:16]
        if minute not in self._days:
            moment = datetime.fromisoformat(minute).replace(tzinfo=UTC)
            day = moment.astimezone(self.zone).date().isoformat()
            if day not in self._days:
                self._days[day] = (day, date_words(moment, self.zone))
            self._days[minute] = self._days[day]
        return self._days[minute]


def step_of(percent: int) -> int:
    """The step of colour of a percentage."""
    return min(max(percent, 0) * STEPS // 100, STEPS - 1)

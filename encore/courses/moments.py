"""Moments: the dates of settings as people write them, `2026-09-01 08:00` or `end - 3 days @ 23:59`.

One place parses, prints and resolves them. Relative moments let a course be run again without touching a date.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from typing import NamedTuple

from django.utils.translation import gettext as _

from encore.courses.rules import (
    EnrolmentTerms,
    Terms,
    add_to_clock,
    add_to_day,
    end_of_day,
    from_clock,
    learner_window,
    session_window,
    start_of_day,
)


class MomentError(ValueError):
    """A moment that cannot be read. Its text is for the person who wrote it; `code` is for forms and tests."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


class Edge(StrEnum):
    """What a moment is for: it tells whether a date without a time means the start or the end of that day."""

    OPENING = "opening"
    CLOSING = "closing"


class Base(StrEnum):
    """What a relative moment counts from."""

    START = "start"
    END = "end"
    ENROLMENT = "enrolment"


class Unit(StrEnum):
    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"
    WEEK = "week"

    @property
    def length(self) -> timedelta:
        return timedelta(**{f"{self}s": 1})

    @property
    def is_of_days(self) -> bool:
        return self in (Unit.DAY, Unit.WEEK)


@dataclass(frozen=True, slots=True)
class Never:
    """Explicitly no date, where nothing at all would inherit one."""

    def __str__(self) -> str:
        return "never"


@dataclass(frozen=True, slots=True)
class Fixed:
    """A date by the wall clock of the session's zone, with a time or as a whole day."""

    day: date
    clock: time | None = None

    def __str__(self) -> str:
        return self.day.isoformat() if self.clock is None else f"{self.day.isoformat()} {self.clock:%H:%M}"


@dataclass(frozen=True, slots=True)
class Relative:
    """So long after the base, or before it if negative; `clock` sets the time of that day."""

    base: Base
    amount: int = 0
    unit: Unit = Unit.DAY
    clock: time | None = None

    def __str__(self) -> str:
        text = str(self.base)
        if self.amount:
            plural = "" if abs(self.amount) == 1 else "s"
            text += f" {'+' if self.amount > 0 else '-'} {abs(self.amount)} {self.unit}{plural}"
        if self.clock is not None:
            text += f" @ {self.clock:%H:%M}"
        return text


Moment = Never | Fixed | Relative


# Reading

_FIXED = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[ t]+(.+))?")
_RELATIVE = re.compile(r"([a-z]+) ?(?:([+-]) ?(.*?))?(?: ?@ ?(.*))?")
_AMOUNT = re.compile(r"(\d+) ?([a-z]+)")
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})")
_BASES = {str(base): base for base in Base}
_UNITS = {str(unit): unit for unit in Unit}
_LARGEST = 99_999


def parse(text: str) -> Moment:
    """The moment that a person wrote; spaces and case are free. Raises `MomentError`, which says what is wrong."""
    plain = " ".join(text.replace("\N{MINUS SIGN}", "-").replace("\N{EN DASH}", "-").lower().split())
    if not plain:
        raise MomentError("empty", _("Write a date, such as 2026-09-01 08:00, or “never”."))
    elif plain == "never":
        return Never()
    elif not plain.isascii():
        raise _unreadable(text)
    elif found := _FIXED.fullmatch(plain):
        year, month, day, clock = found.groups()
        return Fixed(_day(int(year), int(month), int(day)), None if clock is None else _clock(clock))
    elif found := _RELATIVE.fullmatch(plain):
        return _relative(text, *found.groups())
    else:
        raise _unreadable(text)


def _relative(text: str, base: str, sign: str | None, rest: str | None, clock: str | None) -> Relative:
    if base not in _BASES:
        raise _unreadable(text)
    amount, unit = (0, Unit.DAY) if sign is None else _amount(rest or "")
    if clock is None:
        at = None
    elif unit.is_of_days:
        at = _clock(clock)
    else:
        raise MomentError(
            "clock",
            _("A time after @ goes with days or weeks, not with hours or minutes: end - 3 days @ 23:59."),
        )
    if amount:
        return Relative(_BASES[base], -amount if sign == "-" else amount, unit, at)
    else:
        return Relative(_BASES[base], clock=at)


def _amount(text: str) -> tuple[int, Unit]:
    found = _AMOUNT.fullmatch(text)
    if not found:
        raise MomentError(
            "amount",
            _("After + or - comes a whole number with minutes, hours, days or weeks: start + 2 weeks."),
        )
    digits, word = found.groups()
    if len(digits.lstrip("0")) > len(str(_LARGEST)):
        raise MomentError(
            "amount",
            _("%(number)s is too many. At most %(largest)s can be counted.") % {"number": digits, "largest": _LARGEST},
        )
    return int(digits), _unit(word)


def _unit(word: str) -> Unit:
    singular = word.removesuffix("s")
    if singular in _UNITS:
        return _UNITS[singular]
    elif singular in ("month", "year"):
        raise MomentError("unit", _("Months and years differ in length. Count in days or weeks: start + 4 weeks."))
    else:
        raise MomentError(
            "unit",
            _("“%(word)s” is not a unit. Count in minutes, hours, days or weeks: start + 2 weeks.") % {"word": word},
        )


def _day(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise MomentError(
            "day",
            _("%(day)s is not a day of the calendar. Write year-month-day: 2026-09-01.")
            % {"day": f"{year:04}-{month:02}-{day:02}"},
        ) from None


def _clock(text: str) -> time:
    found = _CLOCK.fullmatch(text)
    if found and int(found[1]) < 24 and int(found[2]) < 60:
        return time(int(found[1]), int(found[2]))
    else:
        raise MomentError(
            "clock",
            _("“%(time)s” is not a time of day. Write hours and minutes, from 00:00 to 23:59.") % {"time": text},
        )


def _unreadable(text: str) -> MomentError:
    return MomentError(
        "unreadable",
        _(
            "“%(text)s” is not a date we can read. Write 2026-09-01, 2026-09-01 08:00, never, or begin with start, end "
            "or enrolment: end - 3 days @ 23:59."
        )
        % {"text": text.strip()[:60]},
    )


# Resolving


class Bases(NamedTuple):
    """What relative moments count from, for one learner or for the session; what is missing makes them empty."""

    start: datetime | None = None
    end: datetime | None = None
    enrolment: datetime | None = None


def bases(terms: Terms, enrolment: EnrolmentTerms | None = None, enrolled_at: datetime | None = None) -> Bases:
    """The learner's own window; without an enrolment, the session's."""
    if enrolment is None:
        window = session_window(terms)
        return Bases(window.opens_at, window.closes_at)
    window = learner_window(terms, enrolment)
    if terms.duration_days is not None:
        start = enrolment.first_entered_at
    elif window.opens_at is None and terms.closes_at is None and enrolled_at is not None:
        # An endless session begins for each learner on the day of enrolment.
        start = start_of_day(enrolled_at.astimezone(terms.zone).date(), terms.zone)
    else:
        start = window.opens_at
    return Bases(start, window.closes_at, enrolled_at)


def resolve(
    moment: Moment,
    *,
    zone: tzinfo,
    start: datetime | None = None,
    end: datetime | None = None,
    enrolment: datetime | None = None,
    edge: Edge = Edge.OPENING,
) -> datetime | None:
    """The instant that the moment means; None for `never`, and for a relative moment whose base is missing."""
    if isinstance(moment, Never):
        return None
    elif isinstance(moment, Fixed):
        return _resolve_fixed(moment, zone, edge)
    elif (base := {Base.START: start, Base.END: end, Base.ENROLMENT: enrolment}[moment.base]) is None:
        return None
    else:
        return _resolve_relative(moment, base, zone)


def _resolve_fixed(moment: Fixed, zone: tzinfo, edge: Edge) -> datetime:
    if moment.clock is not None:
        return from_clock(datetime.combine(moment.day, moment.clock), zone)
    elif edge is Edge.OPENING:
        return start_of_day(moment.day, zone)
    else:
        return end_of_day(moment.day, zone)


def _resolve_relative(moment: Relative, base: datetime, zone: tzinfo) -> datetime:
    amount = moment.amount * moment.unit.length
    if moment.clock is None:
        return add_to_clock(base, amount, zone)
    else:
        day = _day_of(base, zone, is_end=moment.base is Base.END)
        return from_clock(datetime.combine(add_to_day(day, amount), moment.clock), zone)


def _day_of(instant: datetime, zone: tzinfo, *, is_end: bool) -> date:
    wall = instant.astimezone(zone).replace(tzinfo=None)
    # An end at midnight no longer belongs to its day: a session up to 10 September has its last day on the 10th.
    return (wall - timedelta(microseconds=1) if is_end else wall).date()

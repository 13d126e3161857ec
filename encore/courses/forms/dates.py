"""A date with an optional time, as typed by the wall clock of a session's zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from encore.base.display import zone_words
from encore.courses.moments import Edge, Fixed, resolve
from encore.courses.rules import BeyondTheCalendar

OPENING, CLOSING = Edge.OPENING, Edge.CLOSING


class DayField(forms.DateField):
    """A day. Browsers show a calendar and send 2026-09-01; typed by hand, so it is written."""

    def __init__(self, **options: Any) -> None:
        widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        wrong = {"invalid": gettext_lazy("Write a day as year-month-day: 2026-09-01.")}
        super().__init__(widget=widget, required=False, error_messages=wrong, **options)


class ClockField(forms.TimeField):
    """A time of that day; empty = the whole day."""

    def __init__(self, **options: Any) -> None:
        widget = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
        wrong = {"invalid": gettext_lazy("Write a time as hours and minutes: 08:30.")}
        options.setdefault("label", gettext_lazy("Time"))
        super().__init__(widget=widget, required=False, error_messages=wrong, **options)


def instant(day: date | None, clock: time | None, zone: ZoneInfo, edge: Edge) -> datetime | None:
    """The instant that was typed: without a time the start of that day, or its end (the next midnight)."""
    if day is None:
        return None
    try:
        return resolve(Fixed(day, clock), zone=zone, edge=edge)
    except BeyondTheCalendar:
        raise forms.ValidationError(_("This day lies beyond the calendar.")) from None


def typed(at: datetime | None, zone: ZoneInfo, edge: Edge) -> tuple[date | None, time | None]:
    """How a person would type this instant: whole days without a time, an end at midnight as the day before."""
    if at is None:
        return None, None
    wall = at.astimezone(zone).replace(tzinfo=None)
    if edge is OPENING and instant(wall.date(), None, zone, edge) == at:
        return wall.date(), None
    day_before = (wall - timedelta(microseconds=1)).date()
    if edge is CLOSING and instant(day_before, None, zone, edge) == at:
        return day_before, None
    return wall.date(), wall.time().replace(second=0, microsecond=0)


def clock_note(day: date | None, clock: time | None, zone: ZoneInfo) -> str:
    """What became of a time that the clocks skip there, or show twice; "" for an ordinary one."""
    if day is None or clock is None:
        return ""
    wall = datetime.combine(day, clock)
    facts = {
        "time": f"{clock:%H:%M}",
        "day": date_format(day, "j F Y"),
        "place": zone_words(zone),
    }
    shown = resolve(Fixed(day, clock), zone=zone, edge=OPENING)
    assert shown is not None
    taken = shown.astimezone(zone).replace(tzinfo=None)
    if taken != wall:
        return _(
            "In %(place)s the clocks go forward on %(day)s and there is no %(time)s: %(taken)s was taken instead."
        ) % {**facts, "taken": f"{taken:%H:%M}"}
    elif wall.replace(tzinfo=zone, fold=1).astimezone(UTC) != shown:
        return _("In %(place)s the clocks go back on %(day)s and %(time)s comes twice: the first was taken.") % facts
    else:
        return ""

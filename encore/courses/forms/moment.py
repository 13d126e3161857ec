"""A moment that somebody wants to look at, by the clock of a session."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext_lazy as _

from encore.courses.forms.dates import OPENING, ClockField, DayField, clock_note, instant


class MomentForm(forms.Form):
    """A day and a time in `zone`: now, unless something was typed. `moment` is the instant, once it is valid."""

    on = DayField(label=_("Day"))
    clock = ClockField(label=_("Time"))

    def __init__(self, data: Any = None, *, zone: ZoneInfo, at: datetime, **options: Any) -> None:
        self.zone, self.at = zone, at
        wall = at.astimezone(zone)
        initial = {"on": wall.date(), "clock": wall.time().replace(second=0, microsecond=0)}
        super().__init__(data, initial=initial, label_suffix="", **options)
        self.use_required_attribute = False

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        try:
            found["moment"] = self._moment(found.get("on"), found.get("clock"))
        except forms.ValidationError as error:
            self.add_error("on", error)
        return found

    def note(self) -> str:
        """What became of a time that the clocks skip there, or show twice."""
        return clock_note(self.cleaned_data.get("on"), self.cleaned_data.get("clock"), self.zone)

    def _moment(self, day: Any, clock: time | None) -> datetime:
        """Without a day it is now; a time alone is today's; a day alone begins with its first instant."""
        if day is None and clock is None:
            return self.at
        return instant(day or self.at.astimezone(self.zone).date(), clock, self.zone, OPENING) or self.at

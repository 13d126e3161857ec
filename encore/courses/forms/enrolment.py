"""What is typed about one enrolment, and about coaches' own times."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from encore.base.meanwhile import RemembersWhatItShowed
from encore.courses.forms.choices import PeopleField
from encore.courses.forms.dates import CLOSING, OPENING, ClockField, DayField, clock_note, instant, typed
from encore.courses.forms.session import MOST_DAYS
from encore.courses.models import CourseSession, Enrolment
from encore.courses.rules import Spell


class ReasonForm(forms.Form):
    """Why something is done; it stays in the history."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("It stays in the history."),
    )


class CancelForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=300,
        help_text=gettext_lazy("Learners and coaches read it where the door was."),
    )


class SpellForm(RemembersWhatItShowed):
    """From a day until a day, either may be missing, by the clocks of the session."""

    from_on = DayField(label=gettext_lazy("From"))
    from_time = ClockField(label=gettext_lazy("From, time"))
    until_on = DayField(label=gettext_lazy("Until"))
    until_time = ClockField(label=gettext_lazy("Until, time"))

    def __init__(self, data: Any = None, *, zone: ZoneInfo, spell: tuple[datetime | None, datetime | None]) -> None:
        self.zone = zone
        initial: dict[str, Any] = {}
        initial["from_on"], initial["from_time"] = typed(spell[0], zone, OPENING)
        initial["until_on"], initial["until_time"] = typed(spell[1], zone, CLOSING)
        super().__init__(data, initial=initial, label_suffix="")
        self.use_required_attribute = False

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        found["from_at"] = self._instant("from", OPENING)
        found["until_at"] = self._instant("until", CLOSING)
        if found["from_at"] and found["until_at"] and found["until_at"] <= found["from_at"]:
            self.add_error("until_on", _("The end must be after the start."))
        return found

    def spell(self) -> Spell:
        return Spell(self.cleaned_data["from_at"], self.cleaned_data["until_at"])

    def notes(self) -> list[str]:
        found = self.cleaned_data
        pairs = [(found.get(f"{name}_on"), found.get(f"{name}_time")) for name in ("from", "until")]
        return [note for day, clock in pairs if (note := clock_note(day, clock, self.zone))]

    def _instant(self, name: str, edge: Any) -> datetime | None:
        day, clock = self.cleaned_data.get(f"{name}_on"), self.cleaned_data.get(f"{name}_time")
        if clock is not None and day is None and f"{name}_on" not in self.errors:
            self.add_error(f"{name}_on", _("Give the day as well as the time."))
        try:
            return instant(day, clock, self.zone, edge)
        except forms.ValidationError as error:
            self.add_error(f"{name}_on", error)
            return None


class PersonalTimeForm(SpellForm):
    """One learner's own dates, or extra days."""

    extra_days = forms.IntegerField(
        label=gettext_lazy("Extra days"),
        required=False,
        min_value=0,
        max_value=MOST_DAYS,
        help_text=gettext_lazy("Added to the session's end. An own end goes before them."),
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=300, help_text=gettext_lazy("It stays in the history.")
    )

    def __init__(self, data: Any = None, *, session: CourseSession, enrolment: Enrolment) -> None:
        super().__init__(data, zone=session.zone, spell=(enrolment.opens_at, enrolment.closes_at))
        own = {"extra_days": enrolment.extra_days or None, "reason": enrolment.time_reason}
        self.initial = {**self.initial, **own}

    def clean_extra_days(self) -> int:
        return self.cleaned_data["extra_days"] or 0

    def values(self) -> dict[str, Any]:
        """The fields of the enrolment."""
        found = self.cleaned_data
        return {"opens_at": found["from_at"], "closes_at": found["until_at"], "extra_days": found["extra_days"]}


class CoachForm(SpellForm):
    """People who become coaches, always or for a time."""

    sends_changes = ("people",)

    people = PeopleField(
        label=gettext_lazy("Coaches"), required=True, error_messages={"required": gettext_lazy("Choose somebody.")}
    )

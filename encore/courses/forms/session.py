"""The form of a session: the wizard's first step, and editing."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from encore.base.meanwhile import RemembersWhatItShowed
from encore.courses.forms.choices import Choice, IdsField, PeopleField, numbers_in, person_choice
from encore.courses.forms.dates import CLOSING, OPENING, ClockField, DayField, clock_note, instant, typed
from encore.courses.models import CourseSession, SessionCategory
from encore.people.models import Person
from encore.people.zones import grouped_zones

ALWAYS, DATES, DURATION = "always", "dates", "duration"
ACCESS = [
    (ALWAYS, gettext_lazy("Always")),
    (DATES, gettext_lazy("By dates")),
    (DURATION, gettext_lazy("By duration")),
]
# The columns that are typed as a day with an optional time, and which end of the day they mean.
MOMENTS = {
    "opens_at": ("opens", OPENING),
    "closes_at": ("closes", CLOSING),
    "coach_opens_at": ("coach_opens", OPENING),
    "coach_closes_at": ("coach_closes", CLOSING),
    "shown_from": ("shown_from", OPENING),
    "shown_until": ("shown_until", CLOSING),
}
RARE = ("coach_opens", "coach_closes", "shown_from", "shown_until")
PLAIN = (
    "title",
    "category",
    "time_zone",
    "after_end",
    "completes_at_end",
    "coach_days_before",
    "coach_days_after",
    "description",
    "show_description",
    "seats",
    "mail_on_enrolment",
    "learners_see_each_other",
)
# What counts only with one kind of access; under another it is ignored, wrong or not.
ONLY_WITH = {
    DATES: ("opens_on", "opens_time", "closes_on", "closes_time", "coach_days_before", "coach_days_after"),
    DURATION: ("duration_days",),
}
MOST_DAYS = 36500


def _days(label: Any, **options: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, required=False, min_value=0, max_value=MOST_DAYS, **options)


class SessionForm(RemembersWhatItShowed):
    """Without `session` for a new one. `source`: another session whose settings and coaches are the starting point."""

    sends_changes = ("general_coaches", "general_coaches_seen", "new_category")

    title = forms.CharField(label=gettext_lazy("Title"), max_length=250)
    category = forms.ModelChoiceField(
        SessionCategory.objects.all(),
        label=gettext_lazy("Category"),
        required=False,
        empty_label=gettext_lazy("No category"),
    )
    new_category = forms.CharField(
        label=gettext_lazy("New category"),
        required=False,
        max_length=150,
        help_text=gettext_lazy(
            "Made on the spot if it does not exist; it goes before the category chosen in the list."
        ),
    )
    general_coaches = PeopleField(
        label=gettext_lazy("General coaches"),
        help_text=gettext_lazy("They oversee every course of the session and see all that learners do."),
    )
    general_coaches_seen = IdsField()
    access = forms.ChoiceField(label=gettext_lazy("Open to learners"), choices=ACCESS, widget=forms.RadioSelect)
    opens_on = DayField(label=gettext_lazy("From"))
    opens_time = ClockField(label=gettext_lazy("From, time"))
    closes_on = DayField(label=gettext_lazy("Until"))
    closes_time = ClockField(label=gettext_lazy("Until, time"))
    duration_days = forms.IntegerField(
        label=gettext_lazy("Days for each learner"), required=False, min_value=1, max_value=MOST_DAYS
    )
    time_zone = forms.ChoiceField(
        label=gettext_lazy("Time zone"),
        choices=grouped_zones,
        error_messages={"invalid_choice": gettext_lazy("“%(value)s” is not a time zone that we know. Choose one.")},
        help_text=gettext_lazy("Where the session takes place: its dates are meant by the clocks there."),
    )
    after_end = forms.ChoiceField(
        label=gettext_lazy("After the end"), choices=CourseSession.AfterEnd.choices, widget=forms.RadioSelect
    )
    completes_at_end = forms.BooleanField(
        label=gettext_lazy("Completed at the end"),
        required=False,
        help_text=gettext_lazy(
            "Who takes part is marked as completed when their own time is over, within minutes, and can then only "
            "read. Also those whose time is over already."
        ),
    )
    coach_days_before = _days(gettext_lazy("Days before the start"))
    coach_days_after = _days(gettext_lazy("Days after the end"))
    coach_opens_on = DayField(label=gettext_lazy("Coaches from"))
    coach_opens_time = ClockField(label=gettext_lazy("Coaches from, time"))
    coach_closes_on = DayField(label=gettext_lazy("Coaches until"))
    coach_closes_time = ClockField(label=gettext_lazy("Coaches until, time"))
    shown_from_on = DayField(label=gettext_lazy("Shown from"))
    shown_from_time = ClockField(label=gettext_lazy("Shown from, time"))
    shown_until_on = DayField(label=gettext_lazy("Shown until"))
    shown_until_time = ClockField(label=gettext_lazy("Shown until, time"))
    description = forms.CharField(
        label=gettext_lazy("Description"), required=False, max_length=20_000, widget=forms.Textarea(attrs={"rows": 4})
    )
    show_description = forms.BooleanField(label=gettext_lazy("Show the description to learners"), required=False)
    seats = forms.IntegerField(
        label=gettext_lazy("Seats"),
        required=False,
        min_value=1,
        max_value=1_000_000,
        help_text=gettext_lazy("The most people who can be enrolled. Empty: no limit."),
    )
    learners_see_each_other = forms.BooleanField(
        label=gettext_lazy("Learners see their fellow learners"), required=False
    )
    mail_on_enrolment = forms.BooleanField(label=gettext_lazy("Mail people when they are enrolled"), required=False)
    source = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        data: Any = None,
        *,
        person: Person,
        session: CourseSession | None = None,
        source: CourseSession | None = None,
    ) -> None:
        self.person, self.session = person, session
        initial = _initial(session, source)
        super().__init__(data, initial=initial, label_suffix="")
        self.fields["access"].explanations = EXPLAINED_ACCESS  # type: ignore[attr-defined]
        self.fields["after_end"].explanations = EXPLAINED_END  # type: ignore[attr-defined]
        self.use_required_attribute = False
        if session and session.is_standing:
            for name in ("title", "access", *ONLY_WITH[DATES], *ONLY_WITH[DURATION]):
                del self.fields[name]

    # What is typed

    def clean_title(self) -> str:
        title = " ".join(self.cleaned_data["title"].split())
        others = CourseSession.objects.filter(title__iexact=title, standing_for=None)
        if self.session:
            others = others.exclude(pk=self.session.pk)
        if others.exists():
            raise forms.ValidationError(_("There is already a session called “%(title)s”.") % {"title": title})
        return title

    def clean_coach_days_before(self) -> int:
        return self.cleaned_data["coach_days_before"] or 0

    def clean_coach_days_after(self) -> int:
        return self.cleaned_data["coach_days_after"] or 0

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        access = found.get("access", ALWAYS)
        for kind, names in ONLY_WITH.items():
            if kind != access:
                self._ignore(names)
        if "time_zone" in found:
            self._read_moments(ZoneInfo(found["time_zone"]), access)
        if access == DURATION and "duration_days" not in self.errors and not found.get("duration_days"):
            self.add_error("duration_days", _("Say for how many days each learner has access."))
        return found

    def _ignore(self, names: tuple[str, ...]) -> None:
        for name in names:
            self._errors.pop(name, None)  # type: ignore[union-attr]
            self.cleaned_data[name] = None

    def _read_moments(self, zone: ZoneInfo, access: str) -> None:
        for column, (name, edge) in MOMENTS.items():
            day, clock = self.cleaned_data.get(f"{name}_on"), self.cleaned_data.get(f"{name}_time")
            self.cleaned_data[column] = None
            if clock is not None and day is None and f"{name}_on" not in self.errors:
                self.add_error(f"{name}_on", _("Give the day as well as the time."))
            try:
                self.cleaned_data[column] = instant(day, clock, zone, edge)
            except forms.ValidationError as error:
                self.add_error(f"{name}_on", error)
        if access == DATES and not self.cleaned_data["opens_at"] and not self.cleaned_data["closes_at"]:
            if "opens_on" not in self.errors and "closes_on" not in self.errors:
                self.add_error("opens_on", _("Give a start, an end, or both; or choose another kind of access."))
        self._require_order("opens_at", "closes_at", "closes_on", _("The session must end after it starts."))
        self._require_order(
            "coach_opens_at", "coach_closes_at", "coach_closes_on", _("The coaches' access must end after it starts.")
        )
        self._require_order(
            "shown_from", "shown_until", "shown_until_on", _("It must be shown until after it is first shown.")
        )

    def _require_order(self, first: str, last: str, field: str, sentence: str) -> None:
        start, end = self.cleaned_data[first], self.cleaned_data[last]
        if start and end and end <= start:
            self.add_error(field, sentence)

    # What it means

    def values(self) -> dict[str, Any]:
        """The fields of the session, for the actions."""
        found = self.cleaned_data
        values = {name: found[name] for name in PLAIN if found.get(name) is not None or name in ("category", "seats")}
        values |= {column: found[column] for column in MOMENTS}
        values["duration_days"] = found.get("duration_days")
        return values

    def coaches(self) -> tuple[list[int], list[int]]:
        """The general coaches to add and to remove, as ids: the difference to those the page showed, and no others."""
        chosen = [person.pk for person in self.cleaned_data["general_coaches"]]
        seen = self.cleaned_data["general_coaches_seen"]
        return [pk for pk in chosen if pk not in seen], [pk for pk in seen if pk not in chosen]

    def notes(self) -> list[str]:
        """What became of times that the clocks skip or show twice."""
        found = self.cleaned_data
        zone = ZoneInfo(found["time_zone"])
        pairs = [(found.get(f"{name}_on"), found.get(f"{name}_time")) for name, _edge in MOMENTS.values()]
        return [note for day, clock in pairs if (note := clock_note(day, clock, zone))]

    def chosen_coaches(self) -> list[Choice]:
        """The coaches ticked now, for the type-ahead field."""
        if self.is_bound:
            ids = numbers_in(self.data.getlist("general_coaches"))
        else:
            ids = self.initial.get("general_coaches", [])
        people = Person.objects.filter(pk__in=ids) if ids else Person.objects.none()
        return [person_choice(person, to=self.person) for person in people]

    def more_is_used(self) -> bool:
        """Whether one of the rarely used dates is given or wrong, so that they are better shown."""
        names = [f"{name}_{part}" for name in RARE for part in ("on", "time")]
        return any(self[name].value() or self[name].errors for name in names)


EXPLAINED_ACCESS = {
    ALWAYS: gettext_lazy("No beginning and no end."),
    DATES: gettext_lazy("From a day, until a day, or both. Without a time, the first and the last day count whole."),
    DURATION: gettext_lazy("So many days for each learner, counted from their first visit."),
}
EXPLAINED_END = {
    "read_only": gettext_lazy("Learners can open and read everything, but no longer send anything in."),
    "open": gettext_lazy("Learners go on as before; the end is only a date."),
    "closed": gettext_lazy("The door is closed: learners see the title, the dates and their results."),
}


def _initial(session: CourseSession | None, source: CourseSession | None) -> dict[str, Any]:
    if session:
        return {**_settings_of(session), **_moments_of(session)}
    elif source:
        # The same kind of access, but no dates: those of a session that is over are nobody's wish.
        return {**_settings_of(source), "title": "", "source": source.pk, "general_coaches_seen": []}
    else:
        return {
            "access": DATES,
            "time_zone": settings.TIME_ZONE,
            "after_end": CourseSession.AfterEnd.READ_ONLY,
            "coach_days_before": settings.COACH_DAYS,
            "coach_days_after": settings.COACH_DAYS,
            "show_description": True,
        }


def _settings_of(session: CourseSession) -> dict[str, Any]:
    coaches = list(session.general_coaches.filter(person__is_active=True).values_list("person", flat=True))
    return {
        **{name: getattr(session, name) for name in PLAIN},
        "category": session.category_id,
        "access": _access_of(session),
        "duration_days": session.duration_days,
        "general_coaches": coaches,
        "general_coaches_seen": coaches,
    }


def _access_of(session: CourseSession) -> str:
    if session.duration_days:
        return DURATION
    elif session.opens_at or session.closes_at:
        return DATES
    else:
        return ALWAYS


def _moments_of(session: CourseSession) -> dict[str, Any]:
    initial: dict[str, Any] = {}
    for column, (name, edge) in MOMENTS.items():
        initial[f"{name}_on"], initial[f"{name}_time"] = typed(getattr(session, column), session.zone, edge)
    return initial

"""How a test is given: every option with what is inherited where it is left alone; and one learner's exception."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from encore.base.meanwhile import RemembersWhatItShowed
from encore.courses.context import Here
from encore.toolkit.dating import DatesForm, MomentField
from encore.toolkit.models import Item, ItemException, ItemSettings
from encore.toolkit.settings import effective
from encore.tools.quizzes.forms.fields import NumberField, WholeField
from encore.tools.quizzes.options import TestOptions
from encore.tools.quizzes.questions.number import plain

NO_LIMIT = "none"  # typed where a limit is inherited and shall not count here
Pairs = Sequence[tuple[str, str | Promise]]

WHEN: Pairs = [
    ("hand_in", gettext_lazy("when it is handed in")),
    ("close", gettext_lazy("when the test has closed")),
    ("never", gettext_lazy("never")),
]
YES_NO: Pairs = [("yes", pgettext_lazy("a setting", "Yes")), ("no", pgettext_lazy("a setting", "No"))]
CHOICES: dict[str, tuple[str | Promise, Pairs]] = {
    "counts": (
        gettext_lazy("Of several attempts counts"),
        [
            ("best", gettext_lazy("the best")),
            ("last", gettext_lazy("the last")),
            ("first", gettext_lazy("the first")),
            ("average", gettext_lazy("their average")),
        ],
    ),
    "paging": (
        gettext_lazy("Questions show"),
        [
            ("all", gettext_lazy("all on one page")),
            ("section", gettext_lazy("a section at a time")),
            ("one", gettext_lazy("one at a time")),
        ],
    ),
    "way_back": (gettext_lazy("A way back to earlier pages"), YES_NO),
    "shuffle_questions": (gettext_lazy("Mix the questions"), YES_NO),
    "shuffle_answers": (gettext_lazy("Mix the answers"), YES_NO),
    "negative": (gettext_lazy("Wrong answers may take points away"), YES_NO),
    "feedback": (
        gettext_lazy("Feedback"),
        [
            ("end", gettext_lazy("after handing in")),
            ("at_once", gettext_lazy("at once, question by question")),
            ("exam", gettext_lazy("none: an exam")),
        ],
    ),
    "show_score": (gettext_lazy("Points are shown"), WHEN),
    "show_answers": (gettext_lazy("One's own answers are shown"), WHEN),
    "show_key": (gettext_lazy("Right answers are shown"), WHEN),
    "by_category": (gettext_lazy("Points by section are shown"), YES_NO),
    "anonymous": (gettext_lazy("Marked without names"), YES_NO),
    "counted": (gettext_lazy("Counts in the gradebook"), YES_NO),
}
NUMBERS: dict[str, NumberField] = {
    "minutes": WholeField(least=1, most=60 * 24 * 30, label=gettext_lazy("Time, in minutes")),
    "attempts": WholeField(least=1, most=100, label=gettext_lazy("Attempts")),
    "pass_share": NumberField(least=0, most=100, places=3, label=gettext_lazy("To pass, in % of the points")),
}
GROUPS: Sequence[tuple[str | Promise, Sequence[str]]] = (
    (gettext_lazy("Time"), ("opens", "due", "closes", "minutes")),
    (gettext_lazy("Attempts"), ("attempts", "counts", "code")),
    (gettext_lazy("Questions"), ("paging", "way_back", "shuffle_questions", "shuffle_answers")),
    (gettext_lazy("Marking"), ("pass_share", "negative", "anonymous", "counted")),
    (gettext_lazy("What learners see"), ("feedback", "show_score", "show_answers", "show_key", "by_category")),
)
NO_WORDS: dict[str, str | Promise] = {
    "minutes": gettext_lazy("no limit"),
    "attempts": gettext_lazy("as many as they like"),
    "pass_share": gettext_lazy("no pass mark"),
    "code": gettext_lazy("no code"),
}


class OrNone(forms.CharField):
    """A value, the word `none` for explicitly no value, or empty to inherit."""

    def __init__(self, inner: forms.Field, **kwargs: Any) -> None:
        self.inner = inner
        super().__init__(**{"required": False, "max_length": 60, "label": inner.label, **kwargs})
        self.widget.attrs.update({"autocomplete": "off", "spellcheck": "false"})

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        return text.lower() if text.lower() == NO_LIMIT else self.inner.clean(text)


class SettingsForm(DatesForm):
    """The test's dates and options in this place. Cleaned options are in `chosen()`: only what is set here."""

    def __init__(self, *args: Any, here: Here, item: Item, **kwargs: Any) -> None:
        super().__init__(*args, here=here, item=item, **kwargs)
        base = ItemSettings.objects.filter(item=item.pk, session_course=None).first() if here.session_course else None
        self.inherited = effective(item, course_settings=base).values
        self.from_course = set(base.options) if base else set()
        self.in_session = here.session_course is not None
        for name, field in self._option_fields().items():
            self.fields[name] = field
            self.initial[name] = _typed(self.options[name]) if name in self.options else ""

    def groups(self) -> list[dict[str, Any]]:
        return [{"title": title, "fields": [self[name] for name in names]} for title, names in GROUPS]

    def moments(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("opens", "due", "closes")}

    def chosen(self) -> dict[str, Any]:
        """The options that are set here; what this form does not show stays as it was."""
        shown = {name: self.cleaned_data[name] for name in self._names()}
        others = {name: value for name, value in self.options.items() if name not in shown}
        return {**others, **{name: _meant(name, value) for name, value in shown.items() if value not in ("", None)}}

    def _names(self) -> list[str]:
        return [name for _title, names in GROUPS for name in names if name in TestOptions.model_fields]

    def _option_fields(self) -> dict[str, forms.Field]:
        fields: dict[str, forms.Field] = {}
        for name in self._names():
            if name in CHOICES:
                label, pairs = CHOICES[name]
                first = ("", self._as_inherited(name, dict(pairs)))
                fields[name] = forms.ChoiceField(label=label, choices=[first, *pairs], required=False)
            else:
                inner = NUMBERS.get(name) or forms.CharField(
                    label=gettext_lazy("Access code"), required=False, max_length=60
                )
                fields[name] = OrNone(inner, help_text=self._when_empty(name))
        return fields

    def _as_inherited(self, name: str, words: Mapping[str, Any]) -> str:
        value = words[_typed(self.inherited[name])]
        if self.in_session and name in self.from_course:
            return _("As in the course: %(value)s") % {"value": value}
        return _("As usual: %(value)s") % {"value": value}

    def _when_empty(self, name: str) -> str:
        value = self.inherited[name]
        if value in (None, ""):
            return _("Empty: %(words)s.") % {"words": NO_WORDS[name]}
        sentence = _("Empty: as in the course, %(value)s. “%(none)s”: %(words)s.")
        return sentence % {"value": _typed(value), "none": NO_LIMIT, "words": NO_WORDS[name]}


class ExceptionForm(RemembersWhatItShowed):
    """What is different for one learner. `row`: what there is."""

    opens = MomentField(label=gettext_lazy("Opens"))
    due = MomentField(label=gettext_lazy("Due"))
    closes = MomentField(label=gettext_lazy("Closes"))
    time_factor = NumberField(
        least=1,
        most=10,
        places=4,
        label=gettext_lazy("Time factor"),
        help_text=gettext_lazy("1.25 is a quarter more time. Empty: as for everybody."),
    )
    minutes = WholeField(
        least=1, most=60 * 24 * 30, label=gettext_lazy("Time, in minutes"), help_text=gettext_lazy("Before the factor.")
    )
    attempts = WholeField(least=1, most=100, label=gettext_lazy("Attempts"))
    until = forms.DateTimeField(
        label=gettext_lazy("Counts until"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text=gettext_lazy("Empty: for as long as the session lasts."),
    )
    reason = forms.CharField(
        label=gettext_lazy("Why"), max_length=300, help_text=gettext_lazy("For those who coach, and for the records.")
    )

    def __init__(self, *args: Any, row: ItemException | None, **kwargs: Any) -> None:
        options = row.options if row else {}
        initial = {name: getattr(row, name, None) or "" for name in ("opens", "due", "closes", "reason")}
        initial |= {
            name: _typed(options[name]) if name in options else "" for name in ("time_factor", "minutes", "attempts")
        }
        self.options = options
        super().__init__(*args, **{"initial": {**initial, "until": row.until if row else None}, **kwargs})
        for name in ("opens", "due", "closes", "minutes", "attempts"):
            self.fields[name].help_text = self.fields[name].help_text or _("Empty: as for everybody.")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        names = ("opens", "due", "closes", "time_factor", "minutes", "attempts")
        if not self.errors and not any(cleaned.get(name) for name in names):
            raise forms.ValidationError(_("Say what is different for this learner."))
        return cleaned

    def chosen(self) -> dict[str, Any]:
        """The options that are different; what this form does not show stays as it was."""
        names = ("time_factor", "minutes", "attempts")
        others = {name: value for name, value in self.options.items() if name not in names}
        given = {name: self.cleaned_data[name] for name in names if self.cleaned_data[name] is not None}
        return {**others, **given}


def _typed(value: Any) -> str:
    """A value as the form shows it."""
    if value is None:
        return NO_LIMIT
    elif isinstance(value, bool):
        return "yes" if value else "no"
    elif isinstance(value, Decimal):
        return plain(value)
    else:
        return str(value)


def _meant(name: str, value: Any) -> Any:
    if name in CHOICES and CHOICES[name][1] is YES_NO:
        return value == "yes"
    elif value == NO_LIMIT:
        return "" if name == "code" else None
    else:
        return value

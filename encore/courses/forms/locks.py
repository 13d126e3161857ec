"""What is typed to lock something for the coaches of a session."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from encore.base.meanwhile import RemembersWhatItShowed
from encore.courses.locks import EXPLAINED, LOCKS, ShownLock, shown_locks
from encore.courses.models import SessionCourse
from encore.courses.words import LockKind


class LockForm(RemembersWhatItShowed):
    """Sets a lock, or both, for one course of the session, some, or all."""

    kinds = forms.MultipleChoiceField(
        label=gettext_lazy("What"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose what to lock.")},
    )
    places = forms.MultipleChoiceField(
        label=gettext_lazy("In which courses"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose a course, or all of them.")},
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=300,
        help_text=gettext_lazy("Coaches read it where the control would be."),
        error_messages={"required": gettext_lazy("Say why: coaches read the reason where the control would be.")},
    )

    def __init__(self, data: Any = None, *, places: Sequence[SessionCourse], chosen: Sequence[str] = ()) -> None:
        self.there: dict[str, ShownLock] = {lock.key: lock for place in places for lock in shown_locks(place)}
        super().__init__(data, initial={"places": list(chosen)}, label_suffix="")
        self.use_required_attribute = False
        kinds, of = self.fields["kinds"], self.fields["places"]
        kinds.choices = [(str(kind), label) for kind, label in LOCKS.items()]  # type: ignore[attr-defined]
        kinds.explanations = {str(kind): words for kind, words in EXPLAINED.items()}  # type: ignore[attr-defined]
        of.choices = [(str(place.pk), place.course.title) for place in places]  # type: ignore[attr-defined]

    # What two people may set at once are the locks, each with its reason, rather than the fields.

    def _compared(self) -> list[str]:
        return list(self.there)

    def _there(self, name: str) -> Any:
        return self.there[name].reason

    def _typed(self, name: str) -> Any:
        kind, _dash, place = name.rpartition("-")
        chosen = kind in self.data.getlist("kinds") and place in self.data.getlist("places")
        return " ".join(self.data.get("reason", "").split()) if chosen else self._there(name)

    def _put(self, data: Any, name: str) -> None:
        pass

    def _label(self, name: str) -> str:
        lock = self.there[name]
        return f"{lock.place.course.title}, {lock.label}"

    def _say(self, name: str, value: Any) -> str:
        return str(value) or _("not locked")


def kinds_of(form: LockForm) -> list[LockKind]:
    return [LockKind(kind) for kind in form.cleaned_data["kinds"]]

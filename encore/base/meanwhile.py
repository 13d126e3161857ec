"""Two people edit the same thing: the form remembers what it showed, so that the second sees what changed since.

What a form showed travels along in a hidden field. When it is sent, each field is compared in three ways: shown, there
now, typed. Ask under the lock of what is edited, in the transaction that saves it.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any, TypeVar

from django import forms
from django.db import transaction
from django.db.models import Model, QuerySet
from django.forms.utils import ErrorDict
from django.http import HttpRequest, QueryDict
from django.utils.formats import date_format, time_format
from django.utils.translation import gettext as _

LONGEST = 200  # of what is longer, only a digest travels along


@dataclass(frozen=True)
class Meanwhile:
    """A field that somebody else changed. `yours` is what was typed over it; None where it was left as shown."""

    label: str
    before: str
    now: str
    yours: str | None


class RemembersWhatItShowed(forms.Form):
    """For forms that edit what is there: their initial values are what is there now.

    `sends_changes`: fields that send what to add and what to remove, which never clash.
    """

    sends_changes: tuple[str, ...] = ()
    clash: Sequence[Meanwhile] = ()
    """What the page tells instead of saving (see `over_theirs`)."""
    last_change: Any = None
    """When and by whom, for the page that tells."""

    shown = forms.CharField(required=False, widget=forms.HiddenInput)

    def get_initial_for_field(self, field: forms.Field, field_name: str) -> Any:
        if field_name == "shown":
            return json.dumps({name: _packed(self._there(name)) for name in self._compared()})
        return super().get_initial_for_field(field, field_name)

    def is_ready(self) -> bool:
        """Whether it can be saved: nothing is wrong, and nothing of somebody else would be undone unseen."""
        return not self.clash and self.is_valid()

    @property
    def status(self) -> int:
        """The HTTP status of a page that shows it."""
        return 409 if self.clash else 422 if self.errors else 200

    def meanwhile(self) -> list[Meanwhile]:
        """What somebody else changed since the form was shown, and what was sent would undo.

        Who says the same as they do, or sent no word of what was shown, undoes nothing that can be told.
        """
        changes = []
        for name in self._changed():
            typed, there = self._typed(name), self._there(name)
            left_alone = _packed(typed) == self._was_shown().get(name)
            words = [self._say(name, value) for value in (self._was_shown()[name], there, typed)]
            changes.append(Meanwhile(self._label(name), words[0], words[1], None if left_alone else words[2]))
        return changes

    def merged(self) -> QueryDict:
        """What was sent, over what is there now: whatever was left as shown takes the value of the others."""
        data: QueryDict = self.data.copy()  # type: ignore[attr-defined]  # of a request
        for name in self._changed():
            if _packed(self._typed(name)) == self._was_shown().get(name):
                self._put(data, name)
        data[self.add_prefix("shown")] = self.get_initial_for_field(self.fields["shown"], "shown")
        return data

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        self.cleaned_data.pop("shown", None)  # it has been read, and is nothing to save

    def forget_errors(self) -> None:
        """Show again what was typed without a word about what is wrong or missing in it."""
        self._errors = ErrorDict()

    def _compared(self) -> list[str]:
        hidden = [name for name, field in self.fields.items() if field.widget.is_hidden]
        files = [name for name, field in self.fields.items() if isinstance(field, forms.FileField)]
        return [name for name in self.fields if name not in {*hidden, *files, *self.sends_changes}]

    def _changed(self) -> list[str]:
        shown = self._was_shown()
        return [
            name
            for name in self._compared()
            if name in shown and _packed(self._there(name)) not in (shown[name], _packed(self._typed(name)))
        ]

    def _was_shown(self) -> dict[str, str]:
        try:
            shown = json.loads(self.data.get(self.add_prefix("shown"), ""))
        except ValueError:
            return {}
        return {str(name): str(text) for name, text in shown.items()} if isinstance(shown, dict) else {}

    def _there(self, name: str) -> Any:
        return super().get_initial_for_field(self.fields[name], name)

    def _typed(self, name: str) -> Any:
        field = self.fields[name]
        raw = field.widget.value_from_datadict(self.data, self.files, self.add_prefix(name))
        try:
            return field.clean(raw)
        except forms.ValidationError:
            return raw

    def _label(self, name: str) -> str:
        return str(self.fields[name].label)

    def _say(self, name: str, value: Any) -> str:
        return _words(self.fields[name], value)

    def _put(self, data: QueryDict, name: str) -> None:
        """Set the field to what is there now, as a browser would send it."""
        field, value, key = self.fields[name], self._there(name), self.add_prefix(name)
        value = field.prepare_value(value)
        if isinstance(field, forms.BooleanField):
            data.pop(key, None)
            if value:
                data[key] = "on"
        elif isinstance(value, list | tuple | set):
            data.setlist(key, [str(one) for one in value])
        else:
            data[key] = "" if value is None else _plain(value)


Row = TypeVar("Row", bound=Model)
AForm = TypeVar("AForm", bound=RemembersWhatItShowed)


def over_theirs(make: Callable[[Any], AForm], data: QueryDict | None, last_change: Callable[[], Any]) -> AForm:
    """The form with what was sent. `make(data)` makes one over what is there now.

    If somebody else changed what it showed, it is the merged one with its `clash`, to be looked at and sent again.
    """
    sent = make(data)
    changes = sent.meanwhile() if data is not None else []
    if not changes:
        return sent
    merged = make(sent.merged())
    merged.clash, merged.last_change = changes, last_change()
    return merged


def saving(request: HttpRequest) -> AbstractContextManager[Any]:
    """The transaction in which what was sent is looked at and saved; a page that is only shown needs none."""
    return transaction.atomic() if request.method == "POST" else nullcontext()


def held(rows: QuerySet[Row], request: HttpRequest) -> QuerySet[Row]:
    """What is edited, nobody else's to change until `saving` is over."""
    return rows.select_for_update(of=("self",)) if request.method == "POST" else rows


def _packed(value: Any) -> str:
    """The value as a short text: equal values give equal texts, whether they come from a row or were typed."""
    text = re.sub(" +", " ", _plain(value))  # titles lose their double spaces when they are saved
    return text if len(text) <= LONGEST else "#" + hashlib.sha256(text.encode()).hexdigest()[:32]


def _plain(value: Any) -> str:
    if value is None or value is False:
        return ""
    elif value is True:
        return "on"
    elif isinstance(value, Model):
        return str(value.pk)
    elif isinstance(value, list | tuple | set | frozenset):
        return ",".join(sorted(_plain(one) for one in value))
    elif isinstance(value, datetime) and value.tzinfo:
        return value.astimezone(UTC).isoformat()
    elif isinstance(value, date | time):
        return value.isoformat()
    else:
        return str(value).strip().replace("\r\n", "\n")


def _words(field: forms.Field, value: Any) -> str:
    """A value as people read it; what travelled as text is read by its field first."""
    if isinstance(value, str) and value.startswith("#") and len(value) == 33:
        return _("a longer text")
    if isinstance(value, str) and isinstance(field, forms.MultipleChoiceField):
        value = value.split(",") if value else []
    elif isinstance(value, str):
        try:
            value = field.to_python(value)
        except forms.ValidationError:
            return value
    if isinstance(field, forms.BooleanField):
        return _("yes") if value else _("no")
    elif value in (None, "", [], ()):
        return _("none")
    elif isinstance(field, forms.ChoiceField) and not isinstance(field, forms.ModelChoiceField):
        chosen = value if isinstance(value, list | tuple) else [value]
        return ", ".join(_label(field.choices, one) for one in chosen)
    elif isinstance(field, forms.ModelChoiceField) and not isinstance(value, Model):
        return str(field.queryset.filter(pk=value).first() or value) if field.queryset is not None else str(value)
    elif isinstance(value, date):
        return date_format(value, "j F Y")
    elif isinstance(value, time):
        return time_format(value, "H:i")
    else:
        text = str(value)
        return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def _label(choices: Any, value: Any) -> str:
    for key, label in choices:
        if isinstance(label, list | tuple):
            found = _label(label, value)
            if found != str(value):
                return found
        elif str(key) == str(value):
            return str(label)
    return str(value)

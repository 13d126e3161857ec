"""The form for an item's dates: moments as text, each with what is inherited when it is left empty."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from encore.base.meanwhile import RemembersWhatItShowed
from encore.courses.context import Here
from encore.courses.moments import MomentError, parse
from encore.toolkit.models import Item, ItemSettings

LABELS = {"opens": gettext_lazy("Opens"), "due": gettext_lazy("Due"), "closes": gettext_lazy("Closes")}


class MomentField(forms.CharField):
    """A moment (courses.moments), kept in its canonical form; None when empty."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"required": False, "max_length": 60, **kwargs})
        self.widget.attrs.update({"autocomplete": "off", "spellcheck": "false"})

    def clean(self, value: Any) -> str | None:
        text = super().clean(value)
        try:
            return str(parse(text)) if text else None
        except MomentError as problem:
            raise forms.ValidationError(str(problem), code=problem.code) from None


class DatesForm(RemembersWhatItShowed):
    """`options` keeps what else is set for the item here."""

    opens = MomentField(label=LABELS["opens"])
    due = MomentField(label=LABELS["due"])
    closes = MomentField(label=LABELS["closes"])

    def __init__(self, *args: Any, here: Here, item: Item, **kwargs: Any) -> None:
        rows = {row.session_course_id: row for row in ItemSettings.objects.filter(item=item.pk)}
        own = rows.get(here.session_course.pk if here.session_course else None)
        base = rows.get(None) if here.session_course else None
        self.options = own.options if own else {}
        initial = {name: getattr(own, name, None) or "" for name in LABELS}
        super().__init__(*args, **{"initial": initial, **kwargs})
        for name, field in self.fields.items():
            inherited = getattr(base, name, None)
            if inherited:
                field.help_text = _("Empty: as in the course, %(moment)s.") % {"moment": inherited}
            elif here.session_course:
                field.help_text = _("Empty: no date, as in the course.")
            else:
                field.help_text = _("Empty: no date.")

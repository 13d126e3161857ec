"""What is typed when something is done to chosen people of a session."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from encore.courses.lifecycle import MOST_DAYS, Deed

NEED_A_REASON = (Deed.SUSPEND, Deed.EXTEND)


class DaysForm(forms.Form):
    """How many days more."""

    days = forms.IntegerField(label=_("Days more"), min_value=1, max_value=MOST_DAYS)

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, label_suffix="")
        self.use_required_attribute = False


class ConfirmForm(forms.Form):
    """Why, and what is confirmed besides."""

    reason = forms.CharField(label=_("Reason"), max_length=300, help_text=_("It stays in the history."))
    skip = forms.BooleanField(label=_("Skip those who are refused"), required=False)
    over_seats = forms.BooleanField(label=_("Go over the number of seats"), required=False)

    def __init__(self, data: Any = None, *, needs_reason: bool, refused: int, crowded: bool) -> None:
        super().__init__(data, label_suffix="")
        self.use_required_attribute = False
        self.fields["reason"].required = needs_reason
        if not refused:
            del self.fields["skip"]
        if not crowded:
            del self.fields["over_seats"]

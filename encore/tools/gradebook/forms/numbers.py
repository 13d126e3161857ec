"""Numbers as people write them, with a point or a comma."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from encore.toolkit.totals import plain

NUMBER = re.compile(r"[+-]?\d{1,9}(?:[.,]\d{1,12})?")


def number_in(text: str) -> Decimal | None:
    text = text.strip()
    return Decimal(text.replace(",", ".")) if text.isascii() and NUMBER.fullmatch(text) else None


class NumberField(forms.CharField):
    """None when empty. `least` and `most` are allowed."""

    def __init__(self, *, least: int = 0, most: int = 100_000, places: int = 4, **kwargs: Any) -> None:
        widget = forms.TextInput(attrs={"inputmode": "decimal", "size": 6, "autocomplete": "off"})
        super().__init__(**{"required": False, "max_length": 24, "widget": widget, **kwargs})
        self.least, self.most, self.places = least, most, places

    def prepare_value(self, value: Any) -> Any:
        return plain(value) if isinstance(value, Decimal) else value

    def clean(self, value: Any) -> Decimal | None:
        text = super().clean(value)
        if not text:
            return None
        number = number_in(text)
        if number is None:
            raise forms.ValidationError(_("This is not a number."))
        if not self.least <= number <= self.most:
            raise forms.ValidationError(_("Enter a number from %(least)d to %(most)d.") % vars(self))
        return number.quantize(Decimal(1).scaleb(-self.places), ROUND_HALF_UP)

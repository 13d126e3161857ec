"""Steps of a scale, one on a line: "80 good" or "80 = good"."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from encore.toolkit.totals import plain
from encore.tools.gradebook.forms.numbers import number_in

LINE = re.compile(r"\s*([\d.,]+)\s*%?\s*[=:]?\s*(\S.*?)\s*")
MOST = 40


class StepsField(forms.CharField):
    """Gives the steps as dicts for the content, the highest first."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.Textarea(attrs={"rows": 4, "spellcheck": "false"})
        super().__init__(**{"required": False, "max_length": 3000, "widget": widget, **kwargs})

    def prepare_value(self, value: Any) -> Any:
        return value if isinstance(value, str) or value is None else written(value)

    def clean(self, value: Any) -> list[dict[str, Any]]:
        lines = [line for line in super().clean(value).splitlines() if line.strip()]
        if len(lines) > MOST:
            raise forms.ValidationError(_("At most %(n)d lines.") % {"n": MOST})
        steps = [_step(line) for line in lines]
        if len({step["least"] for step in steps}) < len(steps):
            raise forms.ValidationError(_("Two lines begin with the same percentage."))
        return sorted(steps, key=lambda step: -step["least"])


def written(steps: Iterable[Any]) -> str:
    pairs = [(step["least"], step["name"]) if isinstance(step, dict) else (step.least, step.name) for step in steps]
    return "\n".join(f"{plain(Decimal(least))} = {name}" for least, name in pairs)


def _step(line: str) -> dict[str, Any]:
    found = LINE.fullmatch(line)
    least = number_in(found[1]) if found else None
    if found is None or least is None or not 0 <= least <= 100:
        raise forms.ValidationError(
            _("“%(line)s”: write a percentage from 0 to 100, then its name.") % {"line": line[:60]}
        )
    if len(found[2]) > 40:
        raise forms.ValidationError(_("“%(line)s”: a name has at most 40 characters.") % {"line": line[:60]})
    return {"least": round(least, 4), "name": found[2]}

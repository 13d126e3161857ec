"""Points and percentages, for templates."""

from __future__ import annotations

from decimal import Decimal

from django import template
from django.utils.formats import number_format

from encore.toolkit.totals import plain

register = template.Library()


@register.filter
def points(value: Decimal | None) -> str:
    """Points as one reads them, with at most two decimals; – for none."""
    if not isinstance(value, Decimal):
        return "–"
    return number_format(format(round(value, 2).normalize() + 0, "f"))


@register.filter
def percent(value: Decimal | None) -> str:
    """A percentage with all the digits it has."""
    return "–" if value is None else f"{number_format(format(value, 'f'))} %"


@register.filter
def exact(value: Decimal | None) -> str:
    """As a field holds it."""
    return plain(value) if isinstance(value, Decimal) else ""

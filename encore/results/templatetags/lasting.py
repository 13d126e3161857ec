"""How long something lasted, for templates."""

from __future__ import annotations

from django import template
from django.utils.translation import gettext as _

register = template.Library()


@register.filter
def lasting(seconds: int | None) -> str:
    """A time as one says it: "40 s", "12 min", "1 h 05 min"; – for none."""
    if not seconds:
        return "–"
    minutes = (seconds + 30) // 60
    if seconds < 60:
        return _("%(n)d s") % {"n": seconds}
    elif minutes < 60:
        return _("%(n)d min") % {"n": minutes}
    else:
        return _("%(hours)d h %(minutes)02d min") % {"hours": minutes // 60, "minutes": minutes % 60}

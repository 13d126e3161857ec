"""Rich text: cleaned on the way in, and its `file:` and `item:` references resolved on the way out."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable

import nh3
from django.utils.safestring import SafeString, mark_safe

TAGS = {
    *("p", "br", "hr", "h2", "h3", "h4", "strong", "b", "em", "i", "u", "s", "sub", "sup", "code", "pre", "blockquote"),
    *("ul", "ol", "li", "a", "img", "table", "caption", "thead", "tbody", "tr", "th", "td", "figure", "figcaption"),
}
ATTRIBUTES = {
    "a": {"href", "title"},
    "img": {"src", "alt", "width", "height"},
    "ol": {"start"},
    "th": {"colspan", "rowspan", "scope"},
    "td": {"colspan", "rowspan"},
}
SCHEMES = {"http", "https", "mailto", "tel", "file", "item"}
_REFERENCE = re.compile(r'(?P<attribute>href|src)="(?P<scheme>file|item):(?P<uuid>[0-9a-fA-F-]{36})"')
_TAG = re.compile(r"<[^>]*>")


def clean_html(text: str) -> str:
    """Only what the editor can make: no script, style, frame or foreign attribute survives. An empty page is ""."""
    return _kept(text) if len(text) <= SHORT else _cleaned(text)


def _cleaned(text: str) -> str:
    clean = nh3.clean(text, tags=TAGS, attributes=ATTRIBUTES, url_schemes=SCHEMES, link_rel="noopener noreferrer")
    return clean if plain_text(clean) or "<img" in clean or "<hr" in clean else ""


SHORT = 2_000
_kept = functools.lru_cache(4096)(_cleaned)  # the same labels, options and sentences are read again and again


def plain_text(html: str) -> str:
    """The words of cleaned HTML, for search and summaries."""
    import html as entities

    return " ".join(entities.unescape(_TAG.sub(" ", html)).split())


def render_html(text: str, address: Callable[[str, str], str]) -> SafeString:
    """Cleaned HTML fit for a page. `address(scheme, uuid)` gives the address of a `file:` or `item:` reference."""

    def resolve(match: re.Match[str]) -> str:
        return f'{match["attribute"]}="{address(match["scheme"], match["uuid"].lower())}"'

    return mark_safe(_REFERENCE.sub(resolve, clean_html(text)))  # noqa: S308

"""Addresses, rich text and dates of items, for the templates of tools."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.safestring import SafeString

from encore.courses.context import Here
from encore.toolkit.places import address
from encore.toolkit.rich_text import text_for

register = template.Library()


@register.simple_tag(name="address")
def address_tag(here: Here, route: str, **kwargs: Any) -> str:
    """{% address here "documents:show" uuid=item.uuid %}"""
    return address(here, route, **kwargs)


@register.simple_tag
def rich_text(text: str, here: Here) -> SafeString:
    """Rich text with the addresses of its pictures and links in this place."""
    return text_for(here, text)

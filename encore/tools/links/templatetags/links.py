"""A link's content in a list."""

from __future__ import annotations

from typing import Any

from django import template

from encore.tools.links.content import Link

register = template.Library()


@register.filter
def as_link(content: dict[str, Any]) -> Link:
    """The stored content of a link, read."""
    return Link.read(content)

"""Answers a tool's request with a page inside its course."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from encore.courses.context import Here
from encore.courses.explaining import explain
from encore.toolkit.menu import tools_in
from encore.toolkit.models import Item
from encore.toolkit.outline import Entry
from encore.toolkit.places import address
from encore.toolkit.registry import Tool, tool_of_kind


def tool_page(
    request: HttpRequest, here: Here, template: str, context: dict[str, Any] | None = None, *, status: int = 200
) -> HttpResponse:
    """The template with the course's frame: `here`, `tools`, and the bar where the place is read-only.

    Adds no query, but for the one that finds whom to ask, where one may only read.
    """
    frame = {
        "here": here,
        "tools": tools_in(here, current=getattr(request, "tool", "")) if here.sees_content else [],
        "bar": explain(here) if here.is_read_only else None,
    }
    return render(request, template, {**frame, **(context or {})}, status=status)


def list_of(here: Here, tool: Tool, parent: int | None, *, changed: UUID | None = None) -> str:
    """The page that lists what lies in a folder (its id), or at the top; with the item marked that was just changed."""
    folder = Item.objects.filter(pk=parent, course=here.course).first() if parent else None
    page = tool.page_of(folder, here) if folder else address(here, f"{tool.name}:index")
    path, hash_, place = page.partition("#")
    return f"{path}?changed={changed}{hash_}{place}" if changed else page


def closed_page(request: HttpRequest, here: Here, entry: Entry) -> HttpResponse:
    """The 403 of an item that is not open to this person now: when it opens, or when it closed."""
    opens, closes = entry.dates.opens, entry.dates.closes
    early = opens is not None and here.at < opens
    tool = tool_of_kind(entry.kind)
    context = {
        "entry": entry,
        "early": early,
        "moment": opens if early else closes,
        "back": list_of(here, tool, entry.parent_id),
    }
    return tool_page(request, here, "toolkit/not_open.html", context, status=403)

"""Answers a tool's request with a page inside its course."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from encore.courses.context import Here
from encore.courses.explaining import explain
from encore.toolkit.menu import tools_in


def tool_page(
    request: HttpRequest, here: Here, template: str, context: dict[str, Any] | None = None, *, status: int = 200
) -> HttpResponse:
    """The template with the course's frame: `here`, `tools`, and the bar where the place is read-only.

    Adds no query, but for the one that finds whom to ask, where one may only read.
    """
    frame = {
        "here": here,
        "tools": tools_in(here, current=getattr(request, "tool", "")),
        "bar": explain(here) if here.is_read_only else None,
    }
    return render(request, template, {**frame, **(context or {})}, status=status)

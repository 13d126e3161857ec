"""Addresses of tools and their items in a place. A tool's routes are mounted twice: for courses and for sessions."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from django.urls import URLPattern, URLResolver, include, path, reverse

from encore.courses.context import Here
from encore.toolkit.registry import Tool, tools


def address(here: Here, route: str, **kwargs: Any) -> str:
    """The address of a tool's route ("documents:show") in this place, or of a place's own ("files:show")."""
    if here.session is None:
        return reverse(f"course:{route}", kwargs={"code": here.course.code, **kwargs})
    else:
        return reverse(f"session:{route}", kwargs={"session": here.session.pk, "code": here.course.code, **kwargs})


def tool_urls() -> list[URLPattern | URLResolver]:
    """Every tool's routes, and what they share, under /courses/<code>/… and /sessions/<id>/<code>/….

    Each tool also has the routes by which its items are written, in its own namespace: "documents:edit".
    """
    inner = [
        *(path(f"{name}/", include((f"encore.toolkit.urls.{name}", name))) for name in ("files", "items", "changes")),
        *(path(f"{tool.name}/", include((_routes(tool), tool.name))) for tool in tools() if tool.urls),
    ]
    return [
        path("courses/<str:code>/", include((inner, "course"))),
        path("sessions/<int:session>/<str:code>/", include((inner, "session"))),
    ]


def _routes(tool: Tool) -> list[URLPattern | URLResolver]:
    own = import_module(tool.urls).urlpatterns
    return [*own, path("", include("encore.toolkit.urls.writing"), {"tool": tool.name})]

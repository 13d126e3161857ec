"""Addresses of tools and their items in a place. A tool's routes are mounted twice: for courses and for sessions."""

from __future__ import annotations

from typing import Any

from django.urls import URLPattern, URLResolver, include, path, reverse

from encore.courses.context import Here
from encore.toolkit.registry import tools


def address(here: Here, route: str, **kwargs: Any) -> str:
    """The address of a tool's route ("documents:show") in this place, or of a place's own ("files:show")."""
    if here.session is None:
        return reverse(f"course:{route}", kwargs={"code": here.course.code, **kwargs})
    else:
        return reverse(f"session:{route}", kwargs={"session": here.session.pk, "code": here.course.code, **kwargs})


def tool_urls() -> list[URLPattern | URLResolver]:
    """Every tool's routes, and the files', under /courses/<code>/… and /sessions/<id>/<code>/…."""
    inner = [
        path("files/", include(("encore.toolkit.urls", "files"))),
        *(path(f"{tool.name}/", include((tool.urls, tool.name))) for tool in tools() if tool.urls),
    ]
    return [
        path("courses/<str:code>/", include((inner, "course"))),
        path("sessions/<int:session>/<str:code>/", include((inner, "session"))),
    ]

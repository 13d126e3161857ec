"""The routes of all tools, mounted twice: for courses and for sessions."""

from __future__ import annotations

from importlib import import_module

from django.urls import URLPattern, URLResolver, include, path

from encore.toolkit.registry import Tool, tools


def tool_urls() -> list[URLPattern | URLResolver]:
    """Every tool's routes, and what they share, under /courses/<code>/… and /sessions/<id>/<code>/….

    Each tool also has the routes by which its items are written, in its own namespace: "documents:edit".
    """
    inner = [
        *(
            path(f"{name}/", include((f"encore.toolkit.urls.{name}", name)))
            for name in ("files", "items", "changes", "tools")
        ),
        *(path(f"{tool.name}/", include((_routes(tool), tool.name))) for tool in tools() if tool.urls),
    ]
    return [
        path("courses/<str:code>/", include((inner, "course"))),
        path("sessions/<int:session>/<str:code>/", include((inner, "session"))),
    ]


def _routes(tool: Tool) -> list[URLPattern | URLResolver]:
    own = import_module(tool.urls).urlpatterns
    return [*own, path("", include("encore.toolkit.urls.writing"), {"tool": tool.name})]

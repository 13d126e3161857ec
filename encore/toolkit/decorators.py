"""`@in_tool` and `@in_writing`: the doors of a course tool's pages."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from encore.courses.context import Here
from encore.courses.decorators import in_course, why_read_only
from encore.courses.words import Access, Sight
from encore.toolkit.errors import NotAllowed
from encore.toolkit.menu import is_visible
from encore.toolkit.registry import tool_named


def in_tool(
    name: str, *, level: Access = Access.READ, sight: Sight | None = Sight.CONTENT
) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """As `in_course`, for a tool's view; 404 for who does not find the tool here. Sets `request.tool`."""

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        answered = explaining(view)

        @in_course(level=level, sight=sight)
        @wraps(view)
        def guarded(request: HttpRequest, here: Here, *args: Any, **kwargs: Any) -> HttpResponse:
            if not is_visible(here, name):
                raise Http404
            request.tool = name  # type: ignore[attr-defined]
            return answered(request, here, *args, **kwargs)

        return guarded

    return decorate


def in_writing(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """For the shared views that write items: calls `view(request, here, tool, …)` for those who write here.

    The route says which tool.
    """
    answered = explaining(view)

    @in_course(level=Access.COACH)
    @wraps(view)
    def guarded(request: HttpRequest, here: Here, *args: Any, tool: str, **kwargs: Any) -> HttpResponse:
        if not is_visible(here, tool):
            raise Http404
        request.tool = tool  # type: ignore[attr-defined]
        return answered(request, here, tool_named(tool), *args, **kwargs)

    return guarded


def explaining(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """For views of a place: what an action refuses becomes a 403 page that says why."""

    @wraps(view)
    def answered(request: HttpRequest, here: Here, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, here, *args, **kwargs)
        except NotAllowed as refusal:
            context = {"here": here, "reason": str(refusal), **why_read_only(here)}
            return render(request, "403.html", context, status=403)

    return answered

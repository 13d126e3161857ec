"""`@in_tool`: the door of a course tool's pages."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse

from encore.courses.context import Here
from encore.courses.decorators import in_course
from encore.courses.words import Access, Sight
from encore.toolkit.menu import is_visible


def in_tool(
    name: str, *, level: Access = Access.READ, sight: Sight | None = Sight.CONTENT
) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """As `in_course`, for a tool's view; 404 for who does not find the tool here. Sets `request.tool`."""

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @in_course(level=level, sight=sight)
        @wraps(view)
        def guarded(request: HttpRequest, here: Here, *args: Any, **kwargs: Any) -> HttpResponse:
            if not is_visible(here, name):
                raise Http404
            request.tool = name  # type: ignore[attr-defined]
            return view(request, here, *args, **kwargs)

        return guarded

    return decorate

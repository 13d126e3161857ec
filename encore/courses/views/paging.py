"""Pages of long lists, and the whole page as the answer to a press in one of its parts."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from encore.courses.queries.choosing import COUNTED, counted

ROWS = 50


def page_of(
    rows: QuerySet[Any], request: HttpRequest, *, name: str = "page", size: int = ROWS, count: int | None = None
) -> Page[Any]:
    """The page that the query string names, or the nearest there is. `count`: where it is known already."""
    pages = Paginator(rows, size)
    if count is not None:
        pages.count = count  # type: ignore[misc]
    return pages.get_page(request.GET.get(name))


def short_page_of(rows: QuerySet[Any], request: HttpRequest, *, name: str = "page") -> tuple[Page[Any], str]:
    """A page of a list that may have no end, and its length in words: it is counted as far as people page."""
    count = counted(rows)
    page = page_of(rows, request, name=name, count=min(count, COUNTED))
    return page, f"{COUNTED}+" if count > COUNTED else str(count)


def refreshing(request: HttpRequest, response: HttpResponse, *parts: str) -> HttpResponse:
    """The answer to a press in one of these parts of the page (ids) takes the place of the whole page.

    The part alone would leave the counts, the summary and the message beside it as they were.
    """
    if request.headers.get("HX-Target") in parts:
        response["HX-Retarget"] = response["HX-Reselect"] = "#content"
        response["HX-Reswap"] = "outerHTML"
    return response

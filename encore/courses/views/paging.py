"""Pages of long lists, and answers that take the place of the whole page."""

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


def over_all(response: HttpResponse) -> HttpResponse:
    """A question that came up in a part of the page takes the place of the whole page, not of that part."""
    response["HX-Retarget"] = response["HX-Reselect"] = "#content"
    response["HX-Reswap"] = "outerHTML"
    return response

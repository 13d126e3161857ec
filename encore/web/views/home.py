"""My sessions: where everybody arrives."""

from __future__ import annotations

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import now
from django.views.decorators.http import require_safe

from encore.courses.my_sessions import Lists, lists_of
from encore.courses.words import ListName
from encore.web.cards import active_enrolments, cards
from encore.web.context import remember
from encore.web.menu import Tasks
from encore.web.queries import due_among

PER_PAGE = 24
DUE = 3
LOOKS = ("cards", "list")
LOOK_COOKIE = "encore_look"


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    at = now()
    q, category = request.GET.get("q", "").strip(), request.GET.get("category", "")
    lists = lists_of(request.user, at=at)
    remember(request, request.user, Tasks(lists.writes_courses, lists.coaches))
    found = lists.found(q, int(category[:18]) if category.isdecimal() else None) if q or category else lists
    name = _chosen(request, found)
    page = Paginator(found[name], PER_PAGE).get_page(request.GET.get("page"))
    look = _look(request)
    context = {
        "at": at,
        "list_name": name,
        "counts": found.counts,
        "page": page,
        "cards": cards(request.user, page, at=at),
        "due": due_among(active_enrolments(lists.current), at=at, limit=DUE),
        "has_any": any(lists.counts.values()),
        "elsewhere": next((other for other in ListName if found.counts[other] and other != name), None),
        "q": q,
        "category": category,
        "categories": lists.categories,
        "look": look,
    }
    response = render(request, "web/home.html", context)
    if request.GET.get("look") == look:
        _remember(response, look)
    return response


def _chosen(request: HttpRequest, lists: Lists) -> ListName:
    """The tab asked for, else the first that holds something."""
    try:
        return ListName(request.GET.get("list", ""))
    except ValueError:
        return next((name for name in ListName if lists[name]), ListName.CURRENT)


def _look(request: HttpRequest) -> str:
    """Cards or a compact list: as just asked for, else as last time."""
    asked = request.GET.get("look", request.COOKIES.get(LOOK_COOKIE))
    return asked if asked in LOOKS else LOOKS[0]


def _remember(response: HttpResponse, look: str) -> None:
    response.set_cookie(
        LOOK_COOKIE, look, max_age=365 * 24 * 3600, secure=settings.SESSION_COOKIE_SECURE, httponly=True, samesite="Lax"
    )

"""Everything that waits to be marked, for those who coach."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import now
from django.views.decorators.http import require_safe

from encore.results.queries.to_mark import name_learners, piles_of

PILES = 25


@require_safe
def to_mark(request: HttpRequest) -> HttpResponse:
    """?session and ?course: in one session, or in one course of it."""
    session, code = request.GET.get("session", ""), request.GET.get("course", "").strip()
    one = int(session) if session.isascii() and session.isdigit() and len(session) < 18 else None
    at = now()
    piles = piles_of(request.user, at=at, session=one, code=code if one is not None else "")
    page = Paginator(piles, PILES).get_page(request.GET.get("page"))
    name_learners(page)
    context = {
        "at": at,
        "page": page,
        "answers": sum(pile.answers for pile in piles),
        "only": piles[0].here if piles and one is not None else None,
        "chosen": one is not None,
        "course": bool(code),
    }
    return render(request, "results/to_mark.html", context)

"""Search: one's own sessions and courses; for those who manage, also those they manage."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import now
from django.views.decorators.http import require_safe

from encore.web.search import results_for


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    at = now()
    q = request.GET.get("q", "").strip()
    results = results_for(request.user, q, at=at) if q else []
    return render(request, "web/search.html", {"at": at, "q": q, "results": results})

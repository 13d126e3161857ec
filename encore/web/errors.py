"""Error pages that help."""

from __future__ import annotations

import logging
from secrets import choice

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

logger = logging.getLogger("encore.web")
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # none that is taken for another when it is read out


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "400.html", status=400)


def not_allowed(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The reason is the exception's own sentence, where it has one."""
    return render(request, "403.html", {"reason": str(exception)}, status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "404.html", status=404)


def went_wrong(request: HttpRequest) -> HttpResponse:
    """Apologises without database, person or frame: any of them may be what failed. The reference is in the log."""
    reference = "-".join("".join(choice(LETTERS) for _place in range(4)) for _part in range(2))
    logger.exception("%s: %s %s failed", reference, request.method, request.path)
    return HttpResponse(render_to_string("500.html", {"reference": reference}), status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return render(request, "csrf.html", status=403)

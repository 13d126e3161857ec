"""Every page is behind sign-in unless listed here; every request is answered in its reader's zone and language."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation

# The one list of pages that anyone may open: names of routes.
OPEN_TO_ANYONE = frozenset(
    {
        "sign_in",
        "password_reset",
        "password_reset_sent",
        "password_set",
        "password_set_done",
        "health_live",
        "health_ready",
    }
)


class SignInRequiredMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        match = request.resolver_match
        if request.user.is_authenticated or (match and match.view_name in OPEN_TO_ANYONE):
            return None
        else:
            return redirect_to_login(request.get_full_path() if request.method == "GET" else "/")


class ReaderMiddleware:
    """Shows instants in the signed-in person's zone, and words in their language."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        person = request.user
        zone = person.zone if person.is_authenticated else None
        language = getattr(person, "language", "") or translation.get_language_from_request(request)
        with timezone.override(zone), translation.override(language):
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response

"""Every page is behind sign-in unless listed here; every request is answered in its reader's zone and language."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from encore.people.acting import Acting, look
from encore.people.actions.acting import require_acting
from encore.people.device_store import note_that_seen
from encore.people.errors import PeopleError
from encore.people.models import Person
from encore.people.sign_in import has_what_it_takes
from encore.people.views.acting import ended

# The one list of pages that anyone may open: names of routes.
OPEN_TO_ANYONE = frozenset(
    {
        "sign_in",
        "sign_in_code",
        "password_reset",
        "password_reset_sent",
        "password_set",
        "password_set_done",
        "health_live",
        "health_ready",
    }
)


# What opens for somebody whose role needs a second factor, before they have one.
OPEN_WITHOUT_FACTOR = frozenset({"second_factor", "confirm", "sign_out", "theme", "act_as_end"})


class SignInRequiredMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        match = request.resolver_match
        name = match.view_name if match else ""
        if name in OPEN_TO_ANYONE:
            return None
        elif request.user.is_authenticated:
            return None if name in OPEN_WITHOUT_FACTOR or has_what_it_takes(request) else _to_set_up(request)
        elif request.method in ("GET", "HEAD"):
            return _to_sign_in(request, back=request.get_full_path(), lost=False)
        else:
            return _to_sign_in(request, back=_page_before(request), lost=True)


def _to_sign_in(request: HttpRequest, *, back: str, lost: bool) -> HttpResponse:
    """Sign in, then back. A script is told by 401: one that followed a redirect would take the page for its answer."""
    if request.headers.get("HX-Request"):
        back = _path_here(request, request.headers.get("HX-Current-URL", "")) or back
    address = redirect_to_login(back).url + ("&lost=1" if lost else "")
    if request.headers.get("HX-Request"):
        return HttpResponse(status=401, headers={"HX-Redirect": address})
    elif lost and "text/html" not in request.headers.get("Accept", "text/html"):
        return HttpResponse(_("You are signed out."), status=401, content_type="text/plain; charset=utf-8")
    else:
        return HttpResponseRedirect(address)


def _to_set_up(request: HttpRequest) -> HttpResponse:
    """The page that sets up a second factor, then back."""
    back = request.get_full_path() if request.method in ("GET", "HEAD") else _page_before(request)
    address = reverse("second_factor", query={"next": back})
    if request.headers.get("HX-Request"):
        return HttpResponse(status=401, headers={"HX-Redirect": address})
    else:
        return HttpResponseRedirect(address)


def _page_before(request: HttpRequest) -> str:
    """The page of ours on which the lost form was filled in; else the first page."""
    return _path_here(request, request.headers.get("Referer", "")) or "/"


def _path_here(request: HttpRequest, address: str) -> str:
    """The path of an address of this site; "" for any other."""
    parts = urlsplit(address)
    if parts.path and url_has_allowed_host_and_scheme(address, {request.get_host()}, request.is_secure()):
        return parts.path + (f"?{parts.query}" if parts.query else "")
    else:
        return ""


class ActingMiddleware:
    """Sets `request.acting`: the administrator behind an act-as, None without one. Ends it in time.

    What is the person's own stays closed meanwhile: everything below their profile, and their own account.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.acting_state = state = look(request)  # type: ignore[attr-defined]
        request.acting = state.by if state else None  # type: ignore[attr-defined]
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        state, at = request.acting_state, timezone.now()  # type: ignore[attr-defined]
        if state is None:
            return None
        elif not state.goes_on(at):
            return _sent_back(request, state, "time" if at >= state.until else "permission")
        elif not request.user.is_authenticated or not _is_permitted(state, at):
            return _sent_back(request, state, "permission")
        elif _is_their_own(request, state.subject, kwargs):
            reason = _("This belongs to %(name)s alone, so it stays closed while you act as them.")
            return render(request, "403.html", {"reason": reason % {"name": state.subject.name}}, status=403)
        else:
            return None


def _is_permitted(state: Acting, at: datetime) -> bool:
    try:
        require_acting(state.subject, by=state.by, at=at)
    except PeopleError:
        return False
    else:
        return True


def _is_their_own(request: HttpRequest, subject: Person, kwargs: dict[str, Any]) -> bool:
    """Whatever lies below the profile, whoever adds it, and changes to the account by way of the administration. The
    profile itself may be read."""
    reads = request.method in ("GET", "HEAD")
    path = request.path_info
    if path == "/profile/":
        return not reads
    else:
        return path.startswith("/profile/") or (kwargs.get("person") == subject.uuid and not reads)


def _sent_back(request: HttpRequest, state: Acting, why: str) -> HttpResponse:
    answer = ended(request, state, why)
    if request.headers.get("HX-Request"):
        return HttpResponse(status=401, headers={"HX-Redirect": answer["Location"]})
    else:
        return answer


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


class DeviceMiddleware:
    """Notes, every few minutes, when and from where a browser in which somebody is signed in was last seen."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            note_that_seen(request, timezone.now())
        return self.get_response(request)

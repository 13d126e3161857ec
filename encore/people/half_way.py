"""Between password and code: who it will be, kept in the login session of somebody who is not signed in yet."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib.auth import load_backend, login
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare

from encore.people.models import Person, SignIn

HALF_WAY = "half_way"
LASTS = timedelta(minutes=10)


def wait_for_code(request: HttpRequest, person: Person, *, back: str, at: datetime) -> None:
    """The password was right. `back`: the page to go on to after the code. The login session gets a new key."""
    request.session.cycle_key()
    request.session[HALF_WAY] = {
        "person": person.pk,
        "hash": person.get_session_auth_hash(),
        "backend": person.backend,  # set by authenticate
        "name": request.POST.get("username", ""),  # what attempts were counted under
        "until": (at + LASTS).timestamp(),
        "back": back,
    }


def who_waits(request: HttpRequest, at: datetime) -> Person | None:
    """Whose code is waited for; None where nobody is, or for too long, or the password or the account changed."""
    state = request.session.get(HALF_WAY)
    if not state or at.timestamp() >= state["until"]:
        return None
    person = load_backend(state["backend"]).get_user(state["person"])
    same = person is not None and constant_time_compare(state["hash"], person.get_session_auth_hash())
    return person if same else None


def sign_in(request: HttpRequest, person: Person, way: SignIn.Way) -> str:
    """The code was right too; returns the page to go on to."""
    state = request.session.pop(HALF_WAY)
    request.signed_in_with, request.counted_under = way, state["name"]  # type: ignore[attr-defined]
    login(request, person, backend=state["backend"])
    return state["back"]

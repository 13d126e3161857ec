"""Acting as somebody else: how it stands in the login session.

While it lasts `request.user` is the other person and `request.acting` the administrator behind them. Whatever is
asked, the administrator is looked up again: whoever is closed, or no longer permitted, does not go on.
What the login session says of it is read once (`look`), since a login session that no longer holds is emptied.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, logout
from django.http import HttpRequest
from django.middleware.csrf import rotate_token
from django.utils.crypto import constant_time_compare

from encore.people.confirming import CONFIRMED_AT
from encore.people.device_store import ACTING, DEVICE
from encore.people.models import Person
from encore.people.sign_in import WITH_CODE, is_open

LONGEST = timedelta(hours=1)
KEPT = (DEVICE, WITH_CODE, CONFIRMED_AT)  # of the browser and of who sits there, whoever they act as
BACKEND = "encore.people.sign_in.UsernameOrEmail"


def become(request: HttpRequest, subject: Person, *, by: Person, at: datetime) -> datetime:
    """The browser goes on as `subject`, in a new login session; returns until when. `by` is remembered behind it."""
    until = at + LONGEST
    _go_on_as(request, subject)
    kept = {"by": by.pk, "hash": by.get_session_auth_hash(), "as": subject.pk, "until": until.isoformat()}
    request.session[ACTING] = kept
    return until


def go_back(request: HttpRequest, at: datetime) -> Person | None:
    """The browser goes on as the administrator behind it, in a new login session; signed out, where that is no longer
    somebody who could sign in."""
    state: Acting = request.acting_state  # type: ignore[attr-defined]
    if state.is_signed_in and is_open(state.by, at):
        _go_on_as(request, state.by)
        behind = state.by
    else:
        logout(request)
        behind = None
    request.acting_state = request.acting = None  # type: ignore[attr-defined]
    return behind


@dataclass(frozen=True)
class Acting:
    """One who acts as another. `is_signed_in`: the administrator's password is still the one they signed in with."""

    by: Person
    subject: Person
    until: datetime
    is_signed_in: bool

    def goes_on(self, at: datetime) -> bool:
        """By the clock and by the administrator's account. What is permitted is asked besides."""
        return self.is_signed_in and is_open(self.by, at) and at < self.until


def look(request: HttpRequest) -> Acting | None:
    """What the login session says; None where nobody acts as anybody."""
    if (kept := request.session.get(ACTING)) is None:
        return None
    people = Person.objects.in_bulk([kept["by"], kept["as"]])
    by, subject = people.get(kept["by"]), people.get(kept["as"])
    if by is None or subject is None:
        request.session.flush()
        return None
    same = constant_time_compare(kept["hash"], by.get_session_auth_hash())
    return Acting(by, subject, datetime.fromisoformat(kept["until"]), same)


def _go_on_as(request: HttpRequest, person: Person) -> None:
    """Not `login`: nobody signed in, so nobody's last visit changes, and the browser is nobody else's."""
    kept = {name: request.session[name] for name in KEPT if name in request.session}
    request.session.flush()
    for name, value in kept.items():
        request.session[name] = value
    request.session[SESSION_KEY] = str(person.pk)
    request.session[BACKEND_SESSION_KEY] = BACKEND
    request.session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    rotate_token(request)
    request.user = person

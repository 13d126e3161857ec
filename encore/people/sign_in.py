"""Signing in: by username or e-mail, with Argon2 at a cost that suits a web server."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from axes.handlers.database import AxesDatabaseHandler
from axes.helpers import get_cool_off
from axes.models import AccessAttempt
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.contrib.auth.signals import user_logged_in
from django.db.models.functions import Lower
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils.timezone import now  # noqa: TID251 - a request is being answered

from encore.base.devices import address_of, agent_of
from encore.people.confirming import confirm, person_at
from encore.people.device_store import begin
from encore.people.factors import factor_of, is_required_of
from encore.people.models import Person, SignIn
from encore.people.queries import lowered

WITH_CODE = "with_code"  # in the login session: whether a second factor was given there


class TunedArgon2(Argon2PasswordHasher):
    """19 MiB, two passes, one lane: OWASP's minimum, about 30 ms; Django's default takes 100 MiB a sign-in."""

    time_cost = 2
    memory_cost = 19456
    parallelism = 1


class UsernameOrEmail(ModelBackend):
    """Finds the person by username, else by e-mail. A right password for a closed account is told to the form."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **kwargs: Any
    ) -> Person | None:
        if not username or not password:
            return None
        person = find_person(username)
        if person is None:
            Person().set_password(password)  # the same time as for a known name
            return None
        elif not person.check_password(password):
            return None
        elif self.user_can_authenticate(person):
            return person
        else:
            if request is not None:
                request.closed_account = person  # type: ignore[attr-defined]
            return None

    def user_can_authenticate(self, user: Any) -> bool:
        return is_open(user, now())

    def get_user(self, user_id: int) -> Person | None:
        person = Person.objects.filter(pk=user_id).first()
        return person if person and self.user_can_authenticate(person) else None


class Attempts(AxesDatabaseHandler):
    """Counts wrong attempts. A success sets the count back in one query and leaves the sweeping to the failures."""

    def user_logged_in(self, sender: Any, request: HttpRequest, user: Any, **kwargs: Any) -> None:
        credentials = {"username": user.get_username()}
        for attempts in self.filter_user_attempts(request, credentials):
            attempts.update(failures_since_start=0)


def has_what_it_takes(request: HttpRequest) -> bool:
    """Whether who is at this browser has the second factor that their role may need. Asks the database only of those
    who need one and did not give a code here."""
    person = person_at(request)
    if not is_required_of(person) or request.session.get(WITH_CODE):
        return True
    elif factor_of(person):
        request.session[WITH_CODE] = True
        return True
    else:
        return False


def is_open(person: Person, at: datetime) -> bool:
    """Whether this account lets anybody in: neither deactivated nor expired."""
    return person.is_active and (person.expires_at is None or at < person.expires_at)


def find_person(name: str) -> Person | None:
    """The person with this username or e-mail address; upper and lower case alike."""
    spellings = lowered(name.strip())
    people = Person.objects.select_related("second_factor")  # signing in asks for it next
    people = people.alias(lower_username=Lower("username"), lower_email=Lower("email"))  # as they are indexed
    named = people.filter(lower_username__in=spellings)
    if "@" in name:
        # The address goes first: else one could take another's address as a username and stand before them.
        addressed = people.filter(lower_email__in=spellings).order_by("-is_active", "-id").first()
        return addressed if addressed and addressed.is_active else named.first() or addressed
    else:
        return named.first()


def name_for_throttling(request: HttpRequest | None, credentials: dict[str, Any] | None = None) -> str:
    """The name typed, in the one spelling that attempts are counted under: case must not buy more attempts."""
    counted = getattr(request, "counted_under", "")  # not signing in, but showing who is there
    typed = request.POST.get("username", "") if request is not None else ""
    name = counted or typed or (credentials or {}).get("username") or ""
    return name.strip().upper().lower()[:255]


def locked_until(request: HttpRequest, name: str) -> datetime:
    """When somebody locked out may try again: a while after the last attempt that counted."""
    cool_off = get_cool_off(request) or timedelta()
    attempts = AccessAttempt.objects.filter(
        username=name, ip_address=getattr(request, "axes_ip_address", None)
    ).order_by("-attempt_time")
    last = attempts.values_list("attempt_time", flat=True).first()
    return (last or now()) + cool_off


@receiver(user_logged_in)
def note_sign_in(sender: Any, request: HttpRequest, user: Person, **kwargs: Any) -> None:
    """The browser becomes one of this person's devices; who has just signed in need not say again that it is them."""
    at, way = now(), getattr(request, "signed_in_with", SignIn.Way.PASSWORD)
    confirm(request, at)
    begin(request, at)
    request.session[WITH_CODE] = way != SignIn.Way.PASSWORD
    SignIn.objects.create(person=user, at=at, way=way, agent=agent_of(request), address=address_of(request))

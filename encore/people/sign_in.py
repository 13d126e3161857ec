"""Signing in: by username or e-mail, with Argon2 at a cost that suits a web server."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from axes.attempts import get_cool_off_threshold
from axes.handlers.database import AxesDatabaseHandler
from axes.helpers import get_cool_off
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.contrib.auth.signals import user_logged_in
from django.db.models import Q, Sum
from django.db.models.functions import Lower
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils.timezone import now  # noqa: TID251 - a request is being answered

from encore.base.devices import address_of, agent_of
from encore.base.prepared import Prepared
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
        found = _PERSON(pk=user_id)
        return found[0] if found and self.user_can_authenticate(found[0]) else None


_PERSON = Prepared(lambda pk: Person.objects.filter(pk=pk))  # asked on every page


class Attempts(AxesDatabaseHandler):
    """Counts wrong attempts: for a name from an address, and for the address whatever the names, with a limit of its
    own. A success sets the count of that name back in one query and leaves the sweeping to the failures.
    """

    def get_failures(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> int:
        """Those for the name; as many as its limit, once those of the address have reached theirs."""
        recent = AccessAttempt.objects.filter(
            ip_address=request.axes_ip_address,  # type: ignore[attr-defined]
            attempt_time__gte=get_cool_off_threshold(request),
        )
        this_name = Q(username=name_for_throttling(request, credentials))
        counted = recent.aggregate(
            name=Sum("failures_since_start", filter=this_name, default=0), all=Sum("failures_since_start", default=0)
        )
        address_is_full = counted["all"] >= settings.SIGN_IN_ATTEMPTS_OF_ADDRESS
        return max(counted["name"], settings.AXES_FAILURE_LIMIT) if address_is_full else counted["name"]

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


def locked_until(request: HttpRequest, name: str) -> tuple[datetime, bool]:
    """When somebody locked out may try again, and whether it is the address that is closed, not only the name."""
    cool_off, address = get_cool_off(request) or timedelta(), getattr(request, "axes_ip_address", None)
    recent = AccessAttempt.objects.filter(ip_address=address, attempt_time__gte=get_cool_off_threshold(request))
    attempts = list(recent.order_by("attempt_time").values_list("attempt_time", "username", "failures_since_start"))
    of_name = [at for at, typed, _failures in attempts if typed == name]
    by_address = _full_until([(at, failures) for at, _typed, failures in attempts])
    return (by_address or (of_name or [now()])[-1]) + cool_off, by_address is not None


def _full_until(attempts: list[tuple[datetime, int]]) -> datetime | None:
    """The oldest of these attempts that has to be forgotten for an address to be below its limit; None if it is."""
    left = sum(failures for _at, failures in attempts)
    last = None
    for at, failures in attempts:
        if left < settings.SIGN_IN_ATTEMPTS_OF_ADDRESS:
            break
        last, left = at, left - failures
    return last


@receiver(user_logged_in)
def note_sign_in(sender: Any, request: HttpRequest, user: Person, **kwargs: Any) -> None:
    """The browser becomes one of this person's devices; who has just signed in need not say again that it is them."""
    at, way = now(), getattr(request, "signed_in_with", SignIn.Way.PASSWORD)
    confirm(request, at)
    begin(request, at)
    request.session[WITH_CODE] = way != SignIn.Way.PASSWORD
    SignIn.objects.create(person=user, at=at, way=way, agent=agent_of(request), address=address_of(request))

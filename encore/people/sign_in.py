"""Signing in: by username or e-mail, with Argon2 at a cost that suits a web server."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.http import HttpRequest
from django.utils.timezone import now  # noqa: TID251 - a request is being answered

from encore.people.models import Person


class TunedArgon2(Argon2PasswordHasher):
    """19 MiB, two passes, one lane: OWASP's minimum, about 30 ms; Django's default takes 100 MiB a sign-in."""

    time_cost = 2
    memory_cost = 19456
    parallelism = 1


class UsernameOrEmail(ModelBackend):
    """Finds the person by username, else by the e-mail of an active account."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **kwargs: Any
    ) -> Person | None:
        if not username or not password:
            return None
        person = find_person(username.strip())
        if person is None:
            Person().set_password(password)  # the same time as for a known name
            return None
        elif person.check_password(password) and self.user_can_authenticate(person):
            return person
        else:
            return None

    def user_can_authenticate(self, user: Any) -> bool:
        return user.is_active and (user.expires_at is None or now() < user.expires_at)

    def get_user(self, user_id: int) -> Person | None:
        person = Person.objects.filter(pk=user_id).first()
        return person if person and self.user_can_authenticate(person) else None


def find_person(name: str) -> Person | None:
    """The person with this username, else the active one with this e-mail address; upper and lower case alike."""
    return (
        Person.objects.filter(username__iexact=name).first()
        or Person.objects.filter(email__iexact=name, is_active=True).exclude(email="").first()
    )

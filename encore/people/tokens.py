"""The secret part of a link that lets its reader set a password."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.utils.crypto import constant_time_compare
from django.utils.http import base36_to_int

from encore.people.models import Person


class Tokens(PasswordResetTokenGenerator):
    """Good once, until the password or the e-mail changes or somebody signs in, and for `seconds` at most."""

    def __init__(self, purpose: str, seconds: int) -> None:
        super().__init__()
        self.key_salt = f"encore.people.tokens.{purpose}"
        self.seconds = seconds

    def make(self, person: Person, at: datetime) -> str:
        return self._make_token_with_timestamp(person, _seconds(at), self.secret)

    def is_good(self, person: Person, token: str, at: datetime) -> bool:
        return self.is_ours(person, token) and 0 <= _seconds(at) - base36_to_int(token.split("-")[0]) < self.seconds

    def is_ours(self, person: Person, token: str) -> bool:
        """Whether this was once a token of this person's that has not been used, be it too old."""
        try:
            stamp = base36_to_int(token.split("-")[0])
        except ValueError:
            return False
        secrets = [self.secret, *self.secret_fallbacks]
        return any(constant_time_compare(self._make_token_with_timestamp(person, stamp, s), token) for s in secrets)


reset_tokens = Tokens("reset", settings.PASSWORD_RESET_TIMEOUT)
invitation_tokens = Tokens("invitation", settings.INVITATION_DAYS * 24 * 3600)


def _seconds(at: datetime) -> int:
    return int(at.timestamp())

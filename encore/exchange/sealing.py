"""Keeps passwords of files unreadable between the plan and the job that hashes them."""

from __future__ import annotations

import base64

from cryptography.fernet import Fernet, InvalidToken
from django.utils.crypto import salted_hmac


class SealBroken(Exception):
    """The secret key of this installation has changed since."""


def seal(text: str) -> str:
    return _fernet().encrypt(text.encode()).decode()


def unseal(token: str) -> str:
    try:
        return _fernet().decrypt(token.encode()).decode()
    except InvalidToken as error:
        raise SealBroken from error


def _fernet() -> Fernet:
    key = salted_hmac("encore.exchange.sealing", "passwords", algorithm="sha256").digest()
    return Fernet(base64.urlsafe_b64encode(key))

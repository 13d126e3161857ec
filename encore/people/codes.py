"""The codes of a second factor: those that an app makes (RFC 6238), and those on paper for when it is lost."""

from __future__ import annotations

import secrets
from base64 import b32encode, urlsafe_b64encode
from datetime import datetime
from hashlib import sha256

import segno
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.hotp import HOTP
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from django.conf import settings
from django.utils.crypto import constant_time_compare, pbkdf2
from django.utils.safestring import SafeString, mark_safe

STEP = 30  # seconds
DIGITS = 6
CLOCKS_APART = 1  # steps that the app's clock may be ahead or behind
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is taken for another when it is read
RECOVERY_CODES = 10
RECOVERY_LENGTH = 12
TRIES_AT_ONCE = 5
LONGEST_WAIT = 900  # seconds


def new_secret() -> bytes:
    """160 bits, as RFC 4226 advises."""
    return secrets.token_bytes(20)


def as_text(secret: bytes) -> str:
    """To be typed where there is no camera, in groups of four."""
    text = b32encode(secret).decode()
    return " ".join(text[start : start + 4] for start in range(0, len(text), 4))


def as_picture(secret: bytes, username: str) -> SafeString:
    """What an app reads, as a drawing for the page itself. Black on white in both themes: apps expect it so."""
    app = TOTP(secret, DIGITS, SHA1(), STEP)  # noqa: S303 - what all apps understand; its weakness is of no use here
    address = app.get_provisioning_uri(username, settings.PLATFORM_NAME)
    drawing = segno.make(address, error="m", micro=False)
    # Drawn by us out of an address we made: nothing of it is anybody's text.
    return mark_safe(drawing.svg_inline(border=4, omitsize=True, light="#fff", svgclass="qr-code", lineclass=None))  # noqa: S308


def code_at(secret: bytes, at: datetime) -> str:
    """What the app shows."""
    return _code(secret, step_of(at))


def step_of(at: datetime) -> int:
    return int(at.timestamp()) // STEP


def fitting_step(secret: bytes, code: str, *, at: datetime, after: int) -> int | None:
    """The step that `code` is of, if it is one of now and later than step `after`; else None."""
    now = step_of(at)
    fits = [step for step in range(now - CLOCKS_APART, now + CLOCKS_APART + 1) if _is_same(_code(secret, step), code)]
    return next((step for step in fits if step > after), None)


def wait_after(wrong: int) -> int:
    """Seconds to wait after so many wrong codes in a row: some are free, then it doubles."""
    return 0 if wrong < TRIES_AT_ONCE else min(STEP * 2 ** (wrong - TRIES_AT_ONCE), LONGEST_WAIT)


def new_recovery_codes() -> list[str]:
    return ["".join(secrets.choice(LETTERS) for _letter in range(RECOVERY_LENGTH)) for _code in range(RECOVERY_CODES)]


def grouped(recovery_code: str) -> str:
    return "-".join(recovery_code[start : start + 4] for start in range(0, len(recovery_code), 4))


def plain(typed: str) -> str:
    """What was typed, without the spaces and dashes that people put into codes."""
    return "".join(typed.lower().replace("-", "").split())


def is_of_app(code: str) -> bool:
    return len(code) == DIGITS and code.isascii() and code.isdigit()


def is_recovery(code: str) -> bool:
    return len(code) == RECOVERY_LENGTH and set(code) <= set(LETTERS)


def seal(secret: bytes) -> str:
    """As it lies in the database: a copy of that alone gives no codes."""
    return _seals().encrypt(secret).decode()


def unseal(sealed: str) -> bytes | None:
    """None where it was sealed with a secret key that this installation no longer has."""
    try:
        return _seals().decrypt(sealed.encode())
    except InvalidToken:
        return None


def _code(secret: bytes, step: int) -> str:
    return HOTP(secret, DIGITS, SHA1()).generate(step).decode()  # noqa: S303


def _is_same(one: str, other: str) -> bool:
    return constant_time_compare(one, other)


def _seals() -> MultiFernet:
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([Fernet(_key(key)) for key in keys])


def _key(secret_key: str) -> bytes:
    """One round is enough: the secret key is long and random already."""
    return urlsafe_b64encode(pbkdf2(secret_key, "encore.people.codes", 1, digest=sha256))

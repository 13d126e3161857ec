"""What digests and seals are made of: plain values in, words and hashes out.

How it fits together: docs/decisions/0010-audit-log-that-can-be-proven.md.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

ERASE = "erase details"  # the verb of the entry that erases the details of others
BEGINNING = "0" * 64  # what the first seal has before it
WHOLE = 2**53  # up to here numbers are told apart exactly, however a database stores them


def new_salt() -> str:
    return secrets.token_hex(16)


def canonical(value: Any) -> str:
    """JSON in the one form that is hashed: keys sorted, nothing but ASCII, numbers alike in every database."""
    return json.dumps(_plain(value), sort_keys=True, ensure_ascii=True, separators=(",", ":"))


def digest_of(salt: str, details: dict[str, Any]) -> str:
    """What an entry holds about its details. Nobody can guess the details from it once the salt is gone."""
    return _hash(salt, canonical(details))


def link(number: int, at: datetime, before: str, entry: str) -> str:
    """The hash of a seal, from its own values, the hash of the seal before it, and the entry in canonical form."""
    return _hash(str(number), moment(at), before, entry)


def entry_words(
    *,
    pk: int,
    at: datetime,
    written_at: datetime,
    by: int | None,
    acting: int | None,
    verb: str,
    subject_kind: str,
    subject_id: int | None,
    session: int | None,
    digest: str,
    people: Iterable[int],
) -> str:
    """An entry and the people it concerns, in canonical form."""
    values = [pk, moment(at), moment(written_at), by, acting, verb, subject_kind, subject_id, session, digest]
    return canonical([*values, sorted(people)])


def moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(one) for key, one in value.items()}
    elif isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    elif isinstance(value, bool) or not isinstance(value, int | float):
        return value
    else:
        return _number(value)


def _number(value: int | float) -> int | str:
    """PostgreSQL gives 1e22 back as an integer and 1.50 as 1.50."""
    if value == value and abs(value) < WHOLE and value == int(value):
        return int(value)
    else:
        return repr(float(value))


def _hash(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()

"""What there is now, found for a whole file at once: a few queries, however many rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeVar

from django.db.models import Model, QuerySet
from django.db.models.functions import Lower

from encore.people.models import Person

M = TypeVar("M", bound=Model)
BATCH = 5000
ASCII = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz")


def by_text(rows: QuerySet[M], field: str, texts: Iterable[str]) -> dict[str, M]:
    """The rows whose `field` is one of `texts`, upper and lower case alike, by it in lower case.

    Give the texts as they are written, not in lower case: SQLite knows the capitals of A to Z only.
    """
    return {getattr(row, field).lower(): row for row in _matching(rows, field, texts)}


def _matching(rows: QuerySet[M], field: str, texts: Iterable[str]) -> Iterator[M]:
    wanted = sorted({text for text in texts if text})
    for start in range(0, len(wanted), BATCH):
        part = wanted[start : start + BATCH]
        # PostgreSQL makes all letters small: ask for both, or "É" is never found.
        spellings = {text.lower() for text in part} | {text.translate(ASCII) for text in part}
        yield from rows.annotate(in_lower_case=Lower(field)).filter(in_lower_case__in=spellings)


def people_named(names: Iterable[str]) -> dict[str, Person]:
    """People by username; a name with an @ that is nobody's username may be an active person's e-mail address."""
    names = {name for name in names if name}
    found = by_text(Person.objects.all(), "username", names)
    addresses = [name for name in names if "@" in name and name.lower() not in found]
    return found | people_mailed(addresses) if addresses else found


def people_mailed(addresses: Iterable[str]) -> dict[str, Person]:
    """Active people with these e-mail addresses."""
    return by_text(Person.objects.filter(is_active=True), "email", addresses)


def batches(ids: Iterable[int]) -> Iterator[list[int]]:
    """Ids in portions that a query can name."""
    every = list(ids)
    for start in range(0, len(every), BATCH):
        yield every[start : start + BATCH]

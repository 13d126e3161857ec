"""Seals what was recorded: each entry gets the next number of a chain, and a hash over it and all that is before it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db import connection, transaction

from encore.ledger.audit import AuditConcern, AuditEntry, AuditSeal
from encore.ledger.chain import BEGINNING, entry_words, link

EVERY = 5  # minutes between two sealings
AT_ONCE = 1000
LONGEST_TRANSACTION = timedelta(days=1)
LOCK = 0x656E636F7265  # any number that nobody else locks


def seal_waiting(at: datetime, *, all_of_them: bool = False) -> int:
    """Seal all that is committed and not sealed; how many entries.

    An entry with a smaller number may be committed later than one with a larger: so it is not what comes after the
    last seal that is sealed, but what has none. Without `all_of_them` only among the entries since a day before: no
    transaction lasts longer, and older ones need not be looked through each time.
    """
    sealed = 0
    while number := _seal_some(at, all_of_them):
        sealed += number
    return sealed


def head() -> AuditSeal | None:
    """The last seal. Noted outside, it is the proof of all before it."""
    return AuditSeal.objects.order_by("-number").first()


def words_of(entries: Sequence[AuditEntry]) -> dict[int, str]:
    """Each entry in canonical form, by its id. One query."""
    people: dict[int, list[int]] = defaultdict(list)
    concerns = AuditConcern.objects.filter(entry__in=[entry.pk for entry in entries])
    for pk, person in concerns.values_list("entry_id", "person_id"):
        people[pk].append(person)
    return {entry.pk: words(entry, people[entry.pk]) for entry in entries}


def words(entry: AuditEntry, people: Iterable[int]) -> str:
    return entry_words(
        pk=entry.pk,
        at=entry.at,
        written_at=entry.written_at,
        by=entry.by_id,
        acting=entry.acting_id,
        verb=entry.verb,
        subject_kind=entry.subject_kind,
        subject_id=entry.subject_id,
        session=entry.course_session_id,
        digest=entry.digest,
        people=people,
    )


@transaction.atomic
def _seal_some(at: datetime, all_of_them: bool) -> int:
    _wait_for_turn()
    last = head()
    entries = AuditEntry.objects.filter(seal=None).select_related(None).order_by("id")
    if not all_of_them:
        entries = entries.filter(pk__gt=_long_sealed(at))
    waiting = list(entries[:AT_ONCE])
    told = words_of(waiting)
    number, before = (last.number, last.hash) if last else (0, BEGINNING)
    seals = []
    for entry in waiting:
        number += 1
        before = link(number, at, before, told[entry.pk])
        seals.append(AuditSeal(number=number, entry=entry, at=at, hash=before))
    AuditSeal.objects.bulk_create(seals)
    return len(seals)


def _wait_for_turn() -> None:
    """One at a time, or the chain would fork. SQLite has one writer anyhow; and no number is given twice."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


def _long_sealed(at: datetime) -> int:
    """An entry sealed so long ago that whatever was begun before it is over."""
    seals = AuditSeal.objects.filter(at__lte=at - LONGEST_TRANSACTION).order_by("-number")
    return seals.values_list("entry_id", flat=True).first() or 0

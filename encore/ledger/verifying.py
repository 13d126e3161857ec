"""Proves the audit log: whether what stands there is what was written, all of it, in its order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet

from encore.ledger import guard
from encore.ledger.audit import AuditConcern, AuditDetail, AuditEntry, AuditSeal
from encore.ledger.chain import BEGINNING, ERASE, digest_of, link
from encore.ledger.erasing import NOTHING
from encore.ledger.sealing import EVERY, words_of

PORTION = 1000
WAITING = timedelta(minutes=3 * EVERY)  # so long may an entry be without a seal: a turn of the worker may come late


@dataclass(frozen=True, slots=True)
class Fault:
    """`kind`: altered, missing, unsealed, head or guard."""

    kind: str
    what: str

    def __str__(self) -> str:
        return f"{self.kind.upper():<9} {self.what}"


@dataclass
class Findings:
    """What is counted on the way."""

    entries: int = 0
    erased: int = 0
    waiting: int = 0
    head: str = ""
    erasures: dict[int, frozenset[int]] = field(default_factory=dict)  # what each erasure lists


def verify(at: datetime, findings: Findings, *, noted: tuple[int, str] | None = None) -> Iterator[Fault]:
    """Every fault there is. `noted`: number and hash of a seal, as they were noted elsewhere."""
    yield from _faults_of_chain(findings)
    yield from _faults_of_unsealed(at, findings)
    yield from _strays()
    if noted:
        yield from _fault_of_head(noted)
    for name in guard.missing(connection):
        yield Fault("guard", f"The trigger {name} is not in place. “encore migrate” puts it up again.")


def _faults_of_chain(findings: Findings) -> Iterator[Fault]:
    last, before, computed = 0, BEGINNING, BEGINNING
    seals = _seals(AuditSeal.objects.all())
    while seals:
        entries = _entries([seal.entry_id for seal in seals])
        told = words_of(list(entries.values()))
        for seal in seals:
            yield from _gap(last + 1, seal.number)
            entry = entries.get(seal.entry_id)
            if entry is None:
                yield Fault("missing", f"Entry {seal.entry_id}, which has seal {seal.number}.")
            else:
                # After a seal that was tampered with the next one still fits what that seal was.
                fitting = {link(seal.number, seal.at, each, told[entry.pk]) for each in (before, computed)}
                if seal.hash not in fitting and seal.number == last + 1:
                    yield Fault("altered", f"Entry {entry.pk} or its seal {seal.number}: they do not fit each other.")
                elif seal.hash not in fitting:
                    yield Fault("altered", f"Entry {entry.pk} or its seal {seal.number}, or what is missing before it.")
                computed = seal.hash if seal.hash in fitting else link(seal.number, seal.at, before, told[entry.pk])
                yield from _faults_of_detail(entry, findings)
            last, before = seal.number, seal.hash
            findings.entries += 1
        findings.head = f"{last}:{before}"
        seals = _seals(AuditSeal.objects.filter(number__gt=last))


def _seals(rows: QuerySet[AuditSeal]) -> list[AuditSeal]:
    return list(rows.order_by("number")[:PORTION])


def _gap(expected: int, found: int) -> Iterator[Fault]:
    if found == expected + 1:
        yield Fault("missing", f"Seal {expected}.")
    elif found > expected:
        yield Fault("missing", f"Seals {expected} to {found - 1}.")
    elif found < expected:
        yield Fault("altered", f"Seal {found}: the first number is 1.")


def _entries(pks: list[int]) -> dict[int, AuditEntry]:
    return {entry.pk: entry for entry in AuditEntry.objects.filter(pk__in=pks)}


def _faults_of_detail(entry: AuditEntry, findings: Findings) -> Iterator[Fault]:
    detail = _detail_of(entry)
    if detail is None:
        yield Fault("missing", f"The details of entry {entry.pk}.")
    elif detail.erased_by_id is not None:
        findings.erased += 1
        if not _is_erased_properly(detail, findings):
            yield Fault("altered", f"The details of entry {entry.pk} are gone, and no erasure of a person says so.")
    elif digest_of(detail.salt, detail.told()) != entry.digest:
        yield Fault("altered", f"The details of entry {entry.pk}: they are not what its digest was made of.")


def _detail_of(entry: AuditEntry) -> AuditDetail | None:
    return getattr(entry, "detail", None)


def _is_erased_properly(detail: AuditDetail, findings: Findings) -> bool:
    """Nothing is left in it, and the entry that erased it says so itself."""
    by = detail.erased_by_id
    assert by is not None
    if by not in findings.erasures:
        erasure = AuditEntry.objects.filter(pk=by, verb=ERASE).first()
        listed = erasure.changes.get("entries", []) if erasure and _detail_of(erasure) else []
        findings.erasures[by] = frozenset(listed)
    emptied = all(getattr(detail, name) == nothing for name, nothing in NOTHING.items())
    return emptied and detail.entry_id in findings.erasures[by]


def _faults_of_unsealed(at: datetime, findings: Findings) -> Iterator[Fault]:
    """What has no seal yet is at least in itself as it was written."""
    for entry in AuditEntry.objects.filter(seal=None).order_by("id").iterator(chunk_size=PORTION):
        findings.entries += 1
        if entry.written_at < at - WAITING:
            yield Fault("unsealed", f"Entry {entry.pk}, of {entry.written_at:%Y-%m-%d %H:%M} UTC.")
        else:
            findings.waiting += 1
        yield from _faults_of_detail(entry, findings)


def _strays() -> Iterator[Fault]:
    """Parts of entries that are no longer there."""
    entry = AuditEntry.objects.filter(pk=OuterRef("entry_id"))
    strays: list[Any] = [AuditDetail.objects, AuditConcern.objects]
    gone = {pk for rows in strays for pk in rows.filter(~Exists(entry)).values_list("entry_id", flat=True)}
    sealed = set(AuditSeal.objects.filter(entry__in=gone).values_list("entry_id", flat=True)) if gone else set()
    for pk in sorted(gone - sealed):
        yield Fault("missing", f"Entry {pk}, which was not sealed; parts of it are still there.")


def _fault_of_head(noted: tuple[int, str]) -> Iterator[Fault]:
    number, its_hash = noted
    seal = AuditSeal.objects.filter(number=number).first()
    if seal is None:
        yield Fault("head", f"There is no seal {number}: what was noted as the head has been cut off.")
    elif seal.hash != its_hash:
        yield Fault("head", f"Seal {number} is not the one that was noted: the chain was made anew.")

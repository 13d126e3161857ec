"""Erases what the audit log says in words about a person. The entries, and the chain of seals over them, stay whole."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.db import models, transaction
from django.db.models import Q

from encore.base.personal import Erasure
from encore.ledger.actions import record
from encore.ledger.audit import AuditDetail, AuditEntry
from encore.ledger.chain import ERASE
from encore.ledger.origin import Origin, coming_from, origin

NOTHING: dict[str, Any] = {"salt": "", "subject": "", "changes": {}, "address": "", "device": "", "search_text": ""}
CHUNK = 2000
AT_ONCE = 500


def erase_details(erasure: Erasure) -> int:
    """Erase every detail that speaks of this person: as the subject, as who did it, in changes, or by name; how many.

    The entry about the erasure itself (`erasure.entry`) stays as it is. This adds one more entry, which lists the
    entries whose details it erased. It says nothing in words, from nowhere, and so is never erased itself: it is what
    tells `encore audit verify` an erasure from a deletion.
    """
    with transaction.atomic():
        spoken_of = sorted({*_by_key(erasure), *_by_name(erasure)} - {erasure.entry})
        if spoken_of:
            asked = AuditEntry.objects.get(pk=erasure.entry)
            subject = get_user_model()._default_manager.get(pk=erasure.subject.pk)
            entry = _record(subject, spoken_of, by=asked.by, at=erasure.at)
            for start in range(0, len(spoken_of), AT_ONCE):
                rows: models.QuerySet[AuditDetail] = models.QuerySet(AuditDetail).filter(
                    pk__in=spoken_of[start : start + AT_ONCE]
                )
                rows.update(erased_by=entry, **NOTHING)
    return len(spoken_of)


def _by_key(erasure: Erasure) -> Iterator[int]:
    pk = erasure.subject.pk
    theirs = Q(entry__by=pk) | Q(entry__acting=pk) | Q(entry__in=_concerning(pk))
    return _whole().filter(theirs).values_list("pk", flat=True).iterator()


def _by_name(erasure: Erasure) -> Iterator[int]:
    """One row after the other: names stand in JSON, and are spelled in more than one way."""
    for pk, *values in _whole().values_list("pk", "subject", "changes").iterator(chunk_size=CHUNK):
        if erasure.words.are_in(*values):
            yield pk


def _whole() -> models.QuerySet[AuditDetail]:
    return AuditDetail.objects.filter(erased_by=None).exclude(entry__verb=ERASE)


def _concerning(pk: int) -> models.QuerySet[Any, Any]:
    return AuditEntry.objects.filter(concerns__person_id=pk).values("pk")


def _record(subject: models.Model, entries: list[int], *, by: Any, at: datetime) -> AuditEntry:
    with coming_from(Origin(acting=origin().acting)):
        return record(ERASE, subject, by=by, at=at, changes={"entries": entries}, called=f"#{subject.pk}")

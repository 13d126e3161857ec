"""Who was the last to change something, for the one who finds it changed."""

from __future__ import annotations

from django.db import models

from encore.ledger.models import AuditEntry


def last_change_of(subject: models.Model) -> AuditEntry | None:
    """The latest audit entry about it, with who did it; one query."""
    entries = AuditEntry.objects.filter(subject_kind=subject._meta.model_name, subject_id=subject.pk)
    return entries.select_related("by").order_by("-id").first()

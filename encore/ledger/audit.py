"""The audit log in tables: entries, what they say in words, whom they concern, and the seals over them.

Rows are only ever added. Models refuse to change or delete them, triggers in the database do too (guard.py), and what
gets past both is noticed by `encore audit verify`. The one exception is the erasure of details (erasing.py).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NoReturn, TypeVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from encore.base.personal import NOTHING_PERSONAL, Personal

Row = TypeVar("Row", bound=models.Model, covariant=True)


class OnlyAddedTo(Exception):
    """The audit log is only added to."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


class Kept(models.QuerySet[Row]):
    """Rows that can be added and read."""

    def update(self, **values: Any) -> NoReturn:
        raise OnlyAddedTo

    def delete(self) -> NoReturn:
        raise OnlyAddedTo

    def bulk_update(self, *args: Any, **options: Any) -> NoReturn:
        raise OnlyAddedTo

    def bulk_create(self, objs: Iterable[Row], *args: Any, **options: Any) -> list[Row]:
        if options.get("update_conflicts") or options.get("ignore_conflicts"):
            raise OnlyAddedTo
        return super().bulk_create(objs, *args, **options)


class KeptModel(models.Model):
    """One of those rows."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **options: Any) -> None:
        if not self._state.adding:
            raise OnlyAddedTo
        super().save(force_insert=True, using=options.get("using"))

    def delete(self, *args: Any, **options: Any) -> NoReturn:
        raise OnlyAddedTo


class Entries(models.Manager["AuditEntry"]):
    """Entries come with their details: what they say in words lies there."""

    def get_queryset(self) -> Kept[AuditEntry]:
        return Kept(self.model, using=self._db).select_related("detail")


class AuditEntry(KeptModel):
    """Who did what to whom, and when: ids, a verb, and the digest of what it says in words."""

    at = models.DateTimeField()  # when it was done
    written_at = models.DateTimeField(db_default=Now())  # when it was written down, by the database's clock
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="audit_entries", db_index=False
    )
    acting = models.ForeignKey(  # the administrator who was really there, where `by` is whom they acted as
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    verb = models.CharField(max_length=60)
    subject_kind = models.CharField(max_length=40)
    subject_id = models.BigIntegerField(null=True)
    course_session_id = models.BigIntegerField(null=True)
    digest = models.CharField(max_length=64)

    objects = Entries()
    personal = Personal(
        rows=lambda who: Q(subject_kind="person", subject_id=who.pk),
        keep=_("What was done stays on record, without a name."),
        by=("by", "acting"),
        plain=("verb", "subject_kind", "digest"),
    )

    class Meta:
        ordering = ["-id"]
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit entries")
        indexes = [
            models.Index(fields=["subject_kind", "subject_id", "-id"], name="audit_by_subject"),
            models.Index(fields=["course_session_id", "-id"], name="audit_by_session"),
            models.Index(fields=["by", "-id"], name="audit_by_person"),
            models.Index(fields=["acting", "-id"], condition=Q(acting__isnull=False), name="audit_by_acting"),
            models.Index(fields=["verb", "-id"], name="audit_by_verb"),
            models.Index(fields=["at"], name="audit_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.subject}"

    @property
    def subject(self) -> str:
        """What people called it then; "" once that is erased."""
        return self.detail.subject

    @property
    def changes(self) -> dict[str, Any]:
        """{"field": [before, after]}, or facts of the deed."""
        return self.detail.changes

    @property
    def is_erased(self) -> bool:
        return self.detail.erased_by_id is not None


class AuditDetail(KeptModel):
    """What an entry says in words, names and values. Erased, it keeps nothing but the entry that erased it."""

    entry = models.OneToOneField(AuditEntry, on_delete=models.PROTECT, primary_key=True, related_name="detail")
    salt = models.CharField(max_length=32)
    subject = models.CharField(max_length=300)
    changes = models.JSONField(default=dict)
    address = models.CharField(max_length=60)  # of the network, as the request came from there
    device = models.CharField(max_length=80)  # in words: "Firefox on Windows"; "encore import" on the command line
    search_text = models.CharField(max_length=1000)
    erased_by = models.ForeignKey(AuditEntry, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)

    objects = Kept.as_manager()
    personal = Personal(
        rows=lambda who: Q(entry__concerns__person_id=who.pk) | Q(entry__by=who.pk) | Q(entry__acting=who.pk),
        keep=_("Names, values and addresses in the audit log are erased; that something was done stays."),
        special="encore.ledger.erasing.erase_details",
        plain=("salt", "subject", "changes", "address", "device", "search_text"),
    )

    class Meta:
        verbose_name_plural = "audit details"

    def __str__(self) -> str:
        return self.subject

    def told(self) -> dict[str, Any]:
        """What the digest is made of."""
        return {name: getattr(self, name) for name in ("subject", "changes", "address", "device", "search_text")}


class AuditConcern(KeptModel):
    """An entry concerns a person: it was done to them, or it names them. Only ids, so erasure leaves it."""

    entry = models.ForeignKey(AuditEntry, on_delete=models.PROTECT, related_name="concerns", db_index=False)
    person_id = models.BigIntegerField()

    objects = Kept.as_manager()
    personal = NOTHING_PERSONAL  # the number of a person who may be erased; what it says of them lies in the details

    class Meta:
        constraints = [models.UniqueConstraint(fields=["entry", "person_id"], name="audit_concerns_a_person_once")]
        indexes = [models.Index(fields=["person_id", "-entry"], name="audit_by_person_concerned")]

    def __str__(self) -> str:
        return f"{self.entry_id} concerns {self.person_id}"


class AuditSeal(KeptModel):
    """The entry with this number in the chain. Whoever changes anything sealed has to make all later seals anew."""

    number = models.BigIntegerField(primary_key=True)
    entry = models.OneToOneField(AuditEntry, on_delete=models.PROTECT, related_name="seal")
    at = models.DateTimeField()
    hash = models.CharField(max_length=64)

    objects = Kept.as_manager()
    personal = NOTHING_PERSONAL

    class Meta:
        ordering = ["number"]

    def __str__(self) -> str:
        return f"{self.number}:{self.hash}"

"""Erasing a person, and giving people a copy of everything about them."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from encore.base.personal import Erasure
from encore.ledger.actions import record, start_job
from encore.ledger.models import AuditEntry, Job
from encore.people.actions.accounts import deactivate
from encore.people.erasing import Tell, erase_everywhere, neutralise, subject_of, words_of
from encore.people.errors import Erased, NoPower, NotYourself, PeopleError
from encore.people.models import DataCopy, Person
from encore.people.signals import person_erasing

ERASE, COPY = "erase person", "copy personal data"
COPY_DAYS = 7


class BeingErased(PeopleError):
    sentence = _("This person is being erased at this moment.")


class EraseYourself(NotYourself):
    sentence = _("You cannot erase your own account. Ask another administrator.")


def ask_to_erase(person: Person, *, by: Person, at: datetime, reason: str = "") -> Job:
    """Close the account at once and let the worker erase it."""
    with transaction.atomic():
        subject = _erasable(person, by)
        if erasing_of(subject) is not None:
            raise BeingErased
        if subject.is_active:
            deactivate(subject, by=by, at=at)
        return start_job(ERASE, {"person": subject.pk, "reason": reason}, by=by, at=at)


def erase_person(
    person: Person,
    *,
    by: Person | None,
    at: datetime,
    reason: str = "",
    tell: Tell = lambda done, total: None,
) -> AuditEntry:
    """Erase a person: records stay and count, without a name. In one transaction; it cannot be undone."""
    with transaction.atomic():
        subject = _erasable(person, by)
        if subject.is_active:
            deactivate(subject, by=by, at=at)
        person_erasing.send(Person, person=subject, by=by, at=at)
        who, words = subject_of(subject), words_of(subject)
        neutralise(subject, at)
        changes = {"reason": words.replaced(reason)[0]} if reason else {}
        entry = record(ERASE, subject, by=by, at=at, changes=changes)
        erase_everywhere(subject, Erasure(subject=who, words=words, entry=entry.pk, at=at), tell)
    return entry


def erasing_of(person: Person) -> Job | None:
    """The job that is about to erase this person, or is at it."""
    going_on = Job.objects.filter(kind=ERASE, state__in=[Job.State.WAITING, Job.State.RUNNING])
    return next((job for job in going_on if job.payload.get("person") == person.pk), None)


@transaction.atomic
def ask_for_copy(person: Person, *, by: Person, at: datetime) -> DataCopy:
    """Let the worker write everything about a person into one file, for `by` to download."""
    _require_right_to_copy(person, by)
    copy = DataCopy.objects.create(person=person, by=by, at=at, until=at + timedelta(days=COPY_DAYS))
    copy.job = start_job(COPY, {"copy": copy.pk}, by=by, at=at)
    copy.save(update_fields=["job"])
    record(COPY, person, by=by, at=at)
    return copy


@transaction.atomic
def delete_copies(at: datetime) -> int:
    """Delete the copies whose time is over; how many."""
    over = list(DataCopy.objects.select_for_update().filter(until__lte=at))
    for copy in over:
        delete_copy(copy)
    return len(over)


def delete_copy(copy: DataCopy) -> None:
    name = copy.file.name
    copy.delete()
    if name:
        transaction.on_commit(lambda: default_storage.delete(name))


def _erasable(person: Person, by: Person | None) -> Person:
    """The person, locked, if `by` may erase them. None is the command line."""
    subject = Person.objects.select_for_update().get(pk=person.pk)
    if by is not None and not by.is_administrator:
        raise NoPower
    elif by is not None and by.pk == subject.pk:
        raise EraseYourself
    elif subject.erased_at:
        raise Erased
    else:
        return subject


def _require_right_to_copy(person: Person, by: Person) -> None:
    if by.pk != person.pk and not by.is_administrator:
        raise NoPower
    elif person.erased_at:
        raise Erased

"""Writes the ledger: audit entries, mail, jobs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.core.cache import cache
from django.db import models, transaction

from encore.base.text import fold
from encore.ledger.chain import digest_of, new_salt
from encore.ledger.models import AuditConcern, AuditDetail, AuditEntry, Job, Mail
from encore.ledger.origin import origin

if TYPE_CHECKING:
    from encore.people.models import Person

READ = "read"
READING_LASTS = timedelta(hours=1)
BATCH = 500
# Under these words `changes` name people by their ids: one, several, or [before, after].
PEOPLE = frozenset(
    "person people joined left added removed followed no_longer_followed owner coach coaches learners teachers".split()
)

Subject = models.Model | type[models.Model]


def record(
    verb: str,
    subject: Subject,
    *,
    by: Person | None,
    at: datetime,
    session_id: int | None = None,
    changes: dict[str, Any] | None = None,
    called: str = "",
    people: Iterable[int] = (),
) -> AuditEntry:
    """Add an audit entry about `subject`, in the caller's transaction. `changes`: JSON values only.

    `subject`: a row; or a model, where it is about all of its rows. `called`: what people call it, where its own `str`
    does not say. `people`: the ids of those it concerns, besides the subject and those whom `changes` name under one
    of the words in PEOPLE. From where it comes, and who really acts, is known already (origin.py).
    """
    changes = changes or {}
    entry = _entry(verb, subject, by=by, at=at, session_id=session_id)
    detail = _detail(entry, called or _called(subject), changes)
    return _write([entry], [detail], [_concerned(subject, changes) | set(people)])[0]


def record_many(
    verb: str,
    subjects: Sequence[models.Model],
    *,
    by: Person | None,
    at: datetime,
    session_id: int | None = None,
    changes: Mapping[int, dict[str, Any]] | None = None,
    called: Mapping[int, str] | None = None,
) -> list[AuditEntry]:
    """The same about each of many, in a few queries. `changes` and `called`: by the subject's id; who has none has no
    changes, and is called as it says itself."""
    told = [(changes or {}).get(subject.pk, {}) for subject in subjects]
    entries = [_entry(verb, subject, by=by, at=at, session_id=session_id) for subject in subjects]
    names = [(called or {}).get(subject.pk) or _called(subject) for subject in subjects]
    details = [_detail(*each) for each in zip(entries, names, told, strict=True)]
    concerned = [_concerned(*each) for each in zip(subjects, told, strict=True)]
    return _write(entries, details, concerned)


def record_reading(
    subject: Subject, *, by: Person, at: datetime, session_id: int | None = None, called: str = ""
) -> AuditEntry | None:
    """Note that somebody on the staff reads personal data: `subject` is the person, or the enrolment, or what a list is
    a list of (a session, a course in it, a class, the model itself).

    Once for a reader, a subject and an hour: within it another reading is no entry, and no query where this process
    remembers the first. One's own data are nobody's business. A list is one entry, whoever stands in it; what is taken
    out as a file is recorded each time, with `record`. Fields that find people as one types show names alone, and are
    not recorded.
    """
    entry = _entry(READ, subject, by=by, at=at, session_id=session_id)
    concerned = _concerned(subject, {})
    if by.pk in concerned or _was_read(entry, at):
        return None
    _write([entry], [_detail(entry, called or _called(subject), {})], [concerned])
    transaction.on_commit(lambda: _remember(entry))
    return entry


def changed(instance: models.Model, values: dict[str, Any]) -> dict[str, list[Any]]:
    """Set `values` on `instance`; return what really changed, as {"field": [before, after]} fit for JSON."""
    changes = {}
    for name, after in values.items():
        before = getattr(instance, name)
        if before != after:
            setattr(instance, name, after)
            changes[name] = [_plain(before), _plain(after)]
    return changes


def queue_mail(person: Person, purpose: str, occasion: str, *, subject: str, body: str, at: datetime) -> Mail | None:
    """Queue one letter; None for who has it already, has no address or is deactivated. The worker sends it."""
    if not person.email or not person.is_active:
        return None
    mail, new = Mail.objects.get_or_create(
        person=person,
        purpose=purpose,
        occasion=occasion,
        defaults={"to": person.email, "subject": subject[:200], "body": body, "queued_at": at},
    )
    return mail if new else None


def start_job(kind: str, payload: dict[str, Any], *, by: Person | None, at: datetime, total: int = 0) -> Job:
    """Hand work of a registered kind to the worker. Takes effect when the caller's transaction commits."""
    return Job.objects.create(kind=kind, payload=payload, by=by, acting_id=_acting(by), created_at=at, total=total)


@transaction.atomic
def ask_to_stop(job: Job) -> None:
    """Ask a job to stop at its next step; one not yet taken up is stopped at once."""
    waiting = Job.objects.filter(pk=job.pk, state=Job.State.WAITING)
    if not waiting.update(state=Job.State.CANCELLED):
        Job.objects.filter(pk=job.pk, state=Job.State.RUNNING).update(stop_asked=True)


def _entry(verb: str, subject: Subject, *, by: Person | None, at: datetime, session_id: int | None) -> AuditEntry:
    return AuditEntry(
        verb=verb,
        subject_kind=subject._meta.model_name or "",
        subject_id=subject.pk if isinstance(subject, models.Model) else None,
        by=by,
        acting_id=_acting(by),
        at=at,
        course_session_id=session_id,
    )


def _acting(by: Person | None) -> int | None:
    """Who acts as `by`; None for who is there in person."""
    acting = origin().acting()
    return None if by is not None and acting == by.pk else acting


def _called(subject: Subject) -> str:
    return str(subject if isinstance(subject, models.Model) else subject._meta.verbose_name_plural)


def _detail(entry: AuditEntry, called: str, changes: dict[str, Any]) -> AuditDetail:
    place = origin()
    detail = AuditDetail(
        salt=new_salt(),
        subject=called[:300],
        changes=changes,
        address=place.address,
        device=place.device[:80],
        search_text=fold(" ".join([called, *_texts(changes)]))[:1000],
    )
    entry.digest = digest_of(detail.salt, detail.told())
    return detail


def _texts(value: Any) -> Iterator[str]:
    """Everything in it that is written in words."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list | tuple):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _texts(one)


def _concerned(subject: Subject, changes: Mapping[str, Any]) -> set[int]:
    """The people that it is about: the subject or whose row it is, and those whom the changes name."""
    found = {pk for name in PEOPLE & changes.keys() for pk in _ids(changes[name])}
    if isinstance(subject, AuditEntry.by.field.related_model):
        found.add(subject.pk)
    elif isinstance(pk := getattr(subject, "person_id", None), int):
        found.add(pk)
    return found


def _ids(value: Any) -> Iterator[int]:
    for one in value if isinstance(value, list | tuple) else [value]:
        if isinstance(one, list | tuple):
            yield from _ids(one)
        elif isinstance(one, int) and not isinstance(one, bool):
            yield one


def _write(
    entries: list[AuditEntry], details: list[AuditDetail], concerned: Iterable[Iterable[int]]
) -> list[AuditEntry]:
    with transaction.atomic(savepoint=False):
        AuditEntry.objects.bulk_create(entries, batch_size=BATCH)
        for entry, detail in zip(entries, details, strict=True):
            detail.entry = entry
        AuditDetail.objects.bulk_create(details, batch_size=BATCH)
        concerns = [
            AuditConcern(entry=entry, person_id=pk)
            for entry, people in zip(entries, concerned, strict=True)
            for pk in sorted(people)
        ]
        AuditConcern.objects.bulk_create(concerns, batch_size=BATCH)
    return entries


def _was_read(entry: AuditEntry, at: datetime) -> bool:
    """Whether the same reading is recorded already, not long ago."""
    remembered = cache.get(_place(entry))
    if remembered and at - READING_LASTS < remembered <= at:
        return True
    same = AuditEntry.objects.filter(
        subject_kind=entry.subject_kind, subject_id=entry.subject_id, verb=READ, by=entry.by_id, acting=entry.acting_id
    )
    lately = same.filter(course_session_id=entry.course_session_id, at__gt=at - READING_LASTS, at__lte=at)
    found = lately.order_by("-id").first()
    if found:
        _remember(found)
    return found is not None


def _remember(entry: AuditEntry) -> None:
    cache.set(_place(entry), entry.at, READING_LASTS.total_seconds())


def _place(entry: AuditEntry) -> str:
    """By what a reading is remembered: who read, about whom."""
    parts = (entry.by_id, entry.acting_id, entry.subject_kind, entry.subject_id, entry.course_session_id)
    return "reading:" + ":".join(map(str, parts))


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | float | str):
        return value
    elif isinstance(value, models.Model):
        return value.pk
    else:
        return str(value)

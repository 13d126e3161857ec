"""Completions: what a learner has done with. Seeing a document or a link completes it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Protocol

from django.db import IntegrityError, transaction

from encore.courses.actions.entering import enter
from encore.courses.context import Here
from encore.courses.models import Enrolment
from encore.toolkit.activity import note_opened
from encore.toolkit.counting import count_one_more, seen_again
from encore.toolkit.models import Completion, Item

REMEMBER_EVERY = timedelta(minutes=1)


class Seeable(Protocol):
    """An item from `shown_in(here)`, or an entry of an outline."""

    pk: int
    version_id: int


class Seen(Seeable, Protocol):
    """An entry of an outline."""

    seen_at: datetime | None
    progress_stamp: int | None


def see(item: Seeable, here: Here) -> Completion | None:
    """Note that the learner has seen an item; None where nothing is recorded (design: access)."""
    enrolment = enter(here)
    if enrolment is None:
        return None
    mine = Completion.objects.filter(session=here.session, enrolment=enrolment, item=item.pk)
    known = mine.first()
    note_seen(item, here, enrolment, last_at=known.last_at if known else None)
    return known or mine.get()


def visit(entry: Seen, here: Here) -> None:
    """As `see`, for an entry of an outline: it knows when the learner saw it last, so nothing is asked but to write."""
    if enrolment := enter(here):
        note_seen(entry, here, enrolment, last_at=entry.seen_at, stamp=entry.progress_stamp)


def note_seen(
    item: Seeable, here: Here, enrolment: Enrolment, *, last_at: datetime | None, stamp: int | None = None
) -> None:
    """Write it down, at most once a minute; how often it was opened, each time."""
    note_opened(item.pk, here, enrolment)
    if last_at is None:
        complete(item.pk, item.version_id, enrolment, here.session_course.pk, at=here.at, stamp=stamp)
    elif here.at - last_at >= REMEMBER_EVERY:
        with transaction.atomic():
            Completion.objects.filter(session=here.session, enrolment=enrolment, item=item.pk).update(last_at=here.at)
            seen_again(here.session.pk, here.session_course.pk, enrolment.pk, at=here.at)


@transaction.atomic(savepoint=False)
def complete(
    item: Item | int,
    version: int,
    enrolment: Enrolment,
    session_course: int,
    *,
    at: datetime,
    stamp: int | None = None,
) -> None:
    """Note that a learner has done with an item; once, whatever comes later. Progress goes along; `stamp`: that of the
    outline in which the item showed."""
    completion = Completion(
        session_id=enrolment.session_id,
        session_course_id=session_course,
        enrolment=enrolment,
        item_id=item if isinstance(item, int) else item.pk,
        version_id=version,
        at=at,
        last_at=at,
    )
    try:
        with transaction.atomic():
            completion.save(force_insert=True)
    except IntegrityError:  # done before, or the same page opened twice at once: who wrote it has counted it
        return
    count_one_more(enrolment.session_id, session_course, enrolment.pk, at=at, stamp=stamp)

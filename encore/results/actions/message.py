"""Writes one letter to each of some learners, in the name of their coach."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.shortcuts import resolve_url
from django.template.loader import render_to_string
from django.utils import translation

from encore.courses.context import Here
from encore.courses.models import Enrolment, SessionCourse
from encore.courses.rules import Action
from encore.ledger.actions import record
from encore.ledger.models import Mail
from encore.people.models import Person
from encore.toolkit.permission import require

PURPOSE = "to_learners"
BATCH = 500


@transaction.atomic
def write_to(
    enrolments: Iterable[Enrolment], here: Here, *, subject: str, text: str, occasion: UUID, by: Person, at: datetime
) -> int:
    """Queue one letter to each of these learners; return how many.

    Answers go to who wrote, if they have an address. An `occasion` is written about once: sent again it changes
    nothing, and the number is that of the first time. Who has no address or is deactivated gets nothing.
    """
    require(here, Action.MARK)
    SessionCourse.objects.select_for_update().get(pk=here.session_course.pk)  # a second click waits for the first
    letters = letters_of(here, occasion, by)
    if sent := letters.count():
        return sent
    people = reachable(enrolments)
    mails = [
        Mail(
            person=person,
            purpose=PURPOSE,
            occasion=_occasion(here, occasion, by),
            to=person.email,
            reply_to=by.email,
            subject=subject[:200],
            body=_body(person, here, text, by),
            queued_at=at,
        )
        for person in people
    ]
    Mail.objects.bulk_create(mails, batch_size=BATCH)
    if mails:
        told = {"learners": [person.pk for person in people], "title": subject[:200]}
        record("write to learners", here.session_course, by=by, at=at, session_id=here.session.pk, changes=told)
    return len(mails)


def reachable(enrolments: Iterable[Enrolment]) -> list[Person]:
    """The people among them whom a letter can reach."""
    return [one.person for one in enrolments if one.person.email and one.person.is_active]


def letters_of(here: Here, occasion: UUID, by: Person) -> QuerySet[Mail]:
    return Mail.objects.filter(purpose=PURPOSE, occasion=_occasion(here, occasion, by))


def _occasion(here: Here, occasion: UUID, by: Person) -> str:
    return f"{here.session_course.pk} {by.pk} {occasion}"


def _body(person: Person, here: Here, text: str, by: Person) -> str:
    address = settings.BASE_URL.rstrip("/") + resolve_url(here.session_course)
    context = {
        "person": person,
        "by": by,
        "text": text,
        "place": here.title,
        "address": address,
        "answers": bool(by.email),
        "platform": settings.PLATFORM_NAME,
    }
    with translation.override(person.language or settings.LANGUAGE_CODE):
        return render_to_string("results/mail/message.txt", context).strip() + "\n"

"""Sends the letters that wait. Unique by person, purpose and occasion (models.Mail): nothing is sent twice."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.db.models import Q, QuerySet

from encore.ledger.actions import record
from encore.ledger.models import Mail

if TYPE_CHECKING:
    from encore.people.models import Person

logger = logging.getLogger("encore.mail")

# How long after being queued a letter is tried for the first, second … time. After the last, it is given up.
TRIES = [timedelta(minutes=m) for m in (0, 1, 5, 30, 2 * 60, 12 * 60)]
BATCH = 50


def waiting(at: datetime) -> QuerySet[Mail]:
    """Letters that are to be tried now."""
    due = Q()
    for tries, wait in enumerate(TRIES):
        due |= Q(tries=tries, queued_at__lte=at - wait)
    return Mail.objects.filter(due, sent_at=None).order_by("queued_at", "id")


def is_given_up(mail: Mail) -> bool:
    """Not sent, and not tried any more until somebody asks for it."""
    return mail.sent_at is None and mail.tries >= len(TRIES)


def send_waiting(at: datetime) -> int:
    """Send up to a batch of the letters that wait; how many were tried."""
    letters = list(waiting(at)[:BATCH])
    if not letters:
        return 0
    server = get_connection()
    try:
        for mail in letters:
            send(mail, server, at)
    finally:
        server.close()
    return len(letters)


def send(mail: Mail, server: BaseEmailBackend, at: datetime) -> None:
    """Try one letter. The try is counted first: of two workers one has it, and a bad one does not go on for ever."""
    if not Mail.objects.filter(pk=mail.pk, tries=mail.tries, sent_at=None).update(tries=mail.tries + 1):
        return
    try:
        reply_to = [mail.reply_to] if "@" in mail.reply_to else None  # the address may have been erased
        EmailMessage(mail.subject, mail.body, to=[mail.to], reply_to=reply_to, connection=server).send()
    except Exception as error:
        logger.warning("Letter %s could not be sent: %s", mail.pk, error)
        Mail.objects.filter(pk=mail.pk).update(error=str(error)[:1000] or type(error).__name__)
        server.close()  # the next letter gets a fresh connection
    else:
        Mail.objects.filter(pk=mail.pk).update(sent_at=at, error="")


@transaction.atomic
def try_again(mail: Mail, *, by: Person | None, at: datetime) -> None:
    """Put a letter that was given up in line again, as if it were queued now."""
    if Mail.objects.filter(pk=mail.pk, sent_at=None).update(tries=0, queued_at=at, error=""):
        record("try letter again", mail, by=by, at=at)

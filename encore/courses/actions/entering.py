"""Entering a course: the first visit starts a duration session's clock."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction

from encore.courses import signals
from encore.courses.context import Here
from encore.courses.models import Enrolment
from encore.courses.windows import fill_enrolment, terms_of

REMEMBER_EVERY = timedelta(minutes=10)


def enter(here: Here) -> Enrolment | None:
    """Note that the learner has come in; None where nothing is recorded. Writes at most once in ten minutes."""
    enrolment = here.enrolment
    if enrolment is None or not here.records:
        return None
    recent = enrolment.last_entered_at and here.at - enrolment.last_entered_at < REMEMBER_EVERY
    if enrolment.first_entered_at and recent:
        return enrolment
    elif enrolment.first_entered_at:
        Enrolment.objects.filter(pk=enrolment.pk).update(last_entered_at=here.at)
        return enrolment
    else:
        return _enter_first(enrolment, here)


@transaction.atomic
def _enter_first(enrolment: Enrolment, here: Here) -> Enrolment:
    enrolment = Enrolment.objects.select_for_update(of=("self",)).select_related("session").get(pk=enrolment.pk)
    if enrolment.first_entered_at is None:
        enrolment.first_entered_at = enrolment.last_entered_at = here.at
        fill_enrolment(enrolment, terms_of(enrolment.session))
        enrolment.save(update_fields=["first_entered_at", "last_entered_at", "window_opens_at", "window_closes_at"])
        signals.entered.send(Enrolment, enrolment=enrolment, at=here.at)
    return enrolment

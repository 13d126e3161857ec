"""Completions: what a learner has done with. Seeing a document or a link completes it."""

from __future__ import annotations

from django.db import transaction

from encore.courses.actions.entering import enter
from encore.courses.context import Here
from encore.toolkit.models import Completion, Item


@transaction.atomic
def see(item: Item, here: Here) -> Completion | None:
    """Note that the learner has seen an item (from `shown_in(here)`); None where nothing is recorded (design: access)."""
    enrolment = enter(here)
    if enrolment is None:
        return None
    completion, _new = Completion.objects.get_or_create(
        session=here.session,
        enrolment=enrolment,
        item_id=item.pk,
        defaults={
            "session_course": here.session_course,
            "version_id": item.version_id,
            "at": here.at,
            "last_at": here.at,
        },
    )
    return completion

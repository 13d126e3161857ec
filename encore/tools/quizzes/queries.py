"""Finds tests and attempts, from here."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404

from encore.base.prepared import Prepared
from encore.courses.context import Here
from encore.courses.words import Sight
from encore.toolkit.outline import Entry, outline_in
from encore.toolkit.registry import tool_named
from encore.toolkit.scoping import recorded_in
from encore.tools.quizzes.models import Attempt


def test_in(here: Here, uuid: UUID) -> Entry:
    """The test of this name here, with its content; else 404. Those who write find drafts too."""
    entry = outline_in(here, tool_named("quizzes"), content_for=uuid).find(uuid)
    if entry is None or (entry.content is None and not here.writes):
        raise Http404
    return entry


def own_attempts(here: Here) -> QuerySet[Attempt]:
    """What this learner has tried here, by their enrolment now; nothing for who is not enrolled."""
    if here.enrolment is None:
        return Attempt.objects.none()
    return recorded_in(here, Attempt).filter(enrolment=here.enrolment)


def own_attempt(here: Here, uuid: UUID) -> Attempt:
    """One's own, with the test and its version; else 404."""
    if here.enrolment is None or here.session_course is None:
        raise Http404
    found = _OWN(uuid=uuid, place=here.session_course.pk, enrolment=here.enrolment.pk)
    if not found:
        raise Http404
    found[0].enrolment = here.enrolment
    return found[0]


def readable_attempt(here: Here, uuid: UUID) -> Attempt:
    """One's own, or anybody's here for who sees people's work; else 404."""
    return _one(recorded_in(here, Attempt) if here.sees(Sight.PEOPLE) else own_attempts(here), uuid)


def _own(uuid: UUID, place: int, enrolment: int) -> QuerySet[Attempt]:
    found = Attempt.objects.filter(uuid=uuid, session_course=place, enrolment=enrolment)
    return found.select_related("version", "item")


_OWN = Prepared(_own)


def _one(attempts: QuerySet[Attempt], uuid: UUID) -> Attempt:
    found = attempts.select_related("version", "item", "enrolment__person").filter(uuid=uuid).first()
    if found is None:
        raise Http404
    return found

"""Finds the learners of a course in a session."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, QuerySet

from encore.courses.context import Here
from encore.courses.models import CourseExclusion, Enrolment
from encore.people.queries import search_people

TAKING_PART = (*Enrolment.LIVE, Enrolment.State.COMPLETED)


def learners_in(here: Here, *, q: str = "", state: str = "") -> QuerySet[Enrolment]:
    """The learners of this course of the session: who takes part, or those in one state. Excluded ones are not."""
    states = [state] if state in Enrolment.State.values else TAKING_PART
    excluded = CourseExclusion.objects.filter(enrolment=OuterRef("pk"), session_course=here.session_course)
    enrolments = Enrolment.objects.filter(session=here.session, is_latest=True, state__in=states)
    if q:
        enrolments = enrolments.filter(person__in=search_people(q).order_by())
    return enrolments.exclude(Exists(excluded)).select_related("person").order_by("person__sort_name", "pk")

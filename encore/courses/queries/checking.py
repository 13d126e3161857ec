"""Finds whom a manager may ask about: the people of a session."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet

from encore.courses.context import Here
from encore.courses.models import (
    CourseCoach,
    CourseTeacher,
    Enrolment,
    GeneralCoach,
    SessionFollower,
    WaitingPerson,
)
from encore.people.models import Following, Person
from encore.people.queries import search_people

MOST = 20


def people_to_check(here: Here, q: str = "") -> QuerySet[Person]:
    """Those who have, had or wait for a role in this session; an administrator may ask about anybody."""
    people = search_people(q).order_by("sort_name", "id")
    return people if here.person.is_administrator else people.filter(_of_session(here.session.pk))


def _of_session(session: int) -> Q:
    person = OuterRef("pk")
    learners = Enrolment.objects.filter(session=session)
    return (
        Exists(learners.filter(person=person))
        | Exists(GeneralCoach.objects.filter(session=session, person=person))
        | Exists(CourseCoach.objects.filter(session_course__session=session, person=person))
        | Exists(CourseTeacher.objects.filter(course__session_courses__session=session, person=person))
        | Exists(SessionFollower.objects.filter(session=session, person=person))
        | Exists(Following.objects.filter(person__enrolments__session=session, manager=person))
        | Exists(WaitingPerson.objects.filter(session=session, person=person))
        | Q(sessions_owned__pk=session)
    )

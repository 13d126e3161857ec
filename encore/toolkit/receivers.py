"""Keeps the schedule and progress true when sessions, enrolments or first entries change, and says what an enrolment
has led to."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import Any

from django.dispatch import receiver

from encore.courses.context import Here
from encore.courses.models import CourseSession, Enrolment, SessionCourse
from encore.courses.signals import (
    enrolled,
    enrolment_dates_changed,
    enrolment_sections,
    entered,
    session_changed,
    session_course_added,
)
from encore.courses.words import Sight
from encore.people.signals import PersonSection
from encore.toolkit.counting import begin, recount
from encore.toolkit.schedule import reschedule
from encore.toolkit.signals import transferred
from encore.toolkit.tracking import results_of
from encore.toolkit.transferring import transfers_of


@receiver(session_changed)
def when_the_dates_moved(sender: type, *, session: CourseSession, at: datetime, **kwargs: Any) -> None:
    reschedule(_places(session.pk), at=at)


@receiver(session_course_added)
def when_a_course_came(sender: type, *, session_courses: list[SessionCourse], at: datetime, **kwargs: Any) -> None:
    added = SessionCourse.objects.filter(pk__in=[place.pk for place in session_courses])
    reschedule(added.select_related("session", "course"), at=at)
    begin([place.pk for place in session_courses])


@receiver(enrolled)
def when_people_came(
    sender: type, *, session: CourseSession, enrolments: list[Enrolment], at: datetime, **kwargs: Any
) -> None:
    places, ids = _places(session.pk), [e.pk for e in enrolments]
    reschedule(places, at=at, enrolments=ids)
    begin([place.pk for place in places], enrolments=ids)


@receiver(transferred)
def when_people_were_transferred(sender: type, *, enrolments: list[int], at: datetime, **kwargs: Any) -> None:
    sessions = Enrolment.objects.filter(pk__in=enrolments).values("session")
    recount(SessionCourse.objects.filter(session__in=sessions).values_list("pk", flat=True), enrolments=enrolments)


@receiver(entered)
def when_the_clock_started(sender: type, *, enrolment: Enrolment, at: datetime, **kwargs: Any) -> None:
    reschedule(_places(enrolment.session_id), at=at, enrolments=[enrolment.pk])


@receiver(enrolment_dates_changed)
def when_personal_time_changed(sender: type, *, enrolments: list[Enrolment], at: datetime, **kwargs: Any) -> None:
    by_session: dict[int, list[int]] = defaultdict(list)
    for enrolment in enrolments:
        by_session[enrolment.session_id].append(enrolment.pk)
    for session, ids in by_session.items():
        reschedule(_places(session), at=at, enrolments=ids)


@receiver(enrolment_sections)
def what_an_enrolment_led_to(sender: type, *, enrolment: Enrolment, here: Here, **kwargs: Any) -> list[PersonSection]:
    """Its results, for who may see them; its transfers, with the other session only for who manages that too."""
    results = results_of(enrolment) if here.sees(Sight.PEOPLE) else []
    sections = [PersonSection("toolkit/parts/enrolment_results.html", {"results": results})] if results else []
    if transfers := transfers_of(enrolment, here.person):
        context = {"transfers": transfers, "enrolment": enrolment}
        sections.append(PersonSection("toolkit/parts/enrolment_transfers.html", context))
    return sections


def _places(session: int) -> list[SessionCourse]:
    return list(SessionCourse.objects.filter(session=session).select_related("session", "course"))

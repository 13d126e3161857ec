"""What courses do when people change, and what they answer when people ask.

Classes are live: joining one enrols in its sessions that are not past, leaving one removes that source.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef
from django.dispatch import receiver
from django.urls import reverse
from django.utils.translation import gettext as _

from encore.courses.actions.enrolment import enrol, remove_source
from encore.courses.managing import managed_by, manages, manages_all
from encore.courses.models import (
    CourseCoach,
    CourseSession,
    CourseTeacher,
    Enrolment,
    EnrolmentSource,
    GeneralCoach,
    SessionClass,
)
from encore.courses.rules import tab_of
from encore.courses.windows import terms_of
from encore.courses.words import ListName
from encore.people.models import Person, SchoolClass
from encore.people.signals import (
    ClassUse,
    PersonSection,
    class_joined,
    class_left,
    class_uses,
    person_sections,
    place_powers,
    place_sights,
)
from encore.people.words import Permission

CLASS = EnrolmentSource.Kind.SCHOOL_CLASS


@receiver(class_joined)
def enrol_who_joined(
    sender: type, *, school_class: SchoolClass, people: list[int], by: Person | None, at: datetime, **kwargs: Any
) -> None:
    for link in SessionClass.objects.filter(school_class=school_class).select_related("session"):
        if tab_of(terms_of(link.session), at) is not ListName.PAST:
            enrol(people, link.session, by=by, at=at, kind=CLASS, school_class=school_class)


@receiver(class_left)
def release_who_left(
    sender: type, *, school_class: SchoolClass, people: list[int], by: Person | None, at: datetime, **kwargs: Any
) -> None:
    for link in SessionClass.objects.filter(school_class=school_class).select_related("session"):
        remove_source(people, link.session, kind=CLASS, school_class=school_class, by=by, at=at)


@receiver(class_uses)
def uses_of_classes(sender: type, *, school_classes: list[int], by: Person, **kwargs: Any) -> list[ClassUse]:
    links = SessionClass.objects.filter(school_class__in=school_classes).select_related("session").order_by("pk")
    return [_use(link, by) for link in links]


def _use(link: SessionClass, by: Person) -> ClassUse:
    """A session that the asker does not manage does not exist for them: only that there is one is told."""
    if manages(by, link.session):
        url = reverse("session_overview", args=[link.session_id])
        return ClassUse(link.school_class_id, label=link.session.title, url=url, may_change=True)
    else:
        return ClassUse(link.school_class_id, label=_("a session of somebody else"), url="", may_change=False)


@receiver(place_powers)
def who_has_power_in_places(sender: type, *, people: list[int], by: Person, **kwargs: Any) -> list[int]:
    """Those who teach a course, or own or coach a session, where the asker may not do as much."""
    sessions = CourseSession.objects.none() if manages_all(by) else CourseSession.objects.exclude(managed_by(by))
    own = CourseTeacher.objects.filter(course=OuterRef("course"), person=by)
    as_much = Exists(own.filter(kind=CourseTeacher.Kind.TEACHER)) | Exists(own.filter(kind=OuterRef("kind")))
    teaching = CourseTeacher.objects.filter(~as_much, person__in=people)
    return [
        *sessions.filter(owner__in=people).values_list("owner", flat=True),
        *GeneralCoach.objects.filter(session__in=sessions, person__in=people).values_list("person", flat=True),
        *CourseCoach.objects.filter(session_course__session__in=sessions, person__in=people).values_list(
            "person", flat=True
        ),
        *teaching.values_list("person", flat=True),
    ]


@receiver(place_sights)
def who_sees_more_in_places(sender: type, *, people: list[int], by: Person, **kwargs: Any) -> list[int]:
    """Those who learn or coach in a session that the asker does not run; in any, unless the asker may see all of it."""
    sees_all = by.may(Permission.OPEN_CONTENT) and by.may(Permission.SEE_RESULTS)
    if sees_all and manages_all(by):
        return []
    sessions = CourseSession.objects.exclude(managed_by(by)) if sees_all else CourseSession.objects.all()
    return [
        *Enrolment.objects.filter(session__in=sessions, person__in=people).values_list("person", flat=True),
        *GeneralCoach.objects.filter(session__in=sessions, person__in=people).values_list("person", flat=True),
        *CourseCoach.objects.filter(session_course__session__in=sessions, person__in=people).values_list(
            "person", flat=True
        ),
    ]


@receiver(person_sections)
def sessions_of_a_person(sender: type, *, person: Person, by: Person, **kwargs: Any) -> list[PersonSection]:
    enrolments = Enrolment.objects.filter(person=person).select_related("session").order_by("-enrolled_at", "-pk")
    enrolments = enrolments.filter(managed_by(by, "session__"))
    return [PersonSection("courses/person_enrolments.html", {"enrolments": list(enrolments[:50])})]

"""Classes are live: joining one enrols in its sessions that are not past, leaving one removes that source."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.dispatch import receiver

from encore.courses.actions.enrolment import enrol, remove_source
from encore.courses.models import EnrolmentSource, SessionClass
from encore.courses.rules import tab_of
from encore.courses.windows import terms_of
from encore.courses.words import ListName
from encore.people.models import Person, SchoolClass
from encore.people.signals import class_joined, class_left

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

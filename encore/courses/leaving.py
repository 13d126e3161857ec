"""What becomes of a person's places when the person is erased: seats are freed, sessions get another owner."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.dispatch import receiver
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from encore.courses.actions.enrolment import withdraw
from encore.courses.models import CourseCoach, CourseSession, CourseTeacher, Enrolment, GeneralCoach
from encore.ledger.actions import record
from encore.people.models import Person
from encore.people.signals import Loss, person_erasing, person_losses

GOING_ON = (CourseSession.State.DRAFT, CourseSession.State.PUBLISHED)


@receiver(person_erasing)
def give_places_back(sender: type, *, person: Person, by: Person | None, at: datetime, **kwargs: Any) -> None:
    """Withdraw from what is not over, and let whoever erases own the sessions that would have nobody."""
    if enrolments := list(live_enrolments(person, at)):
        withdraw(enrolments, by=by, at=at)
    for session in sessions_to_hand_over(person, at):
        CourseSession.objects.filter(pk=session.pk).update(owner=by)
        record("hand over", session, by=by, at=at, session_id=session.pk, changes={"owner": [person.pk, by and by.pk]})


@receiver(person_losses)
def losses_of_places(sender: type, *, person: Person, by: Person, at: datetime, **kwargs: Any) -> list[Loss]:
    return [
        *_enrolment_loss(live_enrolments(person, at).count()),
        *_owner_losses(sessions_to_hand_over(person, at)),
        *_coach_losses(person, at),
        *_teacher_losses(person),
    ]


def live_enrolments(person: Person, at: datetime) -> QuerySet[Enrolment]:
    """The person's seats in sessions that are not over."""
    open_ended = Q(window_closes_at=None) | Q(window_closes_at__gt=at)
    return Enrolment.objects.filter(
        open_ended, person=person, state__in=Enrolment.LIVE, session__state__in=GOING_ON
    ).select_related("session")


def sessions_to_hand_over(person: Person, at: datetime) -> QuerySet[CourseSession]:
    return CourseSession.objects.filter(not_over(at), owner=person)


def not_over(at: datetime) -> Q:
    return Q(Q(closes_at=None) | Q(closes_at__gt=at), state__in=GOING_ON)


def _enrolment_loss(count: int) -> list[Loss]:
    if not count:
        return []
    words = ngettext(
        "%(count)d enrolment in a session that is not over is withdrawn. Its results stay.",
        "%(count)d enrolments in sessions that are not over are withdrawn. Their results stay.",
        count,
    )
    return [Loss(words % {"count": count})]


def _owner_losses(sessions: QuerySet[CourseSession]) -> list[Loss]:
    words = _("The session “%(title)s” is owned by this person and not over: you will own it.")
    return [Loss(words % {"title": s.title}, reverse("session_overview", args=[s.pk])) for s in sessions]


def _coach_losses(person: Person, at: datetime) -> list[Loss]:
    coached = Q(pk__in=GeneralCoach.objects.filter(person=person).values("session"))
    coached |= Q(pk__in=CourseCoach.objects.filter(person=person).values("session_course__session"))
    words = _("“%(title)s” loses this coach. Is there another?")
    found = CourseSession.objects.filter(coached, not_over(at)).order_by("pk")
    return [Loss(words % {"title": s.title}, reverse("session_overview", args=[s.pk])) for s in found]


def _teacher_losses(person: Person) -> list[Loss]:
    taught = CourseTeacher.objects.filter(person=person).select_related("course")
    alone = _("The course “%(title)s” has no other teacher: only administrators will be able to write it.")
    others = _("The course “%(title)s” loses this teacher.")
    found = []
    for row in taught:
        has_another = CourseTeacher.objects.filter(course=row.course_id).exclude(person=person).exists()
        words = others if has_another else alone
        url = row.course.get_absolute_url()  # type: ignore[attr-defined]
        found.append(Loss(words % {"title": row.course.title}, url))
    return found

"""Letters about sessions, queued for the worker to send."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from encore.courses.models import CourseSession
from encore.ledger.models import Mail
from encore.people.models import Person


def tell_enrolled(session: CourseSession, people: Iterable[int], *, at: datetime) -> None:
    """Tell people (ids) once per session that they are enrolled."""
    _tell(people, "enrolled", f"session {session.pk}", session, at=at)


def tell_changed(session: CourseSession, people: Iterable[int], *, at: datetime) -> None:
    """Tell people (ids) once per change that the session's dates or state have changed."""
    _tell(people, "session changed", f"session {session.pk} at {at.isoformat()}", session, at=at)


def tell_reopened(session: CourseSession, people: Iterable[int], *, at: datetime) -> None:
    """Tell people (ids) that a session which had been cancelled takes place after all."""
    _tell(people, "session reopened", f"session {session.pk} at {at.isoformat()}", session, at=at)


def _tell(people: Iterable[int], purpose: str, occasion: str, session: CourseSession, *, at: datetime) -> None:
    chosen = Person.objects.filter(pk__in=list(people), is_active=True).exclude(email="")
    letters = []
    for person in chosen.iterator(chunk_size=2000):
        with translation.override(person.language or settings.LANGUAGE_CODE):
            subject, body = _words(purpose, person, session)
        letters.append(
            Mail(
                person=person,
                purpose=purpose,
                occasion=occasion,
                to=person.email,
                subject=subject[:200],
                body=body,
                queued_at=at,
            )
        )
    Mail.objects.bulk_create(letters, batch_size=500, ignore_conflicts=True)


def _words(purpose: str, person: Person, session: CourseSession) -> tuple[str, str]:
    facts = {
        "name": person.first_name or person.name,
        "title": session.title,
        "url": f"{settings.BASE_URL}/sessions/{session.pk}/",
        "platform": settings.PLATFORM_NAME,
    }
    if purpose == "enrolled":
        return (
            _("You are enrolled: %(title)s") % facts,
            _("Hello %(name)s,\n\nyou are enrolled in “%(title)s”.\n\n%(url)s\n\n%(platform)s") % facts,
        )
    elif purpose == "session reopened":
        return (
            _("Takes place after all: %(title)s") % facts,
            _("Hello %(name)s,\n\n“%(title)s” takes place after all. See the dates here:\n\n%(url)s\n\n%(platform)s")
            % facts,
        )
    elif session.state == CourseSession.State.CANCELLED:
        reason = f"\n{session.state_reason}\n" if session.state_reason else ""
        return (
            _("Cancelled: %(title)s") % facts,
            _("Hello %(name)s,\n\n“%(title)s” has been cancelled.\n%(reason)s\n%(platform)s")
            % {**facts, "reason": reason},
        )
    else:
        return (
            _("New dates: %(title)s") % facts,
            _("Hello %(name)s,\n\nthe dates of “%(title)s” have changed. See them here:\n\n%(url)s\n\n%(platform)s")
            % facts,
        )

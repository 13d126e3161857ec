"""Who runs a session: an administrator any, a session administrator their own, or all where the table permits it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q

from encore.people.words import Permission

if TYPE_CHECKING:
    from encore.courses.models import CourseSession
    from encore.people.models import Person


def manages_all(person: Person) -> bool:
    return person.may(Permission.ALL_SESSIONS)


def manages(person: Person, session: CourseSession) -> bool:
    """An owner who is no session administrator any more runs nothing."""
    if person.is_session_administrator and session.owner_id == person.pk:
        return True
    else:
        return manages_all(person)


def managed_by(person: Person, to: str = "") -> Q:
    """The same as a condition on sessions; `to`: the way to the session from the rows asked, such as "session__"."""
    if manages_all(person):
        return Q()
    elif person.is_session_administrator:
        return Q(**{f"{to}owner": person})
    else:
        return Q(pk__in=[])

"""The locks of a course of a session in words: what is locked, why, and who locked it. `rules.may` alone obeys them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from encore.courses.context import Here
from encore.courses.models import SessionCourse
from encore.courses.rules import Refusal
from encore.courses.words import LockKind
from encore.people.models import Person

LOCKS: dict[str, Promise] = {
    LockKind.TOOL_VISIBILITY: gettext_lazy("What shows, and in which order"),
    LockKind.COACH_ADDITIONS: gettext_lazy("Additions, own versions and dates"),
}
EXPLAINED: dict[str, Promise] = {
    LockKind.TOOL_VISIBILITY: gettext_lazy("Coaches do not hide, show or order tools and items."),
    LockKind.COACH_ADDITIONS: gettext_lazy(
        "Coaches add nothing for this session alone, give nothing of the course an own version, and set no dates."
    ),
}


@dataclass(frozen=True)
class ShownLock:
    """One lock, set or not: `reason` is empty where it is not."""

    place: SessionCourse
    kind: LockKind
    reason: str
    by: Person | None
    at: datetime | None

    @property
    def label(self) -> str:
        return str(LOCKS[self.kind])

    @property
    def key(self) -> str:
        return f"{self.kind}-{self.place.pk}"

    @property
    def stamp(self) -> str:
        """Another one for each time it is set."""
        return f"{self.key}-{self.at.isoformat()}" if self.at else self.key


def shown_locks(place: SessionCourse) -> list[ShownLock]:
    """Both locks of the place. No query if who set them came along with it."""
    return [
        ShownLock(
            place,
            kind,
            getattr(place, f"{kind}_lock"),
            getattr(place, f"{kind}_lock_by"),
            getattr(place, f"{kind}_lock_at"),
        )
        for kind in LockKind
    ]


def with_who_locked(places: QuerySet[SessionCourse]) -> QuerySet[SessionCourse]:
    return places.select_related(*(f"{kind}_lock_by" for kind in LockKind))


def set_locks(place: SessionCourse) -> list[tuple[str, str]]:
    """What is locked and why. No query."""
    reasons = {kind: getattr(place, f"{kind}_lock") for kind in LockKind}
    return [(str(LOCKS[kind]), reason) for kind, reason in reasons.items() if reason]


def lock_words(here: Here, refusal: Refusal) -> str:
    """What a coach reads where the control would be. One query, for the name of who set the lock."""
    by = getattr(here.session_course, f"{refusal.lock}_lock_by", None)
    if by:
        return _("Locked by %(name)s: %(reason)s") % {"name": by, "reason": refusal.reason}
    else:
        return _("Locked: %(reason)s") % {"reason": refusal.reason}

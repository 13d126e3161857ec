"""Who may write and publish here, and why not: a sentence for where the button would have been."""

from __future__ import annotations

from django.utils.translation import gettext as _

from encore.courses.context import Here
from encore.courses.locks import LOCKS, lock_words
from encore.courses.rules import Action, RefusalKind
from encore.courses.words import Access
from encore.toolkit.errors import NotAllowed


def require(here: Here, action: Action) -> None:
    """Raise NotAllowed unless this person may do this here now. Every writing action asks it first."""
    if why := why_not(here, action):
        raise NotAllowed(why)


def require_publisher(here: Here) -> None:
    """In a session, coaches publish; in the course, teachers do and assistants do not."""
    if why := why_not_publish(here):
        raise NotAllowed(why)


def require_arranger(here: Here, action: Action) -> None:
    """Who hides and orders in a session coaches it; in the course, who may publish there."""
    if why := why_not_arrange(here, action):
        raise NotAllowed(why)


def why_not(here: Here, action: Action) -> str:
    """A sentence that says why this person may not do this here now; "" if they may."""
    refusal = here.why_not(action)
    if refusal is None:
        return ""
    elif refusal.kind is RefusalKind.LOCK:
        return lock_words(here, refusal)
    elif refusal.kind is RefusalKind.SIGHT:
        return _("The content of this place is not yours to see.")
    else:
        return _("You can read here, but not change anything.")


def is_locked(here: Here, action: Action) -> bool:
    """Whether coaches do this, but a lock keeps them from it here. No query."""
    refusal = here.why_not(action)
    return refusal is not None and refusal.kind is RefusalKind.LOCK


def why_locked(here: Here, action: Action) -> str:
    """The lock on this, its reason and who set it, as a coach reads it; "" if there is none."""
    return why_not(here, action) if is_locked(here, action) else ""


def locked_words(here: Here, action: Action) -> str:
    """What it is that is locked; "" if this is not. No query."""
    refusal = here.why_not(action)
    return str(LOCKS[refusal.lock]) if refusal and refusal.kind is RefusalKind.LOCK else ""


def why_not_arrange(here: Here, action: Action) -> str:
    """A sentence that says why this person may not hide or order here now; "" if they may."""
    return why_not(here, action) or ("" if here.session_course else why_not_publish(here))


def why_not_publish(here: Here) -> str:
    """A sentence that says why this person may not publish here; "" if they may."""
    if why := why_not(here, Action.ADD_ITEM):
        return why
    elif here.session_course is None and here.access.level < Access.MANAGE:
        return _("Only a teacher of this course can publish, hide, order or remove. Drafts you may write.")
    else:
        return ""

"""The states that a thing can be in, as every page shows them: a word, an icon and a colour, the same everywhere."""

from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Look(NamedTuple):
    """How a state is shown. `tone` names a colour of assets/components/state.css."""

    word: str | Promise
    icon: str
    tone: str


LOOKS = {
    # Places
    "current": Look(_("Current"), "circle-play", "go"),
    "upcoming": Look(_("Upcoming"), "calendar-clock", "soon"),
    "past": Look(_("Past"), "history", "calm"),
    "always_open": Look(_("Always open"), "infinity", "go"),
    "read_only": Look(_("Read only"), "book-open", "read"),
    "closed": Look(_("Closed"), "lock", "calm"),
    "cancelled": Look(_("Cancelled"), "ban", "stop"),
    "draft": Look(_("Draft"), "pencil-line", "wait"),
    "archived": Look(_("Archived"), "archive", "calm"),
    "published": Look(_("Published"), "circle-check", "go"),
    "full": Look(_("Full"), "users", "wait"),
    # Items in a place
    "hidden": Look(_("Hidden"), "eye-off", "calm"),
    "session_only": Look(_("This session only"), "circle-plus", "own"),
    "own_version": Look(_("This session's version"), "file-pen-line", "own"),
    "changed": Look(_("Changed"), "pencil", "own"),
    "new": Look(pgettext_lazy("an item not seen yet", "New"), "sparkles", "soon"),
    # Work
    "due": Look(_("Due"), "alarm-clock", "wait"),
    "overdue": Look(_("Overdue"), "alarm-clock-off", "late"),
    "to_mark": Look(_("To mark"), "square-pen", "task"),
    "done": Look(_("Done"), "check", "go"),
    "passed": Look(_("Passed"), "circle-check", "go"),
    "not_passed": Look(_("Not passed"), "circle-x", "stop"),
    "right": Look(_("Right"), "check", "go"),
    "partly_right": Look(_("Partly right"), "circle-slash-2", "wait"),
    "wrong": Look(_("Wrong"), "x", "stop"),
    "not_answered": Look(_("Not answered"), "circle-minus", "calm"),
    # People and enrolments
    "active": Look(_("Active"), "user-check", "go"),
    "invited": Look(_("Invited"), "mail", "soon"),
    "suspended": Look(_("Suspended"), "circle-pause", "wait"),
    "withdrawn": Look(_("Withdrawn"), "user-minus", "calm"),
    "completed": Look(_("Completed"), "graduation-cap", "read"),
    "excluded": Look(_("Excluded"), "user-x", "calm"),
    "deactivated": Look(_("Deactivated"), "user-x", "calm"),
    # Rows of a plan
    "add": Look(_("Add"), "plus", "go"),
    "change": Look(_("Change"), "pencil", "soon"),
    "nothing": Look(_("Nothing to do"), "equal", "calm"),
    "refuse": Look(_("Refused"), "octagon-x", "stop"),
    # Jobs
    "waiting": Look(_("Waiting"), "hourglass", "calm"),
    "running": Look(_("Running"), "loader", "soon"),
    "finished": Look(_("Finished"), "circle-check", "go"),
    "failed": Look(_("Failed"), "octagon-x", "stop"),
    "stopped": Look(_("Stopped"), "circle-stop", "wait"),
    # Mail
    "queued": Look(_("Queued"), "hourglass", "calm"),
    "sent": Look(_("Sent"), "send", "go"),
    "not_sent": Look(_("Not sent"), "mail-x", "stop"),
}


def look_of(state: str) -> Look:
    """The look of a state; one that nobody has named yet shows its own word, plainly."""
    return LOOKS.get(state) or Look(state.replace("_", " ").capitalize(), "circle", "calm")

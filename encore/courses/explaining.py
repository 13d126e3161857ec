"""Says why a door is open or closed, since when, until when, and whom to ask (design: access, "Explaining")."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.timezone import get_current_timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from encore.base.display import end_words, start_words
from encore.courses.context import Here
from encore.courses.models import CourseCoach, CourseSession, GeneralCoach
from encore.courses.rules import Window, coach_window, explain_decision, learner_window, session_window
from encore.courses.words import Access, PlaceRole, Reason, SessionState, Sight
from encore.people.models import Person
from encore.people.rules import MANAGERS

PLAIN: dict[Reason, Promise] = {
    Reason.OPEN: gettext_lazy("This is open."),
    Reason.SUSPENDED: gettext_lazy("Your enrolment is suspended. Your results stay in My results."),
    Reason.WITHDRAWN: gettext_lazy("You are no longer enrolled. Your results stay in My results."),
    Reason.COMPLETED: gettext_lazy("You have completed this. You can still read everything."),
    Reason.EXCLUDED: gettext_lazy("You do not take part in this course of the session."),
    Reason.DRAFT: gettext_lazy("This session is being prepared."),
    Reason.CANCELLED: gettext_lazy("This session has been cancelled."),
    Reason.ARCHIVED: gettext_lazy("This session has been archived."),
    Reason.OTHER_COURSE: gettext_lazy("You coach another course of this session."),
    Reason.MANAGES: gettext_lazy("You manage this session."),
    Reason.TEACHES: gettext_lazy("You see this as a teacher of the course: you can read, nothing is recorded."),
    Reason.FOLLOWS: gettext_lazy("You follow this session through its reports."),
    Reason.NO_ROLE: gettext_lazy("You do not take part in this session."),
}


PUT_AWAY = {SessionState.CANCELLED: Reason.CANCELLED, SessionState.ARCHIVED: Reason.ARCHIVED}


@dataclass(frozen=True)
class Explanation:
    """`sentence` in the reader's zone and language; `ask`: whom to turn to, coaches first."""

    sentence: str
    since: datetime | None
    until: datetime | None
    ask: list[Person]


def explain(here: Here) -> Explanation:
    """One or two queries more than `here` itself, for the people to ask."""
    return Explanation(sentence(here), _since(here), until(here), whom_to_ask(here))


def sentence(here: Here) -> str:
    """Why `here` is as it is, in one sentence. No query."""
    if here.session and here.access.level in (Access.LISTED, Access.READ) and here.terms.state in PUT_AWAY:
        return put_away(here.session)
    if runs_without_content(here):
        return _("You run this session. Your role does not permit opening what its courses hold.")
    window = own_window(here)
    match here.access.reason:
        case Reason.NOT_YET if window.opens_at:
            return _("Opens on %(date)s.") % {"date": start_words(window.opens_at, get_current_timezone())}
        case Reason.NOT_YET:
            return _("This is not open yet.")
        case Reason.ENDED:
            return _ended(here, window)
        case Reason.DURATION_RUNNING:
            return _duration(here, window)
        case reason:
            return str(PLAIN[reason])


def runs_without_content(here: Here) -> bool:
    """Whether here is a course of a session that a session administrator runs and may not look into."""
    managing = here.access.level is Access.MANAGE
    return managing and here.session_course is not None and not here.sees(Sight.CONTENT)


def until(here: Here) -> datetime | None:
    """When the clock changes what `sentence` says. What was cancelled or archived waits for nothing."""
    return None if here.terms.state in PUT_AWAY else here.access.until


def put_away(session: CourseSession) -> str:
    """That a session is cancelled or archived. Its people are told, whatever else keeps their door closed."""
    if session.state == SessionState.CANCELLED and session.state_reason:
        return _("This session has been cancelled: %(reason)s") % {"reason": session.state_reason}
    else:
        return str(PLAIN[PUT_AWAY[SessionState(session.state)]])


def own_window(here: Here) -> Window:
    """The window that counts for this person: a learner's own, the coaches', otherwise the session's."""
    if here.standing.enrolment and not _goes_by_coaches(here):
        return learner_window(here.terms, here.standing.enrolment)
    elif here.standing.coach_spells:
        return coach_window(here.terms)
    else:
        return session_window(here.terms)


def _goes_by_coaches(here: Here) -> bool:
    """Whether the coaches' window counts for somebody who learns here: where coaching is what decided."""
    if here.standing.course_coach or here.standing.general_coach:
        return explain_decision(here.standing, here.terms, here.at).rule.role is not PlaceRole.LEARNER
    else:
        return False


def days_left(here: Here) -> int | None:
    """Days until this person's window closes, counted up (1 on the last day); None without an end.

    By the clock on the wall of the session's zone, so that a day of 23 or 25 hours is one day.
    """
    closes = own_window(here).closes_at
    if closes is None or closes <= here.at:
        return None
    wall = [moment.astimezone(here.terms.zone).replace(tzinfo=None) for moment in (here.at, closes)]
    return max(1, -(-(wall[1] - wall[0]) // timedelta(days=1)))


def may_write_to(here: Here) -> bool:
    """Whether this person may see the addresses of those whom they are told to ask: who looks after people may."""
    return bool(here.person.roles & MANAGERS)


def whom_to_ask(here: Here) -> list[Person]:
    """The course's coaches, else the general coaches, else the session's administrator: who can answer, so never the
    reader, nobody whose account is closed, and no substitute outside their time."""
    if here.session is None:
        return []
    if here.session_course and (
        coaches := _answering(CourseCoach.objects.filter(session_course=here.session_course), here)
    ):
        return coaches
    owner = here.session.owner
    asked = [owner] if owner and owner.is_active and (owner != here.person or here.viewing_as) else []
    return _answering(GeneralCoach.objects.filter(session=here.session), here) or asked


def _answering(coaches: QuerySet[Any], here: Here) -> list[Person]:
    today = Q(from_at=None) | Q(from_at__lte=here.at), Q(until_at=None) | Q(until_at__gt=here.at)
    found = coaches.filter(*today, person__is_active=True)
    if here.viewing_as is None:
        found = found.exclude(person=here.person.pk)
    return [coach.person for coach in found.select_related("person")[:3]]


def _since(here: Here) -> datetime | None:
    """Completing or archiving takes the work away at a moment that no clock knows, so the decision cannot tell it."""
    if here.terms.state in PUT_AWAY:
        return None
    elif here.access.reason is Reason.COMPLETED and here.enrolment is not None:
        return here.enrolment.completed_at
    else:
        return here.access.since


def _ended(here: Here, window: Window) -> str:
    date = end_words(window.closes_at, get_current_timezone()) if window.closes_at else ""
    if here.access.level >= Access.WORK:
        return _("Ended on %(date)s. You can go on as before.") % {"date": date}
    elif here.access.level is Access.READ:
        return _("Ended on %(date)s. You can read everything, but no longer send anything in.") % {"date": date}
    else:
        return _("Ended on %(date)s and is closed now.") % {"date": date}


def _duration(here: Here, window: Window) -> str:
    days = here.terms.duration_days or 0
    if here.standing.enrolment is None:
        return ngettext(
            "Each learner has %(days)d day from the first visit.",
            "Each learner has %(days)d days from the first visit.",
            days,
        ) % {"days": days}
    left = days_left(here)
    if left is None:
        total = days + here.standing.enrolment.extra_days
        return ngettext("%(days)d day from your first visit.", "%(days)d days from your first visit.", total) % {
            "days": total
        }
    return ngettext("%(days)d day left.", "%(days)d days left.", left) % {"days": left}

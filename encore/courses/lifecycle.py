"""What suspending, resuming, completing … would do to chosen people of a session: decided line by line, by the rules,
before anything is done. `actions/lifecycle.py` does it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from enum import StrEnum
from functools import cached_property
from hashlib import sha256

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from encore.base.display import end_words, period_words
from encore.courses.models import CourseSession, Enrolment
from encore.courses.rules import (
    BeyondTheCalendar,
    EnrolmentTerms,
    Standing,
    Terms,
    Window,
    add_days,
    decide,
    learner_window,
)
from encore.courses.windows import enrolment_terms, terms_of
from encore.courses.words import Access, EnrolmentState, Reason

State = Enrolment.State
MOST_DAYS = 36500
MOST_PEOPLE = 1000  # more are done in parts: each of them is one transaction and one page


class Deed(StrEnum):
    """What can be done to enrolments, as it stands in addresses; in the order of the screen."""

    SUSPEND = "suspend"
    RESUME = "resume"
    EXTEND = "extend"
    COMPLETE = "complete"
    RESTORE = "restore"
    AGAIN = "again"
    WITHDRAW = "withdraw"


class Fate(StrEnum):
    """What becomes of one person, as in the rows of a plan."""

    CHANGE = "change"
    NOTHING = "nothing"
    REFUSE = "refuse"


# The states in which a deed does something, has nothing to do; in all others it is refused.
FROM: dict[Deed, tuple[frozenset[str], frozenset[str]]] = {
    Deed.SUSPEND: (frozenset({State.ACTIVE}), frozenset({State.SUSPENDED})),
    Deed.RESUME: (frozenset({State.SUSPENDED}), frozenset({State.ACTIVE})),
    Deed.COMPLETE: (frozenset(Enrolment.LIVE), frozenset({State.COMPLETED})),
    Deed.WITHDRAW: (frozenset(Enrolment.LIVE), frozenset({State.WITHDRAWN})),
    Deed.RESTORE: (frozenset({State.WITHDRAWN, State.COMPLETED}), frozenset(Enrolment.LIVE)),
    Deed.AGAIN: (frozenset({State.WITHDRAWN, State.COMPLETED}), frozenset()),
    Deed.EXTEND: (frozenset(Enrolment.LIVE), frozenset()),
}
AFTERWARDS: dict[Deed, EnrolmentState] = {
    Deed.SUSPEND: EnrolmentState.SUSPENDED,
    Deed.RESUME: EnrolmentState.ACTIVE,
    Deed.COMPLETE: EnrolmentState.COMPLETED,
    Deed.WITHDRAW: EnrolmentState.WITHDRAWN,
    Deed.RESTORE: EnrolmentState.ACTIVE,
    Deed.AGAIN: EnrolmentState.ACTIVE,
}
IS: dict[str, Promise] = {
    State.ACTIVE: gettext_lazy("Takes part now."),
    State.SUSPENDED: gettext_lazy("Is suspended."),
    State.WITHDRAWN: gettext_lazy("Is withdrawn: restore the enrolment first."),
    State.COMPLETED: gettext_lazy("Has completed the session: restore the enrolment first."),
}
STILL_IN = gettext_lazy("Is still enrolled: who begins anew has left or completed before.")
IS_ALREADY: dict[str, Promise] = {
    State.ACTIVE: gettext_lazy("Takes part already."),
    State.SUSPENDED: gettext_lazy("Is suspended already."),
    State.WITHDRAWN: gettext_lazy("Is withdrawn already."),
    State.COMPLETED: gettext_lazy("Has completed already."),
}


@dataclass(frozen=True)
class Prospect:
    """How a learner stands towards the session as a whole. `str()` of it is that in words."""

    state: EnrolmentState
    level: Access
    reason: Reason
    window: Window
    zone: tzinfo
    days: int | None = None  # of a duration session before the first visit

    def __str__(self) -> str:
        return self.words

    @cached_property
    def words(self) -> str:
        opens, closes = self.window.opens_at, self.window.closes_at
        if self.reason is Reason.NOT_YET:
            return period_words(opens, closes, self.zone)
        elif self.level >= Access.WORK:
            return self._works(closes)
        elif self.level is Access.READ:
            return _("Can read, no longer work")
        elif self.level is Access.LISTED:
            return _("The door is closed")
        else:
            return _("Does not see the session yet")

    def _works(self, closes: datetime | None) -> str:
        if closes and self.reason is not Reason.ENDED:
            return _("Can work until %(date)s") % {"date": end_words(closes, self.zone)}
        elif self.days is not None:
            words = ngettext(
                "Can work %(n)d day from the first visit", "Can work %(n)d days from the first visit", self.days
            )
            return words % {"n": self.days}
        else:
            return _("Can work, without an end")


@dataclass(frozen=True, slots=True)
class Line:
    """What becomes of one person, and why not."""

    enrolment: Enrolment
    fate: Fate
    why: str
    before: Prospect
    after: Prospect

    @property
    def access_changes(self) -> bool:
        return self.before is not self.after and self.before.words != self.after.words


@dataclass(frozen=True)
class Preview:
    """All the lines, and a stamp: whoever confirms sends it back, and what has changed since is not done unseen."""

    deed: Deed
    days: int
    lines: list[Line]

    @property
    def changing(self) -> list[Enrolment]:
        return [line.enrolment for line in self.lines if line.fate is Fate.CHANGE]

    @property
    def refused(self) -> list[Line]:
        return [line for line in self.lines if line.fate is Fate.REFUSE]

    @cached_property
    def stamp(self) -> str:
        facts = [
            (line.enrolment.pk, line.enrolment.state, line.fate, line.before.window, line.after.window)
            for line in sorted(self.lines, key=lambda line: line.enrolment.pk)
        ]
        return sha256(repr((self.deed, self.days, facts)).encode()).hexdigest()[:32]


def preview(
    session: CourseSession, enrolments: Iterable[Enrolment], deed: Deed, *, at: datetime, days: int = 0
) -> Preview:
    """What the deed would do now to these enrolments of the session, in their order. No query.

    Everybody is asked about the session as a whole, by what they are as a learner.
    """
    asked = _Asked(session, deed, at, days)
    return Preview(deed, days, [asked.line(one) for one in enrolments])


def extended(enrolment: Enrolment, terms: Terms, days: int) -> EnrolmentTerms:
    """The learner's terms with so many days more: an own end moves, the session's end gets extra days.

    Raises BeyondTheCalendar.
    """
    own = enrolment_terms(enrolment)
    if own.closes_at is not None:
        return replace(own, closes_at=add_days(own.closes_at, days, terms.zone))
    elif own.extra_days + days > MOST_DAYS:
        raise BeyondTheCalendar(f"{own.extra_days + days} extra days")
    else:
        return replace(own, extra_days=own.extra_days + days)


class Prospects:
    """How learners stand in one session at a moment. Most stand alike: each way to stand is decided once."""

    def __init__(self, session: CourseSession, at: datetime) -> None:
        self.terms, self.at = terms_of(session), at
        self.known: dict[EnrolmentTerms, Prospect] = {}

    def of(self, own: EnrolmentTerms) -> Prospect:
        if own not in self.known:
            decision = decide(Standing(enrolment=own), self.terms, self.at)
            waits = self.terms.duration_days is not None and own.first_entered_at is None and own.closes_at is None
            self.known[own] = Prospect(
                state=own.state,
                level=decision.level,
                reason=decision.reason,
                window=learner_window(self.terms, own),
                zone=self.terms.zone,
                days=(self.terms.duration_days or 0) + own.extra_days if waits else None,
            )
        return self.known[own]


class _Asked:
    """What is asked about everybody."""

    def __init__(self, session: CourseSession, deed: Deed, at: datetime, days: int) -> None:
        self.prospects, self.deed, self.days = Prospects(session, at), deed, days
        self.terms = self.prospects.terms

    def line(self, enrolment: Enrolment) -> Line:
        before = after = self.prospects.of(enrolment_terms(enrolment))
        fate, why = self.fate(enrolment)
        if fate is Fate.CHANGE:
            try:
                after = self.prospects.of(self.afterwards(enrolment))
            except BeyondTheCalendar:
                fate, why = Fate.REFUSE, _("With so many days the end lies beyond the calendar.")
        return Line(enrolment, fate, why, before, after)

    def fate(self, enrolment: Enrolment) -> tuple[Fate, str]:
        does, has_already = FROM[self.deed]
        if not enrolment.is_latest:
            return Fate.REFUSE, _("A later enrolment of theirs in this session counts now.")
        elif enrolment.state in has_already:
            return Fate.NOTHING, str(IS_ALREADY[enrolment.state])
        elif enrolment.state not in does:
            return Fate.REFUSE, str(STILL_IN if self.deed is Deed.AGAIN else IS[enrolment.state])
        elif self.deed is Deed.EXTEND and not self.has_end(enrolment):
            return Fate.REFUSE, _("Has no end that could be moved.")
        else:
            return Fate.CHANGE, ""

    def has_end(self, enrolment: Enrolment) -> bool:
        return bool(enrolment.closes_at or self.terms.closes_at or self.terms.duration_days is not None)

    def afterwards(self, enrolment: Enrolment) -> EnrolmentTerms:
        if self.deed is Deed.EXTEND:
            return extended(enrolment, self.terms, self.days)
        elif self.deed is Deed.AGAIN:
            return EnrolmentTerms()
        else:
            return replace(enrolment_terms(enrolment), state=AFTERWARDS[self.deed])

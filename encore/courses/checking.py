"""Access check: what somebody may do in a place at a moment, and how that comes about, in words for managers.

Everything here is read off the trace of the decision (courses.rules); nothing is decided a second time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from encore.courses.context import Here
from encore.courses.explaining import sentence
from encore.courses.locks import LOCKS
from encore.courses.rules import (
    Action,
    Bound,
    RefusalKind,
    Ruling,
    Spell,
    Stretch,
    Trace,
    explain_decision,
    shown_in_lists,
)
from encore.courses.words import (
    Access,
    AfterEnd,
    BoundSource,
    EnrolmentState,
    ListName,
    Phase,
    PlaceRole,
    Reason,
    SessionState,
    Sight,
)

LEVELS: dict[Access, Promise] = {
    Access.NONE: gettext_lazy(
        "The place does not exist for them: it is in no list, and its address answers “not found”."
    ),
    Access.LISTED: gettext_lazy("They find it in their lists, with the reason; the door is closed."),
    Access.READ: gettext_lazy("They open and read what they see; nothing can be sent."),
    Access.WORK: gettext_lazy("They use it fully as a learner."),
    Access.COACH: gettext_lazy("They coach: mark, and where no lock forbids it, add, hide and date things."),
    Access.MANAGE: gettext_lazy("They manage the session itself: dates, courses, coaches, people."),
}
ROLES: dict[PlaceRole, Promise] = {
    PlaceRole.LEARNER: gettext_lazy("Learner"),
    PlaceRole.COURSE_COACH: gettext_lazy("Course coach"),
    PlaceRole.GENERAL_COACH: gettext_lazy("General coach"),
    PlaceRole.OTHER_COURSE_COACH: gettext_lazy("Coach of another course of the session"),
    PlaceRole.COURSE_TEACHER: gettext_lazy("Teacher of the course"),
    PlaceRole.FOLLOWER: gettext_lazy("HR manager who follows the session or somebody in it"),
    PlaceRole.SESSION_ADMINISTRATOR: gettext_lazy("Session administrator of this session"),
    PlaceRole.ADMINISTRATOR: gettext_lazy("Administrator"),
    PlaceRole.NOBODY: gettext_lazy("Anyone else"),
}
SIGHTS: dict[Sight, Promise] = {
    Sight.CONTENT: gettext_lazy("Content: the items of the course"),
    Sight.TALK: gettext_lazy("Talk: threads and posts"),
    Sight.PEOPLE: gettext_lazy("People: others' work and results"),
}
REASONS: dict[Reason, Promise] = {
    Reason.OPEN: gettext_lazy("open"),
    Reason.NOT_YET: gettext_lazy("not yet open"),
    Reason.ENDED: gettext_lazy("ended"),
    Reason.DURATION_RUNNING: gettext_lazy("days are running"),
    Reason.SUSPENDED: gettext_lazy("suspended"),
    Reason.WITHDRAWN: gettext_lazy("withdrawn"),
    Reason.COMPLETED: gettext_lazy("completed"),
    Reason.EXCLUDED: gettext_lazy("taken out of this course"),
    Reason.DRAFT: gettext_lazy("draft"),
    Reason.CANCELLED: gettext_lazy("cancelled"),
    Reason.ARCHIVED: gettext_lazy("archived"),
    Reason.OTHER_COURSE: gettext_lazy("coaches another course"),
    Reason.MANAGES: gettext_lazy("manages"),
    Reason.TEACHES: gettext_lazy("teaches"),
    Reason.FOLLOWS: gettext_lazy("follows"),
    Reason.NO_ROLE: gettext_lazy("no role"),
}
ACTIONS: dict[Action, Promise] = {
    Action.OPEN: gettext_lazy("Open it"),
    Action.READ_CONTENT: gettext_lazy("Read the content"),
    Action.READ_TALK: gettext_lazy("Read threads and posts"),
    Action.SEE_PEOPLE: gettext_lazy("See others' work and results"),
    Action.SUBMIT: gettext_lazy("Hand in, take tests"),
    Action.POST: gettext_lazy("Write posts"),
    Action.MARK: gettext_lazy("Mark"),
    Action.ADD_ITEM: gettext_lazy("Add items for this session"),
    Action.OWN_VERSION: gettext_lazy("Make this session's own version of an item"),
    Action.RE_DATE: gettext_lazy("Give items other dates"),
    Action.HIDE: gettext_lazy("Hide and show"),
    Action.ORDER: gettext_lazy("Put in another order"),
    Action.MANAGE: gettext_lazy("Manage the session"),
}
AFTER_ENDS: dict[AfterEnd, Promise] = {
    AfterEnd.READ_ONLY: gettext_lazy("after the end this session is read only"),
    AfterEnd.OPEN: gettext_lazy("after the end this session goes on as before"),
    AfterEnd.CLOSED: gettext_lazy("after the end this session is closed"),
}
STATES: dict[SessionState, Promise] = {
    SessionState.DRAFT: gettext_lazy("The session is a draft: that takes %(before)s down to %(after)s."),
    SessionState.CANCELLED: gettext_lazy("The session is cancelled: that takes %(before)s down to %(after)s."),
    SessionState.ARCHIVED: gettext_lazy("The session is archived: that takes %(before)s down to %(after)s."),
}
LISTS: dict[ListName, Promise] = {
    ListName.CURRENT: gettext_lazy("Current"),
    ListName.UPCOMING: gettext_lazy("Upcoming"),
    ListName.PAST: gettext_lazy("Past"),
}


@dataclass(frozen=True)
class Edge:
    """One end of a window: when, and where that comes from."""

    label: str
    at: datetime | None
    source: str


@dataclass(frozen=True)
class RoleRow:
    """What one role gives by itself. `decides`: it gave the level; without a `ruling` it is not held at the moment."""

    role: str
    ruling: Ruling | None
    decides: bool = False
    words: str = ""
    edges: tuple[Edge, ...] = ()


@dataclass(frozen=True)
class Piece:
    """A stretch of the timeline: `left` and `width` in thousandths of what is drawn."""

    stretch: Stretch
    is_now: bool
    left: int
    width: int

    @property
    def level(self) -> Access:
        return self.stretch.ruling.level

    @property
    def height(self) -> int:
        """In hundredths: the higher the level, the higher the piece; even NONE is a line."""
        return max(4, 20 * self.level)

    @property
    def top(self) -> int:
        return 100 - self.height

    @property
    def reason(self) -> str:
        return str(REASONS[self.stretch.ruling.reason])

    @property
    def role(self) -> str:
        return str(ROLES[self.stretch.ruling.role])


@dataclass(frozen=True)
class Check:
    """The answer, for a person in a place at a moment (`here`)."""

    here: Here
    trace: Trace

    @property
    def level(self) -> Access:
        return self.trace.decision.level

    @property
    def level_words(self) -> str:
        return str(LEVELS[self.level])

    @property
    def sights(self) -> list[tuple[str, bool]]:
        return [(str(words), sight in self.trace.decision.sees) for sight, words in SIGHTS.items()]

    @property
    def sentence(self) -> str:
        """What the person is told there; nothing to those for whom the place does not exist."""
        return "" if self.level is Access.NONE else sentence(self.here)

    @property
    def rule(self) -> list[str]:
        """The rule that decided, in sentences."""
        return list(_rule(self.trace, self.trace.rule))

    @property
    def edges(self) -> tuple[Edge, ...]:
        return _edges(self.trace, self.trace.rule)

    @property
    def roles(self) -> list[RoleRow]:
        """Every role the person has there, also those that are not held at the moment."""
        trace, at = self.trace, self.here.at
        told = [one for one in trace.rulings if one.role is not PlaceRole.NOBODY or one == trace.rule]
        return [*(_row(trace, one) for one in told), *_waiting(trace, at)]

    @property
    def pieces(self) -> list[Piece]:
        return _pieces(self.trace.stretches(), self.here.at)

    @property
    def now_left(self) -> int:
        """Where the moment lies on the timeline, in thousandths."""
        return _scale(self.trace.stretches(), self.here.at)(self.here.at)

    @property
    def next(self) -> Piece | None:
        """The piece after the moment's, where the clock changes the level."""
        until = self.trace.decision.until
        return next((piece for piece in self.pieces if until and piece.stretch.opens_at == until), None)

    @property
    def list_words(self) -> str:
        name = self.here.list_name
        if name is not None:
            return str(LISTS[name])
        elif self.is_kept_from_lists:
            return _("in no list: the session is shown only between other dates (this changes no access)")
        else:
            return _("in no list")

    @property
    def is_kept_from_lists(self) -> bool:
        learns = self.here.standing.enrolment is not None and self.here.terms.state is not SessionState.DRAFT
        return learns and not shown_in_lists(self.here.terms, self.here.at)

    @property
    def locks(self) -> list[tuple[str, str]]:
        """The locks of this course for coaches, each with its reason."""
        found = [(words, getattr(self.here.locks, kind)) for kind, words in LOCKS.items()]
        return [(str(words), reason) for words, reason in found if reason is not None]

    @property
    def actions(self) -> list[tuple[str, str]]:
        """What one may want to do, each with why not ("" if it is allowed)."""
        return [(str(words), _why_not(self.here, action)) for action, words in ACTIONS.items()]


def check(here: Here) -> Check:
    """`here` is the place with the person who is asked about, at the moment that is asked about."""
    return Check(here, explain_decision(here.standing, here.terms, here.at))


def _why_not(here: Here, action: Action) -> str:
    refusal = here.why_not(action)
    if refusal is None:
        return ""
    elif refusal.kind is RefusalKind.LOCK:
        return _("locked: %(reason)s") % {"reason": refusal.reason}
    elif refusal.kind is RefusalKind.SIGHT:
        return _("this is not theirs to see")
    else:
        return _("%(level)s is not enough") % {"level": here.access.level.name}


# The rule in words


def _rule(trace: Trace, ruling: Ruling) -> Iterator[str]:
    yield _base(trace, ruling)
    if ruling.uncapped is not None:
        words = {"before": ruling.uncapped.name, "after": ruling.level.name}
        yield str(STATES[trace.case.terms.state]) % words


def _base(trace: Trace, ruling: Ruling) -> str:
    """The row of the table, before the session's state is looked at."""
    standing = trace.case.standing
    match ruling.role:
        case PlaceRole.LEARNER if standing.excluded:
            return _("As a learner they are taken out of this course. The other courses of the session stay theirs.")
        case PlaceRole.LEARNER if standing.enrolment and standing.enrolment.state is EnrolmentState.SUSPENDED:
            return _("Their enrolment is suspended: whatever the dates, the door is closed.")
        case PlaceRole.LEARNER if standing.enrolment and standing.enrolment.state is EnrolmentState.WITHDRAWN:
            return _("They are withdrawn: whatever the dates, the door is closed.")
        case PlaceRole.LEARNER | PlaceRole.COURSE_COACH | PlaceRole.GENERAL_COACH:
            return _by_window(trace, ruling)
        case PlaceRole.OTHER_COURSE_COACH:
            return _("They coach another course of the session: they know of this one, and go no further.")
        case PlaceRole.COURSE_TEACHER:
            return _("They write the course: its teachers may read it in every session.")
        case PlaceRole.FOLLOWER:
            return _("They follow the session, or somebody in it, as HR manager: through reports, never inside.")
        case PlaceRole.SESSION_ADMINISTRATOR:
            return _("They run this session. What they see in it is permitted by the platform's table.")
        case PlaceRole.ADMINISTRATOR:
            return _("Administrators manage every session.")
        case _:
            return _("They have no role here: neither enrolled, nor coach, teacher, follower or manager.")


def _by_window(trace: Trace, ruling: Ruling) -> str:
    enrolment = trace.case.standing.enrolment
    learns = ruling.role is PlaceRole.LEARNER
    completed = learns and enrolment is not None and enrolment.state is EnrolmentState.COMPLETED
    if ruling.phase is Phase.BEFORE:
        return _("Learner, before their window.") if learns else _("Coach, before the coaches' window.")
    elif ruling.phase is Phase.AFTER:
        words = (
            _("Learner, after their window: %(rule)s.") if learns else _("Coach, after the coaches' window: %(rule)s.")
        )
        return words % {"rule": AFTER_ENDS[trace.case.terms.after_end]}
    elif completed:
        return _("Learner, inside their window, and the enrolment is completed: they may read.")
    else:
        return _("Learner, inside their window.") if learns else _("Coach, inside the coaches' window.")


def _row(trace: Trace, ruling: Ruling) -> RoleRow:
    decides = ruling == trace.rule
    return RoleRow(str(ROLES[ruling.role]), ruling, decides, " ".join(_rule(trace, ruling)), _edges(trace, ruling))


def _waiting(trace: Trace, at: datetime) -> Iterator[RoleRow]:
    """Coaches' roles that are held at other times only."""
    standing = trace.case.standing
    roles = {
        PlaceRole.COURSE_COACH: standing.course_coach,
        PlaceRole.GENERAL_COACH: standing.general_coach,
        PlaceRole.OTHER_COURSE_COACH: standing.other_course_coach,
    }
    for role, spells in roles.items():
        if spells and not any(spell.covers(at) for spell in spells):
            edges = tuple(edge for spell in spells for edge in _spell(spell))
            yield RoleRow(str(ROLES[role]), None, words=_("Not held at this moment, only for a time."), edges=edges)


def _spell(spell: Spell) -> tuple[Edge, Edge]:
    source = _("set for this coach")
    return Edge(_("Held from"), spell.opens_at, source), Edge(_("Held until"), spell.closes_at, source)


def _edges(trace: Trace, ruling: Ruling) -> tuple[Edge, ...]:
    bounds = trace.bounds_of(ruling.role)
    if bounds is None or ruling.phase is None:
        return ()
    opens, closes = bounds
    learns = ruling.role is PlaceRole.LEARNER
    return (
        Edge(_("Opens"), opens.at, _source(opens, is_end=False, waits=False)),
        Edge(_("Closes"), closes.at, _source(closes, is_end=True, waits=learns and _waits(trace))),
    )


def _waits(trace: Trace) -> bool:
    """Whether the end counts from a first visit that has not been yet."""
    enrolment = trace.case.standing.enrolment
    return trace.case.terms.duration_days is not None and enrolment is not None and enrolment.first_entered_at is None


def _source(bound: Bound, *, is_end: bool, waits: bool) -> str:
    days = abs(bound.days)
    match bound.source:
        case BoundSource.OWN:
            return _("their own date")
        case BoundSource.SESSION:
            return _("the session's date")
        case BoundSource.COACH_DATE:
            return _("the coaches' own date")
        case BoundSource.EXTRA_DAYS:
            words = ngettext("the session's end and %(n)d extra day", "the session's end and %(n)d extra days", days)
        case BoundSource.FIRST_ENTRY:
            words = ngettext("%(n)d day from the first visit", "%(n)d days from the first visit", days)
        case BoundSource.COACH_DAYS if is_end:
            words = ngettext("%(n)d day after the session's end", "%(n)d days after the session's end", days)
        case BoundSource.COACH_DAYS:
            words = ngettext("%(n)d day before the session's start", "%(n)d days before the session's start", days)
        case _:
            return _("counts from the first visit, which has not been") if waits else _("no limit")
    return words % {"n": days}


# The timeline


def _pieces(stretches: list[Stretch], at: datetime) -> list[Piece]:
    where = _scale(stretches, at)
    pieces = []
    for one in stretches:
        left = 0 if one.opens_at is None else where(one.opens_at)
        right = 1000 if one.closes_at is None else where(one.closes_at)
        pieces.append(Piece(one, one.phase(at) is Phase.INSIDE, left, max(right - left, 4)))
    return pieces


def _scale(stretches: list[Stretch], at: datetime) -> Callable[[datetime], int]:
    """Thousandths of the timeline, which has some room before the first change and after the last one."""
    moments = [at, *(one.opens_at for one in stretches if one.opens_at is not None)]
    first, last = min(moments), max(moments)
    span = max(last - first, timedelta(days=1))
    return lambda moment: round(150 + 700 * ((moment - first) / span))

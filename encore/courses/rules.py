"""Who may do what, where and when: plain values in, a decision out.

How the open points of the access page were read: docs/decisions/0003-reading-of-the-access-page.md.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum

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

NOTHING: frozenset[Sight] = frozenset()
EVERYTHING = frozenset(Sight)
READING = frozenset({Sight.CONTENT, Sight.TALK})
EARLIEST = datetime.min.replace(tzinfo=UTC)


class BeyondTheCalendar(ValueError):
    """A date so far away that no calendar reaches it."""


# What goes in: all instants are in UTC, all intervals half-open, a missing bound is no bound.


@dataclass(frozen=True, slots=True)
class Window:
    """`opens_at <= at < closes_at`."""

    opens_at: datetime | None = None
    closes_at: datetime | None = None

    def phase(self, at: datetime) -> Phase:
        """Where `at` lies. The end is asked first, so that it wins in a window that closes before it opens."""
        if self.closes_at is not None and at >= self.closes_at:
            return Phase.AFTER
        elif self.opens_at is not None and at < self.opens_at:
            return Phase.BEFORE
        else:
            return Phase.INSIDE


@dataclass(frozen=True, slots=True)
class Spell(Window):
    """The time during which a coach's role is held: always, unless it is a substitute's."""

    def covers(self, at: datetime) -> bool:
        return self.phase(at) is Phase.INSIDE


@dataclass(frozen=True, slots=True)
class Terms:
    """What the session says. It has dates, or a duration, or neither."""

    zone: tzinfo = UTC
    state: SessionState = SessionState.PUBLISHED
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    coach_days_before: int = 0
    coach_days_after: int = 0
    coach_opens_at: datetime | None = None
    coach_closes_at: datetime | None = None
    duration_days: int | None = None
    after_end: AfterEnd = AfterEnd.READ_ONLY
    teachers_see_results: bool = False
    shown_from: datetime | None = None
    shown_until: datetime | None = None

    def __post_init__(self) -> None:
        # Words may come as text from a row or a file; one that we do not know must never pass for an open door.
        object.__setattr__(self, "state", SessionState(self.state))
        object.__setattr__(self, "after_end", AfterEnd(self.after_end))


@dataclass(frozen=True, slots=True)
class EnrolmentTerms:
    """What one learner's enrolment says: the one with the highest number, if there are several."""

    state: EnrolmentState = EnrolmentState.ACTIVE
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    extra_days: int = 0
    first_entered_at: datetime | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "state", EnrolmentState(self.state))


@dataclass(frozen=True, slots=True)
class Standing:
    """A person's roles towards a place: a course of a session, or a session as a whole.

    For a session as a whole, `excluded` stays false and a coach of any of its courses is a `course_coach`,
    since that page is theirs too.
    """

    enrolment: EnrolmentTerms | None = None
    excluded: bool = False
    course_coach: tuple[Spell, ...] = ()
    general_coach: tuple[Spell, ...] = ()
    other_course_coach: tuple[Spell, ...] = ()
    course_teacher: bool = False
    follows: bool = False
    session_administrator: bool = False
    """Owner of this session, or allowed all of them; whoever is neither has no role here."""
    opens_content: bool = False
    """The platform lets session administrators open what a course holds: CONTENT."""
    sees_results: bool = False
    """The platform lets session administrators see what learners write and do: TALK and PEOPLE."""
    administrator: bool = False

    @property
    def coach_spells(self) -> tuple[Spell, ...]:
        return self.course_coach + self.general_coach + self.other_course_coach


@dataclass(frozen=True, slots=True)
class Decision:
    """How far one gets, what one sees there, why, and from when to when the level stays by the clock alone."""

    level: Access
    sees: frozenset[Sight]
    reason: Reason
    since: datetime | None = None
    until: datetime | None = None


# The decision


def decide(standing: Standing, terms: Terms, at: datetime) -> Decision:
    """What this person may do in a course of a session, or in the session as a whole, at this moment."""
    return explain_decision(standing, terms, at).decision


def explain_decision(standing: Standing, terms: Terms, at: datetime) -> "Trace":
    """The decision with all that led to it: what each role gives by itself, which one decided, and what comes next."""
    at = at.astimezone(UTC)
    case = _Case(standing, terms)
    rulings = tuple(case.rulings(at))
    best = _highest(rulings)
    since, until = _stretch(at, case.boundaries(), lambda moment: _highest(case.rulings(moment)).level)
    sees = NOTHING.union(*(ruling.sees for ruling in rulings))
    return Trace(case, rulings, best, Decision(best.level, sees, best.reason, since, until))


def seen_as_learner(own: Decision, learner: Decision) -> Decision:
    """What somebody sees who looks as a learner would: no more than a learner, no more than they may themselves, and
    never so that anything could be sent. Where the door is closed the reason is the one that closes it."""
    if own.level < min(learner.level, Access.READ):
        return replace(own, sees=own.sees & learner.sees)
    else:
        return replace(learner, level=min(learner.level, Access.READ), sees=own.sees & learner.sees)


def decide_course(*, teacher: bool = False, assistant: bool = False, administrator: bool = False) -> Decision:
    """What this person may do in the course itself, where nobody learns and the clock plays no part."""
    if teacher or administrator:
        sees = EVERYTHING if administrator else frozenset({Sight.CONTENT})
        return Decision(Access.MANAGE, sees, Reason.TEACHES if teacher else Reason.MANAGES)
    elif assistant:
        return Decision(Access.COACH, frozenset({Sight.CONTENT}), Reason.TEACHES)
    else:
        return Decision(Access.NONE, NOTHING, Reason.NO_ROLE)


@dataclass(frozen=True, slots=True)
class Ruling:
    """What the table says for one role, after the cap of the session's state."""

    role: PlaceRole
    level: Access
    reason: Reason
    sees: frozenset[Sight] = NOTHING
    phase: Phase | None = None
    """Where the moment lies in the window, for a role that goes by one."""
    uncapped: Access | None = None
    """The level that the role would give, where the state took something away from it."""


@dataclass(frozen=True, slots=True)
class Stretch(Window):
    """A piece of time in which one ruling decides."""

    ruling: Ruling = field(kw_only=True)


@dataclass(frozen=True, slots=True)
class Bound:
    """One end of a window, and where it comes from."""

    at: datetime | None = None
    source: BoundSource = BoundSource.NOWHERE
    counted_from: datetime | None = None
    days: int = 0
    """So many days after (or, if negative, before) `counted_from`."""


@dataclass(frozen=True, slots=True)
class Trace:
    """A decision and how it came about. `rulings`: one for each role held, in the order of the table; `rule`: the one
    that gave the level and the reason."""

    case: "_Case"
    rulings: tuple[Ruling, ...]
    rule: Ruling
    decision: Decision

    def bounds_of(self, role: PlaceRole) -> tuple[Bound, Bound] | None:
        """Both ends of the window that this role goes by; None for a role that goes by none."""
        if role is PlaceRole.LEARNER and self.case.standing.enrolment is not None:
            return learner_bounds(self.case.terms, self.case.standing.enrolment)
        elif role in (PlaceRole.COURSE_COACH, PlaceRole.GENERAL_COACH):
            return coach_bounds(self.case.terms)
        else:
            return None

    def stretches(self) -> list[Stretch]:
        """All of time in pieces, each with the ruling that decides in it; neighbours differ in level or reason."""
        starts = [EARLIEST, *sorted(self.case.boundaries() - {EARLIEST})]
        decisive = [_highest(self.case.rulings(start)) for start in starts]
        changes = [0, *(n for n in range(1, len(starts)) if _differ(decisive[n - 1], decisive[n]))]
        ends = [*(starts[n] for n in changes[1:]), None]
        return [
            Stretch(starts[n] if n else None, end, ruling=decisive[n]) for n, end in zip(changes, ends, strict=True)
        ]


def _differ(one: Ruling, other: Ruling) -> bool:
    return (one.level, one.reason) != (other.level, other.reason)


@dataclass(slots=True)
class _Case:
    """One person in one place, with the windows that play a part worked out once."""

    standing: Standing
    terms: Terms
    learner: Window = field(init=False)
    coach: Window = field(init=False)

    def __post_init__(self) -> None:
        enrolment = self.standing.enrolment
        self.learner = Window() if enrolment is None else learner_window(self.terms, enrolment)
        self.coach = coach_window(self.terms) if self.standing.coach_spells else Window()

    def rulings(self, at: datetime) -> Iterator[Ruling]:
        """The rows that apply, in the order of the table, so that the first of equals is the one to show."""
        standing, state = self.standing, self.terms.state
        if standing.enrolment is not None:
            yield self._learner(standing.enrolment, at)
        if _held(standing.course_coach, at):
            yield self._coach(PlaceRole.COURSE_COACH, at)
        if _held(standing.general_coach, at):
            yield self._coach(PlaceRole.GENERAL_COACH, at)
        if _held(standing.other_course_coach, at):
            yield _capped(PlaceRole.OTHER_COURSE_COACH, Access.LISTED, Reason.OTHER_COURSE, state, _COACHES_OF_OTHERS)
        if standing.course_teacher:
            yield self._teacher()
        if standing.follows:
            yield _capped(PlaceRole.FOLLOWER, Access.LISTED, Reason.FOLLOWS, state, _OTHERS)
        if standing.session_administrator:
            yield Ruling(PlaceRole.SESSION_ADMINISTRATOR, Access.MANAGE, Reason.MANAGES, _permitted(standing))
        if standing.administrator:
            yield Ruling(PlaceRole.ADMINISTRATOR, Access.MANAGE, Reason.MANAGES, EVERYTHING)
        yield Ruling(PlaceRole.NOBODY, Access.NONE, Reason.NO_ROLE)

    def boundaries(self) -> set[datetime]:
        """Every instant at which a row may change."""
        windows = (self.learner, self.coach, *self.standing.coach_spells)
        return {bound for window in windows for bound in (window.opens_at, window.closes_at) if bound is not None}

    def _learner(self, enrolment: EnrolmentTerms, at: datetime) -> Ruling:
        phase = None
        if self.standing.excluded:
            return Ruling(PlaceRole.LEARNER, Access.NONE, Reason.EXCLUDED)
        elif enrolment.state in (EnrolmentState.SUSPENDED, EnrolmentState.WITHDRAWN):
            level, reason = Access.LISTED, Reason(enrolment.state)
        elif enrolment.state is EnrolmentState.COMPLETED:
            phase = self.learner.phase(at)
            level, reason = self._by_phase(phase, Access.READ, Reason.COMPLETED)
        else:
            phase = self.learner.phase(at)
            level, reason = self._by_phase(phase, Access.WORK, self._running())
        return _seeing(_capped(PlaceRole.LEARNER, level, reason, self.terms.state, _OTHERS, phase), READING)

    def _coach(self, role: PlaceRole, at: datetime) -> Ruling:
        phase = self.coach.phase(at)
        level, reason = self._by_phase(phase, Access.COACH, self._running())
        ruling = _capped(role, level, reason, self.terms.state, _COACHES, phase)
        # Once the coach's own time is over, learners' work is no longer the coach's to read.
        if ruling.level is Access.COACH or phase is not Phase.AFTER:
            return _seeing(ruling, EVERYTHING)
        else:
            return _seeing(ruling, READING)

    def _teacher(self) -> Ruling:
        ruling = _capped(PlaceRole.COURSE_TEACHER, Access.READ, Reason.TEACHES, self.terms.state, _OTHERS)
        return _seeing(ruling, EVERYTHING if self.terms.teachers_see_results else frozenset({Sight.CONTENT}))

    def _by_phase(self, phase: Phase, full: Access, running: Reason) -> tuple[Access, Reason]:
        """A row of the table that goes by a window: `full` is the level inside it."""
        if phase is Phase.BEFORE:
            return Access.LISTED, Reason.NOT_YET
        elif phase is Phase.INSIDE:
            return full, running
        elif self.terms.after_end is AfterEnd.OPEN:
            return full, Reason.ENDED
        elif self.terms.after_end is AfterEnd.READ_ONLY:
            return Access.READ, Reason.ENDED
        else:
            return Access.LISTED, Reason.ENDED

    def _running(self) -> Reason:
        return Reason.OPEN if self.terms.duration_days is None else Reason.DURATION_RUNNING


def _permitted(standing: Standing) -> frozenset[Sight]:
    """What a session administrator sees: nothing by the role, what the platform permits by a table."""
    content = frozenset({Sight.CONTENT}) if standing.opens_content else NOTHING
    return content | (frozenset({Sight.TALK, Sight.PEOPLE}) if standing.sees_results else NOTHING)


# The highest level that each state leaves to a role; managers are never capped.
_COACHES = {SessionState.CANCELLED: Access.LISTED, SessionState.ARCHIVED: Access.READ}
_COACHES_OF_OTHERS = {SessionState.CANCELLED: Access.LISTED, SessionState.ARCHIVED: Access.LISTED}
_OTHERS = {
    SessionState.DRAFT: Access.NONE,
    SessionState.CANCELLED: Access.LISTED,
    SessionState.ARCHIVED: Access.LISTED,
}


def _capped(
    role: PlaceRole,
    level: Access,
    reason: Reason,
    state: SessionState,
    caps: dict[SessionState, Access],
    phase: Phase | None = None,
) -> Ruling:
    """The row under the state's cap; the state is the reason only where it took something away."""
    cap = caps.get(state, Access.MANAGE)
    if level > cap:
        return Ruling(role, cap, Reason(state), phase=phase, uncapped=level)
    else:
        return Ruling(role, level, reason, phase=phase)


def _seeing(ruling: Ruling, sees: frozenset[Sight]) -> Ruling:
    """The row with its sights: a door that is closed shows nothing."""
    return replace(ruling, sees=sees) if ruling.level >= Access.READ else ruling


def _held(spells: Iterable[Spell], at: datetime) -> bool:
    return any(spell.covers(at) for spell in spells)


def _highest(rulings: Iterable[Ruling]) -> Ruling:
    """The row of the highest level: the first of them, if several are equal."""
    return max(rulings, key=lambda ruling: ruling.level)


def _stretch(
    at: datetime, boundaries: Iterable[datetime], level_at: Callable[[datetime], Access]
) -> tuple[datetime | None, datetime | None]:
    """The largest interval around `at` with one level. Between boundaries nothing changes: each piece is asked once."""
    starts = [EARLIEST, *sorted(boundaries)]
    first = last = bisect_right(starts, at) - 1
    level = level_at(at)
    while first > 0 and level_at(starts[first - 1]) == level:
        first -= 1
    while last + 1 < len(starts) and level_at(starts[last + 1]) == level:
        last += 1
    return (
        starts[first] if first > 0 else None,
        starts[last + 1] if last + 1 < len(starts) else None,
    )


# Windows


def learner_window(terms: Terms, enrolment: EnrolmentTerms) -> Window:
    """When this learner may work: own dates first, then the session's with the extra days."""
    opens, closes = learner_bounds(terms, enrolment)
    return Window(opens.at, closes.at)


def learner_bounds(terms: Terms, enrolment: EnrolmentTerms) -> tuple[Bound, Bound]:
    """Both ends of the learner's window, each with where it comes from."""
    days = enrolment.extra_days
    if enrolment.closes_at is not None:
        closes = Bound(enrolment.closes_at, BoundSource.OWN)
    elif terms.duration_days is not None:
        first = enrolment.first_entered_at
        closes = _counted(first, terms.duration_days + days, terms.zone, BoundSource.FIRST_ENTRY)
    elif days:
        closes = _counted(terms.closes_at, days, terms.zone, BoundSource.EXTRA_DAYS)
    else:
        closes = _given(terms.closes_at, BoundSource.SESSION)
    own = _given(enrolment.opens_at, BoundSource.OWN)
    return own if own.at else _given(terms.opens_at, BoundSource.SESSION), closes


def coach_window(terms: Terms) -> Window:
    """When coaches may coach: absolute coach dates first, then the session's with the days around them."""
    opens, closes = coach_bounds(terms)
    return Window(opens.at, closes.at)


def coach_bounds(terms: Terms) -> tuple[Bound, Bound]:
    """Both ends of the coaches' window, each with where it comes from."""
    return (
        _coach_bound(terms, terms.coach_opens_at, terms.opens_at, -terms.coach_days_before),
        _coach_bound(terms, terms.coach_closes_at, terms.closes_at, terms.coach_days_after),
    )


def _coach_bound(terms: Terms, absolute: datetime | None, counted_from: datetime | None, days: int) -> Bound:
    if absolute is not None:
        return Bound(absolute, BoundSource.COACH_DATE)
    else:
        return _counted(counted_from, days, terms.zone, BoundSource.COACH_DAYS if days else BoundSource.SESSION)


def session_window(terms: Terms) -> Window:
    """The learners' window without anybody's own dates."""
    return Window(terms.opens_at, terms.closes_at)


def add_days(instant: datetime, days: int, zone: tzinfo) -> datetime:
    """The same wall time so many calendar days later (or earlier, if negative) in that zone."""
    try:
        return add_to_clock(instant, timedelta(days=days), zone)
    except OverflowError as error:
        raise BeyondTheCalendar(f"{days} days from {instant:%Y-%m-%d} is beyond the calendar.") from error


def add_to_clock(instant: datetime, amount: timedelta, zone: tzinfo) -> datetime:
    """Wall-clock arithmetic: what the clock on the wall shows, plus the amount. Adding nothing changes nothing."""
    try:
        if amount:
            return from_clock(instant.astimezone(zone).replace(tzinfo=None) + amount, zone)
        else:
            return instant
    except OverflowError as error:
        raise BeyondTheCalendar(f"{amount} from {instant:%Y-%m-%d} is beyond the calendar.") from error


def add_to_day(day: date, amount: timedelta) -> date:
    try:
        return day + amount
    except OverflowError as error:
        raise BeyondTheCalendar(f"{amount} from {day} is beyond the calendar.") from error


def from_clock(wall: datetime, zone: tzinfo) -> datetime:
    """The instant at which the clock on the wall shows this: the first, if twice; later by the gap, if never."""
    try:
        # With fold=0 Python reads a double time as its first occurrence, and one that is skipped by the offset
        # before the gap, which lands it after the gap by the gap's length: exactly our two rules.
        return wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    except OverflowError as error:
        raise BeyondTheCalendar(f"{wall:%Y-%m-%d} is at the very edge of the calendar.") from error


def start_of_day(day: date, zone: tzinfo) -> datetime:
    """The instant at which this day begins there."""
    return from_clock(datetime.combine(day, time()), zone)


def end_of_day(day: date, zone: tzinfo) -> datetime:
    """The instant at which this day is over there: the next midnight, which is no longer part of it."""
    return start_of_day(add_to_day(day, timedelta(days=1)), zone)


def _given(instant: datetime | None, source: BoundSource) -> Bound:
    return Bound() if instant is None else Bound(instant, source)


def _counted(instant: datetime | None, days: int, zone: tzinfo, source: BoundSource) -> Bound:
    """So many days after an instant, if there is one."""
    return Bound() if instant is None else Bound(add_days(instant, days, zone), source, instant, days)


# My sessions

_LIST_OF = {Phase.BEFORE: ListName.UPCOMING, Phase.INSIDE: ListName.CURRENT, Phase.AFTER: ListName.PAST}
_PUT_AWAY = (SessionState.CANCELLED, SessionState.ARCHIVED)


def list_of(standing: Standing, terms: Terms, at: datetime) -> ListName | None:
    """The one list of My sessions in which this person finds the session; None if in none of them."""
    given = set(_lists(standing, terms, at.astimezone(UTC)))
    return next((name for name in ListName if name in given), None)


def shown_in_lists(terms: Terms, at: datetime) -> bool:
    """Whether learners find it in their lists and in the catalogue. It never changes access."""
    return Window(terms.shown_from, terms.shown_until).phase(at.astimezone(UTC)) is Phase.INSIDE


def tab_of(terms: Terms, at: datetime) -> ListName:
    """The administrators' tab: the session's own window, nobody's dates. Drafts are told apart by their state."""
    return list_by_window(terms.state, session_window(terms), at.astimezone(UTC))


def list_by_window(state: SessionState, window: Window, at: datetime) -> ListName:
    """The list that one role gives, by that role's window; what is cancelled or archived is past."""
    return ListName.PAST if state in _PUT_AWAY else _LIST_OF[window.phase(at)]


def _lists(standing: Standing, terms: Terms, at: datetime) -> Iterator[ListName]:
    """What each role gives: an exclusion changes nothing here, and a draft is its coaches' alone."""
    enrolment = standing.enrolment
    if enrolment is not None and terms.state is not SessionState.DRAFT and shown_in_lists(terms, at):
        if enrolment.state in (EnrolmentState.COMPLETED, EnrolmentState.WITHDRAWN):
            yield ListName.PAST
        else:
            yield list_by_window(terms.state, learner_window(terms, enrolment), at)
    if _held(standing.coach_spells, at):
        yield list_by_window(terms.state, coach_window(terms), at)


# What a decision allows


class Action(StrEnum):
    """What one may want to do in a place."""

    OPEN = "open"
    READ_CONTENT = "read_content"
    READ_TALK = "read_talk"
    SEE_PEOPLE = "see_people"
    SUBMIT = "submit"
    POST = "post"
    MARK = "mark"
    ADD_ITEM = "add_item"
    OWN_VERSION = "own_version"
    RE_DATE = "re_date"
    HIDE = "hide"
    ORDER = "order"
    MANAGE = "manage"


class RefusalKind(StrEnum):
    LEVEL = "level"
    SIGHT = "sight"
    LOCK = "lock"


@dataclass(frozen=True, slots=True)
class Locks:
    """What the session administrator has locked for coaches, each with the reason given; None = not locked."""

    tool_visibility: str | None = None
    coach_additions: str | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why not: the decision's reason, or the lock's. `lock`: which one."""

    kind: RefusalKind
    reason: str
    lock: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class _Need:
    level: Access
    sight: Sight | None = None
    lock: str | None = None


# Locked visibility keeps what shows and in which order; locked additions keep what is said and when.
_NEEDS = {
    Action.OPEN: _Need(Access.READ),
    Action.READ_CONTENT: _Need(Access.READ, Sight.CONTENT),
    Action.READ_TALK: _Need(Access.READ, Sight.TALK),
    Action.SEE_PEOPLE: _Need(Access.READ, Sight.PEOPLE),
    Action.SUBMIT: _Need(Access.WORK, Sight.CONTENT),
    Action.POST: _Need(Access.WORK, Sight.TALK),
    Action.MARK: _Need(Access.COACH, Sight.PEOPLE),
    Action.ADD_ITEM: _Need(Access.COACH, Sight.CONTENT, "coach_additions"),
    Action.OWN_VERSION: _Need(Access.COACH, Sight.CONTENT, "coach_additions"),
    Action.RE_DATE: _Need(Access.COACH, Sight.CONTENT, "coach_additions"),
    Action.HIDE: _Need(Access.COACH, Sight.CONTENT, "tool_visibility"),
    Action.ORDER: _Need(Access.COACH, Sight.CONTENT, "tool_visibility"),
    Action.MANAGE: _Need(Access.MANAGE),
}


def may(decision: Decision, locks: Locks, action: Action) -> Refusal | None:
    """None if the action is allowed, else why not. Locks bind coaches; whoever manages the session may do without."""
    need = _NEEDS[action]
    lock = None if need.lock is None else getattr(locks, need.lock)
    if decision.level < need.level:
        return Refusal(RefusalKind.LEVEL, decision.reason)
    elif need.sight is not None and need.sight not in decision.sees:
        return Refusal(RefusalKind.SIGHT, decision.reason)
    elif lock is not None and decision.level < Access.MANAGE:
        return Refusal(RefusalKind.LOCK, lock, need.lock or "")
    else:
        return None

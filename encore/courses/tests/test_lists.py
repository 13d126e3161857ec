"""My sessions: each session is in exactly one of three lists, by the person's own window."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from encore.courses.rules import (
    EnrolmentTerms,
    Spell,
    Standing,
    Terms,
    coach_window,
    learner_window,
    list_of,
    shown_in_lists,
    tab_of,
)
from encore.courses.words import EnrolmentState, ListName, Phase, SessionState

OPENS = datetime(2026, 9, 1, 8, tzinfo=UTC)
CLOSES = datetime(2026, 10, 1, 18, tzinfo=UTC)
BEFORE = OPENS - timedelta(days=1)
INSIDE = OPENS + timedelta(days=1)
AFTER = CLOSES + timedelta(days=1)
TICK = timedelta(microseconds=1)
DATED = Terms(opens_at=OPENS, closes_at=CLOSES)
DURATION = Terms(duration_days=10)
ENDLESS = Terms()
LEARNER = Standing(enrolment=EnrolmentTerms())
COACH = Standing(course_coach=(Spell(),))


def enrolled(state: str = "active", **facts) -> Standing:
    return Standing(enrolment=EnrolmentTerms(state=EnrolmentState(state), **facts))


@pytest.mark.parametrize(
    ("standing", "terms", "at", "expected"),
    [
        # By dates.
        (LEARNER, DATED, OPENS - TICK, "upcoming"),
        (LEARNER, DATED, OPENS, "current"),
        (LEARNER, DATED, CLOSES - TICK, "current"),
        (LEARNER, DATED, CLOSES, "past"),
        # A missing bound is no bound: a session that only ends is not over before it ends.
        (LEARNER, replace(DATED, opens_at=None), BEFORE, "current"),
        (LEARNER, replace(DATED, opens_at=None), AFTER, "past"),
        (LEARNER, replace(DATED, closes_at=None), BEFORE, "upcoming"),
        (LEARNER, replace(DATED, closes_at=None), AFTER, "current"),
        (LEARNER, ENDLESS, INSIDE, "current"),
        # By own dates.
        (enrolled(opens_at=INSIDE), DATED, OPENS, "upcoming"),
        (enrolled(closes_at=AFTER), DATED, CLOSES, "current"),
        (enrolled(extra_days=1), DATED, CLOSES, "current"),
        (enrolled(extra_days=1), DATED, AFTER, "past"),
        (enrolled(opens_at=INSIDE), ENDLESS, OPENS, "upcoming"),
        (enrolled(closes_at=INSIDE), ENDLESS, INSIDE, "past"),
        # By duration: on the last day it is still current.
        (LEARNER, DURATION, INSIDE, "current"),
        (enrolled(first_entered_at=OPENS), DURATION, OPENS + timedelta(days=10) - TICK, "current"),
        (enrolled(first_entered_at=OPENS), DURATION, OPENS + timedelta(days=10), "past"),
        (enrolled(opens_at=INSIDE), DURATION, OPENS, "upcoming"),
        # By the enrolment's state.
        (enrolled("completed"), DATED, BEFORE, "past"),
        (enrolled("completed"), DATED, INSIDE, "past"),
        (enrolled("withdrawn"), ENDLESS, INSIDE, "past"),
        (enrolled("suspended"), DATED, BEFORE, "upcoming"),
        (enrolled("suspended"), DATED, INSIDE, "current"),
        (enrolled("suspended"), DATED, AFTER, "past"),
        # An exclusion from a course changes nothing.
        (replace(LEARNER, excluded=True), DATED, INSIDE, "current"),
        # Coaches, by theirs.
        (COACH, DATED, BEFORE, "upcoming"),
        (COACH, replace(DATED, coach_days_before=7), BEFORE, "current"),
        (COACH, replace(DATED, coach_days_after=7), AFTER, "current"),
        (COACH, replace(DATED, coach_closes_at=INSIDE), INSIDE, "past"),
        (COACH, DURATION, INSIDE, "current"),
        (COACH, replace(DURATION, coach_opens_at=AFTER), INSIDE, "upcoming"),
        (Standing(general_coach=(Spell(),)), DATED, AFTER, "past"),
        (Standing(other_course_coach=(Spell(),)), DATED, INSIDE, "current"),
        (Standing(course_coach=(Spell(OPENS, CLOSES),)), DATED, INSIDE, "current"),
        (Standing(course_coach=(Spell(OPENS, CLOSES),)), DATED, AFTER, None),
        # Both: current, then upcoming, then past.
        (replace(COACH, enrolment=EnrolmentTerms(opens_at=AFTER)), DATED, INSIDE, "current"),
        (replace(COACH, enrolment=EnrolmentTerms(closes_at=OPENS)), DATED, BEFORE, "upcoming"),
        (replace(COACH, enrolment=EnrolmentTerms(EnrolmentState.COMPLETED)), DATED, BEFORE, "upcoming"),
        (replace(COACH, enrolment=EnrolmentTerms(EnrolmentState.COMPLETED)), DATED, AFTER, "past"),
        # Nobody else has lists.
        (Standing(), ENDLESS, INSIDE, None),
        (Standing(course_teacher=True, follows=True), ENDLESS, INSIDE, None),
        (Standing(session_administrator=True, administrator=True), ENDLESS, INSIDE, None),
    ],
)
def test_the_list_goes_by_the_persons_own_window(standing, terms, at, expected):
    assert list_of(standing, terms, at) == expected


@pytest.mark.parametrize("at", [BEFORE, INSIDE, AFTER])
@pytest.mark.parametrize("state", [SessionState.CANCELLED, SessionState.ARCHIVED])
@pytest.mark.parametrize("standing", [LEARNER, enrolled("suspended"), COACH])
def test_what_is_cancelled_or_archived_is_past(standing, state, at):
    assert list_of(standing, replace(DATED, state=state), at) is ListName.PAST


@pytest.mark.parametrize(
    ("standing", "at", "expected"),
    [
        (LEARNER, INSIDE, None),
        (enrolled("withdrawn"), INSIDE, None),
        (COACH, BEFORE, "upcoming"),
        (COACH, INSIDE, "current"),
        (COACH, AFTER, "past"),
        (replace(COACH, enrolment=EnrolmentTerms(extra_days=5)), AFTER, "past"),
    ],
)
def test_a_draft_is_in_its_coaches_lists_alone(standing, at, expected):
    assert list_of(standing, replace(DATED, state=SessionState.DRAFT), at) == expected


def test_what_is_not_shown_is_in_no_learners_list_and_in_every_coachs():
    hidden = replace(DATED, shown_from=INSIDE, shown_until=AFTER)

    assert not shown_in_lists(hidden, OPENS)
    assert list_of(LEARNER, hidden, OPENS) is None
    assert list_of(COACH, hidden, OPENS) is ListName.CURRENT
    assert list_of(LEARNER, hidden, INSIDE) is ListName.CURRENT
    assert list_of(LEARNER, hidden, AFTER) is None


@pytest.mark.parametrize(
    ("terms", "at", "expected"),
    [
        (DATED, BEFORE, "upcoming"),
        (DATED, INSIDE, "current"),
        (DATED, AFTER, "past"),
        (replace(DATED, opens_at=None), BEFORE, "current"),
        (replace(DATED, coach_days_before=7), BEFORE, "upcoming"),
        (DURATION, INSIDE, "current"),
        (ENDLESS, INSIDE, "current"),
        (replace(ENDLESS, state=SessionState.CANCELLED), INSIDE, "past"),
        (replace(DATED, state=SessionState.ARCHIVED), BEFORE, "past"),
    ],
)
def test_administrators_tabs_go_by_the_session_alone(terms, at, expected):
    assert tab_of(terms, at) == expected


# What holds for everybody, always.

MIDDLE = datetime(2026, 3, 29, 1, tzinfo=UTC)  # the clocks of Europe go forward
instants = st.integers(-80, 80).map(lambda hours: MIDDLE + timedelta(hours=hours))
bounds = st.none() | instants
days = st.integers(0, 3)
enrolments = st.builds(EnrolmentTerms, st.sampled_from(EnrolmentState), bounds, bounds, days, bounds)
standings = st.builds(
    Standing,
    enrolment=st.none() | enrolments,
    excluded=st.booleans(),
    course_coach=st.sampled_from([(), (Spell(),)]),
    other_course_coach=st.sampled_from([(), (Spell(),)]),
)
dated = st.builds(
    Terms,
    zone=st.sampled_from(["Europe/Brussels", "America/New_York", "Asia/Kathmandu", "Pacific/Apia"]).map(ZoneInfo),
    state=st.sampled_from(SessionState),
    opens_at=bounds,
    closes_at=bounds,
    coach_days_before=days,
    coach_days_after=days,
    coach_opens_at=bounds,
    coach_closes_at=bounds,
)
terms = dated | st.builds(replace, dated, opens_at=st.none(), closes_at=st.none(), duration_days=days)


@settings(deadline=None)
@given(enrolments, terms, instants)
def test_an_enrolled_learner_finds_a_session_in_exactly_one_list(enrolment, terms, at):
    found = list_of(Standing(enrolment=enrolment), terms, at)
    phase = learner_window(terms, enrolment).phase(at)
    over = enrolment.state in ("completed", "withdrawn") or terms.state in ("cancelled", "archived")
    belongs = {
        ListName.PAST: over or phase is Phase.AFTER,
        ListName.CURRENT: not over and phase is Phase.INSIDE,
        ListName.UPCOMING: not over and phase is Phase.BEFORE,
    }

    assert sum(belongs.values()) == 1
    assert found == (None if terms.state == "draft" else next(name for name in belongs if belongs[name]))


@settings(deadline=None)
@given(standings, terms, instants)
def test_two_roles_give_the_first_of_what_each_gives(standing, terms, at):
    as_learner = list_of(Standing(enrolment=standing.enrolment), terms, at)
    as_coach = list_of(replace(standing, enrolment=None), terms, at)

    given = [name for name in ("current", "upcoming", "past") if name in (as_learner, as_coach)]
    assert list_of(standing, terms, at) == (given[0] if given else None)


@settings(deadline=None)
@given(standings, terms, instants)
def test_time_moves_a_session_from_upcoming_to_current_to_past_and_never_back(standing, terms, at):
    alone = Standing(enrolment=standing.enrolment)
    order = [ListName.UPCOMING, ListName.CURRENT, ListName.PAST]
    hours = [at + timedelta(hours=step) for step in range(0, 240, 6)]
    found = [order.index(name) for moment in hours if (name := list_of(alone, terms, moment))]

    assert found == sorted(found)


@settings(deadline=None)
@given(terms, instants)
def test_a_coachs_list_asks_nobodys_own_dates(terms, at):
    found = list_of(COACH, terms, at)

    if terms.state in ("cancelled", "archived"):
        assert found is ListName.PAST
    else:
        expected = {Phase.BEFORE: "upcoming", Phase.INSIDE: "current", Phase.AFTER: "past"}
        assert found == expected[coach_window(terms).phase(at)]

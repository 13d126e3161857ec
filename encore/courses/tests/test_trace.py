"""How a decision came about: the trace of which the decision itself is made."""

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings

from encore.courses.rules import (
    Bound,
    EnrolmentTerms,
    Spell,
    Standing,
    Terms,
    coach_bounds,
    coach_window,
    decide,
    explain_decision,
    learner_bounds,
    learner_window,
)
from encore.courses.tests.test_rules import AFTER, ALWAYS, BEFORE, CLOSES, DATED, INSIDE, OPENS, cases, enrolled
from encore.courses.words import Access, BoundSource, Phase, PlaceRole, Reason, SessionState

TICK = timedelta(microseconds=1)


def roles_in(trace):
    return [(ruling.role, ruling.level) for ruling in trace.rulings]


def test_a_trace_tells_what_each_role_gives_and_which_one_decided():
    both = replace(enrolled(), general_coach=ALWAYS, course_teacher=True)

    trace = explain_decision(both, DATED, INSIDE)

    assert roles_in(trace) == [
        (PlaceRole.LEARNER, Access.WORK),
        (PlaceRole.GENERAL_COACH, Access.COACH),
        (PlaceRole.COURSE_TEACHER, Access.READ),
        (PlaceRole.NOBODY, Access.NONE),
    ]
    assert (trace.rule.role, trace.rule.phase) == (PlaceRole.GENERAL_COACH, Phase.INSIDE)


def test_a_trace_tells_what_the_state_of_the_session_took_away():
    trace = explain_decision(enrolled(), replace(DATED, state=SessionState.CANCELLED), INSIDE)

    assert (trace.rule.level, trace.rule.uncapped, trace.rule.reason) == (
        Access.LISTED,
        Access.WORK,
        Reason.CANCELLED,
    )


@pytest.mark.parametrize(
    ("terms", "facts", "closes"),
    [
        (DATED, {}, Bound(CLOSES, BoundSource.SESSION)),
        (DATED, {"closes_at": AFTER, "extra_days": 3}, Bound(AFTER, BoundSource.OWN)),
        (DATED, {"extra_days": 3}, Bound(CLOSES + timedelta(days=3), BoundSource.EXTRA_DAYS, CLOSES, 3)),
        (Terms(duration_days=5), {"extra_days": 2}, Bound()),
        (
            Terms(duration_days=5),
            {"extra_days": 2, "first_entered_at": OPENS},
            Bound(OPENS + timedelta(days=7), BoundSource.FIRST_ENTRY, OPENS, 7),
        ),
        (Terms(), {"extra_days": 2}, Bound()),
    ],
)
def test_each_end_of_a_learners_window_says_where_it_comes_from(terms, facts, closes):
    assert learner_bounds(terms, EnrolmentTerms(**facts))[1] == closes


@pytest.mark.parametrize(
    ("values", "opens"),
    [
        ({}, Bound(OPENS, BoundSource.SESSION, OPENS)),
        ({"coach_days_before": 2}, Bound(OPENS - timedelta(days=2), BoundSource.COACH_DAYS, OPENS, -2)),
        ({"coach_days_before": 2, "coach_opens_at": BEFORE}, Bound(BEFORE, BoundSource.COACH_DATE)),
        ({"opens_at": None, "coach_days_before": 2}, Bound()),
    ],
)
def test_each_end_of_the_coaches_window_says_where_it_comes_from(values, opens):
    assert coach_bounds(replace(DATED, **values))[0] == opens


def test_the_stretches_tell_what_comes_next():
    found = explain_decision(enrolled(), DATED, INSIDE).stretches()

    assert [(one.opens_at, one.closes_at, one.ruling.reason) for one in found] == [
        (None, OPENS, Reason.NOT_YET),
        (OPENS, CLOSES, Reason.OPEN),
        (CLOSES, None, Reason.ENDED),
    ]


def test_a_substitute_appears_and_goes_in_the_stretches():
    found = explain_decision(Standing(course_coach=(Spell(INSIDE, AFTER),)), Terms(), INSIDE).stretches()

    assert [one.ruling.level for one in found] == [Access.NONE, Access.COACH, Access.NONE]


@settings(max_examples=200, deadline=None)
@given(cases())
def test_a_trace_and_the_decision_never_differ(case):
    standing, terms, at = case

    trace = explain_decision(standing, terms, at)

    decision = decide(standing, terms, at)
    assert trace.decision == decision
    assert (trace.rule.level, trace.rule.reason) == (decision.level, decision.reason)
    assert trace.rule in trace.rulings
    assert decision.level == max(ruling.level for ruling in trace.rulings)
    assert decision.sees == frozenset().union(*(ruling.sees for ruling in trace.rulings))


@settings(max_examples=200, deadline=None)
@given(cases())
def test_the_stretches_are_all_of_time_and_agree_with_the_decision_in_each(case):
    standing, terms, at = case

    found = explain_decision(standing, terms, at).stretches()

    assert found[0].opens_at is None
    assert found[-1].closes_at is None
    for one, after in pairwise(found):
        assert one.closes_at == after.opens_at
        for moment, there in ((one.closes_at - TICK, one), (one.closes_at, after)):
            decision = decide(standing, terms, moment)
            assert (decision.level, decision.reason) == (there.ruling.level, there.ruling.reason)


@settings(max_examples=100, deadline=None)
@given(cases())
def test_the_bounds_are_the_windows(case):
    standing, terms, _at = case
    enrolment = standing.enrolment or EnrolmentTerms()

    for bounds, window in (
        (learner_bounds(terms, enrolment), learner_window(terms, enrolment)),
        (coach_bounds(terms), coach_window(terms)),
    ):
        assert tuple(bound.at for bound in bounds) == (window.opens_at, window.closes_at)
        assert all((bound.at is None) == (bound.source is BoundSource.NOWHERE) for bound in bounds)

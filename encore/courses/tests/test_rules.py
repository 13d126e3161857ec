"""The decision table of the access page, cell by cell, and what must hold for every decision."""

import re
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from encore.courses import rules
from encore.courses.rules import (
    Action,
    Decision,
    EnrolmentTerms,
    Locks,
    Refusal,
    RefusalKind,
    Spell,
    Standing,
    Terms,
    decide,
    decide_course,
    may,
)
from encore.courses.words import Access, AfterEnd, EnrolmentState, Reason, SessionState, Sight

OPENS = datetime(2026, 9, 1, 8, tzinfo=UTC)
CLOSES = datetime(2026, 10, 1, 18, tzinfo=UTC)
BEFORE = OPENS - timedelta(days=1)
INSIDE = OPENS + timedelta(days=1)
AFTER = CLOSES + timedelta(days=1)
ALWAYS = (Spell(),)
DATED = Terms(opens_at=OPENS, closes_at=CLOSES)
DURATION = Terms(duration_days=10)


def enrolled(state: str = "active", **facts) -> Standing:
    return Standing(enrolment=EnrolmentTerms(state=EnrolmentState(state), **facts))


PEOPLE = {
    "learner": enrolled(),
    "learner, completed": enrolled("completed"),
    "learner, suspended": enrolled("suspended"),
    "learner, withdrawn": enrolled("withdrawn"),
    "learner, excluded": replace(enrolled(), excluded=True),
    "learner, not enrolled": Standing(),
    "course coach": Standing(course_coach=ALWAYS),
    "general coach": Standing(general_coach=ALWAYS),
    "other course's coach": Standing(other_course_coach=ALWAYS),
    "course teacher": Standing(course_teacher=True),
    "HR manager": Standing(follows=True),
    "session administrator": Standing(session_administrator=True),
    "same, opens content": Standing(session_administrator=True, opens_content=True),
    "same, sees results": Standing(session_administrator=True, sees_results=True),
    "same, may both": Standing(session_administrator=True, opens_content=True, sees_results=True),
    "permission, no role": Standing(opens_content=True, sees_results=True),
    "administrator": Standing(administrator=True),
    "anyone else": Standing(),
}

# Each cell: level, reason, and the initials of what is seen (Content, Talk, People). A single cell
# holds for the whole row. The last three columns are after the end, by the after-end rule.
TABLES = {
    "published": """
      person                | before           | inside            | read_only        | open             | closed
      learner               | LISTED not_yet   | WORK open CT      | READ ended CT    | WORK ended CT    | LISTED ended
      learner, completed    | LISTED not_yet   | READ completed CT | READ ended CT    | READ ended CT    | LISTED ended
      learner, suspended    | LISTED suspended
      learner, withdrawn    | LISTED withdrawn
      learner, excluded     | NONE excluded
      learner, not enrolled | NONE no_role
      course coach          | LISTED not_yet   | COACH open CTP    | READ ended CT    | COACH ended CTP  | LISTED ended
      general coach         | LISTED not_yet   | COACH open CTP    | READ ended CT    | COACH ended CTP  | LISTED ended
      other course's coach  | LISTED other_course
      course teacher        | READ teaches C
      HR manager            | LISTED follows
      session administrator | MANAGE manages
      same, opens content   | MANAGE manages C
      same, sees results    | MANAGE manages TP
      same, may both        | MANAGE manages CTP
      permission, no role   | NONE no_role
      administrator         | MANAGE manages CTP
      anyone else           | NONE no_role
    """,
    "draft": """
      person                | before           | inside            | read_only        | open             | closed
      learner               | NONE draft
      learner, completed    | NONE draft
      learner, suspended    | NONE draft
      learner, withdrawn    | NONE draft
      learner, excluded     | NONE excluded
      learner, not enrolled | NONE no_role
      course coach          | LISTED not_yet   | COACH open CTP    | READ ended CT    | COACH ended CTP  | LISTED ended
      general coach         | LISTED not_yet   | COACH open CTP    | READ ended CT    | COACH ended CTP  | LISTED ended
      other course's coach  | LISTED other_course
      course teacher        | NONE draft
      HR manager            | NONE draft
      session administrator | MANAGE manages
      administrator         | MANAGE manages CTP
      anyone else           | NONE no_role
    """,
    "cancelled": """
      person                | before           | inside            | read_only        | open             | closed
      learner               | LISTED not_yet   | LISTED cancelled  | LISTED cancelled | LISTED cancelled | LISTED ended
      learner, completed    | LISTED not_yet   | LISTED cancelled  | LISTED cancelled | LISTED cancelled | LISTED ended
      learner, suspended    | LISTED suspended
      learner, withdrawn    | LISTED withdrawn
      learner, excluded     | NONE excluded
      learner, not enrolled | NONE no_role
      course coach          | LISTED not_yet   | LISTED cancelled  | LISTED cancelled | LISTED cancelled | LISTED ended
      general coach         | LISTED not_yet   | LISTED cancelled  | LISTED cancelled | LISTED cancelled | LISTED ended
      other course's coach  | LISTED other_course
      course teacher        | LISTED cancelled
      HR manager            | LISTED follows
      session administrator | MANAGE manages
      administrator         | MANAGE manages CTP
      anyone else           | NONE no_role
    """,
    "archived": """
      person                | before           | inside            | read_only        | open             | closed
      learner               | LISTED not_yet   | LISTED archived   | LISTED archived  | LISTED archived  | LISTED ended
      learner, completed    | LISTED not_yet   | LISTED archived   | LISTED archived  | LISTED archived  | LISTED ended
      learner, suspended    | LISTED suspended
      learner, withdrawn    | LISTED withdrawn
      learner, excluded     | NONE excluded
      learner, not enrolled | NONE no_role
      course coach          | LISTED not_yet   | READ archived CTP | READ ended CT    | READ archived CT | LISTED ended
      general coach         | LISTED not_yet   | READ archived CTP | READ ended CT    | READ archived CT | LISTED ended
      other course's coach  | LISTED other_course
      course teacher        | LISTED archived
      HR manager            | LISTED follows
      session administrator | MANAGE manages
      administrator         | MANAGE manages CTP
      anyone else           | NONE no_role
    """,
}  # fmt: skip
COLUMNS = {
    "before": (BEFORE, "read_only"),
    "inside": (INSIDE, "read_only"),
    "read_only": (AFTER, "read_only"),
    "open": (AFTER, "open"),
    "closed": (AFTER, "closed"),
}


def cells():
    for state, table in TABLES.items():
        head, *rows = [[cell.strip() for cell in line.split("|")] for line in table.strip().splitlines()]
        for person, *row in rows:
            for column, cell in zip(head[1:], row if len(row) > 1 else row * 5, strict=True):
                yield pytest.param(state, person, column, cell, id=f"{state}: {person}, {column}")


def in_words(decision: Decision) -> str:
    seen = "".join(sight.name[0] for sight in Sight if sight in decision.sees)
    return f"{decision.level.name} {decision.reason} {seen}".rstrip()


@pytest.mark.parametrize(("state", "person", "column", "cell"), list(cells()))
def test_each_cell_of_the_table(state, person, column, cell):
    at, after_end = COLUMNS[column]
    terms = replace(DATED, state=SessionState(state), after_end=AfterEnd(after_end))

    assert in_words(decide(PEOPLE[person], terms, at)) == cell


def test_every_person_stands_in_the_table_of_every_state():
    named = {(state, person) for state, person, _, _ in (case.values for case in cells())}

    needed = set(PEOPLE) - {"same, opens content", "same, sees results", "same, may both", "permission, no role"}
    assert named >= {(state, person) for state in SessionState for person in needed}


def test_the_rules_know_no_database_and_no_clock():
    source = Path(rules.__file__).read_text()
    loaded = "import sys, encore.courses.rules; print([name for name in sys.modules if name.startswith('django')])"

    found = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True)

    assert found.stdout.strip() == "[]"
    assert not re.search(r"\b(now|today|utcnow|monotonic)\(", source)


# Duration sessions


@pytest.mark.parametrize(
    ("standing", "at", "expected"),
    [
        (enrolled(), INSIDE, "WORK duration_running CT"),
        (enrolled(first_entered_at=OPENS), INSIDE, "WORK duration_running CT"),
        (enrolled(first_entered_at=OPENS), OPENS + timedelta(days=10), "READ ended CT"),
        (enrolled("completed"), INSIDE, "READ completed CT"),
        (enrolled("suspended"), INSIDE, "LISTED suspended"),
        (enrolled("withdrawn"), INSIDE, "LISTED withdrawn"),
        (enrolled(opens_at=OPENS), BEFORE, "LISTED not_yet"),
        (Standing(course_coach=ALWAYS), INSIDE, "COACH duration_running CTP"),
    ],
)
def test_a_duration_session_runs_for_each_learner(standing, at, expected):
    assert in_words(decide(standing, DURATION, at)) == expected


# Several roles


@pytest.mark.parametrize(
    ("standing", "at", "expected"),
    [
        # The highest level wins, with its reason; sights add up.
        (replace(enrolled(), course_teacher=True), INSIDE, "WORK open CT"),
        (replace(enrolled("suspended"), course_teacher=True), INSIDE, "READ teaches C"),
        (replace(enrolled(), session_administrator=True), INSIDE, "MANAGE manages CT"),
        (Standing(course_teacher=True, session_administrator=True), INSIDE, "MANAGE manages C"),
        (Standing(general_coach=ALWAYS, session_administrator=True), BEFORE, "MANAGE manages"),
        # On equal levels the first row of the table.
        (replace(enrolled(), course_coach=ALWAYS), BEFORE, "LISTED not_yet"),
        (replace(enrolled("withdrawn"), follows=True), INSIDE, "LISTED withdrawn"),
        (Standing(other_course_coach=ALWAYS, follows=True), INSIDE, "LISTED other_course"),
        (replace(enrolled(), course_teacher=True), AFTER, "READ ended CT"),
        # An exclusion takes the learner's role alone.
        (replace(enrolled(), excluded=True, course_coach=ALWAYS), INSIDE, "COACH open CTP"),
        (replace(enrolled(), excluded=True, follows=True), INSIDE, "LISTED follows"),
        (Standing(excluded=True), INSIDE, "NONE no_role"),
    ],
)
def test_several_roles_add_up(standing, at, expected):
    assert in_words(decide(standing, DATED, at)) == expected


def test_caps_come_before_the_highest_is_taken():
    archived = replace(DATED, state=SessionState.ARCHIVED)

    # As a learner at most LISTED, as a coach whose time has not come LISTED too: not READ, the coaches' cap.
    decision = decide(replace(enrolled(), course_coach=ALWAYS), replace(archived, coach_opens_at=AFTER), INSIDE)

    assert in_words(decision) == "LISTED archived"


def test_an_exclusion_is_named_before_the_draft_that_closes_another_role():
    draft = replace(DATED, state=SessionState.DRAFT)

    assert in_words(decide(replace(enrolled(), excluded=True, follows=True), draft, INSIDE)) == "NONE excluded"
    assert in_words(decide(Standing(follows=True), draft, INSIDE)) == "NONE draft"


def test_a_teacher_sees_talk_and_people_where_the_course_says_so():
    terms = replace(DATED, teachers_see_results=True)

    assert in_words(decide(Standing(course_teacher=True), terms, INSIDE)) == "READ teaches CTP"


def test_a_substitute_holds_the_role_only_during_the_spell():
    spell = Spell(INSIDE, INSIDE + timedelta(days=2))
    substitute = Standing(course_coach=(spell,))

    assert in_words(decide(substitute, DATED, INSIDE - timedelta(microseconds=1))) == "NONE no_role"
    assert in_words(decide(substitute, DATED, INSIDE)) == "COACH open CTP"
    assert in_words(decide(substitute, DATED, INSIDE + timedelta(days=2))) == "NONE no_role"


def test_a_word_from_a_row_is_as_good_as_its_enum():
    terms = Terms(state="archived", after_end="closed", opens_at=OPENS, closes_at=CLOSES)

    assert in_words(decide(Standing(enrolment=EnrolmentTerms(state="completed")), terms, INSIDE)) == "LISTED archived"


@pytest.mark.parametrize("make", [lambda: Terms(state="live"), lambda: EnrolmentTerms(state="ok")])
def test_an_unknown_word_opens_no_door(make):
    with pytest.raises(ValueError, match="is not a valid"):
        make()


def test_a_moment_in_the_hour_that_comes_twice_is_told_from_the_second():
    brussels = ZoneInfo("Europe/Brussels")
    second_half_past_two = datetime(2026, 10, 25, 2, 30, fold=1, tzinfo=brussels)
    first_quarter_to_three = datetime(2026, 10, 25, 2, 45, tzinfo=brussels)

    decision = decide(enrolled(), Terms(zone=brussels, opens_at=second_half_past_two), first_quarter_to_three)

    assert decision.level is Access.LISTED


# Since and until


def test_since_and_until_are_the_window_around_the_moment():
    assert spread(decide(enrolled(), DATED, INSIDE)) == (OPENS, CLOSES)
    assert spread(decide(enrolled(), DATED, BEFORE)) == (None, OPENS)
    assert spread(decide(enrolled(), DATED, AFTER)) == (CLOSES, None)


def test_since_and_until_pass_over_a_change_of_reason_alone():
    closed = replace(DATED, after_end=AfterEnd.CLOSED)
    open_after = replace(DATED, after_end=AfterEnd.OPEN)
    cancelled = replace(DATED, state=SessionState.CANCELLED)

    assert spread(decide(enrolled(), open_after, INSIDE)) == (OPENS, None)
    assert spread(decide(enrolled(), closed, AFTER)) == (CLOSES, None)
    assert spread(decide(enrolled(), cancelled, INSIDE)) == (None, None)
    assert spread(decide(enrolled("suspended"), DATED, INSIDE)) == (None, None)


def test_since_and_until_regard_every_role():
    # A teacher may read whatever happens; learning comes on top.
    both = replace(enrolled(), course_teacher=True)
    # The next substitute takes over from the one before without a gap.
    relay = Standing(course_coach=(Spell(None, INSIDE), Spell(INSIDE, AFTER)))

    assert spread(decide(both, DATED, BEFORE)) == (None, OPENS)
    assert spread(decide(both, DATED, AFTER)) == (CLOSES, None)
    assert spread(decide(relay, Terms(), INSIDE)) == (None, AFTER)


def test_managers_and_strangers_have_no_since_and_no_until():
    assert spread(decide(Standing(administrator=True), DATED, INSIDE)) == (None, None)
    assert spread(decide(Standing(), DATED, INSIDE)) == (None, None)


def test_the_first_instant_of_all_is_no_bound():
    first = datetime.min.replace(tzinfo=UTC)

    assert spread(decide(enrolled(opens_at=first), Terms(), INSIDE)) == (None, None)


def spread(decision: Decision) -> tuple[datetime | None, datetime | None]:
    return decision.since, decision.until


# What holds for everybody, always. The grid of whole hours lies on a change of the clock of each zone.

CHANGES = {
    "UTC": datetime(2026, 3, 29, tzinfo=UTC),
    "Europe/Brussels": datetime(2026, 3, 29, tzinfo=UTC),
    "America/New_York": datetime(2026, 11, 1, tzinfo=UTC),
    "Asia/Kathmandu": datetime(2026, 1, 1, tzinfo=UTC),
    "Pacific/Apia": datetime(2011, 12, 30, tzinfo=UTC),
}
CLOCK = [CHANGES["UTC"] + timedelta(hours=hours) for hours in range(7)]
HOURS = 60
DAYS = 3


@st.composite
def cases(draw):
    zone = draw(st.sampled_from(sorted(CHANGES)))
    instants = st.integers(-HOURS, HOURS).map(lambda hours: CHANGES[zone] + timedelta(hours=hours))
    bounds = st.none() | instants
    days = st.integers(0, DAYS)
    spells = st.lists(st.builds(Spell, bounds, bounds), max_size=2).map(tuple)
    in_duration = draw(st.booleans())
    terms = Terms(
        zone=ZoneInfo(zone),
        state=draw(st.sampled_from(SessionState)),
        opens_at=None if in_duration else draw(bounds),
        closes_at=None if in_duration else draw(bounds),
        coach_days_before=draw(days),
        coach_days_after=draw(days),
        coach_opens_at=draw(bounds),
        coach_closes_at=draw(bounds),
        duration_days=draw(days) if in_duration else None,
        after_end=draw(st.sampled_from(AfterEnd)),
        teachers_see_results=draw(st.booleans()),
    )
    enrolments = st.builds(
        EnrolmentTerms,
        state=st.sampled_from(EnrolmentState),
        opens_at=bounds,
        closes_at=bounds,
        extra_days=days,
        first_entered_at=bounds,
    )
    standing = Standing(
        enrolment=draw(st.none() | enrolments),
        excluded=draw(st.booleans()),
        course_coach=draw(spells),
        general_coach=draw(spells),
        other_course_coach=draw(spells),
        course_teacher=draw(st.booleans()),
        follows=draw(st.booleans()),
    )
    return standing, terms, draw(instants)


@settings(max_examples=100, deadline=None)
@given(cases())
@example((enrolled(opens_at=CLOCK[5], closes_at=CLOCK[1]), Terms(), CLOCK[3]))
def test_since_and_until_agree_with_asking_at_every_half_hour(case):
    standing, terms, at = case
    decision = decide(standing, terms, at)
    reach = HOURS + DAYS * 24 * 2 + 48  # beyond every bound, whatever is added to it
    middle = CHANGES.get(str(terms.zone), at)
    probes = sorted({at, *(middle + timedelta(minutes=30 * step) for step in range(-2 * reach, 2 * reach + 1))})
    levels = [decide(standing, terms, probe).level for probe in probes]

    here = probes.index(at)
    first = last = here
    while first > 0 and levels[first - 1] == decision.level:
        first -= 1
    while last + 1 < len(probes) and levels[last + 1] == decision.level:
        last += 1

    assert decision.since == (probes[first] if first > 0 else None)
    assert decision.until == (probes[last + 1] if last + 1 < len(probes) else None)


@settings(max_examples=200, deadline=None)
@given(cases())
def test_the_level_is_the_same_from_since_to_until_and_another_outside(case):
    standing, terms, at = case
    decision = decide(standing, terms, at)
    tick = timedelta(microseconds=1)

    if decision.since is not None:
        assert decision.since <= at
        assert decide(standing, terms, decision.since).level == decision.level
        assert decide(standing, terms, decision.since - tick).level != decision.level
    if decision.until is not None:
        assert at < decision.until
        assert decide(standing, terms, decision.until - tick).level == decision.level
        assert decide(standing, terms, decision.until).level != decision.level


@settings(max_examples=200, deadline=None)
@given(cases())
def test_a_state_only_ever_takes_away(case):
    standing, terms, at = case
    published = decide(standing, replace(terms, state=SessionState.PUBLISHED), at)

    for state in SessionState:
        other = decide(standing, replace(terms, state=state), at)
        assert other.level <= published.level
        assert other.sees <= published.sees


@settings(max_examples=200, deadline=None)
@given(cases())
def test_a_role_more_never_takes_away(case):
    standing, terms, at = case
    decision = decide(standing, terms, at)

    for role in (
        {"course_coach": (*standing.course_coach, Spell())},
        {"other_course_coach": ALWAYS},
        {"course_teacher": True},
        {"follows": True},
        {"session_administrator": True},
        {"administrator": True},
    ):
        richer = decide(replace(standing, **role), terms, at)
        assert richer.level >= decision.level
        assert richer.sees >= decision.sees


@settings(max_examples=200, deadline=None)
@given(cases())
def test_a_closed_door_shows_nothing_and_a_managers_sees_what_the_roles_see(case):
    standing, terms, at = case
    decision = decide(standing, terms, at)
    managed = decide(replace(standing, session_administrator=True), terms, at)

    assert decision.level >= Access.READ or not decision.sees
    assert (managed.level, managed.reason, managed.sees) == (Access.MANAGE, Reason.MANAGES, decision.sees)


@settings(max_examples=200, deadline=None)
@given(cases())
def test_the_zone_in_which_the_moment_is_written_does_not_matter(case):
    standing, terms, at = case

    assert decide(standing, terms, at.astimezone(terms.zone)) == decide(standing, terms, at)


@settings(max_examples=60, deadline=None)
@given(cases())
def test_what_has_ended_is_never_not_yet_again(case):
    standing, terms, _ = case
    standing = Standing(enrolment=standing.enrolment)
    middle = CHANGES[str(terms.zone)]
    moments = [middle + timedelta(hours=step) for step in range(-HOURS * 3, HOURS * 3)]
    reasons = [decide(standing, terms, moment).reason for moment in moments]

    assert not any((first, second) == (Reason.ENDED, Reason.NOT_YET) for first, second in pairwise(reasons))


# The course itself


@pytest.mark.parametrize(
    ("roles", "expected"),
    [
        ({}, "NONE no_role"),
        ({"assistant": True}, "COACH teaches C"),
        ({"teacher": True}, "MANAGE teaches C"),
        ({"teacher": True, "assistant": True}, "MANAGE teaches C"),
        ({"administrator": True}, "MANAGE manages CTP"),
        ({"assistant": True, "administrator": True}, "MANAGE manages CTP"),
        ({"teacher": True, "administrator": True}, "MANAGE teaches CTP"),
    ],
)
def test_the_course_itself_is_its_teachers(roles, expected):
    decision = decide_course(**roles)

    assert in_words(decision) == expected
    assert spread(decision) == (None, None)


# What a decision allows

LEARNER = decide(enrolled(), DATED, INSIDE)
READER = decide(enrolled(), DATED, AFTER)
OUTSIDE = decide(enrolled(), DATED, BEFORE)
COACH = decide(Standing(course_coach=ALWAYS), DATED, INSIDE)
LATE_COACH = decide(Standing(course_coach=ALWAYS), DATED, AFTER)
TEACHER = decide(Standing(course_teacher=True), DATED, INSIDE)
OWNER = decide(Standing(session_administrator=True), DATED, INSIDE)
ADMINISTRATOR = decide(Standing(administrator=True), DATED, INSIDE)
CHANGES_OF_A_COACH = {Action.ADD_ITEM, Action.OWN_VERSION, Action.RE_DATE, Action.HIDE, Action.ORDER}
READS = {Action.OPEN, Action.READ_CONTENT, Action.READ_TALK}


@pytest.mark.parametrize(
    ("decision", "allowed"),
    [
        (OUTSIDE, set()),
        (READER, READS),
        (LEARNER, READS | {Action.SUBMIT, Action.POST}),
        (LATE_COACH, READS),
        (COACH, set(Action) - {Action.MANAGE}),
        (TEACHER, {Action.OPEN, Action.READ_CONTENT}),
        (OWNER, {Action.OPEN, Action.MANAGE}),
        (ADMINISTRATOR, set(Action)),
    ],
)
def test_an_action_needs_its_level_and_its_sight(decision, allowed):
    assert {action for action in Action if may(decision, Locks(), action) is None} == allowed


@pytest.mark.parametrize(
    ("locks", "refused"),
    [
        (Locks(), set()),
        (Locks(tool_visibility="As in the plan."), {Action.HIDE, Action.ORDER}),
        (Locks(coach_additions="Accredited."), {Action.ADD_ITEM, Action.OWN_VERSION, Action.RE_DATE}),
        (Locks(tool_visibility="", coach_additions=""), CHANGES_OF_A_COACH),
    ],
)
def test_a_lock_binds_the_coach_and_nobody_who_manages(locks, refused):
    unlocked = {action for action in Action if may(COACH, Locks(), action) is None}

    assert {action for action in unlocked if may(COACH, locks, action) is not None} == refused
    assert all(may(ADMINISTRATOR, locks, action) is None for action in Action)


def test_a_refusal_says_what_is_missing():
    locked = Locks(coach_additions="The programme is accredited.")

    assert may(OUTSIDE, locked, Action.OPEN) == Refusal(RefusalKind.LEVEL, Reason.NOT_YET)
    assert may(LEARNER, locked, Action.ADD_ITEM) == Refusal(RefusalKind.LEVEL, Reason.OPEN)
    assert may(TEACHER, locked, Action.SEE_PEOPLE) == Refusal(RefusalKind.SIGHT, Reason.TEACHES)
    assert may(COACH, locked, Action.ADD_ITEM) == Refusal(RefusalKind.LOCK, "The programme is accredited.")

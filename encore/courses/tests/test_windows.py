"""Windows and the wall clock behind them: bounds, own dates, durations, changes of the clock."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from encore.courses.rules import (
    BeyondTheCalendar,
    EnrolmentTerms,
    Spell,
    Terms,
    Window,
    add_days,
    coach_window,
    end_of_day,
    learner_window,
    session_window,
    start_of_day,
)
from encore.courses.words import Phase

BRUSSELS = ZoneInfo("Europe/Brussels")
NEW_YORK = ZoneInfo("America/New_York")
KATHMANDU = ZoneInfo("Asia/Kathmandu")
APIA = ZoneInfo("Pacific/Apia")
ZONES = [BRUSSELS, NEW_YORK, KATHMANDU, APIA, ZoneInfo("UTC"), ZoneInfo("America/Sao_Paulo"), ZoneInfo("Asia/Beirut")]
TICK = timedelta(microseconds=1)
OPENS = datetime(2026, 9, 1, 6, tzinfo=UTC)
CLOSES = datetime(2026, 10, 1, 16, tzinfo=UTC)
ENTERED = datetime(2026, 9, 10, 9, 30, tzinfo=UTC)
OWN = datetime(2026, 9, 20, 12, tzinfo=UTC)
zones = st.sampled_from(ZONES)
instants = st.datetimes(
    datetime.fromisoformat("1990-01-01"), datetime.fromisoformat("2060-01-01"), timezones=st.just(UTC)
)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+00:00")


# Phases


@pytest.mark.parametrize(
    ("opens_at", "closes_at", "at", "expected"),
    [
        (OPENS, CLOSES, OPENS - TICK, Phase.BEFORE),
        (OPENS, CLOSES, OPENS, Phase.INSIDE),
        (OPENS, CLOSES, CLOSES - TICK, Phase.INSIDE),
        (OPENS, CLOSES, CLOSES, Phase.AFTER),
        (None, CLOSES, OPENS, Phase.INSIDE),
        (None, CLOSES, CLOSES, Phase.AFTER),
        (OPENS, None, OPENS - TICK, Phase.BEFORE),
        (OPENS, None, CLOSES, Phase.INSIDE),
        (None, None, OPENS, Phase.INSIDE),
        # It closes before it opens: between the two both bounds fail, and the end wins.
        (CLOSES, OPENS, OPENS - TICK, Phase.BEFORE),
        (CLOSES, OPENS, OPENS, Phase.AFTER),
        (CLOSES, OPENS, CLOSES - TICK, Phase.AFTER),
        (CLOSES, OPENS, CLOSES, Phase.AFTER),
        # It is empty.
        (OPENS, OPENS, OPENS - TICK, Phase.BEFORE),
        (OPENS, OPENS, OPENS, Phase.AFTER),
    ],
)
def test_a_window_is_half_open_and_its_end_wins(opens_at, closes_at, at, expected):
    assert Window(opens_at, closes_at).phase(at) is expected


def test_a_spell_without_bounds_always_covers():
    assert Spell().covers(OPENS)
    assert not Spell(OPENS, CLOSES).covers(CLOSES)


# The learner's window

DATED = Terms(zone=BRUSSELS, opens_at=OPENS, closes_at=CLOSES)
DURATION = Terms(zone=BRUSSELS, duration_days=10)


@pytest.mark.parametrize(
    ("terms", "enrolment", "expected"),
    [
        (DATED, {}, (OPENS, CLOSES)),
        (DATED, {"extra_days": 3}, (OPENS, CLOSES + timedelta(days=3))),
        (DATED, {"opens_at": OWN}, (OWN, CLOSES)),
        (DATED, {"closes_at": OWN}, (OPENS, OWN)),
        (DATED, {"closes_at": OWN, "extra_days": 3}, (OPENS, OWN)),
        (DATED, {"first_entered_at": ENTERED}, (OPENS, CLOSES)),
        (replace(DATED, closes_at=None), {"extra_days": 3}, (OPENS, None)),
        (replace(DATED, opens_at=None), {}, (None, CLOSES)),
        (Terms(), {"extra_days": 3, "first_entered_at": ENTERED}, (None, None)),
        (Terms(), {"opens_at": OPENS, "closes_at": OWN}, (OPENS, OWN)),
        (DURATION, {}, (None, None)),
        (DURATION, {"extra_days": 3}, (None, None)),
        (DURATION, {"first_entered_at": ENTERED}, (None, ENTERED + timedelta(days=10))),
        (DURATION, {"first_entered_at": ENTERED, "extra_days": 3}, (None, ENTERED + timedelta(days=13))),
        (DURATION, {"first_entered_at": ENTERED, "extra_days": 3, "closes_at": OWN}, (None, OWN)),
        (DURATION, {"closes_at": OWN}, (None, OWN)),
        (DURATION, {"opens_at": OPENS, "first_entered_at": ENTERED}, (OPENS, ENTERED + timedelta(days=10))),
        (replace(DURATION, duration_days=0), {"first_entered_at": ENTERED}, (None, ENTERED)),
    ],
)
def test_own_dates_come_first_then_the_sessions_with_extra_days(terms, enrolment, expected):
    assert learner_window(terms, EnrolmentTerms(**enrolment)) == Window(*expected)


def test_a_duration_counts_days_by_the_wall_clock():
    # Entered at 10:00 in summer time; ten days later the clock still says 10:00, in winter time.
    enrolment = EnrolmentTerms(first_entered_at=utc("2026-10-20T08:00"))

    assert learner_window(DURATION, enrolment).closes_at == utc("2026-10-30T09:00")


def test_duration_and_extra_days_are_counted_in_one_step():
    # Ten days alone would end in the gap of 29 March, at 03:30; eleven end at 02:30, as they began.
    enrolment = EnrolmentTerms(first_entered_at=utc("2026-03-19T01:30"), extra_days=1)

    assert learner_window(DURATION, enrolment).closes_at == utc("2026-03-30T00:30")


def test_the_last_day_of_a_duration_is_inside_to_its_last_instant():
    window = learner_window(DURATION, EnrolmentTerms(first_entered_at=ENTERED))

    assert window.phase(ENTERED + timedelta(days=10) - TICK) is Phase.INSIDE
    assert window.phase(ENTERED + timedelta(days=10)) is Phase.AFTER


# The coach's window and the session's


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        (DATED, (OPENS, CLOSES)),
        (replace(DATED, coach_days_before=7), (OPENS - timedelta(days=7), CLOSES)),
        (replace(DATED, coach_days_after=7), (OPENS, CLOSES + timedelta(days=7))),
        (replace(DATED, coach_days_before=7, coach_opens_at=OWN), (OWN, CLOSES)),
        (replace(DATED, coach_days_after=7, coach_closes_at=OWN), (OPENS, OWN)),
        (replace(DATED, opens_at=None, coach_days_before=7), (None, CLOSES)),
        (replace(DATED, closes_at=None, coach_days_after=7), (OPENS, None)),
        (Terms(coach_days_before=7, coach_days_after=7), (None, None)),
        (Terms(coach_opens_at=OPENS), (OPENS, None)),
        (replace(DURATION, coach_days_after=7), (None, None)),
        (replace(DURATION, coach_opens_at=OPENS, coach_closes_at=CLOSES), (OPENS, CLOSES)),
    ],
)
def test_coaches_have_absolute_dates_or_days_around_the_session(terms, expected):
    assert coach_window(terms) == Window(*expected)


def test_coach_days_count_by_the_wall_clock():
    terms = Terms(zone=NEW_YORK, opens_at=utc("2026-03-10T04:00"), coach_days_before=7)

    assert coach_window(terms).opens_at == utc("2026-03-03T05:00")  # midnight there, before and after the change


def test_the_sessions_window_is_nobodys_own():
    assert session_window(DATED) == Window(OPENS, CLOSES)
    assert session_window(DURATION) == Window()


# Days on the wall clock


@pytest.mark.parametrize(
    ("zone", "start", "days", "expected"),
    [
        # Europe/Brussels: 29 March 2026 has no 02:30, 25 October 2026 has it twice.
        (BRUSSELS, "2026-03-28T01:30", 1, "2026-03-29T01:30"),
        (BRUSSELS, "2026-03-30T00:30", -1, "2026-03-29T01:30"),
        (BRUSSELS, "2026-03-28T01:00", 1, "2026-03-29T01:00"),
        (BRUSSELS, "2026-03-28T11:00", 1, "2026-03-29T10:00"),
        (BRUSSELS, "2026-10-24T00:30", 1, "2026-10-25T00:30"),
        (BRUSSELS, "2026-10-26T01:30", -1, "2026-10-25T00:30"),
        (BRUSSELS, "2026-10-24T10:00", 1, "2026-10-25T11:00"),
        # Zero days leave even the second 02:30 as it is.
        (BRUSSELS, "2026-10-25T00:30", 0, "2026-10-25T00:30"),
        (BRUSSELS, "2026-10-25T01:30", 0, "2026-10-25T01:30"),
        # America/New_York: 8 March and 1 November 2026.
        (NEW_YORK, "2026-03-07T07:30", 1, "2026-03-08T07:30"),
        (NEW_YORK, "2026-03-07T17:00", 1, "2026-03-08T16:00"),
        (NEW_YORK, "2026-10-31T05:30", 1, "2026-11-01T05:30"),
        (NEW_YORK, "2026-11-02T06:30", -1, "2026-11-01T05:30"),
        # Asia/Kathmandu never changes; a quarter of an hour off.
        (KATHMANDU, "2026-03-28T18:15", 5, "2026-04-02T18:15"),
        # Pacific/Apia had no 30 December 2011: that day moves on by the whole day.
        (APIA, "2011-12-29T20:00", 1, "2011-12-30T20:00"),
        (APIA, "2011-12-29T20:00", 2, "2011-12-30T20:00"),
        (APIA, "2011-12-30T20:00", -2, "2011-12-29T20:00"),
        # Leap days.
        (BRUSSELS, "2028-02-28T08:00", 1, "2028-02-29T08:00"),
        (BRUSSELS, "2028-02-28T08:00", 2, "2028-03-01T08:00"),
        (BRUSSELS, "2026-02-28T08:00", 1, "2026-03-01T08:00"),
        (BRUSSELS, "2027-02-28T08:00", 366, "2028-02-29T08:00"),
    ],
)
def test_days_are_added_on_the_wall_clock(zone, start, days, expected):
    assert add_days(utc(start), days, zone) == utc(expected)


@given(instants, st.integers(-800, 800), zones)
def test_days_keep_the_wall_time_unless_it_does_not_exist(instant, days, zone):
    wanted = instant.astimezone(zone).replace(tzinfo=None) + timedelta(days=days)

    found = add_days(instant, days, zone)

    shown = found.astimezone(zone).replace(tzinfo=None)
    if days == 0:
        assert found == instant
    elif shown == wanted:
        # The first of two: there is no earlier instant at which the clock shows the same.
        assert found <= wanted.replace(tzinfo=zone, fold=1).astimezone(UTC)
    else:
        # It does not exist: the gap has been added to it.
        before, after = (found + shift for shift in (-timedelta(days=2), timedelta(days=2)))
        gap = after.astimezone(zone).utcoffset() - before.astimezone(zone).utcoffset()
        assert shown - wanted == gap > timedelta()


@given(instants, st.integers(0, 400), zones)
def test_more_days_never_end_earlier(instant, days, zone):
    assert add_days(instant, days, zone) <= add_days(instant, days + 1, zone) or days == 0


@pytest.mark.parametrize("days", [10**7, -(10**7), 10**12, 10**30])
def test_days_beyond_the_calendar_have_a_word_of_their_own(days):
    with pytest.raises(BeyondTheCalendar):
        add_days(OPENS, days, BRUSSELS)


@pytest.mark.parametrize("edge", [datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)])
@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("days", [-1, 0, 1])
def test_the_edges_of_the_calendar_give_an_instant_or_that_word(edge, zone, days):
    try:
        assert add_days(edge, days, zone).tzinfo is UTC
    except BeyondTheCalendar as error:
        assert "calendar" in str(error)


# Whole days


@pytest.mark.parametrize(
    ("day", "zone", "start", "end"),
    [
        (date(2026, 9, 1), BRUSSELS, "2026-08-31T22:00", "2026-09-01T22:00"),
        (date(2026, 9, 1), KATHMANDU, "2026-08-31T18:15", "2026-09-01T18:15"),
        (date(2026, 3, 29), BRUSSELS, "2026-03-28T23:00", "2026-03-29T22:00"),  # 23 hours
        (date(2026, 10, 25), BRUSSELS, "2026-10-24T22:00", "2026-10-25T23:00"),  # 25 hours
        (date(2026, 11, 1), NEW_YORK, "2026-11-01T04:00", "2026-11-02T05:00"),
        (date(2026, 12, 31), BRUSSELS, "2026-12-30T23:00", "2026-12-31T23:00"),
        (date(2028, 2, 29), BRUSSELS, "2028-02-28T23:00", "2028-02-29T23:00"),
        # No midnight on that day: it begins at 01:00.
        (date(2018, 11, 4), ZoneInfo("America/Sao_Paulo"), "2018-11-04T03:00", "2018-11-05T02:00"),
        # No such day at all: it begins and ends in the same instant.
        (date(2011, 12, 30), APIA, "2011-12-30T10:00", "2011-12-30T10:00"),
    ],
)
def test_a_day_begins_at_its_first_instant_and_ends_with_the_next_midnight(day, zone, start, end):
    assert start_of_day(day, zone) == utc(start)
    assert end_of_day(day, zone) == utc(end)


@given(st.dates(date(1990, 1, 1), date(2060, 1, 1)), zones)
def test_days_follow_each_other_without_a_gap(day, zone):
    assert end_of_day(day, zone) == start_of_day(day + timedelta(days=1), zone)
    assert start_of_day(day, zone) <= end_of_day(day, zone)


@given(instants, zones)
def test_each_instant_lies_in_the_day_that_its_clock_shows(instant, zone):
    day = instant.astimezone(zone).date()

    assert start_of_day(day, zone) <= instant < end_of_day(day, zone)


def test_the_last_day_of_the_calendar_has_no_end():
    with pytest.raises(BeyondTheCalendar):
        end_of_day(date.max, BRUSSELS)
    with pytest.raises(BeyondTheCalendar):
        start_of_day(date.min, KATHMANDU)


def test_an_end_typed_as_a_day_includes_that_day():
    terms = Terms(zone=BRUSSELS, closes_at=end_of_day(date(2026, 10, 31), BRUSSELS))
    last = datetime.combine(date(2026, 10, 31), time(23, 59, 59), BRUSSELS)

    assert session_window(terms).phase(last) is Phase.INSIDE
    assert session_window(terms).phase(last + timedelta(seconds=1)) is Phase.AFTER

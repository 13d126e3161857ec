"""Moments: what can be written, how it is printed, what it means, and what is said when it cannot be read."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from encore.courses.moments import (
    Base,
    Bases,
    Edge,
    Fixed,
    MomentError,
    Never,
    Relative,
    Unit,
    bases,
    parse,
    resolve,
)
from encore.courses.rules import BeyondTheCalendar, EnrolmentTerms, Terms, end_of_day

BRUSSELS = ZoneInfo("Europe/Brussels")
KATHMANDU = ZoneInfo("Asia/Kathmandu")
NEW_YORK = ZoneInfo("America/New_York")


def utc(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+00:00")


# Reading and printing


@pytest.mark.parametrize(
    ("text", "moment", "printed"),
    [
        ("2026-09-01 08:00", Fixed(date(2026, 9, 1), time(8)), "2026-09-01 08:00"),
        ("2026-09-01T08:00", Fixed(date(2026, 9, 1), time(8)), "2026-09-01 08:00"),
        (" 2026-9-1   8:00 ", Fixed(date(2026, 9, 1), time(8)), "2026-09-01 08:00"),
        ("2026-09-01", Fixed(date(2026, 9, 1)), "2026-09-01"),
        ("2028-02-29", Fixed(date(2028, 2, 29)), "2028-02-29"),
        ("2026-09-01 00:00", Fixed(date(2026, 9, 1), time(0)), "2026-09-01 00:00"),
        ("start", Relative(Base.START), "start"),
        ("start + 2 weeks", Relative(Base.START, 2, Unit.WEEK), "start + 2 weeks"),
        ("START+2WEEK", Relative(Base.START, 2, Unit.WEEK), "start + 2 weeks"),
        ("start + 1 week", Relative(Base.START, 1, Unit.WEEK), "start + 1 week"),
        ("start + 1 days", Relative(Base.START, 1, Unit.DAY), "start + 1 day"),
        ("start + 0 weeks", Relative(Base.START), "start"),
        ("start + 90 minutes", Relative(Base.START, 90, Unit.MINUTE), "start + 90 minutes"),
        ("end - 3 hours", Relative(Base.END, -3, Unit.HOUR), "end - 3 hours"),
        ("end \N{MINUS SIGN} 3 hours", Relative(Base.END, -3, Unit.HOUR), "end - 3 hours"),
        ("end \N{EN DASH} 3 hours", Relative(Base.END, -3, Unit.HOUR), "end - 3 hours"),
        ("end - 3 days @ 23:59", Relative(Base.END, -3, Unit.DAY, time(23, 59)), "end - 3 days @ 23:59"),
        ("end-3days@23:59", Relative(Base.END, -3, Unit.DAY, time(23, 59)), "end - 3 days @ 23:59"),
        ("enrolment + 9 days @ 18:00", Relative(Base.ENROLMENT, 9, Unit.DAY, time(18)), "enrolment + 9 days @ 18:00"),
        ("start @ 9:05", Relative(Base.START, clock=time(9, 5)), "start @ 09:05"),
        ("start + 0 days @ 09:05", Relative(Base.START, clock=time(9, 5)), "start @ 09:05"),
        ("start + 00007 days", Relative(Base.START, 7), "start + 7 days"),
        ("start + 99999 weeks", Relative(Base.START, 99_999, Unit.WEEK), "start + 99999 weeks"),
        ("never", Never(), "never"),
        ("  Never ", Never(), "never"),
    ],
)  # fmt: skip
def test_what_is_written_is_read_and_printed_in_one_way(text, moment, printed):
    assert parse(text) == moment
    assert str(parse(text)) == printed
    assert parse(printed) == moment


clocks = st.none() | st.times().map(lambda clock: clock.replace(second=0, microsecond=0))
amounts = st.integers(1, 99_999) | st.integers(-99_999, -1)
moments = st.one_of(
    st.just(Never()),
    st.builds(Fixed, st.dates(), clocks),
    st.builds(Relative, st.sampled_from(Base), amounts, st.sampled_from([Unit.MINUTE, Unit.HOUR])),
    st.builds(Relative, st.sampled_from(Base), amounts, st.sampled_from([Unit.DAY, Unit.WEEK]), clocks),
    st.builds(Relative, st.sampled_from(Base), clock=clocks),
)


@given(moments)
def test_what_is_printed_is_read_back(moment):
    assert parse(str(moment)) == moment


@given(
    moments, st.sampled_from([str.upper, str.title, lambda text: text.replace(" ", "   "), lambda text: f"\t{text}\n"])
)
def test_spaces_and_case_are_free(moment, change):
    assert parse(change(str(moment))) == moment


@given(st.text(max_size=40) | st.text(alphabet="startendneverolm 0123456789+-@:days", max_size=30))
def test_whatever_is_written_is_a_moment_or_an_error_in_words(text):
    try:
        assert parse(str(parse(text))) == parse(text)
    except MomentError as error:
        assert str(error)


# Errors

EVERYTHING_WE_READ = (
    "is not a date we can read. Write 2026-09-01, 2026-09-01 08:00, never, or begin with start, end or enrolment: "
    "end - 3 days @ 23:59."
)


@pytest.mark.parametrize(
    ("text", "code", "sentence"),
    [
        ("", "empty", "Write a date, such as 2026-09-01 08:00, or “never”."),
        ("   ", "empty", "Write a date, such as 2026-09-01 08:00, or “never”."),
        ("soon", "unreadable", f"“soon” {EVERYTHING_WE_READ}"),
        ("01/09/2026", "unreadable", f"“01/09/2026” {EVERYTHING_WE_READ}"),
        ("start 2 weeks", "unreadable", f"“start 2 weeks” {EVERYTHING_WE_READ}"),
        ("beginning + 2 weeks", "unreadable", f"“beginning + 2 weeks” {EVERYTHING_WE_READ}"),
        ("２０２６-09-01", "unreadable", f"“２０２６-09-01” {EVERYTHING_WE_READ}"),
        ("2026-02-30", "day", "2026-02-30 is not a day of the calendar. Write year-month-day: 2026-09-01."),
        ("2027-02-29 08:00", "day", "2027-02-29 is not a day of the calendar. Write year-month-day: 2026-09-01."),
        ("0000-01-01", "day", "0000-01-01 is not a day of the calendar. Write year-month-day: 2026-09-01."),
        (
            "2026-09-01 24:00",
            "clock",
            "“24:00” is not a time of day. Write hours and minutes, from 00:00 to 23:59.",
        ),
        ("end @ 8pm", "clock", "“8pm” is not a time of day. Write hours and minutes, from 00:00 to 23:59."),
        ("end @", "clock", "“” is not a time of day. Write hours and minutes, from 00:00 to 23:59."),
        (
            "start +",
            "amount",
            "After + or - comes a whole number with minutes, hours, days or weeks: start + 2 weeks.",
        ),
        (
            "start + two weeks",
            "amount",
            "After + or - comes a whole number with minutes, hours, days or weeks: start + 2 weeks.",
        ),
        (
            "start + 1.5 days",
            "amount",
            "After + or - comes a whole number with minutes, hours, days or weeks: start + 2 weeks.",
        ),
        ("start + 100000 days", "amount", "100000 is too many. At most 99999 can be counted."),
        (
            "start + 2 fortnights",
            "unit",
            "“fortnights” is not a unit. Count in minutes, hours, days or weeks: start + 2 weeks.",
        ),
        (
            "start + 1 month",
            "unit",
            "Months and years differ in length. Count in days or weeks: start + 4 weeks.",
        ),
        (
            "end - 3 hours @ 23:59",
            "clock",
            "A time after @ goes with days or weeks, not with hours or minutes: end - 3 days @ 23:59.",
        ),
    ],
)
def test_an_error_says_what_is_wrong_and_what_to_write(text, code, sentence):
    with pytest.raises(MomentError) as caught:
        parse(text)

    assert (caught.value.code, str(caught.value)) == (code, sentence)


# Meaning

START = utc("2026-09-01T06:00")  # 08:00 in Brussels
END = utc("2026-10-31T17:00")  # 18:00 in Brussels, in winter time
ENROLLED = utc("2026-09-03T14:30")  # 16:30 in Brussels


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-09-01 08:00", "2026-09-01T06:00"),
        ("2026-12-01 08:00", "2026-12-01T07:00"),
        ("2026-03-29 02:30", "2026-03-29T01:30"),  # does not exist: 03:30
        ("2026-10-25 02:30", "2026-10-25T00:30"),  # exists twice: the first
        ("start", "2026-09-01T06:00"),
        ("start + 2 weeks", "2026-09-15T06:00"),
        ("start + 8 weeks", "2026-10-27T07:00"),  # over the change of the clock: still 08:00
        ("start + 90 minutes", "2026-09-01T07:30"),
        ("start - 1 day", "2026-08-31T06:00"),
        ("start + 2 days @ 18:00", "2026-09-03T16:00"),
        ("start @ 00:00", "2026-08-31T22:00"),
        ("end", "2026-10-31T17:00"),
        ("end - 3 hours", "2026-10-31T14:00"),
        ("end - 7 days", "2026-10-24T16:00"),
        ("end - 3 days @ 23:59", "2026-10-28T22:59"),
        ("end @ 12:00", "2026-10-31T11:00"),
        ("enrolment + 10 days @ 18:00", "2026-09-13T16:00"),
        ("enrolment + 10 days", "2026-09-13T14:30"),
    ],
)
def test_moments_resolve_in_the_sessions_zone(text, expected):
    found = resolve(parse(text), zone=BRUSSELS, start=START, end=END, enrolment=ENROLLED)

    assert found == utc(expected)
    assert found.tzinfo is UTC


@pytest.mark.parametrize("text", ["never", "start", "end - 3 days @ 23:59", "enrolment + 10 days"])
def test_never_and_a_missing_base_are_empty(text):
    assert resolve(parse(text), zone=BRUSSELS) is None


@pytest.mark.parametrize(
    ("zone", "edge", "expected"),
    [
        (BRUSSELS, Edge.OPENING, "2026-08-31T22:00"),
        (BRUSSELS, Edge.CLOSING, "2026-09-01T22:00"),
        (KATHMANDU, Edge.OPENING, "2026-08-31T18:15"),
        (NEW_YORK, Edge.CLOSING, "2026-09-02T04:00"),
    ],
)
def test_a_day_alone_opens_with_its_start_and_closes_with_its_end(zone, edge, expected):
    assert resolve(parse("2026-09-01"), zone=zone, edge=edge) == utc(expected)


def test_a_time_is_itself_whatever_it_is_for():
    moment = parse("2026-09-01 08:00")

    assert resolve(moment, zone=BRUSSELS, edge=Edge.CLOSING) == resolve(moment, zone=BRUSSELS, edge=Edge.OPENING)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("end", "2026-10-31T23:00"),
        ("end - 3 days", "2026-10-28T23:00"),
        ("end @ 23:59", "2026-10-31T22:59"),
        ("end - 3 days @ 23:59", "2026-10-28T22:59"),
    ],
)
def test_an_end_at_midnight_counts_from_the_last_day(text, expected):
    # "Until 31 October" ends at the midnight after it; its last day is the 31st, not 1 November.
    end = end_of_day(date(2026, 10, 31), BRUSSELS)

    assert resolve(parse(text), zone=BRUSSELS, end=end) == utc(expected)


@given(
    moments.filter(
        lambda moment: isinstance(moment, Relative) and moment.base is Base.END and abs(moment.amount) < 9999
    ),
    st.datetimes(datetime.fromisoformat("2000-01-01"), datetime.fromisoformat("2060-01-01"), timezones=st.just(UTC)),
)
def test_what_is_counted_back_from_the_end_is_before_the_end(moment, end):
    found = resolve(moment, zone=KATHMANDU, end=end)

    if moment.amount <= 0 and moment.clock is None:
        assert found <= end
    elif moment.amount < 0:
        assert found < end
    elif moment.amount == 0:
        assert found < end + timedelta(days=1)


def test_the_same_moment_serves_every_run():
    moment = parse("start + 2 weeks @ 23:59")
    spring, autumn = utc("2026-03-20T08:00"), utc("2026-10-19T07:00")

    assert resolve(moment, zone=BRUSSELS, start=spring) == utc("2026-04-03T21:59")
    assert resolve(moment, zone=BRUSSELS, start=autumn) == utc("2026-11-02T22:59")


def test_a_moment_beyond_the_calendar_has_a_word_of_its_own():
    far = utc("9999-12-30T12:00")

    for text in ("start + 1 week", "start + 1 week @ 08:00", "start + 99999 weeks @ 08:00"):
        with pytest.raises(BeyondTheCalendar):
            resolve(parse(text), zone=BRUSSELS, start=far)


# What relative moments count from

DATED = Terms(zone=BRUSSELS, opens_at=START, closes_at=END)
DURATION = Terms(zone=BRUSSELS, duration_days=10)
ENTERED = utc("2026-09-05T07:00")


@pytest.mark.parametrize(
    ("terms", "enrolment", "expected"),
    [
        (DATED, {}, Bases(START, END, ENROLLED)),
        (DATED, {"extra_days": 2}, Bases(START, utc("2026-11-02T17:00"), ENROLLED)),
        (DATED, {"opens_at": ENTERED, "closes_at": ENROLLED}, Bases(ENTERED, ENROLLED, ENROLLED)),
        (Terms(zone=BRUSSELS, closes_at=END), {}, Bases(None, END, ENROLLED)),
        # A duration starts with the first entry.
        (DURATION, {}, Bases(None, None, ENROLLED)),
        (DURATION, {"first_entered_at": ENTERED}, Bases(ENTERED, utc("2026-09-15T07:00"), ENROLLED)),
        # An endless session starts with the day of enrolment.
        (Terms(zone=BRUSSELS), {}, Bases(utc("2026-09-02T22:00"), None, ENROLLED)),
        (Terms(zone=BRUSSELS), {"opens_at": ENTERED}, Bases(ENTERED, None, ENROLLED)),
        (Terms(zone=BRUSSELS), {"closes_at": END}, Bases(utc("2026-09-02T22:00"), END, ENROLLED)),
    ],
)
def test_start_and_end_are_the_learners_own_window(terms, enrolment, expected):
    assert bases(terms, EnrolmentTerms(**enrolment), ENROLLED) == expected


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        (DATED, Bases(START, END)),
        (DURATION, Bases()),
        (Terms(), Bases()),
    ],
)
def test_without_a_learner_they_are_the_sessions(terms, expected):
    assert bases(terms) == expected


def test_bases_go_straight_into_resolve():
    found = resolve(parse("end - 1 week"), zone=BRUSSELS, **bases(DATED)._asdict())

    assert found == utc("2026-10-24T16:00")

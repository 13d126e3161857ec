"""Instants and periods in words."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from encore.base.display import exact_words, period_words, relative_words, there_words

BRUSSELS, NEW_YORK, LONDON = ZoneInfo("Europe/Brussels"), ZoneInfo("America/New_York"), ZoneInfo("Europe/London")


def at(text: str, zone: ZoneInfo = BRUSSELS) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


NOW = at("2026-11-21 15:00")


@pytest.mark.parametrize(
    ("instant", "words"),
    [
        ("2026-11-21 15:00:30", "now"),
        ("2026-11-21 15:01", "in 1 minute"),
        ("2026-11-21 14:30", "30 minutes ago"),
        ("2026-11-21 23:59", "in 8 hours"),
        ("2026-11-21 10:00", "5 hours ago"),
        ("2026-11-22 00:00", "tomorrow"),
        ("2026-11-20 23:59", "yesterday"),
        ("2026-11-24 08:00", "in 3 days"),
        ("2026-11-11 08:00", "10 days ago"),
        ("2026-12-19 08:00", "in 4 weeks"),
        ("2027-03-21 08:00", "in 3 months"),
        ("2023-11-21 08:00", "3 years ago"),
    ],
)
def test_how_far_an_instant_is_counts_calendar_days(instant, words):
    assert relative_words(at(instant), NOW, BRUSSELS) == words


@pytest.mark.parametrize(
    ("opens", "closes", "words"),
    [
        (None, None, "Always open"),
        ("2026-11-01 00:00", None, "From 1 Nov 2026"),
        (None, "2027-01-01 00:00", "Until 31 Dec 2026"),
        ("2026-11-01 00:00", "2027-01-01 00:00", "1 Nov – 31 Dec 2026"),
        ("2026-11-10 00:00", "2027-01-10 00:00", "10 Nov 2026 – 9 Jan 2027"),
        ("2026-11-01 09:00", "2026-11-01 17:00", "1 Nov 2026, 09:00 – 1 Nov 2026, 17:00"),
        ("2026-11-05 00:00", "2026-11-06 00:00", "5 Nov 2026"),
        ("2026-10-25 00:00", "2026-10-26 00:00", "25 Oct 2026"),
    ],
)
def test_a_period_ends_on_the_day_that_was_typed(opens, closes, words):
    assert period_words(opens and at(opens), closes and at(closes), BRUSSELS) == words


def test_a_period_elsewhere_shows_its_hours():
    words = period_words(at("2026-11-01 00:00"), at("2027-01-01 00:00"), LONDON)

    assert words == "31 Oct 2026, 23:00 – 31 Dec 2026, 23:00"


def test_the_exact_words_name_day_and_place():
    assert exact_words(NOW, NEW_YORK) == "Saturday 21 November 2026, 09:00 (New York)"


@pytest.mark.parametrize(
    ("instant", "date", "words"),
    [
        ("2026-11-21 15:00", False, "14:00"),
        ("2026-11-21 15:00", True, ""),
        ("2026-11-21 00:30", False, "20 Nov 2026, 23:30"),
        ("2026-11-21 00:30", True, "20 Nov 2026"),
    ],
)
def test_another_zone_says_only_what_differs(instant, date, words):
    assert there_words(at(instant), BRUSSELS, LONDON, date=date) == words


def test_another_zone_with_the_same_clock_says_nothing():
    assert there_words(NOW, BRUSSELS, ZoneInfo("Europe/Paris"), date=False) == ""

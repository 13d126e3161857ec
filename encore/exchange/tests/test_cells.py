"""Lists, brackets, dates and words in cells; what Encore writes it reads back."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from encore.base.reading.tables import protect, unprotect
from encore.exchange.cells import (
    CellError,
    CourseCell,
    installed_language,
    language_code,
    read_courses,
    read_list,
    read_names,
    read_status,
    read_when,
    write_courses,
    write_list,
    write_status,
    write_when,
)
from encore.people.words import Role

BRUSSELS = ZoneInfo("Europe/Brussels")


@given(st.text())
def test_what_is_protected_is_read_back(text):
    assert unprotect(protect(text)) == text


@given(st.text())
def test_nothing_that_a_spreadsheet_would_run_is_written(text):
    assert protect(text)[:1] not in ("=", "+", "-", "@", "\t", "\r") or protect(text) == ""


NAMES = st.text(min_size=1).filter(lambda text: text == text.strip())


@given(st.lists(NAMES, unique=True))
def test_a_list_is_read_back_whatever_its_entries_hold(entries):
    assert read_list(write_list(entries)) == entries


@given(
    st.lists(
        st.builds(
            CourseCell,
            NAMES,
            st.lists(NAMES, unique_by=str.lower),
            st.none() | st.lists(NAMES.filter(lambda name: name != "-"), unique_by=str.lower),
        ),
        unique_by=lambda cell: cell.code.lower(),
    )
)
def test_courses_with_brackets_are_read_back(cells):
    assert read_courses(write_courses(cells)) == cells


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        ("", []),
        ("C1", [CourseCell("C1")]),
        ("C1|C2", [CourseCell("C1"), CourseCell("C2")]),
        ("C1[a]", [CourseCell("C1", ["a"])]),
        ("C1[a,b][]", [CourseCell("C1", ["a", "b"])]),
        ("C1[][u]", [CourseCell("C1", [], ["u"])]),
        (" C1 [ a , b ] [ u | v ] | C2[] ", [CourseCell("C1", ["a", "b"], ["u", "v"]), CourseCell("C2")]),
        ("C1[a][-]", [CourseCell("C1", ["a"], [])]),
    ],
)
def test_courses_are_read(text, cells):
    assert read_courses(text) == cells


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("C1[a", "never closed"),
        ("C1[a][b][c]", "cannot be read"),
        ("[a]", "cannot be read"),
        ("C1[a]x[b]", "cannot be read"),
        ("C1|c1", "there twice"),
    ],
)
def test_courses_that_make_no_sense_are_refused(text, words):
    with pytest.raises(CellError, match=words):
        read_courses(text)


def test_names_may_be_separated_by_what_names_cannot_hold():
    assert read_names("u1|u2, u3;U1||") == ["u1", "u2", "u3"]


@pytest.mark.parametrize(
    ("text", "end", "instant"),
    [
        ("", False, None),
        ("0000-00-00", False, None),
        ("0000/00/00 00:00:00", True, None),
        ("2026-09-01", False, datetime(2026, 8, 31, 22, tzinfo=UTC)),
        ("2026/9/1", False, datetime(2026, 8, 31, 22, tzinfo=UTC)),
        ("2026-09-01", True, datetime(2026, 9, 1, 22, tzinfo=UTC)),
        ("2026-09-01 08:30", False, datetime(2026, 9, 1, 6, 30, tzinfo=UTC)),
        ("2026/09/01 08:30:15", True, datetime(2026, 9, 1, 6, 30, 15, tzinfo=UTC)),
        ("2026-09-01T08:30:00Z", False, datetime(2026, 9, 1, 8, 30, tzinfo=UTC)),
        ("2026-09-01 08:30+05:30", False, datetime(2026, 9, 1, 3, 0, tzinfo=UTC)),
        ("2026-10-25", True, datetime(2026, 10, 25, 23, tzinfo=UTC)),  # the day of 25 hours
    ],
)
def test_dates_are_read_by_the_clock_of_the_zone(text, end, instant):
    assert read_when(text, BRUSSELS, end=end) == instant


@pytest.mark.parametrize(
    "text", ["31/12/2026", "tomorrow", "2026-02-30", "2026-13-01", "2026-01-01 25:00", "9999-12-31"]
)
def test_what_is_no_date_is_refused_in_words(text):
    with pytest.raises(CellError):
        read_when(text, BRUSSELS, end=True)


@given(
    st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    st.sampled_from(["UTC", "Europe/Brussels", "America/Sao_Paulo", "Africa/Casablanca", "Asia/Kathmandu"]),
    st.booleans(),
)
def test_any_instant_is_read_back(instant, zone, end):
    zone = ZoneInfo(zone)

    assert read_when(write_when(instant, zone, end=end), zone, end=end) == instant


def test_whole_days_are_written_as_days():
    opens, closes = datetime(2026, 8, 31, 22, tzinfo=UTC), datetime(2026, 9, 30, 22, tzinfo=UTC)

    assert (write_when(opens, BRUSSELS), write_when(closes, BRUSSELS, end=True)) == ("2026-09-01", "2026-09-30")


@pytest.mark.parametrize(
    ("text", "roles"),
    [
        ("", set()),
        ("user", set()),
        ("Student", set()),
        ("5", set()),
        ("teacher", {Role.TEACHER}),
        ("1", {Role.TEACHER}),
        ("COURSEMANAGER", {Role.TEACHER}),
        ("drh", {Role.HR_MANAGER}),
        ("sessionadmin", {Role.SESSION_ADMINISTRATOR}),
        ("session_admin", {Role.SESSION_ADMINISTRATOR}),
        ("admin", {Role.ADMINISTRATOR}),
        ("teacher|drh", {Role.TEACHER, Role.HR_MANAGER}),
    ],
)
def test_statuses_are_read(text, roles):
    assert read_status(text) == roles


def test_an_unknown_status_is_refused():
    with pytest.raises(CellError, match="“wizard” is not known"):
        read_status("wizard")


@pytest.mark.parametrize("roles", [set(), {Role.TEACHER}, set(Role)])
def test_roles_are_read_back(roles):
    assert read_status(write_status(frozenset(roles))) == roles


def test_languages_have_many_names():
    assert [language_code(text) for text in ("english", "french2", "FR", "pt_BR", "klingon")] == [
        "en",
        "fr",
        "fr",
        "pt-br",
        "klingon",
    ]
    assert [installed_language(text) for text in ("English", "en_GB", "french")] == ["en", "en", ""]

"""What a cell says of one learner and one item."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from encore.results.cells import Cell, Facts, Grading, State, Writer, cell_of, in_percent, step_of

AT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
BEFORE = datetime(2026, 11, 3, 23, 30, tzinfo=UTC)
THEN = "2026-11-03 23:30:00.5"  # as a database writes it
LATER = datetime(2026, 12, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("facts", "cell"),
    [
        (Facts(True), Cell(State.NOT_YET)),
        (Facts(True, done_at=THEN), Cell(State.DONE, True, THEN)),
        (Facts(True, opened=True), Cell(State.OPENED, opened=True)),
        (Facts(True, opened=True, due=BEFORE), Cell(State.OVERDUE, opened=True)),
        (Facts(True, due=BEFORE), Cell(State.OVERDUE)),
        (Facts(True, due=AT), Cell(State.OVERDUE)),
        (Facts(True, due=LATER), Cell(State.NOT_YET)),
        (Facts(True, done_at=THEN, due=BEFORE), Cell(State.DONE, True, THEN)),
        (Facts(True, done_at=THEN, grade=Grading(85)), Cell(State.GRADED, True, THEN, 85)),
        (Facts(True, grade=Grading(40, at=THEN)), Cell(State.NOT_PASSED, False, THEN, 40)),
        (Facts(True, grade=Grading(40, excused=True)), Cell(State.EXCUSED)),
        (Facts(True, done_at=THEN, grade=Grading(None)), Cell(State.DONE, True, THEN)),
        (Facts(True, done_at=THEN, waiting=False), Cell(State.TO_MARK, True)),
        (Facts(False, grade=Grading(0, at=THEN)), Cell(State.GRADED, True, THEN, 0)),
        (Facts(False), Cell(State.NOT_YET)),
        (Facts(False, grade=Grading(50, excused=True)), Cell(State.EXCUSED)),
    ],
)
def test_a_cell_follows_from_what_is_known(facts, cell):
    assert cell_of(facts, AT) == cell


def test_of_work_that_waits_without_a_name_no_moment_is_told():
    cell = cell_of(Facts(True, done_at=THEN, opened=True, waiting=True), AT)

    assert (cell.state, cell.at, cell.percent, cell.nameless) == (State.DONE, "", None, True)


@pytest.mark.parametrize(
    ("points", "out_of", "percent"),
    [
        ("7.5", "10", 75),
        ("1", "8", 13),
        ("1.00000", "3.00000", 33),
        ("5", "0", None),
        ("", "5", None),
        (None, "5", None),
    ],
)
def test_percent_is_whole_and_rounded_half_up(points, out_of, percent):
    assert in_percent(points, out_of) == percent


@pytest.mark.parametrize(("percent", "step"), [(-5, 0), (0, 0), (24, 0), (25, 1), (99, 3), (100, 3), (130, 3)])
def test_colours_come_in_four_steps(percent, step):
    assert step_of(percent) == step


def test_cells_are_written_with_a_class_and_words_in_the_readers_time():
    writer = Writer(ZoneInfo("Europe/Brussels"))

    assert writer.html(Cell(State.DONE, True, THEN)) == "<td class=d><b>Done, 4 Nov 2026</b>"
    assert writer.html(Cell(State.GRADED, True, THEN, 85)) == "<td class=g3>85<b>85 %, 4 Nov 2026</b>"
    assert writer.html(Cell(State.NOT_PASSED, False, THEN, 40)) == (
        "<td class=n>40<b>Graded, not passed, 40 %, 4 Nov 2026</b>"
    )
    assert writer.html(Cell(State.OVERDUE, opened=True)) == "<td class=l><b>Overdue, opened</b>"
    assert writer.html(Cell(State.NOT_YET)) == "<td class=e><b>Not yet</b>"


def test_files_have_days_that_sort_and_nothing_for_not_yet():
    writer = Writer(ZoneInfo("UTC"))

    assert writer.text(Cell(State.DONE, True, THEN)) == "Done, 2026-11-03"
    assert writer.text(Cell(State.GRADED, True, THEN, 85)) == "85 %, 2026-11-03"
    assert writer.text(Cell(State.NOT_YET)) == ""

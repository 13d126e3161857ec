"""Charts: plain values in, SVG and a table of the same figures out."""

import re
from xml.etree import ElementTree

import pytest

from encore.results.charts import Bar, bars, by_quarters, by_tens, histogram


def test_bars_are_as_long_as_their_figures_and_nothing_has_no_length():
    chart = bars("States", "Where they are.", [Bar("Done", 20, "d"), Bar("Opened", 10), Bar("Not yet", 0)])

    widths = [int(width) for width in re.findall(r'<rect[^>]* width="(\d+)"', chart.svg)]

    assert widths[0] == 2 * widths[1] and widths[2] == 0
    assert chart.rows == [("Done", 20, 66), ("Opened", 10, 33), ("Not yet", 0, 0)]


@pytest.mark.parametrize("draw", [bars, histogram])
def test_a_chart_is_well_formed_named_and_without_styles(draw):
    chart = draw("A <b> & more", "What it “shows”.", [Bar("1 < 2", 3, "d"), Bar("&", 1)])

    root = ElementTree.fromstring(chart.svg)

    assert root.get("role") == "img"
    assert root.get("aria-label") == "A <b> & more. What it “shows”."
    assert "style" not in chart.svg
    assert [text.text for text in root.iter("text")].count("1 < 2") == 1


@pytest.mark.parametrize("draw", [bars, histogram])
def test_nothing_at_all_can_be_drawn(draw):
    chart = draw("Empty", "Nothing.", [])

    assert chart.rows == [] and chart.svg.startswith("<svg")


def test_percentages_fall_into_tenths():
    assert [count for _low, _high, count in by_tens([0, 9, 10, 55, 99, 100, 120])] == [2, 1, 0, 0, 0, 1, 0, 0, 0, 3]
    assert by_tens([])[-1] == (90, 100, 0)


def test_progress_falls_into_quarters_with_nothing_and_all_apart():
    assert by_quarters([(0, 3), (1, 1), (25, 1), (26, 1), (50, 1), (75, 1), (76, 2), (99, 1), (100, 4)]) == [
        *(3, 2, 2, 1, 3, 4)
    ]

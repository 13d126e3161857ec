"""Totals: a table of cases reckoned by hand, and properties that hold for every scheme."""

from decimal import Decimal as D
from fractions import Fraction
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from encore.toolkit.weighting import Graded, Scheme, in_percent, total_of

A, B, C, E = (UUID(int=n) for n in range(1, 5))


def grades(**points):
    """grades(a="8/10", b="-/5", c="x/5") → by item; "-" is nothing yet, "x" excused."""
    found = {}
    for name, text in points.items():
        got, out_of = text.split("/")
        item = {"a": A, "b": B, "c": C, "e": E}[name]
        found[item] = Graded(None if got in "-x" else D(got), D(out_of), excused=got == "x")
    return found


def scheme(**facts):
    return Scheme.model_validate(facts)


def column(item, **facts):
    return {"item": item, **facts}


TWO = [{"id": "t", "title": "Tests", "weight": 60}, {"id": "w", "title": "Work", "weight": 40}]
IN_TESTS = [column(A, category="t"), column(B, category="t"), column(C, category="w")]


@pytest.mark.parametrize(
    ("facts", "got", "percent"),
    [
        # Without a scheme: by points.
        ({}, {"a": "8/10", "b": "3/5"}, "73.3"),
        ({}, {"a": "8/10", "b": "-/5"}, "80.0"),
        ({}, {"a": "8/10", "b": "x/5"}, "80.0"),
        ({"empty": "nothing"}, {"a": "8/10", "b": "-/5"}, "53.3"),
        ({"empty": "nothing"}, {"a": "8/10", "b": "x/5"}, "80.0"),
        ({}, {"a": "-/10"}, None),
        ({}, {}, None),
        ({}, {"a": "0/0", "b": "1/2"}, "50.0"),
        # Weights of columns: (80·1 + 60·3) / 4.
        ({"columns": [column(A, weight=1), column(B, weight=3)]}, {"a": "8/10", "b": "3/5"}, "65.0"),
        ({"columns": [column(A, weight=0)]}, {"a": "8/10", "b": "3/5"}, "60.0"),
        ({"columns": [column(A, weight=0)]}, {"a": "8/10"}, None),
        ({"columns": [column(A, counted=False)]}, {"a": "8/10", "b": "3/5"}, "60.0"),
        # Categories: tests (8+3)/15 = 73.33 of 60, work 90 of 40.
        ({"categories": TWO, "columns": IN_TESTS}, {"a": "8/10", "b": "3/5", "c": "9/10"}, "80.0"),
        ({"categories": TWO, "columns": IN_TESTS}, {"a": "8/10", "b": "-/5", "c": "-/10"}, "80.0"),
        # A category without a weight weighs its points: 15 and 10 of 25.
        (
            {"categories": [{"id": "t", "title": "T"}, {"id": "w", "title": "W"}], "columns": IN_TESTS},
            {"a": "8/10", "b": "3/5", "c": "10/10"},
            "84.0",
        ),
        # The lowest is dropped: 60 goes, 80 stays.
        (
            {"categories": [{"id": "t", "title": "T", "drop_lowest": 1}], "columns": IN_TESTS[:2]},
            {"a": "8/10", "b": "3/5"},
            "80.0",
        ),
        # Never the only one.
        ({"categories": [{"id": "t", "title": "T", "drop_lowest": 3}], "columns": IN_TESTS[:1]}, {"a": "4/10"}, "40.0"),
        # Extra credit: (8 + 2) / 10, above 100 too.
        ({"columns": [column(B, extra=True)]}, {"a": "8/10", "b": "2/5"}, "100.0"),
        ({"columns": [column(B, extra=True)]}, {"a": "10/10", "b": "5/5"}, "150.0"),
        ({"columns": [column(B, extra=True)]}, {"b": "5/5"}, None),
        (
            {
                "categories": [{"id": "t", "title": "T", "drop_lowest": 1}],
                "columns": [column(A, category="t"), column(B, category="t", extra=True)],
            },
            {"a": "5/10", "b": "1/5"},
            "60.0",
        ),
        # Rounded half up, once, at the end.
        ({"decimals": 0}, {"a": "1/8"}, "13"),
        ({"decimals": 0}, {"a": "5/1000"}, "1"),
        ({"decimals": 2}, {"a": "1/3"}, "33.33"),
        ({"decimals": 2}, {"a": "2/3"}, "66.67"),
    ],
)
def test_a_total_is_what_one_reckons_by_hand(facts, got, percent):
    assert total_of(scheme(**facts), grades(**got)).percent == (None if percent is None else D(percent))


@pytest.mark.parametrize(
    ("facts", "got", "passed"),
    [
        ({}, {"a": "10/10"}, None),
        ({"pass_percent": 50}, {"a": "5/10"}, True),
        ({"pass_percent": 50}, {"a": "4.99/10"}, False),
        ({"pass_percent": 50, "decimals": 0}, {"a": "4.95/10"}, True),
        ({"pass_percent": 50}, {"a": "-/10"}, None),
        ({"columns": [column(B, minimum=40)]}, {"a": "10/10", "b": "1/5"}, False),
        ({"columns": [column(B, minimum=20)]}, {"a": "10/10", "b": "1/5"}, True),
        ({"columns": [column(B, minimum=20)]}, {"a": "10/10", "b": "-/5"}, None),
        ({"columns": [column(B, minimum=20)]}, {"a": "10/10", "b": "x/5"}, True),
        ({"pass_percent": 50, "columns": [column(B, minimum=40)]}, {"a": "10/10", "b": "1/5"}, False),
    ],
)
def test_passing_needs_the_pass_mark_and_each_minimum(facts, got, passed):
    assert total_of(scheme(**facts), grades(**got)).passed is passed


def test_a_total_is_called_by_the_highest_step_it_reaches():
    steps = [{"least": 0, "name": "F"}, {"least": 80, "name": "A"}, {"least": 50, "name": "C"}]

    names = [total_of(scheme(steps=steps), grades(a=f"{points}/10")).name for points in ("8", "7.9", "0", "-")]

    assert names == ["A", "C", "F", ""]


def test_every_column_says_why_it_plays_no_part():
    facts = {
        "categories": [{"id": "t", "title": "T", "drop_lowest": 1}],
        "columns": [column(A, category="t"), column(B, category="t"), column(C, counted=False)],
    }

    total = total_of(scheme(**facts), grades(a="1/10", b="5/5", c="1/1", e="-/3"))

    said = {line.column.item: line.why_not for group in total.groups for line in group.lines}
    assert said == {A: "dropped", B: "", C: "not_counted", E: "empty"}
    assert total.complete is False


@pytest.mark.parametrize(
    "facts",
    [
        {"categories": [TWO[0], TWO[0]]},
        {"columns": [column(A), column(A)]},
        {"columns": [column(A, category="zz")]},
        {"columns": [column(A, weight=-1)]},
        {"pass_percent": 101},
    ],
)
def test_a_scheme_that_makes_no_sense_is_refused(facts):
    with pytest.raises(ValidationError):
        scheme(**facts)


POINTS = st.decimals(0, 10, places=2)
GRADES = st.fixed_dictionaries({item: st.builds(Graded, st.none() | POINTS, st.just(D(10))) for item in (A, B, C, E)})
WEIGHTS = st.none() | st.integers(0, 5).map(D)


@given(got=GRADES, weights=st.lists(WEIGHTS, min_size=4, max_size=4))
def test_without_extra_credit_a_total_lies_between_the_lowest_and_the_highest(got, weights):
    columns = [column(item, weight=weight) for item, weight in zip(got, weights, strict=True)]
    total = total_of(scheme(columns=columns, decimals=4), got)

    shares = [grade.points * 10 for grade in got.values() if grade.points is not None]
    if total.percent is not None:
        assert min(shares) <= total.percent <= max(shares)


@given(got=GRADES)
def test_dropping_the_lowest_never_lowers_a_total(got):
    def with_dropped(count):
        categories = [{"id": "t", "title": "T", "drop_lowest": count}]
        columns = [column(item, category="t", weight=1) for item in got]
        return total_of(scheme(categories=categories, columns=columns), got).percent

    found = [with_dropped(count) for count in range(5)]

    assert found == [None] * 5 or found == sorted(found)


@given(st.fractions(0, 2), st.integers(0, 4))
def test_a_share_is_rounded_half_up(share, decimals):
    rounded = Fraction(in_percent(share, decimals)) - share * 100

    assert -Fraction(1, 2 * 10**decimals) < rounded <= Fraction(1, 2 * 10**decimals)

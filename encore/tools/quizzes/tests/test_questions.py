"""Each type of question: what is drawn, read, marked and said. Tables of cases, and properties that hold for all."""

from decimal import Decimal as D
from random import Random

import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from encore.tools.quizzes.content import Question
from encore.tools.quizzes.marking import attempt_points, counted, has_passed, mark_answer, points_for
from encore.tools.quizzes.questions import type_of
from encore.tools.quizzes.questions.base import Sent, fits
from encore.tools.quizzes.questions.formula import FormulaError, calculate, names_in
from encore.tools.quizzes.questions.number import number_in

OPTIONS = [
    {"id": "a", "text": "Paris", "fraction": "1", "feedback": "Yes."},
    {"id": "b", "text": "Lyon", "fraction": "-0.5"},
    {"id": "c", "text": "Nice", "fraction": "0.25"},
]
SOME = [
    {"id": "a", "text": "2", "fraction": "0.5"},
    {"id": "b", "text": "3", "fraction": "0.5"},
    {"id": "c", "text": "4", "fraction": "-1"},
]
STATEMENTS = [{"id": "a", "text": "Up", "is_true": True}, {"id": "b", "text": "Down", "is_true": False}]
BODIES = {
    "single": {"options": OPTIONS},
    "multiple": {"options": SOME},
    "strict": {"type": "multiple", "options": SOME, "scoring": "all_or_nothing"},
    "true_false": {
        "statements": [{"id": "a", "text": "Up", "is_true": True}, {"id": "b", "text": "D", "is_true": False}]
    },
    "penalty": {"type": "true_false", "penalty": "0.5", "statements": STATEMENTS},
    "gap": {
        "text": "The [[x]] sat on the [[y]].",
        "gaps": [
            {"id": "x", "accepted": [{"text": "cat"}, {"text": "kitten", "fraction": "0.5"}]},
            {"id": "y", "accepted": [{"text": "mat"}], "choices": ["mat", "hat"], "weight": "3"},
        ],
    },
    "matching": {
        "pairs": [{"id": "a", "left": "France", "right": "Paris"}, {"id": "b", "left": "Italy", "right": "Rome"}],
        "others": ["Oslo"],
    },
    "ordering": {"steps": [{"id": k, "text": k} for k in ("a", "b", "c", "d")]},
    "neighbours": {"type": "ordering", "scoring": "neighbours", "steps": [{"id": k, "text": k} for k in "abcd"]},
    "short": {"accepted": [{"text": "New York*"}, {"text": "NYC", "fraction": "0.5", "feedback": "Write it out."}]},
    "case": {"type": "short", "match_case": True, "accepted": [{"text": "pH"}]},
    "number": {
        "values": [{"value": "3.14", "tolerance": "0.005"}, {"value": "3", "fraction": "0.5"}],
    },
    "units": {
        "type": "number",
        "values": [{"value": "2", "tolerance": "0.01", "relative": True}],
        "units": [{"name": "m"}, {"name": "cm", "factor": "100"}],
        "unit_share": "0.25",
    },
    "calculated": {
        "formula": "{a} * {b} + sqrt(a)",
        "variables": [{"name": "a", "low": "4", "high": "4"}, {"name": "b", "low": "1", "high": "9", "decimals": 1}],
    },
    "essay": {"least_words": 2, "template": "Dear"},
    "file": {"most_files": 2},
    "passage": {"questions": ["0f8fad5b-d9cb-469f-a165-70867728950e"]},
}
KINDS = sorted(BODIES)


def question(name: str) -> Question:
    body = BODIES[name]
    return Question.read({"schema": 1, "text": "Which?", "body": {"type": name, **body}})


def answered(name: str, sent: str, *, seed: int = 1, negative: bool = False):
    """(response, marked) for a form sent as a query string, with the prefix q."""
    asked = question(name)
    kind = type_of(asked.body)
    drawn = kind.draw(asked.body, Random(seed), shuffle=True)
    response = kind.read(asked.body, drawn, Sent(QueryDict(sent), "q"))
    return response, mark_answer(asked, drawn, response, negative=negative)


@pytest.mark.parametrize(
    ("name", "sent", "share"),
    [
        ("single", "q=a", "1"),
        ("single", "q=b", "0"),
        ("single", "q=c", "0.25"),
        ("single", "q=zz", "0"),
        ("multiple", "q=a&q=b", "1"),
        ("multiple", "q=a", "0.5"),
        ("multiple", "q=a&q=c", "0"),
        ("multiple", "q=a&q=b&q=c", "0"),
        ("strict", "q=a&q=b", "1"),
        ("strict", "q=a", "0"),
        ("true_false", "q-a=true&q-b=false", "1"),
        ("true_false", "q-a=true&q-b=true", "0.5"),
        ("true_false", "q-a=maybe", "0"),
        ("penalty", "q-a=true&q-b=true", "0.25"),
        ("gap", "q-x=cat&q-y=mat", "1"),
        ("gap", "q-x= KITTEN &q-y=mat", "0.875"),
        ("gap", "q-x=cat&q-y=floor", "0.25"),
        ("matching", "q-a=Paris&q-b=Rome", "1"),
        ("matching", "q-a=Oslo&q-b=Rome", "0.5"),
        ("matching", "q-a=Berlin", "0"),
        ("ordering", "q=a&q=b&q=c&q=d", "1"),
        ("ordering", "q=b&q=a&q=c&q=d", "0.5"),
        ("ordering", "q-a=1&q-b=2&q-c=4&q-d=3", "0.5"),
        ("ordering", "q-a=1&q-b=1&q-c=4&q-d=3", "0"),
        ("neighbours", "q=b&q=c&q=d&q=a", "0.66667"),
        ("short", "q=new york city", "1"),
        ("short", "q=nyc", "0.5"),
        ("short", "q=Boston", "0"),
        ("case", "q=pH", "1"),
        ("case", "q=PH", "0"),
        ("number", "q-number=3,14", "1"),
        ("number", "q-number=3.1449", "1"),
        ("number", "q-number=3.146", "0"),
        ("number", "q-number=3", "0.5"),
        ("number", "q-number=three", "0"),
        ("units", "q-number=2&q-unit=m", "1"),
        ("units", "q-number=200&q-unit=cm", "1"),
        ("units", "q-number=201.9&q-unit=cm", "1"),
        ("units", "q-number=2", "0.75"),
        ("units", "q-number=200", "0"),
        ("essay", "q=Dear", "0"),
        ("file", "q-files=", "0"),
    ],
)
def test_an_answer_gets_its_share(name, sent, share):
    assert round(answered(name, sent)[1].share, 5) == D(share)


@pytest.mark.parametrize(
    ("name", "sent", "share"),
    [("single", "q=b", "-0.5"), ("multiple", "q=a&q=c", "-0.5"), ("penalty", "q-a=false&q-b=true", "-0.5")],
)
def test_negative_marks_take_away_where_they_are_on(name, sent, share):
    assert answered(name, sent)[1].share == D(0)
    assert answered(name, sent, negative=True)[1].share == D(share)


@pytest.mark.parametrize(("name", "sent"), [("essay", "q=Dear all"), ("file", "q-files=one")])
def test_a_person_marks_what_no_key_can(name, sent):
    response, marked = answered(name, sent)

    assert response and marked.share is None
    assert points_for(marked, D(5)) is None


@pytest.mark.parametrize("name", KINDS)
def test_a_question_left_open_gets_nothing_and_loses_nothing(name):
    response, marked = answered(name, "", negative=True)

    assert response == {} and marked.share == 0


@pytest.mark.parametrize("name", sorted({*KINDS} - {"essay", "file", "passage"}))
def test_the_right_answer_in_words_is_said(name):
    asked = question(name)
    kind = type_of(asked.body)
    drawn = kind.draw(asked.body, Random(3), shuffle=True)

    assert kind.key(asked.body, drawn)


@given(name=st.sampled_from(KINDS), seed=st.integers(0, 2**32), shuffle=st.booleans())
def test_the_same_seed_draws_the_same_and_all_parts_are_asked(name, seed, shuffle):
    asked = question(name)
    kind = type_of(asked.body)

    drawn = kind.draw(asked.body, Random(seed), shuffle=shuffle)

    assert drawn == kind.draw(asked.body, Random(seed), shuffle=shuffle)
    assert kind.ask(asked.body, drawn, asked.text)["text"]
    for parts in ("options", "statements", "pairs", "steps"):
        if hasattr(asked.body, parts):
            assert sorted(drawn["order"]) == sorted(part.id for part in getattr(asked.body, parts))


@given(
    name=st.sampled_from(KINDS),
    sent=st.dictionaries(
        st.sampled_from(["q", "q-a", "q-b", "q-x", "q-y", "q-number", "q-unit", "q-files"]), st.text(max_size=30)
    ),
    negative=st.booleans(),
)
def test_whatever_is_sent_is_read_and_marked_within_bounds(name, sent, negative):
    asked = question(name)
    kind = type_of(asked.body)
    drawn = kind.draw(asked.body, Random(5), shuffle=True)

    response = kind.read(asked.body, drawn, Sent(sent, "q"))
    share = mark_answer(asked, drawn, response, negative=negative).share

    assert share is None or (-1 if negative else 0) <= share <= 1
    assert isinstance(kind.words(asked.body, drawn, response), str)
    assert isinstance(kind.is_complete(asked.body, response), bool)


def test_the_steps_are_never_offered_in_their_order():
    asked = question("ordering")
    for seed in range(200):
        assert type_of(asked.body).draw(asked.body, Random(seed), shuffle=False)["order"] != ["a", "b", "c", "d"]


def test_a_calculated_question_puts_its_values_into_the_text_and_knows_the_result():
    asked = question("calculated")
    kind = type_of(asked.body)
    drawn = kind.draw(asked.body, Random(8), shuffle=True)
    a, b = (D(drawn["values"][name]) for name in "ab")

    assert kind.ask(asked.body, drawn, "{a} times {b} for {c}")["text"] == f"{a} times {b} for {{c}}"
    for off, share in ((D(0), 1), (D("0.009"), 1), (D("-0.02"), 0)):
        number = (a * b + 2) * (1 + off)
        response = kind.read(asked.body, drawn, Sent({"q-number": str(number)}, "q"))
        assert mark_answer(asked, drawn, response, negative=False).share == share


@pytest.mark.parametrize(
    ("formula", "result"),
    [
        ("1 + 2 * 3", "7"),
        ("2^10", "1024"),
        ("{a}/4", "0.5"),
        ("sin(pi()/2) + cos(0)", "2"),
        ("round(2.678, 1)", "2.7"),
        ("max(a, 3) - ln(e)", "2"),
        ("= a * a", "4"),
        ("0.1 + 0.2", "0.3"),
    ],
)
def test_a_formula_is_calculated(formula, result):
    assert calculate(formula, {"a": D(2)}) == D(result)


@pytest.mark.parametrize(
    "formula",
    [
        "1/0",
        "sqrt(0-1)",
        "b + 1",
        "__import__('os')",
        "a.real",
        "(1",
        "9^9^9^9",
        "[1]",
        "sqrt(1, 2)",
        "'x'",
        "a if a else 1",
    ],
)
def test_a_formula_that_cannot_be_calculated_says_why(formula):
    with pytest.raises(FormulaError) as said:
        calculate(formula, {"a": D(2)})
    assert str(said.value).endswith(".")


def test_the_names_of_a_formula_are_its_variables():
    assert names_in("sqrt({x}) + y * pi - e") == {"x", "y"}


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("3.14", "3.14"),
        ("3,14", "3.14"),
        ("1 234,5", "1234.5"),
        ("1,234.5", "1234.5"),
        ("1.234,5", "1234.5"),
        ("−2", "-2"),
        ("6.02e23", "6.02e23"),
        (".5", "0.5"),
        ("", None),
        ("1/2", None),
        ("NaN", None),
        ("Infinity", None),
    ],
)
def test_numbers_are_read_as_people_write_them(text, number):
    assert number_in(text) == (None if number is None else D(number))


@pytest.mark.parametrize(
    ("given_text", "pattern", "fit"),
    [
        ("blue", "blue", True),
        (" Blue  sky ", "blue sky", True),
        ("bluebird", "blue*", True),
        ("a blue bird", "*blue*", True),
        ("ab", "a*b*", True),
        ("a", "a*a", False),
        ("5*3", "5\\*3", True),
        ("5x3", "5\\*3", False),
        ("Straße", "STRASSE", True),
    ],
)
def test_accepted_texts_fit(given_text, pattern, fit):
    assert fits(given_text, pattern, match_case=False) is fit


@pytest.mark.parametrize(
    "body",
    [
        {"type": "single", "options": [OPTIONS[0]]},
        {"type": "single", "options": [OPTIONS[0], OPTIONS[0]]},
        {"type": "single", "options": [{"id": "a", "text": "x", "fraction": "2"}, OPTIONS[1]]},
        {"type": "gap", "text": "No gap", "gaps": [{"id": "x", "accepted": [{"text": "a"}]}]},
        {"type": "calculated", "formula": "a", "variables": [{"name": "a", "low": 2, "high": 1}]},
        {"type": "nonsense"},
    ],
)
def test_a_question_that_makes_no_sense_is_refused(body):
    with pytest.raises(ValidationError):
        Question.read({"body": body})


@pytest.mark.parametrize(
    ("points", "total"),
    [(["1", "2.5"], "3.5"), (["1", "-3"], "0"), (["1", None], None), ([], "0")],
)
def test_the_points_of_an_attempt_are_never_below_nothing(points, total):
    given_points = [None if one is None else D(one) for one in points]

    assert attempt_points(given_points) == (None if total is None else D(total))


ATTEMPTS = [(D(6), D(10)), (D(4), D(5)), (None, D(10))]


@pytest.mark.parametrize(
    ("how", "grade"),
    [("best", (D(4), D(5))), ("first", (D(6), D(10))), ("last", (None, D(10))), ("average", (D("3.5"), D(5)))],
)
def test_one_of_several_attempts_makes_the_grade(how, grade):
    assert counted(ATTEMPTS, how) == grade
    assert counted([], how) is None


@pytest.mark.parametrize(
    ("points", "pass_share", "passed"),
    [(D(5), D(50), True), (D("4.99"), D(50), False), (None, D(50), None), (D(0), None, None), (D(0), D(0), True)],
)
def test_the_pass_mark_is_reached_or_not(points, pass_share, passed):
    assert has_passed(points, D(10), pass_share) is passed

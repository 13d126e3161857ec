"""What is read from pages, and what is said of the figures."""

from encore.bench.browser import forms_in
from encore.bench.figures import Figures, as_markdown, table

PAGE = """
<form method="get"><input name="q"></form>
<form method="post" action="/there/"><input type="hidden" name="stamp" value="3"><textarea name="a2"></textarea>
<input type="radio" name="a1" value="x" checked>
<input type="radio" name="a1" value="y"><button name="do">Go</button></form>
"""


def test_a_form_is_sent_as_a_browser_would():
    form = forms_in(PAGE)[0]

    assert form.action == "/there/"
    assert form.choices == {"a1": ["x", "y"]}
    assert sorted(form.filled({})) == [("a1", "x"), ("a2", ""), ("stamp", "3")]
    assert sorted(form.filled({"a1": "y", "a2": "said"})) == [("a1", "y"), ("a2", "said"), ("stamp", "3")]


def figures(cpu, statements=8):
    return {"my-sessions": Figures("my-sessions", statements=statements, cpu=[cpu], wall=[20.0], html=2048, wire=1024)}


def test_the_table_says_what_is_above_its_budget():
    rows = table({"S": figures(5.0), "M": figures(20.0, statements=9)}, {"S": 0.03, "M": 0.03})

    assert rows[1][0] == "My sessions, ordinary person"
    assert rows[1][-1] == "STATEMENTS CPU GROWTH"
    assert "4.00" in rows[1]
    assert len(as_markdown(rows).splitlines()) == 3


def test_nothing_is_said_of_what_is_within_its_budget():
    assert table({"S": figures(5.0), "M": figures(5.5)}, {"S": 0.03, "M": 0.03})[1][-1] == ""


def test_what_is_not_there_yet_is_a_row_as_long_as_the_others():
    found = {"M": {**figures(5.0), "report": Figures("report", broken="not there yet")}}
    rows = table(found, {"M": 0.03})

    assert {len(row) for row in rows} == {len(rows[0])}
    assert rows[-1][-1] == "not there yet"

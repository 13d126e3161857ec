"""Files of questions: the real ones, every encoding and line end, what is broken, and the way out and back."""

import io
import re
import string
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from encore.base.reading.errors import FileRefused
from encore.tools.quizzes.alike import print_of
from encore.tools.quizzes.content import Question
from encore.tools.quizzes.formats.found import Attachment, ToWrite, titled
from encore.tools.quizzes.formats.gift import write_gift
from encore.tools.quizzes.formats.moodle_write import write_moodle_xml
from encore.tools.quizzes.formats.reading import read_questions

REAL = Path(__file__).parents[5] / "shared/data/questions"


def read(data, format=""):
    return read_questions(io.BytesIO(data.encode() if isinstance(data, str) else data), format)[0]


def one(data, format=""):
    found = read(data, format)
    assert not found.refused, found.refused
    (question,) = found.questions
    return question


def why(data):
    found = read(data)
    assert not found.questions
    return [(refused.line, refused.reason) for refused in found.refused]


@pytest.fixture
def real():
    def find(name):
        if not REAL.is_dir():
            pytest.skip(f"The real files are not on this machine: {REAL}")
        return (REAL / name).read_bytes()

    return find


def to_write(found):
    files = {file.uuid: file for file in found.files}
    return ToWrite(found.title, found.content, found.category, files.get)


def said(title, content, category=()):
    return print_of(category, title, content, lambda name: "file")


# The real files

COUNTS = {
    "gift-examples.txt": 43,
    "questions.gift.txt": 9,
    "questions.aiken.txt": 2,
    "multichoice.xml": 1,
    "truefalse.xml": 2,
}


@pytest.mark.parametrize("name", COUNTS)
def test_every_question_of_the_real_files_is_read(name, real):
    found = read(real(name))

    assert (len(found.questions), found.refused) == (COUNTS[name], [])


@pytest.mark.parametrize("name", COUNTS)
def test_the_real_files_come_back_from_moodle_xml_as_they_went(name, real):
    found = read(real(name))

    written = write_moodle_xml(map(to_write, found.questions))
    again = read(written.text)

    assert not (written.left_out or written.notes or again.refused)
    assert [said(q.title, q.content, q.category) for q in again.questions] == [
        said(q.title, q.content, q.category) for q in found.questions
    ]
    assert [sorted((f.name, f.data) for f in q.files) for q in again.questions] == [
        sorted((f.name, f.data) for f in q.files) for q in found.questions
    ]


@pytest.mark.parametrize("name", [name for name in COUNTS if not name.endswith("xml")])
def test_the_real_texts_come_back_from_gift_as_they_went(name, real):
    found = read(real(name))

    again = read(write_gift(map(to_write, found.questions)).text)

    assert [said(q.title, q.content) for q in again.questions] == [said(q.title, q.content) for q in found.questions]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "latin-1"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize(
    "content",
    [
        "::Été::Où est la forêt?{=Là ~Près}\n\n::Zwölf::Größe?{T}\n",
        "Où est la forêt?\nA) Là\nB) Près\nANSWER: A\n\nGröße?\nA) Á\nB) É\nANSWER: B\n",
        "Question;Right;Wrong\nOù est la forêt?;Là;Près\nGröße?;Á;É\n",
    ],
    ids=["gift", "aiken", "sheet"],
)
def test_the_encoding_and_the_line_ends_make_no_difference(content, end, encoding):
    found = read(content.replace("\n", end).encode(encoding))

    assert (len(found.questions), found.refused) == (2, [])
    asked = [q.content.text or q.content.body.statements[0].text for q in found.questions]
    assert asked == ["Où est la forêt?", "Größe?"]
    assert "Read as" in found.notes[0]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1", "windows-1252"])
def test_moodle_xml_is_read_in_the_encoding_that_it_says(encoding):
    declared = encoding.removesuffix("-sig")
    text = f'<?xml version="1.0" encoding="{declared}"?>\r\n' + xml(
        "<usecase>0</usecase>" + answer("Là"), "shortanswer"
    )

    assert one(text.encode(encoding)).content.body.accepted[0].text == "Là"


def test_each_tells_the_line_on_which_it_stands():
    found = read("\n// hello\n\n::One::A?{T}\n\n::Two::\nB?\n{F}\n\nthe third {#x}\n")

    assert [q.line for q in found.questions] == [4, 6]
    assert [r.line for r in found.refused] == [10]


# GIFT


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Only text.\n\nA{T}", "There are no answers in braces: a text alone is no question."),
        ("A?{=b {c} ~d}", "There are braces within the answers. A brace that is meant as one is written \\{."),
        ("{=a ~b}", "There is no text before the answers."),
        ("A?{what}", "The answers begin with neither = nor ~."),
        ("A?{#many}", "“many” is no number."),
        ("A?{~%200%b =c}", "200 % is more than all of the points."),
        ("A?{~b}", "It has too few answers to choose from."),
        ("A?{=b", "The brace that opens the answers is never closed."),
    ],
)
def test_gift_that_cannot_be_taken_is_told_with_its_reason(text, reason):
    assert [refused.reason for refused in read(text).refused] == [reason]


def test_a_brace_left_open_does_not_swallow_what_follows():
    found = read("::One::A?{=b\n\n::Two::C?{T}\n\nThree?{F}\n")

    assert [q.title for q in found.questions] == ["Two", "Three?"]
    assert [r.line for r in found.refused] == [1]


def test_gift_says_what_is_said_to_right_and_to_wrong():
    statement = one("Up is up.{TRUE#Look again.#Well seen.####Read on.}").content.body.statements[0]

    assert (statement.text, statement.feedback, statement.praise) == ("Up is up.", "Look again.", "Well seen.")


def test_three_thirds_are_all_of_the_points():
    options = one("A?{~%33.33333%a ~%33.33333%b ~%33.33333%c ~%-100%d}").content.body.options

    assert sum(option.fraction for option in options if option.fraction > 0) == 1


def test_gift_categories_lose_what_moodle_means_by_its_place():
    found = read("$CATEGORY: $course$/top/Default for A//B/Sub\n\nA?{T}\n\n$CATEGORY: top\nB?{F}\n")

    assert [tuple(q.category) for q in found.questions] == [("Default for A/B", "Sub"), ()]


# Aiken


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (
            "A?\nA) a\nB) b\n\nB?\nA) a\nB) b\nANSWER: A\n",
            "There is no line ANSWER: with the letter of the right answer.",
        ),
        ("A?\nA) a\nB) b\nANSWER: C\n", "The right answer is C, and there is no such answer."),
        ("A) a\nB) b\nANSWER: A\n", "There is no question before the answers."),
        ("A?\nANSWER: A\n", "The right answer is A, and there is no such answer."),
        ("A?\nA) a\nANSWER: A\n", "It has too few answers to choose from."),
    ],
)
def test_aiken_that_cannot_be_taken_is_told_with_its_reason(text, reason):
    assert [refused.reason for refused in read(text).refused] == [reason]


# Moodle XML


def xml(inner, kind, text="<p>Which?</p>", name="Q", form="html"):
    return (
        f'<quiz><question type="{kind}"><name><text>{name}</text></name>'
        f'<questiontext format="{form}"><text><![CDATA[{text}]]></text></questiontext>{inner}</question></quiz>'
    )


def answer(text, fraction="100", more=""):
    return f'<answer fraction="{fraction}" format="plain_text"><text>{text}</text>{more}</answer>'


def dataset(name="a", low="1", high="9"):
    return (
        f"<dataset_definition><name><text>{name}</text></name><minimum><text>{low}</text></minimum>"
        f"<maximum><text>{high}</text></maximum><decimals><text>1</text></decimals></dataset_definition>"
    )


def test_a_text_with_gaps_of_moodle():
    text = (
        "<p>{1:SHORTANSWER:=Paris#Right~%50%Lyon~*#No} has {2:MULTICHOICE_S:=two~~%25%three~four} and {:NM:=3.5:0.1}"
        " { braces } here</p>"
    )
    found = one(xml("", "cloze", text))
    body = found.content.body

    assert body.text == "<p>[[g1]] has [[g2]] and [[g3]] { braces } here</p>"
    assert [(a.text, a.fraction, a.feedback) for a in body.gaps[0].accepted] == [
        ("Paris", 1, "Right"),
        ("Lyon", Decimal("0.5"), ""),
        ("*", 0, "No"),
    ]
    assert (body.gaps[1].choices, body.gaps[1].weight) == (["two", "three", "four"], 2)
    assert (body.gaps[2].accepted[0].text, body.gaps[2].accepted[0].tolerance) == ("3.5", Decimal("0.1"))
    assert found.content.points == 4


@pytest.mark.parametrize("kind", ["gapselect", "ddwtos"])
def test_words_to_choose_for_gaps(kind):
    words = [("cat", 1), ("Rome", 2), ("dog", 1)]
    tag = "selectoption" if kind == "gapselect" else "dragbox"
    inner = "".join(f"<{tag}><text>{word}</text><group>{group}</group></{tag}>" for word, group in words)

    body = one(xml(inner, kind, "The [[1]] and the [[3]] in [[2]].")).content.body

    assert [(gap.accepted[0].text, gap.choices) for gap in body.gaps] == [
        ("cat", ["cat", "dog"]),
        ("dog", ["cat", "dog"]),
        ("Rome", ["Rome"]),
    ]


def test_a_number_with_units():
    units = (
        "<units><unit><multiplier>0.001</multiplier><unit_name>km</unit_name></unit>"
        "<unit><multiplier>1</multiplier><unit_name>m</unit_name></unit></units>"
        "<unitgradingtype>1</unitgradingtype><unitpenalty>0.5</unitpenalty>"
    )
    inner = answer("3,5", more="<tolerance>0.1</tolerance>") + answer("*", "0") + units
    body = one(xml(inner, "numerical")).content.body

    assert (body.values[0].value, body.values[0].tolerance, len(body.values)) == (Decimal("3.5"), Decimal("0.1"), 1)
    assert [(unit.name, unit.factor) for unit in body.units] == [("m", 1), ("km", Decimal("0.001"))]
    assert body.unit_share == Decimal("0.5")


def test_a_calculated_question_draws_from_the_ranges_of_its_values():
    more = "<tolerance>0.01</tolerance><tolerancetype>2</tolerancetype><correctanswerlength>2</correctanswerlength>"
    inner = answer("{a}*{b}", more=more + "<correctanswerformat>1</correctanswerformat>")
    inner += f"<dataset_definitions>{dataset()}{dataset('b', '-2', '2.5')}{dataset('c')}</dataset_definitions>"
    body = one(xml(inner, "calculatedsimple", "<p>{a} by {b}?</p>")).content.body

    assert [(v.name, v.low, v.high, v.decimals) for v in body.variables] == [
        ("a", 1, 9, 1),
        ("b", -2, Decimal("2.5"), 1),
    ]
    assert (body.formula, body.relative, body.decimals) == ("{a}*{b}", False, 2)


def test_an_essay_without_a_field_is_an_upload():
    inner = (
        "<responseformat>noinline</responseformat><attachments>2</attachments><filetypeslist>.pdf,.odt</filetypeslist>"
    )
    body = one(xml(inner, "essay")).content.body

    assert (body.type, body.most_files, body.endings) == ("file", 2, ["pdf", "odt"])


def test_markdown_plain_text_and_what_was_typed_become_html():
    asked = {
        "markdown": ("a **b**", "a <strong>b</strong>"),
        "plain_text": ("a <b>\nc", "a &lt;b&gt;<br>c"),
        "moodle_auto_format": ("a\n\nb", "<p>a</p><p>b</p>"),
        "html": ("<p onclick='x'>a<script>b</script></p>", "<p>a</p>"),
    }
    for form, (text, html) in asked.items():
        assert one(xml("", "essay", text, form=form)).content.text == html


def test_a_text_to_read_has_no_questions_yet():
    found = one(xml("", "description"))

    assert (found.content.body.type, found.content.body.questions) == ("passage", [])
    assert found.notes


def test_points_tags_and_feedback_come_along_and_what_has_no_place_is_told():
    inner = (
        "<defaultgrade>2.5000000</defaultgrade><tags><tag><text>Old</text></tag><tag><text>old</text></tag></tags>"
        "<generalfeedback><text>Read on.</text></generalfeedback><single>false</single>"
        "<correctfeedback><text>Splendid</text></correctfeedback><hint><text>Think</text></hint>"
        + answer("a", "33.33333")
        + answer("b", "33.33333")
        + answer("c", "33.33333")
    )
    found = one(xml(inner, "multichoice"))

    assert (found.content.points, found.content.tags, found.content.feedback) == (Decimal("2.5"), ["Old"], "Read on.")
    assert sum(option.fraction for option in found.content.body.options) == 1
    assert len(found.notes) == 2


@pytest.mark.parametrize(
    ("file", "reason"),
    [
        (xml("", "drag_and_drop"), "There are no questions of the type “drag_and_drop” here."),
        (xml(answer("maybe"), "truefalse"), "It needs the two answers “true” and “false”."),
        (xml(answer("many"), "numerical"), "“many” is no number."),
        (xml(answer("{a}+{b}") + f"<d/><dataset_definitions>{dataset()}</dataset_definitions>", "calculated"), "{b}"),
        (xml(answer("{a}+"), "calculated"), "cannot be read"),
        (xml(answer("foo({a})") + f"<dataset_definitions>{dataset()}</dataset_definitions>", "calculated"), "foo"),
        (xml("", "cloze", "No gaps."), "There are no gaps in the text."),
        (xml("", "cloze", "{1:MULTIRESPONSE:=a~=b}"), "Gaps of the type MULTIRESPONSE are not known here."),
        (xml("", "gapselect", "[[7]]"), "There is no word for [[7]]."),
        (xml(answer("a"), "multichoice"), "It has too few answers to choose from."),
        (xml("<defaultgrade>many</defaultgrade>", "essay"), "“many” is no number."),
        (
            '<quiz><question type="essay"><questiontext format="html"><text>@@PLUGINFILE@@/a.png</text>'
            '<file name="a.png" encoding="base64">!!</file></questiontext></question></quiz>',
            "Line 1: the file “a.png” is damaged.",
        ),
    ],
)
def test_moodle_xml_that_cannot_be_taken_is_told_with_its_reason(file, reason):
    ((line, told),) = why(file)

    assert line == 1
    assert reason in told


def test_a_picture_that_is_not_in_the_file_is_left_out_and_told():
    found = one(xml("", "essay", '<p>A <img src="@@PLUGINFILE@@/gone.png"> B</p>'))

    assert found.content.text == "<p>A  B</p>"
    assert found.notes == ["The file “gone.png” is not in it, so it is left out."]


# Tables

SHEET = [
    ["Category", "Type", "Title", "Question", "Points", "Right", "Wrong", "Feedback", "Tags", "Shoe"],
    ["Geo / Towns", "single", "One", "Capital of Italy?", "2", "Rome", "Milan|Turin", "Read.", "easy, map", "38"],
    ["", "", "", "Two of Italy?", "", "Rome|Milan", "Lyon", "", "", ""],
    ["", "True or false", "", "Rome is old.", "", "true", "", "", "", ""],
    ["", "", "", "It flows through [[Rome|Roma]].", "", "", "", "", "", ""],
    ["", "number", "", "Pi?", "", "3.14:0.01|%50%3", "", "", "", ""],
    ["", "matching", "", "Which?", "", "Italy -> Rome|France -> Paris", "Lyon", "", "", ""],
    ["", "ordering", "", "Sort.", "", "one|two|three", "", "", "", ""],
    ["", "short", "", "Say a | b", "", "a \\| b", "", "", "", ""],
    ["", "essay", "", "Why?", "", "", "", "", "", ""],
    ["", "file", "", "Send it.", "", "", "", "", "", ""],
    ["", "puzzle", "", "Odd", "", "", "", "", "", ""],
]
TYPES = ["single", "multiple", "true_false", "gap", "number", "matching", "ordering", "short", "essay", "file"]


def as_csv(rows, separator=";"):
    return "\n".join(separator.join(f'"{cell}"' for cell in row) for row in rows)


@pytest.mark.parametrize("separator", [";", ",", "\t"])
def test_a_table_holds_questions_of_most_types(separator):
    found = read(as_csv(SHEET, separator))

    assert [q.content.body.type for q in found.questions] == TYPES
    assert [(r.line, r.reason) for r in found.refused] == [(12, "There are no questions of the type “puzzle” here.")]
    assert "The column “Shoe” is not known and was not read." in found.notes
    first = found.questions[0]
    assert (first.title, first.category, first.content.points) == ("One", ("Geo", "Towns"), 2)
    assert (first.content.tags, first.content.feedback) == (["easy", "map"], "Read.")
    assert [option.fraction for option in found.questions[1].content.body.options] == [
        Decimal("0.5"),
        Decimal("0.5"),
        Decimal("-0.5"),
    ]
    assert found.questions[7].content.body.accepted[0].text == "a | b"


def test_a_workbook_says_the_same_as_its_csv():
    book, file = openpyxl.Workbook(), io.BytesIO()
    for row in SHEET:
        book.active.append(row)
    book.save(file)

    assert [q.content for q in read(file.getvalue()).questions] == [q.content for q in read(as_csv(SHEET)).questions]


# The way out and back

words = st.text(
    string.ascii_letters + string.digits + " .,;:~={}#%\\/*'\"<>&-[]()\n!?éß漢🎓$_", min_size=1, max_size=30
)
plain_words = words.map(lambda text: " ".join(text.split())).filter(bool)
html = plain_words.map(
    lambda text: text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
) | st.sampled_from(["<p>a <strong>b</strong></p>", "<ul><li>a</li></ul><p>x]]&gt;y</p>", "<p>{=} ~ \\ # %50%</p>"])
maybe = st.just("") | html
shares = st.sampled_from([Decimal(n) for n in ("0", "1", "0.5", "-0.25", "0.33333")])
numbers = st.decimals(min_value=-1000, max_value=1000, places=3).map(lambda n: n.normalize())
sizes = st.decimals(min_value=0, max_value=10, places=3)


def parts(*fields, least=1, most=5, **named):
    return st.lists(st.fixed_dictionaries(named), min_size=least, max_size=most).map(
        lambda rows: [{"id": f"p{n}", **row} for n, row in enumerate(rows, start=1)]
    )


def without_ids(strategy):
    return strategy.map(lambda rows: [{name: value for name, value in row.items() if name != "id"} for row in rows])


options = parts(text=html, fraction=shares, feedback=maybe, least=2)
accepted = without_ids(parts(text=plain_words, fraction=shares, feedback=maybe))
units = without_ids(
    parts(name=st.sampled_from("m km cm".split()), factor=st.sampled_from([Decimal(10), Decimal("0.1")]))
)
BODIES = {
    "single": st.fixed_dictionaries(
        {"options": options, "look": st.sampled_from(["list", "dropdown"]), "shuffle": st.booleans()}
    ),
    "multiple": st.fixed_dictionaries(
        {"options": options, "scoring": st.sampled_from(["sum", "all_or_nothing"]), "shuffle": st.booleans()}
    ),
    "true_false": st.fixed_dictionaries(
        {
            "statements": parts(text=html, is_true=st.booleans(), feedback=maybe, praise=maybe, most=1),
            "penalty": st.sampled_from([Decimal(0), Decimal("0.5")]),
        }
    ),
    "matching": st.fixed_dictionaries(
        {
            "pairs": parts(left=html, right=plain_words, least=2),
            "others": st.lists(plain_words, max_size=2),
            "shuffle": st.booleans(),
        }
    ),
    "ordering": st.fixed_dictionaries(
        {
            "steps": parts(text=html, least=2),
            "scoring": st.sampled_from(["place", "neighbours", "all_or_nothing"]),
        }
    ),
    "short": st.fixed_dictionaries({"accepted": accepted, "match_case": st.booleans()}),
    "number": st.fixed_dictionaries(
        {
            "values": without_ids(
                parts(value=numbers, tolerance=sizes, relative=st.booleans(), fraction=shares, feedback=maybe)
            ),
            "units": st.just([]) | units.map(lambda rows: [{"name": "g", "factor": Decimal(1)}, *rows]),
        }
    ),
    "calculated": st.fixed_dictionaries(
        {
            "formula": st.sampled_from(["{a} * 2", "sqrt({a}) < 3".replace(" < 3", ""), "{a}^2 + 1"]),
            "variables": st.tuples(sizes, sizes).map(
                lambda two: [{"name": "a", "low": min(two), "high": max(two), "decimals": 1}]
            ),
            "tolerance": sizes,
            "relative": st.booleans(),
            "decimals": st.none() | st.integers(0, 9),
        }
    ),
    "essay": st.fixed_dictionaries(
        {
            "lines": st.integers(1, 100),
            "least_words": st.none() | st.integers(1, 99),
            "most_words": st.none() | st.integers(100, 999),
            "template": st.just("") | plain_words,
            "guidance": maybe,
        }
    ),
    "file": st.fixed_dictionaries(
        {"most_files": st.integers(1, 20), "endings": st.sampled_from([[], ["pdf", "odt"]]), "guidance": maybe}
    ),
    "passage": st.just({"questions": []}),
}


@st.composite
def gap_texts(draw):
    gaps = draw(
        parts(
            accepted=without_ids(parts(text=plain_words, fraction=shares, feedback=maybe)),
            weight=st.sampled_from([Decimal(1), Decimal(3)]),
        )
    )
    text = "".join(
        f"<p>{draw(html.filter(lambda t: '<' not in t and '[[' not in t))} [[{gap['id']}]]</p>" for gap in gaps
    )
    if draw(st.booleans()):  # a choice: what is accepted stands among what there is to choose
        gaps[0]["choices"] = [*dict.fromkeys(one["text"] for one in gaps[0]["accepted"]), "and this"]
        gaps[0]["accepted"] = [
            {"text": gaps[0]["choices"][0].replace("*", "\\*"), "fraction": Decimal(1), "feedback": ""}
        ]
    return {"type": "gap", "text": text, "gaps": gaps, "match_case": draw(st.booleans())}


bodies = gap_texts() | st.one_of(*(body.map(lambda b, kind=kind: {"type": kind, **b}) for kind, body in BODIES.items()))
questions = st.fixed_dictionaries(
    {
        "body": bodies,
        "text": html,
        "points": st.sampled_from([Decimal(1), Decimal("2.5"), Decimal(0)]),
        "feedback": maybe,
        "tags": st.lists(plain_words.map(lambda t: t[:60].strip()), max_size=2, unique_by=str.casefold),
    }
).map(Question.model_validate)
paths = st.lists(st.sampled_from(["Geo", "A/B", "Ünï"]), max_size=2).map(tuple)


@given(st.lists(st.tuples(plain_words, questions, paths), min_size=1, max_size=3))
@settings(max_examples=60, deadline=None)
def test_what_is_written_as_moodle_xml_is_read_back_unchanged(rows):
    written = write_moodle_xml(ToWrite(*row) for row in rows)
    found = read(written.text) if written.count else None
    kept = [row for row in rows if row[0] not in {title for title, _why in written.left_out}]

    assert {why for _title, why in written.left_out} <= {
        "Its text holds braces that Moodle would take for a gap.",
        "Its text holds braces that Moodle would take for a formula.",
    }
    if found:
        assert not found.refused
        assert len(found.questions) >= len(kept)
    for found_one, (title, content, path) in zip(found.questions if found else [], rows, strict=False):
        if written.left_out:
            break
        assert found_one.title == titled(title, "")
        assert tuple(found_one.category) == path
        content = evened_as_read(content)
        assert said(title, found_one.content) == said(title, content), (found_one.content, content)


@given(st.lists(st.tuples(plain_words, questions), min_size=1, max_size=3))
@settings(max_examples=60, deadline=None)
def test_what_gift_can_say_is_read_back_and_what_it_cannot_is_said(rows):
    rows = [(f"{n} {title}", content) for n, (title, content) in enumerate(rows)]
    written = write_gift(ToWrite(*row) for row in rows)
    left_out, changed = {title for title, _why in written.left_out}, {title for title, _note in written.notes}
    kept = [row for row in rows if row[0] not in left_out]
    found = read(written.text, "gift") if kept else None

    assert written.count == len(kept)
    if found:
        assert not found.refused
        for again, (title, content) in zip(found.questions, kept, strict=True):
            assert again.title == title
            if title not in changed:
                assert said("", again.content) == said("", evened_as_read(content)), (again.content, content)


def evened_as_read(content):
    """Shares that make not quite one together are one when they are read."""
    from encore.tools.quizzes.formats.found import evened

    facts = content.model_dump()
    if facts["body"]["type"] == "multiple" and facts["body"]["scoring"] == "sum":
        evened(facts["body"]["options"])
    return Question.model_validate(facts)


@given(st.binary(max_size=400) | st.text(max_size=400).map(str.encode))
@settings(max_examples=200, deadline=None)
def test_no_file_whatever_breaks_the_reader(data):
    for format in ("", "gift", "aiken", "sheet", "xml"):
        try:
            read_questions(io.BytesIO(data), format)
        except FileRefused as refused:
            assert str(refused)


def test_files_of_one_name_are_told_apart_on_the_way_out():
    from uuid import uuid4

    files = [Attachment(uuid4(), "a.png", data) for data in (b"one", b"two")]
    text = "".join(f'<p><img src="file:{file.uuid}"></p>' for file in files)
    content = Question.model_validate({"text": text, "body": {"type": "essay"}})

    written = write_moodle_xml([ToWrite("Q", content, (), {file.uuid: file for file in files}.get)])
    found = one(written.text)

    assert [file.data for file in found.files] == [b"one", b"two"]
    assert len(re.findall("file:", found.content.text)) == 2

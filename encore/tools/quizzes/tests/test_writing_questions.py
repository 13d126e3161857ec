"""Every type of question through its form, as a teacher writes it in the browser, and asked as it was written."""

import re
from uuid import uuid4

import pytest

from encore.toolkit.models import Draft
from encore.toolkit.places import address
from encore.toolkit.scoping import shown_in
from encore.toolkit.tests.places import text
from encore.tools.quizzes.content import Question

SHARED = {"text": "<p>What is asked?</p>", "points": "2", "tags": "easy, first", "do": "publish"}


def option(key, words, *, right=False, **more):
    fields = {"text": words, **({"right": "on"} if right else {}), **more}
    return {f"options-{key}-{name}": value for name, value in fields.items()}


def rows(name, *made):
    """rows("steps", {"text": "one"}, …) → the fields of a form with these rows, keys k1, k2, …"""
    fields = {name: [f"k{n}" for n, _row in enumerate(made, start=1)]}
    for n, row in enumerate(made, start=1):
        fields |= {f"{name}-k{n}-{field}": value for field, value in row.items()}
    return fields


SINGLE = {"look": "list", "shuffle": "on", **rows("options", {"text": "Oslo", "right": "on"}, {"text": "Bergen"})}
WRITTEN = {
    "single": (SINGLE, {"": "k1"}, {"": "k2"}),
    "multiple": (
        {"scoring": "sum", **rows("options", *({"text": w, "right": "on"} for w in "abc"), {"text": "d"})},
        {"": ["k1", "k2", "k3"]},
        {"": ["k4"]},
    ),
    "true_false": (
        rows("statements", {"text": "Up", "is_true": "yes"}, {"text": "Down", "is_true": "no"}),
        {"-k1": "true", "-k2": "false"},
        {"-k1": "false"},
    ),
    "matching": (
        rows("pairs", {"left": "France", "right": "Paris"}, {"left": "Italy", "right": "Rome"}) | {"others": "Oslo"},
        {"-k1": "Paris", "-k2": "Rome"},
        {"-k1": "Oslo"},
    ),
    "ordering": (
        {"scoring": "place", **rows("steps", {"text": "one"}, {"text": "two"})},
        {"-k1": "1", "-k2": "2"},
        {"-k1": "2", "-k2": "1"},
    ),
    "short": (rows("accepted", {"text": "colour"}, {"text": "color", "fraction": "50"}), {"": "colour"}, {"": "no"}),
    "number": (
        {
            **rows("values", {"value": "9,81", "tolerance": "1", "relative": "yes"}),
            **rows("units", {"name": "m/s²"}, {"name": "cm/s²", "factor": "100"}),
        },
        {"-number": "981", "-unit": "cm/s²"},
        {"-number": "9"},
    ),
    "calculated": (
        {
            "text": "{a} and {b}?",
            "formula": "a+b",
            "tolerance": "0",
            **rows("variables", {"name": "a", "low": "3", "high": "3"}, {"name": "b", "low": "4", "high": "4"}),
        },
        {"-number": "7"},
        {"-number": "8"},
    ),
}


@pytest.fixture
def send(post, place, dolores):
    """send("single", {…}) → (the response, the uuid): what a teacher sent for a new question of this type."""

    def make(kind, fields, uuid=None, here=None, **more):
        key = uuid or uuid4()
        data = {"title": "Capital", **SHARED, **fields, **more}
        return post(here or place(dolores), "quizzes:edit", data, f"?kind=question&type={kind}", uuid=key), key

    return make


def content_of(here, uuid):
    return Question.read(shown_in(here, kind="question").get(uuid=uuid).content)


@pytest.mark.parametrize("kind", WRITTEN)
def test_each_type_is_written_and_asked_as_it_was_written(kind, send, make_test, place, dolores, post, get):
    fields, right, wrong = WRITTEN[kind]
    here = place(dolores)

    response, uuid = send(kind, fields)
    assert response.status_code == 302, errors(response)
    item = shown_in(here, kind="question").get(uuid=uuid)
    test = make_test(here, "Test", [item])
    tried = [
        text(
            post(
                here, "quizzes:trial", {f"a1{part}": value for part, value in given.items()}, "?seed=1", uuid=test.uuid
            )
        )
        for given in (right, wrong)
    ]

    written = Question.read(item.content)
    assert (written.body.type, written.points, written.tags) == (kind, 2, ["easy", "first"])
    assert "2 / 2" in tried[0] and "2 / 2" not in tried[1]
    again = text(get(here, "quizzes:edit", uuid=uuid))
    assert [v for v in fields.values() if isinstance(v, str) and v.isalpha() and v not in again] == []


def errors(response):
    return re.findall(r'field-error"[^>]*>.*?<span>(.*?)</span>', text(response), re.S) + re.findall(
        r"<li>([^<]*)</li>", text(response)
    )


def test_gaps_are_written_in_the_text_and_keep_their_ids(send, place, dolores, get):
    here = place(dolores)
    _response, uuid = send("gap", {"gap_text": "<p>{Paris|Paname} lies on the {Seine}.</p>"})
    first = content_of(here, uuid).body
    one, two = first.gaps
    page = text(get(here, "quizzes:edit", uuid=uuid))
    fields = {
        "gap_text": first.text + " and {water}",
        "gaps": [one.id, two.id],
        f"gaps-{one.id}-accepted": "Paris\nParis! = 50 %",
        f"gaps-{two.id}-accepted": "Seine",
        f"gaps-{two.id}-choices": "Seine\nLoire",
        **hidden(page),
    }
    send("gap", fields, uuid)
    second = content_of(here, uuid).body

    assert [accepted.text for accepted in one.accepted] == ["Paris", "Paname"]
    assert [gap.id for gap in second.gaps[:2]] == [one.id, two.id] and len(second.gaps) == 3
    assert [(a.text, a.fraction) for a in second.gaps[0].accepted] == [("Paris", 1), ("Paris!", 0.5)]
    assert second.gaps[1].choices == ["Seine", "Loire"] and second.gaps[2].accepted[0].text == "water"


def hidden(page):
    return {name: re.search(rf'name="{name}" value="(\d+)"', page)[1] for name in ("stamp", "seen")}


@pytest.mark.parametrize(
    ("kind", "fields", "said"),
    [
        ("single", {"look": "list", **rows("options", {"text": "a", "right": "on"})}, "At least two are needed."),
        ("single", {"look": "list", **rows("options", {"text": "a"}, {"text": "b"})}, "One of them has to be right"),
        ("single", {"look": "list"}, "At least two are needed."),
        (
            "multiple",
            {"scoring": "sum", **rows("options", {"text": "a", "right": "on", "fraction": "30"}, {"text": "b"})},
            "bring 30 % of the points",
        ),
        ("true_false", {}, "At least one is needed."),
        ("gap", {"gap_text": "<p>No gap.</p>"}, "The text has no gap yet."),
        ("gap", {"gap_text": "<p>[[1]]</p>"}, "This field is required."),
        (
            "gap",
            {"gap_text": "<p>{x}</p>", "gaps": ["z9"], "gaps-z9-accepted": "gone"},
            "[[z9]] has to stand in the text once.",
        ),
        ("matching", rows("pairs", {"left": "a", "right": "b"}), "At least two are needed."),
        ("ordering", {"scoring": "place", **rows("steps", {"text": "a"})}, "At least two are needed."),
        ("short", rows("accepted", {"text": "a", "fraction": "50"}), "bring all of the points"),
        ("number", rows("values", {"value": "many"}), "This is not a number."),
        ("number", rows("values", {"value": "1", "tolerance": "-1"}), "At least 0."),
        (
            "calculated",
            {"formula": "a*b", **rows("variables", {"name": "a", "low": "1", "high": "2"})},
            "There is no variable called b.",
        ),
        (
            "calculated",
            {"formula": "1/(a-a)", **rows("variables", {"name": "a", "low": "1", "high": "2"})},
            "It divides by zero.",
        ),
        (
            "calculated",
            {"formula": "a", **rows("variables", {"name": "a", "low": "3", "high": "2"})},
            "below the lowest value",
        ),
        ("essay", {"least_words": "9", "most_words": "3"}, "less than the fewest words"),
        ("file", {"endings": "p/df"}, "is not the ending of a file"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_words(kind, fields, said, send):
    response, uuid = send(kind, fields)

    assert response.status_code == 200 and said in text(response)
    assert not Draft.objects.filter(item__uuid=uuid).exists()


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("essay", {"lines": "10", "least_words": "50", "guidance": "<p>Look for reasons.</p>"}),
        ("file", {"most_files": "2", "endings": "pdf, .docx"}),
        ("passage", {}),
    ],
)
def test_what_a_person_marks_is_written_too(kind, fields, send, place, dolores):
    response, uuid = send(kind, fields)

    assert response.status_code == 302
    body = content_of(place(dolores), uuid).body
    assert body.type == kind
    if kind == "file":
        assert body.endings == ["pdf", "docx"] and body.most_files == 2


def test_options_keep_their_ids_when_their_words_and_order_change(send, place, dolores, get):
    _response, uuid = send("single", SINGLE)
    page = text(get(place(dolores), "quizzes:edit", uuid=uuid))
    changed = {
        "look": "dropdown",
        "options": ["k2", "k1", "new1"],
        **option("k1", "Oslo!", right=True),
        **option("k2", "Bergen <strong>B</strong>", feedback="No & no"),
        **option("new1", "a < b"),
    }

    send("single", {**changed, **hidden(page)}, uuid)

    body = content_of(place(dolores), uuid).body
    assert [(o.id, o.text) for o in body.options] == [
        ("k2", "Bergen <strong>B</strong>"),
        ("k1", "Oslo!"),
        ("new1", "a &lt; b"),
    ]
    assert body.options[0].feedback == "No &amp; no"
    again = text(get(place(dolores), "quizzes:edit", uuid=uuid))
    assert ">\na &lt; b</textarea>" in again and "Bergen &lt;strong&gt;" in again


def test_rows_are_added_moved_and_removed_without_javascript_and_nothing_is_saved(send):
    for do, keys in (
        ("add options", 3),
        ("remove options k1", ["k2"]),
        ("down options k1", ["k2", "k1"]),
        ("up options k1", ["k1", "k2"]),
    ):
        response, uuid = send("single", SINGLE, do=do)
        there = re.findall(r'type="hidden" name="options" value="([a-z0-9]+)"', text(response))
        assert len(there) == keys if isinstance(keys, int) else there == keys
        assert "field-error" not in text(response)
        assert not Draft.objects.filter(item__uuid=uuid).exists()


def test_the_shares_of_right_options_are_together_the_whole(send, place, dolores):
    _response, uuid = send("multiple", WRITTEN["multiple"][0])

    options = content_of(place(dolores), uuid).body.options
    assert sum(one.fraction for one in options) == 1 and options[3].fraction == 0


def test_saving_on_the_way_keeps_a_draft(post, place, dolores):
    here, uuid = place(dolores), uuid4()
    data = {"title": "", **SHARED, **SINGLE, "do": ""}

    response = post(
        here, "quizzes:edit", data, "?kind=question&type=single", {"X-Requested-With": "autosave"}, uuid=uuid
    )

    assert response.status_code == 200
    assert Draft.objects.get(item__uuid=uuid).content["body"]["options"][0]["id"] == "k1"


def test_a_formula_is_tried_out_before_the_eyes_of_its_author(send, place, dolores, get):
    _response, uuid = send("calculated", WRITTEN["calculated"][0])

    assert "a = 3, b = 4" in text(get(place(dolores), "quizzes:edit", uuid=uuid))


def test_a_type_that_does_not_exist_is_not_found(get, place, dolores, amina, autumn):
    assert get(place(dolores), "quizzes:edit", "?kind=question&type=riddle", uuid=uuid4()).status_code == 404
    assert get(place(amina, autumn), "quizzes:edit", "?kind=question&type=single", uuid=uuid4()).status_code == 403


def test_a_picture_may_come_before_the_first_word(place, dolores, client_of):
    from django.core.files.uploadedfile import SimpleUploadedFile

    here, uuid = place(dolores), uuid4()
    png = SimpleUploadedFile("x.png", b"\x89PNG\r\n\x1a\n" + b"0" * 40)
    where = address(here, "quizzes:upload", uuid=uuid)
    for kind in ("gap", "matching", "calculated"):
        response = client_of(dolores).post(f"{where}?kind=question&type={kind}", {"file": png})
        png.seek(0)
        assert response.status_code == 200
        Draft.objects.all().delete()
        uuid = uuid4()
        where = address(here, "quizzes:upload", uuid=uuid)


def test_signs_of_html_in_a_text_are_the_same_after_editing(send, place, dolores, get):
    """What was written as words is no tag when the editor opens it again."""
    _response, uuid = send("single", {**SINGLE, "text": "<p>What does &lt;b&gt; do?</p>"})

    assert "&lt;p&gt;What does &amp;lt;b&amp;gt; do?&lt;/p&gt;" in text(get(place(dolores), "quizzes:edit", uuid=uuid))

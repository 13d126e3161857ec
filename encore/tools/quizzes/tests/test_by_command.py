"""encore import questions."""

import json
from pathlib import Path

import pytest
from django.core.management import call_command

from encore.ledger.models import Plan
from encore.toolkit.models import Draft, Version
from encore.toolkit.scoping import shown_in
from encore.tools.quizzes.formats.reading import FORMATS

SAMPLES = Path(__file__).parents[5] / "shared" / "data" / "questions"
GIFT = "$CATEGORY: Rome\n\n::Rivers:: Which river? {=Tiber ~Po}\n\n::Hills:: How many hills? {#7}\n"
BAD = GIFT + "\n::Broken:: Which? {=Yes ~%5000%No}\n"


@pytest.fixture
def run(ethics, tmp_path, capsys):
    """run(content or path, "--apply") → (exit code, output, errors)."""

    def run(content, *options, course="ETH"):
        path = content if isinstance(content, Path) else tmp_path / "questions.txt"
        if isinstance(content, str):
            path.write_text(content)
        code = 0
        try:
            call_command("import", "questions", str(path), *(["--course", course] if course else []), *options)
        except SystemExit as stop:
            code = stop.code
        out, err = capsys.readouterr()
        return code, out, err

    return run


@pytest.fixture
def questions(place, dolores):
    return lambda here=None: sorted(shown_in(here or place(dolores), kind="question").values_list("title", flat=True))


def test_without_apply_only_the_plan_is_written_and_printed(run, questions):
    code, out, err = run(GIFT)

    assert (code, err) == (0, "")
    assert "add      Rivers\n" in out
    assert out.endswith("2 to add, 0 to change, 0 with nothing to do, 0 refused.\n")
    assert Plan.objects.get().kind == "questions" and questions() == []


def test_apply_publishes_them_at_once(run, questions):
    code, out, _err = run(GIFT, "--apply")

    assert code == 0
    assert out.endswith("2 questions are in the bank now.\n")
    assert questions() == ["Hills", "Rivers"]
    assert run(GIFT, "--apply")[1].endswith("2 with nothing to do, 0 refused.\n0 questions are in the bank now.\n")


def test_a_refused_question_stops_all_unless_it_is_skipped(run, questions):
    code, out, err = run(BAD, "--apply", "--json")
    assert (code, err.startswith("1 question is refused")) == (1, True)
    assert [json.loads(line)["action"] for line in out.splitlines()] == ["add", "add", "refuse"]
    assert questions() == []

    code, _out, err = run(BAD, "--apply", "--skip-refused", "--json")

    assert (code, err) == (1, "2 questions are in the bank now.\n")
    assert questions() == ["Hills", "Rivers"]


def test_in_somebodys_name_with_their_power(run, asif, amina, dolores, questions):
    run(GIFT, "--apply", "--as", "dolores")
    assert set(Version.objects.filter(item__kind="question").values_list("author", flat=True)) == {dolores.pk}

    code, _out, err = run(GIFT.replace("Rivers", "Roads"), "--apply", "--as", "asif")
    assert code == 1 and "Only a teacher of this course can publish" in err
    code, out, _err = run(GIFT.replace("Rivers", "Roads"), "--apply", "--as", "asif", "--drafts")
    assert code == 0 and out.endswith("1 draft is in the bank now.\n")
    assert Draft.objects.get(item__kind="question").author == asif

    assert run(GIFT, "--as", "amina") == (2, "", "Amina Haddad has no role in “ETH”.\n")


def test_below_a_category_that_there_is(run, write, place, dolores):
    write(place(dolores), "Unit 1", kind="question_category")

    assert run(GIFT, "--apply", "--category", "unit 1")[0] == 0
    titles = dict(shown_in(place(dolores)).values_list("title", "parent_id"))
    ids = dict(shown_in(place(dolores)).values_list("title", "pk"))
    assert titles["Rome"] == ids["Unit 1"] and titles["Rivers"] == ids["Rome"]

    code, out, err = run(GIFT, "--category", "Unit 2")
    assert (code, out) == (2, "")
    assert err.endswith("no category “Unit 2”. There are: “Unit 1 / Rome”, “Unit 1”\n")


def test_into_one_session_alone(run, questions, place, dolores, chidi, autumn):
    assert run(GIFT, "--apply", "--session", str(autumn.pk))[0] == 0

    assert questions(place(chidi, autumn)) == ["Hills", "Rivers"]
    assert questions(place(dolores)) == []


@pytest.mark.parametrize(
    ("content", "course", "words"),
    [
        ("", "ETH", "The file is empty."),
        ("Just words.", "ETH", "neither GIFT"),
        (Path("nowhere.txt"), "ETH", "No such file or directory"),
        (GIFT, "LOG", "There is no course “LOG”."),
        (GIFT, "", "Say with --course which course"),
    ],
)
def test_what_cannot_be_used_is_told_on_the_errors_and_exits_with_2(run, content, course, words):
    code, out, err = run(content, "--apply", course=course)

    assert (code, out) == (2, "") and words in err
    assert not Plan.objects.exists()


def test_a_format_may_be_chosen(run):
    assert run("Which?\nA) One\nB) Two\nANSWER: B\n", "--format", "aiken")[0] == 0
    assert "gift" in FORMATS


@pytest.mark.skipif(not SAMPLES.exists(), reason="the sample files are not here")
@pytest.mark.parametrize("name", ["gift-examples.txt", "multichoice.xml", "questions.aiken.txt", "questions.gift.txt"])
def test_real_files_come_in(run, questions, name):
    code, out, _err = run(SAMPLES / name, "--apply", "--skip-refused")

    assert "in the bank now." in out and questions()
    assert code == (0 if ", 0 refused." in out else 1)

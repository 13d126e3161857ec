"""encore import and encore export."""

import json

import pytest
from django.core.management import CommandError, call_command

from encore.ledger.models import Job, Plan
from encore.people.models import Person

PEOPLE = "LastName;FirstName;UserName\nA;Ada;ada\nB;Bea;bea\n"
BAD = "LastName;FirstName;UserName\nA;Ada;ada\nC;;cid\n"


@pytest.fixture
def run(db, tmp_path, capsys):
    """run(content, "--json") → (exit code, output, errors)."""

    def run(content, *options, kind="people"):
        path = tmp_path / "file.csv"
        if content is not None:
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        code = 0
        try:
            call_command("import", kind, str(path), *options)
        except SystemExit as stop:
            code = stop.code
        out, err = capsys.readouterr()
        return code, out, err

    return run


def test_without_apply_only_the_plan_is_written_and_printed(run):
    code, out, err = run(PEOPLE)

    assert (code, err) == (0, "")
    assert "     2  add      Ada A (ada)\n" in out
    assert out.endswith("2 to add, 0 to change, 0 with nothing to do, 0 refused.\n")
    assert Plan.objects.count() == 1
    assert not Person.objects.exists()


def test_as_json_there_is_nothing_but_rows(run):
    code, out, err = run(BAD, "--json")

    assert (code, err) == (1, "")
    assert [json.loads(line) for line in out.splitlines()] == [
        {
            "line": 2,
            "action": "add",
            "subject": "Ada A (ada)",
            "reasons": ["Has no password yet: invite them when you are ready."],
        },
        {
            "line": 3,
            "action": "refuse",
            "subject": "C (cid)",
            "reasons": ["A person needs a first name and a last name."],
        },
    ]


def test_apply_does_it_at_once(run):
    code, out, _err = run(PEOPLE, "--apply")

    assert code == 0
    assert out.endswith("2 added, 0 changed, 0 as they were, 0 skipped.\n")
    assert Person.objects.count() == 2
    assert Job.objects.get().state == "done"


def test_apply_with_a_refused_row_does_nothing(run):
    code, out, err = run(BAD, "--apply", "--json")

    assert code == 1
    assert len(out.splitlines()) == 2
    assert err.startswith("1 row is refused, so nothing is applied.")
    assert not Person.objects.exists()


def test_unless_refused_rows_are_skipped(run):
    code, out, err = run(BAD, "--apply", "--skip-refused", "--json")

    assert code == 1
    assert [json.loads(line)["action"] for line in out.splitlines()] == ["add", "refuse"]
    assert err == "1 added, 0 changed, 0 as they were, 1 skipped.\n"
    assert list(Person.objects.values_list("username", flat=True)) == ["ada"]


@pytest.mark.parametrize("options", [[], ["--json"], ["--apply"]])
@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "The file is empty."),
        ("LastName;FirstName;UserName\n", "there are no rows below"),
        ("LastName;FirstName\nA;Ada\n", "The column UserName is missing."),
        (None, "No such file or directory"),
    ],
)
def test_a_file_that_cannot_be_used_is_told_on_the_errors_and_exits_with_2(run, content, words, options):
    code, out, err = run(content, *options)

    assert (code, out) == (2, "")
    assert words in err
    assert not Plan.objects.exists()


def test_on_duplicate(run, amina):
    content = "LastName;FirstName;UserName\nHaddad;Emina;amina\n"

    refused, updated = run(content)[0], run(content, "--on-duplicate", "update", "--apply")[0]

    amina.refresh_from_db()
    assert (refused, updated, amina.first_name) == (1, 0, "Emina")


def test_as_somebody_it_has_their_power_and_their_name(run, sara):
    content = "LastName;FirstName;UserName;Status\nA;Ada;ada;admin\n"

    assert run(content)[0] == 0
    assert run(content, "--as", "sara")[0] == 1
    assert run(content, "--as", "nobody")[::2] == (2, "Nobody active has the username “nobody”.\n")
    assert Plan.objects.filter(by=sara).count() == 1


def test_who_may_not_bring_files_in_is_told(run, amina):
    code, _out, err = run(PEOPLE, "--as", "amina")

    assert code == 2
    assert "does not permit bringing in files" in err


def test_an_unknown_kind_is_refused(run):
    with pytest.raises(CommandError, match="invalid choice"):
        run(PEOPLE, kind="grades")


def test_the_learners_of_a_session(run, spring, amina):
    code, _out, _err = run("username\namina\n", "--session", str(spring.pk), "--apply", kind="session-people")

    assert code == 0
    assert spring.enrolments.get().person == amina


def test_an_export_says_how_much_it_wrote(amina, tmp_path, capsys):
    path = tmp_path / "people.csv"

    call_command("export", "people", str(path))

    assert capsys.readouterr().out == f"{path}: 1 rows.\n"
    assert list(tmp_path.iterdir()) == [path]


def test_an_export_into_nowhere_says_why(db, tmp_path, capsys):
    with pytest.raises(SystemExit) as stop:
        call_command("export", "people", str(tmp_path / "no" / "people.csv"))

    assert stop.value.code == 2
    assert "No such file or directory" in capsys.readouterr().err

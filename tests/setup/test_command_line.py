"""The command line `encore`, as it is typed."""

import os
import subprocess
import sys

from encore.__main__ import GROUPS, our_commands


def encore(*words, **settings):
    """Run `encore` with no setting but those given."""
    ours = ("ENCORE_", "DJANGO_", "DATABASE_URL")
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    env = {**inherited, **{name: str(value) for name, value in settings.items()}}
    return subprocess.run([sys.executable, "-m", "encore", *words], env=env, capture_output=True, text=True, input="")


def test_help_names_every_command_with_a_description(tmp_path):
    answer = encore("--help", ENCORE_DATA=tmp_path)

    assert answer.returncode == 0
    for name, description in our_commands().items():
        assert description
        assert f"  {name} " in answer.stdout
        assert description in answer.stdout


def test_every_command_has_a_group():
    assert set(our_commands()) == {name for names in GROUPS.values() for name in names}


def test_without_a_key_nothing_starts_and_the_reason_is_said(tmp_path):
    answer = encore("migrate", ENCORE_DATA=tmp_path)

    assert answer.returncode == 1
    assert answer.stderr.startswith(f"encore: Set ENCORE_SECRET_KEY to a long random text, or keep one in {tmp_path}")
    assert "Traceback" not in answer.stderr


def test_a_key_kept_in_the_data_folder_is_enough(tmp_path):
    (tmp_path / "secret-key").write_text("a long random text\n")

    answer = encore(
        "shell", "-v", "0", "-c", "from django.conf import settings; print(settings.SECRET_KEY)", ENCORE_DATA=tmp_path
    )

    assert answer.stdout == "a long random text\n"


def test_decide_needs_neither_key_nor_database(tmp_path):
    answer = encore("decide", ENCORE_DATA=tmp_path / "nowhere")

    assert (answer.returncode, answer.stdout, answer.stderr) == (0, "", "")


def test_a_data_folder_may_have_any_name(tmp_path):
    folder = tmp_path / "données #1 100% ?"
    folder.mkdir()
    (folder / "secret-key").write_text("a long random text\n")

    answer = encore("migrate", "-v", "0", ENCORE_DATA=folder)

    assert answer.returncode == 0, answer.stderr
    assert (folder / "encore.sqlite3").exists()


def test_a_mistyped_command_is_answered_with_the_likely_one(tmp_path):
    answer = encore("decied", ENCORE_DATA=tmp_path, ENCORE_SECRET_KEY="x")

    assert answer.returncode == 1
    assert "Did you mean decide?" in answer.stderr

"""An installation from before the audit log had parts keeps every entry of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections

from encore.ledger.chain import digest_of

PERSON = {
    "uuid": "0123456789abcdef0123456789abcdef",
    "username": "amina",
    "password": "!",
    "created_at": "2026-11-24 09:00:00+00:00",
    "is_active": True,
    "theme": "system",
}
ENTRIES = [
    ("update_person", "person", 1, "Amina Haddad", {"phone": ["", "0123"]}, None),
    ("withdraw", "coursesession", 4, "Spring", {"people": [1, 2], "reason": "moved"}, 4),
    ("change state", "enrolment", 7, "Boris: Spring", {"state": ["active", "suspended"]}, 4),
    ("delete_class", "schoolclass", 3, "Nurses", {"people": [24, 0]}, None),
]


class Old:
    """A database of its own, with what `encore` finds there."""

    def __init__(self, alias: str, env: dict[str, str]) -> None:
        self.alias, self.env = alias, env

    def encore(self, *words: str) -> str:
        done = subprocess.run([sys.executable, "-m", "encore", *words], env=self.env, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def sql(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        with connections[self.alias].cursor() as cursor:
            cursor.execute(sql, values)
            return cursor.fetchall() if cursor.description else []

    def insert(self, table: str, **values: Any) -> None:
        marks = ", ".join(["%s"] * len(values))
        self.sql(f"INSERT INTO {table} ({', '.join(values)}) VALUES ({marks})", *values.values())


@pytest.fixture
def old(tmp_path: Path, django_db_blocker: Any) -> Iterator[Old]:
    """As the version before left it."""
    key = {"ENCORE_SECRET_KEY": "x", "ENCORE_DATA": str(tmp_path), "DJANGO_SETTINGS_MODULE": "encore.config.settings"}
    env = {name: value for name, value in os.environ.items() if not name.startswith("ENCORE_")} | key
    settings = {**connection.settings_dict, "NAME": str(tmp_path / "encore.sqlite3"), "OPTIONS": {}}
    with django_db_blocker.unblock():
        if connection.vendor == "postgresql":
            settings["NAME"] = "before_parts"
            with connections.create_connection("default")._nodb_cursor() as cursor:
                cursor.execute("DROP DATABASE IF EXISTS before_parts")
                cursor.execute("CREATE DATABASE before_parts")
            env["DATABASE_URL"] = env["DATABASE_URL"].rpartition("/")[0] + "/before_parts"
        connections.settings["old"] = settings
        try:
            there = Old("old", env)
            there.encore("migrate", "ledger", "0002", "-v", "0")
            yield there
        finally:
            connections["old"].close()
            del connections["old"], connections.settings["old"]


def test_entries_are_taken_apart_and_nothing_of_them_is_lost(old):
    columns = {name for (name,) in old.sql(COLUMNS[connection.vendor], "people_person")}
    texts = ("first_name", "last_name", "email", "official_code", "phone", "language", "time_zone", "picture")
    noes = ("is_administrator", "is_session_administrator", "is_teacher", "is_hr_manager")
    person = {**PERSON, **dict.fromkeys(texts, ""), **dict.fromkeys(noes, False), "search_text": "", "sort_name": ""}
    for pk in (1, 2):
        extra = {"id": pk, "uuid": f"{pk:032x}", "username": f"p{pk}"}
        old.insert("people_person", **{name: value for name, value in (person | extra).items() if name in columns})
    old.sql("CREATE TABLE courses_enrolment (id bigint, person_id bigint)")
    old.insert("courses_enrolment", id=7, person_id=2)
    for verb, kind, pk, subject, changes, session in ENTRIES:
        old.insert(
            "ledger_auditentry",
            at="2026-11-24 09:00:00+00:00",
            by_id=1,
            verb=verb,
            subject_kind=kind,
            subject_id=pk,
            subject=subject,
            changes=json.dumps(changes),
            course_session_id=session,
        )

    old.encore("migrate", "ledger", "-v", "0")

    rows = old.sql(
        "SELECT verb, digest, salt, subject, changes, search_text FROM ledger_auditentry"
        " JOIN ledger_auditdetail ON entry_id = ledger_auditentry.id ORDER BY ledger_auditentry.id"
    )
    for (verb, _kind, _pk, subject, changes, _session), row in zip(ENTRIES, rows, strict=True):
        stored = json.loads(row[4]) if isinstance(row[4], str) else row[4]
        told = {"subject": subject, "changes": changes, "address": "", "device": "", "search_text": row[5]}
        assert (row[0], row[3], stored) == (verb, subject, changes)
        assert row[1] == digest_of(row[2], told)
    concerned = old.sql("SELECT verb, person_id FROM ledger_auditconcern JOIN ledger_auditentry e ON e.id = entry_id")
    assert sorted(concerned) == [("change state", 2), ("update_person", 1), ("withdraw", 1), ("withdraw", 2)]
    assert "4 entries sealed." in old.encore("audit", "seal")
    assert "Nothing is altered or missing." in old.encore("audit", "verify")


COLUMNS = {
    "sqlite": "SELECT name FROM pragma_table_info(%s)",
    "postgresql": "SELECT column_name FROM information_schema.columns WHERE table_name = %s",
}

"""Triggers that let the database itself refuse to change or delete what stands in the audit log.

They stop programs, mistakes and whoever has a database account that may write rows. Whoever owns the tables can take
them away, so they are no proof: the chain of seals is (docs/decisions).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from encore.ledger.audit import AuditConcern, AuditDetail, AuditEntry, AuditSeal

WORDS = "The audit log is only added to."
FUNCTION = "audit_is_only_added_to"
TABLES = [model._meta.db_table for model in (AuditEntry, AuditDetail, AuditConcern, AuditSeal)]
# What erasing.py does, and nothing else: details once, to nothing, with the entry that says so.
ERASURE = (
    "OLD.erased_by_id IS NULL AND NEW.erased_by_id IS NOT NULL AND NEW.entry_id = OLD.entry_id"
    " AND NEW.salt = '' AND NEW.subject = '' AND NEW.changes = '{}' AND NEW.address = '' AND NEW.device = ''"
    " AND NEW.search_text = ''"
)


def put(connection: Any) -> None:
    """Put up what is not there. A migration on SQLite that makes a table anew loses its triggers, so this is done after
    each `migrate`."""
    _settle(connection)
    with connection.cursor() as cursor:
        for sql in _function(connection):
            cursor.execute(sql)
        there = _there(connection)
        for name, sql in _triggers(connection).items():
            if name not in there:
                cursor.execute(sql)


def lift(connection: Any) -> None:
    """Take all away: for a migration that has to, and for tests, which begin with empty tables."""
    _settle(connection)
    there = _there(connection)
    with connection.cursor() as cursor:
        for name in _triggers(connection):
            if name in there:
                on = f" ON {there[name]}" if connection.vendor == "postgresql" else ""
                cursor.execute(f"DROP TRIGGER {name}{on}")


@contextmanager
def lifted(connection: Any) -> Iterator[None]:
    lift(connection)
    try:
        yield
    finally:
        put(connection)


def missing(connection: Any) -> list[str]:
    """The names of those that should be there and are not, or are switched off."""
    there = _there(connection)
    return [name for name in _triggers(connection) if name not in there]


def _settle(connection: Any) -> None:
    """PostgreSQL touches no trigger of a table whose keys it still means to check at the end of the transaction."""
    if connection.vendor == "postgresql":
        connection.check_constraints()


def _there(connection: Any) -> dict[str, str]:
    """The triggers there are, each with its table."""
    if connection.vendor == "postgresql":
        sql = (
            "SELECT tgname, relname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid"
            " WHERE NOT tgisinternal AND tgenabled <> 'D' AND pg_table_is_visible(pg_class.oid)"
        )
    else:
        sql = "SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger'"
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return dict(cursor.fetchall())


def _triggers(connection: Any) -> dict[str, str]:
    make = _for_postgresql if connection.vendor == "postgresql" else _for_sqlite
    return {name: sql for table in TABLES for name, sql in make(table)}


def _for_postgresql(table: str) -> Iterator[tuple[str, str]]:
    refuse = f"EXECUTE FUNCTION {FUNCTION}()"
    when = f" WHEN (NOT ({ERASURE}))" if table == AuditDetail._meta.db_table else ""
    yield f"{table}_stays", f"CREATE TRIGGER {table}_stays BEFORE DELETE ON {table} FOR EACH ROW {refuse}"
    yield f"{table}_as_it_is", f"CREATE TRIGGER {table}_as_it_is BEFORE UPDATE ON {table} FOR EACH ROW{when} {refuse}"
    yield f"{table}_whole", f"CREATE TRIGGER {table}_whole BEFORE TRUNCATE ON {table} FOR EACH STATEMENT {refuse}"


def _for_sqlite(table: str) -> Iterator[tuple[str, str]]:
    refuse = f"BEGIN SELECT RAISE(ABORT, '{WORDS}'); END"
    when = f" WHEN NOT ({ERASURE})" if table == AuditDetail._meta.db_table else ""
    yield f"{table}_stays", f"CREATE TRIGGER {table}_stays BEFORE DELETE ON {table} {refuse}"
    yield f"{table}_as_it_is", f"CREATE TRIGGER {table}_as_it_is BEFORE UPDATE ON {table}{when} {refuse}"


def _function(connection: Any) -> list[str]:
    if connection.vendor != "postgresql":
        return []
    body = f"BEGIN RAISE EXCEPTION '{WORDS}' USING ERRCODE = 'integrity_constraint_violation'; END"
    return [f"CREATE OR REPLACE FUNCTION {FUNCTION}() RETURNS trigger LANGUAGE plpgsql AS $$ {body} $$"]

"""Rows by the million: straight into the tables, in chunks, past models' save() and signals.

For filling a database with made-up data, where whoever pours also writes what the product would have kept. Keys are
given out here, so that rows can name each other before they are written.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Iterable
from typing import Any

from django.core.management.color import no_style
from django.db import connection, models, transaction
from django.db.models import Max

CHUNK = 20_000
REMEMBERED = 50_000
PLAIN = (models.AutoField, models.IntegerField, models.CharField, models.TextField, models.BooleanField)
Convert = Callable[[Any], Any]


class Table:
    """The rows of one model on their way. `columns`: names of fields in the order in which `add` takes values."""

    def __init__(self, model: type[models.Model], columns: Iterable[str], poured: Pouring) -> None:
        meta = model._meta
        named = [meta.get_field(name) for name in columns]
        others = [field for field in meta.concrete_fields if field not in named and not field.primary_key]
        assert meta.pk is not None
        self.model, self.poured, self.rows = model, poured, list[tuple[Any, ...]]()
        self.fields: list[Any] = [meta.pk, *named, *others]
        self.converts = [(n, self._convert(field)) for n, field in enumerate(self.fields) if not _is_plain(field)]
        self.rest = tuple(field.get_default() for field in others)
        self.next = (model._default_manager.aggregate(last=Max("pk"))["last"] or 0) + 1
        self.count = 0

    def add(self, *values: Any) -> int:
        """Take a row; its key."""
        key = self.next
        self.next += 1
        self.count += 1
        self.rows.append((key, *values, *self.rest))
        self.poured.waiting += 1
        if self.poured.waiting >= CHUNK:
            self.poured.flush()
        return key

    def take(self, row: models.Model) -> int:
        """As `add`, for an instance that names every column; it gets its key."""
        row.pk = self.add(*(getattr(row, field.attname) for field in self.fields[1:]))
        return row.pk

    def write(self) -> None:
        rows, self.rows = self.rows, []
        if rows:
            names = [connection.ops.quote_name(field.column) for field in self.fields]
            _write(self.model._meta.db_table, names, [self._converted(row) for row in rows])

    def _converted(self, row: tuple[Any, ...]) -> tuple[Any, ...]:
        values = list(row)
        for n, convert in self.converts:
            values[n] = convert(values[n])
        return tuple(values)

    @staticmethod
    def _convert(field: Any) -> Convert:
        if isinstance(field, models.JSONField):
            return json.dumps

        def convert(value: Any) -> Any:
            return None if value is None else field.get_db_prep_save(value, connection)

        # The same moment and the same points stand in many rows.
        alike = isinstance(field, models.DateTimeField | models.DecimalField)
        return functools.lru_cache(maxsize=REMEMBERED)(convert) if alike else convert


class Pouring:
    """Tables that are filled together: whenever enough waits, all of it is written in one transaction."""

    def __init__(self, told: Callable[[int], None] = lambda written: None) -> None:
        self.tables: dict[tuple[Any, ...], Table] = {}
        self.waiting = self.written = 0
        self.told = told

    def table(self, model: type[models.Model], *columns: str) -> Table:
        """The table of a model for rows with these columns; without any, for whole instances. Always the same one."""
        if not columns:
            columns = tuple(field.name for field in model._meta.concrete_fields if not field.primary_key)
        key = (model, *columns)
        if key not in self.tables:
            if any(model is other for other, *_columns in self.tables):
                raise ValueError(f"{model.__name__} is poured with other columns already")
            self.tables[key] = Table(model, columns, self)
        return self.tables[key]

    def flush(self) -> None:
        """Write what waits. Keys may point at rows of the same transaction, whatever the order."""
        with transaction.atomic():
            for table in self.tables.values():
                table.write()
        self.written += self.waiting
        self.waiting = 0
        self.told(self.written)

    def finish(self) -> None:
        """Write the rest; let the database give out keys after ours; tell it what the tables are like now."""
        self.flush()
        models_poured = [table.model for table in self.tables.values()]
        with connection.cursor() as cursor:
            for statement in connection.ops.sequence_reset_sql(no_style(), models_poured):
                cursor.execute(statement)
            cursor.execute("ANALYZE")

    def counts(self) -> dict[str, int]:
        return {table.model._meta.model_name or "": table.count for table in self.tables.values()}


def _is_plain(field: Any) -> bool:
    """Whether its values are what the database takes as they are. Keys are whole numbers."""
    return isinstance(field, (*PLAIN, models.ForeignKey)) and not isinstance(field, models.GenericIPAddressField)


def _write(table: str, columns: list[str], rows: list[tuple[Any, ...]]) -> None:
    name, listed = connection.ops.quote_name(table), ", ".join(columns)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.cursor.copy(f"COPY {name} ({listed}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            marks = ", ".join(["%s"] * len(columns))
            cursor.executemany(f"INSERT INTO {name} ({listed}) VALUES ({marks})", rows)  # noqa: S608 - our own names

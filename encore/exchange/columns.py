"""Which columns a kind of file has, under which headings; and the records that a table holds under them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from encore.base.reading.errors import FileRefused
from encore.base.reading.tables import Row, Table, key, unprotect


@dataclass(frozen=True)
class Column:
    """A column, its heading in our own files, and what others call it. `unused`: known, and why it is not read."""

    name: str
    heading: str
    aliases: tuple[str, ...] = ()
    required: bool = False
    unused: str | Promise = ""

    @property
    def keys(self) -> set[str]:
        return {key(text) for text in (self.name, self.heading, *self.aliases)}


@dataclass
class Record:
    """One thing that a file tells, on one line. Only columns that the file has are in `values`."""

    line: int
    values: dict[str, str] = field(default_factory=dict)
    problem: str = ""
    part: str = ""  # in XML, where one file tells of several kinds of things

    def value(self, name: str) -> str:
        return self.values.get(name, "")


def is_known(columns: Sequence[Column], heading: str) -> bool:
    wanted = key(heading)
    return any(wanted in column.keys for column in columns)


def read_records(table: Table, columns: Sequence[Column], *, brackets: bool = False) -> tuple[list[Record], list[str]]:
    """The records of a table, and notes about its columns. Raises FileRefused if columns are missing or doubled.

    `brackets`: a cell may hold separators inside of square brackets without quotation marks, as some programs write it.
    """
    places, notes = _places(table.header, columns)
    width = len(table.header)
    while width and not table.header[width - 1].strip():
        width -= 1
    records = []
    for row in table.rows:
        cells = _joined(row.cells, table.separator) if brackets and len(row.cells) > width else row.cells
        records.append(_record(Row(row.line, cells), places, width))
    return records, notes + _unnamed_notes(table, width)


def _places(header: list[str], columns: Sequence[Column]) -> tuple[dict[int, str], list[str]]:
    """Which column stands in which place; and what to say about the others."""
    by_key = {k: column for column in columns for k in column.keys}
    found: dict[str, int] = {}
    unknown, notes = [], []
    for place, heading in enumerate(header):
        column = by_key.get(key(heading))
        if column is None:
            if heading.strip():
                unknown.append(heading.strip())
        elif column.name in found:
            raise FileRefused(
                _("The column %(heading)s is there twice, as “%(first)s” and as “%(second)s”. Delete one of them.")
                % {
                    "heading": column.heading,
                    "first": header[found[column.name]].strip(),
                    "second": heading.strip(),
                }
            )
        else:
            found[column.name] = place
            if column.unused:
                notes.append(unused_note(column))
    _refuse_doubles(unknown)
    _refuse_missing(columns, found, header)
    if unknown:
        notes.append(
            ngettext(
                "This column is not known and was not read: %(headings)s.",
                "These columns are not known and were not read: %(headings)s.",
                len(unknown),
            )
            % {"headings": ", ".join(unknown)}
        )
    used = {column.name for column in columns if not column.unused}
    return {place: name for name, place in found.items() if name in used}, notes


def unused_note(column: Column) -> str:
    return _("%(heading)s is not used: %(why)s") % {"heading": column.heading, "why": column.unused}


def _unnamed_notes(table: Table, width: int) -> list[str]:
    unnamed = [place for place in range(width) if not table.header[place].strip()]
    return [
        _("Column %(number)d has no heading and was not read.") % {"number": place + 1}
        for place in unnamed
        if any(len(row.cells) > place and row.cells[place].strip() for row in table.rows)
    ]


def _refuse_doubles(unknown: list[str]) -> None:
    seen: dict[str, str] = {}
    for heading in unknown:
        if key(heading) in seen:
            raise FileRefused(_("The column “%(heading)s” is there twice. Delete one of them.") % {"heading": heading})
        seen[key(heading)] = heading


def _refuse_missing(columns: Sequence[Column], found: dict[str, int], header: list[str]) -> None:
    missing = [column.heading for column in columns if column.required and column.name not in found]
    if missing:
        raise FileRefused(
            ngettext(
                "The column %(missing)s is missing. The first line of the file names its columns: %(found)s.",
                "The columns %(missing)s are missing. The first line of the file names its columns: %(found)s.",
                len(missing),
            )
            % {
                "missing": ", ".join(missing),
                "found": ", ".join(heading.strip() for heading in header if heading.strip())[:300],
            }
        )


def _record(row: Row, places: dict[int, str], width: int) -> Record:
    cells = row.cells
    while len(cells) > width and not cells[-1].strip():
        cells = cells[:-1]
    record = Record(
        row.line,
        {name: unprotect(cells[place].strip()) for place, name in places.items() if place < len(cells)},
    )
    if len(cells) != width:
        record.problem = _("This row has %(cells)d cells, the first line of the file has %(width)d.") % {
            "cells": len(cells),
            "width": width,
        }
    return record


def _joined(cells: list[str], separator: str) -> list[str]:
    """Cells that belong together because a square bracket opens in one and closes in a later one."""
    joined: list[str] = []
    for cell in cells:
        if joined and joined[-1].count("[") > joined[-1].count("]"):
            joined[-1] += separator + cell
        else:
            joined.append(cell)
    return joined

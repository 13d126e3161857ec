"""Text to rows: CSV with any of the usual separators. Line numbers are those of the file."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from encore.base.reading.errors import FileRefused

SEPARATORS = {";": "semicolon", ",": "comma", "\t": "tab"}
MOST_ROWS = 100_000
LONGEST_CELL = 4_000_000  # a session with 100,000 user names
csv.field_size_limit(LONGEST_CELL)


# Spreadsheets run what begins with one of these signs, so it is written behind an apostrophe, which reading takes off.
_WRITTEN = re.compile(r"'*[=+\-@\t\r]")
_READ = re.compile(r"'+[=+\-@\t\r]")


def protect(text: str) -> str:
    """The text as it goes into a cell of a file."""
    return "'" + text if _WRITTEN.match(text) else text


def unprotect(text: str) -> str:
    """The text that a cell of a file means."""
    return text[1:] if _READ.match(text) else text


def key(heading: str) -> str:
    """What two ways of writing a heading have in common."""
    return re.sub(r"[\s_\-\ufeff\"'*]", "", heading).casefold()


@dataclass(slots=True)
class Row:
    line: int
    cells: list[str]


@dataclass
class Table:
    """The rows of a file under their headings, as written. `notes` are sentences about the whole file."""

    header: list[str]
    rows: list[Row]
    notes: list[str] = field(default_factory=list)
    separator: str = ""


def read_text(text: str, is_known: Callable[[str], bool]) -> Table:
    """Read CSV. `is_known` tells whether a heading means something: it decides between two possible separators."""
    if text.lower().startswith("sep=") and len(text) > 5 and text[5] in "\r\n":  # what Excel writes for itself
        lines, separator, body = 1, text[4], text[5:].removeprefix("\r").removeprefix("\n")
    else:
        lines, separator, body = 0, "", text
    if not body.strip():
        raise FileRefused(_("The file is empty."))
    separator = separator or _separator(body, is_known)
    rows = _rows(body, separator, lines)
    header = next(rows, None)
    if header is None:  # separators alone
        raise FileRefused(_("The file is empty."))
    table = Table(header.cells, [], separator=separator)
    for row in rows:
        table.rows.append(row)
        if len(table.rows) > MOST_ROWS:
            raise too_many_rows()
    table.notes.append(_separated_note(separator))
    return table


def too_many_rows() -> FileRefused:
    return FileRefused(_("The file has more than %(most)d rows. Split it into several files.") % {"most": MOST_ROWS})


def _separated_note(separator: str) -> str:
    if separator == ";":
        return _("Cells are separated by semicolons.")
    elif separator == ",":
        return _("Cells are separated by commas.")
    elif separator == "\t":
        return _("Cells are separated by tabs.")
    else:
        return _("Cells are separated by “%(sign)s”.") % {"sign": separator}


def _separator(text: str, is_known: Callable[[str], bool]) -> str:
    """The separator that gives the most known headings; else the one that gives the most cells."""

    def worth(separator: str) -> tuple[int, int]:
        try:
            row = next(_rows(text, separator, 0), None)
        except FileRefused:
            return -1, 0
        cells = row.cells if row else []
        return sum(is_known(cell) for cell in cells), len(cells)

    return max(SEPARATORS, key=worth)


def _rows(text: str, separator: str, skipped: int) -> Iterator[Row]:
    """The rows that hold anything, each with the line on which it begins."""
    lines = _Lines(text)
    reader = csv.reader(lines, delimiter=separator)
    line = skipped
    try:
        for cells in reader:
            begins, line = line + 1, skipped + reader.line_num
            if lines.ran_out:
                raise _never_closed(begins)
            if any(cell.strip() for cell in cells):
                yield Row(begins, cells)
    except csv.Error:  # a cell of megabytes
        raise _never_closed(line + 1) from None


class _Lines:
    """The lines of a text. `ran_out`: one more was asked for in the middle of a row, for a closing quotation mark."""

    def __init__(self, text: str) -> None:
        self.lines = io.StringIO(text, newline="")
        self.ran_out = False

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self.lines.readline()
        if line:
            return line
        else:
            self.ran_out = True
            raise StopIteration


def _never_closed(line: int) -> FileRefused:
    return FileRefused(
        _("Line %(line)d: a quotation mark is opened and never closed, so the rest of the file cannot be told apart.")
        % {"line": line}
    )

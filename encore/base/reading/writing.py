"""Rows to CSV and .xlsx, as spreadsheets like them: nothing in a cell that they would run."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import IO

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from encore.base.reading.tables import protect

SEPARATOR = ";"
LONGEST_IN_XLSX = 32_767


class TooLong(Exception):
    """A cell holds more than a workbook can. `row`: how its row begins."""

    def __init__(self, row: str) -> None:
        super().__init__(row)
        self.row = row


def csv_lines(rows: Iterable[Sequence[str]]) -> Iterator[bytes]:
    """UTF-8 with a mark, semicolons; a line at a time."""
    yield b"\xef\xbb\xbf"
    line = io.StringIO(newline="")
    writer = csv.writer(line, delimiter=SEPARATOR, lineterminator="\r\n")
    for row in rows:
        writer.writerow([_safe(cell) for cell in row])
        yield line.getvalue().encode()
        line.seek(0)
        line.truncate()


def write_workbook(rows: Iterable[Sequence[str]], file: IO[bytes]) -> None:
    """The same as a workbook. Raises TooLong if a cell does not fit into one."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Encore")
    for row in rows:
        cells = [ILLEGAL_CHARACTERS_RE.sub("", _safe(cell)) for cell in row]
        if any(len(cell) > LONGEST_IN_XLSX for cell in cells):
            raise TooLong(cells[0][:60])
        sheet.append(cells)
    book.save(file)


def _safe(cell: str) -> str:
    return protect(cell.replace("\0", "").strip())

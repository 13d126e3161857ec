""".xlsx to rows. A workbook is a zip of XML: it is measured before anything unpacks it."""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any, BinaryIO

from django.utils.translation import gettext as _
from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from encore.base.reading.errors import FileRefused
from encore.base.reading.tables import MOST_ROWS, Row, Table, too_many_rows

MOST_ENTRIES = 2_000
MOST_BYTES = 300 * 1024 * 1024  # unpacked
MOST_TIMES = 400  # larger than packed; ordinary sheets unpack to 10 or 20 times
MODEST = 10 * 1024 * 1024  # so much is harmless at any ratio
MOST_COLUMNS = 200
CHUNK = 256 * 1024
FILLED_CELL = re.compile(rb'<(?:\w+:)?c\b[^>]*?\br="([A-Z]{1,3})(\d{1,9})"[^>]*(?<!/)>')


def read_workbook(file: BinaryIO) -> Table:
    """The first visible sheet that holds anything."""
    _measure(file)
    file.seek(0)
    try:
        book = CalamineWorkbook.from_filelike(file)
        sheets = [
            sheet.name
            for sheet in book.sheets_metadata
            if sheet.typ == SheetTypeEnum.WorkSheet and sheet.visible == SheetVisibleEnum.Visible
        ]
        for name in sheets:
            cells = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
            rows = [Row(line, [_text(cell) for cell in row]) for line, row in enumerate(cells, 1) if _is_filled(row)]
            if rows:
                return _table(rows, name, others=len(sheets) - 1)
    except (CalamineError, ValueError, OSError) as error:
        raise FileRefused(
            _("This workbook cannot be read. Open it in your spreadsheet program and save it as .xlsx or CSV again.")
        ) from error
    raise FileRefused(_("The file is empty."))


def _table(rows: list[Row], name: str, others: int) -> Table:
    if len(rows) - 1 > MOST_ROWS:
        raise too_many_rows()
    table = Table(rows[0].cells, rows[1:])
    if others:
        table.notes.append(_("Only the sheet “%(name)s” was read; the others were not.") % {"name": name})
    else:
        table.notes.append(_("The sheet “%(name)s” was read.") % {"name": name})
    return table


def _is_filled(row: list[Any]) -> bool:
    return any(cell != "" for cell in row)


def _text(cell: Any) -> str:
    """A cell as it would stand in a CSV file."""
    if isinstance(cell, str):
        return cell
    elif isinstance(cell, bool):
        return "1" if cell else "0"
    elif isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    elif isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(" ", "seconds")
    elif isinstance(cell, date):
        return cell.isoformat()
    elif isinstance(cell, time):
        return cell.isoformat("seconds")
    elif isinstance(cell, timedelta):
        return str(cell)
    else:
        return str(cell)


def _measure(file: BinaryIO) -> None:
    """Unpack everything once, keeping nothing, to know how large it really is: the zip itself may lie."""
    file.seek(0, 2)
    packed = file.tell()
    try:
        with zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
            names = {entry.filename for entry in entries}
            if len(entries) > MOST_ENTRIES:
                raise _too_large()
            if "xl/workbook.xml" not in names:
                raise FileRefused(
                    _("This is a zip file, but not an Excel workbook (.xlsx). Save the table as .xlsx or CSV.")
                )
            if any(entry.flag_bits & 1 for entry in entries):
                raise FileRefused(_("This workbook is protected by a password. Save it without one."))
            total = 0
            for entry in entries:
                sheet = entry.filename.startswith("xl/worksheets/")
                tail = b""
                for chunk in _unpacked(file, entry):
                    total += len(chunk)
                    if total > MOST_BYTES or (total > MODEST and total > packed * MOST_TIMES):
                        raise _too_large()
                    if sheet:
                        tail = _look_for_far_cells(tail + chunk)
    except (zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError) as error:
        raise FileRefused(_("This workbook is damaged and cannot be opened.")) from error


def _unpacked(file: BinaryIO, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    """The bytes of an entry, as many as there really are: `zipfile` itself would stop at the size the entry claims."""
    file.seek(entry.header_offset)
    name, extra = struct.unpack("<26xHH", file.read(30))
    file.seek(name + extra, 1)
    left = entry.compress_size
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise zipfile.BadZipFile("another compression")
    inflate = zlib.decompressobj(-zlib.MAX_WBITS) if entry.compress_type == zipfile.ZIP_DEFLATED else None
    while left > 0 and (data := file.read(min(CHUNK, left))):
        left -= len(data)
        if inflate is None:
            yield data
        else:
            while data:
                yield inflate.decompress(data, CHUNK)
                data = inflate.unconsumed_tail


def _look_for_far_cells(data: bytes) -> bytes:
    """Refuse a sheet whose corners lie so far apart that the rectangle between them fills the memory.

    Returns the end of `data`, where a cell may have been cut in two.
    """
    for found in FILLED_CELL.finditer(data):
        if int(found[2]) > MOST_ROWS * 2:
            raise too_many_rows()
        if _column(found[1]) > MOST_COLUMNS:
            raise FileRefused(
                _("The sheet has cells to the right of column %(most)d. Delete what does not belong to the table.")
                % {"most": MOST_COLUMNS}
            )
    return data[-200:]


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _too_large() -> FileRefused:
    return FileRefused(
        _(
            "This workbook unpacks to far more than it seems to hold, so it was not opened. Save the table as CSV and "
            "try that."
        )
    )

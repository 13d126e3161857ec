"""Opens what people bring: CSV, .xlsx or XML, told apart by what is in it, not by its name."""

from __future__ import annotations

from collections.abc import Callable
from typing import BinaryIO

from django.conf import settings
from django.utils.translation import gettext as _

from encore.base.reading.decoding import decode
from encore.base.reading.errors import FileRefused
from encore.base.reading.tables import Table, read_text
from encore.base.reading.trees import Tree, read_tree
from encore.base.reading.workbooks import read_workbook

ZIP, OLD_EXCEL, PDF = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"%PDF"


def read_file(file: BinaryIO, is_known: Callable[[str], bool]) -> Table | Tree:
    """The table or tree in a file. Raises FileRefused, in words, before a file that is too large is read at all."""
    file.seek(0, 2)
    size = file.tell()
    if size > settings.UPLOAD_LIMIT:
        raise FileRefused(
            _("The file is larger than %(limit)d MB. Split it into several files.")
            % {"limit": settings.UPLOAD_LIMIT // 1024 // 1024}
        )
    file.seek(0)
    start = file.read(4096)
    file.seek(0)
    if not start.strip(b"\xef\xbb\xbf\xff\xfe \t\r\n"):
        raise FileRefused(_("The file is empty."))
    elif start.startswith(ZIP):
        return read_workbook(file)
    elif start.startswith(OLD_EXCEL):
        raise FileRefused(_("This is an old Excel file (.xls), or one with a password. Save it as .xlsx or CSV."))
    elif start.startswith(PDF):
        raise FileRefused(_("This is a PDF file. Export the table as .xlsx or CSV."))
    elif (plain := _plain(start)).startswith((b"<html", b"<!doctype html", b"<table")):
        raise FileRefused(_("This is a web page, even if it is called a spreadsheet. Save the table as .xlsx or CSV."))
    elif plain.startswith(b"<"):
        return read_tree(file.read())
    else:
        text, encoding = decode(file.read())
        table = read_text(text, is_known)
        table.notes.insert(0, _encoding_note(encoding))
        return table


def _plain(start: bytes) -> bytes:
    """The first letters in lower case, whatever the encoding."""
    return start.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")[:20].lower()


def _encoding_note(encoding: str) -> str:
    if encoding.startswith("UTF"):
        return _("Read as %(encoding)s.") % {"encoding": encoding}
    else:
        return _("Read as %(encoding)s. If accents look wrong below, save the file as “CSV UTF-8” and try again.") % {
            "encoding": encoding
        }

"""Opens a file of questions: which format it is in is told by what is in it, not by its name."""

from __future__ import annotations

import re
from typing import BinaryIO

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from encore.base.reading.decoding import decode
from encore.base.reading.errors import FileRefused
from encore.base.reading.tables import Table, read_text
from encore.base.reading.trees import read_tree
from encore.base.reading.workbooks import read_workbook
from encore.tools.quizzes.formats.aiken import read_aiken
from encore.tools.quizzes.formats.found import Findings
from encore.tools.quizzes.formats.gift import read_gift
from encore.tools.quizzes.formats.moodle_xml import read_moodle_xml
from encore.tools.quizzes.formats.sheet import is_known, is_sheet, read_sheet

FORMATS: dict[str, str | Promise] = {
    "gift": gettext_lazy("GIFT"),
    "aiken": gettext_lazy("Aiken"),
    "xml": gettext_lazy("Moodle XML"),
    "sheet": gettext_lazy("Spreadsheet"),
}
MOST_QUESTIONS = 5_000
ZIP, PACKED, OLD_OFFICE, PDF = b"PK\x03\x04", b"\x1f\x8b", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"%PDF"
_ANSWER = re.compile(r"^\s*ANSWER:\s*[A-Z]\s*$", re.M | re.I)


def read_questions(file: BinaryIO, format: str = "") -> tuple[Findings, str]:
    """What is in a file, and the format it was read in: the one named, or the one it looks like.

    Raises FileRefused, in words, for what is no such file at all.
    """
    data = _bytes(file)
    if data.startswith(ZIP):
        file.seek(0)
        found, format = _sheet(read_workbook(file), format), "sheet"
    elif _plain(data).startswith((b"<?xml", b"<quiz")) or (format == "xml" and _plain(data).startswith(b"<")):
        _must_be("xml", format)
        found, format = read_moodle_xml(read_tree(data)), "xml"
    else:
        found, format = _text(data, format)
    if len(found.questions) > MOST_QUESTIONS:
        raise FileRefused(
            _("The file has %(count)d questions; at most %(most)d are brought in at once. Split it into several files.")
            % {"count": len(found.questions), "most": MOST_QUESTIONS}
        )
    if not found.questions and not found.refused:
        raise FileRefused(_("Read as %(format)s, there is no question in this file.") % {"format": FORMATS[format]})
    return found, format


def _bytes(file: BinaryIO) -> bytes:
    """All of the file, unless what it begins with says that nothing can be made of it."""
    file.seek(0, 2)
    if file.tell() > settings.UPLOAD_LIMIT:
        raise FileRefused(
            _("The file is larger than %(limit)d MB. Split it into several files.")
            % {"limit": settings.UPLOAD_LIMIT // 1024 // 1024}
        )
    file.seek(0)
    data = file.read()
    if not _plain(data):
        raise FileRefused(_("The file is empty."))
    elif data.startswith(PACKED):
        raise FileRefused(_("This is a packed file, such as a backup. Unpack it, or export the questions alone."))
    elif data.startswith(OLD_OFFICE):
        raise FileRefused(_("This is an old Office file (.xls, .doc), or has a password. Save it as .xlsx or text."))
    elif data.startswith(PDF):
        raise FileRefused(_("This is a PDF file. It holds no questions that can be read."))
    elif _plain(data).startswith((b"<html", b"<!doctype html")):
        raise FileRefused(_("This is a web page, not a file of questions. Perhaps you saved a sign-in page."))
    return data


def _plain(data: bytes) -> bytes:
    """The first letters in lower case, whatever the encoding."""
    return data[:200].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")[:20].lower()


def _must_be(found: str, chosen: str) -> None:
    if chosen and chosen != found:
        raise FileRefused(
            _("You chose %(chosen)s, but this file is %(found)s.")
            % {"chosen": FORMATS[chosen], "found": FORMATS[found]}
        )


def _sheet(table: Table, chosen: str) -> Findings:
    _must_be("sheet", chosen)
    return read_sheet(table)


def _text(data: bytes, format: str) -> tuple[Findings, str]:
    text, encoding = decode(data)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    format = format or _looks_like(text)
    if format == "xml":
        raise FileRefused(_("This is no XML: it does not begin with “<”."))
    elif format == "sheet":
        found = read_sheet(read_text(text, is_known))
    else:
        found = read_aiken(text) if format == "aiken" else read_gift(text)
    found.notes.insert(0, _read_as(format, encoding))
    return found, format


def _looks_like(text: str) -> str:
    """By what only one of them has; where there is nothing of the kind, FileRefused."""
    if is_sheet(text):
        return "sheet"
    answers, braces = len(_ANSWER.findall(text)), len(re.findall(r"(?<!\\)\{", text))
    if answers > braces:
        return "aiken"
    elif braces or "$CATEGORY:" in text:
        return "gift"
    raise FileRefused(
        _(
            "This is text, but neither GIFT (answers in braces), nor Aiken (a line ANSWER: after each question), nor a "
            "table with the columns of questions. If it is one of them all the same, choose which."
        )
    )


def _read_as(format: str, encoding: str) -> str:
    facts = {"format": FORMATS[format], "encoding": encoding}
    if encoding.startswith("UTF"):
        return _("Read as %(format)s, in %(encoding)s.") % facts
    else:
        return _("Read as %(format)s, in %(encoding)s. If accents look wrong below, save the file as UTF-8.") % facts

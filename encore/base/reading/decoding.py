"""Bytes to text: which encoding a file is in."""

from __future__ import annotations

import codecs

from django.utils.translation import gettext as _

from encore.base.reading.errors import FileRefused

MARKS = [
    (codecs.BOM_UTF8, "utf-8-sig", "UTF-8"),
    (codecs.BOM_UTF32_LE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF32_BE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF16_LE, "utf-16", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "UTF-16"),
]


def decode(data: bytes) -> tuple[str, str]:
    """The text and the name of the encoding it was read in. Raises FileRefused if it is no text.

    The order is fixed, so that a file is read the same way every time: a byte order mark is believed; UTF-16 shows by
    its zero bytes; what is valid UTF-8 is UTF-8; the rest is Windows-1252, of which ISO-8859-1 is a part.
    """
    for mark, codec, name in MARKS:
        if data.startswith(mark):
            return _strictly(data, codec, name), name
    if guess := _unmarked_utf16(data):
        return _strictly(data, guess, "UTF-16"), "UTF-16"
    if 0 in data:
        line = data.count(b"\n", 0, data.index(0)) + 1
        raise FileRefused(
            _(
                "Line %(line)d holds a NUL character, so this is not a text file, or it is damaged. Save it again as "
                "text, or a table as CSV or .xlsx."
            )
            % {"line": line}
        )
    try:
        return data.decode("utf-8"), "UTF-8"
    except UnicodeDecodeError as error:
        _refuse_broken_utf8(data, error.start)
        return _western(data)


def _strictly(data: bytes, codec: str, name: str) -> str:
    try:
        text = data.decode(codec)
    except UnicodeDecodeError as error:
        raise FileRefused(
            _("The file says that it is in %(encoding)s, but it is not: byte %(byte)d cannot be read.")
            % {"encoding": name, "byte": error.start}
        ) from None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise FileRefused(_("Line %(line)d holds a NUL character: the file is damaged.") % {"line": line})
    return text


def _unmarked_utf16(data: bytes) -> str | None:
    """UTF-16 without a mark: of Latin letters every second byte is zero."""
    start = data[:2000]
    if len(start) < 4 or len(data) % 2:
        return None
    even, odd = start[0::2].count(0), start[1::2].count(0)
    if odd > len(start) * 0.3 and not even:
        return "utf-16-le"
    elif even > len(start) * 0.3 and not odd:
        return "utf-16-be"
    else:
        return None


def _refuse_broken_utf8(data: bytes, where: int) -> None:
    """Refuse what is UTF-8 but for a few bytes: read as anything else, every accent in it would be wrong."""
    text = data.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    if sum(letter > "\x7f" for letter in text) - broken > broken:
        raise FileRefused(
            _("Line %(line)d holds letters that are not UTF-8, as the rest is. Save the file again as UTF-8.")
            % {"line": data.count(b"\n", 0, where) + 1}
        )


def _western(data: bytes) -> tuple[str, str]:
    if any(0x80 <= byte <= 0x9F for byte in set(data)):
        try:
            return data.decode("cp1252"), "Windows-1252"
        except UnicodeDecodeError:
            raise FileRefused(
                _("The file is in an encoding that we cannot tell. Save it as UTF-8 and try again.")
            ) from None
    else:
        return data.decode("latin-1"), "ISO-8859-1"

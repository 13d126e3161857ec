"""Numbers as people write them."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?", re.I)


def number_in(text: str) -> Decimal | None:
    """The number somebody wrote, with a point or a comma, spaces or the other sign between thousands; None if none."""
    text = re.sub(r"[\s\u00a0\u202f'’]", "", text).replace("−", "-").replace("×10^", "e").replace("*10^", "e")
    if "," in text and "." in text:
        thousands = "," if text.rindex(".") > text.rindex(",") else "."
        text = text.replace(thousands, "")
    text = text.replace(",", ".")
    if not _NUMBER.fullmatch(text):
        return None
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def plain(number: Decimal) -> str:
    """Without zeros at the end and without an exponent."""
    text = format(number.normalize(), "f")
    return "0" if text in ("-0", "") else text

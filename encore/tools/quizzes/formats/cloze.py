r"""Texts with gaps in Moodle XML: {1:SHORTANSWER:=right~%50%half#comment}, and [[1]] with words to choose for it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from encore.base.html import plain_text
from encore.base.reading.trees import Node
from encore.tools.quizzes.content import Gap
from encore.tools.quizzes.formats.found import NotTaken, as_share, rich
from encore.tools.quizzes.formats.moodle_text import Texts
from encore.tools.quizzes.questions.numerals import number_in, plain

WAYS = ("V", "H", "S", "VS", "HS")
WRITTEN = {"SHORTANSWER": False, "SA": False, "MW": False, "SHORTANSWER_C": True, "SAC": True, "MWC": True}
CHOSEN = {"MULTICHOICE", "MC"} | {f"MULTICHOICE_{way}" for way in WAYS} | {f"MC{way}" for way in WAYS}
NUMBERS = {"NUMERICAL", "NM"}
_GAP = re.compile(r"\{(\d*):([A-Z_]+):((?:[^}\\]|\\.)*)\}", re.S)
_PIECE = re.compile(r"((?:[^~\\]|\\.)*)(?:~|$)", re.S)
_NUMBERED = re.compile(r"\[\[(\d{1,3})\]\]")
_PERCENT = re.compile(r"^(?:%(-?\d+(?:\.\d+)?)%|(=))?")
_ESCAPED = re.compile(r'\\([~=#{}"/\\])')


@dataclass
class Piece:
    """One answer of a gap."""

    text: str
    share: Decimal
    feedback: str


def read_cloze(node: Node, texts: Texts) -> dict[str, Any]:
    raw, form = texts.inside()
    gaps: list[dict[str, Any]] = []
    cases = set[bool]()

    def gap(match: re.Match[str]) -> str:
        kind, key = match[2], f"g{len(gaps) + 1}"
        if kind in WRITTEN:
            cases.add(WRITTEN[kind])
        gaps.append({"id": key, "weight": Decimal(match[1] or "1"), **_gap(kind, match[3], texts)})
        return f"[[{key}]]"

    text = _GAP.sub(gap, raw)
    if not gaps:
        raise NotTaken(_("There are no gaps in the text."))
    if len(cases) > 1:
        texts.say(_("Capital letters count in all of its gaps: they can do so in all or in none."))
    return {"type": "gap", "text": rich(text, form), "gaps": gaps, "match_case": True in cases}


def read_words_to_choose(node: Node, texts: Texts) -> dict[str, Any]:
    """Each [[n]] is the n-th word; to choose from are those of its group."""
    words = [
        (plain_text(rich(texts.as_typed(one), "html")), one.value("group") or "1")
        for one in node.all("selectoption", "dragbox")
    ]
    raw, form = texts.inside()
    gaps: list[dict[str, Any]] = []

    def gap(match: re.Match[str]) -> str:
        place = int(match[1]) - 1
        if not 0 <= place < len(words):
            raise NotTaken(_("There is no word for [[%(number)s]].") % {"number": match[1]})
        right, group = words[place]
        choices = list(dict.fromkeys(word for word, its in words if its == group))
        gaps.append({"id": f"g{len(gaps) + 1}", "accepted": [{"text": _literally(right)}], "choices": choices})
        return f"[[g{len(gaps)}]]"

    text = _NUMBERED.sub(gap, raw)
    if not gaps:
        raise NotTaken(_("There are no gaps in the text."))
    return {"type": "gap", "text": rich(text, form), "gaps": gaps}


def _gap(kind: str, inside: str, texts: Texts) -> dict[str, Any]:
    pieces = list(_pieces(inside, texts))
    if kind in CHOSEN:
        told = [piece for piece in pieces if piece.share or piece.feedback]
        accepted = [_accepted(piece, _literally(piece.text)) for piece in told]
        return {"accepted": accepted, "choices": [piece.text for piece in pieces]}
    elif kind in NUMBERS:
        return {"accepted": [_numeric(piece, texts) for piece in pieces if piece.text != "*"]}
    elif kind in WRITTEN:
        return {"accepted": [_accepted(piece, piece.text) for piece in pieces]}
    else:
        raise NotTaken(_("Gaps of the type %(type)s are not known here.") % {"type": kind})


def _accepted(piece: Piece, text: str) -> dict[str, Any]:
    return {"text": text, "fraction": piece.share, "feedback": piece.feedback}


def _numeric(piece: Piece, texts: Texts) -> dict[str, Any]:
    """A number, taken give or take what stands after the colon."""
    text, _colon, margin = piece.text.partition(":")
    value, tolerance = number_in(text), number_in(margin or "0")
    if value is None or tolerance is None:
        raise NotTaken(_("“%(text)s” is no number.") % {"text": piece.text[:40]})
    return {**_accepted(piece, plain(value)), "tolerance": abs(tolerance)}


def _pieces(inside: str, texts: Texts) -> Iterator[Piece]:
    for match in _PIECE.finditer(inside):
        if not match[1].strip():
            continue
        answer, _sign, feedback = _halves(match[1].strip())
        found = _PERCENT.match(answer)
        assert found is not None
        share = as_share(found[1]) if found[1] else Decimal(bool(found[2]))
        text = plain_text(rich(_bare(answer[found.end() :]), "html"))
        if text:
            yield Piece(text, share, texts.rich(_bare(feedback.strip())))


def _halves(text: str) -> tuple[str, str, str]:
    """The answer and what is said to it; the # of an entity such as &#39; parts nothing."""
    parts = re.split(r"(?<![\\&])#", text, maxsplit=1)
    return (parts[0], "#", parts[1]) if len(parts) > 1 else (text, "", "")


def _bare(text: str) -> str:
    return _ESCAPED.sub(r"\1", text)


def _literally(text: str) -> str:
    """A word that is chosen: its stars stand for stars."""
    return text.replace("*", "\\*")


# Written


def written_gaps(text: str, gaps: Sequence[Gap], *, match_case: bool) -> str:
    if _GAP.search(text):
        raise NotTaken(_("Its text holds braces that Moodle would take for a gap."))
    for gap, weight in zip(gaps, _weights(gaps), strict=True):
        text = text.replace(f"[[{gap.id}]]", f"{{{weight}:{_written(gap, match_case)}}}")
    return text


def _weights(gaps: Sequence[Gap]) -> list[str]:
    """Whole numbers of the same proportions, since Moodle has no others."""
    places = max(0, *(-int(gap.weight.normalize().as_tuple().exponent) for gap in gaps))
    return [plain(gap.weight.scaleb(places)) for gap in gaps]


def _written(gap: Gap, match_case: bool) -> str:
    if gap.choices:
        right = {one.text.replace("\\*", "*"): one for one in gap.accepted}
        return "MULTICHOICE:" + "~".join(_piece(choice, right.get(choice)) for choice in gap.choices)
    margins = [one.tolerance for one in gap.accepted if one.tolerance is not None]
    if margins:
        if len(margins) < len(gap.accepted):
            raise NotTaken(_("A gap takes either numbers or words in Moodle."))
        rows = zip(gap.accepted, margins, strict=True)
        return "NUMERICAL:" + "~".join(_piece(f"{one.text}:{plain(margin)}", one) for one, margin in rows)
    kind = "SHORTANSWER_C" if match_case else "SHORTANSWER"
    return f"{kind}:" + "~".join(_piece(one.text, one) for one in gap.accepted)


def _piece(text: str, one: Any) -> str:
    sign = "" if one is None else "=" if one.fraction == 1 else f"%{plain(one.fraction * 100)}%"
    comment = f"#{_escaped(one.feedback)}" if one is not None and one.feedback else ""
    return f"{sign}{_escaped(_entities(text))}{comment}"


def _entities(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _escaped(text: str) -> str:
    return re.sub(r"([\\~=#{}])", r"\\\1", text)

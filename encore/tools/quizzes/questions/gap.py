"""A text with gaps, to write into or to choose for."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from encore.tools.quizzes.content import Gap, GapText
from encore.tools.quizzes.questions.base import (
    NONE,
    Drawn,
    Marked,
    QuestionType,
    Response,
    Sent,
    bounded,
    fitting,
    squeezed,
)

LONGEST = 500
_GAP = re.compile(r"\[\[([a-z0-9]{1,12})\]\]")


class Gaps(QuestionType[GapText]):
    name = "gap"
    label = _("Gap text")
    icon = "text-cursor-input"
    about = _("A text with gaps, each written or chosen.")
    body = GapText

    def ask(self, body: GapText, drawn: Drawn, text: str) -> dict[str, Any]:
        return {"text": text, "pieces": pieces(body)}

    def read(self, body: GapText, drawn: Drawn, sent: Sent) -> Response:
        given = {gap.id: squeezed(sent.one(gap.id))[:LONGEST] for gap in body.gaps}
        gaps = {gap.id: given[gap.id] for gap in body.gaps if given[gap.id] and _possible(gap, given[gap.id])}
        return {"gaps": gaps} if gaps else {}

    def is_complete(self, body: GapText, response: Response) -> bool:
        return len(response.get("gaps", ())) == len(body.gaps)

    def mark(self, body: GapText, drawn: Drawn, response: Response, *, negative: bool) -> Marked:
        given = response.get("gaps", {})
        parts, said, total = {}, [], NONE
        for gap in body.gaps:
            if gap.id in given:
                hit = fitting(given[gap.id], gap.accepted, match_case=body.match_case)
                parts[gap.id] = hit.fraction if hit else NONE
                total += parts[gap.id] * gap.weight
                said += [hit.feedback] if hit and hit.feedback else []
        return Marked(bounded(total / sum((g.weight for g in body.gaps), Decimal(0)), negative=negative), parts, said)

    def words(self, body: GapText, drawn: Drawn, response: Response) -> str:
        given = response.get("gaps", {})
        return "; ".join(given.get(gap.id, "–") for gap in body.gaps) if given else ""

    def key(self, body: GapText, drawn: Drawn) -> str:
        return "; ".join(max(gap.accepted, key=lambda one: one.fraction).text for gap in body.gaps)


def pieces(body: GapText) -> list[tuple[str, Gap | None]]:
    """The text cut at its gaps: what stands before each gap (HTML), and the gap; the last piece has none."""
    gaps = {gap.id: gap for gap in body.gaps}
    cut: list[tuple[str, Gap | None]] = []
    place = 0
    for match in _GAP.finditer(body.text):
        if match[1] in gaps:
            cut.append((body.text[place : match.start()], gaps[match[1]]))
            place = match.end()
    return [*cut, (body.text[place:], None)]


def _possible(gap: Gap, given: str) -> bool:
    return not gap.choices or given in {squeezed(choice) for choice in gap.choices}

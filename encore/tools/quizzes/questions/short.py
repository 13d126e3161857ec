"""A few words."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from encore.tools.quizzes.content import Short
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

LONGEST = 1000


class ShortText(QuestionType[Short]):
    name = "short"
    label = _("Short text")
    icon = "type"
    about = _("A word or a few, compared with what is accepted.")
    body = Short

    def ask(self, body: Short, drawn: Drawn, text: str) -> dict[str, Any]:
        return {"text": text, "longest": LONGEST}

    def read(self, body: Short, drawn: Drawn, sent: Sent) -> Response:
        given = squeezed(sent.one())[:LONGEST]
        return {"text": given} if given else {}

    def mark(self, body: Short, drawn: Drawn, response: Response, *, negative: bool) -> Marked:
        if not response.get("text"):
            return Marked(NONE)
        hit = fitting(response["text"], body.accepted, match_case=body.match_case)
        if hit is None:
            return Marked(NONE)
        return Marked(bounded(hit.fraction, negative=negative), {}, [hit.feedback] if hit.feedback else [])

    def words(self, body: Short, drawn: Drawn, response: Response) -> str:
        return str(response.get("text", ""))

    def key(self, body: Short, drawn: Drawn) -> str:
        return max(body.accepted, key=lambda one: one.fraction).text

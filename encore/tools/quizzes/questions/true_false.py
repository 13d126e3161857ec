"""A series of statements, each true or false."""

from __future__ import annotations

from decimal import Decimal
from random import Random
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from encore.tools.quizzes.content import TrueFalse
from encore.tools.quizzes.questions.base import (
    ALL,
    NONE,
    Drawn,
    Marked,
    QuestionType,
    Response,
    Sent,
    bounded,
    in_order,
    in_words,
    shuffled,
)


class Statements(QuestionType[TrueFalse]):
    name = "true_false"
    label = gettext_lazy("True or false")
    icon = "list-checks"
    about = gettext_lazy("One statement or a series of them, each true or false.")
    body = TrueFalse

    def draw(self, body: TrueFalse, rng: Random, *, shuffle: bool) -> Drawn:
        keys = [statement.id for statement in body.statements]
        return {"order": shuffled(keys, rng) if shuffle and body.shuffle else keys}

    def ask(self, body: TrueFalse, drawn: Drawn, text: str) -> dict[str, Any]:
        by_id = {statement.id: statement for statement in body.statements}
        return {"text": text, "statements": [by_id[key] for key in in_order(by_id, drawn)]}

    def read(self, body: TrueFalse, drawn: Drawn, sent: Sent) -> Response:
        given = {s.id: sent.one(s.id) for s in body.statements}
        marks = {key: value == "true" for key, value in given.items() if value in ("true", "false")}
        return {"marks": marks} if marks else {}

    def is_complete(self, body: TrueFalse, response: Response) -> bool:
        return len(response.get("marks", ())) == len(body.statements)

    def mark(self, body: TrueFalse, drawn: Drawn, response: Response, *, negative: bool) -> Marked:
        marks = response.get("marks", {})
        parts = {s.id: (ALL if marks[s.id] == s.is_true else -body.penalty) for s in body.statements if s.id in marks}
        share = sum(parts.values(), Decimal(0)) / len(body.statements) if parts else NONE
        said = [s.praise if parts[s.id] == ALL else s.feedback for s in body.statements if s.id in parts]
        return Marked(bounded(share, negative=negative), parts, [words for words in said if words])

    def words(self, body: TrueFalse, drawn: Drawn, response: Response) -> str:
        return self._words(body, response.get("marks", {}))

    def key(self, body: TrueFalse, drawn: Drawn) -> str:
        return self._words(body, {s.id: s.is_true for s in body.statements})

    def _words(self, body: TrueFalse, marks: dict[str, bool]) -> str:
        truth = {True: _("true"), False: _("false")}
        given = [(in_words(s.text), truth[marks[s.id]]) for s in body.statements if s.id in marks]
        return (
            given[0][1] if len(body.statements) == 1 and given else "; ".join(f"{text}: {is_}" for text, is_ in given)
        )

"""To each left part belongs a right one."""

from __future__ import annotations

from decimal import Decimal
from random import Random
from typing import Any

from django.utils.translation import gettext_lazy as _

from encore.tools.quizzes.content import Matching
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
    squeezed,
)


class Pairs(QuestionType[Matching]):
    name = "matching"
    label = _("Matching")
    icon = "arrow-left-right"
    about = _("To each of several parts belongs another.")
    body = Matching

    def draw(self, body: Matching, rng: Random, *, shuffle: bool) -> Drawn:
        keys = [pair.id for pair in body.pairs]
        lefts = shuffled(keys, rng) if shuffle and body.shuffle else keys
        # Right parts stand in an order of their own in any case: in the order of the lefts they would tell all.
        return {"order": lefts, "rights": shuffled(_rights(body), rng)}

    def ask(self, body: Matching, drawn: Drawn, text: str) -> dict[str, Any]:
        by_id = {pair.id: pair for pair in body.pairs}
        rights = in_order(_rights(body), drawn, "rights")
        return {"text": text, "pairs": [by_id[key] for key in in_order(by_id, drawn)], "rights": rights}

    def read(self, body: Matching, drawn: Drawn, sent: Sent) -> Response:
        rights = set(_rights(body))
        given = {pair.id: squeezed(sent.one(pair.id)) for pair in body.pairs}
        pairs = {key: right for key, right in given.items() if right in rights}
        return {"pairs": pairs} if pairs else {}

    def is_complete(self, body: Matching, response: Response) -> bool:
        return len(response.get("pairs", ())) == len(body.pairs)

    def mark(self, body: Matching, drawn: Drawn, response: Response, *, negative: bool) -> Marked:
        given = response.get("pairs", {})
        parts = {
            pair.id: (ALL if given[pair.id] == squeezed(pair.right) else NONE)
            for pair in body.pairs
            if pair.id in given
        }
        return Marked(bounded(sum(parts.values(), Decimal(0)) / len(body.pairs), negative=negative), parts)

    def words(self, body: Matching, drawn: Drawn, response: Response) -> str:
        given = response.get("pairs", {})
        return "; ".join(f"{in_words(pair.left)} → {given[pair.id]}" for pair in body.pairs if pair.id in given)

    def key(self, body: Matching, drawn: Drawn) -> str:
        return "; ".join(f"{in_words(pair.left)} → {squeezed(pair.right)}" for pair in body.pairs)


def _rights(body: Matching) -> list[str]:
    """The right parts, each once, as they are sent."""
    return list(dict.fromkeys(squeezed(text) for text in (*(pair.right for pair in body.pairs), *body.others)))

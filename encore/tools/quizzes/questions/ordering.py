"""Steps to be put in order."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise
from random import Random
from typing import Any

from django.utils.translation import gettext_lazy as _

from encore.tools.quizzes.content import Ordering
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


class Steps(QuestionType[Ordering]):
    name = "ordering"
    label = _("Ordering")
    icon = "list-ordered"
    about = _("Several steps to be put in order.")
    body = Ordering

    def draw(self, body: Ordering, rng: Random, *, shuffle: bool) -> Drawn:
        """Always mixed, and never as it should be."""
        right = [step.id for step in body.steps]
        mixed = shuffled(right, rng)
        return {"order": mixed if mixed != right else [*right[1:], right[0]]}

    def ask(self, body: Ordering, drawn: Drawn, text: str) -> dict[str, Any]:
        by_id = {step.id: step for step in body.steps}
        return {"text": text, "steps": [by_id[key] for key in in_order(by_id, drawn)], "count": len(by_id)}

    def read(self, body: Ordering, drawn: Drawn, sent: Sent) -> Response:
        """Either the ids in order, or for each step the place it was given (1 is the first)."""
        keys = {step.id for step in body.steps}
        if order := [key for key in sent.several() if key in keys]:
            return {"order": list(dict.fromkeys(order))} if set(order) == keys else {}
        places = {key: int(sent.one(key)) for key in keys if sent.one(key).isascii() and sent.one(key).isdigit()}
        if set(places) == keys and len(set(places.values())) == len(keys):
            return {"order": sorted(places, key=lambda key: places[key])}
        else:
            return {}

    def mark(self, body: Ordering, drawn: Drawn, response: Response, *, negative: bool) -> Marked:
        right = [step.id for step in body.steps]
        given = [key for key in response.get("order", ()) if key in right]
        if not given:
            return Marked(NONE)
        in_place = {key: (ALL if key == wanted else NONE) for key, wanted in zip(given, right, strict=False)}
        if body.scoring == "all_or_nothing":
            share = ALL if given == right else NONE
        elif body.scoring == "neighbours":
            follow = set(pairwise(right))
            share = Decimal(sum(pair in follow for pair in pairwise(given))) / (len(right) - 1)
        else:
            share = sum(in_place.values(), Decimal(0)) / len(right)
        return Marked(bounded(share, negative=negative), in_place)

    def words(self, body: Ordering, drawn: Drawn, response: Response) -> str:
        by_id = {step.id: in_words(step.text) for step in body.steps}
        return " → ".join(by_id[key] for key in response.get("order", ()) if key in by_id)

    def key(self, body: Ordering, drawn: Drawn) -> str:
        return " → ".join(in_words(step.text) for step in body.steps)

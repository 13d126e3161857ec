"""Choosing among options: one of several, any number of several."""

from __future__ import annotations

from decimal import Decimal
from random import Random
from typing import Any

from django.utils.translation import gettext_lazy as _

from encore.tools.quizzes.content import Multiple, Option, Single
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


def _draw(body: Single | Multiple, rng: Random, shuffle: bool) -> Drawn:
    keys = [option.id for option in body.options]
    return {"order": shuffled(keys, rng) if shuffle and body.shuffle else keys}


def _options(body: Single | Multiple, drawn: Drawn) -> list[Option]:
    by_id = {option.id: option for option in body.options}
    return [by_id[key] for key in in_order(by_id, drawn)]


class OneOfSeveral(QuestionType[Single]):
    name = "single"
    label = _("Single choice")
    icon = "circle-dot"
    about = _("One of several answers, as a list or a drop-down.")
    body = Single

    def draw(self, body: Single, rng: Random, *, shuffle: bool) -> Drawn:
        return _draw(body, rng, shuffle)

    def ask(self, body: Single, drawn: Drawn, text: str) -> dict[str, Any]:
        options = _options(body, drawn)
        return {"text": text, "options": options, "plain": [(o.id, in_words(o.text)) for o in options]}

    def read(self, body: Single, drawn: Drawn, sent: Sent) -> Response:
        chosen = sent.one()
        return {"choice": chosen} if chosen in {option.id for option in body.options} else {}

    def mark(self, body: Single, drawn: Drawn, response: Response, *, negative: bool) -> Marked:
        chosen = next((option for option in body.options if option.id == response.get("choice")), None)
        if chosen is None:
            return Marked(NONE)
        share = bounded(chosen.fraction, negative=negative)
        return Marked(share, {chosen.id: share}, [chosen.feedback] if chosen.feedback else [])

    def words(self, body: Single, drawn: Drawn, response: Response) -> str:
        return next((in_words(o.text) for o in body.options if o.id == response.get("choice")), "")

    def key(self, body: Single, drawn: Drawn) -> str:
        return in_words(max(body.options, key=lambda option: option.fraction).text)


class SomeOfSeveral(QuestionType[Multiple]):
    name = "multiple"
    label = _("Multiple choice")
    icon = "square-check"
    about = _("Any number of several answers.")
    body = Multiple

    def draw(self, body: Multiple, rng: Random, *, shuffle: bool) -> Drawn:
        return _draw(body, rng, shuffle)

    def ask(self, body: Multiple, drawn: Drawn, text: str) -> dict[str, Any]:
        return {"text": text, "options": _options(body, drawn)}

    def read(self, body: Multiple, drawn: Drawn, sent: Sent) -> Response:
        sent_ids = set(sent.several())
        chosen = [option.id for option in body.options if option.id in sent_ids]
        return {"choices": chosen} if chosen else {}

    def mark(self, body: Multiple, drawn: Drawn, response: Response, *, negative: bool) -> Marked:
        chosen = [option for option in body.options if option.id in response.get("choices", ())]
        if not chosen:
            return Marked(NONE)
        if body.scoring == "all_or_nothing":
            right = {option.id for option in body.options if option.fraction > 0}
            share = ALL if {option.id for option in chosen} == right else NONE
        else:
            share = bounded(sum((option.fraction for option in chosen), Decimal(0)), negative=negative)
        return Marked(share, {o.id: o.fraction for o in chosen}, [o.feedback for o in chosen if o.feedback])

    def words(self, body: Multiple, drawn: Drawn, response: Response) -> str:
        chosen = response.get("choices", ())
        return "; ".join(in_words(option.text) for option in body.options if option.id in chosen)

    def key(self, body: Multiple, drawn: Drawn) -> str:
        return "; ".join(in_words(option.text) for option in body.options if option.fraction > 0)

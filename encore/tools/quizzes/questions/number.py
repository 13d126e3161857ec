"""A number, with a tolerance and units; and one that is calculated from variables drawn for each attempt."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from random import Random
from typing import Any

from django.utils.translation import gettext_lazy as _

from encore.tools.quizzes.content import Calculated, Numeric, Unit, Variable
from encore.tools.quizzes.questions.base import (
    ALL,
    NONE,
    Drawn,
    Marked,
    QuestionType,
    Response,
    Sent,
    bounded,
)
from encore.tools.quizzes.questions.formula import FormulaError, calculate
from encore.tools.quizzes.questions.numerals import number_in as number_in
from encore.tools.quizzes.questions.numerals import plain as plain

LONGEST = 60
_VARIABLE = re.compile(r"\{([a-zA-Z][a-zA-Z0-9_]*)\}")


class Number(QuestionType[Numeric]):
    name = "number"
    label = _("Number")
    icon = "hash"
    about = _("A number, give or take a tolerance, with a unit if wanted.")
    body = Numeric

    def ask(self, body: Numeric, drawn: Drawn, text: str) -> dict[str, Any]:
        return {"text": text, "units": [unit.name for unit in body.units]}

    def read(self, body: Numeric, drawn: Drawn, sent: Sent) -> Response:
        return _read(body.units, sent)

    def mark(self, body: Numeric, drawn: Drawn, response: Response, *, negative: bool) -> Marked:
        given = number_in(response.get("number", ""))
        if given is None:
            return Marked(NONE)
        for factor, unit_is_right in _in_first_unit(body.units, response.get("unit", "")):
            for value in body.values:
                margin = abs(value.value) * value.tolerance if value.relative else value.tolerance
                if abs(given / factor - value.value) <= margin:
                    share = value.fraction * (ALL if unit_is_right else ALL - body.unit_share)
                    return Marked(bounded(share, negative=negative), {}, [value.feedback] if value.feedback else [])
        return Marked(NONE)

    def words(self, body: Numeric, drawn: Drawn, response: Response) -> str:
        return _words(response)

    def key(self, body: Numeric, drawn: Drawn) -> str:
        value = max(body.values, key=lambda one: one.fraction).value
        return " ".join([plain(value), *(unit.name for unit in body.units[:1])])


class CalculatedNumber(QuestionType[Calculated]):
    name = "calculated"
    label = _("Calculated")
    icon = "calculator"
    about = _("A number to be calculated from values that differ from attempt to attempt.")
    body = Calculated

    def draw(self, body: Calculated, rng: Random, *, shuffle: bool) -> Drawn:
        """Values for which the formula has a result; raises FormulaError if a hundred tries find none."""
        for _try in range(100):
            values = {variable.name: plain(_draw(variable, rng)) for variable in body.variables}
            try:
                right_answer(body, {"values": values})
            except FormulaError as error:
                why = error
            else:
                return {"values": values}
        raise why

    def ask(self, body: Calculated, drawn: Drawn, text: str) -> dict[str, Any]:
        return {"text": with_values(text, drawn), "units": [unit.name for unit in body.units]}

    def read(self, body: Calculated, drawn: Drawn, sent: Sent) -> Response:
        return _read(body.units, sent)

    def mark(self, body: Calculated, drawn: Drawn, response: Response, *, negative: bool) -> Marked:
        given, right = number_in(response.get("number", "")), right_answer(body, drawn)
        if given is None:
            return Marked(NONE)
        margin = abs(right) * body.tolerance if body.relative else body.tolerance
        for factor, unit_is_right in _in_first_unit(body.units, response.get("unit", "")):
            if abs(given / factor - right) <= margin:
                return Marked(bounded(ALL if unit_is_right else ALL - body.unit_share, negative=negative))
        return Marked(NONE)

    def words(self, body: Calculated, drawn: Drawn, response: Response) -> str:
        return _words(response)

    def key(self, body: Calculated, drawn: Drawn) -> str:
        return " ".join([plain(right_answer(body, drawn)), *(unit.name for unit in body.units[:1])])


def right_answer(body: Calculated, drawn: Drawn) -> Decimal:
    """What the formula gives for the values drawn, rounded (half up) where the question says so.

    Raises FormulaError.
    """
    values = {name: Decimal(value) for name, value in drawn.get("values", {}).items()}
    result = calculate(body.formula, values)
    if body.decimals is None:
        return result
    else:
        return result.quantize(Decimal(1).scaleb(-body.decimals), ROUND_HALF_UP)


def with_values(text: str, drawn: Drawn) -> str:
    """The text with what was drawn in place of {names}; a name that was not drawn stays."""
    values = drawn.get("values", {})
    return _VARIABLE.sub(lambda match: values.get(match[1], match[0]), text)


def _draw(variable: Variable, rng: Random) -> Decimal:
    step = Decimal(1).scaleb(-variable.decimals)
    steps = int((variable.high - variable.low) / step)
    return variable.low + step * rng.randint(0, steps)


def _read(units: Sequence[Unit], sent: Sent) -> Response:
    """The text is kept as it was written: somebody who wrote no number sees it again, and a person may judge it."""
    number, unit = sent.one("number").strip()[:LONGEST], sent.one("unit")
    if not number:
        return {}
    known = {one.name for one in units}
    return {"number": number, **({"unit": unit} if unit in known else {})}


def _in_first_unit(units: Sequence[Unit], given: str) -> list[tuple[Decimal, bool]]:
    """By what the number is divided to be in the first unit, and whether the unit is right. With a wrong or missing
    unit, the number is read in the first."""
    if not units:
        return [(ALL, True)]
    found = next((unit for unit in units if unit.name == given), None)
    return [(found.factor, True), (ALL, False)] if found else [(ALL, False)]


def _words(response: Response) -> str:
    return " ".join(part for part in (response.get("number", ""), response.get("unit", "")) if part)

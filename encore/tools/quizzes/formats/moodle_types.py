"""The types of questions in Moodle XML, each from its element to the values of a body."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from random import Random
from typing import Any

from django.utils.translation import gettext as _
from pydantic import ValidationError

from encore.base.reading.trees import Node
from encore.tools.quizzes.content import Calculated
from encore.tools.quizzes.formats.found import NotTaken, evened, keys
from encore.tools.quizzes.formats.moodle_text import WILD, Texts, decimal_of, is_true, share_of, whole
from encore.tools.quizzes.questions.formula import FormulaError, names_in
from encore.tools.quizzes.questions.number import CalculatedNumber
from encore.tools.quizzes.questions.numerals import number_in

COMBINED = ("correctfeedback", "partiallycorrectfeedback", "incorrectfeedback")
# What Moodle says by itself, to everybody.
USUAL = {
    "Your answer is correct.",
    "Your answer is partially correct.",
    "Your answer is incorrect.",
}
ANY = 20  # files, where Moodle sets no limit
_NAMED = re.compile(r"\{([a-zA-Z][a-zA-Z0-9_]*)\}")
_FORMULA = re.compile(r"^\s*\{=(.*)\}\s*$", re.S)


def choice(node: Node, texts: Texts) -> dict[str, Any]:
    _combined(node, texts)
    options = [
        {
            "id": key,
            "text": texts.of(answer),
            "fraction": share_of(answer),
            "feedback": texts.of(answer.first("feedback")),
        }
        for key, answer in zip(keys(), node.all("answer"), strict=False)
    ]
    kept = {"options": options, "shuffle": is_true(node, "shuffleanswers", otherwise=True)}
    if node.attributes.get("type", "").lower() == "multichoiceset":
        return {"type": "multiple", "scoring": "all_or_nothing", **kept}
    elif is_true(node, "single", otherwise=True):
        return {"type": "single", "look": texts.extras.get("look", "list"), **kept}
    evened(options)
    return {"type": "multiple", **kept}


def true_false(node: Node, texts: Texts) -> dict[str, Any]:
    """The answer with all of the points says whether it is true; each has what is said to who chose it."""
    answers = {texts.as_typed(answer).lower(): answer for answer in node.all("answer")}
    if not answers.keys() >= {"true", "false"}:
        raise NotTaken(_("It needs the two answers “true” and “false”."))
    right = share_of(answers["true"]) > share_of(answers["false"])
    raw, form = texts.inside()
    statement = {
        "id": "p1",
        "text": texts.rich(raw, form),
        "is_true": right,
        "praise": texts.of(answers["true" if right else "false"].first("feedback")),
        "feedback": texts.of(answers["false" if right else "true"].first("feedback")),
    }
    penalty = decimal_of(texts.extras.get("penalty", "0"))
    return {"type": "true_false", "statements": [statement], "penalty": penalty}


def short(node: Node, texts: Texts) -> dict[str, Any]:
    accepted = [
        {
            "text": texts.as_typed(answer),
            "fraction": share_of(answer),
            "feedback": texts.of(answer.first("feedback")),
        }
        for answer in node.all("answer")
    ]
    return {"type": "short", "accepted": accepted, "match_case": is_true(node, "usecase")}


def number(node: Node, texts: Texts) -> dict[str, Any]:
    values = []
    for answer in node.all("answer"):
        text = texts.as_typed(answer)
        if text == "*":
            if texts.of(answer.first("feedback")) or share_of(answer):
                texts.say(_("What all other answers get and are told is left out."))
            continue
        values.append(
            {
                "value": decimal_of(text),
                "tolerance": abs(decimal_of(answer.value("tolerance") or "0")),
                "fraction": share_of(answer, 100),
                "feedback": texts.of(answer.first("feedback")),
            }
        )
    for value, relative in zip(values, texts.extras.get("relative", "").split(), strict=False):
        if relative != "-":
            value |= {"tolerance": decimal_of(relative), "relative": True}
    return {"type": "number", "values": values, **_units(node, texts)}


def matching(node: Node, texts: Texts) -> dict[str, Any]:
    """A right part without a left one belongs to none."""
    _combined(node, texts)
    rows = [(texts.of(part), texts.as_typed(part.first("answer"))) for part in node.all("subquestion")]
    pairs = [
        {"id": key, "left": left, "right": right}
        for key, (left, right) in zip(keys(), [row for row in rows if row[0]], strict=False)
    ]
    others = [right for left, right in rows if not left and right]
    shuffle = is_true(node, "shuffleanswers", otherwise=True)
    return {"type": "matching", "pairs": pairs, "others": others, "shuffle": shuffle}


def ordering(node: Node, texts: Texts) -> dict[str, Any]:
    """The answers stand in the right order; `fraction` is the place of each, where it says more than that."""
    _combined(node, texts)
    answers = sorted(node.all("answer"), key=lambda answer: number_in(answer.attributes.get("fraction", "0")) or 0)
    if node.value("selecttype").lower() not in ("", "0", "all"):
        texts.say(_("All of the steps are asked, not a few drawn from them."))
    graded = node.value("gradingtype").lower()
    if graded in ("all_or_nothing", "-1"):
        scoring = "all_or_nothing"
    elif graded.startswith("relative_next") or graded in ("1", "2"):
        scoring = "neighbours"
    else:
        scoring = "place"
        if graded not in ("", "0", "absolute_position"):
            texts.say(_("Each step in its place counts; other ways of counting are not known here."))
    steps = [{"id": key, "text": texts.of(answer)} for key, answer in zip(keys(), answers, strict=False)]
    return {"type": "ordering", "steps": steps, "scoring": scoring}


def essay(node: Node, texts: Texts) -> dict[str, Any]:
    """An essay without a field to write into is an upload."""
    guidance = texts.of(node.first("graderinfo"))
    files = whole(node, "attachments", -1, ANY, 0)
    if node.value("responseformat") == "noinline":
        kept = re.split(r"[\s,;]+", node.value("filetypeslist").lower())
        endings = [ending.lstrip(".*") for ending in kept if re.fullmatch(r"[.*]*[a-z0-9]{1,10}", ending)]
        if len(endings) != len([one for one in kept if one]):
            texts.say(_("Some kinds of files are not known by their ending; they are left out."))
        return {"type": "file", "most_files": ANY if files < 1 else files, "endings": endings, "guidance": guidance}
    if files:
        texts.say(_("Files cannot be handed in with an essay: ask for them in a question of their own."))
    return {
        "type": "essay",
        "lines": whole(node, "responsefieldlines", 1, 100, 15),
        "least_words": whole(node, "minwordlimit", 0, 100_000, 0) or None,
        "most_words": whole(node, "maxwordlimit", 0, 100_000, 0) or None,
        "template": texts.plain(node.first("responsetemplate")),
        "guidance": guidance,
    }


def passage(node: Node, texts: Texts) -> dict[str, Any]:
    texts.say(_("A text to read: choose the questions about it in the bank."))
    return {"type": "passage", "questions": []}


def calculated(node: Node, texts: Texts) -> dict[str, Any]:
    answers = [answer for answer in node.all("answer") if share_of(answer, 100) == 1]
    if not answers:
        raise NotTaken(_("No answer brings all of the points."))
    if len(list(node.all("answer"))) > 1:
        texts.say(_("Only the first answer that brings all of the points is taken, without what is said to it."))
    elif texts.of(answers[0].first("feedback")):
        texts.say(_("What is said to the right answer is left out."))
    answer = answers[0]
    kind = answer.value("tolerancetype")
    if kind == "3":
        texts.say(_("The geometric tolerance becomes one in parts of the value."))
    digits = number_in(answer.value("correctanswerlength") or "")
    decimals = int(digits) if digits is not None and answer.value("correctanswerformat") in ("", "1") else None
    return _calculated(
        node,
        texts,
        texts.as_typed(answer),
        tolerance=abs(decimal_of(answer.value("tolerance") or "0.01")),
        relative=kind != "2",
        decimals=decimals if decimals is not None and 0 <= decimals <= 9 else None,
    )


def calculated_choice(node: Node, texts: Texts) -> dict[str, Any]:
    """A choice among calculated answers is asked as the number that its right answer calculates."""
    right = [answer for answer in node.all("answer") if share_of(answer) == 1]
    found = _FORMULA.match(texts.plain(right[0])) if len(right) == 1 else None
    if found is None:
        raise NotTaken(_("A choice among calculated answers can be taken only if its one right answer is a formula."))
    texts.say(_("The answers to choose from are left out: the number is asked for."))
    return _calculated(node, texts, found[1])


def _calculated(node: Node, texts: Texts, formula: str, **facts: Any) -> dict[str, Any]:
    """A formula with the ranges of its variables, which have to be there and to give results."""
    asked = texts.of(node.first("questiontext"))
    if WILD.search(asked):
        raise NotTaken(_("Formulas within the text, as {=…}, are not known here."))
    formula = formula.strip()
    there = {_word(one, "name"): one for group in node.all("dataset_definitions") for one in group.children}
    try:
        used = names_in(formula) | (set(_NAMED.findall(asked)) & there.keys())
    except FormulaError as error:
        raise NotTaken(_("The formula “%(formula)s”: %(why)s") % {"formula": formula, "why": error}) from None
    if missing := sorted(used - there.keys()):
        raise NotTaken(_("There are no values for {%(name)s}.") % {"name": missing[0]})
    if not used:
        raise NotTaken(_("The formula has no variables: it is a question for a number."))
    variables = [_variable(name, one) for name, one in there.items() if name in used]
    if any(_word(one, "distribution") == "loguniform" for one in there.values()):
        texts.say(_("Values are drawn evenly from their ranges."))
    body = {"type": "calculated", "formula": formula, "variables": variables, **facts, **_units(node, texts)}
    _try_out(body)
    return body


def _try_out(body: dict[str, Any]) -> None:
    try:
        CalculatedNumber().draw(Calculated.model_validate(body), Random(1), shuffle=False)  # noqa: S311
    except FormulaError as error:
        raise NotTaken(_("The formula “%(formula)s”: %(why)s") % {"formula": body["formula"], "why": error}) from None
    except ValidationError:
        return  # told with all else that does not fit


def _variable(name: str, one: Node) -> dict[str, Any]:
    low, high = sorted((decimal_of(_word(one, "minimum") or "1"), decimal_of(_word(one, "maximum") or "10")))
    decimals = number_in(_word(one, "decimals") or "0") or Decimal(0)
    return {"name": name, "low": low, "high": high, "decimals": min(9, max(0, int(decimals)))}


def _units(node: Node, texts: Texts) -> dict[str, Any]:
    """Units, the first with factor 1 first. What a wrong one costs counts only where units are marked."""
    found = [
        {"name": unit.value("unit_name"), "factor": decimal_of(unit.value("multiplier") or "1")}
        for group in node.all("units")
        for unit in group.all("unit")
        if unit.value("unit_name")
    ]
    if not found:
        return {}
    found.sort(key=lambda unit: unit["factor"] != 1)
    if found[0]["factor"] != 1:
        raise NotTaken(_("None of its units has the factor 1."))
    marked = node.value("unitgradingtype") not in ("", "0")
    cost = decimal_of(node.value("unitpenalty") or "1") if marked else Decimal(0)
    return {"units": found, "unit_share": min(Decimal(1), max(Decimal(0), cost))}


def _combined(node: Node, texts: Texts) -> None:
    """What is said to all who were right, or wrong, or between, has no place here."""
    said: Iterable[str] = (texts.plain(node.first(name)) for name in COMBINED)
    if any(words and words not in USUAL for words in said):
        texts.say(_("What is said to every right, partly right or wrong answer is left out."))


def _word(node: Node, name: str) -> str:
    inner = node.first(name)
    return (inner.value("text") or inner.text.strip()) if inner else ""

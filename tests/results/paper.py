"""What is asked in the test that thirty people take, what they may answer, and what that is worth: arithmetic of this
module's own, in fractions, from the questions as they were written and from what was sent."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction as F
from itertools import pairwise
from random import Random
from typing import Any

Fields = dict[str, Any]  # what is sent about a question, by what follows its name: "" or "-a"


def _options(**shares: str) -> list[dict[str, str]]:
    return [{"id": key, "text": f"Option {key}", "fraction": share} for key, share in shares.items()]


BANK: dict[str, dict[str, Any]] = {
    "single": {"points": "2", "body": {"type": "single", "options": _options(a="1", b="-0.5", c="0.25", d="0")}},
    "dropdown": {
        "points": "1",
        "body": {"type": "single", "look": "dropdown", "options": _options(a="0", b="1", c="-1")},
    },
    "multiple": {
        "points": "3",
        "body": {"type": "multiple", "options": _options(a="0.33333", b="0.33333", c="0.33334", d="-0.5", e="-1")},
    },
    "strict": {
        "points": "2",
        "body": {"type": "multiple", "scoring": "all_or_nothing", "options": _options(a="0.5", b="0.5", c="0")},
    },
    "claims": {
        "points": "3",
        "body": {
            "type": "true_false",
            "penalty": "0.5",
            "statements": [
                {"id": "a", "text": "One.", "is_true": True},
                {"id": "b", "text": "Two.", "is_true": False},
                {"id": "c", "text": "Three.", "is_true": True},
            ],
        },
    },
    "gaps": {
        "points": "2",
        "body": {
            "type": "gap",
            "text": "<p>The [[x]] sits on the [[y]].</p>",
            "gaps": [
                {"id": "x", "accepted": [{"text": "cat"}, {"text": "kitten", "fraction": "0.5"}]},
                {"id": "y", "accepted": [{"text": "mat"}], "choices": ["mat", "roof"], "weight": "2"},
            ],
        },
    },
    "pairs": {
        "points": "1",
        "body": {
            "type": "matching",
            "pairs": [
                {"id": "a", "left": "France", "right": "Paris"},
                {"id": "b", "left": "Italy", "right": "Rome"},
                {"id": "c", "left": "Norway", "right": "Oslo"},
            ],
            "others": ["Bonn"],
        },
    },
    "steps": {
        "points": "4",
        "body": {
            "type": "ordering",
            "scoring": "neighbours",
            "steps": [{"id": key, "text": f"Step {key}"} for key in "abcd"],
        },
    },
    "word": {
        "points": "1",
        "body": {"type": "short", "accepted": [{"text": "New York"}, {"text": "NYC", "fraction": "0.4"}]},
    },
    "length": {
        "points": "2",
        "body": {
            "type": "number",
            "values": [{"value": "2.5", "tolerance": "0.02"}],
            "units": [{"name": "m"}, {"name": "cm", "factor": "100"}],
            "unit_share": "0.25",
        },
    },
    "sum": {
        "points": "2",
        "text": "<p>What is {a} times {b} and one more?</p>",
        "body": {
            "type": "calculated",
            "formula": "{a}*{b}+1",
            "variables": [
                {"name": "a", "low": "2", "high": "9"},
                {"name": "b", "low": "0.5", "high": "4.5", "decimals": 1},
            ],
            "tolerance": "0.05",
            "relative": False,
        },
    },
    "essay": {"points": "5", "body": {"type": "essay"}},
    "file": {"points": "4", "body": {"type": "file", "endings": ["txt"]}},
    "about1": {"points": "1", "body": {"type": "single", "options": _options(a="1", b="0")}},
    "about2": {
        "points": "1",
        "body": {"type": "true_false", "statements": [{"id": "a", "text": "It rains.", "is_true": False}]},
    },
    **{
        f"pool{n}": {"points": "9", "body": {"type": "single", "options": _options(a="0", b="1", c="-0.25")}}
        for n in range(6)
    },
}
DRAWN, EACH = 2, F(3, 2)  # so many of the pool, and what each counts there
WEIGHTS = {"test": F(70), "practice": F(30)}
PRACTICE = F(20)


@dataclass(frozen=True)
class Answered:
    """What somebody sent about one question. `by_hand`: the points that somebody is going to give."""

    name: str
    fields: Fields
    values: Mapping[str, F]
    by_hand: F | None = None


def choose(name: str, chance: Random, values: Mapping[str, F]) -> Fields:
    """What somebody answers: anything from nothing to all of it."""
    body = BANK[name]["body"]
    if chance.random() < 0.1:
        return {}
    match body["type"]:
        case "single":
            return {"": chance.choice(body["options"])["id"]}
        case "multiple":
            return {"": sorted(chance.sample([one["id"] for one in body["options"]], chance.randint(1, 3)))}
        case "true_false":
            marked = [one["id"] for one in body["statements"] if chance.random() < 0.8]
            return {f"-{key}": chance.choice(["true", "false"]) for key in marked}
        case "gap":
            return {"-x": chance.choice(["cat", " Kitten", "dog", ""]), "-y": chance.choice(["mat", "roof"])}
        case "matching":
            rights = [pair["right"] for pair in body["pairs"]] + body["others"]
            return {f"-{pair['id']}": chance.choice([pair["right"], *rights]) for pair in body["pairs"]}
        case "ordering":
            return {f"-{key}": str(n) for n, key in enumerate(chance.sample("abcd", 4), start=1)}
        case "short":
            return {"": chance.choice(["new  york", "nyc", "Boston"])}
        case "number":
            return dict(chance.choice(LENGTHS))
        case "calculated":
            off = chance.choice([F(0), F(1, 25), F(1)])
            return {"-number": str(float(right_sum(values) + off))}
        case _:
            return {}


LENGTHS = [
    {"-number": "2,51", "-unit": "m"},
    {"-number": "251", "-unit": "cm"},
    {"-number": "2.5", "-unit": ""},
    {"-number": "250", "-unit": "m"},
    {"-number": "253", "-unit": "cm"},
]


def right_sum(values: Mapping[str, F]) -> F:
    return values["a"] * values["b"] + 1


# What it is worth


def points_of(answers: Sequence[Answered]) -> F:
    """An attempt: five decimals for each answer, never less than nothing in all."""
    return max(F(0), sum((points_for(one) for one in answers), F(0)))


def points_for(one: Answered) -> F:
    if one.by_hand is not None:
        return one.by_hand
    body = BANK[one.name]["body"]
    sent = {key: value for key, value in one.fields.items() if value not in ("", [])}
    share = SHARES[body["type"]](body, sent, one.values) if sent else F(0)
    return half_up(min(F(1), max(F(-1), share)) * worth(one.name), 5)


def worth(name: str) -> F:
    return EACH if name.startswith("pool") else F(BANK[name]["points"])


def most(names: Sequence[str]) -> F:
    return sum((worth(name) for name in names), F(0))


def total(test: F | None, out_of: F, practice: F | None) -> str:
    """In percent with one decimal, as the book shows it; what has no grade is left out."""
    parts = []
    if test is not None:
        parts.append((WEIGHTS["test"], test / out_of))
    if practice is not None:
        parts.append((WEIGHTS["practice"], practice / PRACTICE))
    weight = sum(weight for weight, _share in parts)
    return said(half_up(sum((weight * share for weight, share in parts), F(0)) / weight * 100, 1), 1) if parts else ""


def half_up(number: F, decimals: int) -> F:
    """Away from nothing, where it lies in the middle."""
    scaled = abs(number) * 10**decimals
    rounded = F(int(scaled + F(1, 2)), 10**decimals)
    return rounded if number >= 0 else -rounded


def said(number: F, decimals: int) -> str:
    """With exactly so many decimals."""
    whole = number * 10**decimals
    assert whole.denominator == 1
    digits = f"{whole.numerator:0{decimals + 1}d}"
    return f"{digits[:-decimals]}.{digits[-decimals:]}"


def plain(number: F) -> str:
    """Without needless zeros, as a file holds points."""
    return said(number, 5).rstrip("0").rstrip(".")


def _single(body: Any, sent: Fields, values: Any) -> F:
    return sum((F(one["fraction"]) for one in body["options"] if one["id"] == sent[""]), F(0))


def _multiple(body: Any, sent: Fields, values: Any) -> F:
    if body.get("scoring") == "all_or_nothing":
        return F(set(sent[""]) == {one["id"] for one in body["options"] if F(one["fraction"]) > 0})
    return sum((F(one["fraction"]) for one in body["options"] if one["id"] in sent[""]), F(0))


def _true_false(body: Any, sent: Fields, values: Any) -> F:
    found = F(0)
    for one in body["statements"]:
        if f"-{one['id']}" in sent:
            found += 1 if (sent[f"-{one['id']}"] == "true") == one["is_true"] else -F(body.get("penalty", "0"))
    return found / len(body["statements"])


def _gap(body: Any, sent: Fields, values: Any) -> F:
    above = below = F(0)
    for gap in body["gaps"]:
        weight, given = F(gap.get("weight", "1")), sent.get(f"-{gap['id']}", "").strip().lower()
        below += weight
        above += weight * next((F(a.get("fraction", "1")) for a in gap["accepted"] if a["text"].lower() == given), F(0))
    return above / below


def _matching(body: Any, sent: Fields, values: Any) -> F:
    return F(sum(sent.get(f"-{pair['id']}") == pair["right"] for pair in body["pairs"]), len(body["pairs"]))


def _ordering(body: Any, sent: Fields, values: Any) -> F:
    order = sorted((step["id"] for step in body["steps"]), key=lambda key: int(sent[f"-{key}"]))
    return F(sum(pair in {("a", "b"), ("b", "c"), ("c", "d")} for pair in pairwise(order)), 3)


def _short(body: Any, sent: Fields, values: Any) -> F:
    given = " ".join(sent[""].lower().split())
    return next((F(one.get("fraction", "1")) for one in body["accepted"] if one["text"].lower() == given), F(0))


def _number(body: Any, sent: Fields, values: Any) -> F:
    given, unit = F(sent["-number"].replace(",", ".")), sent.get("-unit", "")
    in_metres = given / 100 if unit == "cm" else given
    if abs(in_metres - F("2.5")) <= F("0.02"):
        return F(1) if unit else F(3, 4)
    return F(3, 4) if abs(given - F("2.5")) <= F("0.02") else F(0)


def _calculated(body: Any, sent: Fields, values: Mapping[str, F]) -> F:
    return F(abs(F(sent["-number"]) - right_sum(values)) <= F(1, 20))


SHARES: dict[str, Callable[[Any, Fields, Mapping[str, F]], F]] = {
    "single": _single,
    "multiple": _multiple,
    "true_false": _true_false,
    "gap": _gap,
    "matching": _matching,
    "ordering": _ordering,
    "short": _short,
    "number": _number,
    "calculated": _calculated,
    "essay": lambda body, sent, values: F(0),
    "file": lambda body, sent, values: F(0),
}


def values_in(text: str) -> dict[str, F]:
    """The numbers of the calculated question, as they stand on the page."""
    found = re.search(r"What is ([\d.]+) times ([\d.]+) and", text)
    return {"a": F(found[1]), "b": F(found[2])} if found else {}

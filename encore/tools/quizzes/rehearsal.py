"""Made-up learners take tests, and made-up coaches mark them (toolkit.rehearsing)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from random import Random
from typing import Any

from django.core.files.base import ContentFile

from encore.courses.context import Here
from encore.toolkit.models import Item
from encore.toolkit.registry import ToMark
from encore.toolkit.rehearsing import Actor
from encore.toolkit.scoping import recorded_in
from encore.tools.quizzes.actions.checking import check_answer
from encore.tools.quizzes.actions.marking_by_hand import mark_by_hand
from encore.tools.quizzes.actions.taking import Given, begin, hand_in, save
from encore.tools.quizzes.actions.uploading import add_file
from encore.tools.quizzes.content import Question
from encore.tools.quizzes.errors import CannotBegin
from encore.tools.quizzes.models import Answer
from encore.tools.quizzes.questions.base import Drawn, Response, squeezed
from encore.tools.quizzes.questions.number import right_answer
from encore.tools.quizzes.to_mark import WAITING

USUAL = 14  # minutes for a test that has no limit
EACH = timedelta(seconds=70)  # between two marks


def perform(item: Item, here: Here, actor: Actor) -> bool:
    """Take a test, a try at a time; who does not end it stops after half of the questions."""
    if item.kind != "test":
        return False
    try:
        attempt = begin(here, item)
    except CannotBegin:
        return False
    minutes = (attempt.settings.get("minutes") or USUAL) * actor.rng.uniform(0.35, 0.85)
    answers = list(attempt.answers.select_related("version", "item").order_by("position"))
    answered = answers if actor.ends else answers[: max(1, len(answers) // 2)]
    pace = timedelta(minutes=minutes) / (len(answers) + 1)
    given, at = {}, here.at
    for n, answer in enumerate(answered, start=1):
        at = here.at + n * pace
        question = Question.read(answer.version.content)
        if response := _response(question, answer, actor):
            given[answer.position] = Given(response, 1)
        elif question.body.type == "file" and (file := actor.writes(answer.version.title)):
            add_file(answer, ContentFile(file.content, file.file), at=at)
    save(attempt, given, at=at)
    if attempt.settings.get("feedback") == "at_once":
        for position in given:
            check_answer(attempt, position, at=at)
    if actor.ends:
        hand_in(attempt, at=here.at + timedelta(minutes=minutes))
    return True


def mark(waiting: ToMark, here: Here, actor: Actor) -> None:
    """All that waits of one learner at one test: what is known is worth what it is said to be worth, the rest half."""
    rows = recorded_in(here, Answer).filter(WAITING, enrolment=waiting.enrolment, attempt__item=waiting.item)
    for n, answer in enumerate(
        rows.select_related("version").prefetch_related("files").order_by("attempt", "position")
    ):
        names = {file.name for file in answer.files.all()}
        texts = actor.texts.get(answer.version.title, ())
        said = squeezed(answer.response.get("text", ""))
        found = next((one for one in texts if one.file in names or (said and squeezed(one.text) == said)), None)
        share, comment = (found.share, found.comment) if found else (Decimal("0.5"), "")
        points = (answer.out_of * share * 2).quantize(Decimal(1)) / 2  # in halves, as people give them
        moment = replace(here, at=here.at + n * EACH)
        mark_by_hand(answer, moment, points=min(points, answer.out_of), comment=comment, seen=None)


def _response(question: Question, answer: Answer, actor: Actor) -> Response:
    """What this learner answers; {} leaves it open."""
    body, rng = question.body, actor.rng
    difficulty = Random(str(answer.item.uuid)).uniform(0.25, 0.85)  # noqa: S311  the same for everybody
    knows = actor.knows(difficulty)
    if not knows and rng.random() < 0.08:
        return {}
    match body.type:
        case "single":
            options = sorted(body.options, key=lambda option: option.fraction)
            return {"choice": options[-1].id if knows else rng.choice(options[:-1]).id}
        case "multiple":
            right = [option.id for option in body.options if option.fraction > 0]
            wrong = [option.id for option in body.options if option.fraction <= 0]
            return {"choices": _in_order(body.options, right if knows else _some(right, wrong, rng))}
        case "true_false":
            return {"marks": {s.id: s.is_true == (knows or rng.random() < 0.4) for s in body.statements}}
        case "gap":
            return {"gaps": {gap.id: _gap(gap, knows or rng.random() < 0.3, rng) for gap in body.gaps}}
        case "matching":
            return {"pairs": _pairs(body, knows, rng)}
        case "ordering":
            return {"order": _order([step.id for step in body.steps], knows, rng)}
        case "short":
            return {
                "text": body.accepted[0].text.replace("*", "") if knows else rng.choice(["I do not know", "911", "?"])
            }
        case "number" | "calculated":
            return _number(body, answer.drawn, knows, rng)
        case "essay":
            written = actor.writes(answer.version.title)
            return {"text": written.text} if written else {}
        case _:
            return {}


def _in_order(options: Any, chosen: list[str]) -> list[str]:
    return [option.id for option in options if option.id in chosen]


def _some(right: list[str], wrong: list[str], rng: Random) -> list[str]:
    """Half of it right, and something that is not."""
    return [*right[: max(1, len(right) // 2)], *rng.sample(wrong, min(1, len(wrong)))]


def _gap(gap: Any, knows: bool, rng: Random) -> str:
    right = max(gap.accepted, key=lambda one: one.fraction).text.replace("*", "")
    if knows:
        return right
    others = [choice for choice in gap.choices if choice != right]
    return rng.choice(others) if others else "something else"


def _pairs(body: Any, knows: bool, rng: Random) -> dict[str, str]:
    rights = [squeezed(pair.right) for pair in body.pairs]
    if not knows:
        first, second = rng.sample(range(len(rights)), 2)
        rights[first], rights[second] = rights[second], rights[first]
    return {pair.id: right for pair, right in zip(body.pairs, rights, strict=True)}


def _order(steps: list[str], knows: bool, rng: Random) -> list[str]:
    if not knows:
        at = rng.randrange(len(steps) - 1)
        steps[at], steps[at + 1] = steps[at + 1], steps[at]
    return steps


def _number(body: Any, drawn: Drawn, knows: bool, rng: Random) -> Response:
    right = right_answer(body, drawn) if body.type == "calculated" else body.values[0].value
    number = right if knows else right * rng.choice([Decimal("0.5"), Decimal("1.5"), Decimal(2)]) + 1
    unit = {"unit": body.units[0].name} if body.units else {}
    return {"number": format(number.quantize(Decimal("0.01")).normalize(), "f"), **unit}

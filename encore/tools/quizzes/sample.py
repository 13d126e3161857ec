"""Made-up questions, tests, attempts and answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from uuid import UUID

from encore.base.pouring import Pouring
from encore.toolkit.sampling import Doer, MadeUp, Placed, Points, Sample, uuid_of
from encore.tools.quizzes.content import (
    Essay,
    Fixed,
    Option,
    Question,
    QuestionCategory,
    Section,
    Single,
    Statement,
    Test,
    TrueFalse,
)
from encore.tools.quizzes.models import Answer, Attempt
from encore.tools.quizzes.options import TestOptions

ONE, NONE = Decimal(1), Decimal(0)
WHERE = ("session", "session_course", "enrolment")
ATTEMPT = (
    *("uuid", *WHERE, "item", "version", "number", "state", "settings", "seed"),
    *("started_at", "last_at", "handed_in_at", "out_of", "points", "marked_at"),
)
ANSWER = (
    *(*WHERE, "attempt", "item", "version", "key", "position", "section"),
    *("out_of", "drawn", "response", "stamp", "saved_at", "points", "by", "marked_at"),
)
ASKED = 4  # questions of a test
EXAM = 10  # questions of the first test of a course of which half is graded
WRITTEN = 5  # every so many tests ask one question that a person marks


class Quizzes(Sample):
    share = 0.15
    share_if_graded = 0.5

    def items(self, rng: Random, subject: str, count: int, *, graded: bool) -> Iterator[MadeUp]:
        bank = MadeUp(uuid_of(rng), "question_category", f"On {subject}", QuestionCategory())
        yield bank
        for n in range(count):
            exam = graded and n == 0
            asked = [_question(rng, subject, k) for k in range(EXAM if exam else ASKED)]
            if n % WRITTEN == WRITTEN - 1:
                asked[-1] = Question(text=f"<p>What would you do about {subject}, and why?</p>", body=Essay())
            made = [
                MadeUp(uuid_of(rng), "question", f"{subject} {n + 1}.{k}", content, parent=bank.uuid)
                for k, content in enumerate(asked, start=1)
            ]
            yield from made
            parts: list[Any] = [Fixed(question=one.uuid) for one in made]
            test = Test(introduction="<p>Take your time.</p>", sections=[Section(id="s1", parts=parts)])
            title = "Examination" if exam else f"Test {n + 1}"
            due = None if graded else "end - 3 days" if n % 2 else None
            yield MadeUp(uuid_of(rng), "test", title, test, due=due, options={} if exam else {"pass_share": "50"})

    def hand_in(
        self, rng: Random, item: Placed, course: Mapping[UUID, Placed], doer: Doer, at: datetime, pouring: Pouring
    ) -> Points | None:
        test = item.made.content
        assert isinstance(test, Test)
        asked = [course[part.question] for part in test.sections[0].parts if isinstance(part, Fixed)]
        settings = SETTINGS | item.made.options
        tries = 2 if rng.random() < 0.12 else 1
        begun, results = at - timedelta(days=rng.randint(1, 3)) * (tries - 1), list[Points]()
        for number in range(1, tries + 1):
            stays_open = number == tries and not doer.is_over and rng.random() < 0.01
            results.append(_attempt(rng, item, asked, settings, doer, number, begun, stays_open, pouring))
            begun = at
            if stays_open:
                results.pop()
        marked = [result for result in results if result.points is not None]
        return max(marked, key=lambda one: one.points or NONE) if marked else results[-1] if results else None


SETTINGS = TestOptions().model_dump(mode="json")


def _question(rng: Random, subject: str, n: int) -> Question:
    if n % 4 == 3:
        statement = Statement(id="a", text=f"<p>It is safe to begin {subject} alone.</p>", is_true=rng.random() < 0.5)
        return Question(text="<p>True or false?</p>", body=TrueFalse(statements=[statement]))
    right = rng.randrange(4)
    options = [
        Option(id=key, text=f"<p>{_SAID[(n + k) % len(_SAID)]}</p>", fraction=ONE if k == right else NONE)
        for k, key in enumerate("abcd")
    ]
    return Question(text=f"<p>Which comes first in {subject}, case {n + 1}?</p>", body=Single(options=options))


def _attempt(
    rng: Random,
    item: Placed,
    asked: Sequence[Placed],
    settings: dict[str, Any],
    doer: Doer,
    number: int,
    begun: datetime,
    stays_open: bool,
    pouring: Pouring,
) -> Points:
    """One attempt with its answers; what it is worth."""
    ended = begun + timedelta(seconds=rng.randint(90, 1800))
    given = [_given(rng, question, doer) for question in asked]
    if stays_open:
        given = [(drawn, response, None) for drawn, response, _points in given]
    points = None if any(one is None for _d, _r, one in given) else sum((one or NONE for _d, _r, one in given), NONE)
    out_of = ONE * len(asked)
    where = (doer.session, doer.session_course, doer.enrolment)
    state = Attempt.State.OPEN if stays_open else Attempt.State.HANDED_IN
    attempt = pouring.table(Attempt, *ATTEMPT).add(
        *(uuid_of(rng), *where, item.item, item.version, number, state.value, settings, rng.getrandbits(48), begun),
        *(ended, None if stays_open else ended, out_of, points, None if points is None else ended),
    )
    answers = pouring.table(Answer, *ANSWER)
    for position, (question, (drawn, response, one)) in enumerate(zip(asked, given, strict=True), start=1):
        by = doer.coach if question.made.content.body.type == "essay" and one is not None else None  # type: ignore[attr-defined]
        answers.add(
            *(*where, attempt, question.item, question.version, None if stays_open else question.version, position),
            *("s1", ONE, drawn, response, 1, ended, one, by, None if one is None else ended),
        )
    return Points(points, out_of)


def _given(rng: Random, question: Placed, doer: Doer) -> tuple[dict[str, Any], dict[str, Any], Decimal | None]:
    """What was drawn, what was answered, and the points; None where a person has yet to mark."""
    body = question.made.content.body  # type: ignore[attr-defined]
    knows = rng.random() < 0.35 + 0.6 * doer.ability
    if body.type == "essay":
        text = "I would stop first, and ask. " * rng.randint(3, 30)
        return {}, {"text": text.strip()}, Decimal(rng.choice((0, 1))) if doer.is_over else None
    elif body.type == "true_false":
        truth = body.statements[0].is_true
        return {"order": ["a"]}, {"marks": {"a": truth if knows else not truth}}, ONE if knows else NONE
    order = [option.id for option in body.options]
    rng.shuffle(order)
    right = next(option.id for option in body.options if option.fraction)
    choice = right if knows else next(key for key in order if key != right)
    return {"order": order}, {"choice": choice}, ONE if knows else NONE


_SAID = ("Look around", "Call for help", "Put on gloves", "Stop the machine", "Write it down", "Tell the next shift")

sample = Quizzes()

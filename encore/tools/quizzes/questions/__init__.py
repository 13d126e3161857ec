"""The types of questions, each in a module with what it can do (see base.py)."""

from __future__ import annotations

from typing import Any

from encore.tools.quizzes.content import Body
from encore.tools.quizzes.questions.base import QuestionType
from encore.tools.quizzes.questions.choosing import OneOfSeveral, SomeOfSeveral
from encore.tools.quizzes.questions.gap import Gaps
from encore.tools.quizzes.questions.matching import Pairs
from encore.tools.quizzes.questions.number import CalculatedNumber, Number
from encore.tools.quizzes.questions.ordering import Steps
from encore.tools.quizzes.questions.short import ShortText
from encore.tools.quizzes.questions.true_false import Statements
from encore.tools.quizzes.questions.written import EssayText, Files, ReadingPassage

# In the order in which authors are offered them.
TYPES: dict[str, QuestionType[Any]] = {
    kind.name: kind
    for kind in (
        OneOfSeveral(),
        SomeOfSeveral(),
        Statements(),
        Gaps(),
        Pairs(),
        Steps(),
        ShortText(),
        Number(),
        CalculatedNumber(),
        EssayText(),
        Files(),
        ReadingPassage(),
    )
}


def type_of(body: Body) -> QuestionType[Any]:
    return TYPES[body.type]  # type: ignore[attr-defined]

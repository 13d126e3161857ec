"""From shares to points, from answers to an attempt, from attempts to a grade. Pure.

Points are kept with five decimals, rounded half up; what a page shows of them is rounded again by the gradebook's rule.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from encore.tools.quizzes.content import Question
from encore.tools.quizzes.questions import type_of
from encore.tools.quizzes.questions.base import PLACES, Drawn, Marked, Response


def mark_answer(question: Question, drawn: Drawn, response: Response, *, negative: bool) -> Marked:
    """What the question's key says about an answer. Nobody loses points for a question left open."""
    if not response:
        return Marked(Decimal(0))
    return type_of(question.body).mark(question.body, drawn, response, negative=negative)


def points_for(marked: Marked, out_of: Decimal) -> Decimal | None:
    """The points an answer gets; None while a person has to mark it."""
    return None if marked.share is None else rounded(marked.share * out_of)


def attempt_points(points: Sequence[Decimal | None]) -> Decimal | None:
    """All of an attempt: never below nothing; None until each answer is marked."""
    if any(one is None for one in points):
        return None
    return max(Decimal(0), rounded(sum((one for one in points if one is not None), Decimal(0))))


def counted(attempts: Sequence[tuple[Decimal | None, Decimal]], how: str) -> tuple[Decimal | None, Decimal] | None:
    """Of several attempts (points, out of), in the order in which they were made, the grade: by the share of points for
    `best` and `average`. Attempts not yet marked are left out as long as one is; None without any attempt."""
    if not attempts:
        return None
    marked = [(points, out_of) for points, out_of in attempts if points is not None]
    if how == "first":
        return attempts[0]
    elif how == "last":
        return attempts[-1]
    elif not marked:
        return attempts[-1]
    elif how == "best":
        return max(marked, key=lambda one: share(*one))
    else:
        out_of = marked[-1][1]
        mean = sum((share(*one) for one in marked), Decimal(0)) / len(marked)
        return rounded(mean * out_of), out_of


def share(points: Decimal, out_of: Decimal) -> Decimal:
    """Of all points, between 0 and 1; nothing where there was nothing to get."""
    return points / out_of if out_of else Decimal(0)


def has_passed(points: Decimal | None, out_of: Decimal, pass_share: Any) -> bool | None:
    """Whether the pass mark (a percentage) is reached; None without a pass mark, or until all is marked."""
    if pass_share is None or points is None:
        return None
    return share(points, out_of) * 100 >= Decimal(str(pass_share))


def rounded(points: Decimal) -> Decimal:
    return points.quantize(PLACES, ROUND_HALF_UP)

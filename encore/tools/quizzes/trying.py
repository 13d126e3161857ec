"""A test tried out by those who write it or coach: made in memory, marked in memory, recorded nowhere."""

from __future__ import annotations

from random import Random
from typing import Any

from encore.courses.context import Here
from encore.toolkit.models import Version
from encore.tools.quizzes.actions.taking import build_answers, options_for
from encore.tools.quizzes.content import Test
from encore.tools.quizzes.marking import mark_answer, points_for
from encore.tools.quizzes.models import Attempt
from encore.tools.quizzes.sheet import Row, Sheet, cut


def try_out(here: Here, test: Any, seed: int, sent: Any) -> Sheet:
    """What an attempt with this seed would ask; with `sent` answers, what the key says about them."""
    options = options_for(here, test)
    content = Test.read(test.content)
    answers, items = build_answers(here, content, Random(seed), options)  # noqa: S311
    versions = {item.version_id: Version(pk=item.version_id, content=item.content) for item in items.values()}
    rows = []
    for answer in answers:
        answer.version = versions[answer.version_id]
        answer.passage = versions.get(answer.passage_id) if answer.passage_id else None
        row = Row(answer, answer.position)
        if sent is not None:
            answer.response = row.read(sent)
            marked = mark_answer(row.question, answer.drawn, answer.response, negative=options.negative)
            answer.points, answer.key = points_for(marked, answer.out_of), answer.version
        rows.append(row)
    return Sheet(Attempt(settings=options.model_dump(mode="json")), content, cut(rows, content, "all"))

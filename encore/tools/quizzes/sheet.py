"""An attempt as a page shows it: its questions in order, in pages, each with what was drawn and answered."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import QuerySet, prefetch_related_objects

from encore.base.prepared import Prepared
from encore.tools.quizzes.content import Question, Section, Test
from encore.tools.quizzes.models import Answer, Attempt
from encore.tools.quizzes.questions import type_of
from encore.tools.quizzes.questions.base import QuestionType, Response, Sent


@dataclass
class Row:
    """One question. `number` counts through the attempt; `passage`: the text it is about, where it is the first on its
    page; `section`: the section that begins with it there."""

    answer: Answer
    number: int
    passage: Question | None = None
    section: Section | None = None

    @cached_property
    def question(self) -> Question:
        return Question.read(self.answer.version.content)

    @property
    def kind(self) -> QuestionType[Any]:
        return type_of(self.question.body)

    @property
    def prefix(self) -> str:
        """Of the names of its fields."""
        return f"a{self.answer.position}"

    @cached_property
    def ask(self) -> dict[str, Any]:
        return self.kind.ask(self.question.body, self.answer.drawn, self.question.text)

    @property
    def response(self) -> Response:
        return self.answer.response

    @property
    def is_complete(self) -> bool:
        return bool(self.response) and self.kind.is_complete(self.question.body, self.response)

    @property
    def words(self) -> str:
        return self.kind.words(self.question.body, self.answer.drawn, self.response)

    @property
    def key(self) -> str:
        """The right answer, by the key that marked it."""
        key = self.answer.key
        question = Question.read(key.content) if key and key.pk != self.answer.version_id else self.question
        return self.kind.key(question.body, self.answer.drawn)

    def read(self, data: Any) -> Response:
        """What a form sent about it. Files are kept where they were uploaded, not in the form."""
        if self.kind.name == "file":
            return self.response
        return self.kind.read(self.question.body, self.answer.drawn, Sent(data, self.prefix))


@dataclass(frozen=True)
class Sheet:
    """All of an attempt, cut into pages."""

    attempt: Attempt
    test: Test
    pages: Sequence[Sequence[Row]]

    @property
    def rows(self) -> list[Row]:
        return [row for page in self.pages for row in page]

    @property
    def open_questions(self) -> list[Row]:
        """Those that were not answered, or not to their end."""
        return [row for row in self.rows if not row.is_complete]

    def page_with(self, position: int) -> int:
        """The page (from 0) on which a question stands."""
        return next((n for n, page in enumerate(self.pages) if any(r.answer.position == position for r in page)), 0)


def sheet_of(attempt: Attempt, *, paging: str = "all") -> Sheet:
    """`attempt` with its `version`. One query; two more where files are asked for."""
    answers = _ANSWERS(attempt=attempt.pk)
    for answer in answers:
        answer.attempt = attempt
    prefetch_related_objects([answer for answer in answers if _takes_files(answer)], "files__file")
    rows = [Row(answer, number) for number, answer in enumerate(answers, start=1)]
    test = Test.read(attempt.version.content)
    return Sheet(attempt, test, cut(rows, test, paging))


def _answers(attempt: int) -> QuerySet[Answer]:
    return Answer.objects.filter(attempt=attempt).select_related("version", "passage", "key").order_by("position")


_ANSWERS = Prepared(_answers)


def _takes_files(answer: Answer) -> bool:
    return bool(answer.version.content["body"]["type"] == "file")


def cut(rows: Sequence[Row], test: Test, paging: str) -> list[list[Row]]:
    """Into pages, with sections and passages said where they begin."""
    pages = _pages(rows, paging)
    _head(pages, {section.id: section for section in test.sections})
    return pages


def _pages(rows: Sequence[Row], paging: str) -> list[list[Row]]:
    """By section, one at a time, or all together. Never no page at all."""
    if paging == "one":
        return [[row] for row in rows] or [[]]
    elif paging == "section":
        pages: list[list[Row]] = []
        for row in rows:
            if pages and pages[-1][0].answer.section == row.answer.section:
                pages[-1].append(row)
            else:
                pages.append([row])
        return pages or [[]]
    else:
        return [list(rows)]


def _head(pages: Iterable[Sequence[Row]], sections: dict[str, Section]) -> None:
    """Say on each page where a section or a passage begins. Sections that say nothing are not said."""
    for page in pages:
        before: tuple[str | None, int | None] = (None, None)
        for row in page:
            section = sections.get(row.answer.section)
            if row.answer.section != before[0] and section and (section.title or section.text):
                row.section = section
            if row.answer.passage and row.answer.passage_id != before[1]:
                row.passage = Question.read(row.answer.passage.content)
            before = (row.answer.section, row.answer.passage_id)

"""Tests: questions in a bank, tests that ask them, attempts at them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from encore.base.html import plain_text
from encore.toolkit.content import Content
from encore.toolkit.places import Place, address
from encore.toolkit.registry import Behaviour, Kind, ToDo, ToMark, Tool
from encore.tools.quizzes.content import Question, QuestionCategory, Test
from encore.tools.quizzes.options import TestOptions

if TYPE_CHECKING:
    from encore.courses.context import Here


PAGES = {"test": "quizzes:show", "question": "quizzes:question", "question_category": "quizzes:category"}


class Quizzes(Tool):
    def page_of(self, item: Any, here: Place) -> str:
        return address(here, PAGES[item.kind], uuid=item.uuid)

    def uses(self, here: Here, items: Sequence[Any]) -> Sequence[Any]:
        """The tests that ask for these questions by name."""
        if not any(item.kind == "question" for item in items):
            return []
        from encore.tools.quizzes.bank import known_in, used_in

        used = used_in(here, known_in(here).values())
        tests: dict[int, Any] = {test.pk: test for item in items for test in used.get(item.uuid, ())}
        for test in tests.values():
            test.url = self.page_of(test, here)
        return list(tests.values())

    def withheld(self, here: Here) -> Iterable[int]:
        from encore.tools.quizzes.withholding import withheld

        return withheld(here)

    def withheld_among(self, places: Sequence[Here]) -> Iterable[tuple[int, int]]:
        from encore.tools.quizzes.withholding import withheld_among

        return withheld_among(places)

    def due(self, enrolments: Sequence[int], at: datetime, place: int | None = None) -> list[ToDo]:
        from encore.tools.quizzes.going_on import in_work

        return in_work(enrolments, at, place)

    def worth(self, here: Here, uuid: UUID) -> Decimal:
        from encore.tools.quizzes.composing import worth_of

        return worth_of(here, uuid)

    def to_mark(self, session_courses: Sequence[int], enrolments: Sequence[int] | None = None) -> list[ToMark]:
        from encore.tools.quizzes.to_mark import waiting_among

        return waiting_among(session_courses, enrolments)

    def mark_url(self, item: Any, here: Place) -> str:
        return address(here, "quizzes:attempts", uuid=item.uuid)

    def search_text(self, content: Content) -> str:
        """Of tests only: what is asked is nobody's to find."""
        return plain_text(content.introduction) if isinstance(content, Test) else ""


tool = Quizzes(
    name="quizzes",
    label=_("Tests"),
    icon="clipboard-check",
    behaviour=Behaviour.SHARED,
    kinds=(
        Kind(
            "test",
            _("Test"),
            Test,
            icon="clipboard-check",
            seen=False,
            done=True,
            graded=True,
            form="encore.tools.quizzes.forms.test.TestForm",
            shown_by="quizzes/parts/test_shown.html",
            set_at="settings",
            new_label=_("New test"),
        ),
        Kind(
            "question",
            _("Question"),
            Question,
            icon="circle-question-mark",
            seen=False,
            listed=False,
            lies_in=("question_category",),
            form="encore.tools.quizzes.forms.types.question_form",
            shown_by="quizzes/parts/question_shown.html",
            new_label=_("New question"),
        ),
        Kind(
            "question_category",
            _("Category"),
            QuestionCategory,
            icon="folder",
            holds=True,
            seen=False,
            listed=False,
            lies_in=("question_category",),
            form="encore.tools.quizzes.forms.test.CategoryForm",
            shown_by="quizzes/parts/category.html",
            new_label=_("New category"),
        ),
    ),
    settings=TestOptions,
    urls="encore.tools.quizzes.urls",
    position=40,
    about=_("Tests to take, with what you got for them."),
    imports={"questions": "encore.tools.quizzes.by_command.Questions"},
)

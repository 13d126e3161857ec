"""Tests: questions in a bank, tests that ask them, attempts at them."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from encore.toolkit.places import Place, address
from encore.toolkit.registry import Behaviour, Kind, Tool
from encore.tools.quizzes.content import Question, QuestionCategory, Test
from encore.tools.quizzes.options import TestOptions


class Quizzes(Tool):
    def page_of(self, item: Any, here: Place) -> str:
        if item.kind == "test":
            return address(here, "quizzes:show", uuid=item.uuid)
        else:
            return address(here, "quizzes:index")


tool = Quizzes(
    name="quizzes",
    label=_("Tests"),
    icon="clipboard-check",
    behaviour=Behaviour.SHARED,
    kinds=(
        Kind("test", _("Test"), Test, icon="clipboard-check", seen=False, done=True, graded=True),
        Kind(
            "question",
            _("Question"),
            Question,
            icon="circle-help",
            seen=False,
            listed=False,
            lies_in=("question_category",),
        ),
        Kind("question_category", _("Category"), QuestionCategory, icon="folder", holds=True, seen=False, listed=False),
    ),
    settings=TestOptions,
    urls="encore.tools.quizzes.urls",
    position=40,
    about=_("Tests to take, with what you got for them."),
)

"""Pairs to be matched, and steps to be put in order."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from encore.tools.quizzes.content import Matching, Ordering
from encore.tools.quizzes.forms.fields import LinesField, ShortHtmlField, choice, short
from encore.tools.quizzes.forms.question import QuestionForm
from encore.tools.quizzes.forms.rows import Row, Rows


class PairRow(Row):
    essential = ("left", "right")

    left = ShortHtmlField(label=gettext_lazy("To this"), required=True)
    right = forms.CharField(label=gettext_lazy("belongs"), max_length=500)


class MatchingForm(QuestionForm):
    type = "matching"
    settings = ("others", "shuffle")

    others = LinesField(
        label=gettext_lazy("Choices that belong to none"),
        help_text=gettext_lazy("One a line. They make it harder to guess the last pair."),
    )
    shuffle = forms.BooleanField(label=gettext_lazy("Mix the pairs, where the test does"), required=False, initial=True)

    def filled_in(self) -> dict[str, Any]:
        there = super().filled_in()
        return {**there, "others": "\n".join(there["others"])} if there else there

    def make_tables(self) -> list[Rows]:
        there = self.before.pairs if isinstance(self.before, Matching) else []
        initial = [(pair.id, {"left": short(self.here, pair.left), "right": pair.right}) for pair in there]
        words = {"label": _("Pairs"), "noun": _("Pair"), "add": _("Another pair")}
        return [self.rows("pairs", PairRow, initial, **words)]

    def body(self, cleaned: dict[str, Any]) -> dict[str, Any]:
        rows = self.tables["pairs"].values()
        if len(rows) < 2:
            self.wrong(self.tables["pairs"], _("At least two are needed."))
        pairs = [{"id": row["key"], "left": row["left"], "right": row["right"]} for row in rows]
        return {**super().body(cleaned), "pairs": pairs}


class StepRow(Row):
    essential = ("text",)

    text = ShortHtmlField(label=gettext_lazy("Step"))


class OrderingForm(QuestionForm):
    type = "ordering"
    settings = ("scoring",)

    scoring = choice(
        [
            ("place", gettext_lazy("Each step in its place brings its share")),
            ("neighbours", gettext_lazy("Each pair of steps that follow each other brings its share")),
            ("all_or_nothing", gettext_lazy("All right or nothing")),
        ],
        label=gettext_lazy("How points are given"),
        initial="place",
    )

    def make_tables(self) -> list[Rows]:
        there = self.before.steps if isinstance(self.before, Ordering) else []
        initial = [(step.id, {"text": short(self.here, step.text)}) for step in there]
        words = {
            "label": _("Steps"),
            "noun": _("Step"),
            "add": _("Another step"),
            "help": _("In the right order. Learners always get them mixed."),
        }
        return [self.rows("steps", StepRow, initial, **words)]

    def body(self, cleaned: dict[str, Any]) -> dict[str, Any]:
        rows = self.tables["steps"].values()
        if len(rows) < 2:
            self.wrong(self.tables["steps"], _("At least two are needed."))
        return {**super().body(cleaned), "steps": [{"id": row["key"], "text": row["text"]} for row in rows]}

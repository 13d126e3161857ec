"""Choosing: options with shares, and statements that are true or false."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from encore.tools.quizzes.content import Multiple, Option, Single, TrueFalse
from encore.tools.quizzes.forms.fields import ShareField, ShortHtmlField, choice, percent, shared_out, short
from encore.tools.quizzes.forms.question import QuestionForm
from encore.tools.quizzes.forms.rows import Row, Rows

FEEDBACK = gettext_lazy("Feedback")


class OptionRow(Row):
    essential = ("text",)
    details = ("fraction", "feedback")

    text = ShortHtmlField(label=gettext_lazy("Answer"))
    right = forms.BooleanField(label=gettext_lazy("Right"), required=False)
    fraction = ShareField(help_text=gettext_lazy("Empty: right ones share the points, wrong ones get nothing."))
    feedback = ShortHtmlField(label=FEEDBACK, help_text=gettext_lazy("Shown to who chose this."))


class OptionsForm(QuestionForm):
    """Options of which some are right. A share that is left empty follows from what is right."""

    def make_tables(self) -> list[Rows]:
        options = self.before.options if isinstance(self.before, Single | Multiple) else []
        usual = self.usual_shares([option.fraction > 0 for option in options])
        initial = [(o.id, self._initial(o, share)) for o, share in zip(options, usual, strict=True)]
        words = {"label": _("Answers"), "noun": _("Answer"), "add": _("Another answer")}
        return [self.rows("options", OptionRow, initial, **words)]

    def usual_shares(self, right: list[bool]) -> list[Decimal]:
        raise NotImplementedError

    def options(self) -> list[dict[str, Any]]:
        rows = self.tables["options"].values()
        usual = self.usual_shares([row["right"] for row in rows])
        return [_option(row, share) for row, share in zip(rows, usual, strict=True)]

    def _initial(self, option: Option, usual: Decimal) -> dict[str, Any]:
        return {
            "text": short(self.here, option.text),
            "right": option.fraction > 0,
            "fraction": "" if option.fraction == usual else percent(option.fraction),
            "feedback": short(self.here, option.feedback),
        }


class SingleForm(OptionsForm):
    type = "single"
    settings = ("look", "shuffle")

    look = choice(
        [("list", gettext_lazy("All to be seen")), ("dropdown", gettext_lazy("A drop-down list (words only)"))],
        label=gettext_lazy("How the answers show"),
        initial="list",
    )
    shuffle = forms.BooleanField(
        label=gettext_lazy("Mix the answers, where the test does"), required=False, initial=True
    )

    def usual_shares(self, right: list[bool]) -> list[Decimal]:
        return [Decimal(int(one)) for one in right]

    def body(self, cleaned: dict[str, Any]) -> dict[str, Any]:
        options = self.options()
        if len(options) < 2:
            self.wrong(self.tables["options"], _("At least two are needed."))
        elif max(option["fraction"] for option in options) != 1:
            self.wrong(self.tables["options"], _("One of them has to be right, with all of the points."))
        return {**super().body(cleaned), "options": options}


class MultipleForm(OptionsForm):
    type = "multiple"
    settings = ("scoring", "shuffle")

    scoring = choice(
        [
            ("sum", gettext_lazy("Each right answer brings its share")),
            ("all_or_nothing", gettext_lazy("All right or nothing")),
        ],
        label=gettext_lazy("How points are given"),
        initial="sum",
    )
    shuffle = forms.BooleanField(
        label=gettext_lazy("Mix the answers, where the test does"), required=False, initial=True
    )

    def usual_shares(self, right: list[bool]) -> list[Decimal]:
        shares = iter(shared_out(sum(right)) if any(right) else [])
        return [next(shares) if one else Decimal(0) for one in right]

    def body(self, cleaned: dict[str, Any]) -> dict[str, Any]:
        options = self.options()
        total = sum((option["fraction"] for option in options if option["fraction"] > 0), Decimal(0))
        if len(options) < 2:
            self.wrong(self.tables["options"], _("At least two are needed."))
        elif not total:
            self.wrong(self.tables["options"], _("At least one of them has to be right."))
        elif cleaned.get("scoring") == "sum" and abs(total - 1) > Decimal("0.0001"):
            message = _("The right ones bring %(sum)s % of the points together; it has to be 100 %.")
            self.wrong(self.tables["options"], message.replace("%(sum)s", percent(total)))
        return {**super().body(cleaned), "options": options}


class StatementRow(Row):
    essential = ("text",)
    details = ("feedback", "praise")

    text = ShortHtmlField(label=gettext_lazy("Statement"))
    is_true = forms.ChoiceField(
        label=gettext_lazy("It is"),
        choices=[("yes", gettext_lazy("true")), ("no", gettext_lazy("false"))],
    )
    feedback = ShortHtmlField(label=FEEDBACK, help_text=gettext_lazy("Shown to who marked this wrong."))
    praise = ShortHtmlField(
        label=gettext_lazy("If it was right"), help_text=gettext_lazy("Shown to who marked this rightly.")
    )


class TrueFalseForm(QuestionForm):
    type = "true_false"
    settings = ("penalty", "shuffle")

    penalty = ShareField(
        least=0,
        label=gettext_lazy("A wrong mark takes away, in %"),
        help_text=gettext_lazy("Of the statement's own share. Empty: nothing."),
    )
    shuffle = forms.BooleanField(label=gettext_lazy("Mix the statements, where the test does"), required=False)

    def filled_in(self) -> dict[str, Any]:
        there = super().filled_in()
        return {**there, "penalty": percent(there["penalty"]) if there.get("penalty") else ""}

    def make_tables(self) -> list[Rows]:
        there = self.before.statements if isinstance(self.before, TrueFalse) else []
        initial = [(s.id, self._initial(s.model_dump())) for s in there]
        words = {"label": _("Statements"), "noun": _("Statement"), "add": _("Another statement")}
        return [self.rows("statements", StatementRow, initial, blank=1 if initial else 2, **words)]

    def body(self, cleaned: dict[str, Any]) -> dict[str, Any]:
        rows = self.tables["statements"].values()
        if not rows:
            self.wrong(self.tables["statements"], _("At least one is needed."))
        texts = ("text", "feedback", "praise")
        statements = [
            {"id": r["key"], "is_true": r["is_true"] == "yes", **{name: r[name] for name in texts}} for r in rows
        ]
        shuffle, penalty = cleaned["shuffle"], cleaned["penalty"] or Decimal(0)
        return {"shuffle": shuffle, "penalty": penalty, "statements": statements}

    def _initial(self, statement: Mapping[str, Any]) -> dict[str, Any]:
        texts = {name: short(self.here, statement[name]) for name in ("text", "feedback", "praise")}
        return {**texts, "is_true": "yes" if statement["is_true"] else "no"}


def _option(row: Mapping[str, Any], usual: Decimal) -> dict[str, Any]:
    fraction = usual if row["fraction"] is None else row["fraction"]
    return {"id": row["key"], "text": row["text"], "fraction": fraction, "feedback": row["feedback"]}

"""Numbers: values with a tolerance, units, and formulas tried out while they are written."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from random import Random
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import ValidationError

from encore.tools.quizzes.content import Calculated, Numeric
from encore.tools.quizzes.forms.choosing import FEEDBACK
from encore.tools.quizzes.forms.fields import NumberField, ShareField, ShortHtmlField, WholeField, percent, short
from encore.tools.quizzes.forms.question import QuestionForm
from encore.tools.quizzes.forms.rows import Row, Rows
from encore.tools.quizzes.questions.formula import FormulaError, names_in
from encore.tools.quizzes.questions.number import CalculatedNumber, plain, right_answer

SAMPLES = 3
RELATIVE = [("", gettext_lazy("absolute")), ("yes", gettext_lazy("in % of the value"))]


class ValueRow(Row):
    essential = ("value",)
    details = ("fraction", "feedback")

    value = NumberField(label=gettext_lazy("Value"), required=True)
    tolerance = NumberField(least=0, label=gettext_lazy("Give or take"))
    relative = forms.ChoiceField(label=gettext_lazy("measured"), choices=RELATIVE, required=False)
    fraction = ShareField(help_text=gettext_lazy("Empty: 100."))
    feedback = ShortHtmlField(label=FEEDBACK, help_text=gettext_lazy("Shown to who gave this."))


class UnitRow(Row):
    essential = ("name",)

    name = forms.CharField(label=gettext_lazy("Unit"), max_length=40, required=False)
    factor = NumberField(least=Decimal("0.000000000001"), label=gettext_lazy("How many make one of the first"))


class WithUnits(QuestionForm):
    """A number that may need a unit."""

    unit_share = ShareField(
        least=0,
        label=gettext_lazy("A wrong or missing unit costs, in %"),
        help_text=gettext_lazy("Of the points. Empty: all of them. Only where there are units."),
    )

    def unit_rows(self) -> Rows:
        there = self.before.units if isinstance(self.before, Numeric | Calculated) else []
        initial = [
            (f"u{n}", {"name": unit.name, "factor": "" if unit.factor == 1 else plain(unit.factor)})
            for n, unit in enumerate(there)
        ]
        words = {
            "label": _("Units"),
            "noun": _("Unit"),
            "add": _("Another unit"),
            "help": _("The values are in the first; of others, say how many make one of it: 100 cm make 1 m."),
        }
        return self.rows("units", UnitRow, initial, blank=1, **words)

    def filled_in(self) -> dict[str, Any]:
        there = super().filled_in()
        share = there.get("unit_share")
        return {**there, "unit_share": "" if share in (None, Decimal(1)) else percent(share)}

    def units(self, cleaned: dict[str, Any]) -> dict[str, Any]:
        units = [{"name": row["name"], "factor": row["factor"] or Decimal(1)} for row in self.tables["units"].values()]
        share = cleaned["unit_share"]
        return {"units": units, "unit_share": Decimal(1) if share is None else share}


class NumericForm(WithUnits):
    type = "number"
    settings = ("unit_share",)

    def make_tables(self) -> list[Rows]:
        there = self.before.values if isinstance(self.before, Numeric) else []
        initial = [(f"v{n}", self._initial(value.model_dump())) for n, value in enumerate(there)]
        words = {"label": _("Accepted values"), "noun": _("Value"), "add": _("Another value")}
        return [self.rows("values", ValueRow, initial, blank=1, **words), self.unit_rows()]

    def body(self, cleaned: dict[str, Any]) -> dict[str, Any]:
        values = [_value(row) for row in self.tables["values"].values()]
        if not values:
            self.wrong(self.tables["values"], _("At least one is needed."))
        elif max(value["fraction"] for value in values) != 1:
            self.wrong(self.tables["values"], _("One of them has to bring all of the points."))
        return {"values": values, **self.units(cleaned)}

    def _initial(self, value: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "value": plain(value["value"]),
            **_tolerance(value),
            "fraction": "" if value["fraction"] == 1 else percent(value["fraction"]),
            "feedback": short(self.here, value["feedback"]),
        }


class VariableRow(Row):
    essential = ("name",)

    name = forms.RegexField(
        r"^[a-zA-Z][a-zA-Z0-9_]{0,30}$",
        label=gettext_lazy("Name"),
        max_length=31,
        error_messages={"invalid": gettext_lazy("A name begins with a letter and has only letters and digits.")},
    )
    low = NumberField(label=gettext_lazy("From"), required=True)
    high = NumberField(label=gettext_lazy("to"), required=True)
    decimals = WholeField(least=0, most=9, label=gettext_lazy("Decimals"))

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if values.get("low") is not None and values.get("high") is not None and values["low"] > values["high"]:
            self.add_error("high", _("This is below the lowest value."))
        return values


class CalculatedForm(WithUnits):
    type = "calculated"
    own = ("formula",)
    settings = ("tolerance", "relative", "decimals", "unit_share")

    formula = forms.CharField(
        label=gettext_lazy("Formula"),
        max_length=500,
        help_text=gettext_lazy(
            "Such as a*b/2 or sqrt(x^2 + y^2). In what is asked, {a} stands for the value that was drawn for a."
        ),
    )
    tolerance = NumberField(least=0, label=gettext_lazy("Give or take"))
    relative = forms.ChoiceField(label=gettext_lazy("measured"), choices=RELATIVE, required=False)
    decimals = WholeField(
        least=0,
        most=9,
        label=gettext_lazy("Round the right answer to so many decimals"),
        help_text=gettext_lazy("Empty: it is not rounded."),
    )

    def filled_in(self) -> dict[str, Any]:
        there = super().filled_in()
        if not isinstance(self.before, Calculated):
            return {**there, "tolerance": "1", "relative": "yes"}
        return {**there, **_tolerance(self.before.model_dump())}

    def make_tables(self) -> list[Rows]:
        there = self.before.variables if isinstance(self.before, Calculated) else []
        initial = [
            (
                f"n{n}",
                {
                    "name": one.name,
                    "low": plain(one.low),
                    "high": plain(one.high),
                    "decimals": one.decimals or "",
                },
            )
            for n, one in enumerate(there)
        ]
        words = {"label": _("Variables"), "noun": _("Variable"), "add": _("Another variable")}
        words["help"] = _("Drawn anew for each attempt, both ends included.")
        return [self.rows("variables", VariableRow, initial, blank=1 if initial else 2, **words), self.unit_rows()]

    def body(self, cleaned: dict[str, Any]) -> dict[str, Any]:
        rows = self.tables["variables"]
        variables = [
            {"name": r["name"], "low": r["low"], "high": r["high"], "decimals": r["decimals"] or 0}
            for r in rows.values()
        ]
        names = [one["name"] for one in variables]
        if not variables:
            self.wrong(rows, _("At least one is needed."))
        elif len(names) != len(set(names)):
            self.wrong(rows, _("Two variables have the same name."))
        if not variables:
            variables = [{"name": "x", "low": 0, "high": 0}]
        body = {"formula": cleaned["formula"], "variables": variables, "decimals": cleaned["decimals"]}
        body |= {**_tolerance_of(cleaned), **self.units(cleaned)}
        self._try(body)
        return body

    @property
    def samples(self) -> list[dict[str, str]]:
        """A few draws and what comes out, of what is written now; nothing where nothing comes out."""
        body = self.tried if self.is_bound else self.before
        return samples_of(body) if isinstance(body, Calculated) else []

    tried: Calculated | None = None

    def _try(self, body: dict[str, Any]) -> None:
        """The formula with values drawn from what was said: a result that never comes is told now."""
        try:
            unknown = names_in(body["formula"]) - {one["name"] for one in body["variables"]}
            if unknown:
                message = _("There is no variable called %(name)s.")
                raise FormulaError(message % {"name": ", ".join(sorted(unknown))})
            self.tried = Calculated.model_validate({**body, "type": "calculated"})
            for seed in range(20):
                CalculatedNumber().draw(self.tried, Random(seed), shuffle=False)  # noqa: S311
        except FormulaError as error:
            self.add_error("formula", str(error))
        except ValidationError:
            self.tried = None  # told beside its field, when the whole is built


def samples_of(body: Calculated) -> list[dict[str, str]]:
    found = []
    for seed in range(SAMPLES):
        try:
            drawn = CalculatedNumber().draw(body, Random(seed), shuffle=False)  # noqa: S311
            values = ", ".join(f"{name} = {value}" for name, value in drawn["values"].items())
            found.append({"values": values, "result": plain(right_answer(body, drawn))})
        except FormulaError:
            return []
    return found


def _value(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "value": row["value"],
        **_tolerance_of(row),
        "fraction": Decimal(1) if row["fraction"] is None else row["fraction"],
        "feedback": row["feedback"],
    }


def _tolerance_of(values: Mapping[str, Any]) -> dict[str, Any]:
    """Percent on the page, shares in the content."""
    tolerance, relative = values["tolerance"] or Decimal(0), values["relative"] == "yes"
    return {"tolerance": tolerance / 100 if relative else tolerance, "relative": relative}


def _tolerance(values: Mapping[str, Any]) -> dict[str, str]:
    tolerance = values["tolerance"] * 100 if values["relative"] else values["tolerance"]
    return {"tolerance": plain(tolerance) if tolerance else "", "relative": "yes" if values["relative"] else ""}

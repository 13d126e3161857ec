"""Short texts and texts with gaps: what is accepted, and what it brings."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from encore.base.html import plain_text
from encore.toolkit.forms import RichTextField
from encore.toolkit.rich_text import text_to_edit
from encore.tools.quizzes.content import Accepted, GapText, Short
from encore.tools.quizzes.forms.choosing import FEEDBACK
from encore.tools.quizzes.forms.fields import LinesField, NumberField, ShareField, ShortHtmlField, percent, short
from encore.tools.quizzes.forms.question import QuestionForm
from encore.tools.quizzes.forms.rows import Row, Rows, new_key
from encore.tools.quizzes.questions.number import number_in, plain

_SHARE = re.compile(r"^(?P<text>.*?)\s*=\s*(?P<share>-?\d+(?:[.,]\d+)?)\s*%$")
_MARK = re.compile(r"\[\[([a-z0-9]{1,12})\]\]")
_QUICK = re.compile(r"\{([^{}]+)\}")


class AcceptedRow(Row):
    essential = ("text",)
    details = ("fraction", "feedback")

    text = forms.CharField(label=gettext_lazy("Accepted"), required=False, max_length=500)
    fraction = ShareField(help_text=gettext_lazy("Empty: 100."))
    feedback = ShortHtmlField(label=FEEDBACK, help_text=gettext_lazy("Shown to who wrote this."))


class ShortForm(QuestionForm):
    type = "short"
    settings = ("match_case",)

    match_case = forms.BooleanField(label=gettext_lazy("Capital letters must be right"), required=False)

    def make_tables(self) -> list[Rows]:
        there = self.before.accepted if isinstance(self.before, Short) else []
        initial = [(f"t{n}", self._initial(one)) for n, one in enumerate(there)]
        words = {
            "label": _("Accepted answers"),
            "noun": _("Answer"),
            "add": _("Another answer"),
            "help": _("The first that fits counts. A star (*) stands for any characters."),
        }
        return [self.rows("accepted", AcceptedRow, initial, blank=1 if initial else 2, **words)]

    def body(self, cleaned: dict[str, Any]) -> dict[str, Any]:
        there = self.before.accepted if isinstance(self.before, Short) else []
        tolerances = {one.text: one.tolerance for one in there}  # from imports; not shown here
        rows = self.tables["accepted"].values()
        accepted = [{**accepted_of(row), "tolerance": tolerances.get(row["text"])} for row in rows]
        if not accepted:
            self.wrong(self.tables["accepted"], _("At least one is needed."))
        elif max(one["fraction"] for one in accepted) != 1:
            self.wrong(self.tables["accepted"], _("One of them has to bring all of the points."))
        return {**super().body(cleaned), "accepted": accepted}

    def _initial(self, one: Accepted) -> dict[str, Any]:
        fraction = "" if one.fraction == 1 else percent(one.fraction)
        return {"text": one.text, "fraction": fraction, "feedback": short(self.here, one.feedback)}


class GapRow(Row):
    """One gap of the text; its key is its mark there."""

    essential = ("accepted",)
    details = ("choices", "weight")
    laid_out_by = "quizzes/forms/gap_row.html"

    accepted = LinesField(
        label=gettext_lazy("Accepted"),
        required=True,
        help_text=gettext_lazy("One a line; a star (*) stands for any characters. With “= 50 %” behind it, in part."),
    )
    choices = LinesField(
        each=200,
        label=gettext_lazy("To choose from"),
        help_text=gettext_lazy("One a line, the right one too. Empty: it is written into the gap."),
    )
    weight = NumberField(least=Decimal("0.001"), most=1000, label=gettext_lazy("Weight"))

    @property
    def is_blank(self) -> bool:
        """Never: each gap has a place in the text."""
        return False

    @property
    def mark(self) -> str:
        return f"[[{self.key}]]"


class GapForm(QuestionForm):
    type = "gap"
    own = ("gap_text",)
    settings = ("match_case",)

    gap_text = RichTextField(
        label=gettext_lazy("Text with gaps"),
        required=True,
        help_text=gettext_lazy(
            "Write a gap as {what is accepted|what is accepted too}. Once saved, a mark such as [[ab12]] stands in its "
            "place, and its row below says the rest."
        ),
    )
    match_case = forms.BooleanField(label=gettext_lazy("Capital letters must be right"), required=False)

    def filled_in(self) -> dict[str, Any]:
        there = self.before
        if not isinstance(there, GapText):
            return {}
        return {"gap_text": text_to_edit(self.here, there.text), "match_case": there.match_case}

    def make_tables(self) -> list[Rows]:
        there = self.before.gaps if isinstance(self.before, GapText) else []
        initial = [(gap.id, _gap_initial(gap.model_dump())) for gap in there]
        self._take_new_gaps()
        return [self.rows("gaps", GapRow, initial, blank=0, label=_("Gaps"), noun=_("Gap"))]

    def body(self, cleaned: dict[str, Any]) -> dict[str, Any]:
        rows, text = self.tables["gaps"], cleaned["gap_text"]
        gaps = [_gap(row, self._kept(row["key"])) for row in rows.values()]
        for row in rows:
            if text.count(row.mark) != 1:
                message = _("%(mark)s has to stand in the text once. Put it there, or remove this gap.")
                row.add_error("accepted", message % {"mark": row.mark})
                self.wrong(rows, _("Something is not right in the rows."))
        if not rows.rows:
            self.add_error("gap_text", _("The text has no gap yet. Write one as {what is accepted}."))
        return {"text": text, "gaps": gaps, "match_case": cleaned["match_case"]}

    def _kept(self, key: str) -> dict[str, dict[str, Any]]:
        """What an import said of each accepted text, which this form does not show."""
        gaps = self.before.gaps if isinstance(self.before, GapText) else []
        accepted = [one for gap in gaps if gap.id == key for one in gap.accepted]
        return {one.text: {"feedback": one.feedback, "tolerance": one.tolerance} for one in accepted}

    def _take_new_gaps(self) -> None:
        """{…} in what was sent becomes a mark and a row; a mark that nobody has described yet, an empty row."""
        if not self.is_bound:
            return
        data = self.data.copy()
        text, keys = data.get("gap_text", ""), data.getlist("gaps")

        def take(match: re.Match[str]) -> str:
            key = new_key()
            texts = [plain_text(part) for part in match[1].split("|")]
            data[f"gaps-{key}-accepted"] = "\n".join(part for part in texts if part)
            keys.append(key)
            return f"[[{key}]]"

        text = _QUICK.sub(take, text)
        keys += [key for key in dict.fromkeys(_MARK.findall(text)) if key not in keys]
        places = {key: text.find(f"[[{key}]]") for key in keys}
        data["gap_text"] = text
        data.setlist("gaps", sorted(keys, key=lambda key: places[key] if places[key] >= 0 else len(text)))
        self.data = data


def accepted_of(row: Mapping[str, Any]) -> dict[str, Any]:
    fraction = Decimal(1) if row["fraction"] is None else row["fraction"]
    return {"text": row["text"], "fraction": fraction, "feedback": row["feedback"]}


def _gap(row: Mapping[str, Any], kept: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    accepted = [{**one, **kept.get(one["text"], {})} for one in map(_line, row["accepted"])]
    return {
        "id": row["key"],
        "accepted": accepted,
        "choices": row["choices"],
        "weight": row["weight"] or Decimal(1),
    }


def _line(line: str) -> dict[str, Any]:
    """ "Paris = 50 %" is accepted for half of the points."""
    found = _SHARE.match(line)
    share = number_in(found["share"]) if found else None
    if found and found["text"] and share is not None and abs(share) <= 100:
        return {"text": found["text"], "fraction": share / 100}
    else:
        return {"text": line, "fraction": Decimal(1)}


def _gap_initial(gap: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "accepted": "\n".join(_as_line(one) for one in gap["accepted"]),
        "choices": "\n".join(gap["choices"]),
        "weight": "" if gap["weight"] == 1 else plain(gap["weight"]),
    }


def _as_line(one: Mapping[str, Any]) -> str:
    return one["text"] if one["fraction"] == 1 else f"{one['text']} = {percent(one['fraction'])} %"

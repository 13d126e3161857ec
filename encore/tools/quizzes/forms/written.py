"""Essays, files, and texts to read."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from encore.toolkit.forms import RichTextField
from encore.toolkit.places import address
from encore.toolkit.rich_text import text_to_edit
from encore.tools.quizzes.content import Passage
from encore.tools.quizzes.forms.fields import WholeField
from encore.tools.quizzes.forms.question import QuestionForm
from encore.tools.quizzes.forms.rows import Row, Rows

GUIDANCE = gettext_lazy("For those who mark")
GUIDANCE_HELP = gettext_lazy("What a good answer has, and how points are given. Learners never see it.")


class Guided(QuestionForm):
    """Marked by a person, who may be told how."""

    guidance = RichTextField(label=GUIDANCE, help_text=GUIDANCE_HELP)

    def filled_in(self) -> dict[str, Any]:
        there = super().filled_in()
        return {**there, "guidance": text_to_edit(self.here, there["guidance"])} if there.get("guidance") else there


class EssayForm(Guided):
    type = "essay"
    settings = ("lines", "least_words", "most_words", "template", "guidance")

    lines = WholeField(least=1, most=100, label=gettext_lazy("Height of the field, in lines"), initial="15")
    least_words = WholeField(least=0, most=100_000, label=gettext_lazy("At least so many words"))
    most_words = WholeField(least=1, most=100_000, label=gettext_lazy("At most so many words"))
    template = forms.CharField(
        label=gettext_lazy("What stands in the field at first"),
        required=False,
        max_length=50_000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def body(self, cleaned: dict[str, Any]) -> dict[str, Any]:
        least, most = cleaned["least_words"], cleaned["most_words"]
        if least is not None and most is not None and least > most:
            self.add_error("most_words", _("This is less than the fewest words."))
        return {**super().body(cleaned), "lines": cleaned["lines"] or 15}


class FileForm(Guided):
    type = "file"
    settings = ("most_files", "endings", "guidance")

    most_files = WholeField(least=1, most=20, label=gettext_lazy("At most so many files"), initial="1")
    endings = forms.CharField(
        label=gettext_lazy("Endings"),
        required=False,
        max_length=300,
        help_text=gettext_lazy("Of the files that are taken, such as pdf, docx. Empty: any."),
    )

    def filled_in(self) -> dict[str, Any]:
        there = super().filled_in()
        return {**there, "endings": ", ".join(there["endings"])} if there else there

    def clean_endings(self) -> list[str]:
        endings = [word.lstrip(".*") for word in re.split(r"[\s,;]+", self.cleaned_data["endings"].lower())]
        if wrong := [word for word in endings if word and not re.fullmatch(r"[a-z0-9]{1,10}", word)]:
            raise forms.ValidationError(_("“%(word)s” is not the ending of a file.") % {"word": wrong[0]})
        return list(dict.fromkeys(word for word in endings if word))

    def body(self, cleaned: dict[str, Any]) -> dict[str, Any]:
        return {**super().body(cleaned), "most_files": cleaned["most_files"] or 1}


class AboutRow(Row):
    """A question about a text to read."""

    essential = ("question",)
    laid_out_by = "quizzes/forms/about_row.html"

    question = forms.UUIDField(widget=forms.HiddenInput)

    @property
    def title(self) -> str:
        return str(self.titles.get(str(self["question"].value()), _("A question that is not there any more")))

    titles: dict[str, str] = {}


class PassageForm(QuestionForm):
    """The text stands in `text`; its questions come from the bank, by a page of their own."""

    type = "passage"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].label = _("The text to read")
        self.fields["points"].widget = forms.HiddenInput()  # those of its questions count
        self.fields["feedback"].widget = forms.HiddenInput()

    def make_tables(self) -> list[Rows]:
        from encore.tools.quizzes.bank import titles_of

        there = self.before.questions if isinstance(self.before, Passage) else []
        initial = [(f"q{n}", {"question": uuid}) for n, uuid in enumerate(there)]
        words = {"label": _("Questions about it"), "noun": _("Question")}
        words["help"] = _("They follow the text wherever it is asked, in this order.")
        rows = self.rows("questions", AboutRow, initial, blank=0, **words)
        named = [str(row["question"].value()) for row in rows]
        titles = titles_of(self.here, named)
        for row in rows:
            row.titles = titles  # type: ignore[attr-defined]
        return [rows]

    def onward(self, do: str) -> str:
        return address(self.here, "quizzes:choose", uuid=self.writing.key) if do == "choose" else ""

    def body(self, cleaned: dict[str, Any]) -> dict[str, Any]:
        asked: list[UUID] = [row["question"] for row in self.tables["questions"].values()]
        return {"questions": list(dict.fromkeys(one for one in asked if one != self.writing.key))}

"""The form of a test: sections, and in each what is asked, in order: questions of the bank and random draws."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.forms.utils import ErrorDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from encore.toolkit.content import Content
from encore.toolkit.forms import ItemForm, RichTextField
from encore.toolkit.places import address
from encore.toolkit.registry import kind_named
from encore.toolkit.writing import folders_for
from encore.tools.quizzes.bank import Known, known_in
from encore.tools.quizzes.composing import Composition, compose
from encore.tools.quizzes.content import Draw, Fixed, Section, Test
from encore.tools.quizzes.forms.fields import NumberField, ShortHtmlField, TagsField, WholeField, short
from encore.tools.quizzes.forms.rows import Row, Rows, new_key
from encore.tools.quizzes.questions.number import plain


class CategoryForm(ItemForm):
    """A category of the bank."""

    description = RichTextField(
        label=gettext_lazy("Description"), help_text=gettext_lazy("For those who write. May be left empty.")
    )


class PartRow(Row):
    """A question of the bank (with `question`), or a draw (with `count`)."""

    laid_out_by = "quizzes/forms/part_row.html"
    known: Known | None = None
    categories: list[tuple[str, str]] = []

    question = forms.UUIDField(required=False, widget=forms.HiddenInput)
    count = WholeField(least=1, most=200, label=gettext_lazy("Draw"))
    category = forms.ChoiceField(label=gettext_lazy("from"), required=False)
    tags = TagsField(label=gettext_lazy("with the tags"))
    points = NumberField(least=0, most=10_000, places=4, label=gettext_lazy("Points each"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["category"].choices = [("", _("the whole bank")), *self.categories]  # type: ignore[attr-defined]
        if self.is_question:
            self.fields["points"].label = _("Points")
            self.fields["points"].widget.attrs["placeholder"] = _("its own")
        else:
            self.fields["count"].required = True

    @property
    def is_question(self) -> bool:
        return bool(str(self["question"].value() or "").strip())

    @property
    def is_blank(self) -> bool:
        return False

    def part(self) -> dict[str, Any]:
        values = self.cleaned_data
        if values.get("question"):
            return {"type": "fixed", "question": values["question"], "points": values["points"]}
        category = values["category"] or None
        return {
            "type": "draw",
            "count": values["count"],
            "category": category,
            "tags": values["tags"],
            "points": values["points"],
        }


class SectionRow(Row):
    laid_out_by = "quizzes/forms/section_row.html"

    title = forms.CharField(label=gettext_lazy("Title of the section"), max_length=250, required=False)
    text = ShortHtmlField(label=gettext_lazy("Text above its questions"))
    shuffle = forms.BooleanField(label=gettext_lazy("Mix its questions"), required=False)

    parts: Rows

    @property
    def is_blank(self) -> bool:
        return False


class TestForm(ItemForm):
    """`sections` holds the rows; each of them `parts`."""

    laid_out_by = "quizzes/forms/test.html"

    introduction = RichTextField(
        label=gettext_lazy("Introduction"), help_text=gettext_lazy("Learners read it before they begin.")
    )
    passed = RichTextField(label=gettext_lazy("Said to who has passed"))
    failed = RichTextField(label=gettext_lazy("Said to who has not"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, rows in (("introduction", 5), ("passed", 3), ("failed", 3)):
            self.fields[name].widget.attrs["rows"] = rows
        self.composition: Composition | None = None
        self.sections = self._sections()

    def clean(self) -> dict[str, Any]:
        for section in self.sections:
            if not section.is_valid() or not section.parts.is_valid():  # type: ignore[attr-defined]
                self.add_error(None, _("Something is not right in the sections."))
        return super().clean()

    def build(self, cleaned: dict[str, Any]) -> Content:
        sections = [
            {
                "id": row.key,
                **{name: row.cleaned_data[name] for name in ("title", "text", "shuffle")},
                "parts": [part.part() for part in row.parts],  # type: ignore[attr-defined]
            }
            for row in self.sections
        ]
        texts = {name: cleaned[name] for name in ("introduction", "passed", "failed")}
        return Test.model_validate({**texts, "sections": sections})

    def rearranges(self, do: str) -> bool:
        verb, _space, rest = do.partition(" ")
        name, _space, key = rest.partition(" ")
        changed = name == "sections" and self.sections.do(verb, key)
        for section in self.sections:
            if changed and not hasattr(section, "parts"):
                self._give_parts(section, [])
            changed = changed or (name == section.parts.name and section.parts.do(verb, key))  # type: ignore[attr-defined]
        if changed:
            self._errors = ErrorDict()
            for section in self.sections:
                section.say_nothing()
                section.parts.say_nothing()  # type: ignore[attr-defined]
        return changed

    def onward(self, do: str) -> str:
        """do = choose KEY: to the bank, for the section of that key."""
        verb, _space, key = do.partition(" ")
        if verb != "choose" or not any(section.key == key for section in self.sections):
            return ""
        return f"{address(self.here, 'quizzes:choose', uuid=self.writing.key)}?section={key}"

    @property
    def pattern(self) -> Row:
        """The section that a new one is made from in the browser."""
        row = self.sections.pattern
        self._give_parts(row, [], fresh=True)
        return row

    def _sections(self) -> Rows:
        content = self.writing.content if not self.is_bound else None
        there = content.sections if isinstance(content, Test) else []
        if isinstance(content, Test) and there:
            self.composition = compose(self.here, content)
        initial = [(s.id, _initial(s, short(self.here, s.text))) for s in there] or [(new_key(), {})]
        rows = Rows(
            "sections",
            SectionRow,
            here=self.here,
            data=self.data if self.is_bound else None,
            initial=initial,
            blank=0,
            label=_("What is asked"),
            noun=_("Section"),
            add=_("Another section"),
            upload_url=self.upload_url,
        )
        self.row = type("PartRow", (PartRow,), {"categories": self._categories()})
        for number, section in enumerate(rows):
            self._give_parts(section, there[number].parts if there else [])
        self._say_what_is_asked(rows)
        return rows

    def _give_parts(self, section: Row, parts: list[Fixed | Draw], *, fresh: bool = False) -> None:
        section.parts = Rows(  # type: ignore[attr-defined]
            f"parts-{section.key}",
            self.row,
            here=self.here,
            data=self.data if self.is_bound and not fresh and section.is_bound else None,
            initial=[(new_key(), _part(part)) for part in parts],
            blank=0,
            label=_("Questions"),
            noun=_("Question"),
            add=_("Draw questions at random"),
        )
        section.parts.placeholder = f"__part-{section.key}__"  # type: ignore[attr-defined]

    def _say_what_is_asked(self, sections: Rows) -> None:
        """Give each row of a question what is known of it, and each draw how many there are, if too few."""
        rows = [part for section in sections for part in section.parts]  # type: ignore[attr-defined]
        uuids = {uuid for row in rows if row.is_question and (uuid := _uuid(row["question"].value()))}
        known = known_in(self.here, only=uuids) if uuids else {}
        seen = [part for section in (self.composition.sections if self.composition else []) for part in section.parts]
        for number, row in enumerate(rows):
            row.known = known.get(_uuid(row["question"].value())) if row.is_question else None
            row.there = seen[number].there if number < len(seen) else None

    def _categories(self) -> list[tuple[str, str]]:
        folders = folders_for(self.here, kind_named("question"))
        return [(str(folder.uuid), folder.title) for folder in folders]


def _initial(section: Section, text: str) -> Mapping[str, Any]:
    return {"title": section.title, "text": text, "shuffle": section.shuffle}


def _part(part: Fixed | Draw) -> Mapping[str, Any]:
    points = "" if part.points is None else plain(part.points)
    if isinstance(part, Fixed):
        return {"question": part.question, "points": points}
    category = str(part.category) if part.category else ""
    return {"count": part.count, "category": category, "tags": part.tags, "points": points}


def _uuid(value: Any) -> UUID | None:
    try:
        return value if isinstance(value, UUID) else UUID(str(value))
    except ValueError:
        return None

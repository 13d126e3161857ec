"""What the forms of all types of questions have in common: name, text, points, tags, feedback, and rows of parts."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.forms.utils import ErrorDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from encore.toolkit.content import Content
from encore.toolkit.forms import ItemForm, RichTextField
from encore.tools.quizzes.content import Question
from encore.tools.quizzes.forms.fields import NumberField, TagsField
from encore.tools.quizzes.forms.rows import Row, Rows
from encore.tools.quizzes.questions import TYPES
from encore.tools.quizzes.questions.number import plain

RowClass = type[Row]  # a form has a `type` of its own
BLANK_AT_FIRST, BLANK_LATER = 4, 1
# What pydantic finds that no field has found before, as a sentence. {…}: from the problem's context.
SENTENCES = {
    "too_short": gettext_lazy("At least %(min_length)s are needed."),
    "too_long": gettext_lazy("At most %(max_length)s are possible."),
    "string_too_short": gettext_lazy("A text is missing."),
    "string_too_long": gettext_lazy("At most %(max_length)s characters are possible."),
    "decimal_max_digits": gettext_lazy("This number has too many digits."),
    "decimal_max_places": gettext_lazy("This number has too many digits after the point."),
    "less_than_equal": gettext_lazy("At most %(le)s."),
    "greater_than_equal": gettext_lazy("At least %(ge)s."),
    "greater_than": gettext_lazy("More than %(gt)s is needed."),
}


class QuestionForm(ItemForm):
    """`type`: the name of the type it writes; `tables`: the rows of parts, by name; `before`: the body as it is.

    `own`: the names of the type's own fields that stand above the rows, `settings`: those below.
    """

    laid_out_by = "quizzes/forms/question.html"
    type: ClassVar[str]
    own: ClassVar[Sequence[str]] = ()
    settings: ClassVar[Sequence[str]] = ()

    title = forms.CharField(
        label=gettext_lazy("Name in the bank"),
        max_length=250,
        help_text=gettext_lazy("By which you find it again. Learners do not see it."),
    )
    text = RichTextField(label=gettext_lazy("What is asked"))
    points = NumberField(label=gettext_lazy("Points"), least=0, most=10_000, places=4, required=True)
    tags = TagsField(help_text=gettext_lazy("Words between commas. A test can draw questions by their tags."))
    feedback = RichTextField(
        label=gettext_lazy("Feedback for everybody"),
        help_text=gettext_lazy("Shown after the answer, whatever it was: an explanation, or where to read on."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        content = kwargs["writing"].content
        self.before: Any = content.body if isinstance(content, Question) else None
        super().__init__(*args, **kwargs)
        self.fields["text"].widget.attrs["rows"] = 6
        self.fields["feedback"].widget.attrs["rows"] = 3
        for name, value in self.filled_in().items():
            self.initial.setdefault(name, value)
        self.tables: dict[str, Rows] = {rows.name: rows for rows in self.make_tables()}

    # What each type says

    def filled_in(self) -> dict[str, Any]:
        """The type's own fields as they are."""
        return {name: getattr(self.before, name) for name in (*self.own, *self.settings) if hasattr(self.before, name)}

    def make_tables(self) -> list[Rows]:
        return []

    def body(self, cleaned: dict[str, Any]) -> dict[str, Any]:
        """The body's values, besides its type. `tables` are valid. Errors are added to the form or to rows."""
        return {name: cleaned[name] for name in (*self.own, *self.settings)}

    # How it goes

    @property
    def all_rows(self) -> list[Rows]:
        return list(self.tables.values())

    @property
    def kind(self) -> Any:
        return TYPES[self.type]

    @property
    def own_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.own]

    @property
    def settings_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.settings]

    def rows(self, name: str, row: RowClass, initial: Sequence[Any], **words: Any) -> Rows:
        """Rows of this form: what is there, and some that are empty."""
        given = {"here": self.here, "data": self.data if self.is_bound else None, "upload_url": self.upload_url}
        blank = words.pop("blank", BLANK_LATER if initial else BLANK_AT_FIRST)
        return Rows(name, row, **given, initial=initial, blank=blank, **words)

    def rearranges(self, do: str) -> bool:
        verb, _space, rest = do.partition(" ")
        name, _space, key = rest.partition(" ")
        if name not in self.tables or not self.tables[name].do(verb, key):
            return False
        self._errors = ErrorDict()  # nothing is wrong with what is still being written
        for rows in self.tables.values():
            rows.say_nothing()
        return True

    def nothing(self) -> Content:
        return Question.model_validate({"body": {"type": self.type, **LEAST[self.type]}})

    def clean(self) -> dict[str, Any]:
        for rows in self.tables.values():
            if not rows.is_valid():
                self.wrong(rows, _("Something is not right in the rows."))
        return super().clean()

    def build(self, cleaned: dict[str, Any]) -> Content:
        body = {"type": self.type, **self.body(dict(cleaned))}
        shared = {name: cleaned[name] for name in ("text", "points", "tags", "feedback")}
        if self.errors:  # found by the type; what is built is not used
            return self.nothing()
        return Question.model_validate({**shared, "body": body})

    def wrong(self, rows: Rows, message: str) -> None:
        """Say what is wrong with rows, beside them and on top."""
        rows.error = message
        self.add_error(None, f"{rows.label}: {message}")

    def _filled(self) -> dict[str, Any]:
        values = super()._filled()
        points = values.get("points", Decimal(1))
        return {**values, "points": plain(points)}

    def _add(self, problem: Any) -> None:
        """What the schema refuses and no field refused before: as a sentence, beside the rows that it is about."""
        sentence = SENTENCES.get(problem["type"])
        message = str(sentence) % problem.get("ctx", {}) if sentence else _("This cannot be taken as it is.")
        if "error" in problem.get("ctx", {}):
            message = str(problem["ctx"]["error"])
        names = [part for part in problem["loc"] if isinstance(part, str)]
        rows = next((self.tables[name] for name in names if name in self.tables), None)
        field = next((name for name in reversed(names) if name in self.fields), None)
        if rows is not None:
            self.wrong(rows, message)
        else:
            self.add_error(field, message)


# The least that each type takes: for a question of which nothing is written yet.
_TWO = [{"id": "a", "text": ""}, {"id": "b", "text": ""}]
LEAST: dict[str, dict[str, Any]] = {
    "single": {"options": _TWO},
    "multiple": {"options": _TWO},
    "true_false": {"statements": [{"id": "a", "text": "", "is_true": True}]},
    "gap": {"text": "[[a]]", "gaps": [{"id": "a", "accepted": [{"text": "…"}]}]},
    "matching": {"pairs": [{"id": key, "left": "", "right": "…"} for key in "ab"]},
    "ordering": {"steps": _TWO},
    "short": {"accepted": [{"text": "…"}]},
    "number": {"values": [{"value": 0}]},
    "calculated": {"formula": "a", "variables": [{"name": "a", "low": 1, "high": 1}]},
    "essay": {},
    "file": {},
    "passage": {"questions": []},
}

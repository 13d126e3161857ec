"""The form that writes an item. A tool's own forms add the fields of their content."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from pydantic import ValidationError

from encore.courses.context import Here
from encore.toolkit.content import Content
from encore.toolkit.models import Draft
from encore.toolkit.rich_text import text_from, text_to_edit
from encore.toolkit.writing import Writing

LONGEST_TEXT = 500_000


class RichTextField(forms.CharField):
    """Rich text: an editor where there is JavaScript, else a text area that takes HTML."""

    widget = forms.Textarea(attrs={"data-editor": "", "rows": 16})

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"required": False, "max_length": LONGEST_TEXT, **kwargs})
        self.widget.attrs.pop("maxlength", None)  # the browser would count the mark-up

    def clean(self, value: Any) -> str:
        return text_from(super().clean(value))


class ItemForm(forms.Form):
    """Title and content of an item. Fields named as those of the kind's content fill it.

    `laid_out_by`: a template that places the fields (`form`); without it they stand in their order. It may hold buttons
    of its own, do=…, for which see `rearranges` and `onward`.
    """

    laid_out_by = ""

    title = forms.CharField(label=_("Title"), max_length=250)
    stamp = forms.IntegerField(required=False, widget=forms.HiddenInput)
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        *args: Any,
        here: Here,
        writing: Writing,
        upload_url: str = "",
        title: str = "",
        query: Mapping[str, str] | None = None,
        **kwargs: Any,
    ) -> None:
        self.here, self.writing, self.suggested, self.upload_url = here, writing, title, upload_url
        self.query = query or {}
        super().__init__(*args, **{"initial": self._filled(), **kwargs})
        for field in self.fields.values():
            if isinstance(field, RichTextField) and upload_url:
                field.widget.attrs["data-upload"] = upload_url

    def clean(self) -> dict[str, Any]:
        """Builds the content; what does not fit its schema is an error beside the field."""
        cleaned = super().clean() or {}
        if not self.errors:
            try:
                self.content = self.build(cleaned)
            except ValidationError as problems:
                for problem in problems.errors():
                    self._add(problem)
        return cleaned

    def build(self, cleaned: dict[str, Any]) -> Content:
        """The content that the fields say, over what is there."""
        kind = self.writing.kind.content
        before = self.writing.content.model_dump() if self.writing.content else {}
        given = {name: value for name, value in cleaned.items() if name in kind.model_fields}
        return kind(**{**before, **given})

    def attach(self, draft: Draft) -> None:
        """Called once the draft is saved: a form with uploads attaches them here, under the uuids in its content."""

    def rearranges(self, do: str) -> bool:
        """Whether a button of the form's own asks for another arrangement of what was typed, such as one row more.

        Then the form is shown again, and nothing is saved.
        """
        return False

    def onward(self, do: str) -> str:
        """The address to which a button of the form's own leads once the draft is saved; "" for no such button."""
        return ""

    def nothing(self) -> Content:
        """What a new item holds before anything is written, when a picture comes first."""
        return self.writing.kind.content()

    def may_be_unfinished(self) -> None:
        """For saving in the background: a title may still be missing."""
        self.fields["title"].required = False

    def _filled(self) -> dict[str, Any]:
        content = self.writing.content
        values = content.model_dump() if content else {}
        for name, field in self.base_fields.items():
            if isinstance(field, RichTextField) and values.get(name):
                values[name] = text_to_edit(self.here, values[name])
        title = self.writing.title or self.suggested
        return {"title": title, "stamp": self.writing.stamp, "seen": self.writing.seen, **values}

    def _add(self, problem: Any) -> None:
        name = str(problem["loc"][0]) if problem["loc"] else None
        message = str(problem["ctx"]["error"]) if "error" in problem.get("ctx", {}) else problem["msg"]
        self.add_error(name if name in self.fields else None, message)


class FolderForm(forms.Form):
    """Where something should lie."""

    parent = forms.ChoiceField(label=_("Where"), required=False, widget=forms.RadioSelect)

    def __init__(self, *args: Any, places: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["parent"].choices = places  # type: ignore[attr-defined]

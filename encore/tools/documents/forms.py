"""The forms of folders, pages and files."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.core.files.uploadedfile import UploadedFile as Upload
from django.core.validators import MaxLengthValidator
from django.utils.translation import gettext_lazy as _

from encore.toolkit.content import Content
from encore.toolkit.files import BadFile, store, use_file
from encore.toolkit.forms import ItemForm, RichTextField
from encore.toolkit.models import Draft
from encore.tools.documents.content import UploadedFile
from encore.tools.documents.uploads import described

LONGEST_DESCRIPTION = 500


def _description(**kwargs: Any) -> forms.CharField:
    return forms.CharField(
        label=_("Description"),
        required=False,
        validators=[MaxLengthValidator(LONGEST_DESCRIPTION)],
        widget=forms.Textarea(attrs={"rows": 2}),
        **kwargs,
    )


class FolderForm(ItemForm):
    description = _description(help_text=_("One or two sentences above what lies in it. May be left empty."))


class PageForm(ItemForm):
    text = RichTextField(label=_("Text"))


class FileForm(ItemForm):
    description = _description(help_text=_("Says what it is, also to those who cannot see it. May be left empty."))
    upload = forms.FileField(
        label=_("Another file in its place"),
        required=False,
        help_text=_("Leave it empty to keep the file there is."),
    )

    def clean_upload(self) -> Upload | None:
        upload = self.cleaned_data["upload"]
        if upload:
            try:
                self.stored = store(upload, at=self.here.at)
            except BadFile as why:
                raise forms.ValidationError(str(why)) from None
        return upload

    def build(self, cleaned: dict[str, Any]) -> Content:
        upload = cleaned.get("upload")
        content = super().build(cleaned)
        if upload:
            content = UploadedFile(**{**content.model_dump(), **described(upload, self.stored, self.writing.key)})
        return content

    def attach(self, draft: Draft) -> None:
        if self.cleaned_data.get("upload"):
            assert isinstance(self.content, UploadedFile)
            use_file(self.stored, draft, name=self.content.name, uuid=UUID(self.content.file))


class ManyFiles(forms.ClearableFileInput):
    allow_multiple_selected = True


class ManyFilesField(forms.FileField):
    """Several files; each is looked at on its own later, so that one bad file does not stop the others."""

    widget = ManyFiles

    def clean(self, data: Any, initial: Any = None) -> list[Upload]:
        uploads = data if isinstance(data, list | tuple) else [data] if data else []
        if self.required and not uploads:
            raise forms.ValidationError(self.error_messages["required"], code="required")
        return list(uploads)


class UploadForm(forms.Form):
    """`key` comes with the page, so that a form sent twice makes each file once."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    files = ManyFilesField(label=_("Files"))  # type: ignore[assignment]  # Django takes fields out of the class

"""Choosing a file of grades."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy


class BringForm(forms.Form):
    file = forms.FileField(label=gettext_lazy("File"), allow_empty_file=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].widget.attrs["accept"] = ".csv,.tsv,.txt,.xlsx"

    @property
    def hint(self) -> str:
        return _("CSV or .xlsx; at most %(limit)d MB") % {"limit": settings.UPLOAD_LIMIT // 1024 // 1024}

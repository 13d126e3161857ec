"""The forms of the introduction and of a section."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from encore.toolkit.forms import ItemForm, RichTextField


class IntroductionForm(ItemForm):
    """It has no title of its own: it stands under the course's."""

    title = forms.CharField(required=False, max_length=250, widget=forms.HiddenInput)
    text = RichTextField(
        label=_("Text"), help_text=_("The first thing people read on the course's home: a few sentences of welcome.")
    )

    def clean_title(self) -> str:
        return _now("Introduction")

    def _filled(self) -> dict[str, Any]:
        return {**super()._filled(), "title": _now("Introduction")}


class SectionForm(ItemForm):
    text = RichTextField(label=_("Text"))

"""The forms of links and their categories."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from encore.toolkit.forms import ItemForm


class LinkCategoryForm(ItemForm):
    description = forms.CharField(
        label=_("Description"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("One or two sentences above its links. May be left empty."),
    )


class LinkForm(ItemForm):
    field_order = ["url", "title", "description"]

    url = forms.CharField(
        label=_("Address"),
        max_length=2000,
        widget=forms.URLInput(attrs={"placeholder": "https://", "autocomplete": "off", "spellcheck": "false"}),
        help_text=_("Of a page (https://…) or of a person (mailto:name@example.org)."),
    )
    description = forms.CharField(
        label=_("Description"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What one finds there, and what it is good for. May be left empty."),
    )

    def clean_url(self) -> str:
        """What is typed without a scheme is meant to be a page."""
        url = self.cleaned_data["url"].strip()
        return url if ":" in url else f"https://{url}"

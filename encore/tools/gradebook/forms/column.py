"""The form of a column that is graded by hand."""

from __future__ import annotations

from decimal import Decimal

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from encore.toolkit.forms import ItemForm
from encore.tools.gradebook.forms.lines import StepsField
from encore.tools.gradebook.forms.numbers import NumberField


class ColumnForm(ItemForm):
    description = forms.CharField(
        label=gettext_lazy("Description"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("What is graded here. Learners read it. May be left empty."),
    )
    out_of = NumberField(label=gettext_lazy("Points to be had"), required=True)
    scale = StepsField(
        label=gettext_lazy("Words instead of points"),
        help_text=gettext_lazy(
            "One on a line: from which percentage on it is called so, and the word. “90 = very good”. A word may then "
            "be entered in the place of points. May be left empty."
        ),
    )

    def clean_out_of(self) -> Decimal:
        out_of: Decimal | None = self.cleaned_data["out_of"]
        if not out_of:
            raise forms.ValidationError(_("More than 0."))
        return out_of

"""The gradebook: everything that is graded in a course, and the totals it makes."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from encore.base.html import plain_text
from encore.toolkit.content import Content
from encore.toolkit.places import Place, address
from encore.toolkit.registry import Behaviour, Kind, Tool
from encore.toolkit.weighting import GradedByHand, Scheme


class Gradebook(Tool):
    def page_of(self, item: Any, here: Place) -> str:
        if item.kind == "column":
            return address(here, "gradebook:column", uuid=item.uuid)
        return address(here, "gradebook:scheme")

    def search_text(self, content: Content) -> str:
        return plain_text(content.description) if isinstance(content, GradedByHand) else ""


tool = Gradebook(
    name="gradebook",
    label=_("Grades"),
    icon="chart-column",
    behaviour=Behaviour.OVERRIDE,
    kinds=(
        Kind(
            "scheme",
            _("Scheme"),
            Scheme,
            icon="scale",
            seen=False,
            listed=False,
            single=True,
            form="encore.tools.gradebook.forms.scheme.SchemeForm",
            shown_by="gradebook/parts/scheme.html",
            new_label=_("How grades make a total"),
        ),
        Kind(
            "column",
            _("Column"),
            GradedByHand,
            icon="square-pen",
            seen=False,
            listed=False,
            graded=True,
            form="encore.tools.gradebook.forms.column.ColumnForm",
            shown_by="gradebook/parts/column.html",
            new_label=_("New column graded by hand"),
        ),
    ),
    urls="encore.tools.gradebook.urls",
    position=60,
    about=_("What you got, and how it makes a total."),
)

"""Links: addresses elsewhere, in categories."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from encore.toolkit.registry import Behaviour, Kind, Tool
from encore.tools.links.content import Link, LinkCategory

tool = Tool(
    name="links",
    label=_("Links"),
    icon="link",
    behaviour=Behaviour.SHARED,
    kinds=(
        Kind("link_category", _("Category"), LinkCategory, icon="folder", holds=True, seen=False),
        Kind("link", _("Link"), Link, icon="link", lies_in=("link_category",)),
    ),
    urls="encore.tools.links.urls",
    position=30,
    about=_("Places elsewhere that belong to this course."),
)

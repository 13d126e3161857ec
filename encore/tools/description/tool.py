"""Description: the introduction on the course's home, and what the course is about, in sections."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from encore.toolkit.registry import Behaviour, Kind, Tool
from encore.tools.description.content import Introduction, Section

tool = Tool(
    name="description",
    label=_("Description"),
    icon="info",
    behaviour=Behaviour.OVERRIDE,
    kinds=(
        Kind("introduction", _("Introduction"), Introduction, icon="message-square-text", seen=False),
        Kind("section", _("Section"), Section, icon="text", seen=False),
    ),
    urls="encore.tools.description.urls",
    position=10,
    about=_("What this course is about."),
)

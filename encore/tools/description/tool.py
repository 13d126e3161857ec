"""Description: the introduction on the course's home, and what the course is about, in sections."""

from __future__ import annotations

from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from encore.base.html import plain_text
from encore.courses.context import Here
from encore.toolkit.content import Content
from encore.toolkit.places import Place, address
from encore.toolkit.registry import Behaviour, Kind, Tool
from encore.toolkit.rich_text import text_for
from encore.tools.description.content import Introduction, Section
from encore.tools.description.queries import introduction_in


class Description(Tool):
    def page_of(self, item: Any, here: Place) -> str:
        return f"{address(here, 'description:index')}#section-{item.uuid}"

    def introduction(self, here: Here) -> SafeString | None:
        item = introduction_in(here)
        text = Introduction.read(item.content).text if item else ""
        return text_for(here, text) if text else None

    def search_text(self, content: Content) -> str:
        return plain_text(content.text) if isinstance(content, Introduction | Section) else ""


tool = Description(
    name="description",
    label=_("Description"),
    icon="info",
    behaviour=Behaviour.OVERRIDE,
    kinds=(
        Kind(
            "introduction",
            _("Introduction"),
            Introduction,
            icon="message-square-text",
            seen=False,
            single=True,
            form="encore.tools.description.forms.IntroductionForm",
            shown_by="description/parts/text.html",
            new_label=_("New introduction"),
        ),
        Kind(
            "section",
            _("Section"),
            Section,
            icon="text",
            seen=False,
            form="encore.tools.description.forms.SectionForm",
            shown_by="description/parts/text.html",
            new_label=_("New section"),
        ),
    ),
    urls="encore.tools.description.urls",
    position=10,
    about=_("What this course is about."),
)

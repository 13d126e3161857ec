"""Links: addresses elsewhere, in categories."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from encore.toolkit.content import Content
from encore.toolkit.places import Place, address
from encore.toolkit.registry import Behaviour, Kind, Tool
from encore.tools.links.content import Link, LinkCategory


class Links(Tool):
    def page_of(self, item: Any, here: Place) -> str:
        return f"{address(here, 'links:index')}#link-{item.uuid}"

    def search_text(self, content: Content) -> str:
        match content:
            case Link():
                return f"{content.url} {content.description}"
            case LinkCategory():
                return content.description
            case _:
                return ""


tool = Links(
    name="links",
    label=_("Links"),
    icon="link",
    behaviour=Behaviour.SHARED,
    kinds=(
        Kind(
            "link_category",
            _("Category"),
            LinkCategory,
            icon="folder",
            holds=True,
            seen=False,
            form="encore.tools.links.forms.LinkCategoryForm",
            shown_by="links/parts/category.html",
            new_label=_("New category"),
        ),
        Kind(
            "link",
            _("Link"),
            Link,
            icon="link",
            lies_in=("link_category",),
            form="encore.tools.links.forms.LinkForm",
            shown_by="links/parts/link.html",
            new_label=_("New link"),
        ),
    ),
    urls="encore.tools.links.urls",
    position=30,
    about=_("Places elsewhere that belong to this course."),
)

"""Documents: folders, pages and files."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from encore.base.html import plain_text
from encore.toolkit.content import Content
from encore.toolkit.places import Place, address
from encore.toolkit.registry import Behaviour, Kind, Tool
from encore.tools.documents.content import Folder, Page, UploadedFile


class Documents(Tool):
    def page_of(self, item: Any, here: Place) -> str:
        return address(here, "documents:show", uuid=item.uuid)

    def search_text(self, content: Content) -> str:
        match content:
            case Page():
                return plain_text(content.text)
            case UploadedFile():
                return f"{content.name} {content.description}"
            case Folder():
                return content.description
            case _:
                return ""


tool = Documents(
    name="documents",
    label=_("Documents"),
    icon="folder-open",
    behaviour=Behaviour.SHARED,
    kinds=(
        Kind(
            "folder",
            _("Folder"),
            Folder,
            icon="folder",
            holds=True,
            seen=False,
            lies_in=("folder",),
            form="encore.tools.documents.forms.FolderForm",
            shown_by="documents/parts/folder.html",
            new_label=_("New folder"),
        ),
        Kind(
            "page",
            _("Page"),
            Page,
            icon="file-text",
            lies_in=("folder",),
            form="encore.tools.documents.forms.PageForm",
            shown_by="documents/parts/page.html",
            new_label=_("New page"),
        ),
        Kind(
            "file",
            _("File"),
            UploadedFile,
            icon="file",
            lies_in=("folder",),
            form="encore.tools.documents.forms.FileForm",
            shown_by="documents/parts/file.html",
            new_label=_("New file"),
        ),
    ),
    urls="encore.tools.documents.urls",
    position=20,
    about=_("Pages to read and files to keep."),
)

"""Documents: folders, pages and files."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from encore.toolkit.registry import Behaviour, Kind, Tool
from encore.tools.documents.content import Folder, Page, UploadedFile

tool = Tool(
    name="documents",
    label=_("Documents"),
    icon="folder-open",
    behaviour=Behaviour.SHARED,
    kinds=(
        Kind("folder", _("Folder"), Folder, icon="folder", holds=True, seen=False, lies_in=("folder",)),
        Kind("page", _("Page"), Page, icon="file-text", lies_in=("folder",)),
        Kind("file", _("File"), UploadedFile, icon="file", lies_in=("folder",)),
    ),
    urls="encore.tools.documents.urls",
    position=20,
    about=_("Pages to read and files to keep."),
)

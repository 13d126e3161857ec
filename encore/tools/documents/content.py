"""What the items of documents hold."""

from __future__ import annotations

from encore.toolkit.content import Content, Html


class Folder(Content):
    """Holds folders, pages and files."""

    description: str = ""


class Page(Content):
    """Rich text. Its pictures are `file:` references."""

    text: Html = ""


class UploadedFile(Content):
    """One file: `file` is the uuid of its use (toolkit.files). `width` and `height` are known of pictures."""

    file: str
    name: str
    size: int
    media_type: str
    description: str = ""
    width: int | None = None
    height: int | None = None

"""How a file looks in a page."""

from __future__ import annotations

from uuid import UUID

from django import template
from django.core.files.storage import default_storage

from encore.courses.context import Here
from encore.toolkit.files import file_in
from encore.toolkit.places import address
from encore.tools.documents.content import UploadedFile

register = template.Library()

LONGEST_EXCERPT = 64 * 1024
PICTURES = {"image/png", "image/jpeg", "image/gif", "image/webp", "image/avif"}
WORDS = {"text/plain", "text/csv", "text/markdown", "application/json"}


@register.filter
def shown_as(content: UploadedFile) -> str:
    """picture, pdf, video, audio, words, or nothing: what the page can show of it."""
    media = content.media_type
    if media in PICTURES:
        return "picture"
    elif media == "application/pdf":
        return "pdf"
    elif media.startswith(("video/", "audio/")):
        return media.partition("/")[0]
    else:
        return "words" if media in WORDS else "nothing"


@register.simple_tag
def file_address(content: UploadedFile, here: Here) -> str:
    return address(here, "files:show", uuid=content.file, name=content.name)


@register.simple_tag
def excerpt(content: UploadedFile, here: Here) -> str:
    """The beginning of a text file, or nothing where it cannot be read."""
    use = file_in(here, UUID(content.file))
    if use is None:
        return ""
    try:
        with default_storage.open(use.file.path, "rb") as file:
            start = file.read(LONGEST_EXCERPT)
    except FileNotFoundError:
        return ""
    return _words(start)


def _words(start: bytes) -> str:
    for encoding in ("utf-8-sig", "utf-16" if start[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8"):
        try:
            return start.decode(encoding)
        except UnicodeDecodeError as error:
            if len(start) == LONGEST_EXCERPT and error.start >= len(start) - 3:  # it ends within a letter
                return start[: error.start].decode(encoding)
    return start.decode("cp1252", errors="replace")

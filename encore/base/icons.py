"""Lucide icons as inline SVG, drawn once: a list of fifty rows shows the same few icons again and again."""

import re
from functools import lru_cache
from pathlib import PurePath

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from lucide import IconDoesNotExist, _render_icon

UNKNOWN = "circle-dashed"
# What all icons have alike stands once, in assets/components/icon.css: a list of fifty rows would repeat it.
INSIDE = re.compile(r"<svg[^>]*>(.*)</svg>", re.DOTALL)


@lru_cache(maxsize=512)
def draw(name: str, classes: str = "") -> SafeString:
    """The icon as SVG that readers of a screen reader never meet: a word always stands beside it."""
    try:
        svg = _render_icon(name, None)
    except IconDoesNotExist:
        svg = _render_icon(UNKNOWN, None)
    lines = INSIDE.sub(r"\1", svg).replace(" />", "/>").splitlines()
    shapes = mark_safe("".join(line.strip() for line in lines))  # noqa: S308  lucide's own drawing
    return format_html(
        '<svg class="{}" viewBox="0 0 24 24" aria-hidden="true">{}</svg>', f"icon {classes}".strip(), shapes
    )


BY_ENDING = {
    "file-text": "pdf doc docx odt rtf txt md",
    "file-spreadsheet": "xls xlsx ods csv tsv",
    "presentation": "ppt pptx odp key",
    "file-image": "png jpg jpeg gif webp svg bmp tiff avif heic",
    "file-play": "mp4 webm mov avi mkv m4v ogv",
    "file-headphone": "mp3 ogg oga wav flac m4a aac opus",
    "file-archive": "zip gz tar 7z rar bz2 xz",
    "file-code": "html htm css js json xml py java c cpp sql",
}
ICON_OF_ENDING = {ending: icon for icon, endings in BY_ENDING.items() for ending in endings.split()}


def icon_for_file(name: str) -> str:
    """The name of the icon for a file of this name."""
    return ICON_OF_ENDING.get(PurePath(name).suffix[1:].lower(), "file")

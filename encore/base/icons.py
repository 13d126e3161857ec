"""Lucide icons as inline SVG, drawn once: a list of fifty rows shows the same few icons again and again."""

from functools import lru_cache

from django.utils.safestring import SafeString, mark_safe
from lucide import IconDoesNotExist, _render_icon

UNKNOWN = "circle-dashed"


@lru_cache(maxsize=512)
def draw(name: str, classes: str = "") -> SafeString:
    """The icon as SVG that readers of a screen reader never meet: a word always stands beside it."""
    attributes = {"class": f"icon {classes}".strip(), "aria_hidden": "true", "focusable": "false"}
    try:
        svg = _render_icon(name, None, **attributes)
    except IconDoesNotExist:
        svg = _render_icon(UNKNOWN, None, **attributes)
    return mark_safe(svg)  # noqa: S308  the drawing is ours, the classes are written in templates


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
    return ICON_OF_ENDING.get(name.rpartition(".")[2].lower(), "file")

"""Texts of Moodle XML: in four ways of writing, with their files beside them."""

from __future__ import annotations

import base64
import binascii
import re
from decimal import Decimal
from urllib.parse import unquote
from uuid import UUID, uuid4

from django.utils.translation import gettext as _

from encore.base.html import plain_text
from encore.base.reading.trees import Node
from encore.tools.quizzes.content import Question
from encore.tools.quizzes.formats.found import Attachment, NotTaken, as_share, rich
from encore.tools.quizzes.questions.numerals import number_in

FORMS = {
    "html": "html",
    "markdown": "markdown",
    "plain_text": "plain",
    "plain": "plain",
    "moodle_auto_format": "moodle",
    "": "moodle",
}
WILD = re.compile(r"\{=[^{}]+\}")  # a formula within a text
OWN = "encore"  # the element that holds what Moodle has no word for
ABOVE = "encore-above"  # the class of what is asked above a statement or a text with gaps
_PLACE = re.compile(r"@@PLUGINFILE@@/([^\"'<>\s]+)")
_DEAD = re.compile(r"<img\b[^>]*\bsrc=\"@@PLUGINFILE@@[^>]*>|(?<=<a )href=\"@@PLUGINFILE@@[^\"]*\"")
_ABOVE = re.compile(rf'^\s*<div class="{ABOVE}">(.*?)</div>', re.S)


class Texts:
    """Reads the texts of one question: as cleaned HTML that names the files beside it, which `files` then holds.

    `notes`: what was changed or left out, in sentences. `extras`: what Encore wrote besides. `above`: what is asked,
    where the rest of the text belongs into the type's own part.
    """

    def __init__(self, node: Node) -> None:
        self.node = node
        self.files: dict[UUID, Attachment] = {}
        self.notes: list[str] = []
        self.above: str | None = None
        self.extras = {child.name: child.text.strip() for own in node.all(OWN) for child in own.children}

    def say(self, note: str) -> None:
        if note not in self.notes:
            self.notes.append(note)

    def of(self, node: Node | None) -> str:
        """The text in a node, whose `format` says how it is written."""
        if node is None:
            return ""
        return self.rich(self.raw(node), FORMS.get(node.attributes.get("format", ""), "moodle"))

    def rich(self, raw: str, form: str = "html") -> str:
        return rich(_DEAD.sub("", raw), form)

    def raw(self, node: Node | None) -> str:
        """The text in a node as it stands, but for the names of files."""
        if node is None:
            return ""
        inner = node.first("text")
        text = inner.text if inner else node.text
        if "@@PLUGINFILE@@" not in text:
            return text
        there = {self._name(file): file for file in node.all("file")}
        known: dict[str, UUID] = {}

        def named(match: re.Match[str]) -> str:
            name = unquote(match[1].partition("?")[0]).lstrip("/")
            if name not in known and name in there and (data := self._data(there[name], name)):
                known[name] = uuid4()
                self.files[known[name]] = Attachment(known[name], name.rpartition("/")[2], data)
            if name in known:
                return f"file:{known[name]}"
            self.say(_("The file “%(name)s” is not in it, so it is left out.") % {"name": name[:80]})
            return match[0]

        return _PLACE.sub(named, text)

    def plain(self, node: Node | None) -> str:
        """The words of a node that hold no markup here."""
        if node is not None and FORMS.get(node.attributes.get("format", "")) == "html":
            return plain_text(self.of(node))
        return self.as_typed(node)

    def as_typed(self, node: Node | None) -> str:
        return self.raw(node).strip()

    def inside(self) -> tuple[str, str]:
        """What is asked, for a type that keeps it in its own part: not yet cleaned, and how it is written.

        What Encore wrote as standing above it is `above` from now on.
        """
        asked = self.node.first("questiontext")
        raw = self.raw(asked)
        found = _ABOVE.match(raw)
        self.above = self.rich(found[1]) if found else ""
        form = asked.attributes.get("format", "") if asked else ""
        return raw[found.end() :] if found else raw, FORMS.get(form, "moodle")

    def files_in(self, content: Question) -> list[Attachment]:
        """The files that the question still names."""
        said = content.model_dump_json()
        return [file for uuid, file in self.files.items() if str(uuid) in said]

    def _name(self, file: Node) -> str:
        return (file.attributes.get("path", "/").strip("/") + "/" + file.attributes.get("name", "")).lstrip("/")

    def _data(self, file: Node, name: str) -> bytes:
        if file.attributes.get("encoding", "base64") != "base64":
            return file.text.encode()
        try:
            return base64.b64decode("".join(file.text.split()), validate=True)
        except (binascii.Error, ValueError):
            raise NotTaken(
                _("Line %(line)d: the file “%(name)s” is damaged.") % {"line": file.line, "name": name[:80]}
            ) from None


def decimal_of(text: str) -> Decimal:
    """Raises NotTaken for what is no number."""
    number = number_in(text)
    if number is None:
        raise NotTaken(_("“%(text)s” is no number.") % {"text": text.strip()[:40]})
    return number


def share_of(node: Node, otherwise: int = 0) -> Decimal:
    return as_share(node.attributes.get("fraction") or node.value("fraction") or str(otherwise))


def is_true(node: Node, name: str, otherwise: bool = False) -> bool:
    said = node.value(name).lower()
    return said in ("1", "true") if said else otherwise


def whole(node: Node, name: str, least: int, most: int, otherwise: int) -> int:
    """A whole number, pressed between two others."""
    number = number_in(node.value(name) or str(otherwise))
    return min(most, max(least, int(number if number is not None else otherwise)))

"""XML to a tree with line numbers. DTDs, entities and anything from outside are refused."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.sax import SAXParseException
from xml.sax.handler import ContentHandler
from xml.sax.xmlreader import AttributesImpl, InputSource

from defusedxml import DefusedXmlException
from defusedxml.expatreader import create_parser
from django.utils.translation import gettext as _

from encore.base.reading.decoding import decode
from encore.base.reading.errors import FileRefused
from encore.base.reading.tables import MOST_ROWS, too_many_rows

MOST_ELEMENTS = MOST_ROWS * 20
DEEPEST = 20
ENCODING = re.compile(rb"""<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")


@dataclass(slots=True)
class Node:
    """An element: its name in lower case, where it begins, the text directly in it, and its attributes."""

    name: str
    line: int
    text: str = ""
    children: list[Node] = field(default_factory=list)
    attributes: dict[str, str] = field(default_factory=dict)

    def all(self, *names: str) -> Iterator[Node]:
        return (child for child in self.children if child.name in names)

    def first(self, *names: str) -> Node | None:
        return next(self.all(*names), None)

    def value(self, *names: str) -> str:
        """The text of the first child of one of these names, "" without one."""
        return next((child.text.strip() for child in self.all(*names)), "")


@dataclass
class Tree:
    root: Node
    notes: list[str]


def read_tree(data: bytes) -> Tree:
    """Read XML, in UTF-8, UTF-16, or the encoding it declares."""
    text, encoding = _decode(data)
    builder = _Builder()
    parser = create_parser(forbid_dtd=True, forbid_entities=True, forbid_external=True)
    parser.setContentHandler(builder)
    source = InputSource()
    source.setCharacterStream(io.StringIO(text))
    try:
        parser.parse(source)
    except DefusedXmlException as error:
        raise FileRefused(
            _("The file declares a document type or entities, which may hide anything, so it was not read.")
        ) from error
    except SAXParseException as error:
        raise FileRefused(
            _("Line %(line)d: this is not well-formed XML (%(cause)s).")
            % {"line": error.getLineNumber(), "cause": error.getMessage()}
        ) from error
    assert builder.root is not None
    return Tree(builder.root, [_("Read as %(encoding)s.") % {"encoding": encoding}])


def _decode(data: bytes) -> tuple[str, str]:
    """What is valid UTF-8 is that, whatever it declares: many programs declare ISO-8859-1 and write UTF-8."""
    declared = ENCODING.search(data[:200])
    text, encoding = decode(data)
    if declared and encoding in ("Windows-1252", "ISO-8859-1"):
        try:
            return data.decode(declared[1].decode()), declared[1].decode().upper()
        except (LookupError, UnicodeDecodeError):
            pass
    return text, encoding


class _Builder(ContentHandler):
    def __init__(self) -> None:
        super().__init__()
        self.root: Node | None = None
        self.open: list[tuple[Node, list[str]]] = []  # each with the pieces of its text
        self.count = 0

    def startElement(self, name: str, attrs: AttributesImpl) -> None:
        self.count += 1
        if self.count > MOST_ELEMENTS:
            raise too_many_rows()
        if len(self.open) >= DEEPEST:
            raise FileRefused(_("The elements of this file are nested too deeply."))
        line = self._locator.getLineNumber()  # type: ignore[attr-defined]
        node = Node(name.lower(), line, attributes=dict(attrs.items()))
        if self.open:
            self.open[-1][0].children.append(node)
        else:
            self.root = node
        self.open.append((node, []))

    def characters(self, content: str) -> None:
        self.open[-1][1].append(content)

    def endElement(self, name: str) -> None:
        node, pieces = self.open.pop()
        node.text = "".join(pieces)

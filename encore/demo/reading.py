"""Reads the courses of content/: a folder each, with course.toml, HTML that begins with its title, files, and a test
with its questions (test.json), and what learners write in it (answers.json).

course.toml names the sections of the description, the `folder`s of the documents with their pages, files and due
moments, the categories of `links`, how grades make a total (`grading`), what was changed later (`edit`: `old` becomes
`new`; with `draft`, not published yet), and what is not published at all (`draft`). In a page, `files/…` names a file
and `page:…` another page.
"""

from __future__ import annotations

import csv
import json
import re
import tomllib
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

from encore.toolkit.rehearsing import Written

CONTENT = Path(__file__).parent / "content"
NAMESPACE = UUID("6f9a1c34-2f0e-4b7b-9a5e-0d1c5a1f7e21")
_TITLE = re.compile(r"\s*<h1>(.*?)</h1>\s*", re.S)


@dataclass(frozen=True)
class Text:
    title: str
    html: str


@dataclass(frozen=True)
class Source:
    """A course as it lies in its folder."""

    code: str

    @property
    def folder(self) -> Path:
        return CONTENT / "courses" / self.code

    @property
    def facts(self) -> dict[str, Any]:
        return tomllib.loads((self.folder / "course.toml").read_text("utf-8"))

    @property
    def introduction(self) -> str:
        return (self.folder / "introduction.html").read_text("utf-8").strip()

    @property
    def test(self) -> dict[str, Any]:
        """The test of the course with its questions."""
        return json.loads((self.folder / "test.json").read_text("utf-8"))

    @property
    def answers(self) -> dict[str, list[Written]]:
        """What learners may write, weak before strong, by the title of the question."""
        return _answers(self)

    def section(self, name: str) -> Text:
        return read_text(self.folder / "description" / f"{name}.html")

    def page(self, name: str) -> Text:
        return read_text(self.folder / "documents" / f"{name}.html")

    def file(self, name: str) -> Path:
        return self.folder / "files" / name

    def key(self, name: str) -> UUID:
        """The uuid of the item with this name, the same each time, so that pages can name each other."""
        return uuid5(NAMESPACE, f"{self.code}/{name}")


def read_text(path: Path) -> Text:
    """The title in its first heading, and the rest."""
    title, html = _TITLE.split(path.read_text("utf-8"), maxsplit=1)[1:]
    return Text(title, html.strip())


@cache
def _answers(source: Source) -> dict[str, list[Written]]:
    path = source.folder / "answers.json"
    found = json.loads(path.read_text("utf-8")) if path.exists() else {}
    return {title: [_written(source, facts) for facts in texts] for title, texts in found.items()}


def _written(source: Source, facts: dict[str, str]) -> Written:
    name = facts.get("file", "")
    content = source.file(name).read_bytes() if name else b""
    return Written(Decimal(facts["share"]), facts.get("comment", ""), facts.get("text", ""), name, content)


def column(name: str, heading: str) -> list[str]:
    """One column of a CSV file of content/."""
    with (CONTENT / name).open(encoding="utf-8", newline="") as file:
        return [row[heading] for row in csv.DictReader(file, delimiter=";")]


def sources() -> list[Source]:
    return [Source(folder.name) for folder in sorted((CONTENT / "courses").iterdir()) if folder.is_dir()]

"""Writes a course: its teacher drafts what lies in content/, publishes it, dates it, and changes it later."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

from django.core.files.base import ContentFile
from django.utils.translation import gettext as _
from PIL import Image

from encore.courses.actions.course import set_teachers
from encore.courses.actions.picture import set_picture
from encore.courses.context import Here, here_for
from encore.courses.models import Course, CourseTeacher
from encore.demo.reading import Source
from encore.people.models import Person
from encore.toolkit.files import media_type, store, use_file
from encore.toolkit.models import Draft, Item
from encore.toolkit.publishing import create_item, open_draft, publish, save_draft
from encore.toolkit.registry import kind_named
from encore.toolkit.scoping import shown_in
from encore.toolkit.settings import set_settings

_FILE = re.compile(r'src="files/([^"]+)"')
_PAGE = re.compile(r'href="page:([^"]+)"')


@dataclass
class Writer:
    """Drafts items in a place. `drafts`: what has been drafted, in order."""

    source: Source
    here: Here
    drafts: list[Draft] = field(default_factory=list)

    def add(self, kind: str, name: str, title: str, /, *, parent: Item | None = None, **content: Any) -> Item:
        made = kind_named(kind).content(**content)
        draft = create_item(
            self.here, kind, title=title, content=made, parent=parent, key=self.source.key(f"{kind}/{name}")
        )
        self.drafts.append(draft)
        return draft.item

    def add_text(self, kind: str, name: str, title: str, html: str, *, parent: Item | None = None) -> Item:
        """A page, section or introduction: `files/…` in it becomes a file of its own, `page:…` a reference."""
        key = self.source.key(f"{kind}/{name}")
        pictures = {file: uuid5(key, file) for file in _FILE.findall(html)}
        html = _FILE.sub(lambda match: f'src="file:{pictures[match[1]]}"', html)
        html = _PAGE.sub(lambda match: f'href="item:{self.source.key(f"page/{match[1]}")}"', html)
        item = self.add(kind, name, title, parent=parent, text=html)
        for file, uuid in pictures.items():
            self.attach(self.source.file(file), uuid)
        return item

    def add_page(self, name: str, *, parent: Item | None = None) -> Item:
        text = self.source.page(name)
        return self.add_text("page", name, text.title, text.html, parent=parent)

    def add_file(self, name: str, title: str, *, parent: Item | None = None, description: str = "") -> Item:
        path = self.source.file(name)
        uuid = uuid5(self.source.key(f"file/{name}"), "use")
        facts = {"file": str(uuid), "name": name, "description": description, **described(path)}
        item = self.add("file", name, title, parent=parent, **facts)
        self.attach(path, uuid)
        return item

    def attach(self, path: Path, uuid: UUID) -> None:
        """Let the newest draft use a file under the uuid that its content already names."""
        stored = store(ContentFile(path.read_bytes(), path.name), at=self.here.at)
        use_file(stored, self.drafts[-1], name=path.name, uuid=uuid)

    def publish(self, note: str = "") -> None:
        publish(self.drafts, self.here, note=note)
        self.drafts = []


def described(path: Path) -> dict[str, Any]:
    """What a file item holds about its file."""
    kind = media_type(path.name)
    width, height = Image.open(path).size if kind.startswith("image/") else (None, None)
    return {"size": path.stat().st_size, "media_type": kind, "width": width, "height": height}


def write_course(source: Source, *, by: Person, at: datetime) -> None:
    """The first edition: everything in one release, then the dates."""
    writer = Writer(source, here_for(by, at=at, code=source.code))
    facts = source.facts
    writer.add_text("introduction", "introduction", _("Introduction"), source.introduction)
    for name in facts["sections"]:
        text = source.section(name)
        writer.add_text("section", name, text.title, text.html)
    dues = dict(_write_documents(writer, facts["folder"]))
    _write_links(writer, facts["links"])
    test = _write_test(writer, source.test)
    if "grading" in facts:
        _write_grading(writer, facts["grading"], test)
    writer.publish("First edition")
    for item, moment in dues.items():
        set_settings(item, writer.here, opens=None, due=moment, closes=None)
    set_settings(test, writer.here, opens=None, due=source.test["due"], closes=None, options=source.test["options"])


def _write_documents(writer: Writer, folders: list[dict[str, Any]]) -> list[tuple[Item, str]]:
    """Returns which item is due when."""
    dues = []
    for facts in folders:
        folder = writer.add("folder", facts["title"], facts["title"], description=facts.get("description", ""))
        for entry in facts["items"]:
            if "page" in entry:
                item = writer.add_page(entry["page"], parent=folder)
            else:
                item = writer.add_file(
                    entry["file"], entry["title"], parent=folder, description=entry.get("description", "")
                )
            if "due" in entry:
                dues.append((item, entry["due"]))
    return dues


def _write_links(writer: Writer, categories: list[dict[str, Any]]) -> None:
    for facts in categories:
        name = facts["category"]
        category = writer.add("link_category", name, name, description=facts.get("description", ""))
        for entry in facts["items"]:
            writer.add("link", entry["url"], entry["title"], parent=category, url=entry["url"],
                       description=entry.get("description", ""))  # fmt: skip


def _write_test(writer: Writer, facts: dict[str, Any]) -> Item:
    """The questions in a category of the bank, and the test that asks all of them."""
    category = writer.add("question_category", facts["category"], facts["category"])
    asked = [
        writer.add("question", question["title"], question["title"], parent=category, **_without(question, "title"))
        for question in facts["questions"]
    ]
    parts = [{"type": "fixed", "question": str(item.uuid)} for item in asked]
    texts = {name: facts[name] for name in ("introduction", "passed", "failed")}
    return writer.add("test", facts["title"], facts["title"], sections=[{"id": "s1", "parts": parts}], **texts)


def _write_grading(writer: Writer, facts: dict[str, Any], test: Item) -> None:
    """The columns that people grade, and the scheme by which they and the test make a total."""
    own = ("title", "description", "out_of", "scale")
    columns = [{"item": str(test.uuid), **facts["test"]}]
    for entry in facts["column"]:
        content = {key: value for key, value in entry.items() if key in own[1:]}
        item = writer.add("column", entry["title"], entry["title"], **content)
        columns.append({"item": str(item.uuid), **{key: value for key, value in entry.items() if key not in own}})
    rules = _without(_without(_without(facts, "test"), "column"), "title")
    writer.add("scheme", "scheme", facts["title"], columns=columns, **rules)


def _without(facts: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in facts.items() if key != name}


def equip(source: Source, course: Course, *, assistants: list[int], by: Person, at: datetime) -> None:
    """The picture and the assistants of a course."""
    if assistants:
        set_teachers(course, add=assistants, kind=CourseTeacher.Kind.ASSISTANT, by=by, at=at)
    if picture := source.facts.get("picture"):
        set_picture(course, ContentFile(source.file(picture).read_bytes(), picture), by=by, at=at)


def edit(source: Source, facts: dict[str, Any], *, by: Person, at: datetime) -> None:
    """One later change of a page: published with a note, or left as a draft."""
    change_text(
        here_for(by, at=at, code=source.code),
        source.key(f"page/{facts['page']}"),
        facts["old"],
        facts["new"],
        note="" if facts.get("draft") else facts["note"],
    )


def begin(source: Source, facts: dict[str, Any], *, by: Person, at: datetime) -> None:
    """A page that is not published yet."""
    writer = Writer(source, here_for(by, at=at, code=source.code))
    folder = shown_in(writer.here, kind="folder", hidden=True).get(uuid=source.key(f"folder/{facts['folder']}"))
    writer.add_page(facts["page"], parent=folder)


def change_text(here: Here, key: UUID, old: str, new: str, *, note: str) -> None:
    """Write `new` for `old` in an item's text, and publish it unless `note` is empty; in a session, for it alone."""
    item = shown_in(here, hidden=True).get(uuid=key)
    content = kind_named(item.kind).content.read(item.content)
    before = content.text  # type: ignore[attr-defined]
    if before.count(old) != 1:
        raise ValueError(f"“{old}” is not once in “{item.title}”")
    changed = content.model_copy(update={"text": before.replace(old, new)})
    draft = open_draft(item, here)
    draft = save_draft(draft, here, title=draft.title, content=changed, stamp=draft.stamp)
    if note:
        publish([draft], here, note=note)

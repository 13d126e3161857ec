"""The questions of a place on their way out, as a file."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.core.files.storage import default_storage
from django.utils.text import slugify
from pydantic import ValidationError

from encore.courses.context import Here
from encore.toolkit.files import file_in
from encore.toolkit.models import Item
from encore.toolkit.scoping import drafts_in, shown_in
from encore.tools.quizzes.alike import Path, paths_in
from encore.tools.quizzes.bank import QUESTION
from encore.tools.quizzes.content import Question
from encore.tools.quizzes.formats.found import Attachment, ToWrite, Written
from encore.tools.quizzes.formats.gift import write_gift
from encore.tools.quizzes.formats.moodle_write import write_moodle_xml

WRITERS = {"gift": (write_gift, "txt"), "xml": (write_moodle_xml, "xml")}


def take_out(here: Here, format: str, category: Item | None = None) -> Written:
    """The questions of this place, or of one category with all it holds, in the order of the bank."""
    write, _ending = WRITERS[format]
    return write(_questions(here, category))


def name_of(here: Here, format: str, category: Item | None = None) -> str:
    """course-category.gift.txt: what it is of, for who finds it among other downloads."""
    of = slugify(category.title) if category else ""
    name = "-".join(part for part in (here.course.code.lower(), of or "questions") if part)
    return f"{name}.gift.txt" if format == "gift" else f"{name}.xml"


def _questions(here: Here, category: Item | None) -> Iterable[ToWrite]:
    """As published; what was never published, as its draft."""
    paths = paths_in(here)
    wanted = paths[category.pk] if category else ()
    shown = shown_in(here, kind=QUESTION, hidden=True)
    rows = list(shown.values_list("pk", "parent_id", "title", "content"))
    there = {pk for pk, *_rest in rows}
    drafts = drafts_in(here).filter(item__kind=QUESTION).exclude(item__in=there).order_by("pk")
    rows += drafts.values_list("item_id", "parent_id", "title", "content")
    found: list[tuple[Path, ToWrite]] = []
    for _pk, parent, title, stored in rows:
        path = paths.get(parent, ())
        if path[: len(wanted)] == wanted:
            try:
                content = Question.read(stored)
            except ValidationError:
                continue
            found.append((path, ToWrite(title, content, path, lambda uuid: _attachment(here, uuid))))
    return [each for _path, each in sorted(found, key=lambda one: one[0])]


def _attachment(here: Here, uuid: UUID) -> Attachment | None:
    use = file_in(here, uuid)
    if use is None or not default_storage.exists(use.file.path):
        return None
    with default_storage.open(use.file.path) as file:
        return Attachment(uuid, use.name, file.read())

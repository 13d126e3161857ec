"""Which questions say the same: what an import knows as there already."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from pydantic import ValidationError

from encore.courses.context import Here
from encore.toolkit.models import FileUse, Item
from encore.toolkit.registry import kind_named
from encore.toolkit.scoping import drafts_in, shown_in
from encore.toolkit.writing import folders_for
from encore.tools.quizzes.bank import QUESTION
from encore.tools.quizzes.content import Question
from encore.tools.quizzes.questions.numerals import plain

Path = tuple[str, ...]
_FILE = re.compile(r"file:([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})")


def print_of(path: Sequence[str], title: str, content: Question, digest_of: Callable[[str], str]) -> str:
    """The same for two questions of one category that say the same under one title. Neither the ids of their parts
    nor those of their files make a difference; `digest_of`: what a file holds, by its name in texts."""
    said = _without_ids(content.model_dump())
    told = json.dumps([[name.casefold() for name in path], title, said], sort_keys=True)
    told = _FILE.sub(lambda match: f"file:{digest_of(match[1])}", told)
    return hashlib.sha256(told.encode()).hexdigest()


def prints_in(here: Here) -> set[str]:
    """Those of all questions of this place, as published and as drafts. A handful of queries."""
    paths = paths_in(here)
    rows = [
        *shown_in(here, kind=QUESTION, hidden=True).values_list("parent_id", "title", "content"),
        *drafts_in(here).filter(item__kind=QUESTION).values_list("parent_id", "title", "content"),
    ]
    digests = _digests(content for _parent, _title, content in rows)
    found = set()
    for parent, title, stored in rows:
        try:
            content = Question.read(stored)
        except ValidationError:
            continue
        found.add(print_of(paths.get(parent, ()), title, content, lambda name: digests.get(name, name)))
    return found


def paths_in(here: Here) -> dict[int | None, Path]:
    """The names that lead to each category of this place, outermost first, by its id."""
    categories = {item.pk: item for item in categories_in(here)}
    return {pk: tuple(_path(pk, categories)) for pk in categories}


def categories_in(here: Here) -> list[Item]:
    return folders_for(here, kind_named(QUESTION))


def _path(pk: int | None, categories: Mapping[int, Item]) -> list[str]:
    names: list[str] = []
    while pk is not None and pk in categories and len(names) < len(categories):
        names.insert(0, categories[pk].title)
        pk = categories[pk].parent_id
    return names


def _digests(contents: Any) -> dict[str, str]:
    named = {name for content in contents for name in _FILE.findall(json.dumps(content))}
    uses = FileUse.objects.filter(uuid__in=[UUID(name) for name in named]) if named else FileUse.objects.none()
    return {str(uuid): digest for uuid, digest in uses.values_list("uuid", "file__sha256")}


def _without_ids(said: dict[str, Any]) -> Any:
    """Parts are named by their order."""
    names: dict[str, str] = {}
    for parts in said["body"].values():
        for part in parts if isinstance(parts, list) else ():
            if isinstance(part, dict) and "id" in part:
                names[part["id"]] = str(len(names))
                part["id"] = names[part["id"]]
    if said["body"]["type"] == "gap":
        text = said["body"]["text"]
        said["body"]["text"] = re.sub(r"\[\[(\w+)\]\]", lambda m: f"[[{names.get(m[1], m[1])}]]", text)
    return _plainly(said)


def _plainly(value: Any) -> Any:
    if isinstance(value, Decimal):
        return plain(value)
    elif isinstance(value, UUID):
        return str(value)
    elif isinstance(value, dict):
        return {key: _plainly(inner) for key, inner in value.items()}
    elif isinstance(value, list):
        return [_plainly(inner) for inner in value]
    else:
        return value

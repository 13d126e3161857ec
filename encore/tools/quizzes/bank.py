"""The bank of questions in a place: what is there, without content where there may be thousands."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models.fields.json import KT

from encore.courses.context import Here
from encore.toolkit.models import Item
from encore.toolkit.scoping import shown_in
from encore.tools.quizzes.content import Question
from encore.tools.quizzes.paper import InBank

QUESTION, CATEGORY = "question", "question_category"


def bank_in(here: Here) -> list[InBank]:
    """Every published question here that is not hidden, as far as drawing needs it. One query."""
    found = shown_in(here, kinds=(QUESTION, CATEGORY)).annotate(
        tags=KT("content__tags"), type=KT("content__body__type")
    )
    rows = [
        (pk, uuid, kind, parent, _list(tags), type_)
        for pk, uuid, kind, parent, tags, type_ in found.values_list("pk", "uuid", "kind", "parent_id", "tags", "type")
    ]
    above = {pk: (uuid, parent) for pk, uuid, kind, parent, _tags, _type in rows if kind == CATEGORY}
    return [
        InBank(uuid, tuple(_path(parent, above)), frozenset(tags or ()), type_ == "passage")
        for _pk, uuid, kind, parent, tags, type_ in rows
        if kind == QUESTION
    ]


def questions_in(here: Here, uuids: Iterable[UUID]) -> dict[UUID, Item]:
    """The questions of these names here, with content and version; hidden ones too, since a test asks for them by name.

    One query.
    """
    return {item.uuid: item for item in shown_in(here, kind=QUESTION, hidden=True).filter(uuid__in=list(uuids))}


def read_question(item: Item) -> Question:
    return Question.read(item.content)


def _list(tags: Any) -> list[str]:
    """One database gives the part of the JSON as text, the other as a value."""
    return json.loads(tags) if isinstance(tags, str) and tags else tags or []


def _path(parent: int | None, above: dict[int, tuple[UUID, int | None]]) -> Iterable[UUID]:
    while parent in above:
        uuid, parent = above[parent]
        yield uuid

"""The bank of questions in a place: what is there, without content where there may be thousands."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import F, Q
from django.db.models.fields.json import KT

from encore.base.prepared import Prepared
from encore.courses.context import Here
from encore.toolkit.models import Item
from encore.toolkit.scoping import ShownItems, drafts_in, items_at, shown_in
from encore.tools.quizzes.content import Question
from encore.tools.quizzes.paper import InBank
from encore.tools.quizzes.questions import TYPES
from encore.tools.quizzes.questions.base import QuestionType

QUESTION, CATEGORY, TEST = "question", "question_category", "test"


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
    place = here.session_course
    where = {"course": here.course.pk, "place": place and place.pk, "pin": place and place.pinned_release}
    given = {name: value for name, value in where.items() if value is not None}
    return {item.uuid: item for item in _QUESTIONS(uuids=list(uuids), **given)}


def _questions(uuids: list[UUID], course: int, place: int | None = None, pin: int | None = None) -> ShownItems:
    return items_at(course, place, pin).filter(kind=QUESTION, uuid__in=uuids).order_by("place", "pk")


_QUESTIONS = Prepared(_questions)


def read_question(item: Item) -> Question:
    return Question.read(item.content)


def _list(tags: Any) -> list[str]:
    """One database gives the part of the JSON as text, the other as a value."""
    return json.loads(tags) if isinstance(tags, str) and tags else tags or []


def _path(parent: int | None, above: dict[int, tuple[UUID, int | None]]) -> Iterable[UUID]:
    while parent in above:
        uuid, parent = above[parent]
        yield uuid


@dataclass(frozen=True)
class Known:
    """A question here as those who write know it, without its content: published, hidden, or still a draft."""

    pk: int
    uuid: UUID
    title: str
    type: str
    tags: tuple[str, ...]
    points: Decimal
    inner: tuple[UUID, ...] = ()
    parent_id: int | None = None
    is_published: bool = True
    is_hidden: bool = False

    @property
    def kind(self) -> QuestionType[Any]:
        return TYPES[self.type]


def known_in(here: Here, *, only: Iterable[UUID] | None = None, words: str = "") -> dict[UUID, Known]:
    """The questions that those who write find here, by uuid: a draft's facts where there is one. Two queries.

    `only`: these; `words`: with all of them in the title, text, tags or answers.
    """
    shown, drafts = shown_in(here, kind=QUESTION, hidden=True), drafts_in(here).filter(item__kind=QUESTION)
    if only is not None:
        uuids = list(only)
        shown, drafts = shown.filter(uuid__in=uuids), drafts.filter(item__uuid__in=uuids)
    for word in words.split():
        fits = Q(title__icontains=word) | Q(said__icontains=word) | Q(parts__icontains=word)
        shown, drafts = shown.alias(**_SAID).filter(fits), drafts.alias(**_SAID).filter(fits)
    columns = ("pk", "uuid", "title", "parent_id", "is_hidden")
    found = {row["uuid"]: _known(row) for row in shown.annotate(**_FACTS).values(*columns, *_FACTS)}
    own = ("title", "parent_id")
    for row in drafts.annotate(**_FACTS).values(*own, *_FACTS, pk=F("item_id"), uuid=F("item__uuid")):
        there = found.get(row["uuid"])
        hidden = there is not None and there.is_hidden
        found[row["uuid"]] = _known({**row, "is_hidden": hidden, "is_published": there is not None})
    return found


def titles_of(here: Here, uuids: Iterable[str]) -> dict[str, str]:
    """The names of these questions here, drafts' too, by their uuids as text."""
    wanted = []
    for text in uuids:
        with suppress(ValueError):
            wanted.append(UUID(text))
    return {str(one.uuid): one.title for one in known_in(here, only=wanted).values()} if wanted else {}


def tests_in(here: Here) -> list[Item]:
    """The tests of this place with their content, the draft's where there is one, by title. Two queries."""
    shown = {item.pk: item for item in shown_in(here, kind=TEST, hidden=True)}
    for draft in drafts_in(here).filter(item__kind=TEST):
        item = shown.setdefault(draft.item_id, draft.item)
        item.title, item.content = draft.title, draft.content
    return sorted(shown.values(), key=lambda item: item.title.casefold())


def used_in(here: Here, known: Iterable[Known]) -> dict[UUID, list[Item]]:
    """The tests of this place that ask each question by name, directly or with the text it is about. Two queries."""
    found: dict[UUID, list[Item]] = {}
    about = {one.uuid: one.inner for one in known if one.inner}
    for test in tests_in(here):
        for uuid in dict.fromkeys(named_in(test, about)):
            found.setdefault(uuid, []).append(test)
    return found


def named_in(test: Item, about: Mapping[UUID, Sequence[UUID]]) -> Iterable[UUID]:
    """The questions that a test asks by name; `about`: those of each text to read."""
    for section in test.content.get("sections", ()):
        for part in section.get("parts", ()):
            if part["type"] == "fixed":
                uuid = UUID(part["question"])
                yield uuid
                yield from about.get(uuid, ())


_FACTS = {
    "tags": KT("content__tags"),
    "type": KT("content__body__type"),
    "points": KT("content__points"),
    "inner": KT("content__body__questions"),
}
_SAID = {"said": KT("content__text"), "parts": KT("content__body")}


def _known(row: dict[str, Any]) -> Known:
    facts = {**row, "tags": tuple(_list(row["tags"])), "points": Decimal(row["points"] or "1")}
    return Known(**{**facts, "inner": tuple(UUID(text) for text in _list(row["inner"]))})

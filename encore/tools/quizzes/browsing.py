"""The bank as those who write browse it: categories as a tree, questions found by words, type, tag and category."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.http import Http404, QueryDict
from django.utils.translation import gettext as _

from encore.courses.context import Here
from encore.toolkit.outline import Entry, Outline, outline_in
from encore.toolkit.registry import tool_named
from encore.tools.quizzes.bank import CATEGORY, QUESTION, Known, known_in, used_in
from encore.tools.quizzes.questions import TYPES

A_PAGE = 50
DRAFTS, HIDDEN, UNUSED = "draft", "hidden", "unused"


@dataclass
class Found:
    """What a search of the bank gives. `rows`: the page of entries, each with `known` and `used`; `tree`: the
    categories, each with the `count` of what it holds however deep."""

    rows: Page[Entry]
    tree: list[dict[str, Any]]
    category: Entry | None
    total: int
    types: list[tuple[str, str]]
    tags: list[str]
    states: list[tuple[str, str]] = field(default_factory=list)


def browse(here: Here, query: QueryDict, *, category: UUID | None = None, usable: bool = False) -> Found:
    """By `q`, `type`, `tag`, `state` and `page` of the query. `usable`: only what a test can ask, published or draft.

    A handful of queries, however many questions there are.
    """
    outline = outline_in(here, tool_named("quizzes"), kinds=(QUESTION, CATEGORY))
    chosen = _category(outline, category)
    known = known_in(here, words=query.get("q", "").strip()[:200])
    everything = known if not query.get("q", "").strip() else known_in(here)
    used = used_in(here, everything.values())
    entries = [entry for entry in outline if entry.kind == QUESTION and entry.uuid in known]
    for entry in entries:
        entry.known, entry.used = known[entry.uuid], used.get(entry.uuid, [])  # type: ignore[attr-defined]
    fitting = [entry for entry in entries if _fits(entry, query, chosen)]
    return Found(
        rows=Paginator(fitting, A_PAGE).get_page(query.get("page")),
        tree=list(_tree(outline.top, _counts(outline))),
        category=chosen,
        total=len(everything),
        types=_types(everything.values()),
        tags=sorted({tag for one in everything.values() for tag in one.tags}, key=str.casefold),
        states=[(DRAFTS, _("Drafts")), (HIDDEN, _("Hidden")), (UNUSED, _("In no test"))],
    )


def _category(outline: Outline, uuid: UUID | None) -> Entry | None:
    entry = outline.find(uuid) if uuid else None
    if uuid and (entry is None or entry.kind != CATEGORY):
        raise Http404
    return entry


def _fits(entry: Entry, query: QueryDict, category: Entry | None) -> bool:
    known: Known = entry.known  # type: ignore[attr-defined]
    state = query.get("state", "")
    return (
        (category is None or category in entry.path)
        and query.get("type", "") in ("", known.type)
        and (not query.get("tag") or query["tag"] in known.tags)
        and (state != DRAFTS or entry.draft is not None)
        and (state != HIDDEN or entry.is_hidden or entry.is_buried)
        and (state != UNUSED or not entry.used)  # type: ignore[attr-defined]
    )


def _types(known: Iterable[Known]) -> list[tuple[str, str]]:
    there = {one.type for one in known}
    return [(name, str(kind.label)) for name, kind in TYPES.items() if name in there]


def _counts(outline: Outline) -> Counter[int]:
    """How many questions each category holds, however deep."""
    return Counter(folder.pk for entry in outline if entry.kind == QUESTION for folder in entry.path)


def _tree(row: Sequence[Entry], counts: Counter[int]) -> Iterable[dict[str, Any]]:
    for entry in row:
        if entry.kind == CATEGORY:
            inside = list(_tree(entry.inside, counts))
            yield {"entry": entry, "count": counts[entry.pk], "inside": inside}

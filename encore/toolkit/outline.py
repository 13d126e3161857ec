"""The outline of a tool in a place: what shows here, as a tree in its order, in one query and without long content."""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Case, DateTimeField, F, IntegerField, JSONField, OuterRef, Subquery, Value, When

from encore.base.prepared import Prepared
from encore.courses.context import Here
from encore.toolkit.models import Completion, CourseProgress, Draft
from encore.toolkit.registry import Kind, Tool, kind_named
from encore.toolkit.schedule import Dates, dates_in
from encore.toolkit.scoping import drafts_in, items_at

NEVER = Value(None, output_field=DateTimeField())
NO_STAMP = Value(None, output_field=IntegerField())
COLUMNS = (
    *("pk", "uuid", "kind", "session_course_id", "title", "version_id", "version_number", "version_at"),
    *("version_place", "parent_id", "place", "is_hidden"),
)


@dataclass(eq=False)
class Entry:
    """One item in an outline. Without a `version_id` it is only a draft, and only those who write here have it."""

    pk: int
    uuid: UUID
    kind: str
    session_course_id: int | None
    title: str
    version_id: int = 0
    version_number: int = 0
    version_at: datetime | None = None
    version_place: int | None = None
    parent_id: int | None = None
    place: int = 0
    is_hidden: bool = False
    content: dict[str, Any] | None = None
    seen_at: datetime | None = None
    progress_stamp: int | None = None
    """That of the learner's progress here (toolkit.counting), when all this showed."""
    dates: Dates = Dates()
    is_closed: bool = False
    """Not open to this person now by its dates, or in a folder that is not."""
    draft: Draft | None = None
    parent: Entry | None = field(default=None, repr=False)
    inside: list[Entry] = field(default_factory=list, repr=False)
    url: str = ""
    """Its page, where a view has worked it out (toolkit.places.addresses)."""
    offers: list[Any] = field(default_factory=list, repr=False)
    """What may be done with it (toolkit.offers), for those who write."""

    @property
    def kind_of(self) -> Kind:
        return kind_named(self.kind)

    @property
    def holds(self) -> bool:
        return self.kind_of.holds

    @property
    def icon(self) -> str:
        return self.kind_of.icon

    @property
    def is_published(self) -> bool:
        return bool(self.version_id)

    @property
    def is_session_only(self) -> bool:
        return self.session_course_id is not None

    @property
    def is_own_version(self) -> bool:
        """Whether what shows is this session's own version of something of the course."""
        return self.session_course_id is None and self.version_place is not None

    @property
    def is_buried(self) -> bool:
        """Whether something it lies in is hidden."""
        return any(folder.is_hidden for folder in self.path)

    @property
    def path(self) -> list[Entry]:
        """What it lies in, outermost first."""
        return [*self.parent.path, self.parent] if self.parent else []


@dataclass
class Outline:
    """A tree of entries. `top`: those that lie in nothing that is here."""

    top: list[Entry] = field(default_factory=list)

    def __iter__(self) -> Iterator[Entry]:
        """All entries, each before what lies in it."""
        waiting = list(reversed(self.top))
        while waiting:
            entry = waiting.pop()
            yield entry
            waiting.extend(reversed(entry.inside))

    def find(self, uuid: UUID) -> Entry | None:
        return next((entry for entry in self if entry.uuid == uuid), None)

    def beside(self, entry: Entry) -> tuple[Entry | None, Entry | None]:
        """The neighbours in the same folder that can be opened: the one before, the one after."""
        row = [one for one in (entry.parent.inside if entry.parent else self.top) if not one.holds or one is entry]
        at = row.index(entry)
        return (row[at - 1] if at else None, row[at + 1] if at + 1 < len(row) else None)


def outline_in(
    here: Here,
    tool: Tool,
    *,
    content_of: Collection[str] = (),
    content_for: UUID | None = None,
    kinds: Collection[str] = (),
) -> Outline:
    """Everything of a tool that this person finds here; for those who write also what is hidden, and their drafts.

    `kinds`: others than those that the tool lists. `content_of`: the kinds whose content is wanted too; `content_for`:
    the one item; of all others it stays None. A query for the items, one for their dates in a session, for writers one
    for the drafts.
    """
    wanted = frozenset(kinds) or tool.listed_kinds
    entries = {entry.pk: entry for entry in _shown(here, wanted, frozenset(content_of), content_for)}
    for pk, dates in dates_in(here, entries.values()).items():
        entries[pk].dates = dates
        entries[pk].is_closed = not here.writes and not dates.is_open(here.at)
    if here.writes:
        _lay_drafts(entries, here, wanted)
    return Outline(_tree(entries, everything=here.writes))


def _shown(here: Here, kinds: frozenset[str], content_of: frozenset[str], content_for: UUID | None) -> Iterator[Entry]:
    given = {
        "course": here.course.pk,
        "place": here.session_course.pk if here.session_course else None,
        "pin": here.session_course.pinned_release if here.session_course else None,
        "enrolment": here.enrolment.pk if here.enrolment else None,
        "wanted": content_for,
    }
    values = {name: value for name, value in given.items() if value is not None}
    for row in _query(kinds, content_of, frozenset(values))(**values):
        yield Entry(content=row.pop("wanted"), **row)


@functools.cache
def _query(kinds: frozenset[str], content_of: frozenset[str], given: frozenset[str]) -> Prepared:
    """The query of an outline, for each set of values that are given: it is asked on every page, and large."""

    def build(course: int, place: int | None = None, pin: int | None = None, **ids: Any) -> Any:
        when = [When(kind__in=sorted(content_of), then=F("content"))] if content_of else []
        when += [When(uuid=ids["wanted"], then=F("content"))] if "wanted" in given else []
        seen = Completion.objects.filter(enrolment=ids.get("enrolment"), item=OuterRef("pk")).values("last_at")[:1]
        kept = CourseProgress.objects.filter(enrolment=ids.get("enrolment"), session_course=place)
        nothing = Value(None, output_field=JSONField())
        items = items_at(course, place, pin).filter(kind__in=sorted(kinds)).order_by("place", "pk")
        return items.values(
            *COLUMNS,
            wanted=Case(*when, default=nothing, output_field=JSONField()) if when else nothing,
            seen_at=Subquery(seen) if "enrolment" in given else NEVER,
            progress_stamp=Subquery(kept.values("stamp")[:1]) if {"enrolment", "place"} <= given else NO_STAMP,
        )

    return Prepared(build)


def _lay_drafts(entries: dict[int, Entry], here: Here, kinds: frozenset[str]) -> None:
    drafts = drafts_in(here).filter(item__kind__in=kinds).defer("content").order_by("pk")
    last = max((entry.place for entry in entries.values()), default=-1)
    for draft in drafts:
        if draft.item_id not in entries:
            last += 1
            entries[draft.item_id] = Entry(
                pk=draft.item_id,
                uuid=draft.item.uuid,
                kind=draft.item.kind,
                session_course_id=draft.item.session_course_id,
                title=draft.title,
                parent_id=draft.parent_id,
                place=last,
            )
        entries[draft.item_id].draft = draft


def _tree(entries: dict[int, Entry], *, everything: bool) -> list[Entry]:
    inside: dict[int | None, list[Entry]] = defaultdict(list)
    for entry in sorted(entries.values(), key=lambda entry: (entry.place, entry.pk)):
        # What lay in a folder that is gone here, lies at the top.
        inside[entry.parent_id if entry.parent_id in entries else None].append(entry)
    waiting = list(inside[None])
    for entry in waiting:
        for child in inside[entry.pk]:
            child.parent = entry
            child.is_closed = child.is_closed or entry.is_closed
            entry.inside.append(child)
            waiting.append(child)
    if not everything:
        for entry in waiting:
            entry.inside = [] if entry.is_closed else [child for child in entry.inside if not child.is_hidden]
    return [entry for entry in inside[None] if everything or not entry.is_hidden]

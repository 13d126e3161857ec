"""What an editor opens: an item's draft, else what shows here, else a new one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import Http404

from encore.courses.context import Here
from encore.courses.rules import Action
from encore.toolkit.content import Content
from encore.toolkit.errors import NotAllowed
from encore.toolkit.models import Draft, Item
from encore.toolkit.permission import require
from encore.toolkit.registry import Kind, Tool
from encore.toolkit.scoping import drafts_in, shown_in


@dataclass(frozen=True)
class Writing:
    """One item as those who write here find it. A new one has neither `shown` nor `draft`."""

    tool: Tool
    kind: Kind
    key: UUID
    shown: Item | None = None  # as `shown_in` gave it, hidden or not
    draft: Draft | None = None
    parent: Item | None = None  # of a new one: the folder it will lie in

    @property
    def is_new(self) -> bool:
        return self.shown is None and self.draft is None

    @property
    def item(self) -> Item | None:
        return self.shown or (self.draft.item if self.draft else None)

    @property
    def title(self) -> str:
        """The draft's title, else the one that shows."""
        return str((self.draft or self.shown).title) if not self.is_new else ""  # type: ignore[union-attr]

    @property
    def content(self) -> Content | None:
        """The draft's content, else what shows; None of a new one."""
        source: Any = self.draft or self.shown
        return self.kind.content.read(source.content) if source else None

    @property
    def stamp(self) -> int:
        return self.draft.stamp if self.draft else 0

    @property
    def seen(self) -> int:
        """The number of the version that shows; 0 if none does."""
        return self.shown.version_number if self.shown else 0

    @property
    def parent_id(self) -> int | None:
        if self.shown:
            return self.shown.parent_id
        elif self.draft:
            return self.draft.parent_id
        else:
            return self.parent.pk if self.parent else None

    @property
    def is_base(self) -> bool:
        """Whether it belongs to the course."""
        return self.item is not None and self.item.session_course_id is None

    @property
    def has_own_version(self) -> bool:
        """Whether this session's own version of it shows."""
        return self.is_base and self.shown is not None and self.shown.version_place is not None

    def becomes_own_version(self, here: Here) -> bool:
        """Whether saving makes, or goes on with, this session's own version of something of the course."""
        return here.session_course is not None and self.is_base


def find(here: Here, tool: Tool, key: UUID) -> Writing:
    """The item of this uuid here, for one who writes; 404 where there is none, in another place above all."""
    shown = shown_in(here, kinds=tool.kind_names, hidden=True).filter(uuid=key).first()
    draft = drafts_in(here).select_related("author").filter(item__uuid=key, item__kind__in=tool.kind_names).first()
    item = shown or (draft.item if draft else None)
    kind = tool.kind(item.kind) if item else None
    if kind is None:
        raise Http404
    return Writing(tool, kind, key, shown, draft)


def find_shown(here: Here, tool: Tool, key: UUID) -> Item:
    """The published item of this uuid here, hidden or not, for one who writes; else 404."""
    shown = find(here, tool, key).shown
    if shown is None:
        raise Http404
    return shown


def find_or_begin(here: Here, tool: Tool, key: UUID, *, kind: str, inside: str) -> Writing:
    """As `find`; a uuid that is nowhere yet begins a new item of this kind, in the folder of uuid `inside`."""
    if Item.objects.filter(uuid=key).exists():
        writing = find(here, tool, key)
    else:
        found = tool.kind(kind)
        if found is None or not found.form:
            raise Http404
        writing = Writing(tool, found, key, parent=_folder(here, found, inside) if inside else None)
    _require(here, writing)
    return writing


def only_one(here: Here, kind: Kind) -> Item | None:
    """The item of a kind of which a place has one: shown, hidden or still a draft."""
    shown = shown_in(here, kind=kind.name, hidden=True).first()
    draft = drafts_in(here).filter(item__kind=kind.name).first()
    return shown or (draft.item if draft else None)


def folders_for(here: Here, kind: Kind) -> list[Item]:
    """Where items of a kind may lie here, published or still drafts; each with its `title` and `parent_id`."""
    shown = list(shown_in(here, kinds=kind.lies_in, hidden=True))
    there = {item.pk for item in shown}
    for draft in drafts_in(here).filter(item__kind__in=kind.lies_in).exclude(item__in=there):
        draft.item.title, draft.item.parent_id = draft.title, draft.parent_id
        shown.append(draft.item)
    return shown


def _folder(here: Here, kind: Kind, uuid: str) -> Item:
    for folder in folders_for(here, kind):
        if str(folder.uuid) == uuid:
            return folder
    raise Http404


def _require(here: Here, writing: Writing) -> None:
    if writing.becomes_own_version(here):
        require(here, Action.OWN_VERSION)
        if writing.kind.holds:
            from django.utils.translation import gettext as _

            raise NotAllowed(_("This belongs to the course and holds other things. It can only be changed there."))
    else:
        require(here, Action.ADD_ITEM)

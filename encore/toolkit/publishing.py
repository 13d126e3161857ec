"""Writing content: drafts, versions, releases (design: content). In a session everything lands in the session alone."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from encore.courses.context import Here
from encore.courses.models import Course, Release, SessionCourse
from encore.courses.rules import Action
from encore.ledger.actions import record, record_many
from encore.toolkit.content import Content
from encore.toolkit.counting import recount, recount_course
from encore.toolkit.errors import DraftMoved, NotAllowed
from encore.toolkit.files import adopt_files
from encore.toolkit.models import Draft, FileUse, Item, ItemSettings, Line, Version
from encore.toolkit.permission import require, require_publisher
from encore.toolkit.registry import kind_named
from encore.toolkit.scoping import drafts_in, shown_in

# Drafts


@transaction.atomic
def create_item(
    here: Here,
    kind: str,
    *,
    title: str,
    content: Content,
    parent: Item | None = None,
    key: UUID | None = None,
) -> Draft:
    """A new item with its first draft: of the course, or of this session alone. It shows nowhere until published.

    `key` becomes the item's uuid, so that a form sent twice can be told: IntegrityError if there is such an item.
    """
    return create_items(here, kind, [NewItem(title, content, parent, key or uuid4())])[0]


@dataclass(frozen=True)
class NewItem:
    """An item that is to be: what its first draft says, and where it lies."""

    title: str
    content: Content
    parent: Item | None = None
    key: UUID = field(default_factory=uuid4)


@transaction.atomic
def create_items(here: Here, kind: str, new: Sequence[NewItem]) -> list[Draft]:
    """As `create_item`, for many of one kind: as many queries for a thousand as for a few."""
    require(here, Action.ADD_ITEM)
    items = Item.objects.bulk_create(
        Item(
            uuid=one.key,
            course=here.course,
            session_course=here.session_course,
            kind=kind,
            created_by=here.person,
            created_at=here.at,
        )
        for one in new
    )
    drafts = Draft.objects.bulk_create(
        Draft(
            item=item,
            session_course=here.session_course,
            title=one.title,
            content=one.content.stored(),
            parent=one.parent,
            author=here.person,
            at=here.at,
        )
        for item, one in zip(items, new, strict=True)
    )
    for draft in drafts:
        adopt_files(draft, here)
    _record_many("draft", drafts, here)
    return drafts


@transaction.atomic
def open_draft(item: Item, here: Here) -> Draft:
    """The draft of an item in this place: the one there is, else a new one from what shows here now.

    In a session, the draft of a base item is the beginning of "this session's own version" of it.
    """
    require(here, Action.ADD_ITEM if item.session_course_id else Action.OWN_VERSION)
    found = drafts_in(here).filter(item=item).first()
    if found:
        return found
    if here.session_course and item.session_course_id is None and kind_named(item.kind).holds:
        # What lies in a folder would have to follow its two versions into two places.
        raise NotAllowed(_("This belongs to the course and holds other things. It can only be changed there."))
    shown = shown_in(here, hidden=True).get(pk=item.pk)
    draft, new = Draft.objects.get_or_create(
        item_id=item.pk,
        session_course=here.session_course,
        defaults={
            "title": shown.title,
            "content": shown.content,
            "parent_id": shown.parent_id,
            "author": here.person,
            "at": here.at,
        },
    )
    if new:
        _copy_uses(FileUse.objects.filter(version=shown.version_id), draft=draft)
    return draft


@transaction.atomic
def save_draft(draft: Draft, here: Here, *, title: str, content: Content, stamp: int) -> Draft:
    """Save what was typed. `stamp` is the one the editor saw; raises DraftMoved if somebody saved since."""
    require(here, Action.ADD_ITEM)
    draft = drafts_in(here).select_related("author").select_for_update(of=("self",)).get(pk=draft.pk)
    if draft.stamp != stamp:
        message = _("%(name)s saved this in the meantime. Your text is kept here; look at theirs before you go on.")
        raise DraftMoved(message % {"name": draft.author or _("Somebody")}, draft=draft)
    draft.title, draft.content = title, content.stored()
    draft.author, draft.at, draft.stamp = here.person, here.at, stamp + 1
    draft.save(update_fields=["title", "content", "author", "at", "stamp"])
    adopt_files(draft, here)
    return draft


@transaction.atomic
def write(
    here: Here,
    kind: str,
    key: UUID,
    *,
    title: str,
    content: Content,
    stamp: int = 0,
    seen: int = 0,
    parent: Item | None = None,
) -> Draft | None:
    """Save an editor's text, whatever has become of the item since: its draft, or None if just this is published.

    `key` is the item's uuid; one that is nowhere yet makes a new item, so that a form sent twice makes one. `stamp` and
    `seen` are the stamp of the draft and the number of the version that the editor saw, 0 for none. Raises DraftMoved
    when either has moved, unless it says the same; Item.DoesNotExist for an item of another place.
    """
    item = Item.objects.select_for_update(of=("self",), no_key=True).filter(uuid=key).first()
    if item is None:
        try:
            with transaction.atomic():
                return create_item(here, kind, title=title, content=content, parent=parent, key=key)
        except IntegrityError:  # the same form, sent twice at the same time
            item = Item.objects.get(uuid=key)
    draft = drafts_in(here).select_related("author").filter(item=item).first()
    shown = shown_in(here, hidden=True).filter(pk=item.pk).first()
    if draft is None and shown is None:
        raise Item.DoesNotExist
    elif draft is None and _says(shown, title, content):
        return None
    elif draft is None and (stamp or _number(shown) != seen):
        message = _("This was published in the meantime. Your text is kept here; look at what shows now.")
        raise DraftMoved(message, draft=shown)
    elif draft is None:
        draft = open_draft(item, here)
        return save_draft(draft, here, title=title, content=content, stamp=draft.stamp)
    elif _says(draft, title, content):
        require(here, Action.ADD_ITEM)
        return draft
    elif stamp == 0 and draft.stamp == 1 and draft.author_id == here.person.pk and seen == _number(shown):
        # Opened by this editor itself, to hold a picture, before the first text was saved.
        return save_draft(draft, here, title=title, content=content, stamp=1)
    else:
        return save_draft(draft, here, title=title, content=content, stamp=stamp)


@transaction.atomic
def discard_draft(draft: Draft, here: Here) -> None:
    """Throw a draft away; an item that was never published goes with it."""
    require(here, Action.ADD_ITEM)
    item = draft.item
    _record("discard draft", item, here, draft.title)
    draft.delete()
    if not item.lines.exists():
        item.delete()


# Publishing


@transaction.atomic
def publish(drafts: Sequence[Draft], here: Here, *, note: str = "") -> Release:
    """Turn drafts into versions, in one release of this place: the course's, or this session course's own.

    A folder that was never published comes along with what lies in it. Raises NotAllowed if the drafts are gone.
    """
    require_publisher(here)
    release = _next_release(here, note)
    chosen = drafts_in(here).filter(pk__in=[draft.pk for draft in drafts]).order_by("pk")
    current = _with_new_folders(chosen, here)
    if not current:
        raise NotAllowed(_("This was published or thrown away in the meantime."))
    # Sessions take the numbers of versions of one base item from the same row.
    list(Item.objects.select_for_update(no_key=True).filter(pk__in=[draft.item_id for draft in current]).order_by("pk"))
    if not all(draft.title.strip() for draft in current):
        raise NotAllowed(_("Something without a title cannot be published."))
    versions = _next_versions(current, here, note)
    places = _next_places(current, here)
    Line.objects.bulk_create(
        Line(release=release, item_id=draft.item_id, version=version, parent_id=parent, position=position)
        for draft, version, (parent, position) in zip(current, versions, places, strict=True)
    )
    _record_many("publish", current, here, release=release.number)
    Draft.objects.filter(pk__in=[draft.pk for draft in current]).delete()
    _recount(here)
    return release


@transaction.atomic
def remove(item: Item, here: Here) -> None:
    """Take an item, and what lies in it, out of this place. Its versions and learners' records stay.

    In a session only items of the session can be removed; base items are hidden instead.
    """
    require_publisher(here)
    if here.session_course and item.session_course_id is None:
        raise NotAllowed(_("This belongs to the course. Hide it here instead."))
    release = _next_release(here, "")
    for gone in [item, *below(item, here)]:
        Line.objects.create(release=release, item=gone, version=None)
        drafts_in(here).filter(item=gone).delete()
        _record("remove", gone, here, getattr(gone, "title", ""), release=release.number)
    _recount(here)


@transaction.atomic
def back_to_course(item: Item, here: Here) -> None:
    """Take this session's own version of a base item away: the course's shows again. The version itself is kept."""
    require(here, Action.OWN_VERSION)
    if here.session_course is None or item.session_course_id is not None:
        raise NotAllowed(_("Only this session's own version of something of the course can go back."))
    Line.objects.filter(item=item, release__session_course=here.session_course).delete()
    drafts_in(here).filter(item=item).delete()
    _record("back to the course's", item, here, getattr(item, "title", ""))
    _recount(here)


# Arranging


@transaction.atomic
def move(items: Sequence[Item], here: Here, *, parent: Item | None) -> None:
    """Put items (of this place, see `shown_in`; or not yet published) into a folder, or at the top with None, last."""
    require_publisher(here)
    release = _next_release(here, "")
    there = _places_in(here)
    last = max((place for other, place in there.values() if other == (parent.pk if parent else None)), default=-1)
    for item in items:
        if parent and parent.pk in {item.pk, *(inner.pk for inner in below(item, here))}:
            raise NotAllowed(_("A folder cannot be moved into itself."))
        if parent and parent.kind not in kind_named(item.kind).lies_in:
            raise NotAllowed(_("This cannot lie there."))
        if here.session_course and item.session_course_id is None:
            raise NotAllowed(_("This belongs to the course. Its folder can only be changed there."))
        drafts_in(here).filter(item=item).update(parent=parent)
        if item.pk in there:
            last += 1
            Line.objects.create(
                release=release, item_id=item.pk, version_id=item.version_id, parent=parent, position=last
            )
        _record("move", item, here, getattr(item, "title", ""), release=release.number)
    _recount(here)


@transaction.atomic
def arrange(items: Sequence[Item], here: Here) -> None:
    """Put items (as `shown_in` gave them) in this order: in the course's lines, or as this session's own order."""
    require(here, Action.ORDER)
    if here.session_course:
        _arrange_here(items, here)
    else:
        require_publisher(here)
        release = _next_release(here, "")
        Line.objects.bulk_create(
            Line(release=release, item_id=item.pk, version_id=item.version_id, parent_id=item.parent_id, position=n)
            for n, item in enumerate(items)
        )
    record(
        "order",
        here.session_course or here.course,
        by=here.person,
        at=here.at,
        session_id=here.session.pk if here.session else None,
    )


@transaction.atomic
def set_visible(item: Item, here: Here, visible: bool) -> None:
    """Hide or show an item in this place: in a session for that session alone, where showing as the course inherits."""
    require(here, Action.HIDE)
    if here.session_course is None:
        require_publisher(here)  # it shows or goes in every session at once
        inherited = True
    else:
        base = ItemSettings.objects.filter(item=item, session_course=None).values_list("visible", flat=True).first()
        inherited = True if base is None else base
    ItemSettings.objects.update_or_create(
        item_id=item.pk,
        session_course=here.session_course,
        defaults={"visible": None if visible == inherited else visible},
    )
    _record("show" if visible else "hide", item, here, getattr(item, "title", ""))
    _recount(here)


def below(item: Item, here: Here) -> list[Item]:
    """What lies in an item here, however deep."""
    items = list(shown_in(here, hidden=True))
    found: list[Item] = []
    level = known = {item.pk}
    while level:
        inside = [child for child in items if child.parent_id in level and child.pk not in known]
        found += inside
        level = {child.pk for child in inside}
        known = known | level
    return found


# Helpers


def _recount(here: Here) -> None:
    """What shows has changed, so everybody's progress may have: in this session, or in all of the course's."""
    if here.session_course:
        recount([here.session_course.pk])
    else:
        recount_course(here.course, by=here.person, at=here.at)


def _next_release(here: Here, note: str) -> Release:
    # The row lock makes two publishers take two numbers, one after the other. `no_key`: a learner's record that names
    # the row goes in meanwhile. Sessions are taken here already, before items, as counting progress will.
    if here.session_course:
        SessionCourse.objects.select_for_update(no_key=True).get(pk=here.session_course.pk)
        releases = Release.objects.filter(session_course=here.session_course)
    else:
        Course.objects.select_for_update(no_key=True).get(pk=here.course.pk)
        places = SessionCourse.objects.filter(course=here.course).order_by("pk")
        list(places.select_for_update(no_key=True).values_list("pk"))
        releases = Release.objects.filter(course=here.course, session_course=None)
    last = releases.aggregate(last=Max("number"))["last"] or 0
    return Release.objects.create(
        course=here.course,
        session_course=here.session_course,
        number=last + 1,
        by=here.person,
        at=here.at,
        note=note,
    )


def _next_versions(drafts: Sequence[Draft], here: Here, note: str) -> list[Version]:
    """A version of each draft, with the files that it names."""
    there = Version.objects.filter(item__in=[draft.item_id for draft in drafts]).order_by()
    last = dict(there.values_list("item").annotate(Max("number")))
    versions = Version.objects.bulk_create(
        Version(
            item_id=draft.item_id,
            session_course=here.session_course,
            number=last.get(draft.item_id, 0) + 1,
            title=draft.title,
            content=draft.content,
            author_id=draft.author_id,
            at=here.at,
            note=note,
        )
        for draft in drafts
    )
    version_of = dict(zip([draft.pk for draft in drafts], versions, strict=True))
    said = {draft.pk: json.dumps(draft.content) for draft in drafts}
    uses = FileUse.objects.filter(draft__in=list(said)).order_by("pk")
    FileUse.objects.bulk_create(
        FileUse(uuid=use.uuid, file_id=use.file_id, name=use.name, version=version_of[use.draft_id])
        for use in uses
        if use.draft_id in said and str(use.uuid) in said[use.draft_id]
    )
    return versions


def _next_places(drafts: Sequence[Draft], here: Here) -> list[tuple[int | None, int]]:
    """Where each comes to stand: where it does already, else last in its folder."""
    there = _places_in(here)
    known = {*there, *(draft.item_id for draft in drafts)}
    last: dict[int | None, int] = {}
    for parent, position in there.values():
        last[parent] = max(position, last.get(parent, -1))
    for draft in drafts:
        if draft.item_id not in there:
            parent = draft.parent_id if draft.parent_id in known else None
            last[parent] = last.get(parent, -1) + 1
            there[draft.item_id] = (parent, last[parent])
    return [there[draft.item_id] for draft in drafts]


def _with_new_folders(drafts: Iterable[Draft], here: Here) -> list[Draft]:
    """The drafts, and those of never published folders they lie in, in the order they were begun."""
    chosen = {draft.item_id: draft for draft in drafts}
    folders: dict[int, Draft] = {}
    if any(draft.parent_id for draft in chosen.values()):
        new = {draft.item_id: draft for draft in drafts_in(here).filter(item__lines=None)}
        for draft in chosen.values():
            at = draft.parent_id
            while at in new and at not in folders:
                folders[at] = new[at]
                at = new[at].parent_id
    return sorted({**folders, **chosen}.values(), key=lambda draft: draft.pk)


def _places_in(here: Here) -> dict[int, tuple[int | None, int]]:
    """Where everything that shows here stands: {item: (folder, order)}."""
    rows = shown_in(here, hidden=True).values_list("pk", "parent_id", "place")
    return {pk: (parent, place) for pk, parent, place in rows}


def _arrange_here(items: Sequence[Item], here: Here) -> None:
    places = {item.pk: n for n, item in enumerate(items)}
    rows = list(ItemSettings.objects.filter(item__in=places, session_course=here.session_course))
    for row in rows:
        row.position = places.pop(row.item_id)
    ItemSettings.objects.bulk_update(rows, ["position"])
    ItemSettings.objects.bulk_create(
        ItemSettings(item_id=item, session_course=here.session_course, position=n) for item, n in places.items()
    )


def _says(text: Any, title: str, content: Content) -> bool:
    """Whether a draft or a shown item says just this."""
    return bool(text.title == title and text.content == content.stored())


def _number(shown: Item | None) -> int:
    return shown.version_number if shown else 0


def _copy_uses(uses: Iterable[FileUse], **user: Any) -> None:
    FileUse.objects.bulk_create(
        [FileUse(uuid=use.uuid, file_id=use.file_id, name=use.name, **user) for use in uses], ignore_conflicts=True
    )


def _record_many(verb: str, drafts: Sequence[Draft], here: Here, **facts: Any) -> None:
    course = here.course.pk if here.course else None
    record_many(
        verb,
        [draft.item for draft in drafts],
        by=here.person,
        at=here.at,
        session_id=here.session.pk if here.session else None,
        changes={draft.item_id: {"title": draft.title, "course": course, **facts} for draft in drafts},
        called={draft.item_id: draft.title for draft in drafts},
    )


def _record(verb: str, item: Item, here: Here, title: str, **facts: Any) -> None:
    record(
        verb,
        item,
        by=here.person,
        at=here.at,
        session_id=here.session.pk if here.session else None,
        changes={"title": title, "course": here.course.pk if here.course else None, **facts},
        called=title,
    )

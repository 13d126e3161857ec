"""Writing content: drafts, versions, releases (design: content). In a session everything lands in the session alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from encore.courses.context import Here
from encore.courses.models import Course, Release, SessionCourse
from encore.courses.rules import Action
from encore.courses.words import Access
from encore.ledger.actions import record
from encore.toolkit.content import Content
from encore.toolkit.errors import DraftMoved, NotAllowed
from encore.toolkit.models import Draft, FileUse, Item, ItemSettings, Line, Version
from encore.toolkit.scoping import drafts_in, shown_in


@transaction.atomic
def create_item(
    here: Here,
    kind: str,
    *,
    title: str,
    content: Content,
    parent: Item | None = None,
) -> Draft:
    """A new item with its first draft: of the course, or of this session alone. It shows nowhere until published."""
    require(here, Action.ADD_ITEM)
    item = Item.objects.create(
        course=here.course,
        session_course=here.session_course,
        kind=kind,
        created_by=here.person,
        created_at=here.at,
    )
    draft = Draft.objects.create(
        item=item,
        session_course=here.session_course,
        title=title,
        content=content.stored(),
        parent=parent,
        author=here.person,
        at=here.at,
    )
    _record("draft", item, here, title)
    return draft


@transaction.atomic
def open_draft(item: Item, here: Here) -> Draft:
    """The draft of an item in this place: the one there is, else a new one from what shows here now.

    In a session, the draft of a base item is the beginning of "this session's own version" of it.
    """
    require(here, Action.ADD_ITEM if item.session_course_id else Action.OWN_VERSION)
    found = drafts_in(here).filter(item=item).first()
    if found:
        return found
    shown = shown_in(here, hidden=True).get(pk=item.pk)
    draft = Draft.objects.create(
        item=item,
        session_course=here.session_course,
        title=shown.title,
        content=shown.content,
        parent_id=shown.parent_id,
        author=here.person,
        at=here.at,
    )
    _copy_uses(FileUse.objects.filter(version=shown.version_id), draft=draft)
    return draft


@transaction.atomic
def save_draft(draft: Draft, here: Here, *, title: str, content: Content, stamp: int) -> Draft:
    """Save what was typed. `stamp` is the one the editor saw; raises DraftMoved if somebody saved since."""
    require(here, Action.ADD_ITEM)
    draft = Draft.objects.select_for_update(of=("self",)).select_related("item", "author").get(pk=draft.pk)
    if draft.stamp != stamp:
        message = _("%(name)s saved this in the meantime. Your text is kept here; look at theirs before you go on.")
        raise DraftMoved(message % {"name": draft.author or _("Somebody")}, draft=draft)
    draft.title, draft.content = title, content.stored()
    draft.author, draft.at, draft.stamp = here.person, here.at, stamp + 1
    draft.save(update_fields=["title", "content", "author", "at", "stamp"])
    return draft


@transaction.atomic
def publish(drafts: Sequence[Draft], here: Here, *, note: str = "") -> Release:
    """Turn drafts into versions, in one release of this place: the course's, or this session course's own."""
    require_publisher(here)
    release = _next_release(here, note)
    for draft in drafts:
        version = _next_version(draft, here, note)
        _copy_uses(FileUse.objects.filter(draft=draft), version=version)
        Line.objects.create(
            release=release,
            item=draft.item,
            version=version,
            parent_id=draft.parent_id,
            position=_position(draft, here),
        )
        _record("publish", draft.item, here, draft.title, release=release.number)
        draft.delete()
    return release


@transaction.atomic
def discard_draft(draft: Draft, here: Here) -> None:
    """Throw a draft away; an item that was never published goes with it."""
    require(here, Action.ADD_ITEM)
    item = draft.item
    _record("discard draft", item, here, draft.title)
    draft.delete()
    if not item.lines.exists():
        item.delete()


@transaction.atomic
def remove(item: Item, here: Here) -> None:
    """Take an item, and what lies in it, out of this place. Its versions and learners' records stay.

    In a session only items of the session can be removed; base items are hidden instead.
    """
    require_publisher(here)
    if here.session_course and item.session_course_id is None:
        raise NotAllowed(_("This belongs to the course. Hide it here instead."))
    release = _next_release(here, "")
    for gone in [item, *_below(item, here)]:
        Line.objects.create(release=release, item=gone, version=None)
        drafts_in(here).filter(item=gone).delete()
        _record("remove", gone, here, getattr(gone, "title", ""), release=release.number)


@transaction.atomic
def move(items: Sequence[Item], here: Here, *, parent: Item | None) -> None:
    """Put items (of this place, see `shown_in`) into a folder, or at the top with None, behind what is there."""
    require_publisher(here)
    inside = {parent.pk} if parent else set()
    for item in items:
        if inside & {item.pk, *(below.pk for below in _below(item, here))}:
            raise NotAllowed(_("A folder cannot be moved into itself."))
        if here.session_course and item.session_course_id is None:
            raise NotAllowed(_("This belongs to the course. Its folder can only be changed there."))
    release = _next_release(here, "")
    last = _last_position(here, parent)
    for n, item in enumerate(items, start=1):
        Line.objects.create(release=release, item=item, version_id=item.version_id, parent=parent, position=last + n)


@transaction.atomic
def arrange(items: Sequence[Item], here: Here) -> None:
    """Put items (as `shown_in` gave them) in this order: in the course's lines, or as this session's own order."""
    require(here, Action.ORDER)
    if here.session_course:
        for n, item in enumerate(items):
            _setting(item, here, position=n)
    else:
        require_publisher(here)
        release = _next_release(here, "")
        Line.objects.bulk_create(
            Line(release=release, item=item, version_id=item.version_id, parent_id=item.parent_id, position=n)
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
    """Hide or show an item in this place: in a session for that session alone."""
    require(here, Action.HIDE)
    _setting(item, here, visible=visible)
    _record("show" if visible else "hide", item, here, getattr(item, "title", ""))


@transaction.atomic
def back_to_course(item: Item, here: Here) -> None:
    """Take this session's own version of a base item away: the course's shows again. The version itself is kept."""
    require(here, Action.OWN_VERSION)
    if here.session_course is None or item.session_course_id is not None:
        raise NotAllowed(_("Only this session's own version of something of the course can go back."))
    Line.objects.filter(item=item, release__session_course=here.session_course).delete()
    drafts_in(here).filter(item=item).delete()
    _record("back to the course's", item, here, getattr(item, "title", ""))


def require(here: Here, action: Action) -> None:
    """Raise NotAllowed unless this person may do this here now. Every writing action asks it first."""
    if refusal := here.why_not(action):
        raise NotAllowed(str(refusal))


def require_publisher(here: Here) -> None:
    """In a session, coaches publish; in the course, teachers do and assistants do not."""
    require(here, Action.ADD_ITEM)
    if here.session_course is None and here.access.level < Access.MANAGE:
        raise NotAllowed(_("Only a teacher of this course can publish. Your draft is kept."))


def _next_release(here: Here, note: str) -> Release:
    # The row lock makes two publishers take two numbers, one after the other.
    if here.session_course:
        SessionCourse.objects.select_for_update().get(pk=here.session_course.pk)
        releases = Release.objects.filter(session_course=here.session_course)
    else:
        Course.objects.select_for_update().get(pk=here.course.pk)
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


def _next_version(draft: Draft, here: Here, note: str) -> Version:
    last = draft.item.versions.aggregate(last=Max("number"))["last"] or 0
    return Version.objects.create(
        item=draft.item,
        session_course=here.session_course,
        number=last + 1,
        title=draft.title,
        content=draft.content,
        author=here.person,
        at=here.at,
        note=note,
    )


def _position(draft: Draft, here: Here) -> int:
    shown = shown_in(here, hidden=True).filter(pk=draft.item_id).first()
    if shown and shown.parent_id == draft.parent_id:
        return shown.place
    return _last_position(here, draft.parent) + 1


def _last_position(here: Here, parent: Item | None) -> int:
    places = [item.place for item in shown_in(here, hidden=True) if item.parent_id == (parent.pk if parent else None)]
    return max(places, default=-1)


def _below(item: Item, here: Here) -> list[Item]:
    """What lies in an item here, however deep."""
    items = list(shown_in(here, hidden=True))
    found: list[Item] = []
    level = {item.pk}
    while level:
        inside = [child for child in items if child.parent_id in level]
        found += inside
        level = {child.pk for child in inside}
    return found


def _setting(item: Item, here: Here, **values: Any) -> None:
    ItemSettings.objects.update_or_create(item=item, session_course=here.session_course, defaults=values)


def _copy_uses(uses: Iterable[FileUse], **user: Any) -> None:
    FileUse.objects.bulk_create(
        [FileUse(uuid=use.uuid, file_id=use.file_id, name=use.name, **user) for use in uses], ignore_conflicts=True
    )


def _record(verb: str, item: Item, here: Here, title: str, **facts: Any) -> None:
    record(
        verb,
        item,
        by=here.person,
        at=here.at,
        session_id=here.session.pk if here.session else None,
        changes={"title": title, "course": here.course.pk if here.course else None, **facts},
    )

"""What those who write here may do with an item now: the entries of its menu. Nobody is offered what is refused."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _

from encore.courses.context import Here
from encore.courses.rules import Action
from encore.toolkit.outline import Entry
from encore.toolkit.permission import why_locked, why_not, why_not_publish
from encore.toolkit.places import address, addresses
from encore.toolkit.registry import Tool


@dataclass(frozen=True)
class Offer:
    """An entry of a menu: a link (`href`), or a button that posts to `action`; or, locked, the reason (`why`)."""

    key: str
    label: str
    icon: str
    href: str = ""
    action: str = ""
    name: str = ""
    value: str = ""
    tone: str = ""
    why: str = ""


class Offers:
    """Makes the offers for the entries of one outline. No query."""

    def __init__(self, here: Here, tool: Tool) -> None:
        self.here, self.tool = here, tool
        self.routes: dict[str, Callable[[UUID], str]] = {}
        self.adds = not why_not(here, Action.ADD_ITEM)
        self.publishes = not why_not_publish(here)
        self.hides = not why_not(here, Action.HIDE) and (here.session is not None or self.publishes)
        self.dates = not why_not(here, Action.RE_DATE) and (here.session is not None or self.publishes)
        self.orders = not why_not(here, Action.ORDER) and (here.session is not None or self.publishes)

        self.locked = {action: why_locked(here, action) for action in (Action.OWN_VERSION, Action.HIDE)}

    def lay(self, entries: Iterable[Entry]) -> None:
        """Give each entry what may be done with it."""
        for entry in entries:
            entry.offers = self.of(entry)

    def lay_moves(self, row: Sequence[Entry], *, kind: str) -> None:
        """Let the entries of one row, of one kind, change places by their menus too."""
        if not self.orders:
            return
        action = f"{address(self.here, f'{self.tool.name}:order')}?kind={kind}"
        for n, entry in enumerate(row):
            up = Offer("up", _("Move up"), "arrow-up", action=action, name="up", value=str(entry.uuid))
            down = Offer("down", _("Move down"), "arrow-down", action=action, name="down", value=str(entry.uuid))
            entry.offers += [up] * (n > 0) + [down] * (n < len(row) - 1)

    def of(self, entry: Entry) -> list[Offer]:
        offers = [*self._writing(entry), *self._placing(entry), *self._leaving(entry), *self._locked(entry)]
        return [offer for offer in offers if offer]

    def _locked(self, entry: Entry) -> list[Offer]:
        """What a lock has taken out of the menu: one line for each lock."""
        lines = []
        if why := self.locked[Action.OWN_VERSION]:
            dated = entry.is_published and (entry.kind_of.counts or entry.holds)
            lines.append(Offer("locked", _("Edit, dates") if dated else _("Edit"), "lock", why=why))
        if (why := self.locked[Action.HIDE]) and entry.is_published:
            lines.append(Offer("locked", _("Hide, order"), "lock", why=why))
        return lines

    def _writing(self, entry: Entry) -> list[Offer | None]:
        base_here = self.here.session is not None and not entry.is_session_only
        if base_here and (entry.is_own_version or entry.draft):
            edit = _("Edit this session's version")
        elif base_here:
            edit = _("Make this session's own version")
        else:
            edit = _("Edit")
        may_edit = self.adds and bool(entry.kind_of.form) and not (base_here and entry.holds)
        return [
            self._link("edit", edit, "pencil", entry) if may_edit else None,
            self._link("preview", _("Preview the draft"), "eye", entry) if entry.draft else None,
            self._post("publish", _("Publish the draft"), "send", entry, "stamp", str(entry.draft.stamp))
            if entry.draft and self.publishes
            else None,
            self._link("discard", _("Throw the draft away"), "undo-2", entry) if entry.draft and self.adds else None,
        ]

    def _placing(self, entry: Entry) -> list[Offer | None]:
        moves = self.publishes and bool(entry.kind_of.lies_in) and (self.here.session is None or entry.is_session_only)
        shows = self.hides and entry.is_published
        dated = self.dates and entry.is_published and (entry.kind_of.counts or entry.holds)
        return [
            self._settings(entry) if dated else None,
            self._link("place", _("Move to …"), "folder-input", entry) if moves else None,
            self._post("visibility", _("Show"), "eye", entry, "visible", "yes") if shows and entry.is_hidden else None,
            self._post("visibility", _("Hide"), "eye-off", entry, "visible", "no")
            if shows and not entry.is_hidden
            else None,
        ]

    def _leaving(self, entry: Entry) -> list[Offer | None]:
        removes = self.publishes and entry.is_published and (self.here.session is None or entry.is_session_only)
        return [
            self._link("versions", _("Versions"), "history", entry) if entry.is_published else None,
            self._link("course_version", _("Go back to the course's"), "undo-2", entry)
            if entry.is_own_version and self.adds
            else None,
            self._link("remove", _("Remove"), "trash-2", entry, tone="danger") if removes else None,
        ]

    def _settings(self, entry: Entry) -> Offer:
        own = entry.kind_of.set_at
        return (
            self._link(own, _("Settings"), "settings", entry)
            if own
            else self._link("dates", _("Dates"), "calendar", entry)
        )

    def _link(self, key: str, label: str, icon: str, entry: Entry, tone: str = "") -> Offer:
        return Offer(key, label, icon, href=self._address(key, entry), tone=tone)

    def _post(self, key: str, label: str, icon: str, entry: Entry, name: str, value: str) -> Offer:
        return Offer(key, label, icon, action=self._address(key, entry), name=name, value=value)

    def _address(self, route: str, entry: Entry) -> str:
        if route not in self.routes:
            self.routes[route] = addresses(self.here, f"{self.tool.name}:{route}")
        return self.routes[route](entry.uuid)

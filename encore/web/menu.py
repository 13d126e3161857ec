"""The main menu. Nobody is offered a page that refuses them: each says itself, by its decorators, whose it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.urls import NoReverseMatch, resolve, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from encore.people.decorators import is_open_to
from encore.people.models import Person


@dataclass(frozen=True)
class Tasks:
    """What the menu depends on besides roles: whether somebody writes a course, and whether they coach a session."""

    writes_courses: bool = False
    coaches: bool = False


@dataclass(frozen=True)
class Page:
    """A page of the menu: its route, its words, its icon."""

    route: str
    label: str | Promise
    icon: str


ADMINISTRATION = (
    Page("sessions", gettext_lazy("Sessions"), "calendar-range"),
    Page("people", gettext_lazy("People"), "users"),
    Page("classes", gettext_lazy("Classes"), "school"),
    Page("permissions", gettext_lazy("Permissions"), "key-square"),
    Page("courses", gettext_lazy("Courses"), "library"),
    Page("session_categories", gettext_lazy("Session categories"), "tags"),
    Page("course_categories", gettext_lazy("Course categories"), "folder-tree"),
    Page("imports", gettext_lazy("Import"), "file-up"),
    Page("audit", gettext_lazy("Audit log"), "scroll-text"),
    Page("mails", pgettext_lazy("letters sent by the platform", "Mail"), "mail"),
)


def menu_for(person: Person, path: str, tasks: Tasks) -> list[dict[str, Any]]:
    """The entries of this person's menu, with the one for this path marked. At most one query."""
    entries = [_entry("home", _("My sessions"), "layers", path == reverse("home") or path.startswith("/sessions/"))]
    if not person.is_administrator:
        entries.append(_entry("my_results", _("My results"), "chart-column", path.startswith(reverse("my_results"))))
    if tasks.coaches:
        entries.append(_entry("to_mark", _("To mark"), "square-pen", path == reverse("to_mark")))
    if tasks.writes_courses:
        entries.append(_entry("my_courses", _("My courses"), "book-open", path.startswith("/courses/")))
    if is_for("report_people", person):
        entries.append(_entry("report_people", _("Reports"), "chart-no-axes-column", path.startswith("/reports/")))
    pages = [page for page in ADMINISTRATION if is_for(page.route, person)]
    if pages:
        now = max((page for page in pages if path.startswith(reverse(page.route))), key=_length, default=None)
        items = [_entry(page.route, str(page.label), page.icon, page is now) for page in pages]
        group = {"label": _("Administration"), "icon": "settings-2", "url": "", "current": now is not None}
        entries.append({**group, "items": items})
    return entries


def duties(menu: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The entries that not everybody has: what somebody does here besides learning."""
    everybodys = (reverse("home"), reverse("my_results"))
    return [entry for entry in menu if entry["url"] not in everybodys]


def _entry(route: str, label: str, icon: str, current: bool) -> dict[str, Any]:
    return {"label": label, "icon": icon, "url": reverse(route), "current": current}


def _length(page: Page) -> int:
    return len(reverse(page.route))


def is_for(route: str, person: Person) -> bool:
    view = _view_of(route)
    return view is not None and is_open_to(view, person)


@cache
def _view_of(route: str) -> Callable[..., object] | None:
    """The view behind a route, which says itself whose it is; None where there is no such page."""
    try:
        return resolve(reverse(route)).func
    except NoReverseMatch:
        return None

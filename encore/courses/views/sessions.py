"""Administration → Sessions: the list."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from encore.courses.forms.dates import CLOSING, OPENING, DayField, instant
from encore.courses.models import CourseSession, SessionCategory
from encore.courses.queries.sessions import Filters, Tab, filtered, in_tab, ordered, rows_of, sessions_of, tab_counts
from encore.courses.views.paging import page_of
from encore.people.decorators import roles_required
from encore.people.views.links import import_url
from encore.people.words import Role

managers = roles_required(Role.ADMINISTRATOR, Role.SESSION_ADMINISTRATOR)


@require_safe
@managers
def sessions(request: HttpRequest) -> HttpResponse:
    at, tab, filters = now(), _tab(request), _filters(request)
    found = filtered(sessions_of(request.user), filters)
    counts = tab_counts(found, at)
    sort = request.GET.get("sort", "")
    page = page_of(ordered(found.filter(in_tab(tab, at)), tab, sort), request, count=counts[tab])
    context = {
        "at": at,
        "tab": tab,
        "tabs": [(name, words, counts[name]) for name, words in _tab_words().items()],
        "filters": filters,
        "more_filters": any((filters.course, filters.coach, filters.opens, filters.closes)),
        "sort": sort,
        "page": page,
        "rows": rows_of(list(page.object_list), at),
        "categories": [("none", _("Without a category")), *_categories()],
        "states": CourseSession.State.choices,
        "words": _words(),
        "import_url": import_url(request.user, "sessions"),
    }
    return render(request, "courses/sessions.html", context)


def _tab(request: HttpRequest) -> Tab:
    asked = request.GET.get("list", "")
    return Tab(asked) if asked in [*Tab] else Tab.ALL


def _tab_words() -> dict[str, str]:
    return {
        Tab.ALL: _("All"),
        Tab.CURRENT: _("Current"),
        Tab.UPCOMING: _("Upcoming"),
        Tab.PAST: _("Past"),
        Tab.DRAFTS: _("Drafts"),
    }


def _words() -> dict[str, str]:
    """What every row says, translated once."""
    return {
        "category": _("Category"),
        "dates": _("Dates"),
        "courses": _("Courses"),
        "learners": _("Learners"),
        "coaches": _("Coaches"),
        "state": _("State"),
        "none": _("none"),
        "actions": _("Actions"),
        "go_on": _("Go on with it"),
        "edit": _("Edit"),
        "start": _("Start a new one from it"),
        "cancel": _("Cancel the session"),
    }


def _categories() -> list[tuple[Any, ...]]:
    return list(SessionCategory.objects.values_list("pk", "name"))


def _filters(request: HttpRequest) -> Filters:
    """What the query string asks for; a date that cannot be read filters nothing."""
    asked = {name: request.GET.get(name, "").strip() for name in ("q", "category", "course", "coach", "state")}
    return Filters(**asked, opens=_day(request, "from", OPENING), closes=_day(request, "until", CLOSING))


def _day(request: HttpRequest, name: str, edge: Any) -> datetime | None:
    """A day of the reader's calendar."""
    try:
        return instant(DayField().clean(request.GET.get(name)), None, timezone.get_current_timezone(), edge)
    except forms.ValidationError:
        return None

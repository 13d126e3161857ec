"""Administration → Audit log: who did what to whom, when and from where."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from encore.courses.forms.dates import CLOSING, OPENING, DayField, instant
from encore.exchange.exporting import csv_lines
from encore.ledger.actions import record, record_reading
from encore.ledger.models import AuditEntry
from encore.people.decorators import recently_confirmed, roles_required
from encore.people.models import Person
from encore.people.queries import search_people
from encore.people.words import Role
from encore.web.audit import Sought, all_of, page_of, verbs
from encore.web.audit_words import lines_of, verb_words

PEOPLE = ("by", "about")
FOUND = 20


@require_safe
@roles_required(Role.ADMINISTRATOR)
def audit(request: HttpRequest) -> HttpResponse:
    sought, wrong = _sought(request)
    entries, before = page_of(sought, before=_number(request.GET.get("before")))
    chosen = _chosen(sought)
    context = {
        "sought": sought,
        "wrong": wrong,
        "lines": lines_of(entries),
        "before": before,
        "verbs": [(verb, verb_words(verb)) for verb in verbs()],
        "people": [(name, words, chosen[name], _found(request, name)) for name, words in _people_words().items()],
        "more_filters": any((sought.by, sought.about, sought.session, sought.opens, sought.closes, wrong))
        or bool(request.GET.get("find")),
    }
    record_reading(AuditEntry, by=request.user, at=now())
    return render(request, "web/audit.html", context)


@require_safe
@roles_required(Role.ADMINISTRATOR)
@recently_confirmed(gettext_lazy("The audit log is about to leave the platform, as a file."), reading=True)
def audit_export(request: HttpRequest) -> StreamingHttpResponse:
    """What the filters leave, as a file. Taking it out is an entry itself."""
    sought, _wrong = _sought(request)
    asked = {name: value for name, value in request.GET.items() if value}
    record("export", AuditEntry, by=request.user, at=now(), changes={"filters": asked} if asked else {})
    name = f"audit-{localdate():%Y-%m-%d}.csv"
    headers = {"Content-Disposition": content_disposition_header(True, name) or ""}
    lines = csv_lines(_rows(_heading(), sought))
    return StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8", headers=headers)


def _sought(request: HttpRequest) -> tuple[Sought, str]:
    """What the query string asks for, and what was wrong with it; what cannot be read filters nothing."""
    asked = {name: request.GET.get(name, "").strip() for name in ("q", "verb", "session")}
    people = {name: _number(request.GET.get(name)) for name in PEOPLE}
    try:
        days = {"opens": _day(request, "from", OPENING), "closes": _day(request, "until", CLOSING)}
    except forms.ValidationError as error:
        return Sought(**asked, **people), " ".join(error.messages)
    return Sought(**asked, **people, **days), ""


def _day(request: HttpRequest, name: str, edge: Any) -> Any:
    """A day of the reader's calendar."""
    return instant(DayField().clean(request.GET.get(name)), None, timezone.get_current_timezone(), edge)


def _number(text: str | None) -> int | None:
    return int(text[:18]) if text and text.isascii() and text.isdigit() else None


def _people_words() -> dict[str, str]:
    return {"by": _("Who did it"), "about": _("Whom it concerns")}


def _chosen(sought: Sought) -> dict[str, list[dict[str, Any]]]:
    """The people whom the filters name, as the fields show them. One query, if there is one."""
    pks = {name: pk for name in PEOPLE if (pk := getattr(sought, name)) is not None}
    people = {person.pk: _choice(person) for person in Person.objects.filter(pk__in=pks.values())} if pks else {}
    return {
        name: [people.get(pks[name], {"id": pks[name], "label": f"#{pks[name]}"})] if name in pks else []
        for name in PEOPLE
    }


def _found(request: HttpRequest, name: str) -> list[dict[str, Any]]:
    """Without JavaScript: the people who fit what was typed, to choose from."""
    q = request.GET.get(f"{name}_q", "").strip()
    asked = q and not request.GET.get(name) and request.GET.get("find", name) == name
    return [_choice(person) for person in search_people(q)[:FOUND]] if asked else []


def _choice(person: Person) -> dict[str, Any]:
    return {"id": person.pk, "label": person.name, "detail": person.username}


def _heading() -> list[str]:
    return [
        _("Number"),
        _("When (UTC)"),
        _("Written (UTC)"),
        _("Who"),
        _("Who acted"),
        _("Verb"),
        _("Kind"),
        _("Id"),
        _("Subject"),
        _("Session"),
        _("People concerned"),
        _("Details"),
        _("Address"),
        _("Device"),
        _("Erased"),
        _("Digest"),
    ]


def _rows(heading: list[str], sought: Sought) -> Iterator[list[str]]:
    yield heading
    for entries in all_of(sought):
        yield from map(_row, entries)


def _row(entry: AuditEntry) -> list[str]:
    detail = entry.detail
    return [
        str(entry.pk),
        f"{entry.at:%Y-%m-%d %H:%M:%S}",
        f"{entry.written_at:%Y-%m-%d %H:%M:%S}",
        f"{entry.by} ({entry.by.username})" if entry.by else "",
        f"{entry.acting} ({entry.acting.username})" if entry.acting else "",
        entry.verb,
        entry.subject_kind,
        str(entry.subject_id or ""),
        detail.subject,
        str(entry.course_session_id or ""),
        ", ".join(str(concern.person_id) for concern in entry.concerns.all()),
        json.dumps(detail.changes, ensure_ascii=False) if detail.changes else "",
        detail.address,
        detail.device,
        str(detail.erased_by_id or ""),
        entry.digest,
    ]

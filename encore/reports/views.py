"""The reports of an HR manager: people, sessions, and nothing of what lies inside them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.text import slugify
from django.utils.timezone import now
from django.views.decorators.http import require_safe

from encore.base.tables_out import FORMS, as_file
from encore.courses.context import Here
from encore.courses.decorators import closed_door, in_session
from encore.courses.models import CourseSession, Enrolment
from encore.courses.words import Access
from encore.ledger.actions import record, record_reading
from encore.people.decorators import View, permission_required, roles_required
from encore.people.models import Person
from encore.people.queries import followed_by
from encore.people.words import Permission, Role
from encore.reports.charts import progress_chart
from encore.reports.queries import enrolments_of, looks_of, parts_of, person_rows, sessions_followed, taking_part
from encore.reports.rows import people_as_rows, person_as_rows, session_as_rows, sessions_as_rows

ROWS = 50


def reads(permission: Permission) -> Callable[[View], View]:
    """For HR managers whose table permits it. Administrators, who may everything, follow nobody."""
    return lambda view: roles_required(Role.HR_MANAGER)(permission_required(permission)(view))


@require_safe
@reads(Permission.READ_ABOUT_PEOPLE)
def report_people(request: HttpRequest) -> HttpResponseBase:
    q, at = request.GET.get("q", "").strip(), now()
    people = followed_by(request.user, q)
    if form := _form(request):
        record("export", Person, by=request.user, at=at, changes=_said(form, q=q))
        return as_file(people_as_rows(person_rows(list(people), at)), f"people-{at:%Y-%m-%d}", form)
    page = _page(request, people)
    context = {"at": at, "q": q, "page": page, "rows": person_rows(list(page), at)}
    return render(request, "reports/people.html", {**context, "whole": _whole(request)})


@require_safe
@reads(Permission.READ_ABOUT_PEOPLE)
def report_person(request: HttpRequest, person: UUID) -> HttpResponseBase:
    """One person in all their sessions; 404 for anybody not followed."""
    found, at = get_object_or_404(followed_by(request.user), uuid=person), now()
    enrolments = enrolments_of(found)
    if form := _form(request):
        record("export", found, by=request.user, at=at, changes=_said(form))
        return as_file(person_as_rows(parts_of(list(enrolments))), _file_name(found.name, at), form)
    page = _page(request, enrolments)
    record_reading(found, by=request.user, at=at)
    context = {"at": at, "subject": found, "page": page, "parts": parts_of(list(page))}
    return render(request, "reports/person.html", {**context, "whole": _whole(request)})


@require_safe
@reads(Permission.READ_ABOUT_SESSIONS)
def report_sessions(request: HttpRequest) -> HttpResponseBase:
    q, at = request.GET.get("q", "").strip(), now()
    sessions = sessions_followed(request.user, q=q)
    if form := _form(request):
        record("export", CourseSession, by=request.user, at=at, changes=_said(form, q=q))
        return as_file(sessions_as_rows(looks_of(list(sessions), at)), f"sessions-{at:%Y-%m-%d}", form)
    page = _page(request, sessions)
    context = {"at": at, "q": q, "page": page, "rows": looks_of(list(page), at)}
    return render(request, "reports/sessions.html", {**context, "whole": _whole(request)})


@require_safe
@in_session(level=Access.LISTED)
def report_session(request: HttpRequest, here: Here) -> HttpResponseBase:
    """Who takes part and how far they are; of a session followed through its people, only these people."""
    if not here.standing.follows or not here.person.may(Permission.READ_ABOUT_SESSIONS):
        return closed_door(request, here)
    q, state = request.GET.get("q", "").strip(), request.GET.get("state", "")
    enrolments = taking_part(here, q=q, state=state)
    if form := _form(request):
        changes = _said(form, q=q, state=state)
        record("export", here.session, by=request.user, at=here.at, session_id=here.session.pk, changes=changes)
        return as_file(session_as_rows(parts_of(list(enrolments))), _file_name(here.session.title, here.at), form)
    page = _page(request, enrolments)
    record_reading(here.session, by=request.user, at=here.at, session_id=here.session.pk)
    parts = parts_of(list(page))
    courses = [place.course for place, _progress in parts[0].courses] if parts else []
    context = {"here": here, "at": here.at, "session": here.session, "q": q, "state": state}
    context |= {"states": Enrolment.State.choices, "page": page, "parts": parts, "courses": courses}
    context |= {"whole": _whole(request), "chart": progress_chart(enrolments) if parts else None}
    return render(request, "reports/session.html", context)


def _form(request: HttpRequest) -> str:
    """The kind of file asked for; "" for a page."""
    form = request.GET.get("as", "")
    return form if form in FORMS else ""


def _whole(request: HttpRequest) -> bool:
    """Whether everything is wanted on one page, to be printed."""
    return "print" in request.GET


def _page(request: HttpRequest, rows: QuerySet[Any]) -> Page:
    if _whole(request):
        return Paginator(rows, max(1, rows.count())).get_page(1)
    return Paginator(rows, ROWS).get_page(request.GET.get("page"))


def _said(form: str, **asked: str) -> dict[str, Any]:
    """What the audit log keeps of a file: its kind, and which filters were set."""
    return {"as": form, **{name: value for name, value in asked.items() if value}}


def _file_name(called: str, at: datetime) -> str:
    return f"{slugify(called) or 'report'}-{at:%Y-%m-%d}"

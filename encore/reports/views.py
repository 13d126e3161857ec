"""The reports of an HR manager: people, sessions, and nothing of what lies inside them."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.timezone import now
from django.views.decorators.http import require_safe

from encore.courses.context import Here
from encore.courses.decorators import closed_door, in_session
from encore.courses.words import Access
from encore.ledger.actions import record_reading
from encore.people.decorators import View, permission_required, roles_required
from encore.people.queries import followed_by
from encore.people.words import Permission, Role
from encore.reports.queries import enrolments_of, looks_of, parts_of, person_rows, sessions_followed, taking_part

ROWS = 50


def reads(permission: Permission) -> Callable[[View], View]:
    """For HR managers whose table permits it. Administrators, who may everything, follow nobody."""
    return lambda view: roles_required(Role.HR_MANAGER)(permission_required(permission)(view))


@require_safe
@reads(Permission.READ_ABOUT_PEOPLE)
def report_people(request: HttpRequest) -> HttpResponse:
    q = request.GET.get("q", "").strip()
    page = Paginator(followed_by(request.user, q), ROWS).get_page(request.GET.get("page"))
    context = {"q": q, "page": page, "rows": person_rows(list(page), now())}
    return render(request, "reports/people.html", context)


@require_safe
@reads(Permission.READ_ABOUT_PEOPLE)
def report_person(request: HttpRequest, person: UUID) -> HttpResponse:
    """One person in all their sessions; 404 for anybody not followed."""
    found, at = get_object_or_404(followed_by(request.user), uuid=person), now()
    page = Paginator(enrolments_of(found), ROWS).get_page(request.GET.get("page"))
    record_reading(found, by=request.user, at=at)
    return render(request, "reports/person.html", {"subject": found, "page": page, "parts": parts_of(list(page))})


@require_safe
@reads(Permission.READ_ABOUT_SESSIONS)
def report_sessions(request: HttpRequest) -> HttpResponse:
    q, at = request.GET.get("q", "").strip(), now()
    page = Paginator(sessions_followed(request.user, q=q), ROWS).get_page(request.GET.get("page"))
    return render(request, "reports/sessions.html", {"q": q, "page": page, "rows": looks_of(list(page), at)})


@require_safe
@in_session(level=Access.LISTED)
def report_session(request: HttpRequest, here: Here) -> HttpResponse:
    """Who takes part and how far they are; of a session followed through its people, only these people."""
    if not here.standing.follows or not here.person.may(Permission.READ_ABOUT_SESSIONS):
        return closed_door(request, here)
    q = request.GET.get("q", "").strip()
    page = Paginator(taking_part(here, q=q), ROWS).get_page(request.GET.get("page"))
    record_reading(here.session, by=request.user, at=here.at, session_id=here.session.pk)
    parts = parts_of(list(page))
    courses = [place.course for place, _progress in parts[0].courses] if parts else []
    context = {"here": here, "session": here.session, "q": q, "page": page, "parts": parts, "courses": courses}
    return render(request, "reports/session.html", context)

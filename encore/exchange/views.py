"""Administration → Import, and exports."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from encore.base.reading.errors import FileRefused
from encore.courses.models import CourseSession
from encore.courses.queries.sessions import sessions_of
from encore.exchange.actions import (
    CannotApply,
    discard_plan,
    make_plan,
    release_plan,
    require_permission,
    start_applying,
    stop_applying,
    why_not_bring,
)
from encore.exchange.exporting import ExportRefused, csv_lines, people_rows, session_rows, write_xlsx
from encore.exchange.forms import ImportForm
from encore.exchange.kinds import KINDS
from encore.exchange.planning import Kind
from encore.exchange.queries import ORDER, counts_of, plans_of, rows_of
from encore.exchange.wording import LOOKS, button_words, shown_job, what_will_happen
from encore.ledger.actions import record
from encore.ledger.models import Plan, PlanRow
from encore.people.confirming import question_before
from encore.people.decorators import permission_required, roles_required
from encore.people.models import Person, SchoolClass
from encore.people.words import Permission, Role

ROWS = 50
PLANS = 25
importers = permission_required(Permission.IMPORT)
managers = roles_required(Role.ADMINISTRATOR, Role.SESSION_ADMINISTRATOR)
ACCOUNTS = gettext_lazy("You are about to create and change accounts, and what they may do.")
LEAVING = gettext_lazy("Names and addresses of people are about to leave the platform, as a file.")
CSV = "text/csv; charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_safe
@importers
def imports(request: HttpRequest) -> HttpResponse:
    page = Paginator(plans_of(request.user), PLANS).get_page(request.GET.get("page"))
    kinds = [
        kind for kind in KINDS.values() if not why_not_bring(kind.name, request.user) and "session" not in kind.chooses
    ]
    rows = [
        {"plan": plan, "kind": KINDS[plan.kind].label, "look": LOOKS[Plan.State(plan.state)], "counts": counts_of(plan)}
        for plan in page
    ]
    return render(request, "exchange/imports.html", {"page": page, "rows": rows, "kinds": kinds, "at": now()})


@importers
def import_new(request: HttpRequest, kind: str) -> HttpResponse:
    """Choose a file; it is read at once, its plan stored, the file itself not kept."""
    chosen = _kind(request, kind)
    target, more = _target(request, chosen)
    form = ImportForm(request.POST or None, request.FILES or None, kind=chosen)
    if form.is_valid():
        try:
            file = form.cleaned_data["file"]
            plan = make_plan(kind, file, file.name, form.options(**more), by=request.user, at=now())
            record("make plan", plan, by=request.user, at=now(), changes={"kind": kind})
            return redirect("import_plan", plan.uuid)
        except FileRefused as error:
            form.add_error("file", str(error))
    context = {
        "form": form,
        "kind": chosen,
        "target": target,
        "columns": [column for column in chosen.columns if not column.unused],
    }
    return render(request, "exchange/import_new.html", context, status=422 if form.errors else 200)


@require_safe
@importers
def import_example(request: HttpRequest, kind: str) -> HttpResponse:
    """A small file of this kind, to fill in."""
    return _as_file(b"\xef\xbb\xbf" + _kind(request, kind).example.encode(), f"{kind}.csv")


@require_safe
@importers
def import_plan(request: HttpRequest, plan: UUID) -> HttpResponse:
    found = _plan(request, plan)
    if found.state == Plan.State.APPLYING and found.job and found.job.is_over:
        release_plan(found)  # the job was stopped or given up before it began
        found.refresh_from_db()
    return _plan_page(request, found)


@require_POST
@importers
def import_application(request: HttpRequest, plan: UUID) -> HttpResponse:
    found = _plan(request, plan)
    require_permission(found.kind, request.user)
    if found.kind == "people" and (question := question_before(request, ACCOUNTS, at=now())):
        return question
    try:
        start_applying(found, skip_refused="skip_refused" in request.POST, by=request.user, at=now())
        return redirect("import_plan", found.uuid)
    except CannotApply as error:
        return _plan_page(request, _plan(request, plan), error=str(error), status=422)


@require_safe
@importers
def import_progress(request: HttpRequest, plan: UUID) -> HttpResponse:
    """The bar alone, asked for each second; when the work is over the whole page comes anew."""
    found = _plan(request, plan)
    if found.state == Plan.State.APPLYING and found.job and not found.job.is_over and request.htmx:
        return render(request, "exchange/parts/progress.html", {"plan": found, "job": shown_job(found.job)})
    elif request.htmx:
        return HttpResponseClientRedirect(reverse("import_plan", args=[found.uuid]))
    else:
        return redirect("import_plan", found.uuid)


@require_POST
@importers
def import_stop(request: HttpRequest, plan: UUID) -> HttpResponse:
    found = _plan(request, plan)
    if found.job:
        stop_applying(found, by=request.user, at=now())
        messages.info(request, _("It stops at its next step."))
    return redirect("import_plan", found.uuid)


@require_POST
@importers
def import_removal(request: HttpRequest, plan: UUID) -> HttpResponse:
    found = _plan(request, plan)
    if discard_plan(found, by=request.user, at=now()):
        messages.success(request, _("The plan for “%(title)s” is discarded.") % {"title": found.title})
        return redirect("imports")
    else:
        messages.error(request, _("This plan can no longer be discarded."))
        return redirect("import_plan", found.uuid)


@require_safe
@importers
def import_result(request: HttpRequest, plan: UUID) -> StreamingHttpResponse:
    """Each row of the plan and what became of it, as CSV."""
    found = _plan(request, plan)
    name = f"{found.title.rpartition('.')[0] or found.title}-{found.get_state_display()}.csv"
    return _stream(csv_lines(_result_rows(found)), name)


@require_safe
@managers
def export(request: HttpRequest, kind: str, form: str) -> HttpResponse | StreamingHttpResponse | FileResponse:
    """People, or the sessions one manages, as a file that can be brought in again."""
    if kind == "people" and (question := question_before(request, LEAVING, at=now())):
        return question
    elif kind == "people":
        rows = people_rows()
    elif kind == "sessions":
        rows = session_rows(sessions_of(request.user))
    else:
        raise Http404
    if form in ("csv", "xlsx"):
        record("export", Person if kind == "people" else CourseSession, by=request.user, at=now(), changes={"as": form})
    name = f"{kind}-{localdate():%Y-%m-%d}.{form}"
    if form == "csv":
        return _stream(csv_lines(rows), name)
    elif form == "xlsx":
        return _workbook(request, rows, name)
    else:
        raise Http404


def _kind(request: HttpRequest, name: str) -> type[Kind]:
    if name not in KINDS:
        raise Http404
    require_permission(name, request.user)
    return KINDS[name]


def _target(request: HttpRequest, kind: type[Kind]) -> tuple[Any, dict[str, int | None]]:
    """The session or class that the file is for, where a kind is for one."""
    if "session" in kind.chooses:
        sessions = sessions_of(request.user)
        number = request.GET.get("session", "")
        session = get_object_or_404(sessions, pk=number if number.isascii() and number.isdigit() else 0)
        return session, {"session": session.pk}
    elif "school_class" in kind.chooses and (uuid := _uuid(request.GET.get("class", ""))):
        school_class = get_object_or_404(SchoolClass, uuid=uuid)
        return school_class, {"school_class": school_class.pk}
    else:
        return None, {}


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _plan(request: HttpRequest, uuid: UUID) -> Plan:
    return get_object_or_404(plans_of(request.user), uuid=uuid)


def _plan_page(request: HttpRequest, plan: Plan, *, error: str = "", status: int = 200) -> HttpResponse:
    counts = counts_of(plan)
    action = request.GET.get("show", "")
    paginator = Paginator(rows_of(plan, action), ROWS)
    paginator.count = counts[action] if action in counts else sum(counts.values())  # known; not counted again
    context = {
        "plan": plan,
        "kind": KINDS[plan.kind],
        "look": LOOKS[Plan.State(plan.state)],
        "job": shown_job(plan.job) if plan.job else None,
        "counts": counts,
        "tabs": [(name, PlanRow.Action(name).label, counts[name]) for name in ORDER if counts[name]],
        "total": sum(counts.values()),
        "show": action if action in counts else "",
        "page": paginator.get_page(request.GET.get("page")),
        "sentences": what_will_happen(plan),
        "button": button_words(plan),
        "next_url": _next_url(plan),
        "error": error,
        "at": now(),
    }
    return render(request, "exchange/plan.html", context, status=status)


def _next_url(plan: Plan) -> str:
    """Where one sees what the plan has done."""
    if session := plan.options.get("session"):
        return reverse("session_overview", args=[session])
    lists = {"people": "people", "sessions": "sessions", "classes": "classes", "class-people": "classes"}
    return reverse(lists.get(plan.kind, "courses"))


def _result_rows(plan: Plan) -> Iterator[list[str]]:
    yield [_("Line"), _("What happens"), _("To what"), _("Why"), _("Done")]
    for row in plan.rows.defer("data").order_by("line", "id").iterator(chunk_size=2000):
        done = _("yes") if row.done else _("no")
        yield [str(row.line), str(PlanRow.Action(row.action).label), row.subject, "\n".join(row.reasons), done]


def _as_file(data: bytes, name: str) -> HttpResponse:
    disposition = content_disposition_header(True, name) or ""
    return HttpResponse(data, content_type=CSV, headers={"Content-Disposition": disposition})


def _stream(lines: Iterator[bytes], name: str) -> StreamingHttpResponse:
    disposition = content_disposition_header(True, name) or ""
    return StreamingHttpResponse(lines, content_type=CSV, headers={"Content-Disposition": disposition})


def _workbook(request: HttpRequest, rows: Iterator[Any], name: str) -> HttpResponse | FileResponse:
    file = tempfile.TemporaryFile()
    try:
        write_xlsx(rows, file)
    except ExportRefused as error:
        file.close()
        messages.error(request, str(error))
        return redirect("imports")
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=name, content_type=XLSX)

"""Grades from a file into the gradebook, shown one by one before anything is written."""

from __future__ import annotations

from uuid import UUID

from django.core.paginator import Paginator
from django.db.models import Case, QuerySet, Value, When
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRedirect

from encore.base.reading.errors import FileRefused
from encore.courses.context import Here
from encore.courses.errors import CannotDo
from encore.courses.rules import Action
from encore.ledger.actions import record_reading
from encore.ledger.models import Plan, PlanRow
from encore.toolkit.errors import NotAllowed
from encore.toolkit.pages import tool_page
from encore.toolkit.permission import require
from encore.toolkit.places import address
from encore.tools.gradebook.actions.bringing import (
    discard,
    moved_words,
    plans_in,
    read_in,
    result_words,
    start_bringing,
)
from encore.tools.gradebook.forms.bringing import BringForm
from encore.tools.gradebook.views.book import on_people

A_PAGE = 100
Does = PlanRow.Action
ORDER = (Does.REFUSE, Does.CHANGE, Does.NOTHING)


@require_http_methods(["GET", "HEAD", "POST"])
@on_people
def bring(request: HttpRequest, here: Here) -> HttpResponse:
    """Choose a file; it is read at once, and what would change is shown."""
    require(here, Action.MARK)
    form = BringForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        try:
            file = form.cleaned_data["file"]
            plan = read_in(here, file, file.name)
            return redirect(address(here, "gradebook:import_plan", plan=plan.uuid))
        except FileRefused as error:
            form.add_error("file", str(error))
    return tool_page(request, here, "gradebook/bring.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@on_people
def plan(request: HttpRequest, here: Here, plan: UUID) -> HttpResponse:
    """What would change, or has changed; a POST does it. Asked by the bar, while the worker does it."""
    require(here, Action.MARK)
    found, error = _plan(here, plan), ""
    if request.method == "POST":
        sent = request.POST
        try:
            start_bringing(found, here, reason=sent.get("reason", ""), skip_refused=sent.get("skip_refused") == "yes")
            return redirect(address(here, "gradebook:import_plan", plan=found.uuid))
        except NotAllowed:
            raise
        except CannotDo as why:
            error = str(why)
    elif request.htmx and not _is_running(found):
        return HttpResponseClientRedirect(address(here, "gradebook:import_plan", plan=found.uuid))
    return _plan_page(request, here, found, error)


@require_POST
@on_people
def removal(request: HttpRequest, here: Here, plan: UUID) -> HttpResponse:
    require(here, Action.MARK)
    discard(_plan(here, plan), here)
    return redirect(address(here, "gradebook:index"))


def _plan(here: Here, uuid: UUID) -> Plan:
    found = plans_in(here).filter(uuid=uuid).first()
    if found is None:
        raise Http404
    if found.state == Plan.State.APPLYING and not _is_running(found):
        # The job was stopped or has failed: nothing of it was written.
        Plan.objects.filter(pk=found.pk, state=Plan.State.APPLYING).update(state=Plan.State.READY)
        found.refresh_from_db()
    return found


def _is_running(plan: Plan) -> bool:
    return plan.state == Plan.State.APPLYING and plan.job is not None and not plan.job.is_over


def _plan_page(request: HttpRequest, here: Here, plan: Plan, error: str) -> HttpResponse:
    record_reading(here.session_course, by=here.person, at=here.at, session_id=here.session.pk)
    counts = plan.options["counts"]
    show = request.GET.get("show", "")
    context = {
        "plan": plan,
        "changes": counts.get(Does.CHANGE, 0),
        "refused": counts.get(Does.REFUSE, 0),
        "page": Paginator(_rows(plan, show), A_PAGE).get_page(request.GET.get("page")),
        "show": show if show in ORDER else "",
        "tabs": [(does, Does(does).label, counts[does]) for does in ORDER if counts.get(does)],
        "total": sum(counts.values()),
        "result": result_words(plan) if plan.state == Plan.State.APPLIED else "",
        "moved": moved_words(plan) if plan.options.get("moved") else "",
        "failed": plan.job.message if plan.job and plan.job.state == "failed" else "",
        "reason": request.POST.get("reason", plan.options.get("because", "")),
        "skips": request.POST.get("skip_refused") == "yes",
        "error": error,
    }
    return tool_page(request, here, "gradebook/bring_plan.html", context, status=422 if error else 200)


def _rows(plan: Plan, show: str) -> QuerySet[PlanRow]:
    """Refused ones first: they are what a person has to look at."""
    if show in ORDER:
        return plan.rows.filter(action=show).order_by("line", "id")
    rank = Case(*(When(action=does, then=Value(place)) for place, does in enumerate(ORDER)), default=Value(len(ORDER)))
    return plan.rows.order_by(rank, "line", "id")

"""Questions from a file into the bank, shown one by one before anything is written; and out of it as a file."""

from __future__ import annotations

from uuid import UUID

from django.core.paginator import Paginator
from django.db.models import Case, QuerySet, Value, When
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from encore.base.reading.errors import FileRefused
from encore.courses.context import Here
from encore.courses.rules import Action
from encore.courses.words import Access
from encore.ledger.actions import record
from encore.ledger.models import Plan, PlanRow
from encore.toolkit.decorators import in_tool
from encore.toolkit.pages import tool_page
from encore.toolkit.permission import require, why_not_publish
from encore.toolkit.places import address
from encore.tools.quizzes.actions.bringing import (
    CannotBring,
    discard,
    plans_in,
    read_in,
    result_words,
    start_bringing,
    words_of,
)
from encore.tools.quizzes.forms.bringing import BringForm, TakeOutForm, category_named
from encore.tools.quizzes.questions import TYPES
from encore.tools.quizzes.taking_out import name_of, take_out

A_PAGE = 100
Does = PlanRow.Action
ORDER = (Does.REFUSE, Does.ADD, Does.NOTHING)
writers = in_tool("quizzes", level=Access.COACH)


@require_http_methods(["GET", "HEAD", "POST"])
@writers
def bring(request: HttpRequest, here: Here) -> HttpResponse:
    """Choose a file; it is read at once, and what would come is shown."""
    require(here, Action.ADD_ITEM)
    form = BringForm(
        request.POST or None, request.FILES or None, here=here, initial={"category": request.GET.get("in", "")}
    )
    if form.is_valid():
        file, chosen = form.cleaned_data["file"], form.cleaned_data["format"]
        try:
            plan = read_in(here, file, file.name, format=chosen, into=form.into)
            return redirect(address(here, "quizzes:import_plan", plan=plan.uuid))
        except FileRefused as error:
            form.add_error("file", str(error))
    return tool_page(request, here, "quizzes/bring.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@writers
def plan(request: HttpRequest, here: Here, plan: UUID) -> HttpResponse:
    """What would come, or has come, into the bank; a POST does it. Asked by the bar, while the worker does it."""
    found = _plan(here, plan)
    error = ""
    if request.method == "POST":
        sent = request.POST
        try:
            start_bringing(
                found, here, publishes=sent.get("how") == "publish", skip_refused=sent.get("skip_refused") == "yes"
            )
            return redirect(address(here, "quizzes:import_plan", plan=found.uuid))
        except CannotBring as why:
            error = str(why)
    elif request.htmx and not _is_running(found):
        return HttpResponseClientRedirect(address(here, "quizzes:import_plan", plan=found.uuid))
    return _plan_page(request, here, found, error)


@require_POST
@writers
def removal(request: HttpRequest, here: Here, plan: UUID) -> HttpResponse:
    require(here, Action.ADD_ITEM)
    discard(_plan(here, plan), here)
    return redirect(address(here, "quizzes:bank"))


@require_safe
@writers
def take_questions_out(request: HttpRequest, here: Here) -> HttpResponse:
    """?format and ?category: what the file would hold, and what it could not; with ?download the file itself."""
    form = TakeOutForm(request.GET if "format" in request.GET else None, here=here, initial={"format": "xml"})
    if not form.is_valid():
        return tool_page(request, here, "quizzes/take_out.html", {"form": form}, status=422 if form.errors else 200)
    format, category = form.cleaned_data["format"], category_named(here, form.cleaned_data["category"])
    written = take_out(here, format, category)
    if "download" not in request.GET:
        return tool_page(request, here, "quizzes/take_out.html", {"form": form, "written": written})
    place = here.session_course or here.course
    session = here.session.pk if here.session else None
    facts = {"as": format, "questions": written.count}
    record("export", place, by=here.person, at=here.at, session_id=session, changes=facts)
    kind = "text/plain" if format == "gift" else "application/xml"
    disposition = content_disposition_header(True, name_of(here, format, category)) or "attachment"
    return HttpResponse(
        written.text.encode(), content_type=f"{kind}; charset=utf-8", headers={"Content-Disposition": disposition}
    )


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
    counts = plan.options["counts"]
    show = request.GET.get("show", "")
    page = Paginator(_rows(plan, show), A_PAGE).get_page(request.GET.get("page"))
    for row in page:
        row.type = TYPES[row.data["type"]].label if "type" in row.data else ""
        row.path = " / ".join(row.data.get("category", ()))
    context = {
        "plan": plan,
        "words": words_of(plan),
        "page": page,
        "show": show if show in ORDER else "",
        "tabs": [(does, Does(does).label, counts[does]) for does in ORDER if counts.get(does)],
        "total": sum(counts.values()),
        "why_not_publish": why_not_publish(here),
        "result": result_words(plan) if plan.state == Plan.State.APPLIED else "",
        "how": request.POST.get("how", ""),
        "error": error,
    }
    return tool_page(request, here, "quizzes/bring_plan.html", context, status=422 if error else 200)


def _rows(plan: Plan, show: str) -> QuerySet[PlanRow]:
    """Refused ones first: they are what a person has to look at."""
    if show in ORDER:
        return plan.rows.filter(action=show).order_by("line", "id")
    rank = Case(*(When(action=does, then=Value(place)) for place, does in enumerate(ORDER)), default=Value(len(ORDER)))
    return plan.rows.order_by(rank, "line", "id")

"""After a changed key: what it would change about answers given, and changing it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from encore.courses.context import Here
from encore.courses.errors import CannotDo
from encore.courses.words import Access
from encore.ledger.actions import start_job
from encore.ledger.models import Job
from encore.toolkit.decorators import in_tool
from encore.toolkit.models import Item
from encore.toolkit.pages import tool_page
from encore.toolkit.scoping import shown_in
from encore.tools.quizzes.actions import regrading
from encore.tools.quizzes.jobs import REGRADE
from encore.tools.quizzes.regrading import Regrade, places_to_regrade, regrade_in

ROWS = 50
AT_ONCE = 1000  # answers; more are done by the worker


@require_http_methods(["GET", "HEAD", "POST"])
@in_tool("quizzes", level=Access.COACH)
def regrade(request: HttpRequest, here: Here, uuid: UUID) -> HttpResponse:
    """Of a test or a question, over all sessions that this person may mark. POST: place (several), seen-<place>,
    reason, by_hand."""
    item = get_object_or_404(shown_in(here, kinds=("test", "question"), hidden=True), uuid=uuid)
    by_hand = request.POST.get("by_hand", request.GET.get("by_hand")) == "1"
    places, unseen = places_to_regrade(here, item)
    plans = [regrade_in(place, item, by_hand=by_hand) for place in places]
    reason = request.POST.get("reason", "").strip()[:300]
    if request.method == "POST" and reason:
        chosen = [plan for plan in plans if str(plan.here.session_course.pk) in request.POST.getlist("place")]
        _apply(request, here, item, chosen, reason=reason, by_hand=by_hand)
        return redirect(request.get_full_path())
    totals = [total for plan in plans for total in plan.totals]
    context = {
        "item": item,
        "plans": [plan for plan in plans if plan.older],
        "page": Paginator(totals, ROWS).get_page(request.GET.get("page")),
        "changes": any(plan.changed for plan in plans),
        "unseen": unseen,
        "by_hand": by_hand,
        "wrong": request.method == "POST",
        "job": Job.objects.filter(kind=REGRADE, payload__item=item.pk, by=here.person).last(),
    }
    return tool_page(request, here, "quizzes/regrade.html", context)


def _apply(request: HttpRequest, here: Here, item: Any, plans: list[Regrade], *, reason: str, by_hand: bool) -> None:
    """At once, or where there is much to do by the worker."""
    if sum(len(plan.marks) for plan in plans) > AT_ONCE:
        _later(here, item, plans, reason=reason, by_hand=by_hand)
        messages.success(request, _("The answers are regraded in the background; this page shows how far it is."))
        return
    done = 0
    for plan in plans:
        seen = request.POST.get(f"seen-{plan.here.session_course.pk}", "")
        try:
            done += regrading.regrade(plan.here, item, reason=reason, by_hand=by_hand, seen=seen)
        except CannotDo as error:
            messages.error(request, str(error))
    words = ngettext("%(n)d answer has new points.", "%(n)d answers have new points.", done) % {"n": done}
    messages.success(request, words) if done else messages.warning(request, _("Nothing was changed."))


@transaction.atomic
def _later(here: Here, item: Item, plans: list[Regrade], *, reason: str, by_hand: bool) -> None:
    payload = {
        "item": item.pk,
        "places": [plan.here.session_course.pk for plan in plans],
        "reason": reason,
        "by_hand": by_hand,
    }
    start_job(REGRADE, payload, by=here.person, at=here.at, total=len(plans))

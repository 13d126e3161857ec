"""Signing the grades of a course in a session off, and lifting that."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from encore.courses.context import Here
from encore.courses.errors import CannotDo
from encore.courses.rules import Action
from encore.toolkit.errors import NotAllowed
from encore.toolkit.grading import lift, sign_off
from encore.toolkit.models import SignOff
from encore.toolkit.pages import tool_page
from encore.toolkit.permission import require
from encore.toolkit.places import address
from encore.toolkit.scoping import recorded_in
from encore.tools.gradebook.queries import learners_in
from encore.tools.gradebook.views.book import on_people


@require_http_methods(["GET", "HEAD", "POST"])
@on_people
def sign(request: HttpRequest, here: Here) -> HttpResponse:
    """POST: do = sign, with note; or do = lift, with sign_off and reason."""
    signed = recorded_in(here, SignOff).select_related("by", "lifted_by").order_by("-pk")
    if request.method == "POST":
        require(here, Action.MARK)
        return _do(request, here)
    context = {
        "signed": next((one for one in signed if one.lifted_at is None), None),
        "earlier": [one for one in signed if one.lifted_at is not None],
        "learners": learners_in(here).count(),
        "marks": here.may(Action.MARK),
    }
    return tool_page(request, here, "gradebook/sign.html", context)


def _do(request: HttpRequest, here: Here) -> HttpResponse:
    try:
        if request.POST.get("do") == "lift":
            pk = request.POST.get("sign_off", "")
            signed = get_object_or_404(recorded_in(here, SignOff), pk=int(pk) if pk.isascii() and pk.isdigit() else 0)
            lift(here, signed, reason=request.POST.get("reason", ""))
            messages.success(request, _("Lifted. Grades can be changed again."))
        else:
            sign_off(here, list(learners_in(here)), note=request.POST.get("note", "").strip()[:300])
            messages.success(request, _("Signed off. These figures stand."))
    except NotAllowed:
        raise
    except CannotDo as error:
        messages.error(request, str(error))
    return redirect(address(here, "gradebook:sign"))

"""Which tools show in a place, and in what order."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from encore.courses.context import Here
from encore.courses.decorators import in_course
from encore.courses.rules import Action
from encore.courses.words import Access
from encore.toolkit.decorators import explaining
from encore.toolkit.menu import order_tools, set_tool, tools_in
from encore.toolkit.pages import tool_page
from encore.toolkit.permission import is_locked, require_arranger
from encore.toolkit.places import address


@require_http_methods(["GET", "HEAD", "POST"])
@in_course(level=Access.COACH)
@explaining
def index(request: HttpRequest, here: Here) -> HttpResponse:
    """POST: tool and visible = yes | no; or up, down = tool; or order = tool (several).

    Where a lock keeps a coach from changing it, it is shown with the reason.
    """
    if request.method != "POST" and is_locked(here, Action.HIDE):
        return tool_page(request, here, "toolkit/tools.html", {"entries": tools_in(here), "locked": True})
    require_arranger(here, Action.HIDE)
    if request.method == "POST":
        names = [entry.name for entry in tools_in(here)]
        if request.POST.getlist("was") not in ([], names):
            return HttpResponse(status=409)  # somebody else put them in another order since
        if "tool" in request.POST:
            _show_or_hide(request, here, names)
        else:
            order_tools(here, _ordered(request, names))
        return redirect(address(here, "tools:index"))
    return tool_page(request, here, "toolkit/tools.html", {"entries": tools_in(here)})


def _show_or_hide(request: HttpRequest, here: Here, names: list[str]) -> None:
    name, visible = request.POST["tool"], request.POST.get("visible") == "yes"
    if name not in names:
        raise Http404
    set_tool(here, name, visible=visible)
    label = next(entry.label for entry in tools_in(here) if entry.name == name)
    words = _("“%(tool)s” shows again.") if visible else _("“%(tool)s” is hidden from learners.")
    messages.success(request, words % {"tool": label})


def _ordered(request: HttpRequest, names: list[str]) -> list[str]:
    """The names as the request orders them; whatever it does not know stays behind."""
    wanted = request.POST.getlist("order")
    if wanted:
        return sorted(names, key=lambda name: wanted.index(name) if name in wanted else len(wanted))
    moved, step = (request.POST.get("up"), -1) if "up" in request.POST else (request.POST.get("down"), 1)
    if moved not in names:
        raise Http404
    at = names.index(moved)
    names.insert(max(0, at + step), names.pop(at))
    return names

"""The versions of an item, and the way back from a session's own to the course's."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from encore.courses.context import Here
from encore.courses.rules import Action
from encore.toolkit.decorators import in_writing
from encore.toolkit.pages import list_of, tool_page
from encore.toolkit.permission import require
from encore.toolkit.publishing import back_to_course
from encore.toolkit.queries import versions_in
from encore.toolkit.registry import Tool
from encore.toolkit.scoping import shown_in
from encore.toolkit.writing import find


@require_safe
@in_writing
def versions(request: HttpRequest, here: Here, tool: Tool, uuid: UUID) -> HttpResponse:
    writing = find(here, tool, uuid)
    context = {
        "writing": writing,
        "versions": versions_in(here, writing.item),
        "back": tool.page_of(writing.item, here),
    }  # type: ignore[arg-type]
    return tool_page(request, here, "toolkit/versions.html", context)


@require_safe
@in_writing
def version(request: HttpRequest, here: Here, tool: Tool, uuid: UUID, number: int) -> HttpResponse:
    writing = find(here, tool, uuid)
    found = get_object_or_404(versions_in(here, writing.item), number=number)  # type: ignore[arg-type]
    context = {"writing": writing, "kind": writing.kind, "version": found, "title": found.title}
    context["content"] = writing.kind.content.read(found.content)
    return tool_page(request, here, "toolkit/version.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@in_writing
def course_version(request: HttpRequest, here: Here, tool: Tool, uuid: UUID) -> HttpResponse:
    """Asks, then takes this session's own version away: the course's shows again."""
    writing = find(here, tool, uuid)
    if not writing.has_own_version or here.session is None:
        raise Http404
    require(here, Action.OWN_VERSION)
    if request.method == "POST":
        back_to_course(writing.shown, here)  # type: ignore[arg-type]
        messages.success(request, _("The course's version shows here again."))
        still = shown_in(here, hidden=True).filter(pk=writing.shown.pk).first()  # type: ignore[union-attr]
        return redirect(tool.page_of(still, here) if still else list_of(here, tool, writing.parent_id))
    return tool_page(
        request, here, "toolkit/course_version.html", {"writing": writing, "back": tool.page_of(writing.shown, here)}
    )

"""Leads from an item's uuid to its page, and is told how long that is used."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST, require_safe

from encore.courses.context import Here
from encore.courses.decorators import in_course
from encore.toolkit.activity import note_seconds
from encore.toolkit.menu import is_visible
from encore.toolkit.registry import tool_of_kind
from encore.toolkit.scoping import closed_in, shown_in


@require_safe
@in_course
def item_open(request: HttpRequest, here: Here, uuid: UUID) -> HttpResponse:
    item = get_object_or_404(shown_in(here, hidden=here.writes), uuid=uuid)
    tool = tool_of_kind(item.kind)
    if not is_visible(here, tool.name):
        raise Http404
    return redirect(tool.page_of(item, here))


@require_POST
@in_course
def item_activity(request: HttpRequest, here: Here, uuid: UUID) -> HttpResponse:
    """A page of the item tells for how long it was worked with. POST: seconds. Of learners alone it is noted."""
    pk = shown_in(here).filter(uuid=uuid).values_list("pk", flat=True).first()
    if pk is None or pk in closed_in(here):
        raise Http404
    seconds = request.POST.get("seconds", "")
    if not (seconds.isascii() and seconds.isdigit() and len(seconds) < 6):
        return HttpResponse(status=400)
    note_seconds(pk, here, int(seconds))
    return HttpResponse(status=204)

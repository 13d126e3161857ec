"""Leads from an item's uuid to its page."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_safe

from encore.courses.context import Here
from encore.courses.decorators import in_course
from encore.toolkit.menu import is_visible
from encore.toolkit.registry import tool_of_kind
from encore.toolkit.scoping import shown_in


@require_safe
@in_course
def item_open(request: HttpRequest, here: Here, uuid: UUID) -> HttpResponse:
    item = get_object_or_404(shown_in(here, hidden=here.writes), uuid=uuid)
    tool = tool_of_kind(item.kind)
    if not is_visible(here, tool.name):
        raise Http404
    return redirect(tool.page_of(item, here))

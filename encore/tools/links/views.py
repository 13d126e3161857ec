"""The pages of links: the list, and the way out."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_safe

from encore.courses.actions.entering import enter
from encore.courses.context import Here
from encore.toolkit.completion import visit
from encore.toolkit.decorators import in_tool
from encore.toolkit.offers import Offers
from encore.toolkit.outline import outline_in
from encore.toolkit.pages import closed_page, tool_page
from encore.toolkit.places import addresses
from encore.toolkit.registry import tool_named
from encore.tools.links.content import Link


class WayOut(HttpResponseRedirect):
    allowed_schemes = ["http", "https", "mailto"]


@require_safe
@in_tool("links")
def index(request: HttpRequest, here: Here) -> HttpResponse:
    enter(here)
    outline = outline_in(here, tool_named("links"), content_of=tool_named("links").kind_names)
    categories = [entry for entry in outline.top if entry.holds and (here.writes or entry.inside)]
    offers = Offers(here, tool_named("links")) if here.writes else None
    if offers:
        offers.lay(outline)
        offers.lay_moves([category for category in categories if category.is_published], kind="link_category")
    follow_url, preview = addresses(here, "links:follow"), addresses(here, "links:preview")
    for entry in outline:
        entry.url = follow_url(entry.uuid) if entry.is_published else preview(entry.uuid)
    context = {
        "loose": [entry for entry in outline.top if not entry.holds],
        "categories": categories,
        "adds": offers is not None and offers.adds,
        "orders": offers is not None and offers.orders,
        "changed": request.GET.get("changed", ""),
    }
    return tool_page(request, here, "links/index.html", context)


@require_safe
@in_tool("links")
def follow(request: HttpRequest, here: Here, uuid: UUID) -> HttpResponse:
    """Notes that the learner has seen the link, and leads to the address that is stored: to no other."""
    entry = outline_in(here, tool_named("links"), content_for=uuid).find(uuid)
    if entry is None or entry.holds or entry.content is None:
        raise Http404
    elif entry.is_closed:
        return closed_page(request, here, entry)
    visit(entry, here)
    return WayOut(Link.read(entry.content).url)

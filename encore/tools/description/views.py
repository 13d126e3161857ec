"""The page of the description."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from encore.courses.actions.entering import enter
from encore.courses.context import Here
from encore.toolkit.decorators import in_tool
from encore.toolkit.offers import Offers
from encore.toolkit.outline import Entry, outline_in
from encore.toolkit.pages import tool_page
from encore.toolkit.registry import tool_named

HEADINGS = (
    _("Objectives"),
    _("Programme"),
    _("Methods"),
    _("Materials"),
    _("Assessment"),
    _("Prerequisites"),
    _("Time needed"),
    _("Certificate"),
)
LISTED_FROM = 4  # so many sections get a list of them on top


@require_safe
@in_tool("description")
def index(request: HttpRequest, here: Here) -> HttpResponse:
    """Learners read the sections here and the introduction on the course's home; those who write find both here."""
    enter(here)
    everything = list(outline_in(here, tool_named("description"), content_of=("introduction", "section")))
    sections = [entry for entry in everything if entry.kind == "section"]
    context = {
        "sections": sections,
        "listed": len([entry for entry in sections if entry.is_published]) >= LISTED_FROM,
        **(_for_writers(here, everything, sections) if here.writes else {}),
    }
    return tool_page(request, here, "description/index.html", context)


def _for_writers(here: Here, everything: list[Entry], sections: list[Entry]) -> dict[str, object]:
    offers = Offers(here, tool_named("description"))
    offers.lay(everything)
    offers.lay_moves([entry for entry in sections if entry.is_published], kind="section")
    introductions = [entry for entry in everything if entry.kind == "introduction"]
    used = {entry.title.casefold() for entry in sections}
    return {
        # The session's, if there is one, replaces the course's.
        "introduction": next((one for one in introductions if one.is_session_only), next(iter(introductions), None)),
        "adds": offers.adds,
        "headings": [heading for heading in HEADINGS if str(heading).casefold() not in used],
    }

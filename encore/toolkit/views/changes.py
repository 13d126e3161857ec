"""What is written in a place and not published yet, and, in a session, what differs there from the course."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from encore.courses.context import Here
from encore.courses.decorators import in_course
from encore.courses.queries.sessions import known_to
from encore.courses.words import Access
from encore.toolkit.errors import NotAllowed
from encore.toolkit.models import Draft, ItemSettings
from encore.toolkit.pages import tool_page
from encore.toolkit.permission import why_not_publish
from encore.toolkit.places import address
from encore.toolkit.publishing import publish
from encore.toolkit.queries import own_versions, running
from encore.toolkit.registry import kind_named, tool_of_kind
from encore.toolkit.scoping import drafts_in, shown_in

NAMED = 10  # sessions that are named; the others are counted


@require_http_methods(["GET", "HEAD", "POST"])
@in_course(level=Access.COACH)
def changes(request: HttpRequest, here: Here) -> HttpResponse:
    """POST: draft = "id:stamp" (several), of the drafts as they were looked at; note."""
    drafts = list(drafts_in(here).select_related("author").order_by("pk"))
    if request.method == "POST":
        _publish(request, here, drafts)
        return redirect(address(here, "changes:index"))
    following = None if here.session else running(here.course, at=here.at)
    context = {
        "drafts": _described(here, drafts),
        "why_not_publish": why_not_publish(here),
        "running": following.filter(session__in=known_to(here.person))[:NAMED] if following is not None else (),
        "running_count": following.count() if following is not None else 0,
        "differences": _differences(here) if here.session else (),
    }
    return tool_page(request, here, "toolkit/changes.html", context)


def _publish(request: HttpRequest, here: Here, drafts: list[Draft]) -> None:
    looked_at = set(request.POST.getlist("draft"))
    chosen = [draft for draft in drafts if f"{draft.pk}:{draft.stamp}" in looked_at]
    moved = len(looked_at) - len(chosen)
    try:
        if chosen:
            publish(chosen, here, note=request.POST.get("note", "").strip()[:300])
            words = ngettext("%(n)d change is published.", "%(n)d changes are published.", len(chosen))
            messages.success(request, words % {"n": len(chosen)})
        elif not moved:
            messages.warning(request, _("Nothing was ticked, so nothing was published."))
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
        return
    if moved:
        words = ngettext(
            "%(n)d was changed, published or thrown away since you looked, and is left as it is.",
            "%(n)d were changed, published or thrown away since you looked, and are left as they are.",
            moved,
        )
        messages.warning(request, words % {"n": moved})


def _described(here: Here, drafts: list[Draft]) -> list[dict[str, Any]]:
    shown = dict(shown_in(here, hidden=True).filter(pk__in=[d.item_id for d in drafts]).values_list("pk", "title"))
    own = own_versions([draft.item_id for draft in drafts]) if here.session is None else {}
    return [
        {
            "draft": draft,
            "kind": kind_named(draft.item.kind),
            "tool": tool_of_kind(draft.item.kind),
            "state": _state(here, draft, shown),
            "was": shown.get(draft.item_id, ""),
            "own": own.get(draft.item_id, 0),
            "edit": address(here, f"{tool_of_kind(draft.item.kind).name}:edit", uuid=draft.item.uuid),
            "preview": address(here, f"{tool_of_kind(draft.item.kind).name}:preview", uuid=draft.item.uuid),
        }
        for draft in sorted(drafts, key=lambda draft: (tool_of_kind(draft.item.kind).position, draft.pk))
    ]


def _state(here: Here, draft: Draft, shown: dict[int, str]) -> str:
    if draft.item_id not in shown:
        return "add"
    elif here.session and draft.item.session_course_id is None:
        return "own_version"
    else:
        return "change"


def _differences(here: Here) -> list[dict[str, Any]]:
    """What a session has of its own, hides, or shows where the course hides it."""
    settings = ItemSettings.objects.filter(session_course=here.session_course, visible__isnull=False)
    visible = dict(settings.values_list("item", "visible"))
    return [
        {
            "item": item,
            "kind": kind_named(item.kind),
            "url": tool_of_kind(item.kind).page_of(item, here),
            "hidden": visible.get(item.pk) is False,
            "shown": visible.get(item.pk) is True,
        }
        for item in shown_in(here, hidden=True)
        if item.session_course_id or item.version_place or item.pk in visible
    ]

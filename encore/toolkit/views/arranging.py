"""Order, folders, hiding and removing."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from encore.courses.context import Here
from encore.toolkit.decorators import in_writing
from encore.toolkit.forms import FolderForm
from encore.toolkit.models import Item
from encore.toolkit.outline import Entry, outline_in
from encore.toolkit.pages import list_of, tool_page
from encore.toolkit.permission import require_publisher
from encore.toolkit.publishing import arrange, below, move, remove, set_visible
from encore.toolkit.queries import own_versions, running, times_seen
from encore.toolkit.registry import Tool
from encore.toolkit.writing import Writing, find, find_shown, folders_for


@require_POST
@in_writing
def order(request: HttpRequest, here: Here, tool: Tool) -> HttpResponse:
    """POST: up=uuid or down=uuid, or order=uuid and was=uuid (several).

    ?kind= orders those of one kind among themselves.
    """
    named = request.POST.getlist("order") or [request.POST.get("up") or request.POST.get("down") or ""]
    outline = outline_in(here, tool)
    entry = next((entry for entry in outline if str(entry.uuid) == named[0]), None)
    if entry is None:
        raise Http404
    row = entry.parent.inside if entry.parent else outline.top
    kind = request.GET.get("kind")
    row = [one for one in row if one.is_published and (not kind or one.kind == kind)]
    if request.POST.getlist("was") not in ([], [str(one.uuid) for one in row]):
        return HttpResponse(status=409)  # somebody else changed this row since
    elif "order" in request.POST:
        place = {uuid: n for n, uuid in enumerate(named)}
        row.sort(key=lambda one: place.get(str(one.uuid), len(place)))
    else:
        _step(row, entry, -1 if "up" in request.POST else 1)
    arrange(row, here)  # type: ignore[arg-type]
    return redirect(list_of(here, tool, entry.parent.pk if entry.parent else None, changed=entry.uuid))


@require_POST
@in_writing
def visibility(request: HttpRequest, here: Here, tool: Tool, uuid: UUID) -> HttpResponse:
    """POST: visible = yes | no."""
    shown = find_shown(here, tool, uuid)
    visible = request.POST.get("visible") == "yes"
    set_visible(shown, here, visible)
    if visible:
        messages.success(request, _("“%(title)s” shows again.") % {"title": shown.title})
    elif here.session:
        messages.success(
            request, _("“%(title)s” is hidden from the learners of this session.") % {"title": shown.title}
        )
    else:
        messages.success(request, _("“%(title)s” is hidden in all sessions.") % {"title": shown.title})
    return redirect(list_of(here, tool, shown.parent_id, changed=uuid))


@require_http_methods(["GET", "HEAD", "POST"])
@in_writing
def place(request: HttpRequest, here: Here, tool: Tool, uuid: UUID) -> HttpResponse:
    """Where an item lies. POST: parent = the uuid of a folder, or nothing for the top."""
    require_publisher(here)
    writing = find(here, tool, uuid)
    folders = {str(folder.uuid): folder for folder in folders_for(here, writing.kind)}
    now = next((key for key, folder in folders.items() if folder.pk == writing.parent_id), "")
    choices = _places(list(folders.values()), writing)
    form = FolderForm(request.POST if request.method == "POST" else None, places=choices, initial={"parent": now})
    if not form.is_valid():
        return tool_page(
            request, here, "toolkit/place.html", {"writing": writing, "form": form, **_back(here, writing)}
        )
    parent = folders.get(form.cleaned_data["parent"])
    move([writing.item], here, parent=parent)  # type: ignore[list-item]
    messages.success(request, _("“%(title)s” is moved.") % {"title": writing.title})
    return redirect(list_of(here, tool, parent.pk if parent else None, changed=uuid))


@require_http_methods(["GET", "HEAD", "POST"])
@in_writing
def removal(request: HttpRequest, here: Here, tool: Tool, uuid: UUID) -> HttpResponse:
    require_publisher(here)
    shown = find_shown(here, tool, uuid)
    if request.method == "POST":
        remove(shown, here)
        messages.success(request, _("“%(title)s” is removed.") % {"title": shown.title})
        return redirect(list_of(here, tool, shown.parent_id))
    gone = [shown, *below(shown, here)]
    context = {
        "writing": find(here, tool, uuid),
        "inside": len(gone) - 1,
        "running": None if here.session else running(here.course, at=here.at).count(),
        "own": sum(own_versions(gone).values()) if here.session is None else 0,
        "seen": times_seen(here, gone),
        "used": tool.uses(here, gone),
        "back": list_of(here, tool, shown.parent_id),
    }
    return tool_page(request, here, "toolkit/removal.html", context)


def _step(row: list[Entry], entry: Entry, by: int) -> None:
    """Moves an entry one place up or down in its row; at the end it stays."""
    at = row.index(entry) if entry in row else 0
    to = max(0, min(len(row) - 1, at + by))
    if row:
        row.insert(to, row.pop(at))


def _places(folders: list[Item], writing: Writing) -> list[tuple[str, str]]:
    """The places to choose from, as paths; without the item itself and what lies in it."""
    known = {folder.pk: folder for folder in folders}
    choices = [("", _("At the top"))]
    for folder in folders:
        path: list[Item] = []
        at: Item | None = folder
        while at is not None and at not in path:
            path.append(at)
            at = known.get(at.parent_id)
        if not any(step.uuid == writing.key for step in path):
            words = " / ".join(step.title or _("Without a title") for step in reversed(path))
            choices.append((str(folder.uuid), words))
    return choices


def _back(here: Here, writing: Writing) -> dict[str, str]:
    return {"back": list_of(here, writing.tool, writing.parent_id)}

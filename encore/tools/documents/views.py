"""The pages of documents: a folder's list, a page, a file, and uploading."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from encore.courses.actions.entering import enter
from encore.courses.context import Here
from encore.courses.rules import Action
from encore.courses.words import Access
from encore.toolkit.completion import visit
from encore.toolkit.decorators import in_tool
from encore.toolkit.models import Item
from encore.toolkit.offers import Offers
from encore.toolkit.outline import Entry, Outline, outline_in
from encore.toolkit.pages import closed_page, tool_page
from encore.toolkit.permission import require, why_not_publish
from encore.toolkit.places import address, addresses
from encore.toolkit.registry import kind_named, tool_named
from encore.toolkit.writing import folders_for
from encore.tools.documents.forms import UploadForm
from encore.tools.documents.uploads import add_files


@require_safe
@in_tool("documents")
def index(request: HttpRequest, here: Here) -> HttpResponse:
    enter(here)
    outline = outline_in(here, tool_named("documents"), content_of=("file",))
    return _list(request, here, outline, None)


@require_safe
@in_tool("documents")
def show(request: HttpRequest, here: Here, uuid: UUID) -> HttpResponse:
    outline = outline_in(here, tool_named("documents"), content_of=("file",), content_for=uuid)
    entry = outline.find(uuid)
    if entry is None:
        raise Http404
    elif entry.is_closed:
        return closed_page(request, here, entry)
    elif not entry.is_published:
        return redirect(address(here, "documents:preview", uuid=uuid))
    elif entry.holds:
        return _list(request, here, outline, entry)
    visit(entry, here)
    previous, following = outline.beside(entry)
    context = {
        "entry": entry,
        "kind": entry.kind_of,
        "content": entry.kind_of.content.read(entry.content or {}),
        "title": entry.title,
        "previous": previous,
        "following": following,
        "offers": Offers(here, tool_named("documents")).of(entry) if here.writes else (),
    }
    return tool_page(request, here, "documents/show.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@in_tool("documents", level=Access.COACH)
def upload(request: HttpRequest, here: Here, uuid: UUID | None = None) -> HttpResponse:
    """Several files at once. POST: key, files, do = publish | draft."""
    require(here, Action.ADD_ITEM)
    folder = _folder(here, uuid)
    form = UploadForm(request.POST or None, request.FILES or None, initial={"key": uuid4()})
    refused: list[Any] = []
    if request.method == "POST" and form.is_valid():
        publishes = request.POST.get("do") == "publish" and not why_not_publish(here)
        added, refused = add_files(
            form.cleaned_data["files"], here, key=form.cleaned_data["key"], parent=folder, publishes=publishes
        )
        _say(request, len(added), publishes)
        if not refused:
            return redirect(_address_of(here, folder))
        form = UploadForm(initial={"key": uuid4()})
    context = {
        "form": form,
        "folder": folder,
        "refused": refused,
        "limit": settings.UPLOAD_LIMIT,
        "back": _address_of(here, folder),
        "why_not_publish": why_not_publish(here),
    }
    return tool_page(request, here, "documents/upload.html", context)


def _list(request: HttpRequest, here: Here, outline: Outline, folder: Entry | None) -> HttpResponse:
    inside = folder.inside if folder else outline.top
    offers = Offers(here, tool_named("documents")) if here.writes else None
    if offers:
        offers.lay(inside)
    shown, preview = addresses(here, "documents:show"), addresses(here, "documents:preview")
    for entry in inside:
        entry.url = shown(entry.uuid) if entry.is_published else preview(entry.uuid)
    entries = [entry for entry in inside if entry.is_published]
    context = {
        "folder": folder,
        "description": (folder.content or {}).get("description", "") if folder else "",
        "entries": entries,
        "drafts": [entry for entry in inside if not entry.is_published],
        "adds": offers is not None and offers.adds,
        "orders": offers is not None and offers.orders and len(entries) > 1,
        "offers": offers.of(folder) if offers and folder else (),
        "changed": request.GET.get("changed", ""),
    }
    return tool_page(request, here, "documents/index.html", context)


def _folder(here: Here, uuid: UUID | None) -> Item | None:
    if uuid is None:
        return None
    found = next((folder for folder in folders_for(here, kind_named("file")) if folder.uuid == uuid), None)
    if found is None:
        raise Http404
    return found


def _address_of(here: Here, folder: Item | None) -> str:
    if folder is None:
        return address(here, "documents:index")
    else:
        return address(here, "documents:show", uuid=folder.uuid)


def _say(request: HttpRequest, added: int, published: bool) -> None:
    if not added:
        return
    elif published:
        words = ngettext("%(n)d file is added and published.", "%(n)d files are added and published.", added)
    else:
        words = ngettext("%(n)d file is added as a draft.", "%(n)d files are added as drafts.", added)
    messages.success(request, words % {"n": added})

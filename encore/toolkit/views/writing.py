"""Writing an item: the editor, its pictures, the preview, publishing one draft, throwing one away."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect
from django.utils.http import urlencode
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from encore.courses.context import Here
from encore.toolkit.decorators import in_writing
from encore.toolkit.errors import DraftMoved
from encore.toolkit.files import attach, media_type, store, why_not_upload
from encore.toolkit.forms import ItemForm
from encore.toolkit.models import Draft, FileUse, Item
from encore.toolkit.pages import list_of, tool_page
from encore.toolkit.permission import why_not_publish
from encore.toolkit.places import address
from encore.toolkit.publishing import create_item, discard_draft, open_draft, publish, write
from encore.toolkit.queries import running
from encore.toolkit.registry import Tool
from encore.toolkit.writing import Writing, find, find_or_begin, only_one

PICTURES = {"image/png", "image/jpeg", "image/gif", "image/webp", "image/avif"}


@require_safe
@in_writing
def new(request: HttpRequest, here: Here, tool: Tool, kind: str) -> HttpResponse:
    """Sends to an editor with a fresh uuid in its address: whatever is sent twice from there makes one item."""
    found = tool.kind(kind)
    if found is None or not found.form:
        raise Http404
    there = only_one(here, found) if found.single else None
    if there:
        return redirect(address(here, f"{tool.name}:edit", uuid=there.uuid))
    query = {**request.GET.dict(), "kind": kind}
    return redirect(f"{address(here, f'{tool.name}:edit', uuid=uuid4())}?{urlencode(query)}")


@require_http_methods(["GET", "HEAD", "POST"])
@in_writing
def edit(request: HttpRequest, here: Here, tool: Tool, uuid: UUID) -> HttpResponse:
    """POST: the form's fields, and do = draft | publish, or what the form's own buttons say (see ItemForm).

    A save in the background has X-Requested-With: autosave.
    """
    writing = find_or_begin(here, tool, uuid, kind=request.GET.get("kind", ""), inside=request.GET.get("in", ""))
    in_background = request.headers.get("X-Requested-With") == "autosave"
    form, do = _form(request, here, writing), request.POST.get("do", "")
    onward = form.onward(do) if request.method == "POST" else ""
    if in_background or onward:
        form.may_be_unfinished()
    if request.method != "POST" or (not in_background and form.rearranges(do)):
        return _editor(request, here, writing, form)
    elif not form.is_valid():
        return HttpResponse(status=422) if in_background else _editor(request, here, writing, form)
    publishes = do == "publish"
    try:
        draft = _save(here, writing, form, publishes=publishes and not why_not_publish(here))
    except DraftMoved as moved:
        return HttpResponse(status=409) if in_background else _conflict(request, here, writing, str(moved))
    if in_background:
        return JsonResponse({"stamp": draft.stamp, "seen": writing.seen} if draft else {})
    if onward:
        return redirect(onward)
    if publishes and (why := why_not_publish(here)):
        messages.warning(request, why)  # what was written is kept all the same
    return _saved(request, here, find(here, tool, uuid))


@require_POST
@in_writing
def upload(request: HttpRequest, here: Here, tool: Tool, uuid: UUID) -> HttpResponse:
    """Takes a picture (`file`) for a text that is being written. Answers {"url"}, or {"error"} with status 400."""
    writing = find_or_begin(here, tool, uuid, kind=request.GET.get("kind", ""), inside=request.GET.get("in", ""))
    picture = request.FILES.get("file")
    if why := _why_not_picture(picture):
        return JsonResponse({"error": why}, status=400)
    use = _attach_picture(here, writing, picture, _form(request, here, writing, QueryDict()))  # type: ignore[arg-type]
    return JsonResponse({"url": address(here, "files:show", uuid=use.uuid, name="file"), "name": use.name})


@require_safe
@in_writing
def preview(request: HttpRequest, here: Here, tool: Tool, uuid: UUID) -> HttpResponse:
    writing = find(here, tool, uuid)
    if writing.draft is None:
        return redirect(tool.page_of(writing.item, here))
    context = {**_about(here, writing), "content": writing.content, "title": writing.title}
    return tool_page(request, here, "toolkit/preview.html", context)


@require_POST
@in_writing
def publish_draft(request: HttpRequest, here: Here, tool: Tool, uuid: UUID) -> HttpResponse:
    """POST: stamp, of the draft that was looked at."""
    writing = find(here, tool, uuid)
    if writing.draft is None:
        messages.info(request, _("This is published already."))
    elif not writing.title.strip():
        messages.error(request, _("Give it a title before you publish it."))
        return redirect(address(here, f"{tool.name}:edit", uuid=uuid))
    elif request.POST.get("stamp", str(writing.stamp)) != str(writing.stamp):
        messages.warning(request, _("The draft was changed in the meantime. Look at it again before you publish it."))
        return redirect(address(here, f"{tool.name}:preview", uuid=uuid))
    else:
        publish([writing.draft], here)
        messages.success(request, _("“%(title)s” is published.") % {"title": writing.title})
    return redirect(tool.page_of(writing.item, here))


@require_http_methods(["GET", "HEAD", "POST"])
@in_writing
def discard(request: HttpRequest, here: Here, tool: Tool, uuid: UUID) -> HttpResponse:
    writing = find(here, tool, uuid)
    if writing.draft is None:
        return redirect(tool.page_of(writing.item, here))
    elif request.method != "POST":
        return tool_page(request, here, "toolkit/discard.html", _about(here, writing))
    discard_draft(writing.draft, here)
    messages.success(request, _("The draft of “%(title)s” is thrown away.") % {"title": writing.title})
    return redirect(tool.page_of(writing.shown, here) if writing.shown else list_of(here, tool, writing.parent_id))


def _form(request: HttpRequest, here: Here, writing: Writing, data: Any = None) -> ItemForm:
    make: Callable[..., ItemForm] = import_string(writing.kind.form)
    title = request.GET.get("title", "")[:250]
    upload_url = address(here, f"{writing.tool.name}:upload", uuid=writing.key)
    if writing.is_new:
        upload_url += "?" + request.GET.urlencode()
    posted = data if data is not None else request.POST if request.method == "POST" else None
    about = {"here": here, "writing": writing, "upload_url": upload_url, "title": title, "query": request.GET}
    return make(posted, request.FILES or None, **about)


@transaction.atomic
def _save(here: Here, writing: Writing, form: ItemForm, *, publishes: bool) -> Draft | None:
    try:
        draft = write(
            here,
            writing.kind.name,
            writing.key,
            title=form.cleaned_data["title"],
            content=form.content,
            stamp=form.cleaned_data["stamp"] or 0,
            seen=form.cleaned_data["seen"] or 0,
            parent=writing.parent,
        )
    except Item.DoesNotExist:
        raise Http404 from None
    if draft:
        form.attach(draft)
        if publishes:
            publish([draft], here)
    return draft


def _saved(request: HttpRequest, here: Here, writing: Writing) -> HttpResponse:
    if writing.draft is None:
        messages.success(request, _("“%(title)s” is published.") % {"title": writing.title})
        return redirect(writing.tool.page_of(writing.item, here))
    else:
        messages.success(request, _("The draft is saved. Learners do not see it yet."))
        return redirect(address(here, f"{writing.tool.name}:preview", uuid=writing.key))


def _conflict(request: HttpRequest, here: Here, writing: Writing, message: str) -> HttpResponse:
    """The form with what was typed, beside what somebody else saved; sent again it replaces theirs, knowingly."""
    now_there = find(here, writing.tool, writing.key)
    data = request.POST.copy()
    data["stamp"], data["seen"] = str(now_there.stamp), str(now_there.seen)
    form = _form(request, here, now_there, data)
    form.is_valid()
    return _editor(request, here, now_there, form, moved=message, status=409)


def _editor(
    request: HttpRequest, here: Here, writing: Writing, form: ItemForm, *, moved: str = "", status: int = 200
) -> HttpResponse:
    context = {**_about(here, writing), "form": form, "moved": moved, "theirs": writing.content}
    context["autosave_url"] = None if form.is_multipart() else request.get_full_path()
    context["back"] = context["list_url"] if writing.is_new else writing.tool.page_of(writing.item, here)
    return tool_page(request, here, "toolkit/edit.html", context, status=status)


def _about(here: Here, writing: Writing) -> dict[str, Any]:
    return {
        "writing": writing,
        "kind": writing.kind,
        "why_not_publish": why_not_publish(here),
        "own_version": writing.becomes_own_version(here),
        "running": None if here.session else running(here.course, at=here.at).count(),
        "list_url": list_of(here, writing.tool, writing.parent_id),
    }


def _why_not_picture(picture: UploadedFile | None) -> str:
    if picture is None:
        return _("Choose a picture.")
    elif media_type(picture.name or "") not in PICTURES:
        return _("Only pictures can stand in a text: PNG, JPEG, GIF, WebP or AVIF.")
    else:
        return why_not_upload(picture)


def _attach_picture(here: Here, writing: Writing, picture: UploadedFile, form: ItemForm) -> FileUse:
    store(picture, at=here.at)  # the slow part, before the transaction
    with transaction.atomic():
        if writing.draft or writing.shown:
            draft = open_draft(writing.item, here)  # type: ignore[arg-type]
        else:
            draft = create_item(
                here, writing.kind.name, title="", content=form.nothing(), parent=writing.parent, key=writing.key
            )
        return attach(picture, draft, at=here.at)

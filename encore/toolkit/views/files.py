"""Serves the files of a place, whole or in ranges, so that nothing uploaded can run in the site's origin."""

from __future__ import annotations

from typing import Protocol
from uuid import UUID

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from encore.base.ranges import ranged
from encore.courses.context import Here
from encore.courses.decorators import in_course
from encore.toolkit.files import file_in, media_type
from encore.toolkit.models import StoredFile

# What a browser may show in place. Everything else, SVG and HTML above all, is only ever downloaded.
SHOWN_IN_PLACE = {"application/pdf", "image/png", "image/jpeg", "image/gif", "image/webp", "image/avif", "text/plain"}
# A PDF runs no script of the site; the viewers of browsers do not start inside a sandbox.
PDF_POLICY = "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'; frame-ancestors 'self'"
POLICY = "default-src 'none'; img-src 'self'; media-src 'self'; frame-ancestors 'self'; sandbox"


@require_safe
@in_course
def file_show(request: HttpRequest, here: Here, uuid: UUID, name: str) -> HttpResponseBase:
    use = file_in(here, uuid)
    if use is None:
        raise Http404
    return serve(request, use)


class Used(Protocol):
    """A stored file under the name by which it is used. Whether it may be read was decided before."""

    file: StoredFile
    name: str


def serve(request: HttpRequest, use: Used) -> HttpResponseBase:
    """The file, whole or in part, or that the reader has it already."""
    response = get_conditional_response(request, etag=_tag(use)) or _whole_or_part(request, use)
    response.headers["ETag"] = _tag(use)
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def shown_in_place(media: str) -> bool:
    """Whether a browser may show files of this type within the site."""
    return media in SHOWN_IN_PLACE or media.startswith(("video/", "audio/"))


def _whole_or_part(request: HttpRequest, use: Used) -> HttpResponseBase:
    # The type goes by the name under which it is used: the same bytes may have come under another name first.
    media = media_type(use.name)
    in_place = shown_in_place(media)
    if request.headers.get("If-Range", _tag(use)) != _tag(use):
        request.META.pop("HTTP_RANGE", None)
        request.__dict__.pop("headers", None)
    try:
        response = ranged(request, use.file.path, use.file.size, _served_as(media) if in_place else _served_as(""))
    except FileNotFoundError:
        raise Http404 from None
    disposition = content_disposition_header(not in_place or "download" in request.GET, use.name)
    response.headers["Content-Disposition"] = disposition or "attachment"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = PDF_POLICY if media == "application/pdf" else POLICY
    return response


def _served_as(media: str) -> str:
    return "text/plain; charset=utf-8" if media == "text/plain" else media or "application/octet-stream"


def _tag(use: Used) -> str:
    return f'"{use.file.sha256}"'

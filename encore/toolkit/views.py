"""Serves the files of a place, whole or in ranges, so that nothing uploaded can run in the site's origin."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from encore.base.ranges import ranged
from encore.courses.context import Here
from encore.courses.decorators import in_course
from encore.toolkit.files import file_in

# What a browser may show in place. Everything else, SVG and HTML above all, is only ever downloaded.
SHOWN_IN_PLACE = {"application/pdf", "image/png", "image/jpeg", "image/gif", "image/webp", "image/avif", "text/plain"}


@require_safe
@in_course
def file_show(request: HttpRequest, here: Here, uuid: UUID, name: str) -> HttpResponse:
    use = file_in(here, uuid)
    if use is None:
        raise Http404
    media = use.file.media_type
    in_place = media in SHOWN_IN_PLACE or media.startswith(("video/", "audio/"))
    response = ranged(request, use.file.path, use.file.size, media if in_place else "application/octet-stream")
    response.headers["Content-Disposition"] = _disposition(use.name, in_place and "download" not in request.GET)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["ETag"] = f'"{use.file.sha256}"'
    # A PDF runs no script of the site; the viewers of browsers do not start inside a sandbox.
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'; plugin-types application/pdf"
        if media == "application/pdf"
        else "default-src 'none'; img-src 'self'; media-src 'self'; sandbox"
    )
    return response


def _disposition(name: str, in_place: bool) -> str:
    from django.utils.http import content_disposition_header

    return content_disposition_header(not in_place, name) or "attachment"

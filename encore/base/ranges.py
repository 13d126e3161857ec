"""Range requests (RFC 9110, section 14): players and viewers ask for parts of a file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import IO

from django.core.files.storage import default_storage
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

CHUNK = 256 * 1024
_RANGE = re.compile(r"bytes=(?P<first>\d*)-(?P<last>\d*)$")


def ranged(request: HttpRequest, path: str, size: int, media_type: str) -> HttpResponseBase:
    """The stored file, or the one range asked for (206), or 416 if it lies outside. Several ranges: the whole file."""
    first, last = 0, size - 1
    match = _RANGE.match(request.headers.get("Range", ""))
    if match and (match["first"] or match["last"]):
        if match["first"]:
            first = int(match["first"])
            last = min(int(match["last"]), last) if match["last"] else last
        else:
            first = max(0, size - int(match["last"]))
        if first > last:
            return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    part = bool(match) and (match["first"] or match["last"])  # type: ignore[index]
    response = StreamingHttpResponse(
        _read(default_storage.open(path, "rb"), first, last), status=206 if part else 200, content_type=media_type
    )
    response.headers["Content-Length"] = str(last - first + 1)
    response.headers["Accept-Ranges"] = "bytes"
    if part:
        response.headers["Content-Range"] = f"bytes {first}-{last}/{size}"
    return response


def _read(file: IO[bytes], first: int, last: int) -> Iterator[bytes]:
    with file:
        file.seek(first)
        left = last - first + 1
        while left > 0 and (chunk := file.read(min(CHUNK, left))):
            left -= len(chunk)
            yield chunk

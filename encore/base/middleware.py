"""What happens to every answer."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.middleware.gzip import GZipMiddleware


class CompressedPages(GZipMiddleware):
    """Pages travel compressed. Files do not: parts of them are asked for by their place, and most are small already.

    A page shows what its reader typed beside secrets. Django makes the length of what travels uncertain, and writes its
    tokens anew each time, so that nobody who watches the line learns them from it.
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if not response.streaming and response.get("Content-Type", "").startswith("text/html"):
            return super().process_response(request, response)
        else:
            return response

"""For those who watch over the installation: whether the process lives, and whether it can do its work."""

from __future__ import annotations

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe


@require_safe
@never_cache
def health_live(request: HttpRequest) -> HttpResponse:
    return _says("ok", 200)


@require_safe
@never_cache
def health_ready(request: HttpRequest) -> HttpResponse:
    """503 while the database does not answer."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return _says("the database does not answer", 503)
    else:
        return _says("ok", 200)


def _says(words: str, status: int) -> HttpResponse:
    return HttpResponse(f"{words}\n", status=status, content_type="text/plain")

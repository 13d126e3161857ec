"""What a form was sent."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest


def sent(request: HttpRequest) -> Any:
    """What was posted, be it nothing at all; None where nothing was, so that the form is fresh."""
    return request.POST if request.method == "POST" else None


def sent_files(request: HttpRequest) -> tuple[Any, Any]:
    """The same, with the files."""
    return sent(request), request.FILES if request.method == "POST" else None

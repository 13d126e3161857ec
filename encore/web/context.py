"""What the frame around every page needs."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def frame(request: HttpRequest) -> dict[str, Any]:
    return {"frame": {"platform_name": settings.PLATFORM_NAME, "menu": [], "person": getattr(request, "user", None)}}

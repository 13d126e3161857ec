"""The pages of description."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from encore.courses.context import Here
from encore.toolkit.decorators import in_tool
from encore.toolkit.pages import tool_page


@require_safe
@in_tool("description")
def index(request: HttpRequest, here: Here) -> HttpResponse:
    return tool_page(request, here, "description/index.html")

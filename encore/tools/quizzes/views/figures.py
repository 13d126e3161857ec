"""What the answers tell about a test and its questions."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from encore.courses.context import Here
from encore.toolkit.pages import tool_page
from encore.tools.quizzes.gathered import figures_of, visible_places
from encore.tools.quizzes.views.marking import marking, tested, title_of


@require_safe
@marking
def figures(request: HttpRequest, here: Here, uuid: UUID) -> HttpResponse:
    """Of this session, or with ?pooled=1 of all sessions whose results this person may see."""
    test = tested(here, uuid)
    places = visible_places(here, test.pk)
    pooled = len(places) > 1 and request.GET.get("pooled") == "1"
    counted = [place.session_course.pk for place in places] if pooled else [here.session_course.pk]
    context = {
        "test": test,
        "title": title_of(here, test),
        "figures": figures_of(counted, test.pk),
        "places": places,
        "pooled": pooled,
    }
    return tool_page(request, here, "quizzes/figures.html", context)

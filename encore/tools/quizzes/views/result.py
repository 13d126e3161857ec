"""What became of an attempt: as much of it as may be shown now."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from encore.courses.context import Here
from encore.toolkit.decorators import in_tool
from encore.toolkit.pages import tool_page
from encore.toolkit.places import address
from encore.toolkit.schedule import Dates, dates_in
from encore.tools.quizzes.marking import has_passed, share
from encore.tools.quizzes.models import Attempt
from encore.tools.quizzes.options import TestOptions
from encore.tools.quizzes.queries import own_attempt
from encore.tools.quizzes.sheet import sheet_of
from encore.tools.quizzes.showing import shows


@require_safe
@in_tool("quizzes")
def result(request: HttpRequest, here: Here, attempt: UUID) -> HttpResponse:
    """For the learner whose attempt it is. Who marks has a page of their own."""
    found = own_attempt(here, attempt)
    if found.state == Attempt.State.OPEN:
        return redirect(address(here, "quizzes:attempt", attempt=attempt))
    options = TestOptions.model_validate(found.settings)
    dates = dates_in(here, [found.item]).get(found.item_id, Dates())
    shown, sheet = shows(options, dates.closes, here.at), sheet_of(found)
    passed = has_passed(found.points, found.out_of, options.pass_share) if shown.score else None
    context = {
        "attempt": found,
        "title": found.version.title,
        "options": options,
        "shows": shown,
        "closes": dates.closes,
        "sheet": sheet,
        "passed": passed,
        "percent": None if found.points is None else share(found.points, found.out_of) * 100,
        "message": {True: sheet.test.passed, False: sheet.test.failed}.get(passed, ""),  # type: ignore[arg-type]
    }
    return tool_page(request, here, "quizzes/result.html", context)

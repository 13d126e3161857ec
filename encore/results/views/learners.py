"""The learners of a course in a session, for those who coach it."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from encore.courses.context import Here
from encore.courses.decorators import in_course
from encore.courses.models import Enrolment
from encore.courses.words import Access, Sight
from encore.ledger.actions import record_reading
from encore.results.queries.learners import learners_in
from encore.toolkit.pages import tool_page
from encore.toolkit.progress import progress_in

ROWS = 50


@require_safe
@in_course(level=Access.COACH, sight=Sight.PEOPLE)
def learners(request: HttpRequest, here: Here) -> HttpResponse:
    q, state = request.GET.get("q", "").strip(), request.GET.get("state", "")
    page = Paginator(learners_in(here, q=q, state=state), ROWS).get_page(request.GET.get("page"))
    progress = progress_in(here.session_course, page)
    record_reading(here.session_course, by=here.person, at=here.at, session_id=here.session.pk)
    context = {
        "page": page,
        "rows": [(enrolment, progress[enrolment.pk]) for enrolment in page],
        "q": q,
        "state": state,
        "states": Enrolment.State.choices,
    }
    return tool_page(request, here, "results/learners.html", context)

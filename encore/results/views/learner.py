"""One learner in one course of a session: everything of this enrolment, and nothing of another."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from encore.courses.context import Here
from encore.courses.decorators import in_course
from encore.courses.words import Access, Sight
from encore.ledger.actions import record_reading
from encore.results.queries.learner import (
    book_of,
    changes_of,
    earlier_of,
    elsewhere_of,
    learner_in,
    parts_of,
    total_url,
)
from encore.results.queries.learners import TAKING_PART
from encore.toolkit.pages import tool_page
from encore.toolkit.progress import progress_in


@require_safe
@in_course(sight=Sight.PEOPLE)
def learner(request: HttpRequest, here: Here, enrolment: int) -> HttpResponse:
    found = learner_in(here, enrolment)
    book = book_of(here, found)
    parts, gone = parts_of(here, found, book)
    things = [thing for part in parts for thing in part.things]
    writes = here.access.level >= Access.COACH and found.is_latest and found.state in TAKING_PART
    record_reading(found, by=here.person, at=here.at, session_id=here.session.pk)
    context = {
        "enrolment": found,
        "figure": book.figures[found.pk],
        "progress": progress_in(here.session_course, [found])[found.pk],
        "parts": parts,
        "gone": gone,
        "graded": any(thing.graded or thing.grade for thing in (*things, *gone)),
        "waiting": [thing for thing in things if thing.waiting and not thing.waiting.anonymous],
        "exceptions": [thing for thing in (*things, *gone) if thing.exception],
        "seconds": sum(thing.activity.seconds for thing in (*things, *gone) if thing.activity),
        "late": sum(thing.is_late for thing in things),
        "changes": changes_of(found),
        "earlier": earlier_of(here, found),
        "elsewhere": elsewhere_of(here, found),
        "total_url": total_url(here, found),
        "list_url": reverse("learners", args=[here.session.pk, here.course.code]),
        "writes_to": reverse("learners_message", args=[here.session.pk, here.course.code]) if writes else "",
    }
    return tool_page(request, here, "results/learner.html", context)

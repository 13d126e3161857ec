"""A session as a whole: what it is, who coaches it, its courses, what is due."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from encore.courses.context import Here
from encore.courses.decorators import in_session
from encore.courses.explaining import explain
from encore.courses.viewing import courses_of
from encore.results.queries.my_results import CourseResult, in_courses
from encore.toolkit.progress import progress_of
from encore.web.cards import Card, doors, has_begun, total
from encore.web.queries import coaches_of, due_here, fellow_learners

FELLOWS = 24


@require_safe
@in_session
def session_page(request: HttpRequest, here: Here) -> HttpResponse:
    card = _card(here)
    context = {
        "here": here,
        "card": card,
        "bar": explain(here) if here.is_read_only else None,
        "coaches": coaches_of(here.session, here.at),
        "due": due_here(here),
        "results": _own_results(card, here),
        "fellows": _fellows(request, here) if here.session.learners_see_each_other else None,
    }
    return render(request, "web/session_page.html", context)


def _card(here: Here) -> Card:
    courses = courses_of(here)
    shown = doors(courses, progress_of(course for course in courses if has_begun(course)))
    return Card(here=here, progress=total(door.progress for door in shown), courses=shown)


def _own_results(card: Card, here: Here) -> list[CourseResult]:
    """What a learner got here, in the courses that have begun for them and where there is something to tell."""
    progress = {door.here.session_course.pk: door.progress for door in card.courses if door.progress is not None}
    own = [door.here for door in card.courses if door.here.session_course.pk in progress]
    found = in_courses(own, progress) if here.enrolment else []
    return [one for one in found if one.told and (one.told.has_any or one.told.waits)]


def _fellows(request: HttpRequest, here: Here) -> object:
    return Paginator(fellow_learners(here), FELLOWS).get_page(request.GET.get("people"))

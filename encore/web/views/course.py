"""A course: in a session, where learners meet it, and on its own, where it is written."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import now
from django.views.decorators.http import require_safe

from encore.courses.actions.entering import enter
from encore.courses.context import Here, here_for
from encore.courses.decorators import in_course
from encore.courses.models import CourseSession
from encore.courses.words import Access
from encore.toolkit.menu import tools_in
from encore.toolkit.pages import tool_page
from encore.toolkit.places import address
from encore.toolkit.scoping import drafts_in
from encore.web.cards import Card, has_begun
from encore.web.queries import courses_taught, due_here, sessions_using, way_of

SESSIONS = 10
COURSES = 50


@require_safe
@in_course
def course_in_session(request: HttpRequest, here: Here) -> HttpResponse:
    here = _entered(here)
    way = way_of(here)
    context = {
        "card": Card(here=here),
        "introduction": _introduction(here),
        "way": way,
        "due": due_here(here),
        "progress": way.progress if has_begun(here) else None,
    }
    return tool_page(request, here, "web/course_in_session.html", context)


@require_safe
@in_course(level=Access.COACH)
def course_home(request: HttpRequest, here: Here) -> HttpResponse:
    sessions = Paginator(sessions_using(here.course, here.person), SESSIONS).get_page(request.GET.get("page"))
    context = {
        "introduction": _introduction(here),
        "drafts": drafts_in(here).count(),
        "changes_url": address(here, "changes:index"),
        "sessions": sessions,
        "may_open": here.person.is_administrator
        and not CourseSession.objects.filter(standing_for=here.course).exists(),
    }
    return tool_page(request, here, "web/course_home.html", context)


@require_safe
def my_courses(request: HttpRequest) -> HttpResponse:
    page = Paginator(courses_taught(request.user), COURSES).get_page(request.GET.get("page"))
    return render(request, "web/my_courses.html", {"page": page})


def _entered(here: Here) -> Here:
    """The place after coming in: the first visit starts a duration session's clock, so it is looked at again."""
    is_first = here.records and here.enrolment is not None and here.enrolment.first_entered_at is None
    enter(here)
    if is_first:
        return here_for(here.person, at=now(), session=here.session.pk, code=here.course.code)
    else:
        return here


def _introduction(here: Here) -> object:
    """What the tools of this place want to say on top of its home; the first that says something."""
    visible = (entry for entry in tools_in(here) if entry.visible)
    return next((words for entry in visible if (words := entry.tool.introduction(here))), None)

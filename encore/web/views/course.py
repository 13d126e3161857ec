"""A course: in a session, where learners meet it, and on its own, where it is written."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from encore.courses.actions.entering import enter
from encore.courses.context import Here, here_for
from encore.courses.decorators import in_course
from encore.courses.errors import CannotDo
from encore.courses.models import CourseSession
from encore.courses.words import Access
from encore.toolkit.menu import tools_in
from encore.toolkit.pages import tool_page
from encore.toolkit.progress import progress_of
from encore.toolkit.publishing import publish
from encore.toolkit.registry import kind_named
from encore.web.cards import Card, has_begun
from encore.web.queries import courses_taught, drafts_of, due_here, left_off, sessions_using

SESSIONS = 10
COURSES = 50


@require_safe
@in_course
def course_in_session(request: HttpRequest, here: Here) -> HttpResponse:
    here = _entered(here)
    progress = progress_of([here] if has_begun(here) else [])
    context = {
        "card": Card(here=here),
        "introduction": _introduction(here),
        "left_off": left_off(here),
        "due": due_here(here),
        "progress": progress.get(here.session_course.pk),
    }
    return tool_page(request, here, "web/course_in_session.html", context)


@require_safe
@in_course(level=Access.COACH)
def course_home(request: HttpRequest, here: Here) -> HttpResponse:
    sessions = Paginator(sessions_using(here.course, here.person), SESSIONS).get_page(request.GET.get("page"))
    context = {
        "introduction": _introduction(here),
        "drafts": drafts_of(here.course).count(),
        "may_publish": here.access.level >= Access.MANAGE,
        "sessions": sessions,
        "standing": CourseSession.objects.filter(standing_for=here.course).first(),
    }
    return tool_page(request, here, "web/course_home.html", context)


@require_safe
def my_courses(request: HttpRequest) -> HttpResponse:
    page = Paginator(courses_taught(request.user), COURSES).get_page(request.GET.get("page"))
    return render(request, "web/my_courses.html", {"page": page})


@require_http_methods(["GET", "HEAD", "POST"])
@in_course(level=Access.COACH)
def course_changes(request: HttpRequest, here: Here) -> HttpResponse:
    """What is written and not published; a teacher publishes what is ticked. POST: draft (several), note."""
    drafts = list(drafts_of(here.course))
    if request.method == "POST":
        chosen = [draft for draft in drafts if str(draft.pk) in request.POST.getlist("draft")]
        return _publish(request, here, chosen)
    following = here.course.session_courses.filter(pinned_release=None, session__state=CourseSession.State.PUBLISHED)
    context = {
        "drafts": [(draft, kind_named(draft.item.kind)) for draft in drafts],
        "may_publish": here.access.level >= Access.MANAGE,
        "following": following.count(),
    }
    return tool_page(request, here, "web/course_changes.html", context)


def _publish(request: HttpRequest, here: Here, drafts: list) -> HttpResponse:
    try:
        if drafts:
            publish(drafts, here, note=request.POST.get("note", "").strip()[:300])
            words = ngettext("%(n)d change is published.", "%(n)d changes are published.", len(drafts))
            messages.success(request, words % {"n": len(drafts)})
        else:
            messages.warning(request, _("Nothing was ticked, so nothing was published."))
    except CannotDo as error:
        messages.error(request, str(error))
    return redirect("course_changes", code=here.course.code)


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

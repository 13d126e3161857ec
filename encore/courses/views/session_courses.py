"""The courses of a session: the wizard's second step, and the same page afterwards."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from encore.courses.actions.session import add_courses, let_teachers_coach, order_courses, remove_courses
from encore.courses.context import Here
from encore.courses.decorators import in_session
from encore.courses.effects import effects_of_leaving_out
from encore.courses.errors import CannotDo
from encore.courses.forms.choices import number_in, numbers_in
from encore.courses.models import Course, CourseCategory, CourseSession
from encore.courses.queries.choosing import courses_to_add
from encore.courses.queries.overview import courses_of
from encore.courses.views.confirming import confirm_page, is_confirmed
from encore.courses.views.paging import short_page_of
from encore.courses.views.steps import steps_of, summary_of
from encore.courses.words import Access


@in_session(level=Access.MANAGE)
def session_courses(request: HttpRequest, here: Here) -> HttpResponse:
    """Two lists, or a single search; every press sends what to add or what to remove, and nothing else."""
    if request.method == "POST":
        if question := _question(request, here):
            return question
        try:
            _change(request, here)
        except Reordered:
            return HttpResponse(status=409)
        return redirect(request.get_full_path())
    q, category = request.GET.get("q", "").strip(), request.GET.get("category", "")
    single = request.GET.get("mode") == "single"
    found = courses_to_add(here.session, q=q, start=single, category=number_in(category))
    page, count = short_page_of(found.select_related("category"), request)
    summary = summary_of(here.session, here.at)
    context = {
        "here": here,
        "session": here.session,
        "steps": steps_of(here.session, done=1),
        "summary": summary,
        "q": q,
        "category": category,
        "categories": CourseCategory.objects.values_list("pk", "name"),
        "single": single,
        "page": page,
        "count": count,
        "rows": courses_of(here.session, learners=summary.learners),
        "teachers_coach": request.session.get(TEACHERS_COACH, False),
    }
    return render(request, "courses/session_courses.html", context)


def _question(request: HttpRequest, here: Here) -> HttpResponse | None:
    """Asks before a course that people are in is taken out of a session that is more than a draft."""
    removed = numbers_in(request.POST.getlist("remove"))
    if not removed or here.session.state == CourseSession.State.DRAFT:
        return None
    places = here.session.session_courses.filter(course__in=removed).select_related("course", "session")
    groups = [(place.course.title, effects_of_leaving_out(place, here.at)) for place in places]
    groups = [(title, effects) for title, effects in groups if effects]
    effects = [effect for _title, some in groups for effect in some]
    if not effects or is_confirmed(request, effects):
        return None
    return confirm_page(
        request,
        here,
        title=_("Take out of the session"),
        subtitle=here.session.title,
        effects=effects,
        groups=groups,
        submit=_("Take out"),
        says=_("The course itself stays. Where learners have left results, it is refused."),
        crumb=_("Courses"),
        danger=True,
        back=request.get_full_path(),
    )


TEACHERS_COACH = "teachers_coach"  # the tick is remembered while one adds course after course


def _change(request: HttpRequest, here: Here) -> None:
    session, by, at = here.session, request.user, here.at
    added, removed = numbers_in(request.POST.getlist("add")), numbers_in(request.POST.getlist("remove"))
    try:
        if added:
            request.session[TEACHERS_COACH] = teachers_coach = "teachers_coach" in request.POST
            there = list(Course.objects.filter(pk__in=added).values_list("pk", flat=True))
            new = add_courses(session, there, by=by, at=at, teachers_coach=teachers_coach)
            messages.success(request, _added_words(len(new)))
        if removed:
            remove_courses(session, removed, by=by, at=at)
        if order := _order(request.POST, here):
            order_courses(session, order, by=by, at=at)
        if place := number_in(request.POST.get("teachers")):
            let_teachers_coach(get_object_or_404(session.session_courses, pk=place), by=by, at=at)
    except CannotDo as error:
        messages.error(request, str(error))


def _order(sent: Any, here: Here) -> list[int]:
    """The order that was asked for, as ids of courses: dragged, or one moved up or down. Empty: none was."""
    now = list(here.session.session_courses.order_by("position", "id").values_list("course", flat=True))
    return order_after(now, sent)


class Reordered(Exception):
    """Somebody else changed the order, or what is in it, since it was shown."""


def order_after(now: list[int], sent: Any) -> list[int]:
    """`now` after `order=`, `up=` or `down=`; empty where nothing of it was sent.

    Raises Reordered where `was=` says that another order was shown.
    """
    if sent.getlist("was") and numbers_in(sent.getlist("was")) != now:
        raise Reordered
    if sent.getlist("order"):
        return numbers_in(sent.getlist("order"))
    for name, step in (("up", -1), ("down", 1)):
        if name in sent:
            return _moved(now, number_in(sent[name]), step)
    return []


def _moved(now: list[int], one: int | None, step: int) -> list[int]:
    if one not in now:
        raise Http404
    place = now.index(one)
    to = min(max(place + step, 0), len(now) - 1)
    now[place], now[to] = now[to], now[place]
    return now


def _added_words(n: int) -> str:
    return ngettext("%(n)d course is added.", "%(n)d courses are added.", n) % {"n": n}

"""The learners of a session: the wizard's third step, and the same page afterwards."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from encore.courses.actions.enrolment import Enrolling, enrol, free_seats, withdraw
from encore.courses.actions.session import add_class
from encore.courses.context import Here
from encore.courses.decorators import in_session
from encore.courses.errors import CannotDo, SessionFull
from encore.courses.forms.choices import number_in, numbers_in
from encore.courses.models import Enrolment
from encore.courses.queries.choosing import active_people, classes_to_add, learners_in, newcomers, people_to_enrol
from encore.courses.queries.overview import classes_of, waiting_for
from encore.courses.views.paging import over_all, page_of, short_page_of
from encore.courses.views.steps import finishing_words, steps_of, summary_of
from encore.courses.words import Access
from encore.people.models import SchoolClass
from encore.people.views.links import import_url

WAYS = ("people", "single", "classes", "file")
CLASSES_IN_FILTER = 300


@in_session(level=Access.MANAGE)
def session_learners(request: HttpRequest, here: Here) -> HttpResponse:
    """By two lists, by a single search, by class or by file. What is sent is who to add and who to remove."""
    if request.method == "POST":
        return _change(request, here) or redirect(request.get_full_path())
    way = request.GET.get("by") if request.GET.get("by") in WAYS else WAYS[0]
    summary = summary_of(here.session, here.at)
    context = {
        "here": here,
        "session": here.session,
        "steps": steps_of(here.session, done=2),
        "summary": summary,
        "says": finishing_words(summary, here.at),
        "way": way,
        "free": free_seats(here.session),
        "waiting": waiting_for(here.session).count(),
        **_of_way(request, here, way),
    }
    return render(request, "courses/session_learners.html", context)


def _of_way(request: HttpRequest, here: Here, way: str) -> dict[str, Any]:
    """What the chosen way of adding people shows."""
    q = request.GET.get("q", "").strip()
    if way == "classes":
        page = page_of(classes_to_add(here.session, q=q), request)
        return {"q": q, "page": page, "classes": classes_of(here.session)}
    elif way == "file":
        return {"import_url": import_url(request.user, "session-people", session=here.session.pk)}
    school_class = request.GET.get("class", "")
    idle = request.GET.get("idle") == "1"
    single = way == "single"
    people = people_to_enrol(here.session, q=q, start=single, school_class=number_in(school_class), idle=idle)
    page, count = short_page_of(people, request)
    return {
        "q": q,
        "school_class": school_class,
        "idle": idle,
        "classes": SchoolClass.objects.values_list("pk", "name")[:CLASSES_IN_FILTER],
        "page": page,
        "count": count,
        "learners": page_of(learners_in(here.session, q=request.GET.get("m", "").strip()), request, name="mpage"),
        "m": request.GET.get("m", "").strip(),
    }


def _change(request: HttpRequest, here: Here) -> HttpResponse | None:
    """Does what was sent. A response where a question has to be asked first, or where somebody came back."""
    added = active_people(numbers_in(request.POST.getlist("add")))
    removed = numbers_in(request.POST.getlist("remove"))
    if chosen := number_in(request.POST.get("class")):
        return _enrol_class(request, here, get_object_or_404(SchoolClass, pk=chosen))
    if removed:
        enrolments = Enrolment.objects.filter(session=here.session, person__in=removed, state__in=Enrolment.LIVE)
        left = withdraw(enrolments, by=request.user, at=here.at)
        messages.success(request, _left_words(len(left)))
    return _enrol(request, here, added) if added else None


def _enrol(request: HttpRequest, here: Here, people: list[int]) -> HttpResponse | None:
    how = request.POST.get("returning")
    returning: Any = how if how in ("restore", "again") else "ask"
    over = "over_seats" in request.POST
    try:
        result = enrol(people, here.session, by=request.user, at=here.at, returning=returning, over_seats=over)
    except SessionFull as error:
        carried = [("add", pk) for pk in people] + ([("returning", how)] if how else [])
        return ask_over_seats(request, here, str(error), carried=carried)
    except CannotDo as error:
        messages.error(request, str(error))
        return None
    _say(request, result)
    return _ask_returning(request, here, result.asks, over=over) if result.asks else None


def _ask_returning(request: HttpRequest, here: Here, people: list[int], *, over: bool) -> HttpResponse:
    """These people had left. Restore them, or let them begin anew? Nothing has been done to them yet."""
    former = Enrolment.objects.filter(session=here.session, person__in=people, is_latest=True).select_related("person")
    carried = [("add", pk) for pk in people] + ([("over_seats", 1)] if over else [])
    context = {"here": here, "session": here.session, "former": former, "carried": carried}
    return over_all(render(request, "courses/session_learners_returning.html", context))


def ask_over_seats(
    request: HttpRequest,
    here: Here,
    sentence: str,
    *,
    carried: list[tuple[str, Any]],
    may_wait: bool = False,
    back: str = "",
) -> HttpResponse:
    """More people than seats. Go over them? `carried`: what was sent, to be sent again with the answer."""
    context = {"here": here, "session": here.session, "sentence": sentence, "carried": carried, "may_wait": may_wait}
    context["back"] = back or request.get_full_path()
    return over_all(render(request, "courses/session_learners_full.html", context))


def _enrol_class(request: HttpRequest, here: Here, school_class: SchoolClass) -> HttpResponse | None:
    over = "over_seats" in request.POST
    free = free_seats(here.session)
    wanted = newcomers(here.session, school_class) if free is not None else 0
    if free is not None and wanted > free and not over and "wait" not in request.POST:
        sentence = _too_large(school_class, wanted, free)
        return ask_over_seats(request, here, sentence, carried=[("class", school_class.pk)], may_wait=True)
    result = add_class(here.session, school_class, by=request.user, at=here.at, over_seats=over)
    messages.success(request, _("The class %(name)s is added.") % {"name": school_class.name})
    _say(request, result)
    if result.asks:
        stayed = ngettext(
            "%(n)d person of the class had left on purpose and stays out; enrol them by hand if they come back.",
            "%(n)d people of the class had left on purpose and stay out; enrol them by hand if they come back.",
            len(result.asks),
        ) % {"n": len(result.asks)}
        messages.warning(request, stayed)
    return None


def _too_large(school_class: SchoolClass, wanted: int, free: int) -> str:
    return ngettext(
        "%(n)d person of the class %(name)s is not in the session yet, and the number of free seats is %(free)d.",
        "%(n)d people of the class %(name)s are not in the session yet, and the number of free seats is %(free)d.",
        wanted,
    ) % {"n": wanted, "name": school_class.name, "free": free}


def _say(request: HttpRequest, result: Enrolling) -> None:
    new, back, waiting = len(result.enrolled), len(result.restored), len(result.waiting)
    if new:
        messages.success(request, ngettext("%(n)d person is enrolled.", "%(n)d people are enrolled.", new) % {"n": new})
    if back:
        words = ngettext(
            "%(n)d person is back, with all earlier results.", "%(n)d people are back, with all earlier results.", back
        )
        messages.success(request, words % {"n": back})
    if waiting:
        words = ngettext(
            "There was no seat left for %(n)d person, who waits in line.",
            "There was no seat left for %(n)d people, who wait in line.",
            waiting,
        )
        messages.warning(request, words % {"n": waiting})


def _left_words(n: int) -> str:
    return ngettext("%(n)d person is withdrawn.", "%(n)d people are withdrawn.", n) % {"n": n}

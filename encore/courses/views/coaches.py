"""The coaches of a session, general ones and those of one course, with the times of substitutes."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from encore.courses.actions.session import set_coach_time, set_course_coaches, set_general_coaches
from encore.courses.context import Here
from encore.courses.decorators import in_session
from encore.courses.errors import CannotDo
from encore.courses.forms.choices import numbers_in, person_choice
from encore.courses.forms.enrolment import CoachForm, SpellForm
from encore.courses.models import CourseCoach, GeneralCoach
from encore.courses.queries.choosing import find_people
from encore.courses.views.sending import sent
from encore.courses.words import Access
from encore.people.models import Person


@in_session(level=Access.MANAGE)
def session_coaches(request: HttpRequest, here: Here) -> HttpResponse:
    """The general coaches, or those of the course in the address: added and removed one by one."""
    if request.method == "POST" and (remove := numbers_in(request.POST.getlist("remove"))):
        _set(request, here, remove=remove)
        messages.success(request, _("The coach is removed."))
        return redirect(_url(here))
    form = CoachForm(sent(request), zone=here.session.zone, spell=(None, None))
    if "find" in request.POST:
        form.forget_errors()
    elif form.is_valid() and _add(request, here, form):
        return redirect(_url(here))
    context = _context(here) | {"form": form, "coaches": _coaches(here), **_choosing(request, form)}
    return render(request, "courses/session_coaches.html", context, status=422 if form.errors else 200)


@in_session(level=Access.MANAGE)
def session_coach(request: HttpRequest, here: Here, coach: int) -> HttpResponse:
    """From when until when one coach holds the role."""
    found = get_object_or_404(_coaches(here), pk=coach)
    spell = (found.from_at, found.until_at)
    form = SpellForm(sent(request), zone=here.session.zone, spell=spell)
    if form.is_valid():
        _set_time(request, here, found, form)
        return redirect(_url(here))
    context = _context(here) | {"form": form, "coach": found}
    return render(request, "courses/session_coach.html", context, status=422 if form.errors else 200)


def _coaches(here: Here) -> Any:
    if here.session_course:
        return CourseCoach.objects.filter(session_course=here.session_course).select_related("person")
    else:
        return GeneralCoach.objects.filter(session=here.session).select_related("person")


def _url(here: Here) -> str:
    if here.session_course:
        return reverse("session_course_coaches", args=[here.session.pk, here.course.code])
    else:
        return reverse("session_coaches", args=[here.session.pk])


def _context(here: Here) -> dict[str, Any]:
    return {"here": here, "session": here.session, "course": here.course, "url": _url(here)}


def _choosing(request: HttpRequest, form: CoachForm) -> dict[str, Any]:
    """What the type-ahead field shows without JavaScript."""
    ids = numbers_in(request.POST.getlist("people"))
    chosen = [person_choice(p, to=request.user) for p in Person.objects.filter(pk__in=ids)] if ids else []
    asked = request.POST.get("people_q", "")
    people = find_people(asked) if "find" in request.POST else []
    found = [person_choice(person, to=request.user) for person in people if person.pk not in ids]
    return {"chosen": chosen, "found": found, "asked": asked}


def _set(request: HttpRequest, here: Here, **ids: list[int]) -> None:
    if here.session_course:
        set_course_coaches(here.session_course, **ids, by=request.user, at=here.at)
    else:
        set_general_coaches(here.session, **ids, by=request.user, at=here.at)


def _add(request: HttpRequest, here: Here, form: CoachForm) -> bool:
    people = [person.pk for person in form.cleaned_data["people"]]
    _set(request, here, add=people)
    if form.cleaned_data["from_at"] or form.cleaned_data["until_at"]:
        for coach in _coaches(here).filter(person__in=people):
            _set_time(request, here, coach, form)
    names = ", ".join(str(person) for person in form.cleaned_data["people"])
    messages.success(request, _("Added as coach: %(names)s.") % {"names": names})
    return True


def _set_time(request: HttpRequest, here: Here, coach: Any, form: SpellForm) -> None:
    found = form.cleaned_data
    try:
        set_coach_time(coach, from_at=found["from_at"], until_at=found["until_at"], by=request.user, at=here.at)
    except CannotDo as error:
        messages.error(request, str(error))
    for note in form.notes():
        messages.warning(request, note)

"""One person of a session: state, personal time, courses they are out of, what happened to the enrolment."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from encore.courses import signals
from encore.courses.actions.enrolment import enrol, exclude, include, set_personal_time
from encore.courses.actions.session import stop_waiting
from encore.courses.context import Here
from encore.courses.decorators import in_session
from encore.courses.errors import CannotDo
from encore.courses.forms.choices import number_in
from encore.courses.forms.enrolment import PersonalTimeForm
from encore.courses.lifecycle import FROM, Deed
from encore.courses.models import Enrolment, WaitingPerson
from encore.courses.queries.overview import courses_out_of, other_enrolments, person_rows
from encore.courses.views.lifecycle import WORDS, Words
from encore.courses.views.links import transfer_url
from encore.courses.views.sending import sent
from encore.courses.words import Access
from encore.people.signals import answers


@in_session(level=Access.MANAGE)
def session_person(request: HttpRequest, here: Here, enrolment: int) -> HttpResponse:
    """The page of one enrolment, be it an earlier one; a POST gives personal time to the one that counts."""
    found = _any_enrolment(here, enrolment)
    if request.method == "POST" and not found.is_latest:
        raise Http404
    form = PersonalTimeForm(sent(request), session=here.session, enrolment=found)
    if form.is_valid() and _give_time(request, here, found, form):
        return redirect("session_person", here.session.pk, found.pk)
    context = {
        "here": here,
        "at": here.at,
        "session": here.session,
        "enrolment": found,
        "row": person_rows([found])[0],
        "form": form,
        "deeds": _deeds(found),
        "transfer_url": transfer_url(here.session, [found.pk]) if found.is_latest and found.is_live else "",
        "courses": courses_out_of(found),
        "happened": found.changes.select_related("by").order_by("-id"),
        "others": other_enrolments(found),
        "sections": answers(signals.enrolment_sections.send(Enrolment, enrolment=found, here=here)),
    }
    return render(request, "courses/session_person.html", context, status=422 if form.errors else 200)


@require_POST
@in_session(level=Access.MANAGE)
def session_person_course(request: HttpRequest, here: Here, enrolment: int) -> HttpResponse:
    """Takes somebody out of one course of the session, or puts them back."""
    found = _enrolment(here, enrolment)
    out, back = number_in(request.POST.get("exclude")), number_in(request.POST.get("include"))
    place = get_object_or_404(here.session.session_courses, pk=out or back or 0)
    reason = request.POST.get("reason", "")[:300]
    facts = {"course": place.course}
    if out:
        words = _("%(name)s no longer takes part in %(course)s.")
        do: Callable[[], Any] = lambda: exclude(found, place, by=request.user, at=here.at, reason=reason)  # noqa: E731
    else:
        words = _("%(name)s takes part in %(course)s again.")
        do = lambda: include(found, place, by=request.user, at=here.at)  # noqa: E731
    return _did(request, here, found, do, words, **facts)


@require_POST
@in_session(level=Access.MANAGE)
def session_waiting(request: HttpRequest, here: Here) -> HttpResponse:
    """Gives a waiting person a seat, even over the number of seats, or takes them off the list."""
    seat, remove = number_in(request.POST.get("seat")), number_in(request.POST.get("remove"))
    one = get_object_or_404(WaitingPerson.objects.select_related("person"), session=here.session, person=seat or remove)
    if seat:
        enrol([one.person_id], here.session, by=request.user, at=here.at, returning="restore", over_seats=True)
        messages.success(request, _("%(name)s is enrolled.") % {"name": one.person})
    else:
        stop_waiting(here.session, [one.person_id], by=request.user, at=here.at)
        messages.success(request, _("%(name)s no longer waits.") % {"name": one.person})
    return redirect("session_overview", here.session.pk)


def _any_enrolment(here: Here, pk: int) -> Enrolment:
    """An enrolment with this id, in this session and no other."""
    return get_object_or_404(Enrolment.objects.select_related("person", "time_by"), session=here.session, pk=pk)


def _enrolment(here: Here, pk: int) -> Enrolment:
    """The same, if it is the one that counts: earlier ones are as they are."""
    found = _any_enrolment(here, pk)
    if not found.is_latest:
        raise Http404
    return found


def _deeds(enrolment: Enrolment) -> list[tuple[Deed, Words]]:
    """What can be done to it now, with its words."""
    deeds = [deed for deed, (does, _already) in FROM.items() if enrolment.state in does]
    return [(deed, WORDS[deed]) for deed in deeds] if enrolment.is_latest else []


def _give_time(request: HttpRequest, here: Here, enrolment: Enrolment, form: PersonalTimeForm) -> bool:
    found = form.cleaned_data
    try:
        set_personal_time(
            enrolment,
            opens_at=found["from_at"],
            closes_at=found["until_at"],
            extra_days=found["extra_days"],
            reason=found["reason"],
            by=request.user,
            at=here.at,
        )
    except CannotDo as error:
        form.add_error(None, str(error))
        return False
    messages.success(request, _("The personal time of %(name)s is saved.") % {"name": enrolment.person})
    for note in form.notes():
        messages.warning(request, note)
    return True


def _did(
    request: HttpRequest, here: Here, enrolment: Enrolment, do: Callable[[], Any], words: str, **facts: Any
) -> HttpResponse:
    """Does it, says so, and goes back to the person's page; or says why it could not be done."""
    try:
        do()
    except CannotDo as error:
        messages.error(request, str(error))
    else:
        messages.success(request, words % {"name": enrolment.person, **facts})
    return redirect("session_person", here.session.pk, enrolment.pk)

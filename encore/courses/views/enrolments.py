"""One person of a session: state, personal time, courses they are out of, what happened to the enrolment."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from encore.courses.actions.enrolment import enrol, exclude, include, set_personal_time, set_state, withdraw
from encore.courses.actions.session import stop_waiting
from encore.courses.context import Here
from encore.courses.decorators import in_session
from encore.courses.errors import CannotDo, SessionFull
from encore.courses.forms.choices import number_in
from encore.courses.forms.enrolment import PersonalTimeForm, ReasonForm
from encore.courses.models import Enrolment, WaitingPerson
from encore.courses.queries.overview import courses_out_of, earlier_enrolments, person_rows
from encore.courses.views.sending import sent
from encore.courses.views.session_learners import ask_over_seats
from encore.courses.words import Access

State = Enrolment.State


@in_session(level=Access.MANAGE)
def session_person(request: HttpRequest, here: Here, enrolment: int) -> HttpResponse:
    """The page of one enrolment; a POST gives personal time."""
    found = _enrolment(here, enrolment)
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
        "reason_form": ReasonForm(label_suffix="", auto_id="reason_%s"),
        "courses": courses_out_of(found),
        "happened": found.changes.select_related("by").order_by("-id"),
        "earlier": earlier_enrolments(found),
    }
    return render(request, "courses/session_person.html", context, status=422 if form.errors else 200)


@require_POST
@in_session(level=Access.MANAGE)
def session_person_state(request: HttpRequest, here: Here, enrolment: int) -> HttpResponse:
    """Suspends, resumes or completes."""
    found, to = _enrolment(here, enrolment), request.POST.get("to", "")
    if to not in (State.ACTIVE, State.SUSPENDED, State.COMPLETED):
        raise Http404
    words = {
        State.ACTIVE: _("%(name)s takes part again."),
        State.SUSPENDED: _("%(name)s is suspended. Nothing is lost."),
        State.COMPLETED: _("%(name)s has completed the session."),
    }
    reason = request.POST.get("reason", "")[:300]
    return _did(
        request,
        here,
        found,
        lambda: set_state(found, to, by=request.user, at=here.at, reason=reason),
        words[State(to)],
    )


@in_session(level=Access.MANAGE)
def session_person_withdrawal(request: HttpRequest, here: Here, enrolment: int) -> HttpResponse:
    """Asks first: says what is kept."""
    found = _enrolment(here, enrolment)
    form = ReasonForm(sent(request), label_suffix="")
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        return _did(
            request,
            here,
            found,
            lambda: withdraw([found], by=request.user, at=here.at, reason=reason),
            _("%(name)s is withdrawn. All results are kept."),
        )
    context = {"here": here, "session": here.session, "enrolment": found, "form": form}
    return render(request, "courses/session_person_withdrawal.html", context)


@require_POST
@in_session(level=Access.MANAGE)
def session_person_return(request: HttpRequest, here: Here, enrolment: int) -> HttpResponse:
    """Brings back who had left: the same enrolment with its results, or a new one with clean results."""
    found, how = _enrolment(here, enrolment), request.POST.get("how", "")
    if how not in ("restore", "again"):
        raise Http404
    words = {
        "restore": _("%(name)s is back, with all earlier results."),
        "again": _("%(name)s is enrolled again and begins anew. The earlier results are kept."),
    }
    over = "over_seats" in request.POST
    try:
        enrol([found.person_id], here.session, by=request.user, at=here.at, returning=how, over_seats=over)  # type: ignore[arg-type]
    except SessionFull as error:
        back = reverse("session_person", args=[here.session.pk, found.pk])
        return ask_over_seats(request, here, str(error), carried=[("how", how)], back=back)
    messages.success(request, words[how] % {"name": found.person})
    return redirect("session_person", here.session.pk, _latest(here, found).pk)


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


def _enrolment(here: Here, pk: int) -> Enrolment:
    """The governing enrolment with this id, in this session and no other."""
    rows = Enrolment.objects.select_related("person", "time_by")
    return get_object_or_404(rows, session=here.session, pk=pk, is_latest=True)


def _latest(here: Here, enrolment: Enrolment) -> Enrolment:
    return Enrolment.objects.get(session=here.session, person=enrolment.person_id, is_latest=True)


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

"""One person of a session: state, personal time, courses they are out of, what happened to the enrolment."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from encore.courses import signals
from encore.courses.actions.enrolment import enrol
from encore.courses.actions.session import stop_waiting
from encore.courses.context import Here
from encore.courses.decorators import in_session
from encore.courses.forms.choices import number_in
from encore.courses.lifecycle import FROM, Deed
from encore.courses.models import Enrolment, WaitingPerson
from encore.courses.queries.overview import courses_out_of, other_enrolments, person_rows
from encore.courses.views.lifecycle import WORDS, Words
from encore.courses.views.links import transfer_url
from encore.courses.views.personal_time import give_time
from encore.courses.words import Access
from encore.ledger.actions import record_reading
from encore.people.signals import answers


@in_session(level=Access.MANAGE)
def session_person(request: HttpRequest, here: Here, enrolment: int) -> HttpResponse:
    """The page of one enrolment, be it an earlier one; a POST gives personal time to the one that counts."""
    found = _any_enrolment(here, enrolment)
    if request.method == "POST" and not found.is_latest:
        raise Http404
    form, answer = give_time(request, here, found)
    if answer:
        return answer
    record_reading(found, by=here.person, at=here.at, session_id=here.session.pk)
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
    return render(request, "courses/session_person.html", context, status=form.status)


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
    rows = Enrolment.objects.select_related("person", "time_by", "session")
    return get_object_or_404(rows, session=here.session, pk=pk)


def _deeds(enrolment: Enrolment) -> list[tuple[Deed, Words]]:
    """What can be done to it now, with its words."""
    deeds = [deed for deed in Deed if enrolment.state in FROM[deed][0]]
    return [(deed, WORDS[deed]) for deed in deeds] if enrolment.is_latest else []

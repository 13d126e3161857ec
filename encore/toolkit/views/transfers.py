"""Transferring people of a session to another one: choose it, see what moves, confirm; and take it back."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from encore.courses.actions.enrolment import free_seats
from encore.courses.context import Here
from encore.courses.decorators import in_session
from encore.courses.errors import CannotDo
from encore.courses.forms.choices import number_in
from encore.courses.forms.lifecycle import ConfirmForm
from encore.courses.lifecycle import MOST_PEOPLE
from encore.courses.managing import managed_by
from encore.courses.models import CourseSession, Enrolment
from encore.courses.queries.sessions import coach_names, look_of
from encore.courses.views.lifecycle import chosen_people, joined, words_for_choosing
from encore.courses.views.paging import page_of
from encore.courses.words import Access
from encore.toolkit.models import Transfer
from encore.toolkit.records import counted, record_models
from encore.toolkit.transfer import transfer as transfer_people
from encore.toolkit.transfer import undo
from encore.toolkit.transferring import Preview, moved_ids, preview, targets_for, why_not_undo

ROWS = 20


@in_session(level=Access.MANAGE)
def session_transfer(request: HttpRequest, here: Here) -> HttpResponse:
    """First the session to go to, then what would move; a POST moves just that, all of it."""
    asked = request.POST if request.method == "POST" else request.GET
    people = chosen_people(here, asked)
    if not people or len(people) > MOST_PEOPLE:
        messages.warning(request, words_for_choosing(len(people)))
        return redirect("session_overview", here.session.pk)
    if "to" not in asked:
        return _choose(request, here, people)
    target = get_object_or_404(targets_for(here.session, request.user), pk=number_in(asked["to"]) or 0)
    shown = preview(here.session, people, target, at=here.at)
    form = _form(request, shown)
    error = ""
    if form.is_valid():
        error = _transfer(request, here, shown, form)
        if not error:
            return redirect("session_overview", here.session.pk)
    return _ask(request, here, shown, form, error)


@in_session(level=Access.MANAGE)
def session_transfer_shown(request: HttpRequest, here: Here, transfer: int) -> HttpResponse:
    """What moved with one transfer from or to this session; a POST takes it back. For who manages both sessions."""
    either = Q(from_enrolment__session=here.session) | Q(to_enrolment__session=here.session)
    rows = Transfer.objects.select_related(
        "from_enrolment__person", "from_enrolment__session", "to_enrolment__session", "by", "undone_by"
    )
    found = get_object_or_404(rows, either, pk=transfer)
    ends = found.from_enrolment.session, found.to_enrolment.session
    if CourseSession.objects.filter(managed_by(request.user), pk__in=[one.pk for one in ends]).count() < len(ends):
        raise Http404
    seat_is_gone = free_seats(ends[0]) == 0
    if request.method == "POST":
        return _undo(request, here, found)
    context = {
        "here": here,
        "session": here.session,
        "transfer": found,
        "person": found.from_enrolment.person,
        "moved": _moved_words(found),
        "why_not": why_not_undo(found),
        "seat_is_gone": seat_is_gone,
    }
    return render(request, "toolkit/transfer_shown.html", context)


def _choose(request: HttpRequest, here: Here, people: list[Enrolment]) -> HttpResponse:
    find = request.GET.get("find", "").strip()
    page = page_of(targets_for(here.session, request.user, q=find).select_related("category"), request, size=ROWS)
    context = {
        "here": here,
        "session": here.session,
        "people": people,
        "title": _title(people),
        "find": find,
        "page": page,
        "rows": [(one, look_of(one, here.at)) for one in page.object_list],
    }
    return render(request, "toolkit/transfer_choose.html", context)


def _ask(request: HttpRequest, here: Here, shown: Preview, form: ConfirmForm, error: str) -> HttpResponse:
    people = [line.enrolment for line in shown.lines]
    context = {
        "here": here,
        "session": here.session,
        "title": _title(people),
        "target": shown.target,
        "shown": shown,
        "form": form,
        "error": error,
        "chosen": joined(people),
        "coaches": coach_names([shown.target.pk]).get(shown.target.pk, []),
        "labels": {
            "what": _("What happens"),
            "goes": _("Goes along"),
            "stays": _("Stays here"),
            "now": _("Now, here"),
            "then": _("Afterwards, there"),
        },
    }
    status = 409 if error else 422 if form.errors else 200
    return render(request, "toolkit/transfer.html", context, status=status)


def _title(people: list[Enrolment]) -> str:
    if len(people) == 1:
        return _("Transfer %(name)s") % {"name": people[0].person}
    else:
        return ngettext("Transfer %(n)d person", "Transfer %(n)d people", len(people)) % {"n": len(people)}


def _form(request: HttpRequest, shown: Preview) -> ConfirmForm:
    free = free_seats(shown.target)
    return ConfirmForm(
        request.POST if "stamp" in request.POST else None,
        needs_reason=True,
        refused=len(shown.refused),
        crowded=free is not None and free < shown.newcomers,
    )


def _transfer(request: HttpRequest, here: Here, shown: Preview, form: ConfirmForm) -> str:
    """Does it and says so; or the sentence why not."""
    if not shown.changing:
        messages.info(request, _("There was nothing left to do."))
        return ""
    try:
        done = transfer_people(
            here.session,
            [line.enrolment.pk for line in shown.lines],
            shown.target,
            by=request.user,
            at=here.at,
            reason=form.cleaned_data["reason"],
            stamp=request.POST.get("stamp", ""),
            skip_refused=form.cleaned_data.get("skip", False),
            over_seats=form.cleaned_data.get("over_seats", False),
        )
    except CannotDo as error:
        return str(error)
    words = ngettext(
        "%(n)d person is transferred to “%(session)s”.", "%(n)d people are transferred to “%(session)s”.", len(done)
    )
    messages.success(request, words % {"n": len(done), "session": shown.target})
    return ""


def _undo(request: HttpRequest, here: Here, found: Transfer) -> HttpResponse:
    try:
        undo(found, by=request.user, at=here.at, over_seats="over_seats" in request.POST)
    except CannotDo as error:
        messages.error(request, str(error))
        return redirect("session_transfer_shown", here.session.pk, found.pk)
    messages.success(request, _("The transfer of %(name)s is taken back.") % {"name": found.from_enrolment.person})
    mine = found.from_enrolment if found.from_enrolment.session_id == here.session.pk else found.to_enrolment
    return redirect("session_person", here.session.pk, mine.pk)


def _moved_words(found: Transfer) -> list[str]:
    numbers: list[tuple[Any, int]] = [
        (model, sum(len(ids) for ids in moved_ids(found, model).values())) for model in record_models()
    ]
    return [words for model, n in numbers if n and (words := counted(model, n))]

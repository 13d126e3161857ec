"""Suspending, resuming, completing, withdrawing, bringing back, giving more days: for one person of a session or many.

What would happen stands there line by line first; what is confirmed is that and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy

from encore.courses.actions.enrolment import free_seats
from encore.courses.actions.lifecycle import carry_out
from encore.courses.context import Here
from encore.courses.decorators import in_session
from encore.courses.errors import CannotDo, ChangedMeanwhile, SessionFull
from encore.courses.forms.choices import numbers_in
from encore.courses.forms.lifecycle import NEED_A_REASON, ConfirmForm, DaysForm
from encore.courses.lifecycle import MOST_PEOPLE, Deed, Preview, preview
from encore.courses.models import Enrolment
from encore.courses.queries.overview import counts_by_state, people_in
from encore.courses.views.links import transfer_url
from encore.courses.words import Access


@dataclass(frozen=True)
class Words:
    """A deed in the words of its page: over it, on its button, what it means, and that it is done."""

    title: Promise
    submit: str | Promise
    icon: str
    says: str | Promise
    done: Promise
    danger: bool = False


WORDS: dict[Deed, Words] = {
    Deed.SUSPEND: Words(
        ngettext_lazy("Suspend %(n)d person", "Suspend %(n)d people", "n"),
        gettext_lazy("Suspend"),
        "circle-pause",
        gettext_lazy("Who is suspended finds the door closed until resumed, and keeps the seat. No result is lost."),
        ngettext_lazy(
            "%(n)d person is suspended. Nothing is lost.", "%(n)d people are suspended. Nothing is lost.", "n"
        ),
    ),
    Deed.RESUME: Words(
        ngettext_lazy("Resume %(n)d person", "Resume %(n)d people", "n"),
        gettext_lazy("Resume"),
        "circle-play",
        gettext_lazy("Who is resumed takes part as before, with all results."),
        ngettext_lazy("%(n)d person takes part again.", "%(n)d people take part again.", "n"),
    ),
    Deed.COMPLETE: Words(
        ngettext_lazy("Mark %(n)d person as completed", "Mark %(n)d people as completed", "n"),
        gettext_lazy("Mark as completed"),
        "graduation-cap",
        gettext_lazy("Who has completed can read, no longer work. The seat becomes free. It can be taken back."),
        ngettext_lazy("%(n)d person has completed the session.", "%(n)d people have completed the session.", "n"),
    ),
    Deed.WITHDRAW: Words(
        ngettext_lazy("Withdraw %(n)d person", "Withdraw %(n)d people", "n"),
        gettext_lazy("Withdraw"),
        "user-minus",
        gettext_lazy(
            "Who is withdrawn can no longer open the session, whatever brought them in. All results are kept, and you "
            "can bring them back."
        ),
        ngettext_lazy(
            "%(n)d person is withdrawn. All results are kept.", "%(n)d people are withdrawn. All results are kept.", "n"
        ),
        danger=True,
    ),
    Deed.RESTORE: Words(
        ngettext_lazy("Restore %(n)d person", "Restore %(n)d people", "n"),
        gettext_lazy("Restore"),
        "rotate-ccw",
        gettext_lazy("The same enrolment goes on: earlier results and progress count."),
        ngettext_lazy(
            "%(n)d person is back, with all earlier results.", "%(n)d people are back, with all earlier results.", "n"
        ),
    ),
    Deed.AGAIN: Words(
        ngettext_lazy("Enrol %(n)d person again", "Enrol %(n)d people again", "n"),
        gettext_lazy("Enrol again"),
        "user-plus",
        gettext_lazy(
            "A new enrolment with clean results, as for the first time. The earlier results are kept beside it."
        ),
        ngettext_lazy(
            "%(n)d person is enrolled again and begins anew.", "%(n)d people are enrolled again and begin anew.", "n"
        ),
    ),
    Deed.EXTEND: Words(
        ngettext_lazy("Give %(n)d person more days", "Give %(n)d people more days", "n"),
        gettext_lazy("Give more days"),
        "calendar-plus",
        gettext_lazy("The end moves for nobody else. Progress and results stay as they are."),
        ngettext_lazy("%(n)d person has more days.", "%(n)d people have more days.", "n"),
    ),
}
TAKES_SEATS = (Deed.RESTORE, Deed.AGAIN)


@in_session(level=Access.MANAGE)
def session_people_change(request: HttpRequest, here: Here) -> HttpResponse:
    """Shows what would happen to those chosen; a POST does just that, all of it."""
    asked = request.POST if request.method == "POST" else request.GET
    if asked.get("deed") == "transfer" and (elsewhere := transfer_url(here.session)):
        return redirect(f"{elsewhere}?{request.GET.urlencode()}")
    try:
        deed = Deed(asked.get("deed", ""))
    except ValueError:
        raise Http404 from None
    people = chosen_people(here, asked)
    if not people or len(people) > MOST_PEOPLE:
        messages.warning(request, words_for_choosing(len(people)))
        return redirect("session_overview", here.session.pk)
    days_form = DaysForm(asked if "days" in asked else None) if deed is Deed.EXTEND else None
    if days_form and not days_form.is_valid():
        return _page(request, here, deed, people, days_form=days_form)
    days = days_form.cleaned_data["days"] if days_form else 0
    shown = preview(here.session, people, deed, at=here.at, days=days)
    form = _form(request, here, shown)
    error = ""
    if form.is_valid():
        error = _carry_out(request, here, shown, form)
        if not error:
            return _back(here, people)
        form = _form(request, here, shown)
    return _page(request, here, deed, people, days_form=days_form, shown=shown, form=form, error=error)


def chosen_people(here: Here, asked: Any) -> list[Enrolment]:
    """The enrolments that were ticked, or everybody who fits the filters of the list; a foreign one is not found."""
    if asked.get("everyone"):
        state = asked.get("state", "")
        state = state if state in counts_by_state(here.session) else "live"
        q, source = asked.get("q", "").strip(), asked.get("source", "")
        found = people_in(here.session, q=q, state="" if state == "all" else state, source=source)
        return list(found[: MOST_PEOPLE + 1])
    ids = numbers_in([*asked.getlist("enrolment"), *asked.get("chosen", "").split(",")])[: MOST_PEOPLE + 1]
    rows = Enrolment.objects.filter(session=here.session, pk__in=ids).select_related("person")
    people = list(rows.order_by("person__sort_name", "person_id", "number"))
    if len(people) < len(ids):
        raise Http404
    return people


def words_for_choosing(n: int) -> str:
    """Why nothing can be done with so many."""
    if n:
        return _("At most %(n)d people at a time: narrow the list down first.") % {"n": MOST_PEOPLE}
    else:
        return _("Nobody was chosen. Tick people in the list first.")


def joined(people: Iterable[Enrolment]) -> str:
    """Those chosen, in one field, however many they are."""
    return ",".join(str(enrolment.pk) for enrolment in people)


def _form(request: HttpRequest, here: Here, shown: Preview) -> ConfirmForm:
    free = free_seats(here.session) if shown.deed in TAKES_SEATS else None
    return ConfirmForm(
        request.POST if "stamp" in request.POST else None,
        needs_reason=shown.deed in NEED_A_REASON,
        refused=len(shown.refused),
        crowded=free is not None and free < len(shown.changing),
    )


def _carry_out(request: HttpRequest, here: Here, shown: Preview, form: ConfirmForm) -> str:
    """Does it and says so; or the sentence why not."""
    if not shown.changing:
        messages.info(request, _("There was nothing left to do."))
        return ""
    try:
        done = carry_out(
            shown.deed,
            here.session,
            [line.enrolment.pk for line in shown.lines],
            by=request.user,
            at=here.at,
            reason=form.cleaned_data["reason"],
            days=shown.days,
            stamp=request.POST.get("stamp", ""),
            skip_refused=form.cleaned_data.get("skip", False),
            over_seats=form.cleaned_data.get("over_seats", False),
        )
    except (ChangedMeanwhile, SessionFull, CannotDo) as error:
        return str(error)
    messages.success(request, str(WORDS[shown.deed].done % {"n": len(done.changing)}))
    return ""


def _back(here: Here, people: list[Enrolment]) -> HttpResponse:
    """To the person's page, as it is now; to the session's, if there are several."""
    if len(people) > 1:
        return redirect("session_overview", here.session.pk)
    now = Enrolment.objects.get(session=here.session, person=people[0].person_id, is_latest=True)
    return redirect("session_person", here.session.pk, now.pk)


def _page(
    request: HttpRequest,
    here: Here,
    deed: Deed,
    people: list[Enrolment],
    *,
    days_form: DaysForm | None,
    shown: Preview | None = None,
    form: ConfirmForm | None = None,
    error: str = "",
) -> HttpResponse:
    words = WORDS[deed]
    context = {
        "here": here,
        "session": here.session,
        "deed": deed,
        "words": words,
        "title": words.title % {"n": len(people)} if len(people) > 1 else f"{words.submit}: {people[0].person}",
        "people": people,
        "chosen": joined(people),
        "days_form": days_form,
        "shown": shown,
        "form": form,
        "error": error,
        "skips": bool(shown and shown.refused and shown.changing),
        "labels": {"now": _("Now"), "then": _("Afterwards"), "what": _("What happens")},
    }
    wrong = bool(error or (form and form.errors) or (days_form and days_form.is_bound and days_form.errors))
    status = 409 if error else 422 if wrong else 200
    return render(request, "courses/session_people_change.html", context, status=status)

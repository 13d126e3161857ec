"""Acting as somebody else: asked for on the person's page, ended by one click from everywhere."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from encore.people.acting import LONGEST, Acting, become, go_back
from encore.people.actions.acting import begin_acting, end_acting, require_acting
from encore.people.decorators import permission_required, recently_confirmed
from encore.people.errors import PeopleError
from encore.people.models import Person
from encore.people.words import Permission


class ActingForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=300,
        help_text=gettext_lazy("It is recorded, and the person reads it in their profile."),
    )


@permission_required(Permission.ACT_AS)
@recently_confirmed(gettext_lazy("You are about to act as somebody else."))
def person_act_as(request: HttpRequest, person: UUID) -> HttpResponse:
    """Asks for the reason; a POST begins. Never from within: whoever acts as somebody ends that first."""
    subject, at = get_object_or_404(Person, uuid=person), now()
    if request.acting:  # type: ignore[attr-defined]
        raise PermissionDenied(_("You act as somebody already. End that first."))
    try:
        require_acting(subject, by=request.user, at=at)
    except PeopleError as refusal:
        raise PermissionDenied(str(refusal)) from None
    form = ActingForm(request.POST or None, label_suffix="")
    if form.is_valid():
        begin_acting(subject, reason=form.cleaned_data["reason"], until=at + LONGEST, by=request.user, at=at)
        become(request, subject, by=request.user, at=at)
        return redirect("home")
    context = {"subject": subject, "form": form}
    return render(request, "people/person_act_as.html", context, status=422 if form.errors else 200)


@require_POST
def act_as_end(request: HttpRequest) -> HttpResponse:
    """Back on the person's page as oneself. For whoever acts; for anybody else there is nothing to end."""
    state = request.acting_state  # type: ignore[attr-defined]
    return ended(request, state) if state else redirect("home")


def ended(request: HttpRequest, state: Acting, why: str = "") -> HttpResponse:
    """The acting ends, and the browser goes on as the administrator. `why`: what ended it, if nobody asked for it."""
    at, subject = now(), state.subject
    request.acting = None  # type: ignore[attr-defined]  # the end is recorded as the administrator's own
    end_acting(subject, by=state.by, at=at, why=why)
    if go_back(request, at) is None:
        return redirect("home")
    words = {
        "": _("You no longer act as %(name)s."),
        "time": _("You no longer act as %(name)s: the hour is over. What you sent last was not carried out."),
    }
    closed = _("You no longer act as %(name)s: it is not permitted any more. What you sent last was not carried out.")
    messages.info(request, words.get(why, closed) % {"name": subject.name})
    return redirect(subject)

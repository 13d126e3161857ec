"""One learner's own dates and extra days, and the courses of the session that they do not take part in."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from encore.base.meanwhile import over_theirs
from encore.courses.actions.enrolment import exclude, include, set_personal_time
from encore.courses.context import Here
from encore.courses.decorators import in_session
from encore.courses.effects import outlook_of, outlook_of_exclusion
from encore.courses.errors import CannotDo
from encore.courses.forms.choices import number_in
from encore.courses.forms.enrolment import PersonalTimeForm
from encore.courses.models import Enrolment
from encore.courses.views.confirming import confirm_page, is_confirmed
from encore.courses.views.sending import sent
from encore.courses.words import Access
from encore.ledger.meanwhile import last_change_of


def give_time(request: HttpRequest, here: Here, enrolment: Enrolment) -> tuple[PersonalTimeForm, HttpResponse | None]:
    """The form of somebody's personal time, and the answer if the page shall not show it again."""
    form = _form_over(request, here, enrolment)
    if request.POST.get("do") == "back":
        form.forget_errors()
        return form, None
    elif not form.is_ready():
        return form, None
    outlook = outlook_of(enrolment, form.values(), here.at)
    if outlook.turn and not is_confirmed(request, [outlook]):
        return form, _ask(request, here, enrolment, outlook)
    with transaction.atomic():
        held = (
            Enrolment.objects.select_for_update(of=("self",)).select_related("person", "session").get(pk=enrolment.pk)
        )
        form = _form_over(request, here, held)
        if not form.is_ready() or not _save(request, here, held, form):
            return form, None
    messages.success(request, _("The personal time of %(name)s is saved.") % {"name": enrolment.person})
    for note in form.notes():
        messages.warning(request, note)
    return form, redirect("session_person", here.session.pk, enrolment.pk)


@require_POST
@in_session(level=Access.MANAGE)
def session_person_course(request: HttpRequest, here: Here, enrolment: int) -> HttpResponse:
    """Takes somebody out of one course of the session, or puts them back."""
    rows = Enrolment.objects.select_related("person", "session")
    found = get_object_or_404(rows, session=here.session, pk=enrolment, is_latest=True)
    out, back = number_in(request.POST.get("exclude")), number_in(request.POST.get("include"))
    place = get_object_or_404(here.session.session_courses.select_related("course"), pk=out or back or 0)
    outlook = outlook_of_exclusion(found, place, here.at, excluded=bool(out))
    if outlook.turn and not is_confirmed(request, [outlook]):
        return _ask_exclusion(request, here, found, outlook, out=bool(out))
    reason = request.POST.get("reason", "")[:300]
    try:
        if out:
            words = _("%(name)s no longer takes part in %(course)s.")
            exclude(found, place, by=request.user, at=here.at, reason=reason)
        else:
            words = _("%(name)s takes part in %(course)s again.")
            include(found, place, by=request.user, at=here.at)
        messages.success(request, words % {"name": found.person, "course": place.course})
    except CannotDo as error:
        messages.error(request, str(error))
    return redirect("session_person", here.session.pk, found.pk)


def _form_over(request: HttpRequest, here: Here, enrolment: Enrolment) -> PersonalTimeForm:
    return over_theirs(
        lambda data: PersonalTimeForm(data, session=here.session, enrolment=enrolment),
        sent(request),
        lambda: last_change_of(enrolment),
    )


def _save(request: HttpRequest, here: Here, enrolment: Enrolment, form: PersonalTimeForm) -> bool:
    reason = form.cleaned_data["reason"]
    try:
        set_personal_time(enrolment, **form.values(), reason=reason, by=request.user, at=here.at)
    except CannotDo as error:
        form.add_error(None, str(error))
        return False
    return True


def _ask(request: HttpRequest, here: Here, enrolment: Enrolment, outlook: Any) -> HttpResponse:
    return confirm_page(
        request,
        here,
        title=_("Who is affected"),
        subtitle=f"{enrolment.person} · {here.session}",
        effects=[outlook],
        submit=_("Save the personal time"),
        says=_("Saves the dates of this person alone. Progress and results stay as they are."),
        crumb=str(enrolment.person),
    )


def _ask_exclusion(request: HttpRequest, here: Here, enrolment: Enrolment, outlook: Any, *, out: bool) -> HttpResponse:
    return confirm_page(
        request,
        here,
        title=_("Take out of the course") if out else _("Put back into the course"),
        subtitle=f"{enrolment.person} · {here.session}",
        effects=[outlook],
        submit=_("Take out") if out else _("Put back"),
        says=_("The other courses of the session stay as they are. It can be undone, and no result is lost."),
        crumb=str(enrolment.person),
        back=reverse("session_person", args=[here.session.pk, enrolment.pk]),
    )

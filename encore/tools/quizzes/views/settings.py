"""How a test is given here, and to one learner."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from encore.base.meanwhile import held, over_theirs, saving
from encore.courses.context import Here
from encore.courses.errors import CannotDo
from encore.courses.models import Enrolment
from encore.courses.rules import Action
from encore.courses.words import Access, Sight
from encore.ledger.meanwhile import last_change_of
from encore.toolkit.decorators import in_tool
from encore.toolkit.exceptions import end_exception, set_exception
from encore.toolkit.models import Item, ItemException
from encore.toolkit.pages import tool_page
from encore.toolkit.permission import require, require_publisher
from encore.toolkit.places import address
from encore.toolkit.registry import tool_named
from encore.toolkit.schedule import dates_in
from encore.toolkit.settings import set_settings
from encore.toolkit.writing import find_shown
from encore.tools.quizzes.bank import TEST
from encore.tools.quizzes.forms.settings import ExceptionForm, SettingsForm


@require_http_methods(["GET", "HEAD", "POST"])
@in_tool("quizzes", level=Access.COACH)
def settings(request: HttpRequest, here: Here, uuid: UUID) -> HttpResponse:
    """POST: dates as text and options; what is empty inherits."""
    require(here, Action.RE_DATE)
    if here.session is None:
        require_publisher(here)
    test = _test(here, uuid)
    with saving(request):
        held(Item.objects.all(), request).get(pk=test.pk)
        form = over_theirs(
            lambda data: SettingsForm(data, here=here, item=test),
            request.POST if request.method == "POST" else None,
            lambda: last_change_of(test),
        )
        if saved := form.is_ready():
            set_settings(test, here, **form.moments(), options=form.chosen())
    if saved:
        messages.success(request, _("The settings of “%(title)s” are saved.") % {"title": test.title})
        return redirect(address(here, "quizzes:show", uuid=uuid))
    context = {"form": form, "item": test, "dates": dates_in(here, [test]).get(test.pk), "back": _back(here, uuid)}
    return tool_page(request, here, "quizzes/settings.html", context, status=form.status)


@require_safe
@in_tool("quizzes", level=Access.COACH, sight=Sight.PEOPLE)
def exceptions(request: HttpRequest, here: Here, uuid: UUID) -> HttpResponse:
    """The learners of this session, each with what is different for them."""
    test = _test(here, uuid)
    enrolments = _enrolments(here).select_related("person").order_by("person__last_name", "person__first_name", "pk")
    rows = {row.enrolment_id: row for row in ItemException.objects.filter(item=test.pk, enrolment__in=enrolments)}
    learners = [{"enrolment": each, "exception": rows.get(each.pk)} for each in enrolments]
    learners.sort(key=lambda each: each["exception"] is None)  # exceptions first; names in order within
    context = {"item": test, "learners": learners, "some": len(rows), "back": _back(here, uuid)}
    return tool_page(request, here, "quizzes/exceptions.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@in_tool("quizzes", level=Access.COACH, sight=Sight.PEOPLE)
def exception(request: HttpRequest, here: Here, uuid: UUID, enrolment: int) -> HttpResponse:
    """POST: what is different, and why; or end = yes."""
    require(here, Action.RE_DATE)
    test = _test(here, uuid)
    learner = get_object_or_404(_enrolments(here).select_related("person"), pk=enrolment)
    all_of_them = address(here, "quizzes:exceptions", uuid=uuid)
    if request.POST.get("end") == "yes":
        end_exception(test, learner, here)
        messages.success(
            request, _("“%(title)s” is for %(name)s as for everybody.") % {"title": test.title, "name": learner.person}
        )
        return redirect(all_of_them)
    with saving(request):
        held(Enrolment.objects.all(), request).get(pk=learner.pk)
        row = ItemException.objects.filter(item=test.pk, enrolment=learner).first()
        form = over_theirs(
            lambda data: ExceptionForm(data, row=row),
            request.POST if request.method == "POST" else None,
            lambda: last_change_of(test),
        )
        saved = form.is_ready() and _except(form, test, learner, here)
    if saved:
        messages.success(request, _("The exception for %(name)s is saved.") % {"name": learner.person})
        return redirect(all_of_them)
    context = {"form": form, "item": test, "learner": learner, "row": row, "back": all_of_them}
    return tool_page(request, here, "quizzes/exception.html", context, status=form.status)


def _except(form: ExceptionForm, test: Item, learner: Enrolment, here: Here) -> bool:
    cleaned: dict[str, Any] = form.cleaned_data
    moments = {name: cleaned[name] for name in ("opens", "due", "closes")}
    facts = {"reason": cleaned["reason"], "until": cleaned["until"]}
    try:
        set_exception(test, learner, here, moments=moments, options=form.chosen(), **facts)
    except CannotDo as why:
        form.add_error(None, str(why))
        return False
    return True


def _test(here: Here, uuid: UUID) -> Item:
    test = find_shown(here, tool_named("quizzes"), uuid)
    if test.kind != TEST:
        raise Http404
    return test


def _enrolments(here: Here) -> Any:
    """Of this session; in a course there are none."""
    if here.session is None:
        raise Http404
    return Enrolment.objects.filter(session=here.session)


def _back(here: Here, uuid: UUID) -> str:
    return address(here, "quizzes:show", uuid=uuid)

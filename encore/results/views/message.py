"""A coach writes to the learners that a list shows: says to whom, and sends one letter to each."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from encore.courses.context import Here
from encore.courses.decorators import in_course
from encore.courses.models import Enrolment
from encore.courses.words import Access, Sight
from encore.ledger.actions import record_reading
from encore.results.actions.message import letters_of, reachable, write_to
from encore.results.forms.message import MessageForm, blank, told_apart
from encore.results.queries.learners import Asked, enrolments_for
from encore.toolkit.decorators import explaining
from encore.toolkit.pages import tool_page

NAMED = 60


@require_http_methods(["GET", "HEAD", "POST"])
@in_course(level=Access.COACH, sight=Sight.PEOPLE)
@explaining
def learners_message(request: HttpRequest, here: Here) -> HttpResponse:
    """The list that the query string asks for is looked up again when it is sent; if it is another, one is asked."""
    enrolments = enrolments_for(here, Asked.of(request.GET))
    whom = told_apart(enrolments)
    if request.method != "POST":
        return _page(request, here, blank(whom), enrolments)
    form = MessageForm(request.POST)
    if not form.is_valid():
        return _page(request, here, form, enrolments, status=422)
    sent = letters_of(here, form.cleaned_data["occasion"], here.person).exists()
    if form.cleaned_data["whom"] != whom and not sent:
        form.ask_again(whom)
        return _page(request, here, form, enrolments, changed=True, status=409)
    else:
        return _send(request, here, form, enrolments)


def _send(request: HttpRequest, here: Here, form: MessageForm, enrolments: list[Enrolment]) -> HttpResponse:
    said = {name: form.cleaned_data[name] for name in ("subject", "text", "occasion")}
    sent = write_to(enrolments, here, **said, by=here.person, at=here.at)
    words = ngettext("Your message goes to %(n)d learner.", "Your message goes to %(n)d learners.", sent)
    messages.success(request, words % {"n": sent})
    return redirect(_list_url(request, here))


def _page(
    request: HttpRequest,
    here: Here,
    form: MessageForm,
    enrolments: list[Enrolment],
    *,
    changed: bool = False,
    status: int = 200,
) -> HttpResponse:
    record_reading(here.session_course, by=here.person, at=here.at, session_id=here.session.pk)
    reached = reachable(enrolments)
    there = {person.pk for person in reached}
    context = {
        "form": form,
        "reached": reached,
        "named": reached[:NAMED],
        "more": len(reached[NAMED:]),
        "unreached": [one.person for one in enrolments if one.person_id not in there],
        "changed": changed,
        "list_url": _list_url(request, here),
    }
    return tool_page(request, here, "results/learners_message.html", context, status=status)


def _list_url(request: HttpRequest, here: Here) -> str:
    """Back to the list as it was, or to the one learner."""
    asked = Asked.of(request.GET)
    place = [here.session.pk, here.course.code]
    if asked.one:
        return reverse("learner", args=[*place, asked.one])
    return f"{reverse('learners', args=place)}?{request.GET.urlencode()}".removesuffix("?")

"""Access check: person, place and moment in, the decision and how it came about out."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from encore.courses.checking import Check, check
from encore.courses.context import Here, here_for
from encore.courses.decorators import in_session
from encore.courses.explaining import whom_to_ask
from encore.courses.forms.checking import CheckForm
from encore.courses.forms.choices import number_in
from encore.courses.queries.checking import MOST, people_to_check
from encore.courses.words import Access
from encore.ledger.actions import record_reading
from encore.people.models import Person

ASKED = ("course", "on", "clock")


@require_safe
@in_session(level=Access.MANAGE)
def session_access(request: HttpRequest, here: Here) -> HttpResponse:
    """The address holds all that is asked, so it can be sent to a colleague who manages the session too."""
    form = CheckForm(_asked(request, here), session=here.session, at=here.at)
    person = _person(request, here)
    context: dict[str, Any] = {"here": here, "session": here.session, "form": form, "person": person}
    if form.is_valid() and person:
        answer = _check(here, person, form)
        context |= {"check": answer, "note": form.note(), "ask": whom_to_ask(answer.here)}
    elif form.is_valid() and (q := form.cleaned_data["q"]):
        found = list(people_to_check(here, q)[: MOST + 1])
        if len(found) == 1:
            return redirect(_address(request, found[0]))
        context |= {"found": [(one, _address(request, one)) for one in found[:MOST]], "more": len(found) > MOST, "q": q}
    return render(request, "courses/session_access.html", context, status=422 if form.errors else 200)


def _check(here: Here, person: Person, form: CheckForm) -> Check:
    moment: datetime = form.cleaned_data["moment"]
    record_reading(person, by=here.person, at=here.at, session_id=here.session.pk)
    return check(here_for(person, at=moment, session=here.session.pk, code=form.cleaned_data["course"] or None))


def _asked(request: HttpRequest, here: Here) -> dict[str, str]:
    """What was typed. Where no moment was, as in a link from a person's page, it is now."""
    asked = {name: request.GET.get(name, "") for name in ("q", *ASKED)}
    if not asked["on"] and not asked["clock"]:
        wall = here.at.astimezone(here.session.zone)
        asked |= {"on": f"{wall:%Y-%m-%d}", "clock": f"{wall:%H:%M}"}
    return asked


def _person(request: HttpRequest, here: Here) -> Person | None:
    """The person named by their id, unless somebody else was typed since."""
    pk = number_in(request.GET.get("person"))
    found = people_to_check(here).filter(pk=pk).first() if pk else None
    typed = request.GET.get("q", "").strip()
    return found if found and typed in ("", found.name) else None


def _address(request: HttpRequest, person: Person) -> str:
    asked = {name: request.GET[name] for name in ASKED if request.GET.get(name)}
    return f"{request.path}?{urlencode({'person': person.pk, **asked})}"

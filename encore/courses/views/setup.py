"""The session itself: the wizard's first step, and editing what it says."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _

from encore.base.meanwhile import over_theirs
from encore.courses.actions.category import category_called
from encore.courses.actions.session import copy_courses, create_session, set_general_coaches, update_session
from encore.courses.context import Here
from encore.courses.decorators import in_session
from encore.courses.effects import Effect, effects_of
from encore.courses.errors import CannotDo
from encore.courses.forms.choices import number_in, person_choice
from encore.courses.forms.session import SessionForm
from encore.courses.models import CourseSession
from encore.courses.queries.choosing import find_people, find_sessions
from encore.courses.queries.sessions import sessions_of
from encore.courses.views.confirming import confirm_page, is_confirmed
from encore.courses.views.sending import sent
from encore.courses.views.sessions import managers
from encore.courses.views.steps import steps_of, summary_of
from encore.courses.words import Access
from encore.ledger.meanwhile import last_change_of
from encore.people.models import Person

Done = TypeVar("Done")
# What moves the dates of items that are written as "start + 2 weeks".
MOVING = ("opens_at", "closes_at", "duration_days", "time_zone")


@managers
def session_new(request: HttpRequest) -> HttpResponse:
    """Step 1 of a new session. Saving it makes a draft, which can be gone on with at any time."""
    source = _source(request)
    form = SessionForm(sent(request), person=request.user, source=source)
    if "find" in request.POST:
        form.forget_errors()
    elif form.is_valid() and (session := _kept(form, lambda: _create(form, source, request.user, now()))):
        _say_notes(request, form)
        return _after(request, session)
    context = {
        "steps": steps_of(None),
        "source": source,
        "asked": "from_q" in request.GET,
        "from_q": request.GET.get("from_q", ""),
        "sources": find_sessions(request.GET["from_q"], sessions_of(request.user)) if "from_q" in request.GET else [],
    }
    return _form_page(request, form, "courses/session_new.html", context)


@in_session(level=Access.MANAGE)
def session_edit(request: HttpRequest, here: Here) -> HttpResponse:
    """Step 1 again while the session is a draft; afterwards editing, which shows first who is affected."""
    session = here.session
    form = _form_over(request, session)
    if "find" in request.POST or request.POST.get("do") == "back":
        form.forget_errors()
    elif form.is_ready():
        return _save(request, here, form)
    return _edit_page(request, here, form)


def _save(request: HttpRequest, here: Here, form: SessionForm) -> HttpResponse:
    session = here.session
    effects = []
    if session.state != CourseSession.State.DRAFT:
        removed = form.coaches()[1]  # who is added is named by whoever adds them
        effects = effects_of(session, form.values(), here.at, coaches=((), removed))
    if effects and not is_confirmed(request, effects):
        return _confirm_page(request, here, form, effects)
    saved = _kept(form, lambda: _update(request, session, here.at))
    if not isinstance(saved, CourseSession):
        return _edit_page(request, here, saved or form)
    messages.success(request, _("“%(title)s” is saved.") % {"title": saved.title})
    _say_notes(request, form)
    return _after(request, saved)


def _create(form: SessionForm, source: CourseSession | None, by: Person, at: datetime) -> CourseSession:
    with transaction.atomic():
        values = _values(form, by, at)
        session = create_session(by=by, at=at, general_coaches=form.coaches()[0], **values)
        if source:
            copy_courses(session, source, by=by, at=at)
    return session


def _update(request: HttpRequest, session: CourseSession, at: datetime) -> CourseSession | SessionForm:
    """Looks once more, now that nobody else can change the session; if somebody did, gives the form that says so."""
    by = request.user
    with transaction.atomic():
        session = CourseSession.objects.select_for_update().get(pk=session.pk)
        form = _form_over(request, session)
        if not form.is_ready():
            return form
        session = update_session(session, _values(form, by, at), by=by, at=at, tell="tell" in request.POST)
        add, remove = form.coaches()
        set_general_coaches(session, add=add, remove=remove, by=by, at=at)
    return session


def _form_over(request: HttpRequest, session: CourseSession) -> SessionForm:
    return over_theirs(
        lambda data: SessionForm(data, person=request.user, session=session),
        sent(request),
        lambda: last_change_of(session),
    )


def _values(form: SessionForm, by: Person, at: datetime) -> dict[str, Any]:
    values = form.values()
    if name := form.cleaned_data["new_category"]:
        values["category"] = category_called(name, by=by, at=at)
    return values


def _kept(form: SessionForm, do: Callable[[], Done]) -> Done | None:
    """What the action gives; where it refuses, the sentence stands in the form and what was typed is kept."""
    try:
        return do()
    except CannotDo as error:
        form.add_error(error.field if error.field in form.fields else None, str(error))
        return None


def _after(request: HttpRequest, session: CourseSession) -> HttpResponse:
    if session.state != CourseSession.State.DRAFT or request.POST.get("do") == "draft":
        return redirect("session_overview", session.pk)
    else:
        return redirect("session_courses", session.pk)


def _say_notes(request: HttpRequest, form: SessionForm) -> None:
    for note in form.notes():
        messages.warning(request, note)


def _source(request: HttpRequest) -> CourseSession | None:
    """The session to start from, if this person manages it."""
    asked = number_in(request.POST.get("source") or request.GET.get("from"))
    return sessions_of(request.user).filter(pk=asked).first() if asked else None


# Pages


def _form_page(request: HttpRequest, form: SessionForm, template: str, context: dict[str, Any]) -> HttpResponse:
    asked = request.POST.get("general_coaches_q", "")
    chosen = form.chosen_coaches()
    context |= {
        "form": form,
        "chosen": chosen,
        "coach_q": asked,
        "found": [
            person_choice(person, to=request.user)
            for person in find_people(asked)
            if person.pk not in {choice["id"] for choice in chosen}
        ]
        if "find" in request.POST
        else [],
    }
    return render(request, template, context, status=form.status)


def _edit_page(request: HttpRequest, here: Here, form: SessionForm, **context: Any) -> HttpResponse:
    session = here.session
    about = {"here": here, "session": session, "steps": steps_of(session), "summary": summary_of(session, here.at)}
    return _form_page(request, form, "courses/session_edit.html", about | context)


def _confirm_page(request: HttpRequest, here: Here, form: SessionForm, effects: list[Effect]) -> HttpResponse:
    """Who is affected, before anything is saved. The form travels along in hidden fields."""
    session, values = here.session, form.values()
    moved = any(values.get(name) != getattr(session, name) for name in MOVING if name in values)
    return confirm_page(
        request,
        here,
        title=_("Who is affected"),
        subtitle=session.title,
        effects=effects,
        submit=_("Save these changes"),
        says=_("Saves the session. Results and progress stay as they are."),
        notes=[_("Dates of items that count from the start or the end move along.")] if moved else [],
        crumb=_("Edit"),
        may_tell=True,
    )

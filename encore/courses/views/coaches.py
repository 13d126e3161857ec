"""The coaches of a session, general ones and those of one course, with the times of substitutes."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from encore.base.meanwhile import over_theirs
from encore.courses.actions.session import set_coach_time, set_course_coaches, set_general_coaches
from encore.courses.context import Here
from encore.courses.decorators import in_session
from encore.courses.effects import Effect, Turn, effects_in_course, effects_of_general, outlook_of_coach
from encore.courses.errors import CannotDo
from encore.courses.forms.choices import numbers_in, person_choice
from encore.courses.forms.enrolment import CoachForm, SpellForm
from encore.courses.models import CourseCoach, CourseSession, GeneralCoach
from encore.courses.queries.choosing import find_people
from encore.courses.views.confirming import confirm_page, is_confirmed
from encore.courses.views.sending import sent
from encore.courses.words import Access
from encore.ledger.meanwhile import last_change_of
from encore.people.models import Person


@in_session(level=Access.MANAGE)
def session_coaches(request: HttpRequest, here: Here) -> HttpResponse:
    """The general coaches, or those of the course in the address: added and removed one by one."""
    if request.method == "POST" and (remove := numbers_in(request.POST.getlist("remove"))):
        return _remove(request, here, remove)
    form = CoachForm(sent(request), zone=here.session.zone, spell=(None, None))
    if "find" in request.POST or request.POST.get("do") == "back":
        form.forget_errors()
    elif form.is_valid():
        effects = _effects(here, add=[person.pk for person in form.cleaned_data["people"]], spell=form.spell())
        if _clashes_with_dates(effects) and not is_confirmed(request, effects):
            return _ask(request, here, effects, submit=_("Add"))
        _add(request, here, form)
        return redirect(_url(here))
    context = _context(here) | {"form": form, "coaches": _coaches(here), **_choosing(request, form)}
    return render(request, "courses/session_coaches.html", context, status=form.status)


@in_session(level=Access.MANAGE)
def session_coach(request: HttpRequest, here: Here, coach: int) -> HttpResponse:
    """From when until when one coach holds the role."""
    found = get_object_or_404(_coaches(here), pk=coach)
    form = _form_over(request, here, found)
    if request.POST.get("do") == "back":
        form.forget_errors()
    elif form.is_ready():
        outlook = outlook_of_coach(
            here.session, found.person_id, form.spell(), here.at, place=here.session_course or None
        )
        if outlook.turn and not is_draft(here) and not is_confirmed(request, [outlook]):
            return _ask(request, here, [outlook], submit=_("Save"))
        form = _save_time(request, here, coach)
        if not form.clash and not form.errors:
            return redirect(_url(here))
    context = _context(here) | {"form": form, "coach": found}
    return render(request, "courses/session_coach.html", context, status=form.status)


def is_draft(here: Here) -> bool:
    """Whether nobody counts on the session yet, so that changes need not be asked about."""
    return here.session.state == CourseSession.State.DRAFT


def _remove(request: HttpRequest, here: Here, people: list[int]) -> HttpResponse:
    """Asks first where a door closes: a coach may be removed from a draft at once."""
    effects = [] if is_draft(here) else _effects(here, remove=people)
    if effects and not is_confirmed(request, effects):
        return _ask(request, here, effects, submit=_("Remove"), danger=True, back=_url(here))
    _set(request, here, remove=people)
    messages.success(request, _("The coach is removed."))
    return redirect(_url(here))


def _effects(here: Here, **change: Any) -> list[Effect]:
    if here.session_course:
        return effects_in_course(here.session_course, here.at, **change)
    else:
        return effects_of_general(here.session, here.at, **change)


def _clashes_with_dates(effects: list[Effect]) -> bool:
    """Whether adding somebody takes something away from them: they coach already, and now only for a time."""
    return any(effect.turn in (Turn.CLOSES, Turn.READ_ONLY, Turn.NEVER_OPENS, Turn.OTHER_DATES) for effect in effects)


def _ask(
    request: HttpRequest, here: Here, effects: Any, *, submit: str, danger: bool = False, back: str = ""
) -> HttpResponse:
    where = f"{here.course} · {here.session}" if here.session_course else str(here.session)
    return confirm_page(
        request,
        here,
        title=_("Who is affected"),
        subtitle=where,
        effects=effects,
        submit=submit,
        says=_("What they marked and wrote stays."),
        crumb=_("Coaches"),
        danger=danger,
        back=back,
    )


def _form_over(request: HttpRequest, here: Here, coach: Any) -> SpellForm:
    return over_theirs(
        lambda data: SpellForm(data, zone=here.session.zone, spell=(coach.from_at, coach.until_at)),
        sent(request),
        lambda: last_change_of(coach.person),
    )


def _save_time(request: HttpRequest, here: Here, pk: int) -> SpellForm:
    """Looks once more, now that nobody else can change it."""
    with transaction.atomic():
        coach = get_object_or_404(_coaches(here).select_for_update(of=("self",)), pk=pk)
        form = _form_over(request, here, coach)
        if form.is_ready():
            _set_time(request, here, coach, form)
    return form


def _coaches(here: Here) -> Any:
    if here.session_course:
        return CourseCoach.objects.filter(session_course=here.session_course).select_related("person")
    else:
        return GeneralCoach.objects.filter(session=here.session).select_related("person")


def _url(here: Here) -> str:
    if here.session_course:
        return reverse("session_course_coaches", args=[here.session.pk, here.course.code])
    else:
        return reverse("session_coaches", args=[here.session.pk])


def _context(here: Here) -> dict[str, Any]:
    return {"here": here, "session": here.session, "course": here.course, "url": _url(here)}


def _choosing(request: HttpRequest, form: CoachForm) -> dict[str, Any]:
    """What the type-ahead field shows without JavaScript."""
    ids = numbers_in(request.POST.getlist("people"))
    chosen = [person_choice(p, to=request.user) for p in Person.objects.filter(pk__in=ids)] if ids else []
    asked = request.POST.get("people_q", "")
    people = find_people(asked) if "find" in request.POST else []
    found = [person_choice(person, to=request.user) for person in people if person.pk not in ids]
    return {"chosen": chosen, "found": found, "asked": asked}


def _set(request: HttpRequest, here: Here, **ids: list[int]) -> None:
    if here.session_course:
        set_course_coaches(here.session_course, **ids, by=request.user, at=here.at)
    else:
        set_general_coaches(here.session, **ids, by=request.user, at=here.at)


def _add(request: HttpRequest, here: Here, form: CoachForm) -> None:
    people = [person.pk for person in form.cleaned_data["people"]]
    _set(request, here, add=people)
    if form.cleaned_data["from_at"] or form.cleaned_data["until_at"]:
        for coach in _coaches(here).filter(person__in=people):
            _set_time(request, here, coach, form)
    names = ", ".join(str(person) for person in form.cleaned_data["people"])
    messages.success(request, _("Added as coach: %(names)s.") % {"names": names})


def _set_time(request: HttpRequest, here: Here, coach: Any, form: SpellForm) -> None:
    found = form.cleaned_data
    try:
        set_coach_time(coach, from_at=found["from_at"], until_at=found["until_at"], by=request.user, at=here.at)
    except CannotDo as error:
        messages.error(request, str(error))
    for note in form.notes():
        messages.warning(request, note)

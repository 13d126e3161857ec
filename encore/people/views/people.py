"""Administration → People."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from encore.base.meanwhile import held, over_theirs, saving
from encore.ledger.actions import record_reading
from encore.ledger.meanwhile import last_change_of
from encore.people import actions
from encore.people.actions.acting import require_acting
from encore.people.actions.letters import permission_to_invite
from encore.people.confirming import question_before
from encore.people.decorators import permission_required, recently_confirmed, roles_required
from encore.people.errors import Erased, NoPower, PeopleError
from encore.people.forms import ROLES, NewPersonForm, PersonForm
from encore.people.history import happenings
from encore.people.models import Person, SchoolClass
from encore.people.queries import beyond_power, history_of, people_list, search_people, sections_of
from encore.people.views.links import import_url
from encore.people.words import Permission, Role

ROWS = 50
CLASSES_IN_FILTER = 300
managers = roles_required(Role.ADMINISTRATOR, Role.SESSION_ADMINISTRATOR)
POWER = gettext_lazy("You are about to change what somebody may do, or the address that links to set a password go to.")


@require_safe
@managers
def people(request: HttpRequest) -> HttpResponse:
    asked = {name: request.GET.get(name, "") for name in ("q", "role", "school_class", "state")}
    sort = request.GET.get("sort", "name")
    rows = people_list(**{**asked, "state": asked["state"] or "active"}, sort=sort)
    page = Paginator(rows, ROWS).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "sort": sort,
        **asked,
        "filtered": any(asked.values()),
        "role_options": [*((role.value, ROLES[role][0]) for role in Role), ("none", _("None of them"))],
        "class_options": SchoolClass.objects.values_list("pk", "name")[:CLASSES_IN_FILTER],
        "state_options": [
            ("invited", _("Never signed in")),
            ("deactivated", _("Deactivated")),
            ("all", _("Active and deactivated")),
            ("erased", _("Erased")),
        ],
        "import_url": import_url(request.user, "people"),
        "may_create": request.user.may(Permission.CREATE_PEOPLE),
        "at": now(),
    }
    record_reading(Person, by=request.user, at=now())
    return render(request, "people/people.html", context)


@require_safe
@roles_required(Role.ADMINISTRATOR, Role.SESSION_ADMINISTRATOR, Role.TEACHER)
def people_find(request: HttpRequest) -> JsonResponse:
    """The first active people that fit `q`, for fields in which people are chosen as one types."""
    q = request.GET.get("q", "").strip()
    found = search_people(q, Person.objects.filter(is_active=True))[:20] if q else []
    return JsonResponse({"results": [{"id": p.pk, "label": p.name, "detail": p.username} for p in found]})


@require_safe
@managers
def person(request: HttpRequest, person: UUID) -> HttpResponse:
    found = get_object_or_404(Person.objects.select_related("second_factor"), uuid=person)
    record_reading(found, by=request.user, at=now())
    context = {
        "subject": found,
        "roles": [ROLES[role] for role in Role if role in found.roles],
        "classes": found.school_classes.all(),
        "history": happenings(history_of(found)[:20]),
        "sections": sections_of(found, request.user),
        "follows": found.follows.count() if found.is_hr_manager else 0,
        **_powers(request.user, found),
        "has_second_factor": hasattr(found, "second_factor"),
        "may_act_as": not request.acting and _may_act_as(request.user, found),  # type: ignore[attr-defined]
        "at": now(),
    }
    return render(request, "people/person.html", context)


@sensitive_post_parameters("password")
@managers
@permission_required(Permission.CREATE_PEOPLE)
def person_new(request: HttpRequest) -> HttpResponse:
    form = NewPersonForm(request.POST or None, by=request.user)
    if form.is_valid() and form.chosen_roles and (question := question_before(request, POWER, at=now())):
        return question
    elif form.is_valid() and (created := _kept(form, lambda: _create(form, request.user))):
        messages.success(request, _created_words(created, form.cleaned_data["way"]))
        return redirect(created)
    else:
        return render(request, "people/person_new.html", {"form": form}, status=422 if form.errors else 200)


@managers
@permission_required(Permission.EDIT_PEOPLE)
def person_edit(request: HttpRequest, person: UUID) -> HttpResponse:
    found = _manageable(request, person)
    with saving(request):
        there = held(Person.objects.all(), request).get(pk=found.pk)
        form = over_theirs(
            lambda data: PersonForm(data, by=request.user, person=there),
            request.POST or None,
            lambda: last_change_of(there),
        )
        # The action sets values on what it is given; the page still shows the person as saved if they are refused.
        if form.is_ready() and _gives_power(form, there) and (question := question_before(request, POWER, at=now())):
            return question
        elif form.is_ready() and _kept(form, lambda: _update(form, _manageable(request, person), request.user)):
            messages.success(request, _("%(name)s is saved.") % {"name": Person.objects.get(pk=found.pk).name})
            return redirect("person", found.uuid)
    return render(request, "people/person_edit.html", {"form": form, "subject": found}, status=form.status)


@managers
@permission_required(Permission.DEACTIVATE_PEOPLE)
@recently_confirmed(gettext_lazy("You are about to close somebody's account."))
def person_deactivate(request: HttpRequest, person: UUID) -> HttpResponse:
    """Asks first, and says what is lost and what is kept."""
    found = _manageable(request, person)
    if request.method == "POST":
        return _do(request, found, actions.deactivate, _("%(name)s is deactivated."))
    else:
        return render(request, "people/person_deactivate.html", {"subject": found})


@require_POST
@managers
@permission_required(Permission.DEACTIVATE_PEOPLE)
def person_reactivate(request: HttpRequest, person: UUID) -> HttpResponse:
    return _do(request, _manageable(request, person), actions.reactivate, _("%(name)s is active again."))


@require_POST
@managers
@permission_required(Permission.CREATE_PEOPLE, Permission.EDIT_PEOPLE)
def person_invite(request: HttpRequest, person: UUID) -> HttpResponse:
    again = _("An invitation was sent to %(name)s a moment ago already.")
    sent = _("An invitation is on its way to %(name)s.")
    return _do(request, _manageable(request, person), actions.invite, sent, nothing=again)


@require_POST
@managers
@permission_required(Permission.EDIT_PEOPLE)
def person_reset(request: HttpRequest, person: UUID) -> HttpResponse:
    enough = _("%(name)s got three of these letters within an hour. Wait a little.")
    sent = _("A link to set a new password is on its way to %(name)s.")
    return _do(request, _manageable(request, person), actions.send_password_reset, sent, nothing=enough)


@require_safe
def person_picture(request: HttpRequest, person: UUID) -> FileResponse:
    """For everyone who is signed in. It was made by us, so its kind is known; the browser shall not guess another."""
    found = get_object_or_404(Person, uuid=person)
    if not found.picture or not found.picture.storage.exists(found.picture.name):
        raise Http404
    response = FileResponse(found.picture.open("rb"), content_type="image/webp")
    response["Cache-Control"] = "private, max-age=604800, immutable"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _powers(by: Person, subject: Person) -> dict[str, bool]:
    """What the page of `subject` offers to `by`; about somebody erased, nothing."""
    if subject.erased_at:
        return {"has_power": True}
    has_power = not beyond_power([subject], by)
    reachable = has_power and subject.is_active and bool(subject.email)
    return {
        "has_power": has_power,
        "may_edit": has_power and by.may(Permission.EDIT_PEOPLE),
        "may_invite": reachable and by.may(permission_to_invite(subject)),
        "may_reset": reachable and by.may(Permission.EDIT_PEOPLE),
        "may_deactivate": has_power and by.may(Permission.DEACTIVATE_PEOPLE) and by.pk != subject.pk,
        "may_erase": by.is_administrator and by.pk != subject.pk,
    }


def _may_act_as(by: Person, subject: Person) -> bool:
    try:
        require_acting(subject, by=by, at=now())
    except PeopleError:
        return False
    else:
        return True


def _manageable(request: HttpRequest, uuid: UUID) -> Person:
    """The person, if whoever asks has power over them; else a 403 page that says why."""
    found = get_object_or_404(Person, uuid=uuid)
    if beyond_power([found], request.user):
        raise NoPower
    elif found.erased_at:
        raise Erased
    else:
        return found


def _kept(form: Any, act: Callable[[], Person]) -> Person | None:
    """What `act` gives; None, and the reason in the form, if it is refused."""
    try:
        return act()
    except PeopleError as error:
        form.refuse(error)
        return None


def _gives_power(form: PersonForm, subject: Person) -> bool:
    """Whether roles change, or the address to which a link to set a new password goes."""
    changes_roles = "roles" in form.fields and frozenset(form.chosen_roles) != subject.roles
    return changes_roles or form.cleaned_data["email"] != subject.email


def _create(form: NewPersonForm, by: Person) -> Person:
    at, way = now(), form.cleaned_data["way"]
    password = form.cleaned_data["password"] if way == "password" else ""
    created = actions.create_person(form.facts, roles=form.chosen_roles, password=password, by=by, at=at)
    if way == "invitation":
        actions.invite(created, by=by, at=at)
    return created


def _created_words(created: Person, way: str) -> str:
    if way == "invitation":
        return _("%(name)s is created, and an invitation is on its way.") % {"name": created.name}
    else:
        return _("%(name)s is created.") % {"name": created.name}


def _update(form: PersonForm, subject: Person, by: Person) -> Person:
    actions.update_person(subject, form.facts, roles=form.chosen_roles, by=by, at=now())
    return subject


def _do(
    request: HttpRequest, subject: Person, act: Callable[..., Any], done: str, *, nothing: str | None = None
) -> HttpResponse:
    """Do it, tell how it went, and go back to the person's page. `nothing`: what to say if there was nothing to do."""
    try:
        result = act(subject, by=request.user, at=now())
    except PeopleError as error:
        messages.error(request, str(error))
    else:
        words = nothing if nothing and result is None else done
        messages.success(request, words % {"name": subject.name})
    return redirect(subject)

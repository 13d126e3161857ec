"""Administration → Classes."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from encore.base.meanwhile import held, over_theirs, saving
from encore.ledger.actions import record_reading
from encore.ledger.meanwhile import last_change_of
from encore.people import actions
from encore.people.decorators import roles_required
from encore.people.errors import ClassInUse, ClassUsedElsewhere, PeopleError
from encore.people.forms import ClassForm
from encore.people.history import happenings
from encore.people.models import Person, SchoolClass
from encore.people.queries import classes_list, history_of, members_of, not_in, uses_of
from encore.people.views.links import import_url
from encore.people.words import Role

ROWS = 50
managers = roles_required(Role.ADMINISTRATOR, Role.SESSION_ADMINISTRATOR)


@require_safe
@managers
def classes(request: HttpRequest) -> HttpResponse:
    q, sort = request.GET.get("q", ""), request.GET.get("sort", "name")
    page = Paginator(classes_list(q=q, sort=sort), ROWS).get_page(request.GET.get("page"))
    context = {"page": page, "q": q, "sort": sort, "import_url": import_url(request.user, "classes")}
    return render(request, "people/classes.html", context)


@managers
def class_new(request: HttpRequest) -> HttpResponse:
    form = ClassForm(request.POST or None)
    if form.is_valid():
        try:
            school_class = actions.create_class(**form.cleaned_data, by=request.user, at=now())
        except PeopleError as error:
            form.refuse(error)
        else:
            messages.success(request, _("%(name)s is created. Now add its people.") % {"name": school_class.name})
            return redirect(school_class)
    return render(request, "people/class_new.html", {"form": form}, status=422 if form.errors else 200)


@require_safe
@managers
def class_page(request: HttpRequest, school_class: UUID) -> HttpResponse:
    """The class: its facts, where it is used, and its people with the means to add and remove them."""
    found = get_object_or_404(SchoolClass, uuid=school_class)
    record_reading(found, by=request.user, at=now())
    uses = uses_of([found], request.user)
    q, m = request.GET.get("q", "").strip(), request.GET.get("m", "").strip()
    context = {
        "school_class": found,
        "uses": uses,
        "may_change": all(use.may_change for use in uses),
        "q": q,
        "m": m,
        "available": Paginator(not_in(found, q), ROWS).get_page(request.GET.get("page")),
        "members": Paginator(members_of(found, m), ROWS).get_page(request.GET.get("mpage")),
        "count": found.members.count(),
        "query": request.GET.urlencode(),
        "history": happenings(history_of(found)[:10]),
        "import_url": import_url(request.user, "class-people", **{"class": found.uuid}),
        "at": now(),
    }
    return render(request, "people/class.html", context)


@require_POST
@managers
def class_members(request: HttpRequest, school_class: UUID) -> HttpResponse:
    """Takes changes: `add=` and `remove=` with the ids of people. Nobody else is touched."""
    found = get_object_or_404(SchoolClass, uuid=school_class)
    try:
        joined = actions.join_class(found, _people(request.POST, "add"), by=request.user, at=now())
        left = actions.leave_class(found, _people(request.POST, "remove"), by=request.user, at=now())
    except PeopleError as error:
        messages.error(request, str(error))
    else:
        _tell(request, found, len(joined), len(left))
    query = request.GET.urlencode()
    return redirect(found.get_absolute_url() + (f"?{query}" if query else ""))


@managers
def class_edit(request: HttpRequest, school_class: UUID) -> HttpResponse:
    found = get_object_or_404(SchoolClass, uuid=school_class)
    if not all(use.may_change for use in uses_of([found], request.user)):
        raise ClassUsedElsewhere
    with saving(request):
        there = held(SchoolClass.objects.all(), request).get(pk=found.pk)
        form = over_theirs(
            lambda data: ClassForm(data, school_class=there), request.POST or None, lambda: last_change_of(there)
        )
        if form.is_ready():
            try:
                actions.update_class(there, **form.cleaned_data, by=request.user, at=now())
            except PeopleError as error:
                form.refuse(error)
            else:
                messages.success(request, _("%(name)s is saved.") % {"name": form.cleaned_data["name"]})
                return redirect(found)
    return render(request, "people/class_edit.html", {"form": form, "school_class": found}, status=form.status)


@managers
def class_delete(request: HttpRequest, school_class: UUID) -> HttpResponse:
    """Asks first; says who uses the class where that keeps it from being deleted."""
    found = get_object_or_404(SchoolClass, uuid=school_class)
    context: dict[str, Any] = {"school_class": found, "uses": uses_of([found], request.user)}
    if request.method == "POST":
        try:
            actions.delete_class(found, by=request.user, at=now())
        except ClassInUse as error:
            context["refusal"] = str(error)
            return render(request, "people/class_delete.html", context, status=409)
        else:
            messages.success(request, _("%(name)s is deleted. Its people are still here.") % {"name": found.name})
            return redirect(reverse("classes"))
    else:
        context["count"] = found.members.count()
        return render(request, "people/class_delete.html", context)


def _people(sent: QueryDict, way: str) -> list[Person]:
    ids = [int(value) for value in sent.getlist(way) if value.isascii() and value.isdigit() and len(value) < 19]
    return list(Person.objects.filter(pk__in=ids)) if ids else []


def _tell(request: HttpRequest, school_class: SchoolClass, joined: int, left: int) -> None:
    if joined:
        words = ngettext("%(n)s person joined %(name)s.", "%(n)s people joined %(name)s.", joined)
        messages.success(request, words % {"n": joined, "name": school_class.name})
    if left:
        words = ngettext("%(n)s person left %(name)s.", "%(n)s people left %(name)s.", left)
        messages.success(request, words % {"n": left, "name": school_class.name})
    if not joined and not left:
        messages.info(request, _("Nothing was chosen, so nothing changed."))

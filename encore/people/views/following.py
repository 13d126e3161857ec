"""The people an HR manager follows: chosen by administrators."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _

from encore.people.actions.following import follow, unfollow
from encore.people.decorators import roles_required
from encore.people.errors import PeopleError
from encore.people.models import Person, SchoolClass
from encore.people.queries import followed_by, not_followed_by
from encore.people.words import Role

ROWS = 50
MOST = 5000  # people added with one press
CLASSES_IN_FILTER = 300


@roles_required(Role.ADMINISTRATOR)
def person_following(request: HttpRequest, person: UUID) -> HttpResponse:
    """Two lists; a POST sends whom to add and whom to remove, or `add_all` with the search as it stands."""
    manager = get_object_or_404(Person, uuid=person, is_hr_manager=True)
    if request.method == "POST":
        _change(request, manager)
        return redirect(request.get_full_path())
    q, m, school_class = (request.GET.get(name, "").strip() for name in ("q", "m", "class"))
    context = {
        "subject": manager,
        "q": q,
        "m": m,
        "school_class": school_class,
        "classes": SchoolClass.objects.values_list("pk", "name")[:CLASSES_IN_FILTER],
        "available": Paginator(_available(request, manager), ROWS).get_page(request.GET.get("page")),
        "followed": Paginator(followed_by(manager, m), ROWS).get_page(request.GET.get("mpage")),
        "count": followed_by(manager).count(),
    }
    return render(request, "people/person_following.html", context)


def _available(request: HttpRequest, manager: Person) -> Any:
    people, school_class = not_followed_by(manager, request.GET.get("q", "").strip()), request.GET.get("class", "")
    if school_class.isascii() and school_class.isdigit():
        people = people.filter(class_memberships__school_class=int(school_class[:18]))
    return people


def _change(request: HttpRequest, manager: Person) -> None:
    add = _available(request, manager)
    if "add_all" in request.POST:
        add = add[:MOST]
    else:
        add = add.filter(pk__in=_ids(request, "add"))
    try:
        new = follow(manager, add, by=request.user, at=now())
        gone = unfollow(manager, _ids(request, "remove"), by=request.user, at=now())
    except PeopleError as error:
        messages.error(request, str(error))
    else:
        if new or gone:
            messages.success(request, _("Saved."))
        else:
            messages.info(request, _("Nothing was chosen, so nothing changed."))


def _ids(request: HttpRequest, way: str) -> list[int]:
    sent = request.POST.getlist(way)
    return [int(value) for value in sent if value.isascii() and value.isdigit() and len(value) < 19]

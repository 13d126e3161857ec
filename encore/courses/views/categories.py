"""Administration → Session categories and Course categories: two lists that work alike."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.functional import Promise
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from encore.base.meanwhile import held, over_theirs, saving
from encore.courses.actions.category import add_category, delete_category, order_categories, rename_category
from encore.courses.errors import CannotDo
from encore.courses.forms.course import CategoryForm
from encore.courses.models import CourseCategory, SessionCategory
from encore.courses.queries.courses import course_categories, fixed_for, foreign_sessions, session_categories
from encore.courses.views.sending import sent
from encore.courses.views.session_courses import Reordered, order_after
from encore.courses.views.sessions import managers
from encore.ledger.meanwhile import last_change_of
from encore.people.decorators import roles_required
from encore.people.models import Person
from encore.people.words import Role


@dataclass(frozen=True)
class Kind:
    """One of the two kinds of category, in the words of its pages."""

    model: Any
    rows: Callable[[], QuerySet[Any]]
    list: str  # the route of the list of what is filed under them
    list_route: str
    one_route: str
    title: str | Promise
    lead: str | Promise

    @property
    def deletion_route(self) -> str:
        return f"{self.one_route}_deletion"

    @property
    def order_route(self) -> str:
        return f"{self.one_route}_order"

    def may_change(self, category: Any, person: Person) -> bool:
        """A session administrator may not change what sessions of others are filed under."""
        return not foreign_sessions(category, person).exists()


SESSIONS = Kind(
    SessionCategory,
    session_categories,
    "sessions",
    "session_categories",
    "session_category",
    gettext_lazy("Session categories"),
    gettext_lazy("Periods, programmes or departments that sessions are filed under."),
)
COURSES = Kind(
    CourseCategory,
    course_categories,
    "courses",
    "course_categories",
    "course_category",
    gettext_lazy("Course categories"),
    gettext_lazy("Subjects or departments that courses are filed under."),
)
administrators = roles_required(Role.ADMINISTRATOR)


@managers
def session_category_list(request: HttpRequest) -> HttpResponse:
    return _list(request, SESSIONS)


@managers
def session_category(request: HttpRequest, category: int) -> HttpResponse:
    return _rename(request, SESSIONS, category)


@managers
def session_category_deletion(request: HttpRequest, category: int) -> HttpResponse:
    return _delete(request, SESSIONS, category)


@require_POST
@administrators
def session_category_order(request: HttpRequest) -> HttpResponse:
    return _order(request, SESSIONS)


@administrators
def course_category_list(request: HttpRequest) -> HttpResponse:
    return _list(request, COURSES)


@administrators
def course_category(request: HttpRequest, category: int) -> HttpResponse:
    return _rename(request, COURSES, category)


@administrators
def course_category_deletion(request: HttpRequest, category: int) -> HttpResponse:
    return _delete(request, COURSES, category)


@require_POST
@administrators
def course_category_order(request: HttpRequest) -> HttpResponse:
    return _order(request, COURSES)


def _list(request: HttpRequest, kind: Kind) -> HttpResponse:
    """The list, and a form that adds one at its end."""
    form = CategoryForm(sent(request), label_suffix="")
    if form.is_valid() and _kept(form, lambda name: add_category(kind.model, name, by=request.user, at=now())):
        messages.success(request, _("The category %(name)s is added.") % {"name": form.cleaned_data["name"]})
        return redirect(kind.list_route)
    context = {
        "kind": kind,
        "form": form,
        "categories": kind.rows(),
        "may_order": request.user.is_administrator,
        "fixed": fixed_for(request.user),
    }
    return render(request, "courses/categories.html", context, status=422 if form.errors else 200)


def _rename(request: HttpRequest, kind: Kind, pk: int) -> HttpResponse:
    category = _changeable(request, kind, pk)
    with saving(request):
        fresh = held(kind.model.objects.all(), request).get(pk=pk)
        initial = {"name": fresh.name}
        form = over_theirs(
            lambda data: CategoryForm(data, initial=initial, label_suffix=""),
            sent(request),
            lambda: last_change_of(category),
        )
        if form.is_ready() and _kept(form, lambda name: rename_category(fresh, name, by=request.user, at=now())):
            messages.success(request, _("The category is called %(name)s now.") % {"name": form.cleaned_data["name"]})
            return redirect(kind.list_route)
    context = {"kind": kind, "form": form, "category": category}
    return render(request, "courses/category.html", context, status=form.status)


def _delete(request: HttpRequest, kind: Kind, pk: int) -> HttpResponse:
    """Asks first, and says how many lose their category."""
    category = _changeable(request, kind, pk)
    if request.method == "POST":
        delete_category(category, by=request.user, at=now())
        messages.success(request, _("The category %(name)s is deleted.") % {"name": category.name})
        return redirect(kind.list_route)
    return render(request, "courses/category_deletion.html", {"kind": kind, "category": category})


def _order(request: HttpRequest, kind: Kind) -> HttpResponse:
    now_ids = list(kind.model.objects.values_list("pk", flat=True))
    try:
        order = order_after(now_ids, request.POST)
    except Reordered:
        return HttpResponse(status=409)
    if order:
        order_categories(kind.model, order, by=request.user, at=now())
    return redirect(kind.list_route)


def _changeable(request: HttpRequest, kind: Kind, pk: int) -> Any:
    category = get_object_or_404(kind.rows(), pk=pk)
    if kind is SESSIONS and not kind.may_change(category, request.user):
        raise PermissionDenied(
            _("Sessions of other people are filed under this category, so only an administrator may change it.")
        )
    return category


def _kept(form: CategoryForm, do: Callable[[str], Any]) -> bool:
    try:
        do(form.cleaned_data["name"])
    except CannotDo as error:
        form.add_error("name", str(error))
        return False
    return True

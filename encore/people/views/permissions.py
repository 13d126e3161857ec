"""Administration → Permissions: what each role may, in tables. What would change is said before it is saved."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from encore.base.meanwhile import over_theirs
from encore.people.actions.permissions import permit
from encore.people.decorators import recently_confirmed, roles_required
from encore.people.permissions import PermissionsForm
from encore.people.queries import last_change_of_permissions, permitted_now, who_has
from encore.people.words import OFFERED, Role


@roles_required(Role.ADMINISTRATOR)
@recently_confirmed(gettext_lazy("You are about to change what other people may do."))
@transaction.atomic
def permissions(request: HttpRequest) -> HttpResponse:
    """Sent once it says what would change; sent again with `confirmed` it is saved."""
    sent = request.POST if request.method == "POST" else None
    permitted = permitted_now(lock=sent is not None)
    form = over_theirs(lambda data: PermissionsForm(data, permitted=permitted), sent, last_change_of_permissions)
    if sent is None or not form.is_ready() or "back" in sent:
        return _page(request, form)
    elif not form.changes:
        messages.info(request, _("Nothing was changed."))
        return redirect("permissions")
    elif "confirmed" in sent:
        permit(form.permitted, by=request.user, at=now())
        messages.success(request, _("The permissions are saved. They hold from now on."))
        return redirect("permissions")
    else:
        return _confirmation(request, form)


def _page(request: HttpRequest, form: PermissionsForm) -> HttpResponse:
    context = {"form": form, "tables": [(*table, count) for table, count in zip(form.tables(), _counts(), strict=True)]}
    return render(request, "people/permissions.html", context, status=form.status)


def _confirmation(request: HttpRequest, form: PermissionsForm) -> HttpResponse:
    counts: dict[Any, int] = dict(zip(OFFERED, _counts(), strict=True))
    changes = [(cell, given, counts[cell.role]) for cell, given in form.changes]
    carried = [(name, value) for name, values in request.POST.lists() for value in values if name in form.fields]
    context = {"given": [c for c in changes if c[1]], "taken": [c for c in changes if not c[1]], "carried": carried}
    return render(request, "people/permissions_confirm.html", context)


def _counts() -> list[int]:
    """How many people each table is about."""
    return [who_has(role).count() for role in OFFERED]

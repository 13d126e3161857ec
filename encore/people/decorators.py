"""Who may open a page of the whole platform."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from encore.people.words import Role

View = Callable[..., HttpResponse]


def roles_required(*roles: Role) -> Callable[[View], View]:
    """Open to those who have one of `roles`; anyone else gets a 403 page that says so. `view.roles` tells which."""
    needed = frozenset(roles)

    def decorate(view: View) -> View:
        @wraps(view)
        def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.user.is_authenticated and request.user.roles & needed:
                return view(request, *args, **kwargs)
            else:
                raise PermissionDenied(_("This page is for people with another role than yours."))

        checked.roles = needed  # type: ignore[attr-defined]
        return checked

    return decorate

"""Who may open a page of the whole platform, and who has to show once more that it is them."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils.timezone import now
from django.utils.translation import gettext as _

from encore.people.confirming import question_before
from encore.people.words import Permission, Role

if TYPE_CHECKING:
    from django.utils.functional import Promise

    from encore.people.models import Person

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


def permission_required(*permissions: Permission) -> Callable[[View], View]:
    """Open to those who may any of `permissions`; anyone else gets a 403 page. `view.permissions` tells which."""

    def decorate(view: View) -> View:
        @wraps(view)
        def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.user.is_authenticated and any(request.user.may(each) for each in permissions):
                return view(request, *args, **kwargs)
            else:
                raise PermissionDenied(
                    _("Your role does not permit this. An administrator can change that under Permissions.")
                )

        checked.permissions = frozenset(permissions)  # type: ignore[attr-defined]
        return checked

    return decorate


def is_open_to(view: Callable[..., object], person: Person) -> bool:
    """Whether a page of the whole platform opens for `person`, as its decorators say; False if none says."""
    roles, permissions = getattr(view, "roles", None), getattr(view, "permissions", None)
    if roles is None and permissions is None:
        return False
    else:
        fits = roles is None or bool(roles & person.roles)
        return fits and (permissions is None or any(person.may(each) for each in permissions))


def recently_confirmed(sentence: str | Promise = "", *, reading: bool = False) -> Callable[[View], View]:
    """Step-up: asks for the password (or a code) first, unless it was given within the last minutes; what was sent is
    carried out after it. `sentence` says what for: _("A session is deleted for good."). Reading is asked about only
    with `reading=True`: for what leaves the platform. Goes below the decorators that say who may open the page at all.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            asks = reading or request.method not in ("GET", "HEAD", "OPTIONS")
            question = question_before(request, str(sentence), at=now()) if asks else None
            return question or view(request, *args, **kwargs)

        checked.asks_again = True  # type: ignore[attr-defined]
        return checked

    return decorate

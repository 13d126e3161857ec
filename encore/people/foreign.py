"""The personal data in tables that others brought: sign-in attempts, Django's own."""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from encore.base.personal import NOTHING_PERSONAL, Personal, Subject, declare


def typed_by(who: Subject) -> Q:
    """Attempts to sign in are counted under the name that was typed, in one spelling."""
    names = [Q(username__iexact=name) for name in (who.username, who.email) if name]
    condition = Q(pk__in=())
    for name in names:
        condition |= name
    return condition


def declare_foreign() -> None:
    """Called once, when all apps are there."""
    attempts = Personal(called=_("wrong attempts to sign in"), rows=typed_by)
    for label in ("axes.AccessAttempt", "axes.AccessFailureLog", "axes.AccessLog"):
        declare(label, attempts)
    for label in ("axes.AccessAttemptExpiration", "auth.Permission", "auth.Group", "contenttypes.ContentType"):
        declare(label, NOTHING_PERSONAL)

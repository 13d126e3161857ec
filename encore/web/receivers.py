"""What pages remember when somebody signs in, and what they add to the pages of packages below."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest
from django.urls import reverse

from encore.people.models import Person
from encore.people.signals import PersonSection, person_sections
from encore.web.context import look_up


@receiver(user_logged_in)
def look_up_what_they_do(sender: type, *, request: HttpRequest, user: Person, **kwargs: Any) -> None:
    """For the menu, whichever page they arrive on."""
    look_up(request, user)


@receiver(person_sections)
def audit_log_of(sender: type, *, person: Person, by: Person, **kwargs: Any) -> list[PersonSection]:
    """Administrators go from a person's page to what the audit log says about them."""
    if not by.is_administrator:
        return []
    log = reverse("audit")
    ways = {"about": f"{log}?about={person.pk}", "by": f"{log}?by={person.pk}"}
    return [PersonSection("web/parts/person_audit.html", ways)]

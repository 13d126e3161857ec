"""What pages remember when somebody signs in."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest

from encore.people.models import Person
from encore.web.context import look_up_writing


@receiver(user_logged_in)
def look_up_what_they_write(sender: type, *, request: HttpRequest, user: Person, **kwargs: Any) -> None:
    """For the menu, whichever page they arrive on."""
    if not user.is_teacher:
        look_up_writing(request, user)

"""Addresses of tools and their items in a place: a course, or a course in a session."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from encore.courses.context import Here


def address(here: Here, route: str, **kwargs: Any) -> str:
    """The address of a tool's route ("documents:show") in this place, or of a place's own ("files:show")."""
    if here.session is None:
        return reverse(f"course:{route}", kwargs={"code": here.course.code, **kwargs})
    else:
        return reverse(f"session:{route}", kwargs={"session": here.session.pk, "code": here.course.code, **kwargs})

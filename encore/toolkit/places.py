"""Addresses of tools and their items in a place: a course, or a course in a session."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol
from uuid import UUID

from django.urls import reverse

from encore.courses.models import Course, CourseSession

_ANY = UUID("a1b2c3d4-0000-4000-8000-000000000000")  # stands for the uuids of a list


class Place(Protocol):
    """As much of a place as its addresses need: `here`, or a course of a session."""

    @property
    def course(self) -> Course | Any: ...

    @property
    def session(self) -> CourseSession | Any: ...


def address(here: Place, route: str, **kwargs: Any) -> str:
    """The address of a tool's route ("documents:show") in this place, or of a place's own ("files:show")."""
    if here.session is None:
        return reverse(f"course:{route}", kwargs={"code": here.course.code, **kwargs})
    else:
        return reverse(f"session:{route}", kwargs={"session": here.session.pk, "code": here.course.code, **kwargs})


def addresses(here: Place, route: str) -> Callable[[UUID], str]:
    """As `address` for a route that takes a uuid, for the many items of a list: the route is worked out once."""
    pattern = address(here, route, uuid=_ANY)
    return lambda uuid: pattern.replace(str(_ANY), str(uuid))

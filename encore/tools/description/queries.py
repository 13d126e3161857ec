"""Finds the words on the course's home."""

from __future__ import annotations

import functools
from typing import Any

from django.db.models import F

from encore.base.prepared import Prepared
from encore.courses.context import Here
from encore.toolkit.models import Item
from encore.toolkit.scoping import items_at


def introduction_in(here: Here) -> Item | None:
    """The introduction that shows here: the session's, if there is one, replaces the course's. One query."""
    place = here.session_course
    given = {
        "course": here.course.pk,
        "place": place.pk if place else None,
        "pin": place.pinned_release if place else None,
    }
    values = {name: value for name, value in given.items() if value is not None}
    return next(iter(_query(frozenset(values))(**values)), None)


@functools.cache
def _query(given: frozenset[str]) -> Prepared:
    """The query for each set of values that are given: it is asked on every course's home, and large."""

    def build(course: int, place: int | None = None, pin: int | None = None) -> Any:
        # An introduction lies in no folder, so hidden is only what is hidden itself.
        items = items_at(course, place, pin).filter(kind="introduction", is_hidden=False)
        return items.order_by(F("session_course").desc(nulls_last=True), "place", "pk")[:1]

    return Prepared(build)

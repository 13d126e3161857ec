"""Finds the words on the course's home."""

from __future__ import annotations

from django.db.models import F

from encore.courses.context import Here
from encore.toolkit.models import Item
from encore.toolkit.scoping import shown_in


def introduction_in(here: Here) -> Item | None:
    """The introduction that shows here: the session's, if there is one, replaces the course's. One query."""
    # An introduction lies in no folder, so hidden is only what is hidden itself.
    items = shown_in(here, kind="introduction", hidden=True).filter(is_hidden=False)
    return items.order_by(F("session_course").desc(nulls_last=True), "place", "pk").first()

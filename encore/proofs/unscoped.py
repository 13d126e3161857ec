"""What is found without asking where one is: the counterparts of the scoping words, for `encore prove` alone."""

from __future__ import annotations

from typing import Any

from django.db.models import F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.fields import BooleanField

from encore.courses.context import Here
from encore.courses.models import CourseSession
from encore.toolkit.models import Draft, Item, Line


def shown_anywhere(here: Here, *, kind: str | None = None, kinds: Any = None, hidden: bool = False) -> Any:
    """As `shown_in`, of every course and session at once, hidden things included."""
    newest = Line.objects.filter(item=OuterRef("pk"), version__isnull=False).order_by("-release__number")
    items: Any = Item.objects.alias(current=Subquery(newest.values("pk")[:1])).filter(lines__pk=F("current"))
    if kind or kinds is not None:
        items = items.filter(kind__in=[kind] if kind else kinds)
    return (
        items.annotate(
            version_id=F("lines__version_id"),
            version_number=F("lines__version__number"),
            version_at=F("lines__version__at"),
            title=F("lines__version__title"),
            content=F("lines__version__content"),
            parent_id=F("lines__parent_id"),
            place=F("lines__position"),
            version_place=F("lines__version__session_course_id"),
            shown=Value(True, output_field=BooleanField()),
        )
        .annotate(is_hidden=Q(shown=False))
        .order_by("place", "pk")
    )


def every_draft() -> QuerySet[Draft]:
    return Draft.objects.select_related("item")


def every_session() -> QuerySet[CourseSession]:
    return CourseSession.objects.all()

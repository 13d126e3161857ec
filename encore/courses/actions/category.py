"""Making, naming, ordering and deleting the categories of sessions and of courses."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypeVar

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from encore.courses.errors import NameTaken
from encore.courses.models import CourseCategory, SessionCategory
from encore.ledger.actions import changed, record
from encore.people.models import Person

Category = TypeVar("Category", SessionCategory, CourseCategory)


@transaction.atomic
def add_category(model: type[Category], name: str, *, by: Person | None, at: datetime) -> Category:
    """Add a category at the end. Raises NameTaken if there is one of this name."""
    last = model.objects.aggregate(last=Max("position"))["last"]
    category = model(name=" ".join(name.split()), position=0 if last is None else last + 1)
    _save(category)
    record("create", category, by=by, at=at)
    return category


def category_called(name: str, *, by: Person | None, at: datetime) -> SessionCategory:
    """The session category of this name, made if absent."""
    found = SessionCategory.objects.filter(name__iexact=" ".join(name.split())).first()
    return found or add_category(SessionCategory, name, by=by, at=at)


@transaction.atomic
def rename_category(category: SessionCategory | CourseCategory, name: str, *, by: Person, at: datetime) -> None:
    """Give a category another name. Raises NameTaken if there is another one of this name."""
    changes = changed(category, {"name": " ".join(name.split())})
    if changes:
        _save(category)
        record("change", category, by=by, at=at, changes=changes)


@transaction.atomic
def order_categories(
    model: type[SessionCategory] | type[CourseCategory], ids: Sequence[int], *, by: Person, at: datetime
) -> None:
    """Put the categories in this order (ids); those not named keep their order, behind."""
    place = {pk: n for n, pk in enumerate(ids)}
    rows: list[Any] = sorted(model._default_manager.all(), key=lambda row: place.get(row.pk, len(place)))
    for n, row in enumerate(rows):
        row.position = n
    model._default_manager.bulk_update(rows, ["position"])
    if rows:
        record("order", rows[0], by=by, at=at)


@transaction.atomic
def delete_category(category: SessionCategory | CourseCategory, *, by: Person, at: datetime) -> None:
    """Delete a category. What was filed under it stays, without a category."""
    record("delete", category, by=by, at=at)
    category.delete()


def _save(category: SessionCategory | CourseCategory) -> None:
    try:
        with transaction.atomic():
            category.save()
    except IntegrityError:
        raise NameTaken(_("There is already a category called “%(name)s”.") % {"name": category.name}) from None

"""Creates, edits, deletes classes; people join and leave them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import ProtectedError

from encore.ledger.actions import changed, record
from encore.people.actions.power import require_manager, saving
from encore.people.errors import ClassInUse, ClassUsedElsewhere
from encore.people.models import ClassMember, Person, SchoolClass
from encore.people.queries import uses_of
from encore.people.signals import class_joined, class_left

BATCH = 1000
Pairs = Iterable[tuple[SchoolClass, Person]]


def create_class(name: str, description: str = "", *, by: Person | None, at: datetime) -> SchoolClass:
    require_manager(by)
    with saving():
        school_class = SchoolClass.objects.create(
            name=" ".join(name.split()), description=description.strip(), created_at=at
        )
        record("create_class", school_class, by=by, at=at)
    return school_class


def update_class(
    school_class: SchoolClass, name: str, description: str | None = None, *, by: Person | None, at: datetime
) -> dict[str, list[Any]]:
    """Rename the class, and describe it anew unless `description` is None; return the changes."""
    _require_power([school_class], by)
    values = {"name": " ".join(name.split())}
    if description is not None:
        values["description"] = description.strip()
    changes = changed(school_class, values)
    if changes:
        with saving():
            school_class.save(update_fields=list(changes))
            record("update_class", school_class, by=by, at=at, changes=changes)
    return changes


def delete_class(school_class: SchoolClass, *, by: Person | None, at: datetime) -> None:
    """Delete a class that no session uses or used; its people stay."""
    require_manager(by)
    if uses := uses_of([school_class], by):
        raise ClassInUse(uses)
    people = school_class.members.count()
    try:
        with transaction.atomic():
            record("delete_class", school_class, by=by, at=at, changes={"members": [people, 0]})
            school_class.delete()
    except ProtectedError as error:
        raise ClassInUse from error


def join_class(school_class: SchoolClass, people: Iterable[Person], *, by: Person | None, at: datetime) -> list[int]:
    """Put people into a class; return the ids of those who were not in it yet."""
    return join_classes(((school_class, person) for person in people), by=by, at=at).get(school_class.pk, [])


def leave_class(school_class: SchoolClass, people: Iterable[Person], *, by: Person | None, at: datetime) -> list[int]:
    """Take people out of a class; return the ids of those who were in it."""
    return leave_classes(((school_class, person) for person in people), by=by, at=at).get(school_class.pk, [])


def join_classes(pairs: Pairs, *, by: Person | None, at: datetime) -> dict[int, list[int]]:
    """Put many people into many classes; return who really joined, by class. A few queries for each class."""
    classes, wanted = _by_class(pairs)
    _require_power(classes.values(), by)
    joined = {}
    with transaction.atomic():
        for pk, school_class in _locked(classes).items():
            there = set(ClassMember.objects.filter(school_class=pk).values_list("person", flat=True))
            new = [person for person in wanted[pk] if person not in there]
            if new:
                rows = [ClassMember(school_class=school_class, person_id=person, by=by, at=at) for person in new]
                ClassMember.objects.bulk_create(rows, batch_size=BATCH)
                record("join_class", school_class, by=by, at=at, changes={"joined": new})
                class_joined.send(SchoolClass, school_class=school_class, people=new, by=by, at=at)
                joined[pk] = new
    return joined


def leave_classes(pairs: Pairs, *, by: Person | None, at: datetime) -> dict[int, list[int]]:
    """Take many people out of many classes; return who really left, by class. A few queries for each class."""
    classes, wanted = _by_class(pairs)
    _require_power(classes.values(), by)
    left = {}
    with transaction.atomic():
        for pk, school_class in _locked(classes).items():
            there = set(ClassMember.objects.filter(school_class=pk).values_list("person", flat=True))
            going = [person for person in wanted[pk] if person in there]
            for start in range(0, len(going), BATCH):
                ClassMember.objects.filter(school_class=pk, person__in=going[start : start + BATCH]).delete()
            if going:
                record("leave_class", school_class, by=by, at=at, changes={"left": going})
                class_left.send(SchoolClass, school_class=school_class, people=going, by=by, at=at)
                left[pk] = going
    return left


def _by_class(pairs: Pairs) -> tuple[dict[int, SchoolClass], dict[int, list[int]]]:
    classes: dict[int, SchoolClass] = {}
    wanted: dict[int, dict[int, None]] = defaultdict(dict)  # a dict, so that order is kept and doubles fall together
    for school_class, person in pairs:
        classes[school_class.pk] = school_class
        wanted[school_class.pk][person.pk] = None
    return classes, {pk: list(people) for pk, people in wanted.items()}


def _require_power(classes: Collection[SchoolClass], by: Person | None) -> None:
    """Joining a class enrols in its sessions, and its name is read there: nobody acts on sessions not theirs."""
    require_manager(by)
    if by is not None and not by.is_administrator and not all(use.may_change for use in uses_of(classes, by)):
        raise ClassUsedElsewhere


def _locked(classes: dict[int, SchoolClass]) -> dict[int, SchoolClass]:
    """The classes that still exist, always locked in the same order: two files at once cannot wait for each other."""
    return {c.pk: c for c in SchoolClass.objects.select_for_update().filter(pk__in=classes).order_by("pk")}

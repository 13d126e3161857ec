"""What learners do leaves records. A model of records says with one line how they go along when a learner moves.

    moves = Moves(ngettext_lazy("%(n)d attempt", "%(n)d attempts", "n"))
    moves = Moves(along="attempt")      # part of another record: goes where that one goes

Such a model has the columns `session`, `session_course`, `enrolment` and `item`, and may have `version`. What has none
of these columns, but hangs on a record by a key, goes along by itself. A test fails for a model that says nothing.
What is computed from records is computed again on the signal `transferred`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db.models import F, Model
from django.utils.functional import Promise

COLUMNS = ("session", "session_course", "enrolment", "item")
Ids = dict[int, list[int]]  # of records, by course


@dataclass(frozen=True, slots=True)
class Moves:
    """Records go along to another session of the same course. `counted`: so many of them in words, with the gap `n`;
    without it nobody is told. `along`: the key to the record that these are a part of."""

    counted: Promise | None = None
    along: str = ""


@dataclass
class Records:
    """The records of one enrolment: those that can go along, by model and course, and how many stay, by model:
    `elsewhere` in courses (by id) that the other session does not have, `own` about what is this session's alone."""

    going: dict[type[Model], Ids] = field(default_factory=lambda: defaultdict(lambda: defaultdict(list)))
    elsewhere: dict[type[Model], dict[int, int]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(int)))
    own: dict[type[Model], int] = field(default_factory=lambda: defaultdict(int))


def record_models() -> list[type[Model]]:
    """The models of records that go along: parts behind what they are part of, else in the order of their names."""
    found = [model for model in apps.get_models() if isinstance(getattr(model, "moves", None), Moves)]
    return sorted(found, key=lambda model: (bool(moves_of(model).along), model._meta.label_lower))


def moves_of(model: type[Model]) -> Moves:
    return model.moves  # type: ignore[attr-defined]


def counted(model: type[Model], n: int) -> str:
    """So many records in words; "" for those that nobody is told of."""
    words = moves_of(model).counted
    return str(words % {"n": n}) if words is not None else ""


def records_of(enrolments: Iterable[int], shared: Collection[int]) -> dict[int, Records]:
    """The records of enrolments (ids), each with what becomes of it where these courses (ids) are in both sessions.

    All about one item goes or stays together. It stays if the item, or a version that something was done with, was made
    for this session alone: elsewhere nobody could show it. Two queries for each model.
    """
    ids = list(enrolments)
    found = {pk: Records() for pk in ids}
    staying = _staying(ids)
    gone: dict[Any, set[int]] = defaultdict(set)
    for model in record_models():
        parent = moves_of(model).along
        whole = model._meta.get_field(parent).related_model if parent else None
        rows = model._default_manager.filter(enrolment__in=ids).order_by("pk")
        columns = ["pk", "enrolment", "item", "session_course__course", "item__session_course", parent or "pk"]
        for pk, enrolment, item, course, own, part_of in rows.values_list(*columns):
            mine = found[enrolment]
            if course not in shared:
                mine.elsewhere[model][course] += 1
            elif part_of in gone[whole] if whole else own is None and (enrolment, item) not in staying:
                mine.going[model][course].append(pk)
                gone[model].add(pk)
            else:
                mine.own[model] += 1
    return found


def have_records(enrolments: Iterable[int]) -> set[int]:
    """Which of these enrolments (ids) have records of any kind; one query for each kind."""
    ids = list(enrolments)
    found: set[int] = set()
    for model in record_models():
        rows = model._default_manager.filter(enrolment__in=ids).order_by()
        found.update(rows.values_list("enrolment", flat=True).distinct())
    return found


def has_column(model: type[Model], name: str) -> bool:
    try:
        model._meta.get_field(name)
    except FieldDoesNotExist:
        return False
    return True


def _staying(enrolments: list[int]) -> set[tuple[int, int]]:
    """(enrolment, item) where something was done with a version of this session alone."""
    found: set[tuple[int, int]] = set()
    for model in record_models():
        if has_column(model, "version") and not moves_of(model).along:
            rows = model._default_manager.filter(
                enrolment__in=enrolments, version__session_course=F("session_course")
            ).order_by()
            found.update(rows.values_list("enrolment", "item").distinct())
    return found

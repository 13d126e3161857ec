"""What learners do leaves records. A model of records says with one line how they go along when a learner moves.

    moves = Moves(ngettext_lazy("%(n)d attempt", "%(n)d attempts", "n"))

Such a model has the columns `session`, `session_course`, `enrolment` and `item`, and may have `version`. What hangs on
a record by a key of its own goes along by itself. A test fails for a model with these columns that says nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model, Q
from django.utils.functional import Promise

COLUMNS = ("session", "session_course", "enrolment", "item")


@dataclass(frozen=True, slots=True)
class Moves:
    """Records go along to another session of the same course. `counted`: so many of them, with the gap `n`."""

    counted: Promise


def record_models() -> list[type[Model]]:
    """The models of records that go along, in the order of their names."""
    found = [model for model in apps.get_models() if isinstance(getattr(model, "moves", None), Moves)]
    return sorted(found, key=lambda model: model._meta.label_lower)


def may_move(model: type[Model]) -> Q:
    """Of a model's records, those about what every session of the course has: items of the course itself, and versions
    that were not made for one session alone."""
    theirs = Q(item__session_course=None)
    return theirs & Q(version__session_course=None) if has_column(model, "version") else theirs


def has_column(model: type[Model], name: str) -> bool:
    try:
        model._meta.get_field(name)
    except FieldDoesNotExist:
        return False
    return True

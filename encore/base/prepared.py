"""Queries that are worked out once. Django writes the SQL of a query anew each time it is asked, which for a large one
takes longer than the database's answer; here the SQL is kept, and only the values change."""

from __future__ import annotations

import copy
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import DateTimeField, QuerySet, UUIDField

# Values that stand for others while the SQL is written; nothing real is ever equal to them.
NUMBER, MOMENT = 2**61, datetime(4004, 10, 23, tzinfo=UTC)
CAN_STAND_IN = (int, str, datetime, UUID)
MOMENTS: Any = DateTimeField()
UUIDS: Any = UUIDField()


class Prepared:
    """A query of always the same form.

        lately = Prepared(lambda people, since: Person.objects.filter(pk__in=people, last_login__gte=since))
        lately(people=[3, 4], since=at)    # a list of people

    `build` is called with stand-ins of the same types as the values (whole numbers, moments, uuids, texts, lists), and
    must build the same query whatever they are: an `if` on a value belongs outside, with two queries. A text must be
    compared as it is: not by `contains` or `iexact`, which escape it. The rows are fetched as a whole: no
    prefetch_related.
    """

    def __init__(self, build: Callable[..., QuerySet[Any, Any]]) -> None:
        self.build = build

    def __call__(self, **values: Any) -> list[Any]:
        given = {name: _filled_up(value) if isinstance(value, list) else value for name, value in values.items()}
        connection = connections["default"]
        ready = self._ready(connection, given)
        return [] if ready is None else ready.ask(given, connection)

    def _ready(self, connection: BaseDatabaseWrapper, given: dict[str, Any]) -> _Ready | None:
        """Kept on the connection, which belongs to one thread and one kind of database."""
        kept = connection.__dict__.setdefault("_prepared", {})
        form = (self, *((name, _form(value)) for name, value in given.items()))
        if form not in kept:
            try:
                kept[form] = _Ready(self.build, given, connection)
            except EmptyResultSet:
                kept[form] = None
        return kept[form]


class _Ready:
    """The SQL for one form of values (for each length of a list there is one), and where in it the values go."""

    def __init__(self, build: Callable[..., QuerySet[Any, Any]], given: dict[str, Any], connection: Any) -> None:
        stand_ins = {name: _stand_in(value, place * 10_000) for place, (name, value) in enumerate(given.items())}
        self.rows: Any = build(**stand_ins)
        self.compiler = self.rows.query.get_compiler(connection=connection)
        self.sql, params = self.compiler.as_sql()
        places = dict(_places(stand_ins, connection))
        self.params = [(param, places.get(param) if isinstance(param, CAN_STAND_IN) else None) for param in params]
        fields = [column[0] for column in self.compiler.select[: self.compiler.col_count]]
        self.converters = self.compiler.get_converters(fields)

    def ask(self, given: dict[str, Any], connection: BaseDatabaseWrapper) -> list[Any]:
        stored = {name: _stored(value, connection) for name, value in given.items()}
        params = tuple(_at(place, stored) if place else param for param, place in self.params)
        compiler = copy.copy(self.compiler)
        compiler.as_sql = lambda *args, **kwargs: (self.sql, params)
        compiler.get_converters = lambda *args: self.converters
        # The rows are made as Django makes them, from a compiler that has done its work already.
        self.rows.query.get_compiler = lambda *args, **kwargs: compiler
        return list(self.rows._iterable_class(self.rows))


def _at(place: tuple[str, int | None], stored: dict[str, Any]) -> Any:
    name, index = place
    return stored[name] if index is None else stored[name][index]


def _filled_up(values: list[Any]) -> list[Any]:
    """As many as the next power of two, the last one again and again, so that few lengths have to be worked out."""
    wanted = 1 << (len(values) - 1).bit_length() if values else 0
    return values + values[-1:] * (wanted - len(values))


def _form(value: Any) -> Any:
    return (len(value), type(value[0]) if value else None) if isinstance(value, list) else type(value)


def _stand_in(value: Any, place: int) -> Any:
    if isinstance(value, list):
        return [_stand_in(part, place + index + 1) for index, part in enumerate(value)]
    elif isinstance(value, datetime):
        return MOMENT + timedelta(seconds=place)
    elif isinstance(value, UUID):
        return UUID(int=NUMBER + place)
    elif isinstance(value, int) and not isinstance(value, bool):
        return NUMBER + place
    elif isinstance(value, str):
        return f"text {NUMBER + place}"
    else:
        raise TypeError(f"{value!r} cannot be given to a prepared query.")


def _places(stand_ins: dict[str, Any], connection: BaseDatabaseWrapper) -> Any:
    for name, stand_in in stand_ins.items():
        if isinstance(stand_in, list):
            yield from ((_stored(part, connection), (name, index)) for index, part in enumerate(stand_in))
        else:
            yield _stored(stand_in, connection), (name, None)


def _stored(value: Any, connection: BaseDatabaseWrapper) -> Any:
    if isinstance(value, list):
        return [_stored(part, connection) for part in value]
    elif isinstance(value, datetime):
        return MOMENTS.get_db_prep_value(value, connection)
    elif isinstance(value, UUID):
        return UUIDS.get_db_prep_value(value, connection)
    else:
        return value

"""Where what is done comes from: the address, the device, and who really sits there. Filled around each request, job
and command; whoever records something need not know."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any


def nobody() -> None:
    return None


@dataclass(frozen=True, slots=True)
class Origin:
    """`acting` tells the id of the administrator who acts as somebody. It is asked when something is recorded, so that
    it may be known later than the rest."""

    address: str = ""
    device: str = ""
    acting: Callable[[], int | None] = nobody


NOWHERE = Origin()
_origin: ContextVar[Origin] = ContextVar("origin", default=NOWHERE)


def origin() -> Origin:
    """Where what happens now comes from."""
    return _origin.get()


@contextmanager
def coming_from(place: Origin) -> Iterator[None]:
    token = _origin.set(place)
    try:
        yield
    finally:
        _origin.reset(token)


def acting_in(request: Any) -> Callable[[], int | None]:
    """The administrator in `request.acting`, once somebody has put one there."""

    def acting() -> int | None:
        return getattr(getattr(request, "acting", None), "pk", None)

    return acting

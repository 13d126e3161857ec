"""Asked by every action before it touches somebody."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction

from encore.people.errors import Erased, NoPermission, NoPower, NoPowerToGrant, in_words
from encore.people.queries import beyond_power
from encore.people.rules import MANAGERS, may_grant
from encore.people.words import Permission, Role

if TYPE_CHECKING:
    from collections.abc import Iterator

    from encore.people.models import Person


def require_manager(by: Person | None) -> None:
    """`by` may manage people at all; None is the command line."""
    if by is not None and not by.roles & MANAGERS:
        raise NoPower


def require_permission(by: Person | None, *permissions: Permission) -> None:
    """`by` may one of these, whoever it is about; None is the command line."""
    if by is not None and not any(by.may(permission) for permission in permissions):
        raise NoPermission


def require_power(by: Person | None, people: Collection[Person], permission: Permission) -> None:
    """`by` may this deed, and has power over all these people. Nothing is done to those who are erased."""
    require_permission(by, permission)
    if any(person.erased_at for person in people):
        raise Erased
    if beyond_power(people, by):
        raise NoPower


def require_grant(by: Person | None, roles: Collection[Role]) -> None:
    if by is not None and not all(may_grant(by.roles, role) for role in roles):
        raise NoPowerToGrant


@contextmanager
def saving() -> Iterator[Any]:
    """One transaction; a broken constraint of people or classes becomes the domain's word for it."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        raise in_words(error) from error

"""Changes what roles permit."""

from __future__ import annotations

from collections.abc import Collection, Set
from datetime import datetime

from django.db import transaction

from encore.ledger.actions import record
from encore.people.errors import NoPower
from encore.people.models import Person, RolePermission
from encore.people.queries import permitted_now
from encore.people.words import OFFERED, Permission, Role


@transaction.atomic
def permit(
    wanted: Collection[tuple[Role, Permission]], *, by: Person | None, at: datetime
) -> tuple[Set[tuple[Role, Permission]], Set[tuple[Role, Permission]]]:
    """Let the roles do exactly this; return what is permitted now and was not, and what no longer is."""
    if by is not None and not by.is_administrator:
        raise NoPower
    wanted = {(role, permission) for role, permission in wanted if permission in OFFERED.get(role, ())}
    before = permitted_now(lock=True)
    given, taken = wanted - before, before - wanted
    RolePermission.objects.bulk_create(RolePermission(role=role, permission=each) for role, each in given)
    for role, each in taken:
        RolePermission.objects.filter(role=role, permission=each).delete()
    if given or taken:
        changes = {f"{role}.{each}": [(role, each) in before, (role, each) in wanted] for role, each in given | taken}
        record("change permissions", RolePermission, by=by, at=at, changes=dict(sorted(changes.items())))
    return given, taken

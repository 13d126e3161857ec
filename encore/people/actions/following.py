"""HR managers follow people (design: access): they read reports about them and open nothing."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from encore.ledger.actions import record
from encore.people.actions.power import require_power
from encore.people.errors import PeopleError
from encore.people.models import Following, Person
from encore.people.words import Permission

BATCH = 500


class NoFollower(PeopleError):
    """Only an HR manager with an active account follows."""

    def __init__(self, person: Person) -> None:
        super().__init__(_("%(name)s is no HR manager with an active account.") % {"name": person.name})


def require_follower(person: Person) -> None:
    """Raises NoFollower."""
    if not (person.is_hr_manager and person.is_active):
        raise NoFollower(person)


@transaction.atomic
def follow(manager: Person, people: Iterable[Person], *, by: Person | None, at: datetime) -> list[int]:
    """Let an HR manager follow people; returns the ids of those not followed before. Nobody follows themselves."""
    manager = Person.objects.select_for_update().get(pk=manager.pk)
    require_power(by, [manager], Permission.EDIT_PEOPLE)
    require_follower(manager)
    there = set(Following.objects.filter(manager=manager).values_list("person", flat=True))
    new = list(dict.fromkeys(p.pk for p in people if p.pk not in there and p.pk != manager.pk))
    rows = [Following(manager=manager, person_id=person, by=by, at=at) for person in new]
    Following.objects.bulk_create(rows, batch_size=BATCH)
    if new:
        record("follow_people", manager, by=by, at=at, changes={"followed": new})
    return new


@transaction.atomic
def unfollow(manager: Person, people: Iterable[int], *, by: Person | None, at: datetime) -> list[int]:
    """End it for these people (ids); returns the ids of those who were followed."""
    require_power(by, [manager], Permission.EDIT_PEOPLE)
    rows = Following.objects.filter(manager=manager, person__in=list(people))
    gone = list(rows.values_list("person", flat=True))
    rows.delete()
    if gone:
        record("unfollow_people", manager, by=by, at=at, changes={"no_longer_followed": gone})
    return gone

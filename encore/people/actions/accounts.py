"""Creates, edits, deactivates people and gives them roles."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypedDict

from django.contrib.auth.hashers import make_password
from django.db import transaction

from encore.ledger.actions import changed, record, record_many
from encore.people.actions.power import require_grant, require_permission, require_power, saving
from encore.people.actions.security import sign_out
from encore.people.checks import problem_of
from encore.people.errors import LastAdministrator, NotYourself
from encore.people.models import FOLDED, Person, fold_names
from encore.people.words import Permission, Role

BATCH = 500


class Facts(TypedDict, total=False):
    """What can be edited about a person. Roles, password and state have their own actions."""

    username: str
    first_name: str
    last_name: str
    email: str
    official_code: str
    phone: str
    language: str
    time_zone: str
    theme: str
    expires_at: datetime | None


OWN_FACTS = frozenset({"first_name", "last_name", "phone", "language", "time_zone", "theme"})


@dataclass(frozen=True, kw_only=True, slots=True)
class NewPerson:
    """Somebody to create. `password` is hashed already (make_password), or empty: then an invitation sets it."""

    facts: Facts
    roles: frozenset[Role] = frozenset()
    password: str = ""


def create_person(
    facts: Facts, *, roles: Iterable[Role] = (), password: str = "", by: Person | None, at: datetime
) -> Person:
    """Create an account. `password` in clear, or empty: nobody can sign in to it until an invitation is used."""
    hashed = make_password(password) if password else ""
    return create_people([NewPerson(facts=facts, roles=frozenset(roles), password=hashed)], by=by, at=at)[0]


def create_people(people: Sequence[NewPerson], *, by: Person | None, at: datetime) -> list[Person]:
    """Create many accounts at once, in a few queries."""
    require_permission(by, Permission.CREATE_PEOPLE)
    require_grant(by, {role for new in people for role in new.roles})
    created = [_built(new, at) for new in people]
    _require_possible(created)
    with saving():
        created = Person.objects.bulk_create(created, batch_size=BATCH)
        roles = {person.pk: {"roles": [[], sorted(person.roles)]} for person in created if person.roles}
        record_many("create_person", created, by=by, at=at, changes=roles)
    return created


def update_person(
    person: Person, facts: Facts, *, roles: Iterable[Role] | None = None, by: Person | None, at: datetime
) -> dict[str, list[Any]]:
    """Change what is different, and the roles too unless they are None; return the changed facts."""
    require_power(by, [person], Permission.EDIT_PEOPLE)
    with transaction.atomic():
        if roles is not None:
            grant_roles(person, roles, by=by, at=at)
        changes = _change(person, facts, by=by, at=at)
        _require_to_close(by, changes)
        return changes


def update_people(
    updates: Sequence[tuple[Person, Facts]], *, by: Person | None, at: datetime
) -> dict[int, dict[str, list[Any]]]:
    """Change many people at once, in a few queries; return what changed, by person."""
    if updates:
        require_power(by, [person for person, _facts in updates], Permission.EDIT_PEOPLE)
    changes = {person.pk: changed(person, _cleaned(facts)) for person, facts in updates}
    for change in changes.values():
        _require_to_close(by, change)
    touched = [person for person, _facts in updates if changes[person.pk]]
    _require_possible(touched)
    fields = sorted({field for change in changes.values() for field in change})
    if touched:
        for person in touched:
            fold_names(person)
        with saving():
            Person.objects.bulk_update(touched, [*fields, *FOLDED], batch_size=BATCH)
            record_many("update_person", touched, by=by, at=at, changes=changes)
    return {person.pk: changes[person.pk] for person in touched}


def update_profile(person: Person, facts: Facts, *, at: datetime) -> dict[str, list[Any]]:
    """What people change about themselves: never more than OWN_FACTS."""
    own = {name: value for name, value in facts.items() if name in OWN_FACTS}
    return _change(person, own, by=person, at=at)


def grant_roles(
    person: Person, roles: Iterable[Role], *, by: Person | None, at: datetime
) -> tuple[frozenset[Role], frozenset[Role]]:
    """Give `person` exactly these roles of the platform; return those given and those taken away."""
    require_power(by, [person], Permission.EDIT_PEOPLE)
    wanted = frozenset(roles)
    with transaction.atomic():
        before = _locked(person).roles
        require_grant(by, wanted ^ before)
        if Role.ADMINISTRATOR in before - wanted:
            _keep_an_administrator(person)
        if wanted != before:
            for role in Role:
                setattr(person, f"is_{role}", role in wanted)
            person.save(update_fields=[f"is_{role}" for role in Role])
            record("grant_roles", person, by=by, at=at, changes={"roles": [sorted(before), sorted(wanted)]})
    return wanted - before, before - wanted


def deactivate(person: Person, *, by: Person | None, at: datetime) -> None:
    """Close the account: no sign-in, no mail. Enrolments and results stay."""
    require_power(by, [person], Permission.DEACTIVATE_PEOPLE)
    if by is not None and by.pk == person.pk:
        raise NotYourself
    with transaction.atomic():
        if person.is_administrator:
            _keep_an_administrator(person)
        _set_active(person, active=False, verb="deactivate_person", by=by, at=at)


def reactivate(person: Person, *, by: Person | None, at: datetime) -> None:
    """Open the account again. Refused while another active account has the same e-mail address."""
    require_power(by, [person], Permission.DEACTIVATE_PEOPLE)
    with saving():
        _set_active(person, active=True, verb="reactivate_person", by=by, at=at)


def set_password(person: Person, password: str, *, keep: str = "", by: Person | None, at: datetime) -> None:
    """Set a password that is already checked. People set their own; the command line sets anyone's. All devices are
    signed out but that with the uuid `keep`."""
    if by is None or by.pk != person.pk:
        require_power(by, [person], Permission.EDIT_PEOPLE)
    person.set_password(password)
    with transaction.atomic():
        person.save(update_fields=["password"])
        sign_out(person, keep=keep)
        record("set_password", person, by=by, at=at)


def _built(new: NewPerson, at: datetime) -> Person:
    person = Person(created_at=at, **_cleaned(new.facts))
    for role in new.roles:
        setattr(person, f"is_{role}", True)
    person.password = new.password or make_password(None)
    fold_names(person)
    return person


def _cleaned(facts: Mapping[str, Any]) -> dict[str, Any]:
    unknown = set(facts) - Facts.__optional_keys__
    if unknown:
        raise TypeError(f"Not facts about a person: {', '.join(sorted(unknown))}")
    return {name: value.strip() if isinstance(value, str) else value for name, value in facts.items()}


def _require_possible(people: Iterable[Person]) -> None:
    for person in people:
        if problem := problem_of(person):
            raise problem


def _change(person: Person, facts: Mapping[str, Any], *, by: Person | None, at: datetime) -> dict[str, list[Any]]:
    changes = changed(person, _cleaned(facts))
    if changes:
        _require_possible([person])
        with saving():
            person.save(update_fields=list(changes))
            record("update_person", person, by=by, at=at, changes=changes)
    return changes


def _require_to_close(by: Person | None, changes: Mapping[str, Any]) -> None:
    """A last day closes an account as well as deactivating it does. Raised inside the transaction."""
    if "expires_at" in changes:
        require_permission(by, Permission.DEACTIVATE_PEOPLE)


def _set_active(person: Person, *, active: bool, verb: str, by: Person | None, at: datetime) -> None:
    if changes := changed(person, {"is_active": active}):
        person.save(update_fields=["is_active"])
        if not active:
            sign_out(person)
        record(verb, person, by=by, at=at, changes=changes)


def _locked(person: Person) -> Person:
    return Person.objects.select_for_update().get(pk=person.pk)


def _keep_an_administrator(person: Person) -> None:
    """Two administrators who remove each other at once must not both succeed: all their rows are locked."""
    active = (
        Person.objects.select_for_update().filter(is_administrator=True, is_active=True).values_list("pk", flat=True)
    )
    if set(active) <= {person.pk}:
        raise LastAdministrator

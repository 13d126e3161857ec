"""Accounts and classes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from django.contrib.auth.hashers import make_password

from encore.base.pouring import Pouring
from encore.base.text import fold
from encore.bench.names import FIRST, LAST
from encore.bench.sizes import Size
from encore.people.models import ClassMember, Person, RolePermission, SchoolClass, fold_names
from encore.people.words import Permission, Role
from encore.toolkit.sampling import uuid_of

PASSWORD = "as-fast-as-we-can"
CLASS_SIZE = 25
NAMED = {
    "bench.admin": ("Alma", "Administrator", "is_administrator"),
    "bench.sessions": ("Silas", "Planner", "is_session_administrator"),
    "bench.coach": ("Cora", "Coach", "is_teacher"),
    "bench.hr": ("Henk", "Manager", "is_hr_manager"),
    "bench.ordinary": ("Orla", "Ordinary", ""),
    "bench.busy": ("Bas", "Everywhere", ""),
}


@dataclass(frozen=True)
class People:
    """Keys. `classes`: each with those in it."""

    named: dict[str, int]
    planners: list[int]
    teachers: list[int]
    learners: list[int]
    classes: dict[int, list[int]]


def make_people(rng: Random, size: Size, at: datetime, pouring: Pouring) -> People:
    """As many as the size says, the named ones among them. All have one password."""
    table, password = pouring.table(Person), make_password(PASSWORD, salt=f"{rng.getrandbits(96):024x}")
    named, others, planners, teachers = dict[str, int](), list[int](), list[int](), list[int]()
    for username, (first, last, role) in NAMED.items():
        person = _person(rng, username, first, last, password, at)
        if role:
            setattr(person, role, True)
        named[username] = table.take(person)
    for n in range(size.people - len(NAMED)):
        first, last = rng.choice(FIRST), rng.choice(LAST)
        person = _person(rng, f"{fold(first)}.{fold(last).replace(' ', '')}{n}", first, last, password, at)
        person.is_session_administrator, person.is_teacher = n % 100 == 1, n % 100 in (2, 3, 4)
        person.is_hr_manager = n % 200 == 5
        person.is_active = n % 100 > 5 and n % 41 != 7 or n % 100 <= 5
        key = table.take(person)
        if person.is_session_administrator:
            planners.append(key)
        elif person.is_teacher:
            teachers.append(key)
        elif not person.is_hr_manager:
            others.append(key)
    planners.append(named["bench.sessions"])
    teachers.append(named["bench.coach"])
    _permit()
    return People(named, planners, teachers, others, _classes(rng, others, at, pouring))


def _permit() -> None:
    """What the demo's role of session administrators may do as well."""
    rows = [(Role.SESSION_ADMINISTRATOR, Permission.SEE_RESULTS), (Role.SESSION_ADMINISTRATOR, Permission.IMPORT)]
    RolePermission.objects.bulk_create(
        [RolePermission(role=role, permission=word) for role, word in rows], ignore_conflicts=True
    )


def _person(rng: Random, username: str, first: str, last: str, password: str, at: datetime) -> Person:
    person = Person(
        uuid=uuid_of(rng),
        username=username,
        email=f"{username}@people.example",
        first_name=first,
        last_name=last,
        official_code=f"P{rng.randrange(10**7):07}",
        created_at=at - timedelta(days=rng.randint(1, 900)),
        password=password,
    )
    fold_names(person)
    return person


def _classes(rng: Random, people: list[int], at: datetime, pouring: Pouring) -> dict[int, list[int]]:
    """A quarter of the people are in a class."""
    classes, members = pouring.table(SchoolClass), pouring.table(ClassMember)
    made = {}
    for n in range(max(1, len(people) // (4 * CLASS_SIZE))):
        name = f"Class {n + 1} of {2020 + n % 7}"
        group = people[n * CLASS_SIZE : (n + 1) * CLASS_SIZE]
        row = SchoolClass(uuid=uuid_of(rng), name=name, created_at=at, search_text=fold(name))
        key = classes.take(row)
        made[key] = group
        for person in group:
            members.take(ClassMember(school_class_id=key, person_id=person, at=at))
    return made

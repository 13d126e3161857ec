"""Finds people and classes."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from string import ascii_lowercase, ascii_uppercase
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Exists, F, OuterRef, QuerySet
from django.db.models.functions import Lower

from encore.base.text import fold
from encore.ledger.actions import READ
from encore.ledger.models import AuditEntry
from encore.people.models import ClassMember, Device, Following, Person, RolePermission, SchoolClass, SignIn
from encore.people.rules import may_manage
from encore.people.signals import ClassUse, PersonSection, answers, class_uses, person_sections, place_powers
from encore.people.words import OFFERED, Permission, Role

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

OUR_CAPITALS = str.maketrans(ascii_uppercase, ascii_lowercase)
AT_ONCE = 5000  # values in one "in (…)"

PEOPLE_ORDERS: dict[str, tuple[Any, ...]] = {
    "name": ("sort_name", "id"),
    "-name": ("-sort_name", "-id"),
    "username": (Lower("username"), "id"),
    "-username": (Lower("username").desc(), "-id"),
    "email": (Lower("email"), "id"),
    "-email": (Lower("email").desc(), "-id"),
    "last_login": (F("last_login").asc(nulls_first=True), "id"),
    "-last_login": (F("last_login").desc(nulls_last=True), "-id"),
}
CLASSES_ORDERS: dict[str, tuple[Any, ...]] = {
    "name": ("search_text", "id"),
    "-name": ("-search_text", "-id"),
    "people": ("people_count", "search_text", "id"),
    "-people": ("-people_count", "search_text", "id"),
}


def search_people(q: str, among: QuerySet[Person] | None = None) -> QuerySet[Person]:
    """People whose name, username, e-mail or official code holds every word of `q`; all for an empty `q`."""
    people = Person.objects.all() if among is None else among
    for word in fold(q).split():
        people = people.filter(search_text__contains=word)
    return people


def people_list(
    *, q: str = "", role: str = "", school_class: str = "", state: str = "active", sort: str = "name"
) -> QuerySet[Person]:
    """The list of people under Administration. Unknown words in filters filter nothing."""
    people = search_people(q).filter(erased_at__isnull=state != "erased")
    if role in [*Role]:
        people = people.filter(**{f"is_{role}": True})
    elif role == "none":
        people = people.filter(**{f"is_{r}": False for r in Role})
    if school_class.isascii() and school_class.isdigit():
        people = people.filter(class_memberships__school_class=int(school_class[:18]))
    if state == "active":
        people = people.filter(is_active=True)
    elif state == "deactivated":
        people = people.filter(is_active=False)
    elif state == "invited":
        people = people.filter(is_active=True, last_login=None)
    return people.order_by(*PEOPLE_ORDERS.get(sort, PEOPLE_ORDERS["name"]))


def lowered(text: str) -> set[str]:
    """`text` as a database may lower it: PostgreSQL knows the capitals of all alphabets, SQLite those of ours alone."""
    return {text.lower(), text.translate(OUR_CAPITALS)}


def people_by_username(usernames: Iterable[str]) -> dict[str, Person]:
    """The people with these usernames, by username in lower case. A few queries however many are asked."""
    wanted = sorted({spelling for username in usernames for spelling in lowered(username.strip()) if spelling})
    found: dict[str, Person] = {}
    for start in range(0, len(wanted), AT_ONCE):
        people = Person.objects.annotate(lower=Lower("username")).filter(lower__in=wanted[start : start + AT_ONCE])
        found |= {person.username.lower(): person for person in people}
    return found


def people_by_email(addresses: Iterable[str]) -> dict[str, Person]:
    """The active people with these e-mail addresses, by address in lower case. A few queries however many are asked."""
    wanted = sorted({spelling for address in addresses for spelling in lowered(address.strip()) if spelling})
    found: dict[str, Person] = {}
    for start in range(0, len(wanted), AT_ONCE):
        people = Person.objects.filter(is_active=True).annotate(lower=Lower("email"))
        found |= {person.email.lower(): person for person in people.filter(lower__in=wanted[start : start + AT_ONCE])}
    return found


def search_classes(q: str = "") -> QuerySet[SchoolClass]:
    """Classes whose name holds every word of `q`."""
    classes = SchoolClass.objects.all()
    for word in fold(q).split():
        classes = classes.filter(search_text__contains=word)
    return classes


def classes_list(*, q: str = "", sort: str = "name") -> QuerySet[SchoolClass]:
    """The list of classes under Administration, each with `people_count`."""
    classes = search_classes(q).annotate(people_count=Count("members"))
    return classes.order_by(*CLASSES_ORDERS.get(sort, CLASSES_ORDERS["name"]))


def uses_of(classes: Collection[SchoolClass], by: Person | AnonymousUser | None) -> list[ClassUse]:
    """Where these classes are used, as far as others say."""
    if not classes:
        return []
    return answers(class_uses.send(SchoolClass, school_classes=[c.pk for c in classes], by=by))


def members_of(school_class: SchoolClass, q: str = "") -> QuerySet[Person]:
    """The people in a class, by name."""
    people = Person.objects.filter(class_memberships__school_class=school_class)
    return search_people(q, people).order_by(*PEOPLE_ORDERS["name"])


def not_in(school_class: SchoolClass, q: str = "") -> QuerySet[Person]:
    """The active people who could join a class, by name."""
    there = ClassMember.objects.filter(school_class=school_class, person=OuterRef("pk"))
    people = Person.objects.filter(~Exists(there), is_active=True)
    return search_people(q, people).order_by(*PEOPLE_ORDERS["name"])


def followed_by(manager: Person, q: str = "") -> QuerySet[Person]:
    """The people an HR manager follows, by name; nobody for who is no HR manager (any more)."""
    people = Person.objects.filter(followers__manager=manager) if manager.is_hr_manager else Person.objects.none()
    return search_people(q, people).order_by(*PEOPLE_ORDERS["name"])


def not_followed_by(manager: Person, q: str = "") -> QuerySet[Person]:
    """The active people an HR manager could follow besides, by name."""
    there = Following.objects.filter(manager=manager, person=OuterRef("pk"))
    people = Person.objects.filter(~Exists(there), is_active=True).exclude(pk=manager.pk)
    return search_people(q, people).order_by(*PEOPLE_ORDERS["name"])


def history_of(subject: Person | SchoolClass) -> QuerySet[AuditEntry]:
    """What was done to a person or a class, latest first. Who read about them stands in the audit log alone."""
    entries = AuditEntry.objects.filter(subject_kind=subject._meta.model_name, subject_id=subject.pk).exclude(verb=READ)
    return entries.select_related("by").order_by("-id")


def acted_as(person: Person) -> QuerySet[AuditEntry]:
    """When somebody began to act as this person, latest first: who, and why."""
    return history_of(person).filter(verb="act as")


def devices_of(person: Person, at: datetime) -> QuerySet[Device]:
    """Where this person is signed in, last seen first."""
    return Device.objects.filter(person=person, expire_date__gt=at).order_by("-seen_at", "-since")


def sign_ins_of(person: Person) -> QuerySet[SignIn]:
    """How this person signed in lately, latest first."""
    return SignIn.objects.filter(person=person)


def sections_of(person: Person, by: Person) -> list[PersonSection]:
    """The parts of a person's page that other packages provide, for the eyes of `by`."""
    return answers(person_sections.send(Person, person=person, by=by))


def permitted_now(*, lock: bool = False) -> frozenset[tuple[Role, Permission]]:
    """What the tables permit. `lock`: nobody else changes them until the transaction is over."""
    if lock:  # the rows of those who may change them, since a table may be empty
        list(Person.objects.select_for_update().filter(is_administrator=True).order_by("pk").values_list("pk"))
    rows = set(RolePermission.objects.values_list("role", "permission"))
    return frozenset((role, each) for role, offered in OFFERED.items() for each in offered if (role, each) in rows)


def who_has(role: Role) -> QuerySet[Person]:
    """The active people whom a role's table is about: administrators need none."""
    return Person.objects.filter(is_active=True, is_administrator=False, **{f"is_{role}": True})


def last_change_of_permissions() -> AuditEntry | None:
    entries = AuditEntry.objects.filter(subject_kind=RolePermission._meta.model_name)
    return entries.select_related("by").order_by("-id").first()


def beyond_power(people: Collection[Person], by: Person | None) -> set[int]:
    """The ids of those among `people` over whom `by` has no power. None is the command line, and may everything."""
    if by is None or by.is_administrator or not people:
        return set()
    beyond = {person.pk for person in people if not may_manage(by.roles, person.roles)}
    asked = [person.pk for person in people if person.pk not in beyond and person.pk != by.pk]
    for start in range(0, len(asked), AT_ONCE):
        beyond |= set(answers(place_powers.send(Person, people=asked[start : start + AT_ONCE], by=by)))
    return beyond

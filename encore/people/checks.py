"""Whether facts about a person can be true, whoever brings them: form, file or command line."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from encore.people.errors import (
    EmailRefused,
    NameMissing,
    PeopleError,
    TooLong,
    UnknownLanguage,
    UnknownZone,
    UsernameRefused,
)
from encore.people.models import Person
from encore.people.zones import zones

USERNAME = re.compile(r"[\w.@+-]{1,100}")


def problem_of(person: Person) -> PeopleError | None:
    """The first thing about `person` that cannot be so, or None. Looks at nobody else: names are kept unique below."""
    found = (check(person) for check in (_lengths, _username, _names, _email, _zone, _language))
    return next((problem for problem in found if problem), None)


def problem_of_facts(facts: Mapping[str, Any]) -> PeopleError | None:
    """The same for the facts of somebody who is not there yet."""
    return problem_of(Person(**facts))


def _lengths(person: Person) -> PeopleError | None:
    for name in ("username", "email", "first_name", "last_name", "official_code", "phone", "time_zone"):
        value = getattr(person, name)
        if len(value) > (Person._meta.get_field(name).max_length or 0) or "\0" in value:  # type: ignore[union-attr]
            return TooLong(name)
    return None


def _username(person: Person) -> PeopleError | None:
    return None if USERNAME.fullmatch(person.username) else UsernameRefused()


def _names(person: Person) -> PeopleError | None:
    # Who was only ever named by username, in the file of some session, has that as last name and no other.
    only_a_username = not person.first_name and person.last_name == person.username
    return None if (person.first_name and person.last_name) or only_a_username else NameMissing()


def _email(person: Person) -> PeopleError | None:
    try:
        if person.email:
            validate_email(person.email)
    except ValidationError:
        return EmailRefused()
    return None


def _zone(person: Person) -> PeopleError | None:
    return None if not person.time_zone or person.time_zone in zones() else UnknownZone()


def _language(person: Person) -> PeopleError | None:
    return None if not person.language or person.language in dict(settings.LANGUAGES) else UnknownLanguage()

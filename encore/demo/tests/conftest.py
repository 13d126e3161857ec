"""The demo, made once for all tests of a module, and taken away after them."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from django.db import transaction

from encore.courses.context import Here, here_for, places_of
from encore.courses.models import CourseSession
from encore.demo.stages import make_demo
from encore.people.models import Person

TODAY = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def made(django_db_setup, django_db_blocker) -> Iterator[list[str]]:
    """What the demo said when it was made on TODAY. All of it goes when the module ends."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield list(make_demo(TODAY))
        transaction.set_rollback(True)


@pytest.fixture
def demo(made, db) -> datetime:
    """The demo; today."""
    return TODAY


@pytest.fixture
def lists_of(demo) -> Callable[[str], dict[str, str]]:
    """lists_of("amina") → the list in which each session is for her, by its title."""

    def find(username: str) -> dict[str, str]:
        places = places_of(Person.objects.get(username=username), CourseSession.objects.all(), at=demo)
        return {str(here.session): str(here.list_name) for here, _courses in places.values() if here.list_name}

    return find


@pytest.fixture
def place(demo) -> Callable[..., Here]:
    """place("amina", "Safety weeks at Quay 7", "FIRE") → where she is today."""

    def find(username: str, title: str, code: str | None = None) -> Here:
        session = CourseSession.objects.get(title=title)
        return here_for(Person.objects.get(username=username), at=demo, session=session.pk, code=code)

    return find

"""The cast: Amina and Boris learn, Chidi coaches, Dolores teaches, Edna administers; Sara runs sessions."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from django.apps import apps
from django.core.cache import cache
from django.db.backends.base.operations import BaseDatabaseOperations
from django.db.models.signals import post_migrate
from django.test import Client

from encore.courses.actions.course import create_course
from encore.courses.actions.enrolment import enrol
from encore.courses.actions.session import add_courses, create_session, set_course_coaches
from encore.courses.models import Course, CourseSession
from encore.ledger import guard
from encore.people.models import Person, RolePermission
from encore.people.words import AT_FIRST, Permission, Role
from encore.toolkit import activity

PASSWORD = "a quiet afternoon"  # everybody's


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The files that take minutes first: spread over processes, none is left for the end."""
    items.sort(key=lambda item: not item.nodeid.startswith("tests/isolation/"))


@pytest.fixture(scope="session", autouse=True)
def an_audit_log_that_tests_may_empty() -> Iterator[None]:
    """Tests with real transactions empty all tables when they are over; the triggers would refuse that."""
    empty = BaseDatabaseOperations.execute_sql_flush

    def execute_sql_flush(self: BaseDatabaseOperations, sql_list: Sequence[str]) -> None:
        guard.lift(self.connection)
        empty(self, sql_list)
        guard.put(self.connection)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseDatabaseOperations, "execute_sql_flush", execute_sql_flush)
        yield


@pytest.fixture(autouse=True)
def nothing_remembered() -> None:
    """What a process remembers of the database would outlive the test's."""
    cache.clear()
    activity.forget()


def permit_as_at_first(**kwargs: Any) -> None:
    """Tests that run without a transaction empty every table afterwards; the next finds what migrations left."""
    rows = [RolePermission(role=role, permission=each) for role, permitted in AT_FIRST.items() for each in permitted]
    RolePermission.objects.bulk_create(rows, ignore_conflicts=True)


post_migrate.connect(permit_as_at_first, sender=apps.get_app_config("people"))


@pytest.fixture
def at() -> datetime:
    """The moment at which tests happen."""
    return datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@pytest.fixture
def make_person(db, at) -> Callable[..., Person]:
    """make_person("amina", "Amina", "Haddad", Role.TEACHER, email="…") → a saved person with PASSWORD."""

    def make(username: str, first_name: str = "", last_name: str = "", *roles: Role, **facts: Any) -> Person:
        facts = {"email": f"{username}@example.org", "created_at": at, **facts}
        person = Person(
            username=username, first_name=first_name or username.title(), last_name=last_name or "Test", **facts
        )
        for role in roles:
            setattr(person, f"is_{role}", True)
        person.set_password(PASSWORD)
        person.save()
        return person

    return make


@pytest.fixture
def amina(make_person) -> Person:
    return make_person("amina", "Amina", "Haddad")


@pytest.fixture
def boris(make_person) -> Person:
    return make_person("boris", "Boris", "Novak")


@pytest.fixture
def chidi(make_person) -> Person:
    """Coaches: by a row in a session, not by a role."""
    return make_person("chidi", "Chidi", "Obi")


@pytest.fixture
def dolores(make_person) -> Person:
    return make_person("dolores", "Dolores", "Ruiz", Role.TEACHER)


@pytest.fixture
def edna(make_person) -> Person:
    return make_person("edna", "Edna", "Larsen", Role.ADMINISTRATOR)


@pytest.fixture
def sara(make_person) -> Person:
    return make_person("sara", "Sara", "Lindqvist", Role.SESSION_ADMINISTRATOR)


@pytest.fixture
def henri(make_person) -> Person:
    return make_person("henri", "Henri", "Moreau", Role.HR_MANAGER)


@pytest.fixture
def permit(db) -> Callable[..., None]:
    """permit(Role.SESSION_ADMINISTRATOR, Permission.IMPORT, …) → the role may exactly these."""

    def exactly(role: Role, *permissions: Permission) -> None:
        RolePermission.objects.filter(role=role).delete()
        RolePermission.objects.bulk_create(RolePermission(role=role, permission=each) for each in permissions)

    return exactly


@pytest.fixture
def client_of(db) -> Callable[[Person], Client]:
    """client_of(amina) → a browser in which Amina is signed in."""

    def sign_in(person: Person) -> Client:
        client = Client()
        client.force_login(person, backend="encore.people.sign_in.UsernameOrEmail")
        return client

    return sign_in


@pytest.fixture
def make_course(edna, at) -> Callable[..., Course]:
    """make_course("ETH", "Ethics", teachers=[dolores]) → a course."""

    def make(code: str = "ETH", title: str = "", teachers: Sequence[Person] = (), **values: Any) -> Course:
        ids = [person.pk for person in teachers]
        return create_course(by=edna, at=at, code=code, title=title or f"Course {code}", teachers=ids, **values)

    return make


@pytest.fixture
def make_session(edna, at) -> Callable[..., CourseSession]:
    """make_session("Spring", [ethics], learners=[amina], coaches=[chidi], **fields) → published, without dates."""

    def make(
        title: str,
        courses: Sequence[Course] = (),
        learners: Sequence[Person] = (),
        coaches: Sequence[Person] = (),
        general: Sequence[Person] = (),
        **values: Any,
    ) -> CourseSession:
        values = {"state": "published", "time_zone": "Europe/Brussels", **values}
        by = values.pop("owner", edna)
        session = create_session(by=by, at=at, title=title, general_coaches=[p.pk for p in general], **values)
        for place in add_courses(session, [course.pk for course in courses], by=by, at=at):
            set_course_coaches(place, add=[p.pk for p in coaches], by=by, at=at)
        enrol([p.pk for p in learners], session, by=by, at=at)
        return session

    return make

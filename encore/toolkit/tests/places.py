"""A course and two sessions of it, for the tests of what is written in them."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.core import serializers
from django.http import HttpResponse

from encore.courses.actions.course import set_teachers
from encore.courses.context import Here, here_for
from encore.courses.models import Course, CourseSession, Release
from encore.people.models import Person
from encore.toolkit.models import Draft, FileUse, Item, ItemSettings, Line, ToolSettings, Version
from encore.toolkit.places import address
from encore.toolkit.publishing import create_item, publish
from encore.toolkit.registry import kind_named


@pytest.fixture
def asif(make_person) -> Person:
    """Assists in the course: writes, does not publish."""
    return make_person("asif", "Asif", "Khan")


@pytest.fixture
def carla(make_person) -> Person:
    """Coaches the other session."""
    return make_person("carla", "Carla", "Rossi")


@pytest.fixture
def ethics(make_course, dolores, asif, edna, at) -> Course:
    course = make_course("ETH", "Ethics", teachers=[dolores])
    set_teachers(course, add=[asif.pk], kind="assistant", by=edna, at=at)
    return course


@pytest.fixture
def autumn(make_session, ethics, amina, chidi) -> CourseSession:
    """Amina's session, coached by Chidi."""
    return make_session("Autumn", [ethics], learners=[amina], coaches=[chidi])


@pytest.fixture
def spring(make_session, ethics, boris, carla) -> CourseSession:
    """Boris's session of the same course, coached by Carla."""
    return make_session("Spring", [ethics], learners=[boris], coaches=[carla])


@pytest.fixture
def ended(make_session, ethics, amina, chidi) -> CourseSession:
    """A session that is over, with Amina in it: she may read, no more."""
    return make_session(
        "Ended", [ethics], learners=[amina], coaches=[chidi], closes_at=datetime.fromisoformat("2021-01-01T00:00Z")
    )


@pytest.fixture
def place(at, ethics) -> Callable[..., Here]:
    """place(chidi, autumn) → here in the session; place(dolores) → here in the course itself."""

    def make(person: Person, session: CourseSession | None = None) -> Here:
        return here_for(person, at=at, session=session.pk if session else None, code="ETH")

    return make


@pytest.fixture
def write() -> Callable[..., Item]:
    """write(here, "Welcome", kind="page", text="…") → a published item; with publish=False a draft's."""

    def make(here: Here, title: str, *, kind: str = "page", parent: Item | None = None, **content: Any) -> Item:
        shown = content.pop("published", True)
        draft = create_item(here, kind, title=title, content=kind_named(kind).content(**content), parent=parent)
        if shown:
            publish([draft], here)
        return draft.item

    return make


@pytest.fixture
def get(client_of) -> Callable[..., HttpResponse]:
    """get(here, "documents:show", uuid=…) → the response."""

    def fetch(here: Here, route: str, query: str = "", **kwargs: Any) -> HttpResponse:
        return client_of(here.person).get(address(here, route, **kwargs) + query)

    return fetch


@pytest.fixture
def post(client_of) -> Callable[..., HttpResponse]:
    """post(here, "documents:edit", {"title": …}, "?kind=page", uuid=…) → the response."""

    def send(
        here: Here,
        route: str,
        data: dict[str, Any] | None = None,
        query: str = "",
        headers: dict[str, str] | None = None,
        **kwargs: Any,
    ) -> HttpResponse:
        return client_of(here.person).post(address(here, route, **kwargs) + query, data or {}, headers=headers)

    return send


def text(response: HttpResponse) -> str:
    return response.content.decode()


def queries(assert_max: Callable[..., Any], limit: int, view: Callable[[], Any]) -> int:
    """How many queries a view asked, those that only begin and end transactions left out."""
    with assert_max(limit + 10) as seen:
        view()
    words = ("BEGIN", "SAVEPOINT", "RELEASE", "ROLLBACK", "COMMIT")
    asked = [query["sql"] for query in seen.captured_queries if not query["sql"].startswith(words)]
    assert len(asked) <= limit, "\n".join(asked)
    return len(asked)


def course_dump(course: Course) -> list[dict[str, Any]]:
    """Everything that a course holds of its own: what no session may ever change."""
    sets = (
        Item.objects.filter(course=course, session_course=None),
        Version.objects.filter(item__course=course, session_course=None),
        Release.objects.filter(course=course, session_course=None),
        Line.objects.filter(release__course=course, release__session_course=None),
        Draft.objects.filter(item__course=course, session_course=None),
        ItemSettings.objects.filter(item__course=course, session_course=None),
        ToolSettings.objects.filter(course=course, session_course=None),
        FileUse.objects.filter(version__item__course=course, version__session_course=None),
    )
    return [row for rows in sets for row in json.loads(serializers.serialize("json", rows.order_by("pk")))]

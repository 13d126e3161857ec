"""Walks every route that exists, as every role, with every foreign id: no answer holds another place's secret, and no
request changes what is not the asker's. A route that cannot be classified fails the walk."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.core import serializers
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from encore.courses.models import CourseCoach, CourseExclusion, Enrolment, GeneralCoach, SessionClass, SessionCourse
from encore.people.middleware import OPEN_TO_ANYONE
from encore.people.words import Role
from encore.toolkit.models import Draft, Item, ItemSettings, Line, Version
from tests.isolation.world import World, build, may_see

# Pages about the person who asks, behind sign-in and nothing else: each asks for that person's own things only.
PERSONAL = {
    "home",
    "search",
    "sign_out",
    "profile",
    "profile_picture",
    "profile_password",
    "theme",
    "my_courses",
    "person_picture",
    "course_picture",
}
ROLES = [
    "anonymous",
    "stranger",
    "learner of A",
    "learner of B",
    "coach of A-ONE",
    "coach of B-ONE",
    "general coach of A",
    "general coach of B",
    "teacher",
    "teacher elsewhere",
    "HR manager",
    "session administrator",
]
# Whose changes may touch what: everything of A by its own people, of B by its own, of a course by its teacher.
OWN = {
    "A": {"session administrator", "coach of A-ONE", "general coach of A"},
    "B": {"coach of B-ONE", "general coach of B"},
}


def routes(resolver: URLResolver, spaces: tuple[str, ...] = ()) -> Iterator[tuple[str, URLPattern]]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from routes(entry, (*spaces, entry.namespace) if entry.namespace else spaces)
        else:
            yield ":".join([*spaces, str(entry.name)]), entry


EVERY_ROUTE = list(routes(get_resolver()))


@pytest.fixture
def world(make_person, edna, sara) -> World:
    names = [role for role in ROLES if role not in ("anonymous", "session administrator", "HR manager", "teacher")]
    cast = {role: make_person(f"p{n}", role.title(), "Cast") for n, role in enumerate(names)}
    cast |= {
        "administrator": edna,
        "session administrator": sara,
        "HR manager": make_person("hr", "Hana", "Cast", Role.HR_MANAGER),
        "teacher": make_person("teacher", "Tess", "Cast", Role.TEACHER),
    }
    return build(cast, timezone.now())


def candidates(world: World) -> dict[str, list[Any]]:
    """For each name of an id in an address: own, foreign and invented ones."""
    people = [world.people[role].uuid for role in ("learner of A", "learner of B", "administrator")]
    things = [
        item.uuid
        for name, item in world.items.items()
        if name.startswith(("page", "link in", "hidden", "draft", "section"))
    ]
    coaches = [world.people[f"general coach of {name}"].pk for name in "AB"]
    classes = world.others["school_class"]
    return {
        "session": [world.sessions["A"].pk, world.sessions["B"].pk, 999_999],
        "code": ["ONE", "TWO", "APART"],
        "uuid": [*things, *world.files.values()],
        "item": things,
        "name": ["notes.txt"],
        "person": people,
        "school_class": [classes[0].uuid],
        "enrolment": [world.enrolments["A"].pk, world.enrolments["B"].pk],
        "coach": coaches,
        "category": [1],
        "mail": [world.others["mail"][0].pk],
        "job": [1],
        "plan": [uuid.uuid4()],
        "kind": ["people", "sessions", "session-people", "page", "link"],
        "number": [1],
        "version": [1],
        "tool": ["documents", "links"],
        "uidb64": ["MQ"],
        "token": ["set-password"],
    }


def addresses(name: str, route: URLPattern, given: dict[str, list[Any]]) -> Iterator[str]:
    keys = _keys(name, route)
    unknown = set(keys) - given.keys()
    assert not unknown, f"The walk does not know what to put for {sorted(unknown)} in {name}."
    options = [_fitting(given[key], key, route) for key in keys]
    for values in itertools.product(*options):
        try:
            yield reverse(name, kwargs=dict(zip(keys, values, strict=True)))
        except NoReverseMatch:
            continue


def _fitting(values: list[Any], key: str, route: URLPattern) -> list[Any]:
    """Ids as this route writes them: a class is a uuid in one place and a number in another."""
    if key == "school_class" and f"<int:{key}>" in str(route.pattern):
        return [1]
    return values


def _keys(name: str, route: URLPattern) -> list[str]:
    """The ids in a route's whole address: those of the place it is mounted in, then its own."""
    place = {"course": ["code"], "session": ["session", "code"]}.get(name.split(":")[0], []) if ":" in name else []
    return [*place, *route.pattern.converters]


@pytest.mark.parametrize(("name", "route"), EVERY_ROUTE, ids=[name for name, _route in EVERY_ROUTE])
def test_every_route_says_who_may_open_it(name, route):
    view = route.callback

    guarded = hasattr(view, "door") or hasattr(view, "roles")
    assert guarded or name in OPEN_TO_ANYONE | PERSONAL, f"{name} has no door, no roles and is not listed"


@pytest.mark.parametrize("role", ROLES)
def test_no_answer_holds_a_secret_of_another_place(role, world, client_of):
    allowed = may_see(world)[role]
    client = Client() if role == "anonymous" else client_of(world.people[role])
    client.raise_request_exception = True
    leaks, met = [], set()
    for name, route in EVERY_ROUTE:
        for address in addresses(name, route, candidates(world)):
            answer = client.get(address, follow=False)
            found = {secret for secret in world.secrets if secret in body_of(answer)}
            met |= found
            if found - allowed:
                leaks.append((address, answer.status_code, sorted(found - allowed)))

    assert leaks == []
    if role.startswith(("learner", "coach", "general", "teacher")):
        assert met, "this role met no secret at all: the walk proves nothing"


@pytest.mark.parametrize("role", ROLES)
def test_no_request_changes_what_is_not_the_askers(role, world, client_of):
    client = Client() if role == "anonymous" else client_of(world.people[role])
    before = {name: dump(world, name) for name in "AB"}
    base = base_dump(world)
    given = {**candidates(world), "session": [world.sessions["A"].pk, world.sessions["B"].pk]}
    for name, route in EVERY_ROUTE:
        if name in ("sign_out", "profile_password"):
            continue  # about the asker alone, and the end of the walk
        for address in addresses(name, route, given):
            answer = client.post(address, attack(world))
            assert answer.status_code < 500, address
            found = {secret for secret in world.secrets if secret in body_of(answer)}
            assert found <= may_see(world)[role], address

    for name in "AB":
        if role not in OWN[name]:
            assert dump(world, name) == before[name], f"{role} changed session {name}"
    if role not in ("teacher", "teacher elsewhere"):
        assert base_dump(world) == base, f"{role} changed a course"


def attack(world: World) -> dict[str, Any]:
    """A form full of other people's ids."""
    b = world.sessions["B"]
    person, item = world.people["stranger"], world.items["page in B-ONE"]
    return {
        "add": [person.pk],
        "remove": [world.people["learner of B"].pk, world.courses["ONE"].pk],
        "ids": [item.uuid, item.pk],
        "item": item.uuid,
        "items": [item.uuid],
        "up": [item.uuid],
        "order": [item.uuid],
        "person": person.pk,
        "enrolment": world.enrolments["B"].pk,
        "session": b.pk,
        "course": world.courses["TWO"].pk,
        "parent": item.uuid,
        "title": "Taken over",
        "state": "cancelled",
        "text": "<p>Taken over</p>",
        "do": "delete",
        "confirm": "yes",
    }


def body_of(answer: Any) -> str:
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return (body + str(answer.headers).encode()).decode(errors="replace").lower()


def dump(world: World, name: str) -> str:
    """Everything that is a session's own, but for who came in when."""
    session = world.sessions[name]
    session.refresh_from_db()
    places = SessionCourse.objects.filter(session=session)
    rows = [
        session,
        *places,
        *GeneralCoach.objects.filter(session=session),
        *CourseCoach.objects.filter(session_course__in=places),
        *SessionClass.objects.filter(session=session),
        *Item.objects.filter(session_course__in=places),
        *Version.objects.filter(session_course__in=places),
        *Draft.objects.filter(session_course__in=places),
        *Line.objects.filter(release__session_course__in=places),
        *ItemSettings.objects.filter(session_course__in=places),
        *CourseExclusion.objects.filter(session_course__in=places),
    ]
    enrolments = list(Enrolment.objects.filter(session=session).values("person", "state", "number", "closes_at"))
    return serializers.serialize("json", rows) + str(enrolments)


def base_dump(world: World) -> str:
    """What belongs to the courses themselves."""
    rows = [
        *Item.objects.filter(session_course=None),
        *Version.objects.filter(session_course=None),
        *Draft.objects.filter(session_course=None),
        *Line.objects.filter(release__session_course=None),
        *ItemSettings.objects.filter(session_course=None),
    ]
    return serializers.serialize("json", rows)

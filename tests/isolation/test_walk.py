"""Walks every route that exists, as every role, with every foreign id: no answer holds another place's secret, and no
request changes what is not the asker's. A route that cannot be classified fails the walk."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.apps import apps
from django.http import HttpRequest, HttpResponse

from encore.config import urls
from encore.people.middleware import OPEN_TO_ANYONE
from encore.web.errors import not_found
from tests.isolation.addresses import WALKED, every_route
from tests.isolation.regions import UNWATCHED, readers
from tests.isolation.walker import Walker
from tests.isolation.world import ROLES, World, secret

# Pages about the person who asks, behind sign-in and nothing else: each asks for that person's own things only.
PERSONAL = {
    "home",
    "search",
    "sign_out",
    "profile",
    "profile_picture",
    "profile_password",
    "profile_data",
    "profile_data_copy",
    "theme",
    "confirm",
    "security",
    "second_factor",
    "second_factor_off",
    "recovery_codes",
    "devices",
    "act_as_end",
    "view_as_learner_end",
    "my_courses",
    "person_picture",
    "course_picture",
}


def drawn_once(page: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """The page that says "not found" is the same for all that is not found in a place: one of each is enough."""
    drawn = set()

    def answer(request: HttpRequest, exception: Exception) -> HttpResponse:
        here, tool = getattr(request, "here", None), getattr(request, "tool", "")
        place = (here.session, here.course, tool) if here else None
        if place in drawn:
            return HttpResponse(status=404)
        drawn.add(place)
        return page(request, exception)

    return answer


@pytest.fixture
def walker(world: World, db: None, role: str, settings: Any, monkeypatch: Any) -> Iterator[Walker]:
    settings.DEBUG_PROPAGATE_EXCEPTIONS = True
    monkeypatch.setattr(urls, "handler404", drawn_once(not_found))
    logging.disable(logging.ERROR)  # each refusal would be a line
    yield Walker(world, role)
    logging.disable(logging.NOTSET)


def test_every_route_says_who_may_open_it():
    ways = ("door", "roles", "permissions")
    guarded = {route.name for route in every_route() if any(hasattr(route.view, way) for way in ways)}

    assert {route.name for route in every_route()} - guarded == OPEN_TO_ANYONE | PERSONAL


def test_every_table_is_watched(world, db):
    ours = {model for model in apps.get_models() if model.__module__.startswith("encore.")}

    assert ours == readers(world, None).keys() | UNWATCHED


@pytest.mark.parametrize("role", ROLES)
def test_each_role_reads_what_the_access_page_says_and_nothing_else(role, walker):
    walker.read_everything()

    assert not walker.faults, "\n".join(walker.faults)
    # Who chooses people finds them by a form, too.
    unmet = sorted(text for text in walker.allowed - walker.met if not text.startswith(secret("name of")[:15]))
    assert not unmet or WALKED, f"never met, so the walk proves less than it says: {unmet}"


@pytest.mark.parametrize("role", ROLES)
def test_no_request_changes_what_is_not_the_askers(role, walker):
    walker.attack_everything()

    assert not walker.faults, "\n".join(walker.faults)

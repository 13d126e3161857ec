"""Walks every route that exists, as every role, with every foreign id: no answer holds another place's secret. A route
that cannot be classified fails the walk."""

from __future__ import annotations

import pytest
from django.apps import apps

from encore.people.middleware import OPEN_TO_ANYONE
from tests.isolation.addresses import WALKED, every_route
from tests.isolation.regions import UNWATCHED, readers
from tests.isolation.world import ROLES, secret

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
    "my_results",
    "my_result",
    "to_mark",
    "person_picture",
    "course_picture",
}


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

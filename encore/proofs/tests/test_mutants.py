"""Guards are found where they stand, and taking one away leaves a program."""

import ast
from pathlib import Path

import pytest
from django.conf import settings

from encore.proofs.mutants import mutants_in, mutants_of

VIEW = b"""
@require_POST
@in_session(level=Access.MANAGE, sight=Sight.PEOPLE)
def learners(request, here):
    require(here, Action.HIDE)
    found = get_object_or_404(Enrolment, session=here.session, pk=1)
    return shown_in(here, kind="page") if here.may(Action.MANAGE) else recorded_in(here, Attempt)


managers = roles_required(Role.ADMINISTRATOR)
"""


@pytest.fixture(scope="module")
def guards():
    return mutants_in(Path(settings.ROOT))


def test_each_guard_of_a_view_is_taken_away_by_itself():
    kinds = [mutant.kind for mutant in mutants_of(VIEW, "encore/x/views.py")]

    assert sorted(kinds) == [
        "condition of a query dropped",
        "demand dropped",
        "door taken off",
        "hidden too",
        "level lowered",
        "page open to anyone",
        "question",
        "scope dropped",
        "scope dropped",
        "sight dropped",
    ]


def test_what_is_left_is_still_a_program():
    for mutant in mutants_of(VIEW, "encore/x/views.py"):
        ast.parse(mutant.applied(VIEW))


def test_every_door_of_a_place_is_among_them(guards):
    """Where a view says @in_course, @in_session or @in_tool, there is a mutant without it."""
    taken_off = {(mutant.file, mutant.line) for mutant in guards if mutant.kind == "door taken off"}
    views = [
        path for path in Path(settings.ROOT).glob("encore/**/*.py") if "views" in str(path) and "tests" not in str(path)
    ]
    written = {
        (str(path.relative_to(settings.ROOT)), number)
        for path in views
        for number, line in enumerate(path.read_text().splitlines(), start=1)
        if line.startswith(("@in_course", "@in_session", "@in_tool"))
    }

    assert written
    assert written <= taken_off

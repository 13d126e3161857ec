"""Power over people, cell by cell."""

import pytest

from encore.people.rules import grantable, may_grant, may_manage
from encore.people.words import Role

ADMINISTRATOR, SESSIONS, TEACHER, HR = Role
NOBODY: frozenset[Role] = frozenset()

# Rows: who acts. Columns: on whom: nobody special, administrator, session administrator, teacher, HR manager.
MATRIX = {
    NOBODY: "-----",
    frozenset({ADMINISTRATOR}): "+++++",
    frozenset({SESSIONS}): "+-+--",
    frozenset({TEACHER}): "-----",
    frozenset({HR}): "-----",
    frozenset({SESSIONS, TEACHER}): "+-++-",
    frozenset({SESSIONS, HR}): "+-+-+",
    frozenset({TEACHER, HR}): "-----",
    frozenset({SESSIONS, TEACHER, HR}): "+-+++",
}
COLUMNS = [NOBODY, *(frozenset({role}) for role in Role)]
CELLS = [
    (actor, subject, mark == "+") for actor, row in MATRIX.items() for subject, mark in zip(COLUMNS, row, strict=True)
]


@pytest.mark.parametrize(("actor", "subject", "expected"), CELLS)
def test_power_over_people_is_as_the_matrix_says(actor, subject, expected):
    assert may_manage(actor, subject) is expected


@pytest.mark.parametrize(("actor", "subject", "expected"), [cell for cell in CELLS if cell[1]])
def test_a_role_is_granted_by_those_who_manage_people_who_have_it(actor, subject, expected):
    assert may_grant(actor, next(iter(subject))) is expected


def test_one_role_too_many_is_enough_to_be_out_of_reach():
    assert not may_manage(frozenset({SESSIONS, TEACHER}), frozenset({TEACHER, HR}))


def test_roles_are_offered_in_the_order_of_the_screen():
    assert grantable(frozenset({SESSIONS, HR})) == [SESSIONS, HR]

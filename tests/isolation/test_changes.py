"""Walks every route that exists, as every role, with every method and forms full of other people's ids: no request
changes what is not the asker's."""

from __future__ import annotations

import pytest

from tests.isolation.world import ROLES


@pytest.mark.parametrize("role", ROLES)
def test_no_request_changes_what_is_not_the_askers(role, walker):
    walker.attack_everything()

    assert not walker.faults, "\n".join(walker.faults)

"""Random cases: the pages, the lists and `encore decide` say what a second reading of the access page says."""

import pytest

from encore.proofs.asking import differences
from encore.proofs.cases import batches

CASES = 300


@pytest.mark.parametrize("number", range(CASES // 20))
def test_pages_lists_and_decide_agree_on_random_cases(db, number):
    batch = batches(CASES, seed=3)[number]

    assert not (found := differences(batch)), "\n".join(found)

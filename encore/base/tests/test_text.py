"""Two spellings of one name."""

import pytest

from encore.base.text import fold


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("  Zoë   LÉVY ", "zoe levy"),
        ("Żółkiewska", "zolkiewska"),
        ("Đorđe Ćirić", "dorde ciric"),
        ("Søren Æbelø", "soren aebelo"),
        ("Straße", "strasse"),
        ("IŞIK", "isik"),
        ("Işık", "isik"),
        ("D’Amico", "d'amico"),
        ("ﬁnal", "final"),
        ("Ελένη", "ελενη"),
        ("nul\0byte", "nul byte"),
        ("", ""),
    ],
)
def test_spellings_of_one_name_fold_to_the_same(written, folded):
    assert fold(written) == folded

"""The table in docs/proofs.md is the one that is measured."""

from pathlib import Path

from django.conf import settings

from encore.proofs.table import markdown

BEGIN, END = "<!-- measured: encore prove access --table -->", "<!-- end of what was measured -->"


def test_the_written_table_is_the_measured_one(db):
    written = (Path(settings.ROOT) / "docs/proofs.md").read_text().partition(BEGIN)[2].partition(END)[0]

    assert markdown() == written.strip()

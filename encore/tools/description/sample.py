"""A made-up introduction and description: nothing to do, but on every course's home."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from encore.toolkit.sampling import MadeUp, Sample, paragraphs, uuid_of
from encore.tools.description.content import Introduction, Section

SECTIONS = ("Objectives", "Programme", "Assessment")


class Description(Sample):
    def items(self, rng: Random, subject: str, count: int, *, graded: bool) -> Iterator[MadeUp]:
        yield MadeUp(uuid_of(rng), "introduction", "Introduction", Introduction(text=paragraphs(rng, 2)))
        for title in SECTIONS:
            yield MadeUp(uuid_of(rng), "section", title, Section(text=paragraphs(rng, 2)))


sample = Description()

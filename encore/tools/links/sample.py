"""Made-up links."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from encore.toolkit.sampling import MadeUp, Sample, uuid_of
from encore.tools.links.content import Link, LinkCategory

TITLES = ("The regulation", "A film of ten minutes", "Forms", "The manufacturer's manual", "A calculator", "News")


class Links(Sample):
    share = 0.25
    share_if_graded = 0.2

    def items(self, rng: Random, subject: str, count: int, *, graded: bool) -> Iterator[MadeUp]:
        category = MadeUp(uuid_of(rng), "link_category", "Elsewhere", LinkCategory(description=f"More on {subject}."))
        yield category
        for n in range(count):
            link = Link(url=f"https://example.org/{rng.randrange(10**6)}/{n}", description="Opens on another site.")
            yield MadeUp(uuid_of(rng), "link", TITLES[n % len(TITLES)], link, parent=category.uuid)


sample = Links()

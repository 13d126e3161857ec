"""Made-up folders and pages."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from encore.toolkit.sampling import MadeUp, Sample, paragraphs, uuid_of
from encore.tools.documents.content import Folder, Page

CHAPTERS = ("Before you start", "The essentials", "In practice", "Going further", "Looking back")
PAGES = (
    *("What it is about", "Who does what", "Tools and material", "Step by step", "Frequent mistakes", "An example"),
    *("Checklist", "Words to know", "The rules", "What the figures say", "A case from the yard", "Summary"),
)
EACH = 6  # pages of a chapter


class Documents(Sample):
    share = 0.5
    share_if_graded = 0.3

    def items(self, rng: Random, subject: str, count: int, *, graded: bool) -> Iterator[MadeUp]:
        chapter = None
        for n in range(count):
            if n % EACH == 0:
                title = f"{n // EACH + 1}. {CHAPTERS[n // EACH % len(CHAPTERS)]}"
                chapter = MadeUp(uuid_of(rng), "folder", title, Folder())
                yield chapter
            parent = chapter.uuid if chapter else None
            page = Page(text=paragraphs(rng, rng.randint(3, 8)))
            yield MadeUp(uuid_of(rng), "page", PAGES[n % len(PAGES)], page, parent=parent)


sample = Documents()

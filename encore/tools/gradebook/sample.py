"""Made-up columns graded by hand, and a scheme."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from random import Random
from uuid import UUID

from encore.base.pouring import Pouring
from encore.toolkit.sampling import Doer, MadeUp, Placed, Points, Sample, uuid_of
from encore.toolkit.weighting import GradedByHand, Scheme, Step

TITLES = ("Taking part", "Presentation", "Practical work", "Conversation", "Report")
TWENTY = Decimal(20)
STEPS = [
    Step(least=Decimal(0), name="Not yet"),
    Step(least=Decimal(50), name="Pass"),
    Step(least=Decimal(80), name="Good"),
]


class Gradebook(Sample):
    share = 0.1

    def items(self, rng: Random, subject: str, count: int, *, graded: bool) -> Iterator[MadeUp]:
        scheme = Scheme(steps=STEPS, pass_percent=Decimal(50))
        yield MadeUp(uuid_of(rng), "scheme", "How grades make a total", scheme)
        for n in range(count):
            yield MadeUp(uuid_of(rng), "column", TITLES[n % len(TITLES)], GradedByHand(out_of=TWENTY))

    def hand_in(
        self, rng: Random, item: Placed, course: Mapping[UUID, Placed], doer: Doer, at: datetime, pouring: Pouring
    ) -> Points | None:
        return Points(Decimal(min(20, round(20 * rng.betavariate(2 + 6 * doer.ability, 2)))), TWENTY)


sample = Gradebook()

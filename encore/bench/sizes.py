"""How much there is in a database that is measured."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Size:
    """`records`: attempts, completions and (once there are any) submissions, about. `big`: the learners of one
    session; `many`: the sessions of one person."""

    name: str
    people: int
    courses: int
    items: int
    sessions: int
    enrolments: int
    records: int
    big: int = 1_000
    many: int = 200


SIZES = {
    "S": Size("S", 1_000, 50, 20, 200, 5_000, 50_000),
    "M": Size("M", 20_000, 300, 40, 2_000, 100_000, 1_000_000),
    "L": Size("L", 200_000, 1_000, 40, 20_000, 1_000_000, 10_000_000),
}
# For tests: everything there is in the others, in a second or two.
TINY = Size("XS", 80, 4, 20, 12, 150, 1_200, big=40, many=10)
GRADED_ITEMS = 40  # of the course that the big session gives, half of them graded, in every size
BUSY_SHARE = 5  # one course is in every fifth session

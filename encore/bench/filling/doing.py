"""What learners did: things seen, tests handed in, grades, and the progress that this makes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from encore.base.pouring import Pouring
from encore.bench.filling.sessions import HIDES, Given
from encore.bench.filling.writing import Written
from encore.bench.sizes import Size
from encore.courses.models import Enrolment
from encore.toolkit.models import Activity, Completion, CourseProgress, Grade, GradeChange, ItemSettings
from encore.toolkit.registry import kind_named, tool_of_kind
from encore.toolkit.sampling import Doer, Placed, Points, samples

BIG_SHARE = 0.6  # of the things to do that a learner of the big session has done, on average
WHERE = ("session", "session_course", "enrolment")
GRADE = (*WHERE, "item", "points", "out_of", "override", "at")


@dataclass
class Pace:
    """How much is done by whom, so that about as many records come out as the size says."""

    size: Size
    pouring: Pouring
    enrolments_left: int
    records: int = 0

    def mean(self, rows: int, places: int) -> float:
        """Of the things that each of these learners does in each of these courses."""
        left = max(0, self.size.records - self._made())
        mean = left / max(1, self.enrolments_left) / places
        self.enrolments_left -= rows
        return mean

    def _made(self) -> int:
        counts = self.pouring.counts()
        return counts.get("completion", 0) + counts.get("attempt", 0)


class Doing:
    """Lets learners work. `at`: now."""

    def __init__(self, rng: Random, size: Size, at: datetime, pouring: Pouring) -> None:
        self.rng, self.at, self.pouring, self.samples = rng, at, pouring, samples()
        self.pace = Pace(size, pouring, size.enrolments)
        self.completions = pouring.table(Completion, *WHERE, "item", "version", "at", "last_at")
        self.activity = pouring.table(Activity, *WHERE, "item", "opened", "seconds", "last_at")
        self.grades = pouring.table(Grade, *GRADE)
        self.changes = pouring.table(GradeChange, "grade", "what", "before", "after", "out_of", "by", "at", "reason")
        self.progress = pouring.table(CourseProgress, *WHERE, "done", "total", "last_at")

    def work(self, given: Given, rows: list[Enrolment]) -> None:
        """What the learners of a session leave behind in its courses."""
        mean = self.pace.mean(len(rows), len(given.places))
        for number, (place, course, coach) in enumerate(given.places):
            hidden = self._hide(given, place, course) if (given.key + number) % HIDES == 1 else set()
            open_to = [one for one in course.to_do if one.item not in hidden]
            total = len(course.counting - hidden)
            for row in rows:
                done = [] if row.first_entered_at is None else self._choose(given, open_to, mean)
                self._walk(given, place, course, coach, row, done, total)

    def _hide(self, given: Given, place: int, course: Written) -> set[int]:
        """A session does not show everything its course has."""
        gone = {one.item for one in self.rng.sample(course.to_do, min(2, len(course.to_do)))}
        if given.is_big:
            return set()
        for item in sorted(gone):
            row = ItemSettings(item_id=item, session_course_id=place, visible=False)
            self.pouring.table(ItemSettings).take(row)
        return gone

    def _choose(self, given: Given, open_to: list[Placed], mean: float) -> list[Placed]:
        """The first of the things there are, some of them left out."""
        if given.is_big:
            count = round(self.rng.betavariate(3, 2) * len(open_to) * BIG_SHARE / 0.6)
        else:
            count = min(len(open_to), round(self.rng.expovariate(1 / mean))) if mean else 0
        return [one for one in open_to[: count + 1] if self.rng.random() < 0.95][:count]

    def _walk(
        self, given: Given, place: int, course: Written, coach: int, row: Enrolment, done: list[Placed], total: int
    ) -> None:
        rng, where = self.rng, (given.key, place, row.pk)
        doer = Doer(*where, coach, given.is_over(self.at), rng.betavariate(4, 2))
        counted, latest = 0, None
        for n, one in enumerate(done, start=1):
            assert row.first_entered_at is not None and row.last_entered_at is not None
            when = row.first_entered_at + (row.last_entered_at - row.first_entered_at) * (n / (len(done) + 1))
            last = min(self.at, when + timedelta(days=rng.randint(1, 9))) if rng.random() < 0.2 else when
            kind = kind_named(one.made.kind)
            if kind.graded:
                got = self.samples[tool_of_kind(kind.name).name].hand_in(
                    rng, one, course.by_uuid, doer, when, self.pouring
                )
                if got is None:
                    continue
                self._grade(where, one, got, None if kind.done else coach, when)
            if kind.seen:
                self.activity.add(*where, one.item, rng.randint(1, 4), rng.randint(20, 900), last)
            if kind.counts:
                self.completions.add(*where, one.item, one.version, when, last)
                counted, latest = counted + 1, max(latest or last, last)
        self.progress.add(*where, counted, total, latest)

    def _grade(self, where: tuple[int, int, int], one: Placed, got: Points, by: int | None, at: datetime) -> None:
        override = None
        if got.points is not None and self.rng.random() < 0.005:
            override = min(got.out_of, got.points + Decimal(1))
        grade = self.grades.add(*where, one.item, got.points, got.out_of, override, at)
        if got.points is not None:
            self.changes.add(grade, GradeChange.What.POINTS.value, None, got.points, got.out_of, by, at, "")
        if override is not None:
            what = GradeChange.What.OVERRIDE.value
            self.changes.add(grade, what, None, override, got.out_of, by, at, "Question 3 was ambiguous.")

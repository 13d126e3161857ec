"""From grades to a total: weights, categories, what is dropped, what is extra. Pure; nothing else computes a total.

Everything is computed exactly, in fractions; one rounding, half up, to the scheme's decimals, comes at the very end. So
whatever page or file shows a total shows the same digits.

    share of a column    points that count / points to be had
    category             sum(weight × share) / sum(weight), over its columns
    total                sum(weight × share) / sum(weight), over categories and the columns in none

A column weighs what the scheme says, else its points. The lowest shares of a category are dropped as far as it says,
of equal ones the one that stands last. A column of extra credit adds to what is above the line and not to what is
below it. What has no grade yet is left out, or counts as nothing, as the scheme says; what is excused is always left
out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Annotated, Literal, NamedTuple, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from encore.toolkit.content import Content

Key = Annotated[str, Field(pattern=r"^[a-z0-9]{1,12}$")]
Weight = Annotated[Decimal, Field(ge=0, le=100_000, max_digits=10, decimal_places=4)]
Percent = Annotated[Decimal, Field(ge=0, le=100, max_digits=7, decimal_places=4)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Category(_Part):
    """`weight` None: as much as the points of its columns, extra credit left out."""

    id: Key
    title: Annotated[str, Field(min_length=1, max_length=120)]
    weight: Weight | None = None
    drop_lowest: Annotated[int, Field(ge=0, le=50)] = 0


class Column(_Part):
    """Something that is graded: an item that a tool grades, or one of the gradebook's own, graded by hand.

    `weight` None: as much as its points. `minimum`: the share (in percent) without which nobody passes.
    """

    item: UUID
    category: Key | None = None
    weight: Weight | None = None
    extra: bool = False
    minimum: Percent | None = None
    counted: bool = True


class Step(_Part):
    """From this percentage on, a total is called so."""

    least: Percent
    name: Annotated[str, Field(min_length=1, max_length=40)]


class Scheme(Content):
    """How the grades of a course make a total. What is graded and not named here counts like a column in no category,
    by its points."""

    categories: list[Category] = []
    columns: list[Column] = []
    steps: list[Step] = []
    pass_percent: Percent | None = None
    decimals: Annotated[int, Field(ge=0, le=4)] = 1
    empty: Literal["left_out", "nothing"] = "left_out"

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        ids = [category.id for category in self.categories]
        items = [column.item for column in self.columns]
        if len(ids) != len(set(ids)):
            raise ValueError("two categories have the same id")
        if len(items) != len(set(items)):
            raise ValueError("something is a column twice")
        if missing := {column.category for column in self.columns} - {None, *ids}:
            raise ValueError(f"there is no category {', '.join(sorted(map(str, missing)))}")
        return self


class GradedByHand(Content):
    """A column that people give grades in, a figure at a time. `scale`: words that stand for a part of its points."""

    description: str = ""
    out_of: Annotated[Decimal, Field(gt=0, le=100_000, max_digits=10, decimal_places=4)] = Decimal(100)
    scale: list[Step] = []

    def points_of(self, word: str) -> Decimal | None:
        """The points that a word of the scale stands for."""
        found = next((step for step in self.scale if step.name.casefold() == word.strip().casefold()), None)
        return None if found is None else found.least * self.out_of / 100

    def word_of(self, points: Decimal) -> str:
        """The highest word of the scale that these points reach; "" without a scale."""
        reached = [step for step in self.scale if points * 100 >= step.least * self.out_of]
        return max(reached, key=lambda step: step.least).name if reached else ""


class Graded(NamedTuple):
    """The grade of one column: `points` that count (None: nothing yet) of `out_of`."""

    points: Decimal | None
    out_of: Decimal
    excused: bool = False


NOTHING = Fraction(0)


class Line(NamedTuple):
    """One column in the reckoning. `share` is exact, None where there is none; `why_not`: "dropped", "excused",
    "empty", "not_counted", "no_points" where it plays no part."""

    column: Column
    grade: Graded
    share: Fraction | None = None
    weight: Fraction = NOTHING
    why_not: str = ""

    @property
    def misses_minimum(self) -> bool:
        least = self.column.minimum
        return least is not None and self.share is not None and self.share * 100 < Fraction(least)

    @property
    def plays(self) -> bool:
        return self.share is not None and not self.why_not


class Group(NamedTuple):
    """A category with its columns, or (category None) one column that lies in none. `above`, `below`: what it adds to
    the sum above the line, and to the sum below it."""

    category: Category | None
    lines: Sequence[Line]
    share: Fraction | None = None
    weight: Fraction = NOTHING
    above: Fraction = NOTHING
    below: Fraction = NOTHING


@dataclass(frozen=True)
class Total:
    """What comes out, with everything that led to it. `percent` is rounded as the scheme says; None without any grade.

    `passed` is None without a pass mark and without minimums, as long as there is no total, or while a column with a
    minimum has no grade.
    """

    percent: Decimal | None
    name: str = ""
    passed: bool | None = None
    groups: Sequence[Group] = field(default_factory=tuple)
    complete: bool = False


def total_of(scheme: Scheme, grades: Mapping[UUID, Graded]) -> Total:
    """One learner's total. `grades`: of every column there is, by item; those without one are left out as a whole."""
    return Reckoning(scheme, list(grades)).total(list(grades.values()))


class Reckoning:
    """How the grades of many learners make their totals. What does not depend on the learner is worked out once: the
    columns and their categories, and what each different grade of a column comes to.

    `items`: every column there is.
    """

    def __init__(self, scheme: Scheme, items: Sequence[UUID]) -> None:
        self.scheme = scheme
        places = {item: place for place, item in enumerate(items)}
        columns = [_Reckoned(scheme, column, places[column.item]) for column in _columns(scheme, places)]
        inside = [(one, [part for part in columns if part.column.category == one.id]) for one in scheme.categories]
        self.categories = [(category, parts) for category, parts in inside if parts]
        self.loose = [part for part in columns if part.column.category is None]
        self.has_minimums = any(part.column.minimum is not None for part in columns)

    def total(self, grades: Sequence[Graded]) -> Total:
        """One learner's. `grades`: in the order of the items, a grade for each."""
        groups = [_category(one, [part[grades[part.place]] for part in parts]) for one, parts in self.categories]
        groups += [part[grades[part.place]] for part in self.loose]
        lines = [line for group in groups for line in group.lines]
        share = _mean(groups)
        percent = None if share is None else in_percent(share, self.scheme.decimals)
        return Total(
            percent=percent,
            name=called(self.scheme, percent),
            passed=self._passed(percent, lines),
            groups=groups,
            complete=bool(lines) and not any(line.why_not == "empty" for line in lines),
        )

    def _passed(self, percent: Decimal | None, lines: Sequence[Line]) -> bool | None:
        least = self.scheme.pass_percent
        if percent is None or (least is None and not self.has_minimums):
            return None
        enough = least is None or percent >= least
        if not self.has_minimums:
            return enough
        waiting = any(line.column.minimum is not None and line.why_not == "empty" for line in lines)
        return None if waiting else enough and not any(line.misses_minimum for line in lines)


def in_percent(share: Fraction, decimals: int) -> Decimal:
    """A share as a percentage, rounded half up."""
    scaled, of = share.numerator * 100 * 10**decimals, share.denominator
    whole = (2 * scaled + of) // (2 * of)
    return Decimal(whole).scaleb(-decimals).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def called(scheme: Scheme, percent: Decimal | None) -> str:
    """The name of the highest step that is reached; "" without steps."""
    reached = [step for step in scheme.steps if percent is not None and percent >= step.least]
    return max(reached, key=lambda step: step.least).name if reached else ""


def _columns(scheme: Scheme, items: Collection[UUID]) -> list[Column]:
    named = {column.item for column in scheme.columns}
    others = [_plain(item) for item in items if item not in named]
    return [column for column in scheme.columns if column.item in items] + others


# The same columns and points are asked for again for each learner, and on each page.
@lru_cache(maxsize=4096)
def _plain(item: UUID) -> Column:
    return Column(item=item)


@lru_cache(maxsize=4096)
def _exact(points: Decimal) -> Fraction:
    return Fraction(points)


class _Reckoned(dict[Graded, Group]):
    """One column by itself: what each grade in it comes to, worked out when it is first met. `place`: its place among
    the items."""

    def __init__(self, scheme: Scheme, column: Column, place: int) -> None:
        super().__init__()
        self.scheme, self.column, self.place = scheme, column, place

    def __missing__(self, grade: Graded) -> Group:
        group = self[grade] = _alone(_line(self.scheme, self.column, grade))
        return group


def _line(scheme: Scheme, column: Column, grade: Graded) -> Line:
    weight = _exact(grade.out_of if column.weight is None else column.weight)
    if not column.counted:
        return Line(column, grade, why_not="not_counted")
    elif grade.excused:
        return Line(column, grade, why_not="excused")
    elif grade.points is None and scheme.empty == "left_out":
        return Line(column, grade, why_not="empty")
    elif not grade.out_of:
        return Line(column, grade, why_not="no_points")
    else:
        return Line(column, grade, Fraction(grade.points or 0) / _exact(grade.out_of), weight)


def _alone(line: Line) -> Group:
    """Extra credit counts above the line alone."""
    if line.share is None or not line.plays:
        return Group(None, [line], line.share, line.weight)
    below = NOTHING if line.column.extra else line.weight
    return Group(None, [line], line.share, line.weight, line.weight * line.share, below)


def _category(category: Category, parts: Sequence[Group]) -> Group:
    kept = _without_lowest(parts, category.drop_lowest)
    lines = [part.lines[0] for part in kept]
    own = _sum(_exact(line.grade.out_of) for line in lines if line.plays and not line.column.extra)
    weight = own if category.weight is None else Fraction(category.weight)
    share = _mean(kept)
    if share is None:
        return Group(category, lines, None, weight)
    return Group(category, lines, share, weight, weight * share, weight)


def _without_lowest(parts: Sequence[Group], count: int) -> Sequence[Group]:
    """Never all of them: the best one always stays."""
    if not count:
        return parts
    lines = [part.lines[0] for part in parts]
    playing = [(line.share, -place) for place, line in enumerate(lines) if line.plays and not line.column.extra]
    lowest = sorted(playing, key=lambda pair: (pair[0], pair[1]))[: min(count, max(0, len(playing) - 1))]
    dropped = {-place for _share, place in lowest}
    return [
        _alone(line._replace(weight=NOTHING, why_not="dropped")) if place in dropped else parts[place]
        for place, line in enumerate(lines)
    ]


def _mean(groups: Sequence[Group]) -> Fraction | None:
    """The weighted mean of those that play a part. None where nothing weighs anything."""
    below = _sum(group.below for group in groups)
    return _sum(group.above for group in groups) / below if below else None


def _sum(parts: Iterable[Fraction]) -> Fraction:
    """Exactly, those of one denominator first: much quicker than one after the other."""
    found: dict[int, int] = defaultdict(int)
    for part in parts:
        found[part.denominator] += part.numerator
    return sum((Fraction(above, below) for below, above in found.items()), NOTHING)

"""What a test amounts to, for who writes it: what each part asks and brings, what is missing, the total."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from uuid import UUID

from encore.courses.context import Here
from encore.toolkit.scoping import shown_in
from encore.tools.quizzes.bank import TEST, Known, bank_in, known_in
from encore.tools.quizzes.content import Draw, Fixed, Section, Test
from encore.tools.quizzes.paper import InBank, too_few

NOTHING = Decimal(0)


@dataclass(frozen=True)
class Range:
    """Points from … to …: they differ where questions are drawn that bring different points."""

    low: Decimal = NOTHING
    high: Decimal = NOTHING

    def __add__(self, other: Range) -> Range:
        return Range(self.low + other.low, self.high + other.high)

    @property
    def differs(self) -> bool:
        return self.low != self.high


@dataclass(frozen=True)
class PartSeen:
    """A part of a test as its author sees it. `known`: the fixed question, None if it is not there any more; `there`:
    how many questions a draw can choose from, where that is too few."""

    part: Fixed | Draw
    points: Range
    known: Known | None = None
    there: int | None = None
    category: str = ""

    @property
    def is_draw(self) -> bool:
        return isinstance(self.part, Draw)


@dataclass(frozen=True)
class SectionSeen:
    section: Section
    parts: list[PartSeen] = field(default_factory=list)


@dataclass(frozen=True)
class Composition:
    sections: list[SectionSeen]
    points: Range
    count: int
    """How many questions are asked."""


def compose(here: Here, test: Test) -> Composition:
    """All of a test with what it asks. At most five queries."""
    draws = [part for section in test.sections for part in section.parts if isinstance(part, Draw)]
    fixed = [part.question for section in test.sections for part in section.parts if isinstance(part, Fixed)]
    known = known_in(here) if draws else _with_inner(here, fixed)
    bank = bank_in(here) if draws else []
    short = {id(part): there for _section, part, there in too_few(test, bank)}
    titles = _titles(here, draws)
    sections = [
        SectionSeen(section, [_seen(part, known, bank, short, titles, fixed) for part in section.parts])
        for section in test.sections
    ]
    parts = [part for section in sections for part in section.parts]
    total = sum((part.points for part in parts), Range())
    return Composition(sections, total, sum(_count(part) for part in parts))


def worth_of(here: Here, uuid: UUID) -> Decimal:
    """The points to be had at most in a test here, as it stands now."""
    test = shown_in(here, kind=TEST, hidden=True).filter(uuid=uuid).first()
    return NOTHING if test is None else compose(here, Test.read(test.content)).points.high


def _with_inner(here: Here, uuids: list[UUID]) -> dict[UUID, Known]:
    known = known_in(here, only=uuids) if uuids else {}
    inner = [uuid for one in known.values() for uuid in one.inner if uuid not in known]
    return {**known, **(known_in(here, only=inner) if inner else {})}


def _titles(here: Here, draws: Iterable[Draw]) -> dict[UUID, str]:
    from encore.toolkit.registry import kind_named
    from encore.toolkit.writing import folders_for

    if not any(draw.category for draw in draws):
        return {}
    return {folder.uuid: folder.title for folder in folders_for(here, kind_named("question"))}


def _seen(
    part: Fixed | Draw,
    known: Mapping[UUID, Known],
    bank: Iterable[InBank],
    short: Mapping[int, int],
    titles: Mapping[UUID, str],
    fixed: list[UUID],
) -> PartSeen:
    if isinstance(part, Fixed):
        one = known.get(part.question)
        return PartSeen(part, _worth(one, part.points, known), one)
    there = short.get(id(part))
    count = part.count if there is None else there
    if part.points is not None:
        points = Range(part.points * count, part.points * count)
    else:
        each = sorted(_own(known[one.uuid], known) for one in _to_draw(part, bank, fixed) if one.uuid in known)
        points = Range(sum(each[:count], NOTHING), sum(each[len(each) - min(count, len(each)) :], NOTHING))
    return PartSeen(part, points, None, there, titles.get(part.category, "") if part.category else "")


def _to_draw(part: Draw, bank: Iterable[InBank], fixed: list[UUID]) -> Iterable[InBank]:
    return (
        one
        for one in bank
        if one.uuid not in fixed
        and (part.category is None or part.category in one.categories)
        and one.tags >= set(part.tags)
    )


def _worth(one: Known | None, points: Decimal | None, known: Mapping[UUID, Known]) -> Range:
    if one is None:
        return Range()
    worth = _own(one, known) if points is None else points
    return Range(worth, worth)


def _own(one: Known, known: Mapping[UUID, Known]) -> Decimal:
    """A text to read brings what its questions bring."""
    if one.type == "passage":
        return sum((known[uuid].points for uuid in one.inner if uuid in known), NOTHING)
    return one.points


def _count(part: PartSeen) -> int:
    if isinstance(part.part, Draw):
        return part.part.count if part.there is None else part.there
    elif part.known is None:
        return 0
    return len(part.known.inner) if part.known.type == "passage" else 1

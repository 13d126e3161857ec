"""What an attempt asks: the fixed questions of a test and those drawn from the bank, in order. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from random import Random
from uuid import UUID

from encore.tools.quizzes.content import Draw, Fixed, Question, Section, Test


@dataclass(frozen=True)
class InBank:
    """A question of the bank, as far as drawing needs it. `categories`: those it lies in, the nearest first."""

    uuid: UUID
    categories: tuple[UUID, ...] = ()
    tags: frozenset[str] = frozenset()
    is_passage: bool = False


@dataclass(frozen=True)
class Asked:
    """One question of an attempt. `points`: None where the question's own count; `passage`: the text it belongs to."""

    question: UUID
    section: str
    points: Decimal | None = None
    passage: UUID | None = None


def choose(test: Test, bank: Iterable[InBank] | None, rng: Random, *, shuffle: bool) -> list[Asked]:
    """The questions of one attempt, before the passages among them are replaced by their own (see `with_passages`).

    What a test asks by name is never drawn besides; what is not in the bank any more is left out. A draw that finds
    too few asks all there are: the page that writes the test says so (see `too_few`). `bank` None: nothing is drawn,
    and the caller looks what is there.
    """
    there = None if bank is None else {one.uuid: one for one in bank}
    taken = {part.question for section in test.sections for part in section.parts if isinstance(part, Fixed)}
    asked: list[Asked] = []
    for section in test.sections:
        mine = [one for part in section.parts for one in _of(part, section, there, taken, rng)]
        if shuffle or section.shuffle:
            rng.shuffle(mine)
        asked += mine
    return asked


def with_passages(asked: Sequence[Asked], question: Callable[[UUID], Question | None]) -> list[Asked]:
    """Each passage replaced by the questions about it, which stay together and share its points. Nothing twice."""
    done: set[UUID] = set()
    paper: list[Asked] = []
    for one in asked:
        content = question(one.question)
        inner = list(content.body.questions) if content and content.body.type == "passage" else None
        group = [one] if inner is None else [_about(one, uuid, len(inner)) for uuid in inner]
        for new in group:
            if new.question not in done and question(new.question) is not None:
                done.add(new.question)
                paper.append(new)
    return paper


def too_few(test: Test, bank: Iterable[InBank]) -> list[tuple[Section, Draw, int]]:
    """The draws that ask for more than there is, each with how many there are."""
    bank = list(bank)
    fixed = {part.question for section in test.sections for part in section.parts if isinstance(part, Fixed)}
    return [
        (section, part, count)
        for section in test.sections
        for part in section.parts
        if isinstance(part, Draw) and (count := len(_fitting(part, bank, fixed))) < part.count
    ]


def _of(
    part: Fixed | Draw, section: Section, there: Mapping[UUID, InBank] | None, taken: set[UUID], rng: Random
) -> Iterator[Asked]:
    if isinstance(part, Fixed):
        if there is None or part.question in there:
            yield Asked(part.question, section.id, part.points)
    else:
        fitting = _fitting(part, there.values() if there else (), taken)
        chosen = rng.sample(fitting, min(part.count, len(fitting)))
        taken.update(chosen)
        for uuid in chosen:
            yield Asked(uuid, section.id, part.points)


def _fitting(part: Draw, bank: Iterable[InBank], taken: set[UUID]) -> list[UUID]:
    """In an order of their own, so that the same seed draws the same whatever order the database gives."""
    return sorted(
        one.uuid
        for one in bank
        if one.uuid not in taken
        and (part.category is None or part.category in one.categories)
        and one.tags >= set(part.tags)
    )


def _about(passage: Asked, question: UUID, count: int) -> Asked:
    points = None if passage.points is None else passage.points / count
    return Asked(question, passage.section, points, passage=passage.question)

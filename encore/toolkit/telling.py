"""What a learner is told of their own grades, on every page and in every file: all of them, or, while a tool keeps
something to itself (a test in exam mode), what is not kept back, and no total from which the rest could be reckoned."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from encore.courses.context import Here
from encore.courses.models import Enrolment
from encore.toolkit.explaining import ShownGroup, groups_of, rules_of, sum_of
from encore.toolkit.registry import tools
from encore.toolkit.totals import BookGrade, Figure, GradeBook, GradedItem, book_in, books_among


@dataclass(frozen=True)
class Told:
    """One learner's grades in one course of a session. `figure` is None while something is kept back."""

    book: GradeBook
    enrolment: int
    withheld: frozenset[int] = field(default_factory=frozenset)

    @property
    def waits(self) -> bool:
        """Whether something is kept back."""
        return bool(self.withheld)

    @property
    def figure(self) -> Figure | None:
        return None if self.waits else self.book.figures[self.enrolment]

    @property
    def items(self) -> list[tuple[GradedItem, BookGrade | None]]:
        """What is told, with its grade."""
        told = [item for item in self.book.items if item.pk not in self.withheld]
        return [(item, self.book.grades.get((self.enrolment, item.pk))) for item in told]

    @property
    def has_any(self) -> bool:
        """Whether there is any grade of this learner's to tell of."""
        return any(grade is not None for _item, grade in self.items)

    def groups(self, url_of: Callable[[GradedItem], str] = lambda item: "") -> list[ShownGroup]:
        """Everything that counted, by category; nothing while something is kept back."""
        return groups_of(self.book, self.enrolment, self.figure, url_of) if self.figure else []

    @property
    def rules(self) -> list[str]:
        return rules_of(self.book.scheme)

    @property
    def sum(self) -> str:
        return sum_of(self.figure) if self.figure else ""


def told_in(here: Here, enrolment: Enrolment) -> Told:
    """Of the learner who is here. Five queries at most."""
    return _told(book_in(here, [enrolment]), enrolment.pk, {pk for tool in tools() for pk in tool.withheld(here)})


def told_among(places: Sequence[Here]) -> dict[tuple[int, int], Told]:
    """Of the same learner in many places, each with its own enrolment, by (session course, enrolment). As many queries
    for many as for one."""
    mine = [here for here in places if here.enrolment]
    withheld = {pair for tool in tools() for pair in tool.withheld_among(mine)}
    enrolments = {here.enrolment.pk: here.enrolment for here in mine if here.enrolment}
    books = books_among({here.session_course.pk: here.session_course for here in mine}.values(), enrolments.values())
    found = {}
    for here in mine:
        place, pk = here.session_course.pk, here.enrolment.pk  # type: ignore[union-attr]
        found[place, pk] = _told(books[place], pk, {item for of, item in withheld if of == pk})
    return found


def _told(book: GradeBook, enrolment: int, withheld: set[int]) -> Told:
    """What is in no book, because it is hidden here, counts in no total either."""
    return Told(book, enrolment, frozenset(item.pk for item in book.items if item.pk in withheld))

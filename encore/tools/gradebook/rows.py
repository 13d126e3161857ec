"""The rows of the gradebook's table as HTML, written without a template: their cells come by the thousand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import cached_property

from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from encore.base.templatetags.encore import state
from encore.courses.models import Enrolment
from encore.toolkit.templatetags.grades import percent, points
from encore.toolkit.totals import BookGrade, Figure, GradeBook, GradedItem


class Rows:
    """A row for each of these learners. Its addresses are relative to the gradebook's own, its cells are told apart by
    nothing but where they stand: a table of 50 × 20 is to weigh no more than 100 KB."""

    def __init__(self, book: GradeBook, columns: Sequence[GradedItem], enrolments: Sequence[Enrolment]) -> None:
        self.book, self.columns, self.enrolments = book, columns, enrolments
        self.judges = any(book.figures[one.pk].passed is not None for one in enrolments)
        self.steps = bool(book.scheme.steps)
        self._said: dict[tuple[BookGrade, Decimal], str] = {}

    def __bool__(self) -> bool:
        return bool(self.enrolments)

    def __iter__(self) -> Iterator[SafeString]:
        for enrolment in self.enrolments:
            cells = "\n".join(self._cell(enrolment.pk, item) for item in self.columns)
            yield SafeString(f"<tr>{self._head(enrolment)}\n{cells}</tr>")

    def _head(self, enrolment: Enrolment) -> str:
        """The learner and the total, with what it is called and whether it is a pass."""
        figure, url = self.book.figures[enrolment.pk], f"learners/{enrolment.pk}/"
        changed = self._changed if figure.changed else ""
        total = f'<td><a href="{url}"><strong>{escape(percent(figure.percent))}</strong></a>{changed}'
        step = f"<td class=word>{escape(figure.name)}" if self.steps else ""
        passed = f"<td class=word>{_passed(figure)}" if self.judges else ""
        return f'<th scope=row><a href="{url}">{escape(enrolment.person.name)}</a></th>{total}{step}{passed}'

    def _cell(self, enrolment: int, item: GradedItem) -> str:
        grade = self.book.grades.get((enrolment, item.pk))
        changed = self._changed if self.book.changed_since(enrolment, item) else ""
        said = "–" if grade is None else self._points(grade, item.out_of)
        return f'<td><a href="{item.uuid}/learners/{enrolment}/">{said}</a>{changed}'

    def _points(self, grade: BookGrade, out_of: Decimal) -> str:
        key = (grade, out_of)
        if key not in self._said:
            self._said[key] = _written(grade, out_of)
        return self._said[key]

    @cached_property
    def _changed(self) -> str:
        words = _("changed since")
        return f'<br><span class="muted">{escape(words)}</span>'


def _written(grade: BookGrade, out_of: Decimal) -> str:
    """What counts; of how many points where that differs from the column's."""
    if grade.excused:
        return escape(_("excused"))
    overridden = escape(_("overridden"))
    star = f'<span title="{overridden}">*</span><span class="sr-only"> {overridden}</span>'
    of = f' <span class="muted">/ {escape(points(grade.out_of))}</span>'
    said = escape(points(grade.counts))
    return f"{said}{star if grade.override is not None else ''}{of if grade.out_of != out_of else ''}"


def _passed(figure: Figure) -> str:
    return "" if figure.passed is None else state("passed" if figure.passed else "not_passed")

"""The gradebook as a file: everybody, with the same figures as on the page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from encore.base.tables_out import as_file
from encore.courses.context import Here
from encore.ledger.actions import record
from encore.toolkit.totals import BookGrade, book_in, plain
from encore.tools.gradebook import headings
from encore.tools.gradebook.queries import learners_in
from encore.tools.gradebook.views.book import on_people


@require_safe
@on_people
def as_csv(request: HttpRequest, here: Here) -> HttpResponseBase:
    return _file(here, "csv")


@require_safe
@on_people
def as_xlsx(request: HttpRequest, here: Here) -> HttpResponseBase:
    return _file(here, "xlsx")


def _file(here: Here, form: str) -> HttpResponseBase:
    answer = as_file(_rows(here), _name(here), form)
    _record(here, form)
    return answer


def _rows(here: Here) -> Iterator[Sequence[str]]:
    """A heading, then the learners by name. Points with all their digits; the total as it is shown."""
    enrolments = list(learners_in(here))
    book = book_in(here, enrolments)
    columns = headings.written(book)
    yield [*headings.for_people(), *(heading for _item, heading in columns), *headings.computed()]
    for enrolment in enrolments:
        person, figure = enrolment.person, book.figures[enrolment.pk]
        passed = {True: _("yes"), False: _("no"), None: ""}[figure.passed]
        yield [
            *(person.last_name, person.first_name, person.username, person.official_code),
            *(_cell(book.grades.get((enrolment.pk, item.pk))) for item, _heading in columns),
            *("" if figure.percent is None else format(figure.percent, "f"), figure.name, passed),
        ]


def _cell(grade: BookGrade | None) -> str:
    if grade is not None and grade.excused:
        return _("excused")
    return plain(grade.counts) if grade is not None else ""


def _record(here: Here, form: str) -> None:
    record("export", here.session_course, by=here.person, at=here.at, session_id=here.session.pk, changes={"as": form})


def _name(here: Here) -> str:
    return f"{here.course.code}-{here.session.pk}-{here.at:%Y-%m-%d}"

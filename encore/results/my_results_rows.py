"""A person's own results as rows of a file: the same figures as on the pages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from encore.courses.models import Enrolment
from encore.results.queries.my_results import CourseResult, Result
from encore.toolkit.explaining import ShownLine
from encore.toolkit.totals import plain


def courses_as_rows(results: Iterable[Result]) -> Iterator[Sequence[str]]:
    """A heading, then a row for each course of each enrolment."""
    yield [
        *(
            _("Session"),
            _("Category"),
            _("Enrolment"),
            _("State"),
            _("From"),
            _("Until"),
            _("Course code"),
            _("Course"),
        ),
        *(_("Done"), _("Of"), _("Progress in %"), _("Total in %"), _("Step"), _("Passed"), _("Remarks")),
    ]
    for result in results:
        first = _enrolment(result.enrolment)
        for one in result.courses:
            yield [*first, one.here.course.code, one.here.course.title, *_progress(one), *_total(one)]
        if not result.courses:
            yield [*first, *[""] * 9]


def items_as_rows(result: Result) -> Iterator[Sequence[str]]:
    """A heading, then for each course everything that counted, and its total."""
    yield [
        *(_("Course code"), _("Course"), _("Category"), _("What"), _("Points"), _("Out of"), _("Share in %")),
        *(_("Weight"), _("Step"), _("Passed"), _("Remarks"), _("Comment")),
    ]
    for one in result.courses:
        course = [one.here.course.code, one.here.course.title]
        if one.told is None:
            continue
        elif one.told.waits:
            for item, grade in one.items:
                points = _("excused") if grade and grade.excused else plain(grade.counts) if grade else ""
                out_of = plain(grade.out_of) if grade else ""
                yield [*course, "", item.title, points, out_of, *[""] * 5, grade.comment if grade else ""]
        else:
            for group in one.groups:
                for line in group.lines:
                    yield [*course, group.title, *_line(line)]
        percent, step, passed, remark = _total(one)
        yield [*course, "", _("Total"), "", "", percent, "", step, passed, remark, ""]


def _enrolment(enrolment: Enrolment) -> list[str]:
    session = enrolment.session
    bounds = (enrolment.window_opens_at, enrolment.window_closes_at)
    category = str(session.category or "")
    dates = [_moment(bound, enrolment) for bound in bounds]
    return [session.title, category, str(enrolment.number), enrolment.get_state_display(), *dates]


def _moment(moment: datetime | None, enrolment: Enrolment) -> str:
    """By the clock of the session."""
    return f"{moment.astimezone(enrolment.session.zone):%Y-%m-%d %H:%M}" if moment else ""


def _progress(one: CourseResult) -> list[str]:
    if one.progress is None or not one.progress.total:
        return ["", "", ""]
    return [str(one.progress.done), str(one.progress.total), str(one.progress.percent)]


def _total(one: CourseResult) -> list[str]:
    if one.told is not None and one.told.waits:
        return ["", "", "", _("Some results are not shown yet.")]
    figure = one.figure
    if figure is None or figure.percent is None:
        return ["", "", "", ""]
    passed = {True: _("yes"), False: _("no"), None: ""}[figure.passed]
    return [format(figure.percent, "f"), figure.name, passed, ""]


def _line(one: ShownLine) -> list[str]:
    graded, grade = one.line.grade, one.grade
    points = _("excused") if graded.excused else plain(graded.points)
    share = "" if one.share is None else format(one.share, "f")
    remarks = [one.why_not, _("Extra credit") if one.line.column.extra else "", one.minimum]
    comment = grade.comment if grade else ""
    return [
        *(one.item.title, points, plain(graded.out_of), share, one.weight, "", ""),
        *("; ".join(remark for remark in remarks if remark), comment),
    ]

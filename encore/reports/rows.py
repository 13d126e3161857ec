"""Reports as rows of a file: the people, sessions and figures of the pages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from encore.base.states import look_of
from encore.courses.models import CourseSession, SessionCourse
from encore.people.models import Person
from encore.reports.queries import Part, PersonRow
from encore.toolkit.progress import Progress


def people_as_rows(rows: Iterable[PersonRow]) -> Iterator[Sequence[str]]:
    yield [*_name_heads(), _("In sessions now"), _("In all"), _("Last visit")]
    for row in rows:
        yield [*_name(row.person), str(row.current), str(row.sessions), _moment(row.last_at)]


def person_as_rows(parts: Iterable[Part]) -> Iterator[Sequence[str]]:
    """A row for each course of each enrolment."""
    yield [
        *(_("Session"), _("Category"), _("Enrolment"), _("State"), _("From"), _("Until"), _("Last visit")),
        *(_("Course"), _("Done"), _("Of"), _("Progress in %"), _("Remarks")),
    ]
    for part in parts:
        enrolment, session = part.enrolment, part.enrolment.session
        first = [session.title, str(session.category or ""), str(enrolment.number), enrolment.get_state_display()]
        first += [_moment(enrolment.window_opens_at), _moment(enrolment.window_closes_at)]
        first += [_moment(enrolment.last_entered_at)]
        for place, progress in part.courses:
            yield [*first, place.course.title, *_progress(progress), _remark(progress)]
        if not part.courses:
            yield [*first, *[""] * 5]


def sessions_as_rows(rows: Iterable[tuple[CourseSession, str]]) -> Iterator[Sequence[str]]:
    yield [_("Session"), _("Category"), _("From"), _("Until"), _("State")]
    for session, look in rows:
        dates = [_moment(session.opens_at), _moment(session.closes_at)]
        yield [session.title, str(session.category or ""), *dates, str(look_of(look).word)]


def session_as_rows(parts: Sequence[Part]) -> Iterator[Sequence[str]]:
    """A row for each enrolment, with three columns for each course."""
    places: list[SessionCourse] = [place for place, _progress in parts[0].courses] if parts else []
    heads = [(_("%(course)s: done"), _("%(course)s: of"), _("%(course)s: progress in %%")) for _place in places]
    yield [
        *_name_heads(),
        *(_("Enrolment"), _("State"), _("Last visit")),
        *(head % {"course": place.course.title} for three, place in zip(heads, places, strict=True) for head in three),
        *(_("Done"), _("Of"), _("Progress in %")),
    ]
    for part in parts:
        enrolment = part.enrolment
        yield [
            *_name(enrolment.person),
            *(str(enrolment.number), enrolment.get_state_display(), _moment(enrolment.last_entered_at)),
            *(cell for _place, progress in part.courses for cell in (_progress(progress) if progress else _out())),
            *_progress(part.total),
        ]


def _name_heads() -> list[str]:
    return [_("Last name"), _("First name"), _("Official code")]


def _name(person: Person) -> list[str]:
    return [person.last_name, person.first_name, person.official_code]


def _progress(progress: Progress | None) -> list[str]:
    if progress is None or not progress.total:
        return ["", "", ""]
    return [str(progress.done), str(progress.total), str(progress.percent)]


def _out() -> list[str]:
    return [_("not in this course"), "", ""]


def _remark(progress: Progress | None) -> str:
    return _("not in this course") if progress is None else ""


def _moment(moment: datetime | None) -> str:
    """By the reader's clock."""
    return f"{localtime(moment):%Y-%m-%d %H:%M}" if moment else ""

"""Links to pages of packages above, known by their names alone."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlencode

from django.urls import NoReverseMatch, reverse

from encore.courses.models import Course, CourseSession


def course_url(course: Course) -> str:
    """Where the course is written; "" where nothing is installed that shows it."""
    return _url("course_home", course.code)


def session_url(session: CourseSession) -> str:
    """The session as its learners see it."""
    return _url("session_page", session.pk)


def place_url(session: CourseSession, course: Course) -> str:
    """A course of a session as its learners see it."""
    return _url("course_in_session", session.pk, course.code)


def transfer_url(session: CourseSession, enrolments: Iterable[int] = ()) -> str:
    """Where people (ids of enrolments) are transferred to another session."""
    chosen = urlencode({"enrolment": list(enrolments)}, doseq=True)
    url = _url("session_transfer", session.pk)
    return f"{url}?{chosen}" if url and chosen else url


def _url(route: str, *args: object) -> str:
    try:
        return reverse(route, args=args)
    except NoReverseMatch:
        return ""

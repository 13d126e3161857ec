"""Turns rows into the rules' plain values, and keeps the stored UTC bounds that the rules compute."""

from __future__ import annotations

from collections.abc import Iterable

from encore.courses.models import Course, CourseSession, Enrolment, SessionCourse
from encore.courses.rules import EnrolmentTerms, Locks, Terms, coach_window, learner_window
from encore.courses.words import AfterEnd, EnrolmentState, SessionState


def terms_of(session: CourseSession, course: Course | None = None) -> Terms:
    return Terms(
        zone=session.zone,
        state=SessionState(session.state),
        opens_at=session.opens_at,
        closes_at=session.closes_at,
        coach_days_before=session.coach_days_before,
        coach_days_after=session.coach_days_after,
        coach_opens_at=session.coach_opens_at,
        coach_closes_at=session.coach_closes_at,
        duration_days=session.duration_days,
        after_end=AfterEnd(session.after_end),
        teachers_see_results=course.teachers_see_results if course else False,
        shown_from=session.shown_from,
        shown_until=session.shown_until,
    )


def enrolment_terms(enrolment: Enrolment) -> EnrolmentTerms:
    return EnrolmentTerms(
        state=EnrolmentState(enrolment.state),
        opens_at=enrolment.opens_at,
        closes_at=enrolment.closes_at,
        extra_days=enrolment.extra_days,
        first_entered_at=enrolment.first_entered_at,
    )


def locks_of(place: SessionCourse) -> Locks:
    """What is locked for the coaches of a course of a session, with the reasons. No query."""
    return Locks(
        tool_visibility=place.tool_visibility_lock or None,
        coach_additions=place.coach_additions_lock or None,
    )


def fill_session(session: CourseSession) -> bool:
    """Set the stored coaches' bounds on the instance (not saved); whether they changed."""
    window = coach_window(terms_of(session))
    before = (session.coach_window_opens_at, session.coach_window_closes_at)
    session.coach_window_opens_at, session.coach_window_closes_at = window.opens_at, window.closes_at
    return before != (window.opens_at, window.closes_at)


def fill_enrolment(enrolment: Enrolment, terms: Terms) -> bool:
    """Set the stored learner's bounds on the instance (not saved); whether they changed."""
    window = learner_window(terms, enrolment_terms(enrolment))
    before = (enrolment.window_opens_at, enrolment.window_closes_at)
    enrolment.window_opens_at, enrolment.window_closes_at = window.opens_at, window.closes_at
    return before != (window.opens_at, window.closes_at)


def rebuild_windows(sessions: Iterable[CourseSession]) -> int:
    """Compute every stored bound of these sessions and their enrolments again; how many rows differed."""
    count = 0
    for session in sessions:
        if fill_session(session):
            session.save(update_fields=["coach_window_opens_at", "coach_window_closes_at"])
            count += 1
        terms = terms_of(session)
        wrong = [e for e in session.enrolments.iterator(chunk_size=2000) if fill_enrolment(e, terms)]
        Enrolment.objects.bulk_update(wrong, ["window_opens_at", "window_closes_at"], batch_size=500)
        count += len(wrong)
    return count

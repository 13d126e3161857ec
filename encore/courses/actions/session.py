"""Making and changing sessions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Max, ProtectedError
from django.utils.translation import gettext as _

from encore.courses import signals
from encore.courses.actions.enrolment import Enrolling, enrol, remove_source, seat_waiting
from encore.courses.actions.letters import tell_changed, tell_enrolled, tell_reopened
from encore.courses.errors import CannotDo, TitleTaken
from encore.courses.models import (
    Course,
    CourseCoach,
    CourseSession,
    CourseTeacher,
    Enrolment,
    EnrolmentSource,
    GeneralCoach,
    SessionClass,
    SessionCourse,
    WaitingPerson,
)
from encore.courses.rules import BeyondTheCalendar
from encore.courses.windows import fill_session, rebuild_windows
from encore.ledger.actions import changed, record
from encore.people.models import Person, SchoolClass

State = CourseSession.State
TIME_FIELDS = {
    "time_zone",
    "opens_at",
    "closes_at",
    "duration_days",
    "coach_days_before",
    "coach_days_after",
    "coach_opens_at",
    "coach_closes_at",
}


@transaction.atomic
def create_session(
    *,
    by: Person | None,
    at: datetime,
    title: str,
    general_coaches: Iterable[int] = (),
    **values: Any,
) -> CourseSession:
    """Make a session with the given fields; a draft unless `state` says otherwise. Raises TitleTaken."""
    values.setdefault("time_zone", settings.TIME_ZONE)
    values.setdefault("coach_days_before", settings.COACH_DAYS)
    values.setdefault("coach_days_after", settings.COACH_DAYS)
    session = CourseSession(title=title, owner=by, created_at=at, changed_at=at, **values)
    _refuse_impossible(session)
    _fill(session)
    _save(session)
    record("create", session, by=by, at=at, session_id=session.pk)
    set_general_coaches(session, add=general_coaches, by=by, at=at)
    return session


@transaction.atomic
def update_session(
    session: CourseSession,
    values: dict[str, Any],
    *,
    by: Person | None,
    at: datetime,
    tell: bool = False,
) -> CourseSession:
    """Change fields of a session and everything that follows from its dates.

    `tell`: mail the live learners and the coaches.
    """
    session = CourseSession.objects.select_for_update(no_key=True).get(pk=session.pk)
    changes = changed(session, values)
    if not changes:
        return session
    _refuse_impossible(session)
    session.changed_at = at
    _fill(session)
    _save(session)
    if TIME_FIELDS & changes.keys():
        rebuild_windows([session])
        signals.session_changed.send(CourseSession, session=session, at=at)
    if "seats" in changes:
        seat_waiting(session, at=at)
    record("change", session, by=by, at=at, session_id=session.pk, changes=changes)
    if tell:
        tell_changed(session, {*live_people(session), *coaches_of(session)}, at=at)
    return session


@transaction.atomic
def publish(session: CourseSession, *, by: Person, at: datetime, tell: bool = False) -> CourseSession:
    """Open the session to its people: a draft, or one that was cancelled or archived. Twice is once.

    Who was enrolled while it was a draft is told now, if the session says so.
    """
    session = update_session(session, {"state": State.PUBLISHED, "state_reason": ""}, by=by, at=at)
    if tell:
        tell_reopened(session, {*live_people(session), *coaches_of(session)}, at=at)
    if session.mail_on_enrolment:
        tell_enrolled(session, live_people(session), at=at)
    return session


def back_to_draft(session: CourseSession, *, by: Person, at: datetime) -> CourseSession:
    """Hide the session from everyone but its coaches and managers; nothing is deleted."""
    return update_session(session, {"state": State.DRAFT, "state_reason": ""}, by=by, at=at)


def cancel(session: CourseSession, *, reason: str, by: Person, at: datetime, tell: bool = False) -> CourseSession:
    """Close the session to everyone but managers, with the reason; nothing is deleted."""
    return update_session(session, {"state": State.CANCELLED, "state_reason": reason}, by=by, at=at, tell=tell)


def archive(session: CourseSession, *, by: Person, at: datetime) -> CourseSession:
    return update_session(session, {"state": State.ARCHIVED, "state_reason": ""}, by=by, at=at)


@transaction.atomic
def delete_session(session: CourseSession, *, by: Person, at: datetime) -> None:
    """Delete a session nobody was ever enrolled in. Raises CannotDo otherwise: it is archived instead."""
    if Enrolment.objects.filter(session=session).exists():
        raise CannotDo(_("People have been enrolled in this session, so it cannot be deleted. Archive it instead."))
    record("delete", session, by=by, at=at, session_id=session.pk)
    try:
        with transaction.atomic():
            session.session_courses.all().delete()
            session.delete()
    except ProtectedError:
        raise CannotDo(
            _("Something was written for this session only, so it cannot be deleted. Archive it instead.")
        ) from None


@transaction.atomic
def add_courses(
    session: CourseSession,
    courses: Sequence[int],
    *,
    by: Person | None,
    at: datetime,
    teachers_coach: bool = False,
) -> list[SessionCourse]:
    """Add courses (ids) at the end; those already there stay as they are. `teachers_coach`: their teachers coach."""
    session = CourseSession.objects.select_for_update(no_key=True).get(pk=session.pk)
    if session.is_standing and set(courses) - {session.standing_for_id}:
        raise CannotDo(_("A standing session belongs to one course. Make a session to offer several."))
    there = set(session.session_courses.values_list("course", flat=True))
    last = session.session_courses.aggregate(last=Max("position"))["last"]
    start = 0 if last is None else last + 1
    new = [course for course in dict.fromkeys(courses) if course not in there]
    added = SessionCourse.objects.bulk_create(
        SessionCourse(session=session, course_id=course, position=start + n) for n, course in enumerate(new)
    )
    if teachers_coach:
        teachers_become_coaches(added)
    if added:
        signals.session_course_added.send(SessionCourse, session_courses=added, at=at)
        record("add courses", session, by=by, at=at, session_id=session.pk, changes={"courses": new})
    return added


@transaction.atomic
def remove_courses(session: CourseSession, courses: Iterable[int], *, by: Person, at: datetime) -> None:
    """Take courses (ids) out of a session. Raises CannotDo where learners left results, or coaches wrote something."""
    rows = session.session_courses.filter(course__in=list(courses)).select_related("course")
    for row in rows:
        try:
            with transaction.atomic():
                row.delete()
        except ProtectedError:
            raise CannotDo(
                _("“%(course)s” has results of learners, or something written for this session only, so it stays.")
                % {"course": row.course}
            ) from None
        record("remove course", session, by=by, at=at, session_id=session.pk, changes={"course": row.course_id})


@transaction.atomic
def order_courses(session: CourseSession, courses: Sequence[int], *, by: Person, at: datetime) -> None:
    """Put the session's courses in this order (ids); courses not named keep their order, behind."""
    place = {course: n for n, course in enumerate(courses)}
    rows = sorted(session.session_courses.all(), key=lambda row: (place.get(row.course_id, len(place)), row.position))
    for n, row in enumerate(rows):
        row.position = n
    SessionCourse.objects.bulk_update(rows, ["position"])
    record("order courses", session, by=by, at=at, session_id=session.pk)


@transaction.atomic
def set_general_coaches(
    session: CourseSession, *, add: Iterable[int] = (), remove: Iterable[int] = (), by: Person | None, at: datetime
) -> None:
    """Add and remove general coaches (ids of people)."""
    add, remove = list(add), list(remove)
    GeneralCoach.objects.filter(session=session, person__in=remove).delete()
    GeneralCoach.objects.bulk_create(
        [GeneralCoach(session=session, person_id=person) for person in add], ignore_conflicts=True
    )
    if add or remove:
        record(
            "change coaches", session, by=by, at=at, session_id=session.pk, changes={"added": add, "removed": remove}
        )


@transaction.atomic
def set_course_coaches(
    session_course: SessionCourse,
    *,
    add: Iterable[int] = (),
    remove: Iterable[int] = (),
    by: Person | None,
    at: datetime,
) -> None:
    """Add and remove coaches (ids of people) of one course of a session."""
    add, remove = list(add), list(remove)
    CourseCoach.objects.filter(session_course=session_course, person__in=remove).delete()
    CourseCoach.objects.bulk_create(
        [CourseCoach(session_course=session_course, person_id=person) for person in add], ignore_conflicts=True
    )
    if add or remove:
        record(
            "change coaches",
            session_course.session,
            by=by,
            at=at,
            session_id=session_course.session_id,
            changes={"course": session_course.course_id, "added": add, "removed": remove},
        )


@transaction.atomic
def set_coach_time(
    coach: GeneralCoach | CourseCoach, *, from_at: datetime | None, until_at: datetime | None, by: Person, at: datetime
) -> None:
    """Say from when until when a coach holds the role; none of both is always. A substitute has such dates."""
    if from_at and until_at and until_at <= from_at:
        raise CannotDo(_("The end must be after the start."))
    changes = changed(coach, {"from_at": from_at, "until_at": until_at})
    if changes:
        coach.save(update_fields=["from_at", "until_at"])
        session = coach.session if isinstance(coach, GeneralCoach) else coach.session_course.session
        record("change coach time", coach.person, by=by, at=at, session_id=session.pk, changes=changes)


@transaction.atomic
def copy_courses(session: CourseSession, source: CourseSession, *, by: Person, at: datetime) -> None:
    """Give the session the courses of another, in the same order, with their coaches; substitutes stay behind."""
    places = list(source.session_courses.prefetch_related("coaches"))
    added = {place.course_id: place for place in add_courses(session, [p.course_id for p in places], by=by, at=at)}
    CourseCoach.objects.bulk_create(
        CourseCoach(session_course=added[place.course_id], person_id=coach.person_id)
        for place in places
        for coach in place.coaches.all()
        if place.course_id in added and coach.until_at is None
    )
    record("copy", session, by=by, at=at, session_id=session.pk, changes={"from": source.pk, "title": source.title})


@transaction.atomic
def let_teachers_coach(session_course: SessionCourse, *, by: Person, at: datetime) -> None:
    """Make the teachers of one course its coaches in the session."""
    teachers = CourseTeacher.objects.filter(course=session_course.course_id, kind=CourseTeacher.Kind.TEACHER)
    set_course_coaches(session_course, add=teachers.values_list("person", flat=True), by=by, at=at)


def teachers_become_coaches(session_courses: Iterable[SessionCourse]) -> None:
    """Make each course's teachers (not its assistants) coaches of it in the session."""
    places = {place.course_id: place for place in session_courses}
    teachers = CourseTeacher.objects.filter(course__in=places, kind=CourseTeacher.Kind.TEACHER)
    CourseCoach.objects.bulk_create(
        [CourseCoach(session_course=places[t.course_id], person_id=t.person_id) for t in teachers],
        ignore_conflicts=True,
    )


@transaction.atomic
def add_class(
    session: CourseSession, school_class: SchoolClass, *, by: Person | None, at: datetime, over_seats: bool = False
) -> Enrolling:
    """Enrol a class: its people now, and whoever joins it later while the session is not past."""
    SessionClass.objects.get_or_create(session=session, school_class=school_class, defaults={"by": by, "at": at})
    people = list(school_class.members.order_by("id").values_list("person", flat=True))
    record("add class", session, by=by, at=at, session_id=session.pk, changes={"class": school_class.pk})
    return enrol(
        people,
        session,
        by=by,
        at=at,
        kind=EnrolmentSource.Kind.SCHOOL_CLASS,
        school_class=school_class,
        over_seats=over_seats,
    )


@transaction.atomic
def remove_class(
    session: CourseSession, school_class: SchoolClass, *, keep_people: bool, by: Person, at: datetime
) -> list[int]:
    """Take a class off a session. Its people stay by hand if `keep_people`, else who came only with it leaves (ids)."""
    SessionClass.objects.filter(session=session, school_class=school_class).delete()
    sources = EnrolmentSource.objects.filter(enrolment__session=session, school_class=school_class)
    if keep_people:
        EnrolmentSource.objects.bulk_create(
            [
                EnrolmentSource(enrolment_id=e, kind=EnrolmentSource.Kind.HAND, by=by, at=at)
                for e in sources.values_list("enrolment", flat=True)
            ],
            ignore_conflicts=True,
        )
    record("remove class", session, by=by, at=at, session_id=session.pk, changes={"class": school_class.pk})
    people = list(sources.values_list("enrolment__person", flat=True))
    return remove_source(
        people, session, kind=EnrolmentSource.Kind.SCHOOL_CLASS, school_class=school_class, by=by, at=at
    )


@transaction.atomic
def open_without_dates(course: Course, *, by: Person | None, at: datetime) -> CourseSession:
    """The course's standing session, made if absent: no dates, the course's title, its teachers coach it."""
    found = CourseSession.objects.filter(standing_for=course).first()
    if found:
        return found
    session = create_session(by=by, at=at, title=course.title, standing_for=course, state=State.PUBLISHED)
    add_courses(session, [course.pk], by=by, at=at, teachers_coach=True)
    return session


def live_people(session: CourseSession) -> list[int]:
    """Ids of the people with a live enrolment."""
    return list(Enrolment.objects.filter(session=session, state__in=Enrolment.LIVE).values_list("person", flat=True))


def coaches_of(session: CourseSession) -> list[int]:
    """Ids of the people who coach the session or one of its courses."""
    general = GeneralCoach.objects.filter(session=session).order_by().values_list("person", flat=True)
    courses = CourseCoach.objects.filter(session_course__session=session).order_by().values_list("person", flat=True)
    return list(general.union(courses))


@transaction.atomic
def stop_waiting(session: CourseSession, people: Iterable[int], *, by: Person, at: datetime) -> None:
    """Take people (ids) off the waiting list."""
    people = list(people)
    if WaitingPerson.objects.filter(session=session, person__in=people).delete()[0]:
        record("stop waiting", session, by=by, at=at, session_id=session.pk, changes={"people": people})


def _refuse_impossible(session: CourseSession) -> None:
    if session.opens_at and session.closes_at and session.closes_at <= session.opens_at:
        raise CannotDo(_("The session must end after it starts."))
    if session.coach_opens_at and session.coach_closes_at and session.coach_closes_at <= session.coach_opens_at:
        raise CannotDo(_("The coaches' access must end after it starts."))
    if session.shown_from and session.shown_until and session.shown_until <= session.shown_from:
        raise CannotDo(_("The session must be shown until after it is first shown."))
    if session.duration_days is not None and (session.opens_at or session.closes_at):
        raise CannotDo(_("A session has either dates or a duration, not both."))


def _fill(session: CourseSession) -> None:
    try:
        fill_session(session)
    except BeyondTheCalendar:
        raise CannotDo(_("With so many days the dates lie beyond the calendar.")) from None


def _save(session: CourseSession) -> None:
    try:
        with transaction.atomic():
            session.save()
    except IntegrityError:
        if _title_exists(session):
            raise TitleTaken(_("There is already a session called “%(title)s”.") % {"title": session.title}) from None
        raise


def _title_exists(session: CourseSession) -> bool:
    others = CourseSession.objects.filter(title__iexact=session.title, standing_for=None).exclude(pk=session.pk)
    return session.standing_for_id is None and others.exists()

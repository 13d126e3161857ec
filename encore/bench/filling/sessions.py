"""Sessions of the courses, with who coaches and who learns there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from encore.base.pouring import Pouring
from encore.base.text import fold
from encore.bench.filling.people import People
from encore.bench.filling.writing import BUSY, GRADED, Written
from encore.bench.names import PERIODS
from encore.bench.sizes import BUSY_SHARE, Size
from encore.courses.models import (
    CourseCoach,
    CourseSession,
    Enrolment,
    EnrolmentChange,
    EnrolmentSource,
    GeneralCoach,
    SessionCategory,
    SessionClass,
    SessionCourse,
    SessionFollower,
)
from encore.courses.rules import Terms
from encore.courses.windows import fill_enrolment, fill_session, terms_of

State, Kind = CourseSession.State, EnrolmentSource.Kind
BIG_TITLE = "The big session"
ORDINARY = (3, 5)  # running, and somebody ordinary is in them
HIDES = 25  # in every so many places a few things are hidden


@dataclass
class Given:
    """A session that was made. `places`: (key of the session course, course, who coaches it)."""

    key: int
    session: CourseSession
    terms: Terms
    places: list[tuple[int, Written, int]]
    is_big: bool = False

    def has_begun(self, at: datetime) -> bool:
        begun = self.session.opens_at is None or self.session.opens_at < at
        return begun and self.session.state in (State.PUBLISHED, State.ARCHIVED)

    def is_over(self, at: datetime) -> bool:
        return self.session.closes_at is not None and self.session.closes_at <= at


def make_sessions(
    rng: Random, size: Size, people: People, courses: list[Written], at: datetime, pouring: Pouring
) -> Iterator[Given]:
    """The first is the big one."""
    categories, number = pouring.table(SessionCategory), SessionCategory.objects.count()
    filed = [
        categories.take(SessionCategory(name=f"{name} {number}" if number else name, position=n))
        for n, name in enumerate(PERIODS)
    ]
    before = CourseSession.objects.count()
    for n in range(size.sessions):
        # The same dates in every size, so that who is in the first ones sees the same in each of them.
        session = _big(at) if n == 0 else _session(Random(n), n, at)  # noqa: S311
        session.title = f"{session.title} ({before})" if before else session.title
        session.search_text = fold(session.title)[:300]
        session.category_id = rng.choice(filed)
        session.owner_id = rng.choice(people.planners)
        session.created_at = (session.opens_at or at) - timedelta(days=rng.randint(20, 90))
        session.changed_at = min(at, session.created_at + timedelta(days=5))
        fill_session(session)
        key = pouring.table(CourseSession).take(session)
        given = Given(key, session, terms_of(session), [], is_big=n == 0)
        for position, course in enumerate(_courses(rng, n, courses)):
            place = pouring.table(SessionCourse).take(
                SessionCourse(session_id=key, course_id=course.key, position=position)
            )
            coach = people.named["bench.coach"] if n == 0 else rng.choice(people.teachers)
            given.places.append((place, course, coach))
            pouring.table(CourseCoach).take(CourseCoach(session_course_id=place, person_id=coach))
        pouring.table(GeneralCoach).take(GeneralCoach(session_id=key, person_id=rng.choice(people.teachers)))
        if n % 10 == 0:
            pouring.table(SessionFollower).take(
                SessionFollower(session_id=key, person_id=people.named["bench.hr"], at=session.created_at)
            )
        yield given


def _big(at: datetime) -> CourseSession:
    """Running, so that work in it can be measured."""
    return CourseSession(
        title=BIG_TITLE,
        state=State.PUBLISHED.value,
        time_zone="Europe/Brussels",
        opens_at=at - timedelta(days=40),
        closes_at=at + timedelta(days=50),
        coach_days_after=14,
    )


def _session(rng: Random, n: int, at: datetime) -> CourseSession:
    start = at + timedelta(days=rng.randint(-700, 120))
    session = CourseSession(
        title=f"{start:%B %Y}, group {n}",
        state=State.PUBLISHED.value,
        time_zone="Europe/Brussels",
        coach_days_before=7,
        coach_days_after=14,
        description="<p>Bring your badge.</p>" if n % 3 else "",
        after_end=rng.choice(["read_only", "read_only", "open", "closed"]),
        learners_see_each_other=n % 4 == 0,
    )
    luck = rng.random()
    if luck < 0.05:
        session.duration_days = rng.choice([30, 60, 90])
    elif luck > 0.04 + 0.05:
        session.opens_at = start
        session.closes_at = start + timedelta(days=rng.randint(14, 120))
    over = session.closes_at is not None and session.closes_at < at
    fate = rng.random()
    if n in ORDINARY:
        session.opens_at, session.closes_at, session.duration_days = at - timedelta(30), at + timedelta(30), None
        return session
    if fate < 0.03:
        session.state, session.state_reason = State.CANCELLED.value, "Too few people."
    elif over and fate < 0.15:
        session.state = State.ARCHIVED.value
    elif session.opens_at is not None and session.opens_at > at and fate < 0.3:
        session.state = State.DRAFT.value
    return session


def _courses(rng: Random, n: int, courses: list[Written]) -> list[Written]:
    if n == 0:
        return [courses[GRADED]]
    others = [courses[k] for k in rng.sample(range(GRADED + 1, len(courses)), 1 + n % 2)]
    return [courses[BUSY], *others[:1]] if n % BUSY_SHARE == 0 else others


# Learners


@dataclass(frozen=True)
class Seats:
    """How the enrolments are shared out: one session with many, one person in many, the rest about alike."""

    each: int

    @classmethod
    def of(cls, size: Size) -> Seats:
        left = size.enrolments - size.big - size.many
        return cls(max(1, left // (size.sessions - 1)))


def enrol_learners(
    rng: Random, size: Size, given: Given, n: int, people: People, at: datetime, pouring: Pouring
) -> list[Enrolment]:
    """The learners of a session, as rows that were poured already; they carry their keys."""
    chosen, school_class = _chosen(rng, size, given, n, people)
    if school_class is not None:
        attends = SessionClass(session_id=given.key, school_class_id=school_class, at=given.session.created_at)
        pouring.table(SessionClass).take(attends)
    rows = []
    for person in chosen:
        row = _enrolment(rng, given, person, at, always=person in people.named.values())
        pouring.table(Enrolment).take(row)
        source = EnrolmentSource(enrolment_id=row.pk, kind=Kind.HAND.value, at=row.enrolled_at)
        if school_class is not None and person in people.classes[school_class]:
            source.kind, source.school_class_id = Kind.SCHOOL_CLASS.value, school_class
        elif rng.random() < 0.5:
            source.kind = Kind.IMPORT.value
        pouring.table(EnrolmentSource).take(source)
        _changes(row, given, at, pouring)
        rows.append(row)
    return rows


def _chosen(rng: Random, size: Size, given: Given, n: int, people: People) -> tuple[list[int], int | None]:
    """Keys of people, and the class that is enrolled as one. The busy person is in the sessions after the big one."""
    named = [people.named["bench.busy"]] if 0 < n <= size.many else []
    if n == 0 or n in ORDINARY:
        named.append(people.named["bench.ordinary"])
    wanted = size.big - len(named) if given.is_big else max(1, round(rng.gauss(1, 0.3) * Seats.of(size).each))
    chosen = rng.sample(people.learners, min(wanted, len(people.learners)))
    if not given.is_big and people.classes and rng.random() < 0.25 and wanted >= 5:
        school_class = rng.choice(list(people.classes))
        class_and_others = dict.fromkeys([*people.classes[school_class], *chosen])
        return named + list(class_and_others)[:wanted], school_class
    return named + chosen, None


def _enrolment(rng: Random, given: Given, person: int, at: datetime, *, always: bool) -> Enrolment:
    """`always`: somebody whose pages are measured, who is neither suspended nor gone."""
    begun = given.session.opens_at or given.session.created_at
    enrolled = min(at, begun) - timedelta(days=rng.randint(1, 30), minutes=rng.randint(0, 1000))
    row = Enrolment(session_id=given.key, person_id=person, enrolled_at=enrolled)
    luck = rng.random()
    if not always and luck < 0.03:
        row.state = Enrolment.State.WITHDRAWN.value
    elif not always and luck < 0.04:
        row.state = Enrolment.State.SUSPENDED.value
    elif given.is_over(at) and luck < 0.75:
        row.state, row.completed_at = Enrolment.State.COMPLETED.value, given.session.closes_at
    if luck > 0.99:
        row.extra_days, row.time_reason = rng.randint(3, 30), "Was ill"
    if given.has_begun(at) and rng.random() < 0.9:
        latest = min(at, given.session.closes_at or at)
        row.first_entered_at = min(latest, begun + timedelta(days=rng.randint(0, 7), minutes=rng.randint(1, 1000)))
        row.last_entered_at = row.first_entered_at + (latest - row.first_entered_at) * rng.random()
    fill_enrolment(row, given.terms)
    return row


def _changes(row: Enrolment, given: Given, at: datetime, pouring: Pouring) -> None:
    table = pouring.table(EnrolmentChange)
    table.take(EnrolmentChange(enrolment_id=row.pk, state=Enrolment.State.ACTIVE.value, at=row.enrolled_at))
    if row.state != Enrolment.State.ACTIVE:
        when = row.completed_at or row.last_entered_at or min(at, row.enrolled_at + timedelta(days=10))
        table.take(EnrolmentChange(enrolment_id=row.pk, state=row.state, at=when))

"""`here`: what a request is about (a course, a session, or a course in a session) and what this person may do there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import BigIntegerField, CharField, DateTimeField, F, Model, QuerySet, Value
from django.db.models.functions import Cast, Upper

from encore.base.prepared import Prepared
from encore.courses.managing import manages
from encore.courses.models import (
    Course,
    CourseCoach,
    CourseExclusion,
    CourseSession,
    CourseTeacher,
    Enrolment,
    GeneralCoach,
    SessionCourse,
    SessionFollower,
)
from encore.courses.rules import (
    Action,
    Decision,
    Locks,
    Refusal,
    Spell,
    Standing,
    Terms,
    decide,
    decide_course,
    list_of,
    may,
)
from encore.courses.windows import enrolment_terms, locks_of, terms_of
from encore.courses.words import Access, ListName, Reason, Sight
from encore.people.models import Person
from encore.people.words import Permission


class NoSuchPlace(Exception):
    """There is no such course, session or course in a session."""


@dataclass(frozen=True)
class Viewing:
    """Somebody looks as a learner would (courses.viewing): the place's `at` is then the moment they chose."""

    now: datetime
    level: Access
    """What a learner would have, where the one who looks may only read."""


@dataclass(frozen=True)
class Here:
    """A place with one person in it at one moment. Make it with `here_for` or `places_of`, never by hand.

    `| Any`: what the place is not is None, but behind a door its parts are there, and nobody has to ask again.
    """

    person: Person
    at: datetime
    access: Decision
    course: Course | Any = None
    session: CourseSession | Any = None
    session_course: SessionCourse | Any = None
    enrolment: Enrolment | None = None
    list_name: ListName | None = None
    standing: Standing = field(default_factory=Standing)
    terms: Terms = field(default_factory=Terms)
    locks: Locks = field(default_factory=Locks)
    viewing_as: Viewing | None = None

    def may(self, action: Action) -> bool:
        return self.why_not(action) is None

    def why_not(self, action: Action) -> Refusal | None:
        return may(self.access, self.locks, action)

    def sees(self, sight: Sight) -> bool:
        return sight in self.access.sees

    @property
    def sees_content(self) -> bool:
        """For templates: whether what the course holds opens, so that a link to it leads somewhere."""
        return self.sees(Sight.CONTENT)

    @property
    def is_open(self) -> bool:
        return self.access.level >= Access.READ

    @property
    def is_read_only(self) -> bool:
        """Whether one may read in a session and no more: its pages then carry a bar that says why."""
        reads = self.access.level if self.viewing_as is None else self.viewing_as.level
        return reads == self.access.level == Access.READ and self.session is not None

    @property
    def records(self) -> bool:
        """Whether what this person does here is recorded: a live enrolment at WORK, in a course that is theirs."""
        live = self.enrolment is not None and self.enrolment.state == "active" and not self.standing.excluded
        return live and self.access.level >= Access.WORK

    @property
    def writes(self) -> bool:
        """Whether this person sees drafts, marks and the means to change things here."""
        return self.access.level >= Access.COACH

    @property
    def title(self) -> str:
        """The course's title, with the session's beside it; in a standing session the course's alone."""
        if self.course is None:
            return str(self.session)
        elif self.session is None or self.session.is_standing:
            return self.course.title
        else:
            return f"{self.course.title} · {self.session.title}"


def here_for(person: Person, *, at: datetime, session: int | None = None, code: str | None = None) -> Here:
    """The place named by a session's id, a course's code, or both. At most three queries.

    Raises NoSuchPlace when it does not exist. Whether the person may be there is `access.level`.
    """
    if session is None:
        return _course(person, code or "", at)
    elif code is None:
        found = CourseSession.objects.select_related("category", "owner", "standing_for").filter(pk=session).first()
        if found is None:
            raise NoSuchPlace
        facts = _Facts(person, [found])
        here = facts.here(found, None, at)
        here.__dict__["_facts"] = facts  # frozen to everyone else: its courses are read from the same facts
        return here
    else:
        places = _PLACE(session=session, code=code) if session <= BigIntegerField.MAX_BIGINT else []
        if not places:
            raise NoSuchPlace
        return _Facts(person, [places[0].session]).here(places[0].session, places[0], at)


def here_of_operator(*, at: datetime, code: str, session: int | None = None) -> Here:
    """A course, or one of a session, for a command that whoever runs the installation gives: everything is permitted,
    and nobody is named (`person` is None). Raises NoSuchPlace when it does not exist."""
    everything: Any = {"person": None, "at": at, "access": Decision(Access.MANAGE, frozenset(Sight), Reason.MANAGES)}
    if session is None:
        course = Course.objects.select_related("category").filter(code__iexact=code).first()
        if course is None:
            raise NoSuchPlace
        return Here(course=course, **everything)
    places = SessionCourse.objects.select_related("session", "course").filter(session=session)
    place = places.filter(course__code__iexact=code).first()
    if place is None:
        raise NoSuchPlace
    return Here(course=place.course, session=place.session, session_course=place, **everything)


def places_of(
    person: Person,
    sessions: Iterable[CourseSession],
    *,
    at: datetime,
    enrolments: Iterable[Enrolment] | None = None,
    courses: Iterable[SessionCourse] | None = None,
) -> dict[int, tuple[Here, list[Here]]]:
    """For each session (by id): the session as a whole, and each of its courses in order. Three queries in all.

    One less where `enrolments`, the person's latest in these sessions, are at hand, and one less where their `courses`
    are, in order.
    """
    sessions = list(sessions)
    facts = _Facts(person, sessions, enrolments)
    if courses is None:
        rows = SessionCourse.objects.filter(session__in=[s.pk for s in sessions])
        courses = rows.select_related("course").order_by("position", "id")
    by_session: dict[int, list[SessionCourse]] = defaultdict(list)
    for place in courses:
        by_session[place.session_id].append(place)
    return {s.pk: (facts.here(s, None, at), [facts.here(s, place, at) for place in by_session[s.pk]]) for s in sessions}


def places_in(here: Here) -> list[Here]:
    """The courses of a session, in order, for the person whose `here` the session is. One query; three where the facts
    are not at hand."""
    facts = here.__dict__.get("_facts") or _Facts(here.person, [here.session])
    courses = SessionCourse.objects.filter(session=here.session).select_related("course").order_by("position", "id")
    return [facts.here(here.session, place, here.at) for place in courses]


def _course(person: Person, code: str, at: datetime) -> Here:
    course = Course.objects.select_related("category").filter(code__iexact=code).first()
    if course is None:
        raise NoSuchPlace
    kind = CourseTeacher.objects.filter(course=course, person=person.pk).values_list("kind", flat=True).first()
    access = decide_course(
        teacher=kind == CourseTeacher.Kind.TEACHER,
        assistant=kind == CourseTeacher.Kind.ASSISTANT,
        administrator=person.is_administrator,
    )
    return Here(person=person, at=at, access=access, course=course)


class _Facts:
    """What one person is in some sessions: two queries, however many sessions; one where the enrolments are given."""

    def __init__(
        self, person: Person, sessions: Iterable[CourseSession], enrolments: Iterable[Enrolment] | None = None
    ) -> None:
        self.person = person
        ids = [s.pk for s in sessions]
        self.rows: dict[int, list[tuple[str, int | None, datetime | None, datetime | None]]] = defaultdict(list)
        asked = _ROLE_ROWS_AND_FOLLOWING if person.is_hr_manager else _ROLE_ROWS
        for session_id, kind, place, opens, closes in asked(person=person.pk, sessions=ids):
            self.rows[session_id].append((kind, place, opens, closes))
        if enrolments is None:
            enrolments = _ENROLMENTS(person=person.pk, sessions=ids)
        self.enrolments = {e.session_id: e for e in enrolments}

    def here(self, session: CourseSession, place: SessionCourse | None, at: datetime) -> Here:
        standing, terms = self.standing(session, place), terms_of(session, place.course if place else None)
        return Here(
            person=self.person,
            at=at,
            access=decide(standing, terms, at),
            course=place.course if place else None,
            session=session,
            session_course=place,
            enrolment=self.enrolments.get(session.pk),
            list_name=list_of(standing, terms, at),
            standing=standing,
            terms=terms,
            locks=locks_of(place) if place else Locks(),
        )

    def standing(self, session: CourseSession, place: SessionCourse | None) -> Standing:
        """Towards one course of the session, or (place None) the session as a whole, where any course's role counts."""
        here = place.pk if place else None
        spells: dict[str, list[Spell]] = defaultdict(list)
        kinds = set()
        for kind, at_place, opens, closes in self.rows[session.pk]:
            if kind == "coach" and here and at_place != here:
                kind = "other"
            elif kind in ("teacher", "excluded") and here and at_place != here:
                continue
            kinds.add(kind)
            spells[kind].append(Spell(opens, closes))
        enrolment = self.enrolments.get(session.pk)
        runs = self.person.is_session_administrator and manages(self.person, session)
        return Standing(
            enrolment=enrolment_terms(enrolment) if enrolment else None,
            excluded=here is not None and "excluded" in kinds,
            course_coach=tuple(spells["coach"]),
            general_coach=tuple(spells["general"]),
            other_course_coach=tuple(spells["other"]),
            course_teacher="teacher" in kinds,
            follows="follower" in kinds,
            session_administrator=runs,
            opens_content=runs and self.person.may(Permission.OPEN_CONTENT),
            sees_results=runs and self.person.may(Permission.SEE_RESULTS),
            administrator=self.person.is_administrator,
        )


def _role_rows(person: int, sessions: list[int]) -> QuerySet[Any, tuple[Any, ...]]:
    """(session, kind, session course or null, held from, held until) of every role row; one query."""

    def rows(
        model: type[Model], kind: str, session: str, place: str | None, *, dated: bool
    ) -> QuerySet[Any, tuple[Any, ...]]:
        whose = "person" if model is not CourseExclusion else "enrolment__person"
        found = model._default_manager.filter(**{whose: person, f"{session}__in": sessions})
        return _columns(found, kind, session, place, dated=dated)

    general = rows(GeneralCoach, "general", "session_id", None, dated=True)
    return general.union(
        rows(CourseCoach, "coach", "session_course__session_id", "session_course_id", dated=True),
        rows(
            CourseTeacher, "teacher", "course__session_courses__session_id", "course__session_courses__id", dated=False
        ).filter(kind=CourseTeacher.Kind.TEACHER),
        rows(CourseExclusion, "excluded", "session_course__session_id", "session_course_id", dated=False).filter(
            enrolment__is_latest=True
        ),
        all=True,
    )


def _role_rows_and_following(person: int, sessions: list[int]) -> QuerySet[Any, tuple[Any, ...]]:
    """Besides, the sessions that an HR manager follows, and those of the people they follow."""
    followed = SessionFollower.objects.filter(person=person, session__in=sessions)
    people = Enrolment.objects.filter(person__followers__manager=person, session__in=sessions, is_latest=True)
    return _role_rows(person, sessions).union(
        _columns(followed, "follower", "session_id", None),
        _columns(people, "follower", "session_id", None).distinct(),
        all=True,
    )


def _columns(
    rows: QuerySet[Any], kind: str, session: str, place: str | None, *, dated: bool = False
) -> QuerySet[Any, tuple[Any, ...]]:
    none = Cast(Value(None), DateTimeField())  # PostgreSQL takes a bare NULL in distinct rows for text
    return rows.order_by().values_list(
        F(session),
        Value(kind, output_field=CharField()),
        F(place) if place else F(session),
        F("from_at") if dated else none,
        F("until_at") if dated else none,
    )


def _place(session: int, code: str) -> QuerySet[Any, SessionCourse]:
    """A course of a session by its code, large and small letters alike."""
    places = SessionCourse.objects.select_related("session__owner", "session__category", "course__category")
    places = places.alias(code=Upper("course__code")).filter(session=session, code=Upper(Value(code)))
    return places.order_by("pk")[:1]


def _enrolments(person: int, sessions: list[int]) -> QuerySet[Any, Enrolment]:
    return Enrolment.objects.filter(person=person, session__in=sessions, is_latest=True)


# Asked on every page of a place.
_PLACE, _ENROLMENTS = Prepared(_place), Prepared(_enrolments)
_ROLE_ROWS, _ROLE_ROWS_AND_FOLLOWING = Prepared(_role_rows), Prepared(_role_rows_and_following)

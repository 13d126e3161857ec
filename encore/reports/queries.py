"""What HR managers read: the people they follow, the sessions they follow, and nobody else's results.

Whoever follows a session reads about all who take part in it; whoever follows a person, about this person in every
session. Drafts are nobody's business yet.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Sum

from encore.base.text import fold
from encore.courses.context import Here
from encore.courses.models import CourseExclusion, CourseSession, Enrolment, SessionCourse, SessionFollower
from encore.courses.queries.sessions import look_of
from encore.courses.rules import Window, list_by_window
from encore.courses.words import ListName, SessionState
from encore.people.models import Person
from encore.people.queries import followed_by, search_people
from encore.toolkit.models import CourseProgress
from encore.toolkit.progress import Progress, progress_among

State = Enrolment.State


@dataclass
class PersonRow:
    """One followed person: in how many sessions now and in all, and when last in one of them."""

    person: Person
    current: int = 0
    sessions: int = 0
    last_at: datetime | None = None


@dataclass
class Part:
    """One enrolment and how far it is in each course of its session: None where the person is out of a course."""

    enrolment: Enrolment
    courses: list[tuple[SessionCourse, Progress | None]] = field(default_factory=list)

    @property
    def total(self) -> Progress:
        return sum((progress for _course, progress in self.courses if progress), Progress())


def sessions_followed(manager: Person, *, q: str = "") -> QuerySet[CourseSession]:
    """The sessions this person follows, or in which somebody they follow takes part; the latest first."""
    of_people = Enrolment.objects.filter(
        session=OuterRef("pk"), is_latest=True, person__in=followed_by(manager).order_by()
    )
    mine = SessionFollower.objects.filter(session=OuterRef("pk"), person=manager)
    sessions = CourseSession.objects.exclude(state=SessionState.DRAFT).filter(Q(Exists(mine)) | Q(Exists(of_people)))
    for word in fold(q).split():
        sessions = sessions.filter(search_text__contains=word)
    return sessions.select_related("category").order_by("-opens_at", "-pk")


def taking_part(here: Here, *, q: str = "", state: str = "") -> QuerySet[Enrolment]:
    """The enrolments of a session that this HR manager may read about, by name: all, or those of people followed.
    `state`: those in this one only."""
    enrolments = Enrolment.objects.filter(session=here.session, is_latest=True).select_related("person")
    if state in State.values:
        enrolments = enrolments.filter(state=state)
    if not SessionFollower.objects.filter(session=here.session, person=here.person).exists():
        enrolments = enrolments.filter(person__in=followed_by(here.person).order_by())
    if q:
        enrolments = enrolments.filter(person__in=search_people(q).order_by())
    return enrolments.order_by("person__sort_name", "pk")


def enrolments_of(person: Person) -> QuerySet[Enrolment]:
    """All of a person's enrolments in sessions that are no drafts, earlier ones of the same session too."""
    rows = Enrolment.objects.filter(person=person).exclude(session__state=SessionState.DRAFT)
    return rows.select_related("session__category").order_by("-enrolled_at", "-pk")


def person_rows(people: Sequence[Person], at: datetime) -> list[PersonRow]:
    """What the list says of each; one query."""
    rows = {person.pk: PersonRow(person) for person in people}
    for enrolment in _latest(rows):
        row = rows[enrolment.person_id]
        row.sessions += 1
        row.current += _list_of(enrolment, at) is ListName.CURRENT
        row.last_at = max(filter(None, (row.last_at, enrolment.last_entered_at)), default=None)
    return list(rows.values())


def parts_of(enrolments: Sequence[Enrolment]) -> list[Part]:
    """How far each of them is, course by course; four queries, however many."""
    places: dict[int, list[SessionCourse]] = defaultdict(list)
    courses = SessionCourse.objects.filter(session__in={e.session_id for e in enrolments}).select_related("course")
    for place in courses.order_by("position", "pk"):
        places[place.session_id].append(place)
    progress = progress_among([place for some in places.values() for place in some], enrolments)
    out = set(CourseExclusion.objects.filter(enrolment__in=enrolments).values_list("session_course_id", "enrolment_id"))
    return [
        Part(e, [(p, None if (p.pk, e.pk) in out else progress[p.pk, e.pk]) for p in places[e.session_id]])
        for e in enrolments
    ]


def percents_of(enrolments: QuerySet[Enrolment]) -> list[tuple[int, int]]:
    """How far these are in all their courses together: (percent, how many). One query."""
    out = CourseExclusion.objects.filter(enrolment=OuterRef("enrolment"), session_course=OuterRef("session_course"))
    rows = CourseProgress.objects.filter(enrolment__in=enrolments.order_by().values("pk")).exclude(Exists(out))
    sums = rows.order_by().values("enrolment").annotate(of=Sum("total"), so_far=Sum("done"))
    counted = Counter(Progress(so_far, of).percent for so_far, of in sums.values_list("so_far", "of"))
    return sorted(counted.items())


def looks_of(sessions: Sequence[CourseSession], at: datetime) -> list[tuple[CourseSession, str]]:
    return [(session, look_of(session, at)) for session in sessions]


def _latest(people: Any) -> QuerySet[Enrolment]:
    rows = Enrolment.objects.filter(person__in=people, is_latest=True).exclude(session__state=SessionState.DRAFT)
    return rows.select_related("session")


def _list_of(enrolment: Enrolment, at: datetime) -> ListName:
    """By the stored window, as My sessions does."""
    if enrolment.state in (State.COMPLETED, State.WITHDRAWN):
        return ListName.PAST
    window = Window(enrolment.window_opens_at, enrolment.window_closes_at)
    return list_by_window(SessionState(enrolment.session.state), window, at)

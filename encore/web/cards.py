"""What a card of My sessions says, for a whole page of sessions at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.shortcuts import resolve_url
from django.urls import reverse

from encore.courses.context import Here, places_of
from encore.courses.explaining import days_left, own_window, runs_without_content, sentence, until
from encore.courses.models import CourseSession, Enrolment
from encore.courses.my_sessions import Mine, coach_names, enrolment_in, sessions_in
from encore.courses.rules import Action, Window
from encore.courses.words import Access, EnrolmentState, ListName, Reason, SessionState, Sight
from encore.people.models import Person
from encore.toolkit.progress import Progress, courses_with_progress

SOON = 14  # days before the end from which on they are counted


@dataclass(frozen=True)
class Door:
    """A place with its door: where it leads, or why it is closed."""

    here: Here
    progress: Progress | None = None

    @cached_property
    def url(self) -> str:
        """Empty where the door is closed, and for who runs a session but may not open what its courses hold."""
        here = self.here
        if not here.is_open or (here.session_course and not here.sees(Sight.CONTENT)):
            return ""
        else:
            return resolve_url(here.session_course or here.session)

    @property
    def learners_url(self) -> str:
        """Where a coach finds the course's learners; empty for others."""
        here = self.here
        if here.session_course and here.access.level >= Access.COACH and here.sees(Sight.PEOPLE):
            return reverse("learners", args=[here.session.pk, here.course.code])
        else:
            return ""

    @property
    def progress_url(self) -> str:
        """Where a coach sees how far everybody is: in a course item by item, in a session course by course; empty for
        others."""
        here = self.here
        if self.learners_url:
            return reverse("heat_map", args=[here.session.pk, here.course.code])
        elif here.session and here.course is None and here.is_open and here.sees(Sight.PEOPLE):
            return reverse("session_progress", args=[here.session.pk])
        else:
            return ""

    @property
    def to_mark_url(self) -> str:
        """Where what waits to be marked here stands, for who may mark; empty for others."""
        here = self.here
        if here.session is None or not here.may(Action.MARK):
            return ""
        course = f"&course={here.course.code}" if here.course else ""
        return f"{reverse('to_mark')}?session={here.session.pk}{course}"

    @property
    def view_as_url(self) -> str:
        """Where a coach begins to look as a learner; empty for others."""
        here = self.here
        if here.session is None or here.access.level < Access.COACH or not here.sees(Sight.CONTENT):
            return ""
        course = f"?course={here.course.code}" if here.course else ""
        return reverse("view_as_learner", args=[here.session.pk]) + course

    @cached_property
    def sentence(self) -> str:
        return sentence(self.here)

    @property
    def until(self) -> datetime | None:
        return until(self.here)

    @cached_property
    def state(self) -> str:
        """The word of state that stands beside the dates; none where a place is simply open or not open yet."""
        here = self.here
        if here.session.state != SessionState.PUBLISHED:
            return here.session.state
        elif here.enrolment and not here.standing.coach_spells and here.enrolment.state != EnrolmentState.ACTIVE:
            return here.enrolment.state
        elif here.access.reason is Reason.ENDED:
            return {Access.READ: "read_only", Access.LISTED: "closed"}.get(here.access.level, "")
        else:
            return ""


@dataclass(frozen=True)
class Card(Door):
    """A session with its courses. One with a single course leads straight into it."""

    courses: Sequence[Door] = ()
    coaches: Sequence[str] = ()

    @property
    def session(self) -> CourseSession:
        return self.here.session

    @cached_property
    def url(self) -> str:
        if self.here.is_open and len(self.courses) == 1 and not runs_without_content(self.courses[0].here):
            return self.courses[0].url
        else:
            return super().url

    @cached_property
    def window(self) -> Window:
        return own_window(self.here)

    @property
    def named_courses(self) -> Sequence[Door]:
        """The courses that the card lists: not the only one, where the session has its name."""
        only = len(self.courses) == 1 and self.courses[0].here.course.title == self.session.title
        return [] if only else self.courses

    @property
    def is_endless(self) -> bool:
        return self.window == Window() and not self.duration

    @property
    def duration(self) -> str:
        """How many days there are, in a session that counts them from the first visit."""
        return self.sentence if self.here.access.reason is Reason.DURATION_RUNNING else ""

    @cached_property
    def days_left(self) -> int | None:
        """The days until the end, where they are few."""
        left = days_left(self.here) if self.here.list_name is ListName.CURRENT else None
        return left if left is not None and left <= SOON else None

    @property
    def coaching(self) -> bool:
        standing = self.here.standing
        return bool(standing.coach_spells) and standing.enrolment is None


def cards(person: Person, page: Sequence[Mine], *, at: datetime) -> list[Card]:
    """The cards of a page of a list. Three queries, however many sessions and courses."""
    sessions = sessions_in(person, page, at=at)
    enrolments = [e for session in sessions if (e := enrolment_in(session))]
    courses, progress = courses_with_progress(sessions, enrolments)
    places = places_of(person, sessions, at=at, enrolments=enrolments, courses=courses)
    return [_card(session, *places[session.pk], progress) for session in sessions]


def doors(courses: Iterable[Here], progress: dict[int, Progress]) -> list[Door]:
    """The courses of a session that exist for this person, in order."""
    return [
        Door(here, progress.get(here.session_course.pk) if has_begun(here) else None)
        for here in courses
        if here.access.level > Access.NONE
    ]


def has_begun(here: Here) -> bool:
    """Whether there can be progress: of a learner, once it is open to them, and in no course they are excluded from."""
    learning = here.enrolment is not None and not here.standing.excluded
    return learning and here.access.level > Access.NONE and here.access.reason is not Reason.NOT_YET


def total(progress: Iterable[Progress | None]) -> Progress | None:
    """Progress in several courses taken together; None where there is none to show."""
    counted = [one for one in progress if one is not None and one.total]
    return sum(counted, Progress()) if counted else None


def active_enrolments(mine: Iterable[Mine]) -> list[Enrolment]:
    """Enrolments that have something to do, as far as `due_next` needs them."""
    return [Enrolment(pk=one.learning, session_id=one.session_id) for one in mine if one.learning]


def _card(session: CourseSession, whole: Here, courses: list[Here], progress: dict[int, Progress]) -> Card:
    shown = doors(courses, progress)
    return Card(
        here=whole,
        progress=total(door.progress for door in shown),
        courses=shown,
        coaches=coach_names(session),
    )

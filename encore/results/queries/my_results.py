"""Finds what a person got: every enrolment they ever had, each apart, with what came of it in every course."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.shortcuts import resolve_url

from encore.courses.context import Here, places_of
from encore.courses.models import CourseExclusion, Enrolment
from encore.courses.words import SessionState, Sight
from encore.people.models import Person
from encore.toolkit.explaining import ShownGroup
from encore.toolkit.progress import Progress, progress_among
from encore.toolkit.registry import tool_of_kind
from encore.toolkit.telling import Told, told_among
from encore.toolkit.totals import BookGrade, Figure, GradedItem


@dataclass(frozen=True)
class CourseResult:
    """What came of one enrolment in one course. `told` is None, and nothing is counted, before it has begun."""

    here: Here
    progress: Progress | None = None
    told: Told | None = None

    @property
    def figure(self) -> Figure | None:
        return self.told.figure if self.told else None

    @property
    def url(self) -> str:
        """Where the course is, while its door is open."""
        return resolve_url(self.here.session_course) if self.opens else ""

    @property
    def opens(self) -> bool:
        return self.here.is_open and self.here.sees(Sight.CONTENT)

    @property
    def groups(self) -> list[ShownGroup]:
        """Everything that counted. Behind a closed door, what never counted is not named."""
        groups = self.told.groups(self._page_of) if self.told else []
        if self.opens:
            return groups
        kept = [
            replace(group, lines=[line for line in group.lines if line.line.why_not != "empty"]) for group in groups
        ]
        return [group for group in kept if group.lines]

    @property
    def items(self) -> list[tuple[GradedItem, BookGrade | None]]:
        """What is told while a tool keeps something to itself; named as in `groups`."""
        items = self.told.items if self.told else []
        return items if self.opens else [(item, grade) for item, grade in items if grade is not None]

    def _page_of(self, item: GradedItem) -> str:
        """Where the learner finds an item; what is graded by hand has no page of theirs."""
        return tool_of_kind(item.kind).page_of(item, self.here) if self.opens and item.by_hand is None else ""


@dataclass(frozen=True)
class Result:
    """One enrolment with its courses, in their order; those that the person is out of are left away."""

    enrolment: Enrolment
    here: Here
    courses: list[CourseResult] = field(default_factory=list)

    @property
    def progress(self) -> Progress | None:
        """In all courses together; None where there is nothing to count."""
        counted = [one.progress for one in self.courses if one.progress and one.progress.total]
        return sum(counted, Progress()) if counted else None

    @property
    def url(self) -> str:
        """Where the session is, while its door is open and this enrolment is the one that counts."""
        return resolve_url(self.here.session) if self.here.is_open and self.enrolment.is_latest else ""


def enrolments_of(person: Person) -> QuerySet[Enrolment]:
    """All of a person's enrolments, earlier ones of the same session too, the newest first. Drafts are nobody's yet."""
    rows = Enrolment.objects.filter(person=person).exclude(session__state=SessionState.DRAFT)
    return rows.select_related("session__category").order_by("-enrolled_at", "-pk")


def results_of(person: Person, enrolments: Sequence[Enrolment], *, at: datetime) -> list[Result]:
    """What came of some enrolments of one person; as many queries for many as for one."""
    sessions = {enrolment.session_id: enrolment.session for enrolment in enrolments}
    places = places_of(person, sessions.values(), at=at)
    out = set(CourseExclusion.objects.filter(enrolment__in=enrolments).values_list("session_course", "enrolment"))
    found = [(e, _of(places[e.session_id][0], e), list(_courses(places[e.session_id][1], e, out))) for e in enrolments]
    begun = [here for enrolment, _whole, courses in found if has_begun(enrolment, at) for here in courses]
    told = told_among(begun)
    progress = progress_among({here.session_course.pk: here.session_course for here in begun}.values(), enrolments)

    def result(here: Here, enrolment: Enrolment) -> CourseResult:
        key = (here.session_course.pk, enrolment.pk)
        return CourseResult(here, progress.get(key), told[key]) if key in told else CourseResult(here)

    return [Result(e, whole, [result(here, e) for here in courses]) for e, whole, courses in found]


def in_courses(courses: Sequence[Here], progress: Mapping[int, Progress]) -> list[CourseResult]:
    """What came of the enrolment of who is here, in courses of one session that have begun; their progress is known,
    by session course id. Six queries."""
    told = told_among(courses)
    return [
        CourseResult(here, progress.get(here.session_course.pk), told[here.session_course.pk, here.enrolment.pk])
        for here in courses
        if here.enrolment
    ]


def has_begun(enrolment: Enrolment, at: datetime) -> bool:
    """Whether there can be results: not before a learner's own window opens."""
    return enrolment.window_opens_at is None or enrolment.window_opens_at <= at


def _courses(courses: Sequence[Here], enrolment: Enrolment, out: set[Any]) -> Iterator[Here]:
    for here in courses:
        if (here.session_course.pk, enrolment.pk) not in out:
            yield _of(here, enrolment)


def _of(here: Here, enrolment: Enrolment) -> Here:
    """The place with this enrolment in it: an earlier one opens no door, but keeps its results."""
    return here if here.enrolment and here.enrolment.pk == enrolment.pk else replace(here, enrolment=enrolment)

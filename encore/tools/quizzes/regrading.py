"""What the key now in force would change about answers that an older one marked: reckoned, nothing written."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from encore.courses.context import Here, places_of
from encore.courses.models import CourseSession
from encore.courses.queries.sessions import known_to
from encore.courses.rules import Action
from encore.toolkit.models import Item, Version
from encore.toolkit.scoping import items_at, recorded_in
from encore.tools.quizzes.content import Question
from encore.tools.quizzes.marking import attempt_points, has_passed, mark_answer, points_for
from encore.tools.quizzes.models import Answer, Attempt
from encore.tools.quizzes.questions.formula import FormulaError
from encore.tools.quizzes.to_mark import name_of


@dataclass(frozen=True)
class NewMark:
    """What an answer gets by the key in force (the id of its version)."""

    answer: Answer
    key: int
    points: Decimal

    @property
    def changes(self) -> bool:
        return self.points != self.answer.points


@dataclass(frozen=True)
class NewTotal:
    """An attempt whose points change."""

    here: Here
    attempt: Attempt
    name: str
    after: Decimal | None

    @property
    def passed(self) -> tuple[bool | None, bool | None]:
        """Before and after."""
        out_of, pass_share = self.attempt.out_of, self.attempt.settings.get("pass_share")
        return has_passed(self.attempt.points, out_of, pass_share), has_passed(self.after, out_of, pass_share)

    @property
    def changes_pass(self) -> bool:
        return self.passed[0] is not self.passed[1]


@dataclass
class Regrade:
    """What changes in one course of a session. `older`: answers that another key marked; of these stay `by_person` (a
    person marked them) and `unfit` (the question is of another type now, or needs what was not drawn)."""

    here: Here
    older: int = 0
    by_person: int = 0
    unfit: int = 0
    marks: list[NewMark] = field(default_factory=list)
    totals: list[NewTotal] = field(default_factory=list)

    @property
    def changed(self) -> list[NewMark]:
        return [mark for mark in self.marks if mark.changes]

    @property
    def up(self) -> int:
        return sum(mark.points > (mark.answer.points or 0) for mark in self.changed)

    @property
    def down(self) -> int:
        return len(self.changed) - self.up

    @property
    def passes(self) -> int:
        """How many attempts pass now and did not, or the other way round."""
        return sum(total.changes_pass for total in self.totals)

    @property
    def digest(self) -> str:
        """The same as long as it would do the same."""
        said = [f"{mark.answer.pk}:{mark.key}:{mark.answer.points}:{mark.points}" for mark in self.changed]
        return hashlib.sha256(" ".join(sorted(said)).encode()).hexdigest()[:32]


def places_to_regrade(here: Here, item: Item) -> tuple[list[Here], int]:
    """The sessions of this course with answers to a question, or in a test, that this person may mark; and how many
    more there are that they know of."""
    asked = Answer.objects.filter(_about(item), attempt__state=Attempt.State.HANDED_IN, session=OuterRef("pk"))
    sessions = CourseSession.objects.filter(Exists(asked)).order_by("opens_at", "pk")
    found = [
        place
        for _whole, places in places_of(here.person, sessions, at=here.at).values()
        for place in places
        if place.course.pk == here.course.pk and place.may(Action.MARK)
    ]
    known = known_to(here.person).filter(Exists(asked)).exclude(pk__in=[place.session.pk for place in found])
    return found, known.count()


def regrade_in(here: Here, item: Item, *, by_hand: bool) -> Regrade:
    """What the keys in force here would change about the answers of attempts handed in, to a question or in a test.

    What was left open stays at nothing, and so does what was erased. `by_hand`: also what a person marked. Four
    queries.
    """
    answers = list(answers_about(here, item).select_related("attempt__enrolment__person"))
    place = here.session_course
    current = items_at(here.course.pk, place.pk, place.pinned_release).filter(pk__in={one.item_id for one in answers})
    in_force: dict[int, int] = dict(current.values_list("pk", "version_id"))
    older = [a for a in answers if a.response and a.key_id and in_force.get(a.item_id, a.key_id) != a.key_id]
    versions = Version.objects.in_bulk({in_force[a.item_id] for a in older} | {a.version_id for a in older})
    contents = {pk: Question.read(version.content) for pk, version in versions.items()}
    found = Regrade(here, older=len(older))
    for answer in older:
        _look_at(answer, in_force[answer.item_id], contents, found, by_hand=by_hand)
    found.totals = list(_totals(here, found.changed))
    return found


def answers_about(here: Here, item: Item) -> QuerySet[Answer]:
    """Those handed in here, to a question or in a test."""
    return recorded_in(here, Answer).filter(_about(item), attempt__state=Attempt.State.HANDED_IN).order_by("pk")


def _about(item: Item) -> Q:
    return Q(attempt__item=item.pk) if item.kind == "test" else Q(item=item.pk)


def _look_at(answer: Answer, key: int, contents: dict[int, Question], found: Regrade, *, by_hand: bool) -> None:
    points = _points(answer, contents[key], contents[answer.version_id])
    if points is None:
        found.unfit += 1
    elif answer.by_id is not None and not by_hand:
        found.by_person += 1
    else:
        found.marks.append(NewMark(answer, key, points))


def _points(answer: Answer, question: Question, shown: Question) -> Decimal | None:
    """By this key; None where it says nothing about this answer."""
    if question.body.type != shown.body.type:
        return None
    negative = bool(answer.attempt.settings.get("negative"))
    try:
        marked = mark_answer(question, answer.drawn, answer.response, negative=negative)
    except FormulaError:  # it asks for a variable that was not drawn then
        return None
    return points_for(marked, answer.out_of)


def _totals(here: Here, changed: list[NewMark]) -> Iterator[NewTotal]:
    """Of the attempts whose points change, by learner."""
    after = {mark.answer.pk: mark.points for mark in changed}
    attempts = {mark.answer.attempt_id: mark.answer.attempt for mark in changed}
    points: dict[int, list[Any]] = {pk: [] for pk in attempts}
    rows = recorded_in(here, Answer).filter(attempt__in=attempts).values_list("attempt", "pk", "points")
    for attempt, answer, now in rows.order_by():
        points[attempt].append(after.get(answer, now))
    totals = [NewTotal(here, one, name_of(one), attempt_points(points[pk])) for pk, one in attempts.items()]
    for total in sorted(totals, key=lambda one: (one.name.casefold(), one.attempt.pk)):
        if total.after != total.attempt.points:
            yield total

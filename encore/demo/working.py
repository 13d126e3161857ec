"""Lets learners do what tools ask of them, and coaches mark and grade it, at moments in the past."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from encore.courses.actions.entering import enter
from encore.courses.context import Here
from encore.courses.models import CourseSession, Enrolment
from encore.demo.centre import Centre
from encore.demo.reading import Source
from encore.toolkit import grading
from encore.toolkit.models import Grade, Item
from encore.toolkit.registry import tools
from encore.toolkit.rehearsing import Actor, mark, perform
from encore.toolkit.scoping import shown_in
from encore.toolkit.totals import GradedItem, book_in
from encore.toolkit.weighting import GradedByHand

# Some whom one meets often; the others are as good as their names happen to be.
ABILITIES = {"amina": 0.8, "boris": 0.3, "siobhan.osullivan": 0.95, "priya.venkataraman": 0.9, "mehmet.ozturk": 0.45}
EACH = timedelta(minutes=3)


def ability_of(username: str) -> float:
    return ABILITIES.get(username) or Random(username).triangular(0.2, 1, 0.75)  # noqa: S311  the same each time


def work(
    centre: Centre, username: str, session: CourseSession, code: str, day: int, clock: str = "20:40", *, tries: int = 1
) -> None:
    """Somebody takes what can be taken here, and again the days after, if somewhat wiser."""
    for n in range(tries):
        at = centre.days(session.time_zone).clock(day + 2 * n, clock)
        begin(centre, username, session, code, at, ability=min(1, ability_of(username) + 0.2 * n))


def begin(
    centre: Centre,
    username: str,
    session: CourseSession,
    code: str,
    at: datetime,
    *,
    ability: float,
    ends: bool = True,
) -> None:
    here = centre.here(username, session, code, at)
    enter(here)
    chance = Random(f"{username} {session.title} {code} {at:%j %H}")  # noqa: S311
    actor = Actor(chance, ability, Source(code).answers, ends)
    for item in shown_in(here, kinds=done_kinds()):
        perform(item, here, actor)


def mark_what_waits(
    centre: Centre, coach: str, session: CourseSession, code: str, day: int, clock: str = "16:15", *, most: int = 99
) -> None:
    """A coach marks what has waited longest; `most`: of so many learners."""
    here = centre.here(coach, session, code, centre.days(session.time_zone).clock(day, clock))
    actor = Actor(Random(f"{coach} {session.title}"), texts=Source(code).answers)  # noqa: S311
    waiting = [one for tool in tools() for one in tool.to_mark([here.session_course.pk])]
    waiting.sort(key=lambda one: (one.since, one.enrolment))
    kinds = dict(Item.objects.filter(pk__in=[one.item for one in waiting]).values_list("pk", "kind"))
    for n, one in enumerate(waiting[:most]):
        mark(one, replace(here, at=here.at + n * EACH), actor, kind=kinds[one.item])


def grade_by_hand(
    centre: Centre, coach: str, session: CourseSession, code: str, day: int, who: Iterable[str], clock: str = "17:30"
) -> None:
    """A coach gives everybody points in the columns that are graded so."""
    here = centre.here(coach, session, code, centre.days(session.time_zone).clock(day, clock))
    columns = [item for item in book_in(here).items if item.by_hand]
    for n, username in enumerate(who):
        for item in columns:
            points, comment = _judged(item, Random(f"{username} {session.title} {item.title}"), username)  # noqa: S311
            moment = replace(here, at=here.at + n * EACH)
            grading.give(moment, centre.enrolment(username, session), item, points, comment=comment, seen=0)


def put_right(
    centre: Centre,
    coach: str,
    session: CourseSession,
    code: str,
    day: int,
    username: str,
    kind: str,
    share: str | None,
    reason: str,
) -> None:
    """Another figure in the place of a learner's first grade of that kind (a share of its points); None: excused."""
    here = centre.here(coach, session, code, centre.days(session.time_zone).clock(day, "17:50"))
    item, enrolment = _graded(here, kind), centre.enrolment(username, session)
    seen = _last_change(enrolment, item)
    if share is None:
        grading.excuse(here, enrolment, item, True, reason=reason, seen=seen)
    else:
        grading.override(here, enrolment, item, Decimal(share) * item.out_of, reason=reason, seen=seen)


def sign(centre: Centre, coach: str, session: CourseSession, code: str, day: int, note: str) -> None:
    """A coach signs for the grades of everybody who takes part."""
    here = centre.here(coach, session, code, centre.days(session.time_zone).clock(day, "18:10"))
    states = (*Enrolment.LIVE, Enrolment.State.COMPLETED)
    learners = Enrolment.objects.filter(session=session, is_latest=True, state__in=states).order_by("pk")
    grading.sign_off(here, list(learners), note=note)


def done_kinds() -> list[str]:
    """The kinds that a learner does, beyond seeing them."""
    return [kind.name for tool in tools() for kind in tool.kinds if kind.done]


def _graded(here: Here, kind: str) -> GradedItem:
    return next(item for item in book_in(here).items if item.kind == kind)


def _judged(item: GradedItem, chance: Random, username: str) -> tuple[Decimal, str]:
    """Points as people give them: in halves, or by a word of the scale."""
    share = min(1.0, max(0.1, ability_of(username) + chance.uniform(-0.15, 0.2)))
    points = (Decimal(share) * item.out_of * 2).quantize(Decimal(1)) / 2
    assert isinstance(item.by_hand, GradedByHand)
    if item.by_hand.scale:
        points = item.by_hand.points_of(item.by_hand.word_of(points)) or points
    return points, _REMARKS.get((share > 0.9) - (share < 0.5), "") if not item.by_hand.scale else ""


_REMARKS = {
    1: "Calm and sure, and you helped the others.",
    -1: "Come to another afternoon: this needs hands, not words.",
}


def _last_change(enrolment: Enrolment, item: GradedItem) -> int:
    grade = Grade.objects.filter(enrolment=enrolment, item=item.pk).first()
    last = grade.changes.order_by("-pk").first() if grade else None
    return last.pk if last else 0

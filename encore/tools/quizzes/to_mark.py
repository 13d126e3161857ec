"""What waits to be marked by a person, in one course of a session."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from django.db.models import Case, Count, Max, Min, Q, QuerySet, When
from django.utils.translation import gettext as _

from encore.base.prepared import Prepared
from encore.courses.context import Here
from encore.toolkit.models import Item
from encore.toolkit.registry import ToMark
from encore.toolkit.scoping import recorded_in
from encore.tools.quizzes.models import Answer, Attempt

WAITING = Q(points=None, attempt__state=Attempt.State.HANDED_IN)


@dataclass
class Waiting:
    """One test with what is to be marked in it. `questions`: each question with how many answers."""

    item: Item
    title: str
    attempts: int = 0
    answers: int = 0
    questions: list[tuple[Item, str, int]] = field(default_factory=list)


def waiting_in(here: Here) -> list[Waiting]:
    """The tests here with answers that wait for a mark, the one that waits longest first. Two queries."""
    rows = recorded_in(here, Answer).filter(WAITING).order_by()
    found: dict[int, Waiting] = {}
    counted = (
        rows.values("attempt__item", "item", "version__title")
        .annotate(n=Count("pk"), first=Count("attempt", distinct=True))
        .order_by("attempt__item", "version__title")
    )
    tests = recorded_in(here, Attempt).filter(answers__points=None, state=Attempt.State.HANDED_IN)
    for attempt in tests.select_related("item", "version").order_by("handed_in_at").distinct():
        one = found.setdefault(attempt.item_id, Waiting(attempt.item, attempt.version.title))
        one.attempts += 1
    items = Item.objects.in_bulk({row["item"] for row in counted})
    for row in counted:
        if (test := found.get(row["attempt__item"])) is not None:
            test.answers += row["n"]
            test.questions.append((items[row["item"]], row["version__title"], row["n"]))
    return list(found.values())


def waiting_among(session_courses: Iterable[int], enrolments: Iterable[int] | None = None) -> list[ToMark]:
    """What waits in these courses of sessions (ids), by test and learner. One query.

    `enrolments` (ids): theirs, and all that waits without a name.
    """
    places = list(session_courses)
    rows = _ALL(places=places) if enrolments is None else _OF(places=places, enrolments=list(enrolments) or [0])
    found: dict[tuple[int, int, int], ToMark] = {}
    for place, item, enrolment, title, anonymous, since, n, _last in rows:
        one = ToMark(place, item, enrolment, since, n, bool(anonymous), title)
        if other := found.get((place, item, enrolment)):  # of another version, whose title stays, or set otherwise
            one = _both(other, one)
        found[place, item, enrolment] = one
    return list(found.values())


def _both(first: ToMark, last: ToMark) -> ToMark:
    since, count, anonymous = min(first.since, last.since), first.count + last.count, first.anonymous or last.anonymous
    return replace(last, since=since, count=count, anonymous=anonymous)


def _waiting(places: list[int], whose: Q | None = None) -> QuerySet[Any, Any]:
    """Grouped; what was handed in last comes last. Found by the index `attempts_to_mark`."""
    attempts = Attempt.objects.filter(session_course__in=places, marked_at=None, handed_in_at__isnull=False)
    attempts = attempts.filter(whose or Q(), state=Attempt.State.HANDED_IN)
    return (
        attempts.filter(answers__points=None, answers__pk__isnull=False)
        .annotate(anonymous=Case(When(UNNAMED, then=1), default=0))
        .values_list("session_course", "item", "enrolment", "version__title", "anonymous")
        .annotate(since=Min("handed_in_at"), n=Count("answers"), last=Max("handed_in_at"))
        .order_by("last")
    )


UNNAMED = Q(settings__anonymous=True)
_ALL = Prepared(_waiting)
_OF = Prepared(lambda places, enrolments: _waiting(places, Q(enrolment__in=enrolments) | UNNAMED))


def attempts_at(here: Here, item: int) -> QuerySet[Attempt]:
    """Everybody's attempts at a test here that are handed in, by learner; `waiting`: answers still to be marked."""
    attempts = recorded_in(here, Attempt).filter(item=item, state=Attempt.State.HANDED_IN)
    waiting = Count("answers", filter=Q(answers__points=None))
    return (
        attempts.annotate(waiting=waiting)
        .select_related("enrolment__person", "version")
        .order_by("enrolment__person__sort_name", "enrolment", "number")
    )


def answers_to(here: Here, test: int, question: int, *, all_of_them: bool) -> QuerySet[Answer]:
    """The answers to one question of a test here, the first handed in first: those to mark, or all."""
    rows = recorded_in(here, Answer).filter(attempt__item=test, item=question, attempt__state=Attempt.State.HANDED_IN)
    if not all_of_them:
        rows = rows.filter(Q(points=None))
    related = ("version", "key", "passage", "by", "attempt__enrolment__person")
    return rows.select_related(*related).prefetch_related("files__file").order_by("attempt__handed_in_at", "pk")


def names_of(attempts: Iterable[Attempt]) -> dict[int, str]:
    """Who made each attempt, by its id: a number instead of a name where marking is anonymous and not done yet.

    The number is the attempt's own, the same on every page.
    """
    return {attempt.pk: name_of(attempt) for attempt in attempts}


def is_anonymous(attempt: Attempt) -> bool:
    """Whether the learner's name is kept from who marks: until all of the attempt is marked."""
    return bool(attempt.settings.get("anonymous")) and attempt.marked_at is None


def name_of(attempt: Attempt) -> str:
    if is_anonymous(attempt):
        return _("Learner %(n)s") % {"n": attempt.uuid.hex[:6].upper()}
    else:
        return attempt.enrolment.person.listed_name

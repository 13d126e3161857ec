"""Keeps progress: one row for each enrolment and course of its session, in the transaction of what changes it.

What counts is said in one place, `shown_at`. Whoever counts takes the session course's row first, then the rows of
progress in the order of their ids; a learner who completes something takes only their own row, and counts after that.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from django.db import transaction
from django.db.models import Case, Count, DateTimeField, Exists, F, Max, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce

from encore.base.prepared import Prepared
from encore.courses.models import Course, Enrolment, Release, SessionCourse
from encore.ledger.actions import start_job
from encore.people.models import Person
from encore.toolkit.models import Completion, CourseProgress, Item, ItemSettings
from encore.toolkit.registry import kind_named, tools
from encore.toolkit.scoping import with_current_line

BATCH = 1000
AT_ONCE = 20_000  # rows counted within the request; more are a job
NEVER = Value(datetime(1, 1, 2, tzinfo=UTC), output_field=DateTimeField())


def shown_at(session_courses: Iterable[int]) -> dict[int, frozenset[int]]:
    """By session course (ids), the items that count there: shown, completed by seeing or by their tool, and not buried
    in something hidden. Two queries; where many sessions show just what their course does, that is worked out once.
    """
    like = _alike(session_courses)
    found = {place: frozenset(items) for place, items in count_in(_PAIRS(places=sorted(set(like.values())))).items()}
    return {place: found.get(one, frozenset()) for place, one in like.items()}


@transaction.atomic
def recount(session_courses: Iterable[int], *, enrolments: Iterable[int] | None = None, tells: bool = False) -> int:
    """Count the progress in session courses (ids) again, of everybody or of some enrolments (ids). As many queries for
    a thousand learners as for one. `tells`: the answer is how many rows differed, else 0."""
    places = _taken(session_courses)
    groups: dict[frozenset[int], list[int]] = defaultdict(list)
    for place, items in shown_at(places).items():
        groups[items].append(place)
    whose = None if enrolments is None else list(enrolments)
    differed = 0
    for items, group in groups.items():
        rows = CourseProgress.objects.filter(session_course__in=group)
        for part in [rows] if whose is None else (rows.filter(enrolment__in=some) for some in _batches(whose)):
            differed += _write(part, items, tells=tells)
    return differed


@transaction.atomic
def begin(session_courses: Iterable[int], *, enrolments: Iterable[int] | None = None) -> int:
    """Give every enrolment in the sessions of these courses, or some (ids), the rows that they lack. How many."""
    places = _taken(session_courses)
    rows = Enrolment.objects.filter(session__session_courses__in=places).annotate(
        at_place=F("session__session_courses")
    )
    there = CourseProgress.objects.filter(enrolment=OuterRef("pk"), session_course=OuterRef("at_place"))
    rows = rows.filter(~Exists(there)).order_by("at_place", "pk")
    whose = None if enrolments is None else list(enrolments)
    parts = [rows] if whose is None else [rows.filter(pk__in=some) for some in _batches(whose)]
    missing = [row for part in parts for row in part.values_list("session", "at_place", "pk")]
    if not missing:
        return 0
    shown = shown_at({place for _session, place, _enrolment in missing})
    CourseProgress.objects.bulk_create(
        (
            CourseProgress(session_id=session, session_course_id=place, enrolment_id=enrolment, total=len(shown[place]))
            for session, place, enrolment in missing
        ),
        batch_size=BATCH,
        ignore_conflicts=True,
    )
    return len(missing)


def rebuild(session_courses: QuerySet[SessionCourse] | None = None) -> int:
    """Make the rows of session courses, or of all, what counting gives, a few at a time. How many differed."""
    rows = SessionCourse.objects.all() if session_courses is None else session_courses
    ids = list(rows.order_by("course", "pk").values_list("pk", flat=True))
    return sum(_rebuilt(some) for some in _batches(ids, 100))


def recount_course(course: Course, *, by: Person | None, at: datetime) -> None:
    """After a change in the course: in all its sessions. Very many learners are a job, so that nobody waits."""
    if CourseProgress.objects.filter(session_course__course=course).count() > AT_ONCE:
        start_job("recount course", {"course": course.pk}, by=by, at=at)
    else:
        recount(SessionCourse.objects.filter(course=course).values_list("pk", flat=True))


def count_one_more(
    session: int, session_course: int, enrolment: int, *, at: datetime, stamp: int | None = None
) -> None:
    """A learner has completed one more item, in this transaction. One query where the row's `stamp` is still the one
    that was read together with what shows; else two: writing takes the row, and what is read after that is what counts,
    also where the item was just being hidden.
    """
    rows = CourseProgress.objects.filter(session=session, enrolment=enrolment, session_course=session_course)
    one_more = {"done": F("done") + 1, "last_at": _later(at)}
    if stamp is not None and rows.filter(stamp=stamp).update(**one_more):
        return
    rows.update(**one_more)
    found = _PAIRS_STORED(places=[session_course], enrolments=[enrolment])
    items = count_in(row[:-2] for row in found).get(session_course, {})
    done, total = sum(items.values()), len(items)
    if not found or found[0][-2] is None:
        begin([session_course], enrolments=[enrolment])
        recount([session_course], enrolments=[enrolment])
    elif found[0][-2:] != (done, total):
        rows.update(done=done, total=total)


def seen_again(session: int, session_course: int, enrolment: int, *, at: datetime) -> None:
    """A learner has looked at something again that they had completed."""
    rows = CourseProgress.objects.filter(session=session, enrolment=enrolment, session_course=session_course)
    rows.update(last_at=_later(at))


def count_in(rows: Iterable[tuple[Any, ...]]) -> dict[int, dict[int, bool]]:
    """By session course, what counts there and whether it is done: of rows as `pairs` gives them."""
    tree: dict[int, dict[int, tuple[int | None, bool]]] = defaultdict(dict)
    counting: dict[int, dict[int, bool]] = defaultdict(dict)
    kinds = frozenset().union(*(tool.kind_names for tool in tools()))
    for place, pk, kind, title, parent, shown, *done in rows:
        if title is None or kind not in kinds:
            continue
        tree[place][pk] = (parent, shown)
        if kind_named(kind).counts:
            counting[place][pk] = bool(done and done[0])
    return {
        place: {pk: done for pk, done in items.items() if _surfaces(pk, tree[place])}
        for place, items in counting.items()
    }


def _surfaces(pk: int, tree: dict[int, tuple[int | None, bool]]) -> bool:
    """Whether an item and everything it lies in is shown."""
    at: int | None = pk
    while at is not None:
        at, shown = tree.get(at, (None, True))
        if not shown:
            return False
    return True


def _alike(session_courses: Iterable[int]) -> dict[int, int]:
    """Each session course with one that shows the same: itself, or for all that show just what their course does, the
    first of them."""
    own = {"session_course": OuterRef("pk")}
    differs = (
        Exists(Item.objects.filter(**own))
        | Exists(Release.objects.filter(**own))
        | Exists(ItemSettings.objects.filter(**own, visible__isnull=False))
    )
    rows = SessionCourse.objects.filter(pk__in=list(session_courses)).annotate(differs=differs).order_by("pk")
    first: dict[int, int] = {}
    found = {}
    for pk, course, pin, differs_here in rows.values_list("pk", "course", "pinned_release", "differs"):
        found[pk] = pk if differs_here or pin is not None else first.setdefault(course, pk)
    return found


def _taken(session_courses: Iterable[int]) -> list[int]:
    """The session courses, taken for this transaction: who publishes and who enrols counts one after the other."""
    rows = SessionCourse.objects.filter(pk__in=list(session_courses)).order_by("pk")
    return list(rows.select_for_update(no_key=True).values_list("pk", flat=True))


def _write(rows: QuerySet[CourseProgress], items: frozenset[int], *, tells: bool) -> int:
    list(rows.order_by("pk").select_for_update(no_key=True).values_list("pk"))
    there = Completion.objects.filter(session_course=OuterRef("session_course"), enrolment=OuterRef("enrolment"))
    mine: QuerySet[Any, Any] = there.order_by().values("enrolment")
    number = Subquery(mine.filter(item__in=sorted(items)).annotate(n=Count("pk")).values("n"))
    done = Coalesce(number, 0) if items else Value(0)
    last = Subquery(mine.annotate(last=Max("last_at")).values("last"))
    differed = 0
    if tells:
        counted = rows.annotate(now_done=done, was=Coalesce("last_at", NEVER), now=Coalesce(last, NEVER))
        same = Q(done=F("now_done"), total=len(items), was=F("now"))
        differed = counted.filter(~same).count()
    rows.update(done=done, total=len(items), last_at=last, stamp=F("stamp") + 1)
    return differed


@transaction.atomic
def _rebuilt(session_courses: Sequence[int]) -> int:
    new = begin(session_courses)
    return max(new, recount(session_courses, tells=True))


def _batches(ids: Sequence[int], size: int = BATCH) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), size):
        yield ids[start : start + size]


def _later(at: datetime) -> Any:
    return Case(When(last_at__gt=at, then=F("last_at")), default=Value(at, output_field=DateTimeField()))


def pairs(places: list[int]) -> QuerySet[Any, Any]:
    """What may show in these session courses: each item of the course, and each of the session's own."""
    items = Item.objects.filter(course__session_courses__in=places).annotate(at_place=F("course__session_courses"))
    items = items.filter(Q(session_course=None) | Q(session_course=F("at_place")))
    rows = with_current_line(items, item="pk", place="at_place")
    return rows.order_by().values_list("at_place", "pk", "kind", "title", "line_parent", "shown")


def pairs_done(places: list[int], enrolments: list[int]) -> QuerySet[Any, Any]:
    """As `pairs`, and whether one of the enrolments has completed each there."""
    mine = {"enrolment__in": enrolments, "session_course": OuterRef("at_place")}
    done = Completion.objects.filter(**mine, item=OuterRef("pk"))
    return pairs(places).values_list("at_place", "pk", "kind", "title", "line_parent", "shown", Exists(done))


def _pairs_stored(places: list[int], enrolments: list[int]) -> QuerySet[Any, Any]:
    """As `pairs_done`, and what is stored: done and total."""
    kept = CourseProgress.objects.filter(enrolment__in=enrolments, session_course=OuterRef("at_place"))
    rows = pairs_done(places, enrolments)
    return rows.annotate(kept_done=Subquery(kept.values("done")[:1]), kept_total=Subquery(kept.values("total")[:1]))


_PAIRS, _PAIRS_STORED = Prepared(pairs), Prepared(_pairs_stored)

"""Courses and what is in them, written by the tools' samples."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from random import Random
from uuid import UUID

from encore.base.pouring import Pouring
from encore.base.text import fold
from encore.bench.filling.people import People
from encore.bench.names import ABOUT, CATEGORIES, DOES
from encore.bench.sizes import GRADED_ITEMS, Size
from encore.courses.models import Course, CourseCategory, CourseTeacher, Release
from encore.toolkit.models import Item, ItemSettings, Line, Version
from encore.toolkit.registry import kind_named
from encore.toolkit.sampling import MadeUp, Placed, Sample, samples

BUSY, GRADED = 0, 1  # the course in every fifth session; the one of which half is graded


@dataclass
class Written:
    """A course with all that is in it. `to_do`: what learners do, in the order in which they do it."""

    key: int
    code: str
    items: list[Placed] = field(default_factory=list)
    to_do: list[Placed] = field(default_factory=list)

    @cached_property
    def counting(self) -> set[int]:
        """The items that are part of a learner's progress."""
        return {one.item for one in self.items if kind_named(one.made.kind).counts}

    @cached_property
    def by_uuid(self) -> dict[UUID, Placed]:
        return {one.made.uuid: one for one in self.items}


def make_courses(rng: Random, size: Size, people: People, at: datetime, pouring: Pouring) -> list[Written]:
    """All courses, with teachers and one or two releases."""
    categories = pouring.table(CourseCategory)
    first = CourseCategory.objects.count()
    filed = [
        categories.take(CourseCategory(name=f"{name} {first}" if first else name, position=n))
        for n, name in enumerate(CATEGORIES)
    ]
    start = Course.objects.count()
    written = []
    for n in range(size.courses):
        subject = f"{DOES[n % len(DOES)]} {ABOUT[n // len(DOES) % len(ABOUT)]}"
        title = {BUSY: "Working safely", GRADED: "The examined course"}.get(n, subject)
        code = f"C{start + n:04}"
        made_at = at - timedelta(days=rng.randint(800, 1000))
        course = Course(
            code=code,
            title=title if n < 400 else f"{title} {n // 400}",
            category_id=rng.choice(filed),
            language="en",
            created_by_id=people.named["bench.admin"],
            created_at=made_at,
            search_text=fold(f"{code} {title}"),
        )
        one = Written(pouring.table(Course).take(course), code)
        _teachers(rng, one, people, pouring)
        _write(rng, one, subject.lower(), GRADED_ITEMS if n == GRADED else size.items, n == GRADED, made_at, pouring)
        written.append(one)
    return written


def _teachers(rng: Random, course: Written, people: People, pouring: Pouring) -> None:
    for n, person in enumerate(rng.sample(people.teachers, min(2, len(people.teachers)))):
        kind = CourseTeacher.Kind.ASSISTANT if n else CourseTeacher.Kind.TEACHER
        pouring.table(CourseTeacher).take(CourseTeacher(course_id=course.key, person_id=person, kind=kind.value))


def _write(
    rng: Random, course: Written, subject: str, count: int, graded: bool, at: datetime, pouring: Pouring
) -> None:
    """Every item with its first version, in one release of the course."""
    release = pouring.table(Release).take(Release(course_id=course.key, number=1, at=at, note="First edition"))
    keys: dict[UUID, int] = {}
    for position, made in enumerate(_made(rng, subject, count, graded)):
        item = pouring.table(Item, "uuid", "course", "kind", "created_at").add(made.uuid, course.key, made.kind, at)
        version = pouring.table(Version, "item", "number", "title", "content", "at").add(
            item, 1, made.title, made.content.stored(), at
        )
        parent = keys[made.parent] if made.parent else None
        pouring.table(Line, "release", "item", "version", "parent", "position").add(
            release, item, version, parent, position
        )
        if made.due or made.options:
            pouring.table(ItemSettings).take(ItemSettings(item_id=item, due=made.due, options=made.options))
        keys[made.uuid] = item
        course.items.append(Placed(made, item, version))
    course.to_do = [one for one in course.items if _is_done(one.made.kind)]
    rng.shuffle(course.to_do)


def _made(rng: Random, subject: str, count: int, graded: bool) -> Iterator[MadeUp]:
    """`count` things to do, shared out among the tools; the rest goes to the first."""
    shares = {name: (sample, share(sample, graded)) for name, sample in samples().items()}
    counts = {name: int(count * part + 1e-9) for name, (_sample, part) in shares.items()}
    most = max(counts, key=lambda name: counts[name])
    counts[most] += count - sum(counts.values())
    for name, (sample, _part) in shares.items():
        if counts[name] or not (sample.share or sample.share_if_graded):
            yield from sample.items(rng, subject, counts[name], graded=graded)


def share(sample: Sample, graded: bool) -> float:
    return sample.share_if_graded if graded else sample.share


def _is_done(kind: str) -> bool:
    found = kind_named(kind)
    return found.counts or found.graded

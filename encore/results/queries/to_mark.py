"""Finds what waits to be marked in all courses that a person coaches."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from encore.courses.context import Here, places_of
from encore.courses.models import CourseCoach, CourseSession, Enrolment, GeneralCoach, SessionCourse
from encore.courses.rules import Action
from encore.people.models import Person
from encore.toolkit.models import Item
from encore.toolkit.registry import ToMark, kind_named, tool_of_kind, tools

NAMED = 3  # so many learners are named beside what waits


@dataclass
class Work:
    """What waits for one item in one course of a session. `since`: the oldest of it was handed in then; `names`: of the
    first who wait, none where marking is anonymous."""

    item: Item
    title: str
    url: str
    since: datetime
    anonymous: bool
    learners: list[int]
    answers: int
    names: list[str] = field(default_factory=list)

    @property
    def icon(self) -> str:
        return kind_named(self.item.kind).icon

    @property
    def more(self) -> int:
        """How many learners wait besides the named ones."""
        return len(self.learners) - len(self.names)


@dataclass
class Pile:
    """What waits in one course of a session, the longest waiting first."""

    here: Here
    works: list[Work]

    @property
    def since(self) -> datetime:
        return self.works[0].since

    @property
    def answers(self) -> int:
        return sum(work.answers for work in self.works)


def piles_of(person: Person, *, at: datetime, session: int | None = None, code: str = "") -> list[Pile]:
    """All that this person may mark now, the longest waiting first: in every course they coach, or in one session or
    one course of it. Whether they may is decided as everywhere. As many queries for fifty sessions as for one."""
    waiting = [one for one in _waiting(_courses(person, session)) if one.count]
    allowed = _allowed(person, {one.session_course for one in waiting}, at)
    found: dict[int, list[ToMark]] = defaultdict(list)
    for one in waiting:
        here = allowed.get(one.session_course)
        if here is not None and (not code or here.course.code.casefold() == code.casefold()):
            found[one.session_course].append(one)
    items = Item.objects.in_bulk({one.item for ones in found.values() for one in ones}) if found else {}
    piles = [Pile(allowed[place], _works(allowed[place], ones, items)) for place, ones in found.items()]
    return sorted(piles, key=lambda pile: (pile.since, pile.here.session_course.pk))


def name_learners(piles: Iterable[Pile]) -> None:
    """Put names beside what waits in these, where they may be known. One query."""
    works = [work for pile in piles for work in pile.works if not work.anonymous]
    first = {pk for work in works for pk in work.learners[:NAMED]}
    people = Enrolment.objects.filter(pk__in=first).select_related("person") if first else ()
    names = {enrolment.pk: enrolment.person.name for enrolment in people}
    for work in works:
        work.names = [names[pk] for pk in work.learners[:NAMED] if pk in names]


def _courses(person: Person, session: int | None) -> list[int]:
    """The courses of sessions (ids) with a coach's role of this person, held now or not; or those of one session."""
    if session is not None:
        return list(SessionCourse.objects.filter(session=session).values_list("pk", flat=True))
    own = CourseCoach.objects.filter(person=person).order_by().values_list("session_course", flat=True)
    general = GeneralCoach.objects.filter(person=person, session__session_courses__isnull=False).order_by()
    return list(own.union(general.values_list("session__session_courses", flat=True)))


def _waiting(places: Sequence[int]) -> list[ToMark]:
    return [one for tool in tools() for one in tool.to_mark(places)] if places else []


def _allowed(person: Person, places: set[int], at: datetime) -> dict[int, Here]:
    """Those of these courses of sessions (ids) in which the person may mark at this moment."""
    sessions = CourseSession.objects.filter(session_courses__in=places).select_related("category").distinct()
    found = places_of(person, sessions.order_by(), at=at) if places else {}
    return {
        here.session_course.pk: here
        for _whole, courses in found.values()
        for here in courses
        if here.session_course.pk in places and here.may(Action.MARK)
    }


def _works(here: Here, waiting: Sequence[ToMark], items: dict[int, Item]) -> list[Work]:
    found: dict[int, Work] = {}
    for one in sorted(waiting, key=lambda one: (one.since, one.enrolment)):
        if one.item not in found:
            item = items[one.item]
            url = tool_of_kind(item.kind).mark_url(item, here)
            found[one.item] = Work(item, one.title, url, one.since, one.anonymous, [], 0)
        work = found[one.item]
        work.learners.append(one.enrolment)
        work.answers += one.count
        work.anonymous = work.anonymous or one.anonymous
    return list(found.values())

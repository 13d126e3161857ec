"""Who is affected when something changes: decided before and after, by the rules, for everyone whom it may touch."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.utils.functional import Promise
from django.utils.timezone import get_current_timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy

from encore.base.display import end_words, start_words
from encore.courses.models import CourseSession, Enrolment, SessionCourse
from encore.courses.queries.roll import Roll, roll_of
from encore.courses.rules import (
    BeyondTheCalendar,
    Decision,
    EnrolmentTerms,
    Spell,
    Standing,
    Terms,
    coach_window,
    decide,
    learner_window,
    list_of,
)
from encore.courses.windows import enrolment_terms, terms_of
from encore.courses.words import Access, Reason, SessionState

NAMED = 12  # so many people are named; of the rest there is a number


class Turn(StrEnum):
    """What a change means to somebody, the hardest first."""

    CLOSES = "closes"
    READ_ONLY = "read_only"
    NEVER_OPENS = "never_opens"
    OPENS = "opens"
    OPENS_LATER = "opens_later"
    WORKS_AGAIN = "works_again"
    OTHER_DATES = "other_dates"
    VANISHES = "vanishes"
    APPEARS = "appears"


WORDS: dict[tuple[Turn, bool], Promise] = {
    (Turn.CLOSES, False): ngettext_lazy("Closes now for %(n)d learner", "Closes now for %(n)d learners", "n"),
    (Turn.CLOSES, True): ngettext_lazy("Closes now for %(n)d coach", "Closes now for %(n)d coaches", "n"),
    (Turn.READ_ONLY, False): ngettext_lazy(
        "Becomes read only now for %(n)d learner", "Becomes read only now for %(n)d learners", "n"
    ),
    (Turn.READ_ONLY, True): ngettext_lazy(
        "Becomes read only now for %(n)d coach", "Becomes read only now for %(n)d coaches", "n"
    ),
    (Turn.NEVER_OPENS, False): ngettext_lazy(
        "Will not open for %(n)d learner", "Will not open for %(n)d learners", "n"
    ),
    (Turn.NEVER_OPENS, True): ngettext_lazy("Will not open for %(n)d coach", "Will not open for %(n)d coaches", "n"),
    (Turn.OPENS_LATER, False): ngettext_lazy("Opens later for %(n)d learner", "Opens later for %(n)d learners", "n"),
    (Turn.OPENS_LATER, True): ngettext_lazy("Opens later for %(n)d coach", "Opens later for %(n)d coaches", "n"),
    (Turn.OPENS, False): ngettext_lazy("Opens now for %(n)d learner", "Opens now for %(n)d learners", "n"),
    (Turn.OPENS, True): ngettext_lazy("Opens now for %(n)d coach", "Opens now for %(n)d coaches", "n"),
    (Turn.WORKS_AGAIN, False): ngettext_lazy(
        "%(n)d learner can work again from now", "%(n)d learners can work again from now", "n"
    ),
    (Turn.WORKS_AGAIN, True): ngettext_lazy(
        "%(n)d coach can work again from now", "%(n)d coaches can work again from now", "n"
    ),
    (Turn.OTHER_DATES, False): ngettext_lazy("%(n)d learner gets other dates", "%(n)d learners get other dates", "n"),
    (Turn.OTHER_DATES, True): ngettext_lazy("%(n)d coach gets other dates", "%(n)d coaches get other dates", "n"),
    (Turn.VANISHES, False): ngettext_lazy(
        "Disappears now from the lists of %(n)d learner, whose access stays as it is",
        "Disappears now from the lists of %(n)d learners, whose access stays as it is",
        "n",
    ),
    (Turn.APPEARS, False): ngettext_lazy(
        "Appears now in the lists of %(n)d learner", "Appears now in the lists of %(n)d learners", "n"
    ),
}
# The same of one person, who has a name.
WORDS_OF_ONE: dict[Turn, Promise] = {
    Turn.CLOSES: gettext_lazy("Closes now for %(name)s"),
    Turn.READ_ONLY: gettext_lazy("Becomes read only now for %(name)s"),
    Turn.NEVER_OPENS: gettext_lazy("Will not open for %(name)s"),
    Turn.OPENS_LATER: gettext_lazy("Opens later for %(name)s"),
    Turn.OPENS: gettext_lazy("Opens now for %(name)s"),
    Turn.WORKS_AGAIN: gettext_lazy("%(name)s can work again from now"),
    Turn.OTHER_DATES: gettext_lazy("%(name)s gets other dates"),
}


@dataclass
class Effect:
    """One thing that happens to several people. `names`: of the first of them."""

    turn: Turn
    coaches: bool
    count: int = 0
    names: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return str(WORDS[self.turn, self.coaches] % {"n": self.count})

    @property
    def others(self) -> int:
        return self.count - len(self.names)

    def add(self, name: str) -> None:
        self.count += 1
        if len(self.names) < NAMED:
            self.names.append(name)


@dataclass(frozen=True)
class Outlook:
    """What one person has so far and would have then, in words. `turn` None: nothing changes at the door."""

    name: str
    turn: Turn | None
    before: str
    after: str
    place: str = ""  # the course that is meant, where it is not the session as a whole

    def __str__(self) -> str:
        if self.turn is None:
            return _("Nothing changes for %(name)s") % {"name": self.name}
        else:
            return str(WORDS_OF_ONE[self.turn] % {"name": self.name})


def digest_of(effects: Iterable[Effect | Outlook]) -> str:
    """Short and the same as long as the same happens to the same people, so that what was confirmed is what is done."""
    parts = [
        f"{e.turn} {e.coaches} {e.count} {e.names}" if isinstance(e, Effect) else f"{e.turn} {e.before} {e.after}"
        for e in effects
    ]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


# What a change does


def effects_of(
    session: CourseSession,
    values: dict[str, Any],
    at: datetime,
    *,
    coaches: tuple[Iterable[int], Iterable[int]] = ((), ()),
) -> list[Effect]:
    """What these new values of the session would do now to its learners and coaches. Three queries.

    `coaches`: the general coaches (ids of people) who are added and removed at the same time.
    Everybody is asked about the session as a whole, so who is out of one course counts like everyone else.
    """
    before, after = terms_of(session), terms_of(session_with(session, values))
    add, remove = (list(ids) for ids in coaches)
    if before == after and not add and not remove:
        return []
    roll = roll_of(session) if before != after else roll_of(session, people=[*add, *remove])
    return compare(roll, roll.with_general(add=add, remove=remove), before, after, at)


def effects_on(
    enrolments: Iterable[Enrolment], values: dict[str, Any], at: datetime, *, into: CourseSession | None = None
) -> list[Effect]:
    """What these new values of the enrolments would do now to the people: state, opens_at, closes_at, extra_days.

    Withdrawing is `{"state": "withdrawn"}`. The enrolments may be of several sessions; four queries for each session.
    `into`: what the same people would gain by an enrolment in that session with these values, beside what they
    are there already.
    """
    by_session: dict[int, list[Enrolment]] = defaultdict(list)
    for enrolment in enrolments:
        by_session[enrolment.session_id].append(enrolment)
    if into is not None:
        everybody = [enrolment.person_id for some in by_session.values() for enrolment in some]
        terms, roll = terms_of(into), roll_of(into, people=everybody)
        new = {person: replace(EnrolmentTerms(), **values) for person in everybody}
        return compare(roll, roll.with_enrolments(new), terms, terms, at, people=everybody)
    found: list[Effect] = []
    for some in by_session.values():
        people = [enrolment.person_id for enrolment in some]
        terms, roll = terms_of(some[0].session), roll_of(some[0].session, people=people)
        roll = roll.with_enrolments({e.person_id: enrolment_terms(e) for e in some})
        then = roll.with_enrolments({e.person_id: replace(enrolment_terms(e), **values) for e in some})
        found += compare(roll, then, terms, terms, at, people=people)
    return _joined(found)


def effects_in_course(
    place: SessionCourse,
    at: datetime,
    *,
    add: Sequence[int] = (),
    remove: Sequence[int] = (),
    spell: Spell = Spell(),  # noqa: B008 (frozen)
) -> list[Effect]:
    """What it would do now to add or remove coaches (ids of people) of one course of a session."""
    roll = roll_of(place.session, people=[*add, *remove], exclusions=True)
    terms = terms_of(place.session, place.course)
    then = roll.with_coaches(place.pk, add=add, remove=remove, spell=spell)
    return compare(roll, then, terms, terms, at, place=place.pk)


def effects_of_general(
    session: CourseSession,
    at: datetime,
    *,
    add: Sequence[int] = (),
    remove: Sequence[int] = (),
    spell: Spell = Spell(),  # noqa: B008 (frozen)
) -> list[Effect]:
    """What it would do now to add or remove general coaches (ids of people) of a session."""
    roll, terms = roll_of(session, people=[*add, *remove]), terms_of(session)
    return compare(roll, roll.with_general(add=add, remove=remove, spell=spell), terms, terms, at)


def effects_of_leaving_out(place: SessionCourse, at: datetime) -> list[Effect]:
    """What it would do now to its learners and coaches to take this course out of its session."""
    roll, terms = roll_of(place.session, exclusions=True), terms_of(place.session, place.course)
    found = compare(roll, Roll(names=roll.names), terms, terms, at, place=place.pk)
    return [effect for effect in found if effect.turn is not Turn.OTHER_DATES]  # they could not come in anyway


def outlook_of(enrolment: Enrolment, values: dict[str, Any], at: datetime) -> Outlook:
    """What these new values of one enrolment would do to its person."""
    terms, roll = terms_of(enrolment.session), roll_of(enrolment.session, people=[enrolment.person_id])
    roll = roll.with_enrolments({enrolment.person_id: enrolment_terms(enrolment)})
    then = roll.with_enrolments({enrolment.person_id: replace(enrolment_terms(enrolment), **values)})
    return _outlook(enrolment.person_id, roll, then, terms, at)


def outlook_of_exclusion(enrolment: Enrolment, place: SessionCourse, at: datetime, *, excluded: bool) -> Outlook:
    """What it would do to take somebody out of one course of the session, or to put them back."""
    person = enrolment.person_id
    terms, roll = (
        terms_of(enrolment.session, place.course),
        roll_of(enrolment.session, people=[person], exclusions=True),
    )
    roll = roll.with_enrolments({person: enrolment_terms(enrolment)})
    then = roll.with_exclusion(place.pk, person, excluded=excluded)
    return _outlook(person, roll, then, terms, at, place=place.pk, called=place.course.title)


def outlook_of_coach(
    session: CourseSession, person: int, spell: Spell, at: datetime, *, place: SessionCourse | None = None
) -> Outlook:
    """What these dates would do to one coach: a general one, or (with `place`) one of that course."""
    roll, terms = roll_of(session, people=[person], exclusions=True), terms_of(session)
    if place is None:
        return _outlook(person, roll, roll.with_general(add=[person], spell=spell), terms, at)
    then = roll.with_coaches(place.pk, add=[person], spell=spell)
    return _outlook(person, roll, then, terms, at, place=place.pk, called=place.course.title)


def session_with(session: CourseSession, values: dict[str, Any]) -> CourseSession:
    """A copy of the session that has these values; nothing is saved."""
    names = [f.attname for f in CourseSession._meta.concrete_fields]
    copy = CourseSession(**{name: getattr(session, name) for name in names})
    for name, value in values.items():
        setattr(copy, name, value)
    return copy


# Comparing


def compare(
    roll: Roll,
    then: Roll,
    before: Terms,
    after: Terms,
    at: datetime,
    *,
    place: int | None = None,
    people: Iterable[int] | None = None,
) -> list[Effect]:
    """What becomes of everybody, or of these people, who is on either roll, the hardest first. No query."""
    was, becomes = dict(roll.standings(place)), dict(then.standings(place))
    asked = list(dict.fromkeys([*was, *becomes])) if people is None else list(dict.fromkeys(people))
    found: dict[tuple[Turn, bool], Effect] = {}
    seen: dict[tuple[Standing, Standing], list[Turn]] = {}  # most learners stand alike: each pair is decided once
    for person in asked:
        one, other = was.get(person, Standing()), becomes.get(person, Standing())
        if (one, other) not in seen:
            seen[one, other] = list(_turns(one, other, before, after, at))
        coaches = bool(one.coach_spells or other.coach_spells)
        for turn in seen[one, other]:
            found.setdefault((turn, coaches), Effect(turn, coaches)).add(roll.names.get(person, ""))
    return _sorted(found.values())


def _turns(one: Standing, other: Standing, before: Terms, after: Terms, at: datetime) -> Iterable[Turn]:
    if turn := _turn(one, other, before, after, at):
        yield turn
    if (before.shown_from, before.shown_until) != (after.shown_from, after.shown_until):
        was, becomes = list_of(one, before, at), list_of(other, after, at)
        if was and not becomes:
            yield Turn.VANISHES
        elif becomes and not was:
            yield Turn.APPEARS


def _turn(one: Standing, other: Standing, before: Terms, after: Terms, at: datetime) -> Turn | None:
    was, becomes = decide(one, before, at), decide(other, after, at)
    if was.level >= Access.READ > becomes.level:
        return Turn.CLOSES
    elif becomes.level >= Access.READ > was.level:
        return Turn.OPENS
    elif was.level > Access.READ == becomes.level:
        return Turn.READ_ONLY
    elif becomes.level > Access.READ == was.level:
        return Turn.WORKS_AGAIN
    elif _comes(was, before) and not _comes(becomes, after):
        return Turn.NEVER_OPENS
    elif _comes(becomes, after) and not _comes(was, before):
        return Turn.OPENS_LATER
    elif was.level is not Access.NONE and _dates(one, before, was) != _dates(other, after, becomes):
        return Turn.OTHER_DATES
    else:
        return None


def _comes(decision: Decision, terms: Terms) -> bool:
    """Whether it is going to open. A cap takes nothing from a door that is closed, so the reason alone does not say."""
    return decision.reason is Reason.NOT_YET and terms.state not in (SessionState.CANCELLED, SessionState.ARCHIVED)


def _dates(standing: Standing, terms: Terms, decision: Decision) -> Any:
    """What somebody would have noted in a diary."""
    learner = learner_window(terms, standing.enrolment) if standing.enrolment else None
    coach = (coach_window(terms), standing.coach_spells) if standing.coach_spells else None
    return learner, coach, decision.level


def _joined(effects: Iterable[Effect]) -> list[Effect]:
    """The effects of several sessions as one list."""
    found: dict[tuple[Turn, bool], Effect] = {}
    for effect in effects:
        same = found.setdefault((effect.turn, effect.coaches), Effect(effect.turn, effect.coaches))
        same.names = [*same.names, *effect.names][:NAMED]
        same.count += effect.count
    return _sorted(found.values())


def _sorted(effects: Iterable[Effect]) -> list[Effect]:
    order = list(Turn)
    return sorted(effects, key=lambda effect: (effect.coaches, order.index(effect.turn)))


def _outlook(
    person: int, roll: Roll, then: Roll, terms: Terms, at: datetime, *, place: int | None = None, called: str = ""
) -> Outlook:
    one, other = roll.standing(person, place), then.standing(person, place)
    try:
        turn = _turn(one, other, terms, terms, at)
        return Outlook(roll.names.get(person, ""), turn, _has(one, terms, at), _has(other, terms, at), place=called)
    except BeyondTheCalendar:
        return Outlook(roll.names.get(person, ""), Turn.OTHER_DATES, "", "", place=called)


def _has(standing: Standing, terms: Terms, at: datetime) -> str:
    """What somebody has at this moment and until when, as somebody else would say it."""
    found, zone = decide(standing, terms, at), get_current_timezone()
    until = end_words(found.until, zone) if found.until else ""
    if found.level > Access.READ:
        return _("Open until %(date)s") % {"date": until} if until else _("Open, without an end")
    elif found.level is Access.READ:
        return _("Read only until %(date)s") % {"date": until} if until else _("Read only")
    elif found.until and _comes(found, terms):
        return _("Closed; opens on %(date)s") % {"date": start_words(found.until, zone)}
    elif found.level is Access.LISTED:
        return _("Closed")
    else:
        return _("Not to be found")

"""Who is affected when a session changes: decided before and after, by the rules, for everyone in it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import ngettext_lazy

from encore.base.text import fold
from encore.courses.models import CourseCoach, CourseSession, Enrolment, GeneralCoach
from encore.courses.rules import Decision, Spell, Standing, Terms, coach_window, decide, learner_window
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


def effects_of(session: CourseSession, values: dict[str, Any], at: datetime) -> list[Effect]:
    """What these new values of the session would do now to its learners and coaches. Three queries.

    Everybody is asked about the session as a whole, so who is out of one course counts like everyone else.
    """
    before, after = terms_of(session), terms_of(_with(session, values))
    if before == after:
        return []
    found: dict[tuple[Turn, bool], Effect] = {}
    seen: dict[Standing, Turn | None] = {}  # most learners stand alike: each standing is decided once
    for name, standing in _everybody(session):
        if standing not in seen:
            seen[standing] = _turn(standing, before, after, at)
        turn, coaches = seen[standing], bool(standing.coach_spells)
        if turn:
            effect = found.setdefault((turn, coaches), Effect(turn, coaches))
            effect.count += 1
            if len(effect.names) < NAMED:
                effect.names.append(name)
    order = list(Turn)
    return sorted(found.values(), key=lambda effect: (effect.coaches, order.index(effect.turn)))


def _with(session: CourseSession, values: dict[str, Any]) -> CourseSession:
    """A copy of the session that has these values; nothing is saved."""
    names = [f.attname for f in CourseSession._meta.concrete_fields]
    copy = CourseSession(**{name: getattr(session, name) for name in names})
    for name, value in values.items():
        setattr(copy, name, value)
    return copy


def _turn(standing: Standing, before: Terms, after: Terms, at: datetime) -> Turn | None:
    was, becomes = decide(standing, before, at), decide(standing, after, at)
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
    elif was.level is not Access.NONE and _dates(standing, before, was) != _dates(standing, after, becomes):
        return Turn.OTHER_DATES
    else:
        return None


def _comes(decision: Decision, terms: Terms) -> bool:
    """Whether it is going to open. A cap takes nothing from a door that is closed, so the reason alone does not say."""
    return decision.reason is Reason.NOT_YET and terms.state not in (SessionState.CANCELLED, SessionState.ARCHIVED)


def _dates(standing: Standing, terms: Terms, decision: Decision) -> Any:
    """What somebody would have noted in a diary."""
    learner = learner_window(terms, standing.enrolment) if standing.enrolment else None
    coach = coach_window(terms) if standing.coach_spells else None
    return learner, coach, decision.level


def _everybody(session: CourseSession) -> list[tuple[str, Standing]]:
    """Every live learner and every coach, each once, with their standing towards the session; by name."""
    names: dict[int, str] = {}
    spells: dict[int, dict[str, list[Spell]]] = defaultdict(lambda: defaultdict(list))
    general = GeneralCoach.objects.filter(session=session).select_related("person")
    courses = CourseCoach.objects.filter(session_course__session=session).select_related("person")
    coaches: list[tuple[str, Any]] = [*(("general", c) for c in general), *(("course", c) for c in courses)]
    for kind, coach in coaches:
        names[coach.person_id] = coach.person.name
        spells[coach.person_id][kind].append(Spell(coach.from_at, coach.until_at))
    enrolments = {}
    live = Enrolment.objects.filter(session=session, state__in=Enrolment.LIVE).select_related("person")
    for enrolment in live.iterator(chunk_size=2000):
        names[enrolment.person_id] = enrolment.person.name
        enrolments[enrolment.person_id] = enrolment_terms(enrolment)
    return [
        (
            name,
            Standing(
                enrolment=enrolments.get(person),
                general_coach=tuple(spells[person]["general"]) if person in spells else (),
                course_coach=tuple(spells[person]["course"]) if person in spells else (),
            ),
        )
        for person, name in sorted(names.items(), key=lambda pair: fold(pair[1]))
    ]

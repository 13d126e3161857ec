"""Who has which role in one session: what its learners and coaches are, and what they would be after a change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django.db.models import QuerySet

from encore.base.text import fold
from encore.courses.models import CourseCoach, CourseExclusion, CourseSession, Enrolment, GeneralCoach
from encore.courses.rules import EnrolmentTerms, Spell, Standing
from encore.courses.windows import enrolment_terms
from encore.people.models import Person

ALWAYS = Spell()


@dataclass(frozen=True)
class Roll:
    """Live learners and coaches by the ids of people; courses by the ids of session courses.

    It is plain values: whoever wants to know what a change does makes another one, and asks the rules about both.
    """

    names: Mapping[int, str] = field(default_factory=dict)
    enrolments: Mapping[int, EnrolmentTerms] = field(default_factory=dict)
    general: Mapping[int, Spell] = field(default_factory=dict)
    coaches: Mapping[tuple[int, int], Spell] = field(default_factory=dict)  # by place and person
    excluded: frozenset[tuple[int, int]] = frozenset()  # place and person

    def standing(self, person: int, place: int | None = None) -> Standing:
        """Towards a course of the session, or (place None) the session as a whole, where any course's role counts."""
        spells = [(at, spell) for (at, coach), spell in self.coaches.items() if coach == person] if self.coaches else []
        general = self.general.get(person)
        return Standing(
            enrolment=self.enrolments.get(person),
            excluded=place is not None and (place, person) in self.excluded,
            course_coach=tuple(spell for at, spell in spells if place in (None, at)),
            other_course_coach=tuple(spell for at, spell in spells if place not in (None, at)),
            general_coach=(general,) if general else (),
        )

    def standings(self, place: int | None = None) -> list[tuple[int, Standing]]:
        """Everybody's, by name."""
        spells: dict[int, list[tuple[int, Spell]]] = {}
        for (at, person), spell in self.coaches.items():
            spells.setdefault(person, []).append((at, spell))
        coaching = {person: self.standing(person, place) for person in {*spells, *self.general}}
        everybody = sorted({*self.enrolments, *coaching}, key=lambda person: (fold(self.names.get(person, "")), person))
        return [(person, coaching.get(person) or self._learner(person, place)) for person in everybody]

    def with_enrolments(self, enrolments: Mapping[int, EnrolmentTerms]) -> Roll:
        return replace(self, enrolments={**self.enrolments, **enrolments})

    def with_general(self, *, add: Iterable[int] = (), remove: Iterable[int] = (), spell: Spell = ALWAYS) -> Roll:
        """`spell`: of those who are added. Who coaches already and is added again is given the spell."""
        gone = set(remove)
        kept = {person: held for person, held in self.general.items() if person not in gone}
        return replace(self, general={**kept, **dict.fromkeys(add, spell)})

    def with_coaches(
        self, place: int, *, add: Iterable[int] = (), remove: Iterable[int] = (), spell: Spell = ALWAYS
    ) -> Roll:
        gone = {(place, person) for person in remove}
        kept = {key: held for key, held in self.coaches.items() if key not in gone}
        return replace(self, coaches={**kept, **{(place, person): spell for person in add}})

    def with_exclusion(self, place: int, person: int, *, excluded: bool) -> Roll:
        one = frozenset({(place, person)})
        return replace(self, excluded=self.excluded | one if excluded else self.excluded - one)

    def _learner(self, person: int, place: int | None) -> Standing:
        out = place is not None and (place, person) in self.excluded
        return Standing(enrolment=self.enrolments.get(person), excluded=out)


def roll_of(session: CourseSession, *, people: Iterable[int] | None = None, exclusions: bool = False) -> Roll:
    """Everybody's roles in the session, or (ids) of these people alone. Live enrolments only. Three queries.

    One more for the names of `people`, since they may have no role yet; one more for `exclusions`, without which
    nobody counts as taken out of a course.
    """
    wanted = None if people is None else set(people)
    enrolments = Enrolment.objects.filter(session=session, state__in=Enrolment.LIVE)
    general = GeneralCoach.objects.filter(session=session)
    coaches = CourseCoach.objects.filter(session_course__session=session)
    names = {} if wanted is None else {p.pk: p.name for p in Person.objects.filter(pk__in=wanted)}

    def rows(found: QuerySet[Any]) -> Iterable[Any]:
        found = found.select_related("person").filter(**{} if wanted is None else {"person__in": wanted})
        for row in found.iterator(chunk_size=2000):
            names.setdefault(row.person_id, row.person.name)
            yield row

    return Roll(
        names=names,
        enrolments={row.person_id: enrolment_terms(row) for row in rows(enrolments)},
        general={row.person_id: Spell(row.from_at, row.until_at) for row in rows(general)},
        coaches={(row.session_course_id, row.person_id): Spell(row.from_at, row.until_at) for row in rows(coaches)},
        excluded=_excluded(session, wanted) if exclusions else frozenset(),
    )


def _excluded(session: CourseSession, people: set[int] | None) -> frozenset[tuple[int, int]]:
    out = CourseExclusion.objects.filter(session_course__session=session, enrolment__is_latest=True)
    if people is not None:
        out = out.filter(enrolment__person__in=people)
    return frozenset(out.order_by().values_list("session_course", "enrolment__person"))

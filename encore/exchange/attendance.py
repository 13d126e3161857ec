"""Who is in which session now, for a whole file at once: what enrolling from a file would do."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from enum import Enum

from django.db.models import Count
from django.utils.translation import gettext as _

from encore.courses.models import CourseSession, Enrolment, EnrolmentChange, EnrolmentSource, WaitingPerson
from encore.exchange.present import batches
from encore.people.models import Person

State = Enrolment.State


class Verdict(Enum):
    """What a file does for one person and one session."""

    ENROLS = "enrols"
    STAYS = "stays"  # in it by a class: named in a file, the person stays when the class goes
    THERE = "there"
    WAITS = "waits"
    LEFT = "left"  # a person ended the enrolment; no file brings it back


class Attendance:
    """The enrolments of some sessions, all of them or those of some people."""

    def __init__(self, sessions: Iterable[CourseSession], people: Iterable[int] | None = None) -> None:
        self.sessions = {session.pk: session for session in sessions}
        self.state: dict[tuple[int, int], str] = {}
        self.named: set[tuple[int, int]] = set()  # by anything else than a class
        self.by_itself: set[tuple[int, int]] = set()
        self.waiting: set[tuple[int, int]] = set()
        self.people: dict[int, set[int]] = defaultdict(set)
        parts = [None] if people is None else list(batches(people))
        for ids in batches(self.sessions):
            for part in parts:
                self._load(ids, part)
        self.free = self._free_seats()

    def _load(self, sessions: list[int], people: list[int] | None) -> None:
        narrow = {} if people is None else {"person__in": people}
        ended = {}
        for pk, session, person, state in Enrolment.objects.filter(
            session__in=sessions, is_latest=True, **narrow
        ).values_list("pk", "session", "person", "state"):
            self.state[session, person] = state
            if state in Enrolment.LIVE:
                self.people[session].add(person)
            else:
                ended[pk] = (session, person)
        inner = {f"enrolment__{name}": value for name, value in narrow.items()}
        self.named |= set(
            EnrolmentSource.objects.filter(enrolment__session__in=sessions, enrolment__is_latest=True, **inner)
            .exclude(kind=EnrolmentSource.Kind.SCHOOL_CLASS)
            .values_list("enrolment__session", "enrolment__person")
        )
        last: dict[int, bool] = {}
        for ids in batches(ended):
            last |= dict(
                EnrolmentChange.objects.filter(enrolment__in=ids).order_by("id").values_list("enrolment", "automatic")
            )
        self.by_itself |= {
            key for pk, key in ended.items() if self.state[key] == State.WITHDRAWN and last.get(pk, False)
        }
        self.waiting |= set(
            WaitingPerson.objects.filter(session__in=sessions, **narrow).values_list("session", "person")
        )

    def _free_seats(self) -> Counter[int]:
        limited = [session for session in self.sessions.values() if session.seats is not None]
        taken = dict(
            Enrolment.objects.filter(session__in=limited, state__in=Enrolment.LIVE)
            .values_list("session")
            .annotate(count=Count("pk"))
        )
        return Counter({session.pk: max(0, (session.seats or 0) - taken.get(session.pk, 0)) for session in limited})

    def verdict(self, session: CourseSession | None, person: Person | None) -> Verdict:
        """What naming this person in a file does. None: the session or the person is only now being made."""
        if session is None or person is None:
            return Verdict.ENROLS
        key = (session.pk, person.pk)
        state = self.state.get(key)
        if state in Enrolment.LIVE:
            return Verdict.THERE if key in self.named else Verdict.STAYS
        elif key in self.waiting:
            return Verdict.WAITS
        elif state is None or key in self.by_itself:
            return Verdict.ENROLS
        else:
            return Verdict.LEFT

    def why_not(self, session: CourseSession, person: Person) -> str:
        """The sentence for a person who LEFT."""
        facts = {"name": person.name, "title": session.title}
        if self.state[session.pk, person.pk] == State.COMPLETED:
            return _("%(name)s has completed “%(title)s” and is not enrolled again by a file.") % facts
        else:
            return _("%(name)s was taken out of “%(title)s” and is not brought back by a file.") % facts

    def take_seat(self, session: CourseSession | None) -> bool:
        """Whether there is a seat for one more; it is taken."""
        if session is None or session.seats is None:
            return True
        self.free[session.pk] -= 1
        return self.free[session.pk] >= 0

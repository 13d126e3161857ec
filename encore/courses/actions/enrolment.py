"""Enrolling and leaving (design: enrolment)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from encore.courses import signals
from encore.courses.actions.letters import tell_enrolled
from encore.courses.errors import CannotDo, SessionFull
from encore.courses.models import (
    CourseExclusion,
    CourseSession,
    Enrolment,
    EnrolmentChange,
    EnrolmentSource,
    SessionCourse,
    WaitingPerson,
)
from encore.courses.rules import tab_of
from encore.courses.windows import fill_enrolment, terms_of
from encore.courses.words import ListName
from encore.ledger.actions import record
from encore.people.models import Person, SchoolClass

Kind = EnrolmentSource.Kind
State = Enrolment.State
VERBS: dict[str, str] = {State.SUSPENDED: "suspend", State.ACTIVE: "resume", State.COMPLETED: "complete"}
BATCH = 500


@dataclass
class Enrolling:
    """What became of each person, as ids of people. `asks`: came back after leaving; a person must choose how."""

    enrolled: list[int] = field(default_factory=list)
    restored: list[int] = field(default_factory=list)
    already: list[int] = field(default_factory=list)
    waiting: list[int] = field(default_factory=list)
    asks: list[int] = field(default_factory=list)


@transaction.atomic
def enrol(
    people: Iterable[int],
    session: CourseSession,
    *,
    by: Person | None,
    at: datetime,
    kind: str = Kind.HAND,
    school_class: SchoolClass | None = None,
    returning: Literal["ask", "restore", "again"] = "ask",
    over_seats: bool = False,
    reason: str = "",
) -> Enrolling:
    """Enrol people (ids) in a session. Who is in it already gains the source; nobody is ever enrolled twice.

    Who left before: by hand, as `returning` says; by an automatic kind, restored only if the last source had gone.
    Beyond the seats: automatic kinds wait in line; by hand SessionFull is raised, unless `over_seats`.
    """
    session = CourseSession.objects.select_for_update(no_key=True).get(pk=session.pk)
    people = list(dict.fromkeys(people))
    latest = {e.person_id: e for e in _latest(session, people)}
    left_by_themselves = _left_by_themselves(latest.values())
    result, new, back = Enrolling(), [], []
    for person in people:
        former = latest.get(person)
        if former is None:
            new.append(person)
        elif former.is_live:
            result.already.append(person)
        elif kind == Kind.HAND and returning == "again":
            new.append(person)
        elif (kind == Kind.HAND and returning == "restore") or (kind != Kind.HAND and person in left_by_themselves):
            back.append(person)
        else:
            result.asks.append(person)
    free = free_seats(session)
    if free is not None and not over_seats and len(new) + len(back) > free:
        if kind == Kind.HAND:
            raise SessionFull(_full(session, free, len(new) + len(back)), free=free)
        back, new, result.waiting = _seat(back, new, free)
        _wait(session, result.waiting, kind=kind, school_class=school_class, by=by, at=at)
    enrolments = _restore([latest[p] for p in back], by=by, at=at, reason=reason)
    enrolments += _create(session, new, latest, by=by, at=at, reason=reason)
    result.enrolled, result.restored = new, back
    _add_sources([latest[p] for p in result.already] + enrolments, kind=kind, school_class=school_class, by=by, at=at)
    if enrolments:
        WaitingPerson.objects.filter(session=session, person__in=new + back).delete()
        signals.enrolled.send(CourseSession, session=session, enrolments=enrolments, by=by, at=at)
        _record_arrivals(session, new, back, kind=kind, reason=reason, by=by, at=at)
        # A draft is no place to send anybody to: its people are told when it is published.
        if session.mail_on_enrolment and session.state == CourseSession.State.PUBLISHED:
            tell_enrolled(session, new + back, at=at)
    return result


@transaction.atomic
def remove_source(
    people: Iterable[int],
    session: CourseSession,
    *,
    kind: str,
    by: Person | None,
    at: datetime,
    school_class: SchoolClass | None = None,
) -> list[int]:
    """Take one source from people's enrolments; who has none left leaves. Returns the ids of those who left."""
    session = CourseSession.objects.select_for_update(no_key=True).get(pk=session.pk)
    people = list(people)
    sources = EnrolmentSource.objects.filter(
        enrolment__session=session, enrolment__person__in=people, kind=kind, school_class=school_class
    )
    touched = list(sources.values_list("enrolment", flat=True))
    sources.delete()
    WaitingPerson.objects.filter(session=session, person__in=people, kind=kind, school_class=school_class).delete()
    without = Enrolment.objects.filter(pk__in=touched, state__in=Enrolment.LIVE).exclude(
        Exists(EnrolmentSource.objects.filter(enrolment=OuterRef("pk")))
    )
    return _end(list(without), State.WITHDRAWN, by=by, at=at, reason="", automatic=True)


@transaction.atomic
def withdraw(enrolments: Iterable[Enrolment], *, by: Person | None, at: datetime, reason: str = "") -> list[int]:
    """A person takes people out of a session, whatever brought them. Results stay. Returns people's ids."""
    live = [e for e in locked(enrolments) if e.is_live]
    EnrolmentSource.objects.filter(enrolment__in=[e.pk for e in live]).delete()
    return _end(live, State.WITHDRAWN, by=by, at=at, reason=reason, automatic=False)


@transaction.atomic
def set_states(
    enrolments: Iterable[Enrolment],
    state: str,
    *,
    by: Person | None,
    at: datetime,
    reason: str = "",
    automatic: bool = False,
) -> list[Enrolment]:
    """Suspend, resume or complete. Who has the state already, or is not enrolled any more, stays as they are.

    Withdrawing is `withdraw`; coming back is `enrol`. Returns those that changed.
    """
    if state == State.WITHDRAWN:
        raise ValueError("use withdraw()")
    changing = [e for e in locked(enrolments) if e.is_live and e.state != state]
    if not changing:
        return []
    before = {e.pk: e.state for e in changing}
    for enrolment in changing:
        enrolment.state, enrolment.completed_at = state, at if state == State.COMPLETED else None
    Enrolment.objects.bulk_update(changing, ["state", "completed_at"], batch_size=BATCH)
    _note(changing, state, by=by, at=at, reason=reason, automatic=automatic)
    for session, old in sorted({(e.session_id, before[e.pk]) for e in changing}):
        people = [e.person_id for e in changing if (e.session_id, before[e.pk]) == (session, old)]
        facts = {"people": people, "state": [old, state], "reason": reason}
        _record_in(session, changing, VERBS[state], by=by, at=at, changes=facts)
    if state == State.COMPLETED:
        signals.enrolment_ended.send(Enrolment, enrolments=changing, by=by, at=at)
        for one in {e.session_id: e.session for e in changing}.values():
            seat_waiting(one, at=at)
    return changing


def set_state(enrolment: Enrolment, state: str, *, by: Person, at: datetime, reason: str = "") -> Enrolment:
    """The same for one person. Raises CannotDo for one who is not enrolled any more."""
    changed = set_states([enrolment], state, by=by, at=at, reason=reason)
    if changed:
        return changed[0]
    enrolment = Enrolment.objects.select_related("session", "person").get(pk=enrolment.pk)
    if enrolment.state != state:
        raise CannotDo(_("%(name)s is not enrolled any more.") % {"name": enrolment.person})
    return enrolment


@transaction.atomic
def set_personal_time(
    enrolment: Enrolment,
    *,
    opens_at: datetime | None,
    closes_at: datetime | None,
    extra_days: int,
    reason: str,
    by: Person,
    at: datetime,
) -> Enrolment:
    """Give one learner own dates or extra days, with the reason. Progress is untouched."""
    enrolment = locked([enrolment])[0]
    if opens_at and closes_at and closes_at <= opens_at:
        raise CannotDo(_("The end must be after the start."))
    before = [str(enrolment.opens_at), str(enrolment.closes_at), enrolment.extra_days]
    enrolment.opens_at, enrolment.closes_at, enrolment.extra_days = opens_at, closes_at, extra_days
    enrolment.time_reason, enrolment.time_by = reason, by
    fill_enrolment(enrolment, terms_of(enrolment.session))
    enrolment.save()
    after = [str(opens_at), str(closes_at), extra_days]
    record(
        "give personal time",
        enrolment,
        by=by,
        at=at,
        session_id=enrolment.session_id,
        changes={"time": [before, after], "reason": reason},
    )
    signals.enrolment_dates_changed.send(Enrolment, enrolments=[enrolment], at=at)
    return enrolment


@transaction.atomic
def exclude(
    enrolment: Enrolment, session_course: SessionCourse, *, by: Person | None, at: datetime, reason: str = ""
) -> None:
    """Take one person out of one course of their session. Raises CannotDo for a course of another session."""
    if session_course.session_id != enrolment.session_id:
        raise CannotDo(_("This course is not part of that session."))
    _row, new = CourseExclusion.objects.get_or_create(
        enrolment=enrolment, session_course=session_course, defaults={"by": by, "at": at, "reason": reason}
    )
    if new:
        record(
            "exclude from course",
            enrolment,
            by=by,
            at=at,
            session_id=enrolment.session_id,
            changes={"course": session_course.course_id, "reason": reason},
        )


@transaction.atomic
def include(enrolment: Enrolment, session_course: SessionCourse, *, by: Person, at: datetime) -> None:
    """Undo an exclusion."""
    if CourseExclusion.objects.filter(enrolment=enrolment, session_course=session_course).delete()[0]:
        record(
            "include in course",
            enrolment,
            by=by,
            at=at,
            session_id=enrolment.session_id,
            changes={"course": session_course.course_id},
        )


def free_seats(session: CourseSession) -> int | None:
    """Seats left, never below 0; None without a maximum. Count it only under the session's lock."""
    if session.seats is None:
        return None
    taken = Enrolment.objects.filter(session=session, state__in=Enrolment.LIVE).count()
    return max(0, session.seats - taken)


def seat_waiting(session: CourseSession, *, at: datetime) -> None:
    """Offer freed seats in order of waiting. Nobody is seated in what is over."""
    free = free_seats(session)
    if free == 0 or tab_of(terms_of(session), at) is ListName.PAST:
        return
    for waiting in WaitingPerson.objects.filter(session=session).select_related("school_class"):
        result = enrol(
            [waiting.person_id], session, by=waiting.by, at=at, kind=waiting.kind, school_class=waiting.school_class
        )
        # Who left on purpose since is not brought back by waiting, and takes no seat from those behind.
        free = free if free is None else free - len(result.enrolled + result.restored)
        if free == 0:
            return


def locked(enrolments: Iterable[Enrolment]) -> list[Enrolment]:
    """The enrolments as they are now, nobody else's to change until the transaction ends.

    Sessions first, then enrolments, each in the order of their ids: who takes them so never waits for each other.
    """
    enrolments = list(enrolments)
    sessions = lock_sessions({e.session_id for e in enrolments})
    rows = Enrolment.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=[e.pk for e in enrolments])
    found = list(rows.select_related("person").order_by("pk"))
    for enrolment in found:
        enrolment.session = sessions[enrolment.session_id]
    return found


def lock_sessions(ids: Iterable[int]) -> dict[int, CourseSession]:
    """Take sessions for this transaction, in the order of their ids."""
    rows = CourseSession.objects.select_for_update(no_key=True).filter(pk__in=sorted(ids)).order_by("pk")
    return {session.pk: session for session in rows}


def _latest(session: CourseSession, people: list[int]) -> list[Enrolment]:
    """The governing enrolments."""
    rows: list[Enrolment] = []
    for start in range(0, len(people), BATCH):
        rows += Enrolment.objects.filter(
            session=session, person__in=people[start : start + BATCH], is_latest=True
        ).select_for_update(no_key=True)
    return rows


def _left_by_themselves(enrolments: Iterable[Enrolment]) -> set[int]:
    """Ids of the people whose enrolment ended because its last source went."""
    gone = {e.pk: e.person_id for e in enrolments if e.state == State.WITHDRAWN}
    changes = EnrolmentChange.objects.filter(enrolment__in=list(gone)).order_by("id")
    last = dict(changes.values_list("enrolment", "automatic"))
    return {gone[enrolment] for enrolment, automatic in last.items() if automatic}


def _create(
    session: CourseSession,
    people: list[int],
    latest: dict[int, Enrolment],
    *,
    by: Person | None,
    at: datetime,
    reason: str,
) -> list[Enrolment]:
    terms = terms_of(session)
    again = [latest[p].pk for p in people if p in latest]
    Enrolment.objects.filter(pk__in=again).update(is_latest=False)
    rows = []
    for person in people:
        number = latest[person].number + 1 if person in latest else 1
        row = Enrolment(session=session, person_id=person, number=number, enrolled_at=at)
        fill_enrolment(row, terms)
        rows.append(row)
    created = Enrolment.objects.bulk_create(rows, batch_size=BATCH)
    _note(created, State.ACTIVE, by=by, at=at, reason=reason)
    return created


def _restore(enrolments: list[Enrolment], *, by: Person | None, at: datetime, reason: str) -> list[Enrolment]:
    for enrolment in enrolments:
        enrolment.state, enrolment.completed_at = State.ACTIVE, None
    Enrolment.objects.bulk_update(enrolments, ["state", "completed_at"], batch_size=BATCH)
    _note(enrolments, State.ACTIVE, by=by, at=at, reason=reason)
    return enrolments


def _record_arrivals(
    session: CourseSession, new: list[int], back: list[int], *, kind: str, reason: str, by: Person | None, at: datetime
) -> None:
    for verb, people in (("enrol", new), ("restore", back)):
        facts = {"people": people, "source": kind} | ({"reason": reason} if reason else {})
        if people:
            record(verb, session, by=by, at=at, session_id=session.pk, changes=facts)


def _record_in(
    session: int, enrolments: list[Enrolment], verb: str, *, by: Person | None, at: datetime, changes: dict[str, Any]
) -> None:
    """One entry about several people of a session."""
    subject = next(e.session for e in enrolments if e.session_id == session)
    record(verb, subject, by=by, at=at, session_id=session, changes=changes)


def _note(
    enrolments: list[Enrolment],
    state: str,
    *,
    by: Person | None,
    at: datetime,
    reason: str = "",
    automatic: bool = False,
) -> None:
    EnrolmentChange.objects.bulk_create(
        [
            EnrolmentChange(enrolment=e, state=state, by=by, at=at, reason=reason, automatic=automatic)
            for e in enrolments
        ],
        batch_size=BATCH,
    )


def _add_sources(
    enrolments: list[Enrolment], *, kind: str, school_class: SchoolClass | None, by: Person | None, at: datetime
) -> None:
    EnrolmentSource.objects.bulk_create(
        [EnrolmentSource(enrolment=e, kind=kind, school_class=school_class, by=by, at=at) for e in enrolments],
        batch_size=BATCH,
        ignore_conflicts=True,
    )


def _end(
    enrolments: list[Enrolment], state: str, *, by: Person | None, at: datetime, reason: str, automatic: bool
) -> list[int]:
    if not enrolments:
        return []
    for start in range(0, len(enrolments), BATCH):
        Enrolment.objects.filter(pk__in=[e.pk for e in enrolments[start : start + BATCH]]).update(state=state)
    _note(enrolments, state, by=by, at=at, reason=reason, automatic=automatic)
    people = [e.person_id for e in enrolments]
    signals.enrolment_ended.send(Enrolment, enrolments=enrolments, by=by, at=at)
    for session in {e.session_id: e.session for e in enrolments}.values():
        mine = [e.person_id for e in enrolments if e.session_id == session.pk]
        record("withdraw", session, by=by, at=at, session_id=session.pk, changes={"people": mine, "reason": reason})
        seat_waiting(session, at=at)
    return people


def _seat(back: list[int], new: list[int], free: int) -> tuple[list[int], list[int], list[int]]:
    line = back + new
    seated = set(line[:free])
    return [p for p in back if p in seated], [p for p in new if p in seated], line[free:]


def _wait(
    session: CourseSession,
    people: list[int],
    *,
    kind: str,
    school_class: SchoolClass | None,
    by: Person | None,
    at: datetime,
) -> None:
    WaitingPerson.objects.bulk_create(
        [
            WaitingPerson(session=session, person_id=p, kind=kind, school_class=school_class, by=by, at=at)
            for p in people
        ],
        batch_size=BATCH,
        ignore_conflicts=True,
    )


def _full(session: CourseSession, free: int, wanted: int) -> str:
    return ngettext(
        "“%(title)s” has %(free)d free seat, and you are adding %(wanted)d.",
        "“%(title)s” has %(free)d free seats, and you are adding %(wanted)d.",
        free,
    ) % {"title": session.title, "free": free, "wanted": wanted}

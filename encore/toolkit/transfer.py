"""Transferring people to another session with the same courses: what they did goes along, and can come back.

Nothing is deleted or copied: records get another session and enrolment, or stay where they are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext as _

from encore.courses.actions.enrolment import (
    BATCH,
    enrol,
    exclude,
    include,
    lock_sessions,
    remove_source,
    set_states,
    withdraw,
)
from encore.courses.errors import CannotDo, ChangedMeanwhile
from encore.courses.models import (
    Course,
    CourseExclusion,
    CourseSession,
    Enrolment,
    EnrolmentSource,
    SessionClass,
)
from encore.ledger.actions import record
from encore.people.models import Person
from encore.toolkit.models import Transfer
from encore.toolkit.records import record_models, records_of
from encore.toolkit.signals import transferred
from encore.toolkit.transferring import Line, moved_ids, preview, why_not_undo

State = Enrolment.State
Kind = EnrolmentSource.Kind


@dataclass(frozen=True)
class _Move:
    """One person's two enrolments. `before`: what undoing needs to know."""

    enrolment: Enrolment
    there: Enrolment
    made: bool
    before: dict[str, Any]


@transaction.atomic
def transfer(
    session: CourseSession,
    enrolments: Iterable[int],
    target: CourseSession,
    *,
    by: Person,
    at: datetime,
    reason: str,
    stamp: str | None = None,
    skip_refused: bool = False,
    over_seats: bool = False,
) -> list[Transfer]:
    """Move chosen enrolments (ids) of a session to another one, as their preview showed; all of them or none.

    Raises ChangedMeanwhile if `stamp` is of another preview, CannotDo if somebody is refused and not to be skipped,
    SessionFull if there are more than seats. Both sessions are taken in the order of their ids.
    """
    sessions = lock_sessions([session.pk, target.pk])
    session, target = sessions[session.pk], sessions[target.pk]
    rows = Enrolment.objects.filter(session=session, pk__in=list(enrolments)).select_for_update(
        of=("self",), no_key=True
    )
    shown = preview(session, list(rows.select_related("person").order_by("pk")), target, at=at)
    if stamp is not None and stamp != shown.stamp:
        raise ChangedMeanwhile(_("Something has changed in the meantime, so nothing was done. Look at it again."))
    if shown.refused and not skip_refused:
        raise CannotDo(_("Somebody is refused, so nobody was transferred. Skip who is refused, or choose again."))
    if not shown.changing:
        return []
    moves = _enrol_there(shown.changing, target, by=by, at=at, reason=reason, over_seats=over_seats)
    _stay_excluded(moves, target, by=by, at=at)
    transfers = _note(moves, shown.shared, by=by, at=at, reason=reason)
    _move(transfers, session, target)
    withdraw([move.enrolment for move in moves], by=by, at=at, reason=reason)
    transferred.send(Transfer, enrolments=_ends(transfers), at=at)
    facts = {"people": [move.enrolment.person_id for move in moves], "records": _numbers(transfers), "reason": reason}
    record("transfer", session, by=by, at=at, session_id=session.pk, changes={**facts, "to": target.pk})
    record("take over", target, by=by, at=at, session_id=target.pk, changes={**facts, "from": session.pk})
    return transfers


@transaction.atomic
def undo(transfer: Transfer, *, by: Person, at: datetime, over_seats: bool = False) -> Transfer:
    """Take a transfer back: what went along returns, the first enrolment goes on as it was.

    Raises CannotDo where something depends on it by now, SessionFull if the seat is somebody else's.
    """
    keys = transfer.from_enrolment, transfer.to_enrolment
    sessions = lock_sessions(enrolment.session_id for enrolment in keys)
    transfer = (
        Transfer.objects.select_for_update(of=("self",))
        .select_related("from_enrolment__person", "to_enrolment__person")
        .get(pk=transfer.pk)
    )
    if why := why_not_undo(transfer):
        raise CannotDo(why)
    came_from, came_to = transfer.from_enrolment, transfer.to_enrolment
    home, there = sessions[came_from.session_id], sessions[came_to.session_id]
    why = _("A transfer was taken back.")
    _move_back(transfer, home)
    if transfer.made:
        withdraw([came_to], by=by, at=at, reason=why)
    else:
        _leave_as_it_was(transfer, there, by=by, at=at)
    enrol([came_from.person_id], home, by=by, at=at, returning="restore", over_seats=over_seats, reason=why)
    _bring_sources_back(transfer, home, by=by, at=at)
    if transfer.before["state"] == State.SUSPENDED:
        set_states([came_from], State.SUSPENDED, by=by, at=at, reason=why)
    transfer.undone_at, transfer.undone_by = at, by
    transfer.save(update_fields=["undone_at", "undone_by"])
    transferred.send(Transfer, enrolments=_ends([transfer]), at=at)
    for session, other in ((home, there), (there, home)):
        facts = {"people": [came_from.person_id], "other session": other.pk, "transfer": transfer.pk}
        record("undo transfer", session, by=by, at=at, session_id=session.pk, changes=facts)
    return transfer


def _enrol_there(
    lines: Sequence[Line], target: CourseSession, *, by: Person, at: datetime, reason: str, over_seats: bool
) -> list[_Move]:
    """Gives everybody the enrolment in the target that goes on: a new one, or a live one that had no results."""
    people = [line.enrolment.person_id for line in lines]
    live = EnrolmentSource.objects.filter(enrolment__session=target, enrolment__is_latest=True, kind=Kind.HAND)
    by_hand = set(live.filter(enrolment__person__in=people).values_list("enrolment", flat=True))
    new = enrol(people, target, by=by, at=at, returning="again", over_seats=over_seats, reason=reason).enrolled
    rows = Enrolment.objects.filter(session=target, person__in=people, is_latest=True).select_related("person")
    found = {row.person_id: row for row in rows}
    sources = _sources(line.enrolment.pk for line in lines)
    moves = []
    for line in lines:
        enrolment, there = line.enrolment, found[line.enrolment.person_id]
        made = there.person_id in new
        before = {"state": enrolment.state, "sources": sources[enrolment.pk]}
        moves.append(_Move(enrolment, there, made, before | {"by hand there": not made and there.pk in by_hand}))
    suspended = [move.there for move in moves if move.made and move.enrolment.state == State.SUSPENDED]
    set_states(suspended, State.SUSPENDED, by=by, at=at, reason=reason)
    return moves


def _stay_excluded(moves: Sequence[_Move], target: CourseSession, *, by: Person, at: datetime) -> None:
    """Who is out of a course stays out of it."""
    there = {move.enrolment.pk: move for move in moves}
    places = {place.course_id: place for place in target.session_courses.all()}
    rows = CourseExclusion.objects.filter(enrolment__in=there, session_course__course__in=places)
    known = set(
        CourseExclusion.objects.filter(enrolment__in=[move.there.pk for move in moves]).values_list(
            "enrolment", "session_course"
        )
    )
    for row in rows.select_related("session_course"):
        move, place = there[row.enrolment_id], places[row.session_course.course_id]
        if (move.there.pk, place.pk) not in known:
            exclude(move.there, place, by=by, at=at, reason=row.reason)
            move.before.setdefault("excluded", []).append(place.course_id)


def _note(moves: Sequence[_Move], shared: Sequence[Course], *, by: Person, at: datetime, reason: str) -> list[Transfer]:
    """One row for each person, with the exact list of what goes along."""
    records = records_of([move.enrolment.pk for move in moves], {course.pk for course in shared})
    moving = {
        enrolment: {model._meta.label_lower: of_model for model, of_model in found.going.items()}
        for enrolment, found in records.items()
    }
    return Transfer.objects.bulk_create(
        [
            Transfer(
                from_enrolment=move.enrolment,
                to_enrolment=move.there,
                by=by,
                at=at,
                reason=reason,
                moved=moving[move.enrolment.pk],
                before=move.before,
                made=move.made,
            )
            for move in moves
        ],
        batch_size=BATCH,
    )


def _move(transfers: Sequence[Transfer], source: CourseSession, target: CourseSession) -> None:
    """Give the records their new session, course and enrolment: one statement for each batch of a model's."""
    places = {place.course_id: place for place in target.session_courses.all()}
    first = min(one.pk for one in transfers)  # an earlier transfer of the same enrolment is none of these
    mine = Transfer.objects.filter(from_enrolment=OuterRef("enrolment"), pk__gte=first)
    for model in record_models():
        ids: dict[int, list[int]] = defaultdict(list)
        for one in transfers:
            for course, pks in moved_ids(one, model).items():
                ids[course] += pks
        for course, pks in ids.items():
            for start in range(0, len(pks), BATCH):
                model._default_manager.filter(pk__in=pks[start : start + BATCH]).update(
                    session=target,
                    session_course=places[course],
                    enrolment=Subquery(mine.values("to_enrolment")[:1]),
                )


def _move_back(one: Transfer, home: CourseSession) -> None:
    places = {place.course_id: place for place in home.session_courses.all()}
    try:
        with transaction.atomic():
            for model in record_models():
                for course, pks in moved_ids(one, model).items():
                    for start in range(0, len(pks), BATCH):
                        model._default_manager.filter(pk__in=pks[start : start + BATCH]).update(
                            session=home, session_course=places[course], enrolment=one.from_enrolment
                        )
    except IntegrityError:
        raise CannotDo(_("In the first session there is something by now that would be doubled.")) from None


def _leave_as_it_was(one: Transfer, there: CourseSession, *, by: Person, at: datetime) -> None:
    """The person was in the other session before the transfer, and stays: only what the transfer added goes."""
    if not one.before.get("by hand there"):
        remove_source([one.to_enrolment.person_id], there, kind=Kind.HAND, by=by, at=at)
    for place in there.session_courses.filter(course__in=one.before.get("excluded", [])):
        include(one.to_enrolment, place, by=by, at=at)


def _bring_sources_back(one: Transfer, home: CourseSession, *, by: Person, at: datetime) -> None:
    """The ways in which somebody came, as far as they still lead here: a class only for who is still in it."""
    enrolment = one.from_enrolment
    classes = set(
        SessionClass.objects.filter(session=home, school_class__members__person=enrolment.person_id).values_list(
            "school_class", flat=True
        )
    )
    wanted = [(kind, school_class) for kind, school_class in one.before["sources"]]
    rows = [(k, c) for k, c in wanted if k != Kind.SCHOOL_CLASS or c in classes]
    EnrolmentSource.objects.bulk_create(
        [EnrolmentSource(enrolment=enrolment, kind=k, school_class_id=c, by=by, at=at) for k, c in rows],
        ignore_conflicts=True,
    )
    if rows and (Kind.HAND.value, None) not in rows:  # restoring was by hand, the way that brought them here was not
        EnrolmentSource.objects.filter(enrolment=enrolment, kind=Kind.HAND).delete()


def _sources(enrolments: Iterable[int]) -> dict[int, list[tuple[str, int | None]]]:
    found: dict[int, list[tuple[str, int | None]]] = defaultdict(list)
    rows = EnrolmentSource.objects.filter(enrolment__in=list(enrolments)).order_by("pk")
    for enrolment, kind, school_class in rows.values_list("enrolment", "kind", "school_class"):
        found[enrolment].append((kind, school_class))
    return found


def _ends(transfers: Iterable[Transfer]) -> list[int]:
    return [pk for one in transfers for pk in (one.from_enrolment_id, one.to_enrolment_id)]


def _numbers(transfers: Sequence[Transfer]) -> dict[str, int]:
    """How many records of each kind went along."""
    numbers = {
        model._meta.label_lower: sum(len(ids) for one in transfers for ids in moved_ids(one, model).values())
        for model in record_models()
    }
    return {label: n for label, n in numbers.items() if n}

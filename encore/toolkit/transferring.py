"""What a transfer to another session would move, leave and change, line by line, before anything is done.

`transfer.py` does it. What was decided about it: docs/decisions/0009-what-a-transfer-moves.md.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from hashlib import sha256

from django.db.models import Count, Exists, Model, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from encore.base.text import fold
from encore.courses.lifecycle import IS, Fate, Prospect, Prospects
from encore.courses.managing import managed_by
from encore.courses.models import Course, CourseExclusion, CourseSession, Enrolment, SessionCourse
from encore.courses.rules import EnrolmentTerms
from encore.courses.windows import enrolment_terms
from encore.courses.words import EnrolmentState
from encore.people.models import Person
from encore.toolkit.models import Grade, ItemException, SignOff, Transfer
from encore.toolkit.records import Records, counted, have_records, record_models, records_of

State = CourseSession.State
TAKE_PEOPLE = (State.DRAFT, State.PUBLISHED)


@dataclass
class Line:
    """What becomes of one person: what goes along and what stays, by course; how they stand here and there."""

    enrolment: Enrolment
    fate: Fate
    why: str
    there: Enrolment | None  # the enrolment in the other session that counts now
    before: Prospect
    after: Prospect
    goes: list[str] = field(default_factory=list)
    stays: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Preview:
    """All the lines, what the two sessions have in common, and a stamp for whoever confirms."""

    target: CourseSession
    lines: list[Line]
    shared: list[Course]
    only_here: list[Course]
    only_there: list[Course]

    @property
    def changing(self) -> list[Line]:
        return [line for line in self.lines if line.fate is Fate.CHANGE]

    @property
    def refused(self) -> list[Line]:
        return [line for line in self.lines if line.fate is Fate.REFUSE]

    @property
    def newcomers(self) -> int:
        """How many seats it takes there."""
        return sum(line.there is None or not line.there.is_live for line in self.changing)

    @cached_property
    def stamp(self) -> str:
        """Windows and states count, records do not: who goes on working while somebody confirms changes nothing."""
        facts = [
            (line.enrolment.pk, line.enrolment.state, line.fate, line.there and line.there.pk, line.after.window)
            for line in sorted(self.lines, key=lambda line: line.enrolment.pk)
        ]
        courses = sorted(course.pk for course in self.shared)
        return sha256(repr((self.target.pk, courses, facts)).encode()).hexdigest()[:32]


def targets_for(session: CourseSession, person: Person, *, q: str = "") -> QuerySet[CourseSession]:
    """The sessions to which this person may transfer people from here: those they manage that share a course."""
    courses = SessionCourse.objects.filter(session=session).values("course")
    shared = SessionCourse.objects.filter(session=OuterRef("pk"), course__in=courses)
    found = CourseSession.objects.filter(managed_by(person), Exists(shared), state__in=TAKE_PEOPLE)
    for word in fold(q).split():
        found = found.filter(search_text__contains=word)
    return found.exclude(pk=session.pk).order_by("-opens_at", "search_text", "id")


def preview(session: CourseSession, enrolments: Sequence[Enrolment], target: CourseSession, *, at: datetime) -> Preview:
    """What would become of these enrolments of the session. As many queries for many people as for one."""
    here = {place.course: place for place in _places(session)}
    there = {place.course for place in _places(target)}
    shared = [course for course in here if course in there]
    lines = _lines(session, enrolments, target, at)
    changing = {line.enrolment.pk: line for line in lines if line.fate is Fate.CHANGE}
    records = records_of(changing, {course.pk for course in shared})
    signed = signed_off([session.pk, target.pk])
    for pk, line in changing.items():
        if course := _signed(records[pk], signed):
            line.fate, line.why = Fate.REFUSE, _("The grades of “%(course)s” are signed off.") % {"course": course}
        else:
            _tell_records(line, records[pk], {course.pk: course for course in here})
    changing = {pk: line for pk, line in changing.items() if line.fate is Fate.CHANGE}
    _tell_exclusions(changing, {course.pk for course in shared})
    _tell_exceptions(changing)
    return Preview(
        target=target,
        lines=lines,
        shared=shared,
        only_here=[course for course in here if course not in there],
        only_there=[course for course in there if course not in here],
    )


@dataclass(frozen=True)
class Shown:
    """A transfer on the page of one of its two enrolments. `is_known`: the reader manages the other session too."""

    transfer: Transfer
    away: bool
    other: CourseSession
    is_known: bool


def transfers_of(enrolment: Enrolment, person: Person) -> list[Shown]:
    """The transfers from and to an enrolment, the latest first, for who reads about them; two queries."""
    either = Q(from_enrolment=enrolment) | Q(to_enrolment=enrolment)
    rows = Transfer.objects.filter(either).select_related("from_enrolment__session", "to_enrolment__session", "by")
    found = [(row, row.from_enrolment_id == enrolment.pk) for row in rows.order_by("-pk")]
    others = {row.pk: (row.to_enrolment if away else row.from_enrolment).session for row, away in found}
    ids = [session.pk for session in others.values()]
    mine = CourseSession.objects.filter(managed_by(person), pk__in=ids) if ids else CourseSession.objects.none()
    known = set(mine.values_list("pk", flat=True))
    return [Shown(row, away, others[row.pk], others[row.pk].pk in known) for row, away in found]


def why_not_undo(transfer: Transfer) -> str:
    """Why a transfer cannot be taken back any more, in a sentence; "" if it can."""
    came_from, came_to = transfer.from_enrolment, transfer.to_enrolment
    if transfer.undone_at:
        return _("It has been taken back already.")
    elif not came_from.is_latest or came_from.state != EnrolmentState.WITHDRAWN:
        return _("The person has come back to the first session by another way.")
    elif not came_to.is_latest or not came_to.is_live:
        return _("The person has left the other session since.")
    elif _lacks_a_course(transfer):
        return _("A course that it is about has been taken out of the first session.")
    elif moved_ids(transfer, Grade).keys() & signed_off([came_from.session_id, came_to.session_id]).keys():
        return _("Grades that went along are signed off by now.")
    elif not _all_there(transfer):
        return _("What went along has been moved on since.")
    elif more := records_besides(transfer):
        words = _("The person has gone on in the other session since: %(records)s. Transfer them back instead.")
        return words % {"records": ", ".join(more)}
    else:
        return ""


def moved_ids(transfer: Transfer, model: type[Model]) -> dict[int, list[int]]:
    """The records of one model that went along, by course id."""
    return {int(course): ids for course, ids in transfer.moved.get(model._meta.label_lower, {}).items()}


def records_besides(transfer: Transfer) -> list[str]:
    """What there is in the new enrolment that did not come with the transfer, counted in words."""
    found = []
    for model in record_models():
        moved = sum(len(ids) for ids in moved_ids(transfer, model).values())
        if more := model._default_manager.filter(enrolment=transfer.to_enrolment).count() - moved:
            found.append(counted(model, more) or _("new traces"))
    return list(dict.fromkeys(found))


def _lines(session: CourseSession, enrolments: Sequence[Enrolment], target: CourseSession, at: datetime) -> list[Line]:
    people = [enrolment.person_id for enrolment in enrolments]
    rows = Enrolment.objects.filter(session=target, person__in=people, is_latest=True)
    there = {row.person_id: row for row in rows}
    full = have_records(row.pk for row in rows if row.is_live)
    here, elsewhere = Prospects(session, at), Prospects(target, at)
    lines = []
    for one in enrolments:
        former = there.get(one.person_id)
        fate, why = _fate(one, former, full)
        own = _own_terms(one, former)
        line = Line(one, fate, why, former, here.of(enrolment_terms(one)), elsewhere.of(own))
        if fate is Fate.CHANGE:
            line.notes = _notes(one, former)
        lines.append(line)
    return lines


def _fate(enrolment: Enrolment, there: Enrolment | None, full: set[int]) -> tuple[Fate, str]:
    if not enrolment.is_latest:
        return Fate.REFUSE, _("A later enrolment of theirs in this session counts now.")
    elif not enrolment.is_live:
        return Fate.REFUSE, str(IS[enrolment.state])
    elif there and there.is_live and there.pk in full:
        return Fate.REFUSE, _("Is in the other session already and has results there, which must not be mixed.")
    else:
        return Fate.CHANGE, ""


def _own_terms(enrolment: Enrolment, there: Enrolment | None) -> EnrolmentTerms:
    """How somebody is going to stand there: as they do already, else as a newcomer; suspended stays suspended."""
    if there and there.is_live:
        return enrolment_terms(there)
    else:
        return EnrolmentTerms(state=EnrolmentState(enrolment.state) if enrolment.is_live else EnrolmentState.ACTIVE)


def _notes(enrolment: Enrolment, there: Enrolment | None) -> list[str]:
    notes = []
    if there and there.is_live:
        notes.append(_("Is in the other session already, without results: that enrolment goes on."))
    elif there:
        notes.append(_("Was in the other session before: a new enrolment is made beside the earlier one."))
    if enrolment.state == EnrolmentState.SUSPENDED and not (there and there.is_live):
        notes.append(_("Stays suspended."))
    if enrolment.opens_at or enrolment.closes_at or enrolment.extra_days:
        notes.append(_("The personal time of this session does not go along."))
    return notes


def signed_off(sessions: Iterable[int]) -> dict[int, str]:
    """The courses, by id, whose grades are final in one of these sessions, with their titles."""
    rows = SignOff.objects.filter(session_course__session__in=list(sessions), lifted_at=None)
    return dict(rows.values_list("session_course__course", "session_course__course__title"))


def _signed(records: Records, signed: dict[int, str]) -> str:
    """A course whose grades are final and would change, or ""."""
    return next((signed[course] for course in records.going.get(Grade, {}) if course in signed), "")


def _tell_records(line: Line, records: Records, courses: dict[int, Course]) -> None:
    line.goes = _by_course(courses, {m: {c: len(ids) for c, ids in of.items()} for m, of in records.going.items()})
    line.stays = [
        _("Not in the other session: %(what)s") % {"what": words} for words in _by_course(courses, records.elsewhere)
    ]
    if own := [words for model, n in records.own.items() if (words := counted(model, n))]:
        line.stays.append(_("Made for this session only: %(records)s") % {"records": ", ".join(own)})


def _by_course(courses: dict[int, Course], numbers: Mapping[type[Model], Mapping[int, int]]) -> list[str]:
    """Each course with what there is in it, in words."""
    found: dict[int, list[str]] = defaultdict(list)
    for model, of_model in numbers.items():
        for course, n in of_model.items():
            if words := counted(model, n):
                found[course].append(words)
    return [
        _("%(course)s: %(records)s") % {"course": course.title, "records": ", ".join(found[pk])}
        for pk, course in courses.items()
        if pk in found
    ]


def _tell_exclusions(lines: dict[int, Line], shared: set[int]) -> None:
    rows = CourseExclusion.objects.filter(enrolment__in=lines, session_course__course__in=shared)
    for enrolment, title in rows.values_list("enrolment", "session_course__course__title"):
        lines[enrolment].notes.append(_("Stays out of the course %(course)s.") % {"course": title})


def _tell_exceptions(lines: dict[int, Line]) -> None:
    rows = ItemException.objects.filter(enrolment__in=lines).order_by().values_list("enrolment")
    for enrolment, n in rows.annotate(n=Count("pk")):
        lines[enrolment].stays.append(_("Own dates of single items: %(n)d") % {"n": n})


def _places(session: CourseSession) -> list[SessionCourse]:
    return list(session.session_courses.select_related("course").order_by("position", "id"))


def _lacks_a_course(transfer: Transfer) -> bool:
    courses = {course for model in record_models() for course in moved_ids(transfer, model)}
    there = SessionCourse.objects.filter(session=transfer.from_enrolment.session_id, course__in=courses)
    return there.count() < len(courses)


def _all_there(transfer: Transfer) -> bool:
    for model in record_models():
        ids = [pk for one in moved_ids(transfer, model).values() for pk in one]
        if model._default_manager.filter(Q(pk__in=ids), enrolment=transfer.to_enrolment).count() < len(ids):
            return False
    return True

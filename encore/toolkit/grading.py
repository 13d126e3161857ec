"""Grades: tools publish them, people override them; each change is kept (design: content, "Records")."""

from __future__ import annotations

from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from encore.courses.context import Here
from encore.courses.errors import CannotDo
from encore.courses.models import Enrolment, SessionCourse
from encore.courses.rules import Action
from encore.ledger.actions import record
from encore.people.models import Person
from encore.toolkit.models import Grade, GradeChange, SignOff
from encore.toolkit.permission import require
from encore.toolkit.totals import GradedItem, book_in, plain, to_sign, totals_in

__all__ = ["excuse", "give", "lift", "override", "publish_grade", "sign_off", "totals_in"]

What = GradeChange.What
PLACES = Decimal("0.00001")


@transaction.atomic(savepoint=False)
def publish_grade(
    enrolment: Enrolment,
    *,
    session_course: int,
    item: int,
    points: Decimal | None,
    out_of: Decimal,
    at: datetime,
    by: Person | None = None,
    reason: str = "",
) -> Grade:
    """What a learner got for an item, as its tool says; None while something is still to be marked. By ids.

    Saying the same again changes nothing and leaves no trace. A figure that a person put in its place stays.
    """
    grade, new = Grade.objects.select_for_update(of=("self",)).get_or_create(
        session_id=enrolment.session_id,
        enrolment=enrolment,
        item_id=item,
        defaults={"session_course_id": session_course, "points": points, "out_of": out_of, "at": at},
    )
    before = None if new else grade.points
    if not new and (before, grade.out_of) == (points, out_of):
        return grade
    if not new:
        grade.points, grade.out_of, grade.at = points, out_of, at
        grade.save(update_fields=["points", "out_of", "at"])
    if not new or points is not None:
        GradeChange.objects.create(
            grade=grade, what=What.POINTS, before=before, after=points, out_of=out_of, by=by, at=at, reason=reason
        )
    return grade


@transaction.atomic
def give(
    here: Here, enrolment: Enrolment, item: GradedItem, points: Decimal | None, *, comment: str, seen: int
) -> Grade | None:
    """Points by hand, in a column that is graded so; None takes them back. `seen`: the last change that was shown.

    None where there was nothing and is nothing.
    """
    if item.by_hand is None:
        raise CannotDo(_("The grades of “%(title)s” come from its tool.") % {"title": item.title})
    points = _checked(points)
    if points is not None and points > item.out_of:
        raise CannotDo(_("Give points from 0 to %(most)s.") % {"most": plain(item.out_of)})
    if points is None and not comment and not _grades_of(here, enrolment, item).exists():
        return None
    grade = _open(here, enrolment, item, seen)
    if (grade.points, grade.out_of, grade.comment) == (points, item.out_of, comment):
        return grade
    before, grade.points, grade.comment, grade.out_of = grade.points, points, comment, item.out_of
    _save(here, grade, What.POINTS, before, points)
    _tell("give grade", here, enrolment, item, points=[_said(before), _said(points)])
    return grade


@transaction.atomic
def override(
    here: Here, enrolment: Enrolment, item: GradedItem, points: Decimal | None, *, reason: str, seen: int
) -> Grade:
    """Put a figure in the place of what the tool says; None lets the tool's count again."""
    reason, points = _reasoned(reason), _checked(points)
    grade = _open(here, enrolment, item, seen)
    if grade.override == points:
        return grade
    before, grade.override = grade.override, points
    _save(here, grade, What.OVERRIDE, before, points, reason)
    _tell("override grade", here, enrolment, item, points=[_said(before), _said(points)], reason=reason)
    return grade


@transaction.atomic
def excuse(here: Here, enrolment: Enrolment, item: GradedItem, excused: bool, *, reason: str, seen: int) -> Grade:
    """Leave an item out of one learner's total, or take it in again."""
    reason = _reasoned(reason)
    grade = _open(here, enrolment, item, seen)
    if grade.excused == excused:
        return grade
    grade.excused = excused
    _save(here, grade, What.EXCUSED, Decimal(not excused), Decimal(excused), reason)
    _tell("excuse grade", here, enrolment, item, excused=[not excused, excused], reason=reason)
    return grade


@transaction.atomic
def sign_off(here: Here, enrolments: list[Enrolment], *, note: str) -> SignOff:
    """Freeze the grades of a course in a session, with the figures of these learners as they stand."""
    require(here, Action.MARK)
    place = _locked(here)
    if SignOff.objects.filter(session_course=place, lifted_at=None).exists():
        raise CannotDo(_("These grades are signed off already."))
    totals = to_sign(book_in(here, enrolments))
    signed = SignOff.objects.create(session_course=place, by=here.person, at=here.at, note=note, totals=totals)
    record(
        "sign off grades",
        place,
        by=here.person,
        at=here.at,
        session_id=here.session.pk,
        changes={"learners": [enrolment.person_id for enrolment in enrolments], "note": note},
    )
    return signed


@transaction.atomic
def lift(here: Here, signed: SignOff, *, reason: str) -> None:
    """Let grades change again. What was signed stays on record."""
    require(here, Action.MARK)
    reason, place = _reasoned(reason), _locked(here)
    found = SignOff.objects.filter(pk=signed.pk, session_course=place, lifted_at=None)
    if not found.update(lifted_at=here.at, lifted_by=here.person, lifted_because=reason):
        raise CannotDo(_("This is lifted already."))
    changes = {"reason": reason}
    record("lift sign-off", place, by=here.person, at=here.at, session_id=here.session.pk, changes=changes)


def _grades_of(here: Here, enrolment: Enrolment, item: GradedItem) -> QuerySet[Grade]:
    return Grade.objects.filter(session=here.session, enrolment=enrolment, item=item.pk)


def _open(here: Here, enrolment: Enrolment, item: GradedItem, seen: int) -> Grade:
    """The grade, locked, for one who may change it; refused where somebody changed it since, or all is signed off."""
    require(here, Action.MARK)
    place = _locked(here)
    if SignOff.objects.filter(session_course=place, lifted_at=None).exists():
        raise CannotDo(_("The grades here are signed off. Lift that first."))
    grade, _new = Grade.objects.select_for_update(of=("self",)).get_or_create(
        session_id=enrolment.session_id,
        enrolment=enrolment,
        item_id=item.pk,
        defaults={"session_course": place, "out_of": item.out_of, "at": here.at},
    )
    last = grade.changes.select_related("by").order_by("-pk").first()
    if last is not None and last.pk != seen:
        name = last.by or _("The tool")
        raise CannotDo(_("%(name)s changed this grade in the meantime. Look at it before you go on.") % {"name": name})
    return grade


def _locked(here: Here) -> SessionCourse:
    """The place, locked: a grade and a sign-off never pass each other by."""
    return SessionCourse.objects.select_for_update(of=("self",)).get(pk=here.session_course.pk)


def _save(
    here: Here, grade: Grade, what: GradeChange.What, before: Decimal | None, after: Decimal | None, reason: str = ""
) -> None:
    grade.at = here.at
    grade.save()
    GradeChange.objects.create(
        grade=grade,
        what=what,
        before=before,
        after=after,
        out_of=grade.out_of,
        by=here.person,
        at=here.at,
        reason=reason,
    )


def _tell(verb: str, here: Here, enrolment: Enrolment, item: GradedItem, **changes: object) -> None:
    changes = {"item": item.pk, "title": item.title, **changes}
    record(verb, enrolment, by=here.person, at=here.at, session_id=here.session.pk, changes=changes)


def _checked(points: Decimal | None) -> Decimal | None:
    if points is None:
        return None
    if not 0 <= points <= 100_000:
        raise CannotDo(_("Give points from 0 to %(most)s.") % {"most": "100000"})
    return points.quantize(PLACES, ROUND_HALF_UP)


def _reasoned(reason: str) -> str:
    reason = reason.strip()
    if not reason:
        raise CannotDo(_("Say why: the reason stays beside the grade."))
    return reason[:300]


def _said(points: Decimal | None) -> str | None:
    return None if points is None else plain(points)

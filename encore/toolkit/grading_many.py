"""Changes many grades at once, as toolkit.grading changes one: with its history, locked, refused where signed off."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from encore.courses.context import Here
from encore.courses.errors import CannotDo
from encore.courses.models import Enrolment, SessionCourse
from encore.courses.rules import Action
from encore.ledger.actions import record_many
from encore.toolkit.models import Grade, GradeChange, SignOff
from encore.toolkit.permission import require
from encore.toolkit.totals import GradedItem, plain

What = GradeChange.What
BATCH = 1000


@dataclass(frozen=True)
class NewGrade:
    """What becomes of one grade. `points`: the figure that counts from now on, by hand or as an `override` of what the
    tool says; None leaves it. `excused`: None leaves it."""

    enrolment: Enrolment
    item: GradedItem
    points: Decimal | None = None
    override: bool = False
    excused: bool | None = None

    @property
    def needs_reason(self) -> bool:
        return self.override or self.excused is not None


def lock_grades(here: Here) -> None:
    """Until the transaction is over nobody else changes a grade here or signs them off. For who may mark."""
    require(here, Action.MARK)
    SessionCourse.objects.select_for_update(of=("self",)).get(pk=here.session_course.pk)


@transaction.atomic
def change_grades(here: Here, news: Sequence[NewGrade], *, reason: str = "") -> None:
    """All of them. Nobody asks here what the grades were: who calls has locked and looked. As many queries as the
    thousands there are."""
    lock_grades(here)
    if any(new.needs_reason for new in news) and not reason.strip():
        raise CannotDo(_("Say why: the reason stays beside the grade."))
    if SignOff.objects.filter(session_course=here.session_course, lifted_at=None).exists():
        raise CannotDo(_("The grades here are signed off. Lift that first."))
    grades, history = _grades_of(here, news), list[tuple[Grade, GradeChange]]()
    told: dict[int, list[str]] = defaultdict(list)
    for new in news:
        grade = grades[new.enrolment.pk, new.item.pk]
        before = _said(grade)
        history += [(grade, step) for step in _changed(grade, new, here, reason[:300])]
        told[new.enrolment.pk].append(f"{new.item.title}: {before} → {_said(grade)}")
    _store(list(grades.values()), history)
    people = {new.enrolment.pk: new.enrolment for new in news}
    for enrolment in people.values():
        enrolment.session = here.session  # the audit log calls each by it
    changes = {pk: {"grades": "; ".join(rows), **({"reason": reason} if reason else {})} for pk, rows in told.items()}
    record_many(
        "change grades", list(people.values()), by=here.person, at=here.at, session_id=here.session.pk, changes=changes
    )


def _grades_of(here: Here, news: Sequence[NewGrade]) -> dict[tuple[int, int], Grade]:
    """Each grade that changes, as it is there (locked) or empty: to be stored anew in its place."""
    rows = Grade.objects.select_for_update(of=("self",)).filter(session_course=here.session_course)
    there = {
        (grade.enrolment_id, grade.item_id): grade for grade in rows.filter(item__in={new.item.pk for new in news})
    }
    found = {}
    for new in news:
        grade = Grade(
            session_id=here.session.pk,
            session_course=here.session_course,
            enrolment=new.enrolment,
            item_id=new.item.pk,
            out_of=new.item.out_of,
            at=here.at,
        )
        if (was := there.get((new.enrolment.pk, new.item.pk))) is not None:
            for name in ("points", "out_of", "override", "excused", "comment"):
                setattr(grade, name, getattr(was, name))
        found[new.enrolment.pk, new.item.pk] = grade
    return found


def _changed(grade: Grade, new: NewGrade, here: Here, reason: str) -> list[GradeChange]:
    """Changes the grade, not yet stored, and tells the steps of its history."""
    steps = []

    def step(what: GradeChange.What, before: Decimal | None, after: Decimal | None) -> None:
        why = reason if what != What.POINTS else ""
        told = {"out_of": grade.out_of, "by": here.person, "at": here.at, "reason": why}
        steps.append(GradeChange(what=what, before=before, after=after, **told))

    if new.points is not None and new.override:
        before, grade.override = grade.override, new.points
        step(What.OVERRIDE, before, new.points)
    elif new.points is not None:
        before, grade.points, grade.out_of = grade.points, new.points, new.item.out_of
        step(What.POINTS, before, new.points)
    if new.excused is not None:
        step(What.EXCUSED, Decimal(grade.excused), Decimal(new.excused))
        grade.excused = new.excused
    grade.at = here.at
    return steps


def _store(grades: list[Grade], history: list[tuple[Grade, GradeChange]]) -> None:
    """Where a tool has said something meanwhile, what it said stays: its figures are written by nobody else."""
    by_hand = {id(grade) for grade, step in history if step.what == What.POINTS}
    figures = ["points", "out_of"]
    for ours, fields in ((True, figures), (False, [])):
        Grade.objects.bulk_create(
            [grade for grade in grades if (id(grade) in by_hand) is ours],
            batch_size=BATCH,
            update_conflicts=True,
            unique_fields=["session", "enrolment", "item"],
            update_fields=[*fields, "override", "excused", "at"],
        )
    for grade, step in history:
        step.grade = grade
    GradeChange.objects.bulk_create([step for _grade, step in history], batch_size=BATCH)


def _said(grade: Grade) -> str:
    return "excused" if grade.excused else plain(grade.counts) or "–"

"""Grades: tools publish them, people override them; each change is kept (design: content, "Records")."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.db import transaction

from encore.courses.models import Enrolment
from encore.people.models import Person
from encore.toolkit.models import Grade, GradeChange

What = GradeChange.What


@transaction.atomic
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

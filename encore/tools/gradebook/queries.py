"""Whose grades stand in the gradebook of a course in a session, and what became of them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from django.db.models import Exists, Max, OuterRef, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404

from encore.courses.context import Here
from encore.courses.models import CourseExclusion, Enrolment
from encore.people.queries import search_people
from encore.toolkit.models import GradeChange
from encore.toolkit.registry import tool_of_kind
from encore.toolkit.totals import GradeBook, GradedItem

TAKING_PART = (*Enrolment.LIVE, Enrolment.State.COMPLETED)


def learners_in(here: Here, *, q: str = "") -> QuerySet[Enrolment]:
    """Who takes part in this course of the session, by name."""
    excluded = CourseExclusion.objects.filter(enrolment=OuterRef("pk"), session_course=here.session_course)
    enrolments = Enrolment.objects.filter(session=here.session, is_latest=True, state__in=TAKING_PART)
    if q:
        enrolments = enrolments.filter(person__in=search_people(q).order_by())
    return enrolments.exclude(Exists(excluded)).select_related("person").order_by("person__sort_name", "pk")


def learner_in(here: Here, enrolment: int) -> Enrolment:
    """One of them, else 404: in another session above all."""
    return get_object_or_404(learners_in(here), pk=enrolment)


def graded_in(book: GradeBook, uuid: UUID) -> GradedItem:
    item = book.item(uuid)
    if item is None:
        raise Http404
    return item


def with_worth(here: Here, item: GradedItem) -> GradedItem:
    """The item with the points to be had for it, which its tool tells where nobody was graded yet."""
    return item if item.out_of else replace(item, out_of=tool_of_kind(item.kind).worth(here, item.uuid))


def changes_of(here: Here, enrolment: Enrolment) -> dict[int, list[GradeChange]]:
    """The history of a learner's grades here, by item, the newest first."""
    rows = GradeChange.objects.filter(grade__enrolment=enrolment, grade__session_course=here.session_course)
    found: dict[int, list[GradeChange]] = {}
    for change in rows.select_related("by", "grade").order_by("-pk"):
        found.setdefault(change.grade.item_id, []).append(change)
    return found


def last_changes(here: Here, item: GradedItem, enrolments: Any) -> dict[int, int]:
    """The last change (id) of each learner's grade for one item, by enrolment."""
    rows = GradeChange.objects.filter(
        grade__session_course=here.session_course, grade__item=item.pk, grade__enrolment__in=enrolments
    )
    return dict(
        rows.order_by().values("grade__enrolment").annotate(last=Max("pk")).values_list("grade__enrolment", "last")
    )

"""Marks that a person gives: points and a comment for one answer, with the history of both."""

from __future__ import annotations

from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from encore.courses.context import Here
from encore.courses.errors import CannotDo
from encore.courses.rules import Action
from encore.ledger.actions import record
from encore.toolkit.permission import require
from encore.tools.quizzes.actions.taking import settle
from encore.tools.quizzes.marking import rounded
from encore.tools.quizzes.models import Answer, Attempt, MarkChange


@transaction.atomic
def mark_by_hand(
    answer: Answer, here: Here, *, points: Decimal | None, comment: str, seen: Decimal | None, reason: str = ""
) -> Answer:
    """Give an answer points (None takes them back) and a comment; the attempt and the grade follow.

    `seen`: the points that stood on the page. Raises CannotDo where somebody marked it since, and for points that the
    answer cannot have.
    """
    require(here, Action.MARK)
    attempt = Attempt.objects.select_for_update(of=("self",)).select_related("enrolment").get(pk=answer.attempt_id)
    answer = Answer.objects.select_related("by").get(pk=answer.pk)
    if attempt.state != Attempt.State.HANDED_IN:
        raise CannotDo(_("This attempt is not handed in yet."))
    if answer.points != seen:
        raise CannotDo(
            _("%(name)s marked this in the meantime: %(points)s. Look at it before you go on.")
            % {
                "name": answer.by or _("Somebody"),
                "points": "–" if answer.points is None else answer.points.normalize(),
            }
        )
    points = None if points is None else rounded(points)
    if points is not None and not Decimal(0) <= points <= answer.out_of:
        raise CannotDo(_("Give points from 0 to %(most)s.") % {"most": answer.out_of.normalize()})
    before = (answer.points, answer.comment)
    if (points, comment) == before:
        return answer
    answer.points, answer.comment, answer.by = points, comment, here.person
    answer.marked_at = here.at if points is not None else None
    answer.save(update_fields=["points", "comment", "by", "marked_at"])
    MarkChange.objects.create(answer=answer, before=before[0], after=points, by=here.person, at=here.at, reason=reason)
    record(
        "mark",
        attempt.enrolment,
        by=here.person,
        at=here.at,
        session_id=attempt.session_id,
        changes={"points": [_plain(before[0]), _plain(points)], "answer": answer.pk, "reason": reason},
    )
    settle(attempt, attempt.answers.all(), at=here.at)
    return answer


def _plain(points: Decimal | None) -> str | None:
    return None if points is None else str(points.normalize())

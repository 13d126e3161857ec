"""Marks answers again by the key now in force: in one course of a session, all of it or nothing."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from encore.courses.context import Here
from encore.courses.errors import CannotDo
from encore.courses.rules import Action
from encore.ledger.actions import record
from encore.toolkit.models import Item
from encore.toolkit.permission import require
from encore.toolkit.scoping import recorded_in
from encore.tools.quizzes.actions.taking import BATCH, settle
from encore.tools.quizzes.models import Answer, Attempt, MarkChange
from encore.tools.quizzes.regrading import Regrade, answers_about, regrade_in


@transaction.atomic
def regrade(here: Here, item: Item, *, reason: str, by_hand: bool = False, seen: str | None = None) -> int:
    """Regrade the answers here to a question, or in a test; grades follow. Returns how many answers changed.

    `item`: as `shown_in` gives it. `seen`: the digest of what the page showed. Raises CannotDo where that is not so any
    more. A second time there is nothing left to change.
    """
    require(here, Action.MARK)
    about = answers_about(here, item).filter(attempt=OuterRef("pk")).order_by()
    attempts = recorded_in(here, Attempt).filter(Exists(about)).select_for_update(of=("self",))
    locked = {attempt.pk: attempt for attempt in attempts.select_related("enrolment").order_by("pk")}
    plan = regrade_in(here, item, by_hand=by_hand)
    if seen is not None and plan.digest != seen:
        raise CannotDo(_("Something changed in %(session)s since you looked: look again.") % {"session": here.session})
    changed = plan.changed
    if not changed:
        return 0
    _write(plan, reason=reason)
    ids = {mark.answer.attempt_id for mark in changed}
    answers: dict[int, list[Answer]] = {pk: [] for pk in ids}
    for answer in recorded_in(here, Answer).filter(attempt__in=ids):
        answers[answer.attempt_id].append(answer)
    for pk in sorted(ids):
        settle(locked[pk], answers[pk], at=here.at)
    record(
        "regrade",
        item,
        by=here.person,
        at=here.at,
        session_id=here.session.pk,
        called=item.title,
        changes={"answers": len(changed), "raised": plan.up, "lowered": plan.down, "reason": reason},
        people={locked[pk].enrolment.person_id for pk in ids},
    )
    return len(changed)


def _write(plan: Regrade, *, reason: str) -> None:
    """The new marks and their history. An answer that keeps its points is marked by the new key all the same."""
    here, answers, history = plan.here, [], []
    for mark in plan.marks:
        answer = mark.answer
        if mark.changes:
            history.append(
                MarkChange(
                    answer=answer,
                    before=answer.points,
                    after=mark.points,
                    key_id=mark.key,
                    by=here.person,
                    at=here.at,
                    reason=reason,
                )
            )
            answer.marked_at = here.at
        answer.points, answer.key_id, answer.by = mark.points, mark.key, None
        answers.append(answer)
    Answer.objects.bulk_update(answers, ["points", "key", "by", "marked_at"], batch_size=BATCH)
    MarkChange.objects.bulk_create(history, batch_size=BATCH)

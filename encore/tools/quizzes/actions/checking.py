"""Feedback at once: one answer is marked while the attempt goes on, and stays as it is."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from encore.courses.errors import CannotDo
from encore.tools.quizzes.actions.taking import is_over
from encore.tools.quizzes.content import Question
from encore.tools.quizzes.errors import TimeIsUp
from encore.tools.quizzes.marking import mark_answer, points_for
from encore.tools.quizzes.models import Answer, Attempt


@transaction.atomic
def check_answer(attempt: Attempt, position: int, *, at: datetime) -> Answer:
    """Mark one answer by its key. Raises CannotDo where the test does not say what is right on the way."""
    attempt = Attempt.objects.select_for_update(of=("self",)).get(pk=attempt.pk)
    if attempt.state != Attempt.State.OPEN or is_over(attempt, at):
        raise TimeIsUp(_("The time is up."))
    if attempt.settings.get("feedback") != "at_once":
        raise CannotDo(_("This test says what was right at its end."))
    answer = attempt.answers.select_related("version").get(position=position)
    if answer.checked or not answer.response:
        return answer
    marked = mark_answer(
        Question.read(answer.version.content),
        answer.drawn,
        answer.response,
        negative=bool(attempt.settings.get("negative")),
    )
    answer.points, answer.key_id, answer.checked = points_for(marked, answer.out_of), answer.version_id, True
    answer.marked_at = at if answer.points is not None else None
    answer.save(update_fields=["points", "key", "checked", "marked_at"])
    return answer

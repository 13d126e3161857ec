"""Which tests say nothing yet of what a learner got."""

from __future__ import annotations

from encore.courses.context import Here
from encore.toolkit.schedule import Dates, dates_in
from encore.tools.quizzes.models import Attempt
from encore.tools.quizzes.options import TestOptions
from encore.tools.quizzes.showing import shows


def withheld(here: Here) -> set[int]:
    """The tests (ids) of which an attempt of this learner's may not show its score now."""
    mine = Attempt.objects.filter(session_course=here.session_course, enrolment=here.enrolment)
    handed_in = list(mine.filter(state=Attempt.State.HANDED_IN).select_related("item"))
    dates = dates_in(here, {attempt.item for attempt in handed_in})
    return {
        attempt.item_id
        for attempt in handed_in
        if not shows(
            TestOptions.model_validate(attempt.settings), dates.get(attempt.item_id, Dates()).closes, here.at
        ).score
    }

"""Which tests say nothing yet of what a learner got."""

from __future__ import annotations

from collections.abc import Sequence

from encore.courses.context import Here
from encore.toolkit.schedule import Dates, dates_among
from encore.tools.quizzes.models import Attempt
from encore.tools.quizzes.options import TestOptions
from encore.tools.quizzes.showing import shows


def withheld(here: Here) -> set[int]:
    """The tests (ids) of which an attempt of this learner's may not show its score now."""
    return {item for _enrolment, item in withheld_among([here])}


def withheld_among(places: Sequence[Here]) -> set[tuple[int, int]]:
    """The same in many places, as (enrolment, test). Two queries, however many."""
    heres = {(here.session_course.pk, here.enrolment.pk): here for here in places if here.enrolment}
    mine = Attempt.objects.filter(
        session_course__in={place for place, _enrolment in heres}, enrolment__in={pk for _place, pk in heres}
    ).filter(state=Attempt.State.HANDED_IN)
    handed_in = list(mine.values_list("session_course", "enrolment", "item", "settings"))
    dates = dates_among(heres, {item for _place, _enrolment, item, _settings in handed_in})
    return {
        (enrolment, item)
        for place, enrolment, item, settings in handed_in
        if (place, enrolment) in heres
        and not shows(
            TestOptions.model_validate(settings),
            dates.get((place, enrolment, item), Dates()).closes,
            heres[place, enrolment].at,
        ).score
    }

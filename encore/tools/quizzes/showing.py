"""What a learner sees of an attempt that is handed in, and when. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from encore.tools.quizzes.options import TestOptions, When


@dataclass(frozen=True)
class Shows:
    """`feedback`: what authors and markers wrote; `later`: whether closing will show more than now."""

    score: bool
    answers: bool
    key: bool
    feedback: bool
    by_category: bool
    later: bool = False


def shows(options: TestOptions, closes: datetime | None, at: datetime) -> Shows:
    """By the settings of the attempt. In exam mode nothing is shown at hand-in; what is set to be shown at the end of a
    test without an end is shown at hand-in, exam or not."""
    over = closes is None or at >= closes

    def is_shown(when: When) -> bool:
        if when == "never" or (when == "hand_in" and options.feedback == "exam"):
            return False
        return when == "hand_in" or over

    score, answers, key = (is_shown(when) for when in (options.show_score, options.show_answers, options.show_key))
    waits = not over and "close" in (options.show_score, options.show_answers, options.show_key)
    return Shows(score, answers, key and answers, answers, score and options.by_category, later=waits)

"""How a test is given: settings that a session or one learner's exception may override (design: content)."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

When = Literal["never", "hand_in", "close"]  # `close`: once the test has closed for everyone here, else at hand-in


class TestOptions(BaseModel):
    """Opening, due and closing moments are the item's own. `time_factor` is meant for exceptions: 1.25 is a quarter
    more time. `counts`: which of several attempts makes the grade. Shares are percentages, 0 to 100."""

    model_config = ConfigDict(extra="forbid")

    minutes: Annotated[int, Field(ge=1, le=60 * 24 * 30)] | None = None
    time_factor: Annotated[Decimal, Field(ge=1, le=10)] = Decimal(1)
    attempts: Annotated[int, Field(ge=1, le=100)] | None = None
    counts: Literal["best", "last", "first", "average"] = "best"
    code: Annotated[str, Field(max_length=60)] = ""
    pass_share: Annotated[Decimal, Field(ge=0, le=100)] | None = None
    paging: Literal["all", "section", "one"] = "all"
    way_back: bool = True
    shuffle_questions: bool = False
    shuffle_answers: bool = True
    negative: bool = False
    feedback: Literal["end", "at_once", "exam"] = "end"
    show_score: When = "hand_in"
    show_answers: When = "hand_in"
    show_key: When = "hand_in"
    by_category: bool = False
    anonymous: bool = False
    counted: bool = True

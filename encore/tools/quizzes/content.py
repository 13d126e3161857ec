"""What the items of tests hold: questions (each an item of its own, in a bank), their categories, and tests.

A question's `body` is one of the types below; how each is asked, read and marked stands in `questions/`, one module a
type. Parts of a question (options, gaps, pairs …) have short ids of their own, unique in it, by which answers name
them: they stay when the wording changes, so that an answer given to one version can be marked by the key of another.

Fractions are shares of a question's points: 1 is all of them, a negative one takes away where negative marks are on.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from encore.toolkit.content import Content, Html

Key = Annotated[str, Field(pattern=r"^[a-z0-9]{1,12}$")]
Share = Annotated[Decimal, Field(ge=-1, le=1, max_digits=6, decimal_places=5)]
Points = Annotated[Decimal, Field(ge=0, le=10_000, max_digits=9, decimal_places=4)]
Number = Annotated[Decimal, Field(max_digits=30, decimal_places=12)]
Tag = Annotated[str, Field(min_length=1, max_length=60)]


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Body(Part):
    """Base of a question's type: fields that hold several parts are named in `keyed`, and their ids must differ."""

    @model_validator(mode="after")
    def _ids_differ(self) -> Self:
        for name in type(self).model_fields:
            value = getattr(self, name)
            ids = [part.id for part in value if hasattr(part, "id")] if isinstance(value, list) else []
            if len(ids) != len(set(ids)):
                raise ValueError(f"two {name} have the same id")
        return self


class Option(Part):
    id: Key
    text: Html
    fraction: Share = Decimal(0)
    feedback: Html = ""


class Single(Body):
    """One of several. `look`: all to be seen, or a drop-down (words only: pictures need the list)."""

    type: Literal["single"] = "single"
    options: Annotated[list[Option], Field(min_length=2, max_length=50)]
    look: Literal["list", "dropdown"] = "list"
    shuffle: bool = True


class Multiple(Body):
    """Any number of several. `scoring`: the sum of the fractions of what was chosen, never below the worst that
    negative marks allow; or all or nothing."""

    type: Literal["multiple"] = "multiple"
    options: Annotated[list[Option], Field(min_length=2, max_length=50)]
    scoring: Literal["sum", "all_or_nothing"] = "sum"
    shuffle: bool = True


class Statement(Part):
    """`feedback` is for who marked it wrong, `praise` for who marked it right."""

    id: Key
    text: Html
    is_true: bool
    feedback: Html = ""
    praise: Html = ""


class TrueFalse(Body):
    """A series of statements, each true or false; one alone is the usual true/false question. Each counts alike;
    a wrong mark takes away `penalty` of its share, one left open nothing."""

    type: Literal["true_false"] = "true_false"
    statements: Annotated[list[Statement], Field(min_length=1, max_length=50)]
    penalty: Annotated[Decimal, Field(ge=0, le=1)] = Decimal(0)
    shuffle: bool = False


class Accepted(Part):
    """A text that is taken as an answer; `*` stands for any characters, `\\*` for a star. With a `tolerance` it is a
    number, taken give or take so much."""

    text: Annotated[str, Field(min_length=1, max_length=500)]
    fraction: Share = Decimal(1)
    feedback: Html = ""
    tolerance: Annotated[Decimal, Field(ge=0, max_digits=30, decimal_places=12)] | None = None


class Gap(Part):
    """A gap of the text: written into it, or chosen from `choices` where there are any."""

    id: Key
    accepted: Annotated[list[Accepted], Field(min_length=1, max_length=50)]
    choices: list[Annotated[str, Field(min_length=1, max_length=200)]] = []
    weight: Annotated[Decimal, Field(gt=0, le=1000)] = Decimal(1)


class GapText(Body):
    """A text with gaps, each written as [[id]] in `text`."""

    type: Literal["gap"] = "gap"
    text: Html
    gaps: Annotated[list[Gap], Field(min_length=1, max_length=100)]
    match_case: bool = False

    @model_validator(mode="after")
    def _each_gap_stands_in_the_text(self) -> Self:
        missing = [gap.id for gap in self.gaps if self.text.count(f"[[{gap.id}]]") != 1]
        if missing:
            raise ValueError(f"these gaps do not stand in the text exactly once: {', '.join(missing)}")
        return self


class Pair(Part):
    id: Key
    left: Html
    right: Annotated[str, Field(min_length=1, max_length=500)]


class Matching(Body):
    """To each left part belongs a right one. `others`: further right parts that belong to none. Equal right parts are
    one choice. Each pair counts alike."""

    type: Literal["matching"] = "matching"
    pairs: Annotated[list[Pair], Field(min_length=2, max_length=50)]
    others: list[Annotated[str, Field(min_length=1, max_length=500)]] = []
    shuffle: bool = True


class Step(Part):
    id: Key
    text: Html


class Ordering(Body):
    """To be put into the order in which `steps` stand here. `scoring`: the share of steps in their place, of
    neighbours that follow each other as they should, or all or nothing."""

    type: Literal["ordering"] = "ordering"
    steps: Annotated[list[Step], Field(min_length=2, max_length=30)]
    scoring: Literal["place", "neighbours", "all_or_nothing"] = "place"


class Short(Body):
    """A few words. The first accepted text that fits counts."""

    type: Literal["short"] = "short"
    accepted: Annotated[list[Accepted], Field(min_length=1, max_length=100)]
    match_case: bool = False


class Value(Part):
    """A number that is taken as an answer, give or take `tolerance` (relative: of the value)."""

    value: Number
    tolerance: Annotated[Decimal, Field(ge=0, max_digits=30, decimal_places=12)] = Decimal(0)
    relative: bool = False
    fraction: Share = Decimal(1)
    feedback: Html = ""


class Unit(Part):
    """`factor`: how many of it make one of the first unit."""

    name: Annotated[str, Field(min_length=1, max_length=40)]
    factor: Annotated[Decimal, Field(gt=0, max_digits=30, decimal_places=12)] = Decimal(1)


class Numeric(Body):
    """A number, with a unit where there are `units`. `unit_share`: of the points that a wrong or missing unit costs."""

    type: Literal["number"] = "number"
    values: Annotated[list[Value], Field(min_length=1, max_length=50)]
    units: list[Unit] = []
    unit_share: Annotated[Decimal, Field(ge=0, le=1)] = Decimal(1)


class Variable(Part):
    """Drawn anew for each attempt: from `low` to `high`, both included, in steps of the last decimal."""

    name: Annotated[str, Field(pattern=r"^[a-zA-Z][a-zA-Z0-9_]{0,30}$")]
    low: Number
    high: Number
    decimals: Annotated[int, Field(ge=0, le=9)] = 0

    @model_validator(mode="after")
    def _low_is_not_high(self) -> Self:
        if self.low > self.high:
            raise ValueError(f"{self.name}: the lowest value is above the highest")
        return self


class Calculated(Body):
    """A number calculated by `formula` from variables that the question's text names as {name}."""

    type: Literal["calculated"] = "calculated"
    formula: Annotated[str, Field(min_length=1, max_length=500)]
    variables: Annotated[list[Variable], Field(min_length=1, max_length=20)]
    tolerance: Annotated[Decimal, Field(ge=0, max_digits=30, decimal_places=12)] = Decimal("0.01")
    relative: bool = True
    decimals: Annotated[int, Field(ge=0, le=9)] | None = None
    units: list[Unit] = []
    unit_share: Annotated[Decimal, Field(ge=0, le=1)] = Decimal(1)


class Essay(Body):
    """A longer text, marked by a person. `guidance` is for those who mark."""

    type: Literal["essay"] = "essay"
    lines: Annotated[int, Field(ge=1, le=100)] = 15
    least_words: Annotated[int, Field(ge=0, le=100_000)] | None = None
    most_words: Annotated[int, Field(ge=1, le=100_000)] | None = None
    template: str = ""
    guidance: Html = ""


class FileUpload(Body):
    """Files, marked by a person. `endings`: such as "pdf"; none means any."""

    type: Literal["file"] = "file"
    most_files: Annotated[int, Field(ge=1, le=20)] = 1
    endings: list[Annotated[str, Field(pattern=r"^[a-z0-9]{1,10}$")]] = []
    guidance: Html = ""


class Passage(Body):
    """A text to read, with questions of the bank about it: they follow it wherever it is asked, in this order. Without
    any, nothing is asked."""

    type: Literal["passage"] = "passage"
    questions: Annotated[list[UUID], Field(max_length=50)]


AnyBody = Annotated[
    Single
    | Multiple
    | TrueFalse
    | GapText
    | Matching
    | Ordering
    | Short
    | Numeric
    | Calculated
    | Essay
    | FileUpload
    | Passage,
    Field(discriminator="type"),
]


class Question(Content):
    """A question: its item's title is its name in the bank, `text` is what is asked (of a gap text: what stands above
    it), `feedback` is for everybody who answered."""

    text: Html = ""
    body: AnyBody
    points: Points = Decimal(1)
    feedback: Html = ""
    tags: list[Tag] = []


class QuestionCategory(Content):
    """Holds questions and further categories of the bank."""

    description: Html = ""


class Fixed(Part):
    """A question that is always asked. `points`: other than its own."""

    type: Literal["fixed"] = "fixed"
    question: UUID
    points: Points | None = None


class Draw(Part):
    """Questions drawn at random for each attempt: of a category with all it holds (None: the whole bank), that carry
    all of the tags. A question is never asked twice in an attempt, nor drawn where the test asks it anyway."""

    type: Literal["draw"] = "draw"
    count: Annotated[int, Field(ge=1, le=200)]
    category: UUID | None = None
    tags: list[Tag] = []
    points: Points | None = None


class Section(Part):
    id: Key
    title: Annotated[str, Field(max_length=250)] = ""
    text: Html = ""
    parts: list[Annotated[Fixed | Draw, Field(discriminator="type")]] = []
    shuffle: bool = False


class Test(Content):
    """A test: what it asks, in sections. How it is given (time, attempts, what is shown when) is in its settings."""

    introduction: Html = ""
    sections: list[Section] = []
    passed: Html = ""
    failed: Html = ""

    @model_validator(mode="after")
    def _section_ids_differ(self) -> Self:
        ids = [section.id for section in self.sections]
        if len(ids) != len(set(ids)):
            raise ValueError("two sections have the same id")
        return self

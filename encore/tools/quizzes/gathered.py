"""The figures of a test from what was handed in: in one course of a session, or pooled over several."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from statistics import fmean
from typing import Any

from django.db.models import Exists, OuterRef

from encore.courses.context import Here, places_of
from encore.courses.models import CourseSession, SessionCourse
from encore.courses.rules import Action
from encore.toolkit.models import Version
from encore.tools.quizzes import figures
from encore.tools.quizzes.content import Question
from encore.tools.quizzes.figures import Given, Sheet
from encore.tools.quizzes.models import Answer, Attempt
from encore.tools.quizzes.questions import type_of
from encore.tools.quizzes.questions.base import QuestionType, Response, in_words, squeezed

MOST = 10  # so many different texts are listed
NOT_LISTED = frozenset({"calculated", "essay", "file"})  # everybody's own: they compare with nobody's
HIGH = 120  # of the drawn bars


@dataclass(frozen=True)
class Chosen:
    """How often something was answered. `is_right`: None where the key says it of a whole answer only."""

    words: str
    count: int
    percent: int
    is_right: bool | None = None


@dataclass
class Asked:
    """One question in the attempts. `options`: the words of every option that it had in any version, by their ids."""

    item: int
    title: str
    question: Question
    options: Mapping[str, str] = field(default_factory=dict)
    answered: int = 0
    left_open: int = 0
    waiting: int = 0
    given: Counter[str] = field(default_factory=Counter)
    facility: float | None = None
    discrimination: float | None = None
    upper_lower: float | None = None

    @property
    def kind(self) -> QuestionType[Any]:
        return type_of(self.question.body)

    @property
    def shown_facility(self) -> int:
        """In percent, as the bar beside it shows it."""
        return max(0, round(100 * (self.facility or 0)))

    @cached_property
    def chosen(self) -> list[Chosen]:
        """What was answered, as often as it was: options in their order, even if nobody chose them; else the most
        frequent texts."""
        options = getattr(self.question.body, "options", None)
        if options is None:
            return [self._chosen(words, words) for words, _count in self.given.most_common(MOST)]
        known = {option.id for option in options}
        gone = [key for key in self.given if key not in known]
        return [self._chosen(o.id, in_words(o.text), o.fraction > 0) for o in options] + [
            self._chosen(key, self.options.get(key, "–"), False) for key in gone
        ]

    @property
    def others(self) -> int:
        """Answers that are not listed."""
        return (
            0
            if hasattr(self.question.body, "options")
            else sum(self.given.values()) - sum(one.count for one in self.chosen)
        )

    def _chosen(self, key: str, words: str, is_right: bool | None = None) -> Chosen:
        count = self.given[key]
        return Chosen(words, count, round(100 * count / self.answered) if self.answered else 0, is_right)


@dataclass(frozen=True)
class Bar:
    """Of the distribution of totals: from `low` to `high` percent. The rest is where it is drawn."""

    low: int
    high: int
    count: int
    x: int
    y: int
    height: int


@dataclass
class Figures:
    """`sheets`: every counted attempt; `marked`: those of them that are marked to the end."""

    sheets: list[Sheet]
    questions: list[Asked]

    @cached_property
    def marked(self) -> list[Sheet]:
        return [sheet for sheet in self.sheets if figures.all_marked(sheet)]

    @cached_property
    def totals(self) -> list[float]:
        return [figures.total_share(sheet) for sheet in self.marked]

    @property
    def mean(self) -> float | None:
        return fmean(self.totals) if self.totals else None

    @cached_property
    def reliability(self) -> float | None:
        return figures.reliability(self.marked)

    @property
    def are_few(self) -> bool:
        return len(self.marked) < figures.FEW

    @cached_property
    def bars(self) -> list[Bar]:
        counts = figures.bars(self.totals)
        top, step = max(counts), 100 // len(counts)
        heights = [round(HIGH * count / top) if top else 0 for count in counts]
        return [
            Bar(n * step, (n + 1) * step, count, n * 40, HIGH - height, height)
            for n, (count, height) in enumerate(zip(counts, heights, strict=True))
        ]


def visible_places(here: Here, test: int) -> list[Here]:
    """The sessions of this course where the test was handed in and whose results this person sees, this one first."""
    sat = Attempt.objects.filter(item=test, state=Attempt.State.HANDED_IN, session_course=OuterRef("pk"))
    taken = SessionCourse.objects.filter(Exists(sat), course=here.course).values("session")
    sessions = CourseSession.objects.filter(pk__in=taken).order_by("opens_at", "pk")
    found = [
        place
        for _whole, places in places_of(here.person, sessions, at=here.at).values()
        for place in places
        if place.course.pk == here.course.pk and place.may(Action.SEE_PEOPLE)
    ]
    return sorted(found, key=lambda place: place.session.pk != here.session.pk)


def figures_of(places: Iterable[int], test: int) -> Figures:
    """Of a test in these courses of sessions (ids): of each enrolment the attempt handed in last. Two queries."""
    rows = list(_answers(places, test))
    versions = Version.objects.in_bulk({pk for row in rows for pk in row[2:4] if pk})
    contents = {pk: Question.read(version.content) for pk, version in versions.items()}
    asked = _asked(rows, versions, contents)
    sheets: dict[int, dict[int, Given]] = {}
    for attempt, item, version, _key, _position, points, out_of, response, drawn, erased_at in rows:
        sheets.setdefault(attempt, {})[item] = Given(None if points is None else float(points), float(out_of))
        one = asked[item]
        one.waiting += points is None
        if response:
            one.answered += 1
            one.given.update(_given(contents[version], drawn, response))
        elif erased_at is None:  # what an erased person answered is gone: it was not left open
            one.left_open += 1
    found = Figures(list(sheets.values()), list(asked.values()))
    for one in found.questions:
        one.facility = figures.facility(figures.shares_of(one.item, found.sheets))
        one.discrimination = figures.discrimination(figures.with_rest(one.item, found.marked))
        one.upper_lower = figures.upper_lower(figures.with_total(one.item, found.marked))
    return found


def _answers(places: Iterable[int], test: int) -> Any:
    """Those of the attempt that each enrolment handed in last, as rows, by where they stood."""
    later = Attempt.objects.filter(
        session=OuterRef("session"),
        enrolment=OuterRef("enrolment"),
        item=test,
        state=Attempt.State.HANDED_IN,
        number__gt=OuterRef("attempt__number"),
    )
    answers = Answer.objects.filter(
        ~Exists(later), session_course__in=list(places), attempt__item=test, attempt__state=Attempt.State.HANDED_IN
    )
    columns = ("attempt", "item", "version", "key", "position", "points", "out_of", "response", "drawn")
    return answers.order_by("position", "pk").values_list(*columns, "enrolment__person__erased_at")


def _asked(rows: Sequence[Any], versions: Mapping[int, Version], contents: Mapping[int, Question]) -> dict[int, Asked]:
    """The questions by their items, in order, each as the newest version that was shown or marked has it."""
    newest: dict[int, Version] = {}
    older: dict[int, dict[str, str]] = {}
    for _attempt, item, *of_it, _position, _points, _out_of, _response, _drawn, _erased_at in rows:
        for pk in filter(None, of_it):
            if item not in newest or versions[pk].number > newest[item].number:
                newest[item] = versions[pk]
    for pk, version in versions.items():
        options = getattr(contents[pk].body, "options", ())
        older.setdefault(version.item_id, {}).update({option.id: in_words(option.text) for option in options})
    return {item: Asked(item, version.title, contents[version.pk], older[item]) for item, version in newest.items()}


def _given(question: Question, drawn: dict[str, Any], response: Response) -> list[str]:
    """What an answer counts for in the distribution: the options by their ids, else all of it in words."""
    body = question.body
    if body.type in NOT_LISTED:
        return []
    elif body.type == "single":
        return [response.get("choice", "")]
    elif body.type == "multiple":
        return list(response.get("choices", ()))
    else:
        words = squeezed(type_of(body).words(body, drawn, response))
        return [words if getattr(body, "match_case", True) else words.casefold()]

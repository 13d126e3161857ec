"""What a reader of question files finds: questions ready for the bank, and what could not be taken, with its line."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import count
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from pydantic import ValidationError

from encore.base.html import clean_html, plain_text
from encore.tools.quizzes.content import Question
from encore.tools.quizzes.questions.numerals import plain

LONGEST_TITLE, LONGEST_TAG = 250, 60
PLACES = Decimal("0.00001")
_STRONG, _EMPHASIS = re.compile(r"\*\*(.+?)\*\*", re.S), re.compile(r"(?<!\*)\*([^*\n]+)\*(?!\*)")


class NotTaken(Exception):
    """One question cannot be taken; `str()` says why, in a sentence."""


@dataclass(frozen=True)
class Attachment:
    """A file that a question's texts name as `file:<uuid>`."""

    uuid: UUID
    name: str
    data: bytes


@dataclass(frozen=True)
class Found:
    """A question of the file. `line`: where it begins; `category`: the path it lies in, outermost first; `notes`: what
    of it was changed or left out, in sentences."""

    line: int
    title: str
    content: Question
    category: Sequence[str] = ()
    files: Sequence[Attachment] = ()
    notes: Sequence[str] = ()


@dataclass(frozen=True)
class Refused:
    """Something of the file that is not taken, and why."""

    line: int
    title: str
    reason: str


@dataclass
class Findings:
    """All of a file, in its order."""

    questions: list[Found] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class ToWrite:
    """A question on its way out. `file_of`: what its texts name as `file:<uuid>`."""

    title: str
    content: Question
    category: Sequence[str] = ()
    file_of: Callable[[UUID], Attachment | None] = lambda uuid: None


@dataclass
class Written:
    """A file of questions. `left_out` and `notes`: the title of a question, and a sentence about what the format cannot
    say of it: the question itself, or something about it."""

    text: str = ""
    count: int = 0
    left_out: list[tuple[str, str]] = field(default_factory=list)
    notes: list[tuple[str, str]] = field(default_factory=list)


def question(**facts: Any) -> Question:
    """A question from plain values; raises NotTaken where they make none."""
    try:
        return Question.model_validate(_plainly(facts))
    except ValidationError as error:
        raise NotTaken(_in_words(error)) from None


def _plainly(value: Any) -> Any:
    """Numbers without zeros at their end, so that a question reads alike from whatever file."""
    if isinstance(value, Decimal):
        return Decimal(plain(value))
    elif isinstance(value, dict):
        return {key: _plainly(inner) for key, inner in value.items()}
    elif isinstance(value, list):
        return [_plainly(inner) for inner in value]
    else:
        return value


def keys() -> Iterator[str]:
    """Ids for the parts of a question: p1, p2 …"""
    return (f"p{number}" for number in count(1))


def tags_of(words: Iterable[str]) -> list[str]:
    """Each once, whatever its capitals; what is too long for a tag is cut."""
    found: dict[str, str] = {}
    for word in words:
        if tag := " ".join(word.split())[:LONGEST_TAG].strip():
            found.setdefault(tag.casefold(), tag)
    return list(found.values())


def titled(name: str, text: str) -> str:
    """The name of a question, else the beginning of its text."""
    words = " ".join(name.split()) or plain_text(text) or _("Question")
    return words if len(words) <= LONGEST_TITLE else words[: LONGEST_TITLE - 1] + "…"


def rich(text: str, form: str = "plain") -> str:
    """Text as cleaned HTML. `form`: html, markdown (paragraphs, bold, italics), plain or moodle (as it was typed)."""
    if form == "html" or (form == "moodle" and re.search(r"<(p|br|b|i|em|strong|img|a|ul|ol|span)\b", text)):
        return clean_html(text)
    escaped = html.escape(text.strip(), quote=False)
    if form == "markdown":
        escaped = _EMPHASIS.sub(r"<em>\1</em>", _STRONG.sub(r"<strong>\1</strong>", escaped))
    paragraphs = [part.strip().replace("\n", "<br>") for part in re.split(r"\n\s*\n", escaped) if part.strip()]
    if len(paragraphs) <= 1:
        return clean_html("".join(paragraphs))
    return clean_html("".join(f"<p>{part}</p>" for part in paragraphs))


def as_share(percent: str) -> Decimal:
    """A percentage as a share of the points. Raises NotTaken for one beyond -100 and 100."""
    try:
        share = (Decimal(percent.strip()) / 100).quantize(PLACES)
    except (ArithmeticError, ValueError):
        raise NotTaken(_("“%(text)s” is no percentage.") % {"text": percent}) from None
    if abs(share) > 1:
        raise NotTaken(_("%(text)s %% is more than all of the points.") % {"text": percent})
    return share


def evened(options: Sequence[dict[str, Any]]) -> None:
    """Let the shares of what is right bring all of the points: three thirds of a hundred are not quite all."""
    right = [option for option in options if option["fraction"] > 0]
    missing = 1 - sum((option["fraction"] for option in right), Decimal(0))
    if missing and abs(missing) <= PLACES * len(right):
        for option in right[: int(abs(missing) / PLACES)]:
            option["fraction"] += PLACES.copy_sign(missing)


def _in_words(error: ValidationError) -> str:
    problem = error.errors()[0]
    where = ".".join(str(part) for part in problem["loc"] if not isinstance(part, int))
    if problem["type"] == "too_short":
        return _("It has too few answers to choose from.")
    elif problem["type"] == "value_error":
        return str(problem["msg"]).removeprefix("Value error, ").capitalize() + "."
    else:
        return _("%(where)s: %(problem)s") % {"where": where, "problem": problem["msg"]}

"""What every type of question can do: draw, ask, read, mark, and say it in words. Pure: no database, no request.

A *response* is JSON; {} means not answered. What is *drawn* is JSON too, made once for each attempt and kept with the
answer, so that the same question looks the same whenever the attempt is opened.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from random import Random
from typing import Any, ClassVar, Generic, TypeVar

from django.utils.functional import Promise

from encore.base.html import plain_text
from encore.tools.quizzes.content import Body
from encore.tools.quizzes.questions.numerals import number_in

B = TypeVar("B", bound=Body)
Response = dict[str, Any]
Drawn = dict[str, Any]
NONE, ALL = Decimal(0), Decimal(1)
PLACES = Decimal("0.00001")


@dataclass(frozen=True)
class Marked:
    """What the key says. `share` of the points, None where a person has to mark. `parts`: the share of each part by its
    id, for showing what was right; `feedback`: what the author wrote for this answer."""

    share: Decimal | None
    parts: Mapping[str, Decimal] = field(default_factory=dict)
    feedback: Sequence[str] = ()


class QuestionType(Generic[B]):
    """One type. `manual`: a person marks it."""

    name: ClassVar[str]
    label: ClassVar[str | Promise]
    icon: ClassVar[str] = "circle-question-mark"
    about: ClassVar[str | Promise] = ""
    manual: ClassVar[bool] = False
    body: type[B]

    @property
    def template(self) -> str:
        return f"quizzes/questions/{self.name}.html"

    @property
    def review_template(self) -> str:
        return f"quizzes/questions/{self.name}_review.html"

    def draw(self, body: B, rng: Random, *, shuffle: bool) -> Drawn:
        """What is drawn for one attempt. `shuffle`: whether the test lets parts change places."""
        return {}

    def ask(self, body: B, drawn: Drawn, text: str) -> dict[str, Any]:
        """What the template asks with: `text` (of the question, with what was drawn in it), and the type's own."""
        return {"text": text}

    def read(self, body: B, drawn: Drawn, sent: Sent) -> Response:
        """The response from a form. What names no part of the question is dropped; nothing given is {}."""
        raise NotImplementedError

    def is_complete(self, body: B, response: Response) -> bool:
        """Whether nothing of it was left open."""
        return bool(response)

    def mark(self, body: B, drawn: Drawn, response: Response, *, negative: bool) -> Marked:
        """By the key. `negative`: whether a wrong answer may take points away. An empty response gets nothing."""
        raise NotImplementedError

    def words(self, body: B, drawn: Drawn, response: Response) -> str:
        """The answer as one line of text."""
        raise NotImplementedError

    def key(self, body: B, drawn: Drawn) -> str:
        """The right answer as one line of text; "" where there is none."""
        raise NotImplementedError


class Sent:
    """What a form sent about one question: fields named `<prefix>-<part>`, or `<prefix>` alone."""

    def __init__(self, data: Any, prefix: str) -> None:
        self.data, self.prefix = data, prefix

    def one(self, part: str = "") -> str:
        value = self.data.get(self._name(part), "")
        return value if isinstance(value, str) else ""

    def several(self, part: str = "") -> list[str]:
        name = self._name(part)
        if hasattr(self.data, "getlist"):
            return list(self.data.getlist(name))
        value = self.data.get(name, [])
        return [value] if isinstance(value, str) else [str(one) for one in value]

    def _name(self, part: str) -> str:
        return f"{self.prefix}-{part}" if part else self.prefix


def in_order(keys: Iterable[str], drawn: Drawn, name: str = "order") -> list[str]:
    """The keys in the order that was drawn; what a later version added stands at the end, what it took away is gone."""
    keys = list(keys)
    first = [key for key in drawn.get(name, ()) if key in keys]
    return first + [key for key in keys if key not in first]


def shuffled(keys: Iterable[str], rng: Random) -> list[str]:
    mixed = list(keys)
    rng.shuffle(mixed)
    return mixed


def bounded(share: Decimal, *, negative: bool) -> Decimal:
    """A share of the points: never above all of them, below nothing only with negative marks. Not rounded: two thirds
    of three points are two."""
    return min(ALL, max(-ALL if negative else NONE, share))


def fitting(given: str, accepted: Iterable[Any], *, match_case: bool) -> Any | None:
    """Of the accepted texts that fit what was given, the first; None if none does."""
    return next((one for one in accepted if _is_taken(given, one, match_case)), None)


def _is_taken(given: str, one: Any, match_case: bool) -> bool:
    if one.tolerance is None:
        return fits(given, one.text, match_case=match_case)
    number, value = number_in(given), number_in(one.text)
    return number is not None and value is not None and abs(number - value) <= one.tolerance


def fits(given: str, pattern: str, *, match_case: bool) -> bool:
    """Whether a text is the accepted one. Spaces at the ends and several in a row make no difference; `*` stands for
    any characters, `\\*` for a star."""
    given, pattern = squeezed(given), squeezed(pattern)
    if not match_case:
        given, pattern = given.casefold(), pattern.casefold()
    pieces = _pieces(pattern)
    if len(pieces) == 1:
        return given == pieces[0]
    first, *middle, last = pieces
    if not (given.startswith(first) and given.endswith(last) and len(given) >= len(first) + len(last)):
        return False
    place, end = len(first), len(given) - len(last)
    for piece in middle:
        found = given.find(piece, place, end)
        if found < 0:
            return False
        place = found + len(piece)
    return True


def squeezed(text: str) -> str:
    return " ".join(text.split())


def in_words(html: str) -> str:
    return plain_text(html)


def _pieces(pattern: str) -> list[str]:
    """What stands between the stars that stand for anything."""
    pieces, here, at = [], "", 0
    while at < len(pattern):
        if pattern.startswith("\\*", at):
            here, at = here + "*", at + 2
        elif pattern[at] == "*":
            pieces.append(here)
            here, at = "", at + 1
        else:
            here, at = here + pattern[at], at + 1
    return [*pieces, here]

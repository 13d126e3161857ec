"""Finds the name of one person in texts, and puts another name in its place.

Certain are the whole name, in either order, and what nobody else has: username, e-mail address, official code, phone.
First and last name are certain together: where both stand, each alone is taken too. A last name alone may be another's,
or a word like any other: it is certain only as the whole text of a column, and if nobody else has it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from typing import Any

from encore.base.text import fold

SHORT = 6  # a plain word up to here, "amy", may be part of another's name: only in the very spelling
LONGEST = 500
_ENDING = re.compile(r"\.\w{1,5}$")  # of a file's name
TINY = 4  # a code up to here, "12", is a name only where nothing else stands beside it


class Words:
    """By what a person is named. `names`: pairs of first and last name; `words`: username, address, code, phone;
    `alone`: those among the names that nobody else has.

    `instead` is the name that takes the place of all of them.
    """

    def __init__(
        self, names: Iterable[tuple[str, str]], words: Iterable[str], instead: str, *, alone: Iterable[str] = ()
    ) -> None:
        self.instead = instead
        self.pairs = [(first.strip(), last.strip()) for first, last in names if first.strip() or last.strip()]
        words = {word.strip() for word in words if word.strip()}
        whole = [name for first, last in self.pairs if first and last for name in _orders(first, last)]
        self._alone = {fold(word) for word in words} | {fold(name) for name in whole}
        self._lone = {fold(name) for name in alone} - {""}
        longer = [word for word in words if not _is_tiny(word)]
        self._certain = _pattern([(name, False) for name in whole] + [(word, _is_exact(word)) for word in longer])
        self._parts = [
            (_pattern([(first, False)]), _pattern([(last, False)])) for first, last in self.pairs if first and last
        ]

    def __bool__(self) -> bool:
        return bool(self._alone or self.pairs)

    def are_in(self, *values: Any) -> bool:
        """Whether these values of one row, texts or JSON, name the person."""
        texts = list(_texts(values))
        return self._certainly(texts) or bool(self._pairs_in(texts)) or any(map(self._is_lone, values))

    def replaced(self, *values: Any) -> list[Any]:
        """The values of one row with the other name wherever this person is named."""
        if self.are_in(*values):
            texts = list(_texts(values))
            parts = [
                part for pair in self._parts if all(any(p.search(t) for t in texts) for p in pair) for part in pair
            ]
            return [self.instead if self._is_lone(value) else self._without(value, parts) for value in values]
        else:
            return list(values)

    def _certainly(self, texts: Sequence[str]) -> bool:
        return any(self._certain.search(text) or self._is_name(text) for text in texts)

    def _pairs_in(self, texts: Sequence[str]) -> list[tuple[re.Pattern[str], re.Pattern[str]]]:
        """First and last names that both stand somewhere in these texts."""
        return [pair for pair in self._parts if all(any(part.search(text) for text in texts) for part in pair)]

    def _is_name(self, text: str) -> bool:
        """Whether the whole text is one name of the person."""
        return len(text) < LONGEST and fold(text) in self._alone

    def _is_lone(self, value: Any) -> bool:
        """Whether a column holds nothing but a name that nobody else has, or a file of that name."""
        return isinstance(value, str) and len(value) < LONGEST and _ENDING.sub("", fold(value)) in self._lone

    def _without(self, value: Any, parts: Sequence[re.Pattern[str]]) -> Any:
        if isinstance(value, str):
            return self._instead_of(value, parts)
        elif isinstance(value, Mapping):
            return {self._without(key, parts): self._without(one, parts) for key, one in value.items()}
        elif isinstance(value, list | tuple):
            return [self._without(one, parts) for one in value]
        else:
            return value

    def _instead_of(self, text: str, parts: Sequence[re.Pattern[str]]) -> str:
        text = unicodedata.normalize("NFC", text)
        if self._is_name(text):
            return self.instead
        text = self._certain.sub(lambda _match: self.instead, text)
        pieces = text.split(self.instead)  # the new name is left alone, should it hold a word of the old one
        for part in parts:
            pieces = [part.sub(lambda _match: self.instead, piece) for piece in pieces]
        return self.instead.join(pieces)


def _orders(first: str, last: str) -> list[str]:
    return [f"{first} {last}", f"{last} {first}", f"{last}, {first}", f"{last},{first}", f"{last};{first}"]


def _is_exact(word: str) -> bool:
    return word.isalpha() and len(word) < SHORT


def _is_tiny(word: str) -> bool:
    return len(word) < (3 if word.isalpha() else TINY)


def _pattern(words: Iterable[tuple[str, bool]]) -> re.Pattern[str]:
    """Any of the words as whole words; (word, whether in this spelling only). With and without accents."""
    spellings: set[str] = set()
    for word, exact in words:
        for spelling in {word, escape(word)} if exact else {word, escape(word), fold(word)}:
            escaped = r"\s+".join(re.escape(part) for part in spelling.split())
            spellings.add(escaped if exact else f"(?i:{escaped})")
    longest_first = sorted(filter(None, spellings), key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(longest_first)})(?!\w)" if longest_first else r"(?!)")


def _texts(value: Any) -> Iterator[str]:
    """Every text in a value of JSON, names of fields included."""
    if isinstance(value, str):
        yield unicodedata.normalize("NFC", value)
    elif isinstance(value, Mapping):
        for key, one in value.items():
            yield from _texts(key)
            yield from _texts(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _texts(one)

"""Which tests reach a guard, and what it answers them: what has to be tried when it is taken away, and nothing else.

The guards of a copy are marked, each with a call that notes that it was reached; then the tests run on it once.
"""

from __future__ import annotations

import ast
import builtins
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.core.handlers.base import BaseHandler

from encore.base.prepared import Prepared
from encore.proofs.mutants import Mutant, mutants_in

# A test, and of a walk the view that was walked ("" for tests that are one).
Unit = tuple[str, str]
IMPORT: Unit = ("import", "")
REACHED, REFUSED, YES, NO = "reached", "refused", "yes", "no"


def mark(root: Path) -> None:
    """Marks every guard of the package under `root`."""
    found: dict[str, dict[tuple[int, int], Mutant]] = defaultdict(dict)
    for mutant in mutants_in(root):
        if mutant.watched != (0, 0):
            found[mutant.file][mutant.watched] = mutant
    for file, mutants in found.items():
        source = marked((root / file).read_bytes(), mutants.values())
        ast.parse(source)
        (root / file).write_bytes(source)


def marked(source: bytes, mutants: Iterable[Mutant]) -> bytes:
    """The source with a note around each guard; of one in the other the outer one's stands outside."""
    notes = []
    for mutant in mutants:
        (start, end), name = mutant.watched, watched(mutant)
        answers = mutant.answer is not None
        before = (
            f'guard_seen("{name}", {answers}, guard_asked("{name}") or (' if mutant.kind == "demand dropped" else ""
        )
        before = before or f'guard_seen("{name}", {answers}, ('
        notes += [((start, 1, -end), before), ((end, 0, -start), "))")]
    for (at, _order, _other), text in sorted(notes, reverse=True):
        source = source[:at] + text.encode() + source[at:]
    return source


def watched(mutant: Mutant) -> str:
    """What its tests are noted under."""
    if mutant.watched == (0, 0):
        return f"{mutant.module}.{mutant.view}"
    return f"{mutant.file}:{mutant.watched[0]}:{mutant.watched[1]}"


class Reach:
    """`seen`: by guard and what it answered the units that saw it; a view is seen by who asks for an address of it."""

    def __init__(self) -> None:
        self.unit: Unit | None = IMPORT
        self.seen: dict[tuple[str, str], set[Unit]] = defaultdict(set)
        self.asked: dict[str, int] = defaultdict(int)
        self.noted: set[tuple[str, str]] = set()
        self.built: dict[Prepared, set[tuple[str, str]]] = defaultdict(set)  # a query is built once, and asked by many

    def listen(self) -> None:
        """From now on marks and requests are noted here."""
        builtins.guard_seen, builtins.guard_asked = self._seen, self._asked  # type: ignore[attr-defined]
        resolve = BaseHandler.resolve_request

        def resolve_request(handler: Any, request: Any) -> Any:
            match = resolve(handler, request)
            self._note(name_of(match.func), REACHED)
            return match

        BaseHandler.resolve_request = resolve_request  # type: ignore[method-assign, assignment]
        ready = Prepared._ready

        def _ready(query: Prepared, *args: Any) -> Any:
            before, self.noted = self.noted, set()
            found = ready(query, *args)
            self.built[query] |= self.noted
            self.noted = before
            for name, what in self.built[query]:
                self._note(name, what)
            return found

        Prepared._ready = _ready  # type: ignore[method-assign, assignment]

    def turn_to(self, unit: Unit | None) -> None:
        """What is seen from now on is seen by this unit. A demand that was made and did not answer has refused."""
        for name, open_ones in self.asked.items():
            if open_ones:
                self._note(name, REFUSED)
        self.asked.clear()
        self.unit = unit

    def _asked(self, name: str) -> None:
        self.asked[name] += 1

    def _seen(self, name: str, answers: bool, value: Any) -> Any:
        if name in self.asked:
            self.asked[name] -= 1
        self._note(name, REACHED if not answers else YES if value else NO)
        return value

    def _note(self, name: str, what: str) -> None:
        self.noted.add((name, what))
        if self.unit is not None:
            self.seen[name, what].add(self.unit)


def name_of(view: Any) -> str:
    return f"{view.__module__}.{getattr(view, '__qualname__', '')}"


def units_of(mutant: Mutant, seen: dict[tuple[str, str], set[Unit]]) -> set[Unit]:
    """Those that can tell the mutant from the program."""
    name = watched(mutant)
    if mutant.watched == (0, 0) and not mutant.view:
        return {unit for (view, _what), units in seen.items() if view.startswith(name) for unit in units}
    elif mutant.kind == "demand dropped":
        return seen.get((name, REFUSED), set())
    elif mutant.answer is not None:
        return seen.get((name, NO if mutant.answer else YES), set())
    else:
        return seen.get((name, REACHED), set())

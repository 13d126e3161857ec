"""What runs inside a copy: the tests once, with marked guards, to see who reaches them; then the mutants, each in a
child of a process that has everything ready: the modules, the database, the world of the walk.

    python -m encore.proofs.trying reach JOB.json       python -m encore.proofs.trying try JOB.json
"""

from __future__ import annotations

import json
import logging
import os
import signal
import sqlite3
import sys
import time
import traceback
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from _pytest.runner import runtestprotocol
from django.db import connection, connections
from pytest_django.plugin import blocking_manager_key

from encore.proofs.mutants import DOOR_KINDS, ELSEWHERE, Mutant
from encore.proofs.reach import IMPORT, Reach, Unit, name_of, units_of
from encore.proofs.swapping import CannotSwap, swap

WALKS = ("tests/isolation/test_walk.py::test_each", "tests/isolation/test_changes.py::")
AT_ONCE = 2.0  # seconds: what is walked by one role is tried in parts of about so long
FRESH = timedelta(minutes=4)  # whoever walks has just shown who they are, which is soon forgotten
LONGEST = 900  # seconds for the tests of one mutant, however many there are


def main(words: list[str]) -> int:
    doing, job = words
    facts = json.loads(Path(job).read_text())
    plugin = Reaching(facts) if doing == "reach" else Trying(facts)
    options = ["-q", "-s", "-rN", "--no-header", "-p", "no:cacheprovider", "-p", "no:logging"]
    return int(pytest.main([*options, *facts["tests"]], plugins=[plugin]))


class Job:
    """What both have in common: no test of another's database can be disturbed, for it lies in memory."""

    def __init__(self, facts: dict[str, Any]) -> None:
        self.facts, self.root = facts, Path.cwd()
        self.out = Path(facts["out"])

    def pytest_sessionstart(self) -> None:
        if connections["default"].vendor == "sqlite":
            connections["default"].settings_dict["TEST"]["NAME"] = None
        logging.disable(logging.ERROR)

    def import_all(self) -> None:
        for path in sorted((self.root / "encore").rglob("*.py")):
            name = ".".join(path.relative_to(self.root).with_suffix("").parts)
            if not {*ELSEWHERE, "__main__"} & set(name.split(".")):
                import_module(name.removesuffix(".__init__"))


class Reaching(Job):
    """Notes for each test, and within the walks for each view, which guards it reaches and how long it takes."""

    def __init__(self, facts: dict[str, Any]) -> None:
        super().__init__(facts)
        self.reach, self.since = Reach(), time.process_time()
        self.reach.listen()
        self.took: dict[Unit, float] = defaultdict(float)
        self.failed: set[str] = set()
        self.open: dict[str, list[str]] = {}

    def pytest_collection(self) -> None:
        """What runs while modules are imported is noted apart; not what tests make of it meanwhile."""
        self.import_all()
        self.turn_to(None)

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        walker = import_module("tests.isolation.walker").Walker
        ask = walker.ask

        def noted(one: Any, asked: Any, *args: Any, **kwargs: Any) -> Any:
            if self.reach.unit and self.reach.unit[0].startswith(WALKS):
                self.turn_to((self.reach.unit[0], name_of(asked.route.view)))
            return ask(one, asked, *args, **kwargs)

        walker.ask = noted
        read_all, attack_all = walker.read_all, walker.attack_all
        walker.read_all = lambda one, asks: read_all(one, few(asks))
        walker.attack_all = lambda one, asks: attack_all(one, few(asks))

    def turn_to(self, unit: Unit | None) -> None:
        if self.reach.unit is not None:
            self.took[self.reach.unit] += time.process_time() - self.since
        self.since = time.process_time()
        self.reach.turn_to(unit)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_setup(self, item: Any) -> Iterator[None]:
        """What a world is made of is there before any mutant."""
        self.turn_to(None if "world" in item.fixturenames else (item.nodeid, ""))
        yield

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: Any) -> Iterator[None]:
        self.turn_to((item.nodeid, ""))
        try:
            yield
        finally:
            if "walker" in item.funcargs:
                self.open.setdefault(role_of(item.nodeid), []).extend(item.funcargs["walker"].open)

    def pytest_runtest_teardown(self) -> None:
        self.turn_to(None)

    def pytest_runtest_logreport(self, report: Any) -> None:
        """A walk that meets few things misses others. Whether it fails else is asked when it notices a mutant."""
        if report.failed and not report.nodeid.startswith(WALKS):
            self.failed.add(report.nodeid)

    def pytest_sessionfinish(self) -> None:
        """Without any test that ran there is nothing to be written."""
        units = {unit: n for n, unit in enumerate(self.took)}
        seen = [
            [*what, sorted(units[unit] for unit in those if unit in units)] for what, those in self.reach.seen.items()
        ]
        found = {
            "units": list(units),
            "took": list(self.took.values()),
            "seen": seen,
            "failed": sorted(self.failed),
            "open": self.open,
        }
        if len(units) > 1:
            self.out.write_text(json.dumps(found))


def role_of(test: str) -> str:
    """Who walks."""
    return test.partition("[")[2].rstrip("]") or test


def few(asks: list[Any]) -> list[Any]:
    """Of the things that an address may name the first and the last: enough to see who gets how far."""
    return asks if len(asks) <= 4 else [*asks[:2], *asks[-2:]]


class Reached:
    """What was noted, put together from several such files."""

    def __init__(self, files: list[str]) -> None:
        self.seen: dict[tuple[str, str], set[Unit]] = defaultdict(set)
        self.took: dict[Unit, float] = {}
        self.failed: set[str] = set()
        self.open: dict[str, list[str]] = {}
        for file in files:
            found = json.loads(Path(file).read_text())
            units = [(test, view) for test, view in found["units"]]
            self.took.update(zip(units, found["took"], strict=True))
            for name, what, those in found["seen"]:
                self.seen[name, what] |= {units[n] for n in those}
            self.failed |= {test for test in found["failed"] if not test.startswith(WALKS)}
            self.open |= {role_of(test): places for test, places in found["open"].items()}

    def parts(self, mutant: Mutant) -> list[tuple[str, tuple[str, ...], float]]:
        """What is to be tried: a test, of a walk some views, and how long it takes."""
        whole, walks = [], defaultdict(list)
        for test, view in units_of(mutant, self.seen) - {IMPORT} or self._of_file(mutant):
            if test in self.failed or test == IMPORT[0]:
                continue
            elif view:
                walks[test].append(view)
            elif not test.startswith(WALKS):
                whole.append((test, (), self.took[test, ""]))
        return whole + [part for test, views in walks.items() for part in self._of_walk(test, views)]

    def _of_file(self, mutant: Mutant) -> set[Unit]:
        """For what only runs while it is imported."""
        if mutant.kind not in DOOR_KINDS and IMPORT not in units_of(mutant, self.seen):
            return set()
        return {unit for (name, _what), units in self.seen.items() if name.startswith(mutant.file) for unit in units}

    def _of_walk(self, test: str, views: list[str]) -> Iterator[tuple[str, tuple[str, ...], float]]:
        part: list[str] = []
        took = 0.0
        for view in sorted(views, key=lambda view: (self.took[test, view], view)):
            if part and took + self.took[test, view] > AT_ONCE:
                yield test, tuple(part), took
                part, took = [], 0.0
            part.append(view)
            took += self.took[test, view]
        yield test, tuple(part), took


class Trying(Job):
    """Tries one mutant after the other, each in a child, the tests first that noticed others of the same file."""

    def __init__(self, facts: dict[str, Any]) -> None:
        super().__init__(facts)
        self.mutants = [Mutant(**{**one, "watched": tuple(one["watched"])}) for one in facts["mutants"]]
        self.reached = Reached(facts["reach"])
        self.noticed: dict[str, Counter[Any]] = defaultdict(Counter)
        self.sound: set[Any] = set()
        self.unsound: set[Any] = set()
        self.open: list[str] = []  # the places that are known to be open to who walks

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        self.import_all()
        self.items = {item.nodeid: item for item in session.items}
        runtestprotocol(session.items[0], log=False, nextitem=session.items[1])
        self._open_at_once()
        self.worlds = Worlds(session.config)
        for mutant in self.mutants:
            with self.out.open("a") as out:
                out.write(f"{json.dumps(self._try(mutant))}\n")
        return True

    def _try(self, mutant: Mutant) -> dict[str, Any]:
        parts = [part for part in self.reached.parts(mutant) if part[:2] not in self.unsound]
        kills = self.noticed[mutant.file]
        parts.sort(key=lambda part: (-kills[part[:2]] if part[2] < 2 * AT_ONCE else 0, part[2]))
        self.worlds.renew()
        began, used = time.monotonic(), cpu_of_children()
        said = self._tried(mutant, parts)
        while (n := said.get("part")) is not None and not self._is_sound(parts[n]):
            self.unsound.add(parts.pop(n)[:2])
            said = self._tried(mutant, parts)
        if n is not None:
            kills[parts[n][:2]] += 1
        took = {"seconds": round(time.monotonic() - began, 2), "cpu": round(cpu_of_children() - used, 2)}
        return {"key": mutant.key, "noticed": None, "tried": 0, "of": len(parts), **said, **took}

    def _tried(self, mutant: Mutant, parts: list[Any]) -> dict[str, Any]:
        def tests() -> str:
            if not self.facts["swapped"]:
                if IMPORT in units_of(mutant, self.reached.seen):
                    raise CannotSwap
                swap(mutant, self.root)
            return self._first_failure(parts)

        return json.loads(in_a_child(tests) or f'{{"noticed": "no answer within {LONGEST} s"}}') if parts else {}

    def _is_sound(self, part: Any) -> bool:
        """Whether it does not fail without the mutant, too."""
        if self.facts["swapped"] or part[:2] in self.sound:
            return True
        passes = "part" not in json.loads(in_a_child(lambda: self._first_failure([part])) or "{}")
        self.sound |= {part[:2]} if passes else set()
        return passes

    def _first_failure(self, parts: list[Any]) -> str:
        """The first that fails, as far as the time that there is for one mutant reaches."""
        walked, began, tried = import_module("tests.isolation.addresses").WALKED, time.process_time(), 0
        for n, (test, views, _took) in enumerate(parts):
            if time.process_time() - began > self.facts["budget"]:
                break
            walked.views, self.open = frozenset(views), self.reached.open.get(role_of(test), [])
            tried += 1
            if failed := self._run(self.items[test]):
                named = f"{test} ({', '.join(views[:3])})" if views else test
                return json.dumps({"noticed": named, "part": n, "tried": tried, "why": failed[-300:]})
        return json.dumps({"noticed": None, "tried": tried})

    def _open_at_once(self) -> None:
        walker = import_module("tests.isolation.walker").Walker
        begin = walker.__init__

        def begun(one: Any, world: Any, role: str) -> None:
            begin(one, world, role)
            one.open.update(dict.fromkeys(self.open))

        walker.__init__ = begun

    def _run(self, item: Any) -> str:
        """Why a test fails, "" if it does not. What it shares with others of its file is left standing."""
        item.session._setupstate.teardown_exact(item)
        self.worlds.enter(item)
        sibling = next(one for one in self.items.values() if one.path == item.path and one is not item)
        reports = runtestprotocol(item, log=False, nextitem=sibling)
        return next((str(report.longrepr) for report in reports if report.failed), "")


class Worlds:
    """The world of the walk, made once and put into the database of whoever needs it."""

    def __init__(self, config: pytest.Config) -> None:
        self.blocker = config.stash[blocking_manager_key]
        self.module: Any = import_module("tests.isolation.conftest")
        self.build = self.module.build
        self.entered = False
        self.empty = self._copied()
        self.world: Any = None

    def renew(self) -> None:
        if self.world is None or datetime.now(UTC) - self.world.at > FRESH:
            with self.blocker.unblock():
                self.world = self.build(datetime.now(UTC))
            self.full = self._copied()
            self._put(self.empty)
            self.module.build = lambda at: self.world

    def enter(self, item: Any) -> None:
        """There is a world for tests that walk in it, and none for others."""
        walks = "world" in item.fixturenames
        if walks is not self.entered:
            self._put(self.full if walks else self.empty)
            self.entered = walks

    def _copied(self) -> Any:
        copy = sqlite3.connect(":memory:")
        with self.blocker.unblock():
            connection.ensure_connection()
            connection.connection.backup(copy)
        return copy

    def _put(self, copy: Any) -> None:
        with self.blocker.unblock():
            copy.backup(connection.connection)


def cpu_of_children() -> float:
    times = os.times()
    return times.children_user + times.children_system


def in_a_child(job: Callable[[], str]) -> str:
    """What the job says, done in a copy of this process that ends with it; "" if it takes too long or ends itself."""
    reads, writes = os.pipe()
    child = os.fork()
    if not child:
        signal.alarm(LONGEST)
        try:
            said = job()
        except BaseException:
            said = json.dumps({"error": traceback.format_exc()[-2000:]})
        os.write(writes, said.encode())
        os._exit(0)
    os.close(writes)
    with os.fdopen(reads) as pipe:
        said = pipe.read()
    os.waitpid(child, 0)
    return said


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

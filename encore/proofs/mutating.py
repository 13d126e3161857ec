"""Runs the tests of access and isolation on each mutant, in a copy of a commit, and tells which of them notice."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from queue import Queue

from encore.proofs.mutants import Mutant, mutants_in

# The tests of access beside the code, the quick ones first; those that are not there yet are left out.
ACCESS_TESTS = (
    "encore/people/tests/test_rules.py",
    "encore/toolkit/tests/test_scoping.py",
    "encore/courses/tests/test_trace.py",
    "encore/courses/tests/test_lists.py",
    "encore/courses/tests/test_windows.py",
    "encore/courses/tests/test_permissions.py",
    "encore/courses/tests/test_closed_doors.py",
    "encore/courses/tests/test_checking.py",
    "encore/courses/tests/test_locks.py",
    "encore/toolkit/tests/test_locks.py",
    "encore/people/tests/test_permissions.py",
    "encore/people/tests/test_acting.py",
    "encore/web/tests/test_viewing.py",
    "tests/test_locks.py",
    "encore/courses/tests/test_rules.py",
    "encore/courses/tests/test_my_sessions.py",
    "encore/proofs/tests/test_agreement.py",
    "encore/proofs/tests/test_table.py",
    "encore/exchange/tests/test_power.py",
    "tests/isolation/test_sent.py",
    "tests/isolation/test_read_only.py",
)
WALK = ("tests/isolation/test_walk.py", "tests/isolation/test_changes.py")
BUILT = "encore/base/static/dist"  # made by the front end's build, in no commit
LONGEST = 1200  # seconds for the tests of one mutant


@dataclass(frozen=True)
class Result:
    """`noticed`: the first test that failed; None if none did."""

    mutant: Mutant
    noticed: str | None
    seconds: float

    def line(self) -> str:
        facts = {**asdict(self.mutant), "noticed": self.noticed, "seconds": round(self.seconds, 1)}
        return json.dumps(facts, ensure_ascii=False)


class NoCheckout(Exception):
    """There is no commit to take a copy of."""


class TestsFail(Exception):
    """The tests fail before anything is taken away."""


def checkout_of(package: Path) -> Path:
    """The checkout that holds the package and its tests."""
    root = package.parent
    if not (root / WALK[0]).exists() or not (root / ".git").exists():
        raise NoCheckout("This needs a git checkout: the tests are no part of the installed package.")
    return root


def commit_of(root: Path) -> str:
    asked = ["git", "-C", str(root), "rev-parse", "--short=12", "HEAD"]
    return subprocess.run(asked, check=True, capture_output=True, text=True).stdout.strip()


def mutants_of_commit(root: Path, commit: str) -> list[Mutant]:
    """The guards of what was committed, whatever has been written since."""
    with tempfile.TemporaryDirectory(prefix="encore-mutants-") as folder:
        copy_of(root, commit, Path(folder))
        return mutants_in(Path(folder))


def copy_of(root: Path, commit: str, folder: Path) -> None:
    """What the commit holds, and what was built for it."""
    asked = ["git", "-C", str(root), "archive", "--format=tar", commit]
    packed = subprocess.run(asked, check=True, capture_output=True).stdout
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        archive.extractall(folder, filter="data")
    if (root / BUILT).is_dir():
        shutil.copytree(root / BUILT, folder / BUILT, dirs_exist_ok=True)


def try_all(mutants: list[Mutant], root: Path, commit: str, *, workers: int, check: bool = True) -> Iterator[Result]:
    """One result after the other, as they come. `check`: the whole walk is tried first, too, without any mutant."""
    with tempfile.TemporaryDirectory(prefix="encore-mutants-") as folder:
        free: Queue[Path] = Queue()
        for number in range(workers):
            copy_of(root, commit, Path(folder) / str(number))
            free.put(Path(folder) / str(number))
        set_aside = failing(Path(folder) / "0", walk=check)

        def attempt(mutant: Mutant) -> Result:
            copy = free.get()
            try:
                return try_one(mutant, copy, set_aside)
            finally:
                free.put(copy)

        with ThreadPoolExecutor(workers) as pool:
            yield from pool.map(attempt, mutants)


def failing(copy: Path, *, walk: bool) -> list[str]:
    """The tests that fail before anything is taken away: they tell nothing of mutants. `walk`: all of the walk, too."""
    done = run(copy, [*_there(copy), *(WALK if walk else [])])
    if done.returncode not in (0, 1):
        raise TestsFail(done.stdout[-2000:])
    return re.findall(r"^(?:FAILED|ERROR) (\S.*?)(?: - .*)?$", done.stdout, re.MULTILINE)


def try_one(mutant: Mutant, copy: Path, set_aside: Sequence[str] = ()) -> Result:
    path = copy / mutant.file
    source = path.read_bytes()
    began = time.monotonic()
    try:
        _write(path, mutant.applied(source))
        noticed = next((failed for failed in _failures(mutant, copy, set_aside) if failed), None)
    finally:
        _write(path, source)
    return Result(mutant, noticed, time.monotonic() - began)


def _failures(mutant: Mutant, copy: Path, set_aside: Sequence[str]) -> Iterator[str | None]:
    """What the tests say, those first that are quick to find it: for a page the walk of its module's routes."""
    module = mutant.file.removesuffix(".py").replace("/", ".")
    if ".views" in module:
        yield first_failure(copy, WALK, set_aside, walked=module)
        yield first_failure(copy, _there(copy), set_aside)
    else:
        yield first_failure(copy, _there(copy), set_aside)
        yield first_failure(copy, WALK, set_aside)


def first_failure(copy: Path, tests: Iterable[str], set_aside: Iterable[str], *, walked: str = "") -> str | None:
    """The first test that fails, None if none does."""
    try:
        done = run(copy, ["-x", *tests, *(word for test in set_aside for word in ("--deselect", test))], walked)
    except subprocess.TimeoutExpired:
        return f"no answer within {LONGEST} seconds"
    if done.returncode == 0:
        return None
    found = re.search(r"^(?:FAILED|ERROR) (\S.*?)(?: - .*)?$", done.stdout, re.MULTILINE)
    return found[1] if found else f"the tests do not start ({done.returncode})"


def run(copy: Path, words: Iterable[str], walked: str = "") -> subprocess.CompletedProcess[str]:
    """The tests of a copy. `walked`: the module whose routes are walked, "" for all."""
    test = [sys.executable, "-m", "pytest", "-q", "-rfE", "--tb=line", "--no-header", "-p", "no:cacheprovider"]
    kept = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    env = {**kept, "PYTHONPATH": str(copy), "WALK_ROUTES_OF": walked}
    return subprocess.run(
        [*test, *words], cwd=copy, env=env, capture_output=True, text=True, timeout=LONGEST, check=False
    )


def _there(copy: Path) -> list[str]:
    return [name for name in ACCESS_TESTS if (copy / name).exists()]


def _write(path: Path, source: bytes) -> None:
    """Compiled copies are told apart by second and size, which two mutants may share."""
    path.write_bytes(source)
    for compiled in (path.parent / "__pycache__").glob(f"{path.stem}.*.pyc"):
        compiled.unlink()

"""Tries the tests of access and isolation on each mutant, in a copy of a commit, and tells which of them notice.

The tests run once with marked guards (encore.proofs.reach). Then each mutant meets those alone that its guard answered
otherwise than it would, the quick ones first, in a child of a process that has everything ready (encore.proofs.trying).
What runs while it is imported stands in the file of a process of its own.
"""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from encore.proofs.mutants import Mutant, mutants_in
from encore.proofs.reach import mark

# The tests of access beside the code; those that are not there yet are left out.
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
    "encore/courses/tests/test_rules.py",
    "encore/courses/tests/test_my_sessions.py",
    "encore/proofs/tests/test_agreement.py",
    "encore/proofs/tests/test_table.py",
    "encore/exchange/tests/test_power.py",
    # What is whose: accounts, enrolments, dates, grades, results.
    "encore/people/tests/test_actions.py",
    "encore/people/tests/test_privacy.py",
    "encore/courses/tests/test_enrolment.py",
    "encore/toolkit/tests/test_schedule.py",
    "encore/toolkit/tests/test_publishing.py",
    "encore/toolkit/tests/test_progress.py",
    "encore/toolkit/tests/test_lifecycle_of_results.py",
    "encore/tools/gradebook/tests/test_grading.py",
    "encore/tools/gradebook/tests/test_pages.py",
    "encore/tools/quizzes/tests/test_marking.py",
    "encore/results/tests/test_learner.py",
    "encore/results/tests/test_learners.py",
    "encore/results/tests/test_my_results.py",
    "encore/results/tests/test_side_by_side.py",
    "encore/reports/tests/test_reports.py",
    "encore/exchange/tests/test_people.py",
    "tests/isolation/test_sent.py",
    "tests/isolation/test_read_only.py",
    "tests/isolation/test_demands.py",
)
WALK = ("tests/isolation/test_walk.py", "tests/isolation/test_changes.py")
BUILT = "encore/base/static/dist"  # made by the front end's build, in no commit


@dataclass(frozen=True)
class Result:
    """`noticed`: the first test that failed; None if none did of the `tried` ones `of` all that reach it. `cpu`:
    seconds."""

    mutant: Mutant
    noticed: str | None
    tried: int
    of: int
    cpu: float

    def line(self, commit: str) -> str:
        facts = {"commit": commit, "key": self.mutant.key, **asdict(self.mutant), "noticed": self.noticed}
        return json.dumps({**facts, "tried": self.tried, "of": self.of, "cpu": self.cpu}, ensure_ascii=False)


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
    folder.mkdir(exist_ok=True)
    asked = ["git", "-C", str(root), "archive", "--format=tar", commit]
    packed = subprocess.run(asked, check=True, capture_output=True).stdout
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        archive.extractall(folder, filter="data")
    if (root / BUILT).is_dir():
        shutil.copytree(root / BUILT, folder / BUILT, dirs_exist_ok=True)


def try_all(
    mutants: list[Mutant], root: Path, commit: str, *, workers: int, budget: float, reach: Path | None = None
) -> Iterator[Result]:
    """One result after the other, as they come. `budget`: seconds for the tests of one mutant; `reach`: where it is
    kept which tests reach what."""
    with tempfile.TemporaryDirectory(prefix="encore-mutants-") as folder:
        copies = [Path(folder) / str(number) for number in range(workers)]
        for copy in copies:
            copy_of(root, commit, copy)
        reached = reach_of(root, commit, reach or Path(folder))
        facts = {"tests": _tests(copies[0]), "reach": reached, "budget": budget, "swapped": False}
        jobs = [Process(copy, "try", {**facts, "mutants": mutants[n::workers]}) for n, copy in enumerate(copies)]
        left: list[Mutant] = []
        for mutant, answer in _answers(jobs, mutants):
            if "error" in answer:
                left.append(mutant)
            else:
                yield _result(mutant, answer)
        for mutant in left:
            yield try_apart(mutant, copies[0], {**facts, "swapped": True})


def try_apart(mutant: Mutant, copy: Path, facts: dict[str, Any]) -> Result:
    """In a process of its own, with the mutant in the file."""
    path = copy / mutant.file
    source = path.read_bytes()
    try:
        _write(path, mutant.applied(source))
        job = Process(copy, "try", {**facts, "mutants": [mutant]})
        answers = [answer for _mutant, answer in _answers([job], [mutant])]
    finally:
        _write(path, source)
    return _result(mutant, answers[0] if answers else {"noticed": "the tests do not start"})


def reach_of(root: Path, commit: str, folder: Path) -> list[str]:
    """The files that say which tests reach what, one of the tests beside the code and one of the walks."""
    folder.mkdir(exist_ok=True)
    files = [folder / f"reach-{commit}-{which}.json" for which in ("tests", "walks")]
    if not all(file.exists() for file in files):
        with tempfile.TemporaryDirectory(prefix="encore-marked-") as marked:
            processes = [_reaching(root, commit, Path(marked) / file.stem, file) for file in files]
            for process in processes:
                if process.wait() not in (0, 1) or not process.out.exists():
                    raise TestsFail(process.said())
    return [str(file) for file in files]


def _reaching(root: Path, commit: str, copy: Path, out: Path) -> Process:
    copy_of(root, commit, copy)
    mark(copy)
    return Process(copy, "reach", {"tests": list(WALK) if "walks" in out.stem else _tests(copy, walks=())}, out)


class Process:
    """`encore.proofs.trying` at work in a copy."""

    def __init__(self, copy: Path, doing: str, facts: dict[str, Any], out: Path | None = None) -> None:
        self.copy, self.out = copy, out or copy / "answers"
        self.out.unlink(missing_ok=True)
        facts = {**facts, "out": str(self.out), "mutants": [asdict(one) for one in facts.get("mutants", ())]}
        (copy / "job.json").write_text(json.dumps(facts))
        kept = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
        words = [sys.executable, "-m", "encore.proofs.trying", doing, "job.json"]
        with (copy / "said").open("w") as said:
            env = {**kept, "PYTHONPATH": str(copy)}
            self.process = subprocess.Popen(words, cwd=copy, env=env, stdout=said, stderr=said)

    def wait(self) -> int:
        return self.process.wait()

    def goes_on(self) -> bool:
        return self.process.poll() is None

    def said(self) -> str:
        return (self.copy / "said").read_text()[-2000:]

    def answers(self) -> list[str]:
        return self.out.read_text().splitlines() if self.out.exists() else []


def _answers(jobs: list[Process], mutants: list[Mutant]) -> Iterator[tuple[Mutant, dict[str, Any]]]:
    """What the processes answer, as they do."""
    by_key = {mutant.key: mutant for mutant in mutants}
    try:
        going = True
        while going:
            going = any(job.goes_on() for job in jobs)
            lines = [line for job in jobs for line in job.answers()]
            for line in (line for line in lines if json.loads(line)["key"] in by_key):
                answer = json.loads(line)
                yield by_key.pop(answer["key"]), answer
            time.sleep(1 if going else 0)
    finally:
        for job in jobs:
            job.process.terminate()
    if by_key and len(mutants) > 1:
        raise TestsFail(jobs[0].said())


def _result(mutant: Mutant, answer: dict[str, Any]) -> Result:
    return Result(mutant, answer["noticed"], answer.get("tried", 0), answer.get("of", 0), answer.get("cpu", 0.0))


def _tests(copy: Path, walks: tuple[str, ...] = WALK) -> list[str]:
    return [name for name in (*ACCESS_TESTS, *walks) if (copy / name).exists()]


def _write(path: Path, source: bytes) -> None:
    """Compiled copies are told apart by second and size, which two mutants may share."""
    path.write_bytes(source)
    for compiled in (path.parent / "__pycache__").glob(f"{path.stem}.*.pyc"):
        compiled.unlink()

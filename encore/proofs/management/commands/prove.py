"""`encore prove`: proofs that take longer than tests may: mutants of every guard, thousands of random cases."""

from __future__ import annotations

import json
import logging
import os
import random
import subprocess
import sys
import time
from argparse import RawDescriptionHelpFormatter
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

import encore
from encore.proofs.asking import differences
from encore.proofs.cases import Case, batches, complete
from encore.proofs.mutants import Mutant, chosen
from encore.proofs.mutating import NoCheckout, Result, TestsFail, checkout_of, commit_of, mutants_of_commit, try_all
from encore.proofs.table import markdown

HELP = """\
Prove that access holds: take guards away one by one, or compare random cases. Takes long; outside CI.

encore prove isolation --mutate
  Lists every guard from the syntax tree (doors, demands, questions, scopes, conditions of queries), takes one at a
  time away in a copy of the last commit, and runs the tests of isolation and access on it. A mutant that no test
  notices is printed with its place. Needs a git checkout with its tests. Nothing of this installation is touched.

encore prove access
  Random cases (zones, clock changes, leap days, windows, roles, states) asked of the pages, of the lists and of
  `encore decide`, and of a second reading of the rules that shares no line with the first. A case that differs is
  printed as one line; --replay asks it again. Works on a temporary database of its own.

Examples:
  encore prove isolation --mutate --list                        the guards there are
  encore prove isolation --mutate --only courses/rules.py       those of one file
  encore prove isolation --mutate --sample 40 --seed 7          forty of them, the same forty each time
  encore prove access --cases 10000
  encore prove access --replay '{"roles": ["learner"], …}'
  encore prove access --table                                   the table of roles, states and actions as measured
"""

MADE_HERE = "PROOF_ON_ITS_OWN"  # set where the database is one that was made for the proof


class Command(BaseCommand):
    help = HELP
    requires_system_checks: list[str] = []

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        return super().create_parser(prog_name, subcommand, formatter_class=RawDescriptionHelpFormatter, **kwargs)

    def add_arguments(self, parser: CommandParser) -> None:
        what = parser.add_subparsers(dest="what", required=True, metavar="WHAT", parser_class=CommandParser)
        isolation = what.add_parser("isolation", help="take guards away, one at a time")
        isolation.add_argument("--mutate", action="store_true", required=True, help="take guards away")
        isolation.add_argument("--list", action="store_true", help="only list them")
        isolation.add_argument("--only", default="", metavar="TEXT", help="those whose place or text holds this")
        isolation.add_argument("--sample", type=int, metavar="N", help="no more than N, drawn by chance")
        isolation.add_argument("--seed", type=int, default=0, help="another seed draws others (0)")
        isolation.add_argument("--workers", type=int, default=1, help="how many at once (1)")
        isolation.add_argument("--budget", type=float, default=120, help="seconds for the tests of one mutant (120)")
        isolation.add_argument(
            "--out", type=Path, metavar="FILE", help="write each result there as a line of JSON, and do none twice"
        )

        access = what.add_parser("access", help="compare random cases, or print the table as measured")
        access.add_argument("--cases", type=int, default=10_000, help="how many (10000)")
        access.add_argument("--seed", type=int, default=0, help="another seed makes others (0)")
        access.add_argument("--replay", metavar="LINE", help="ask this one case again, as it was printed")
        access.add_argument("--table", action="store_true", help="print the table of roles, states and actions")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["what"] == "isolation":
            self._isolation(options)
        elif MADE_HERE in os.environ:
            self._access(options)
        else:
            sys.exit(on_a_database_of_its_own(sys.argv[1:]))

    def _access(self, options: dict[str, Any]) -> None:
        logging.disable(logging.ERROR)  # each refusal would be a line
        call_command("migrate", verbosity=0)
        if options["table"]:
            self.stdout.write(markdown())
        elif options["replay"]:
            self._compare([[read(options["replay"])]])
        else:
            self._compare(batches(options["cases"], options["seed"]))

    def _compare(self, asked: list[list[Case]]) -> None:
        began, done, wrong = time.monotonic(), 0, 0
        for number, batch in enumerate(asked, start=1):
            for said in differences(batch):
                wrong += 1
                self.stdout.write(said)
            done += len(batch)
            if number % 25 == 0:
                self.stderr.write(f"{done} cases, {time.monotonic() - began:.0f} s")
        self.stdout.write(f"{done} cases compared in {time.monotonic() - began:.0f} s: {wrong} differences.")
        if wrong:
            sys.exit(1)

    def _isolation(self, options: dict[str, Any]) -> None:
        package = Path(encore.__file__).parent
        draw = random.Random(options["seed"])  # noqa: S311
        try:
            root = checkout_of(package)
            commit = commit_of(root)
            found = chosen(mutants_of_commit(root, commit), only=options["only"], sample=options["sample"], draw=draw)
            if options["list"]:
                self.stdout.writelines(f"{mutant}\n" for mutant in sorted(found, key=lambda one: (one.file, one.line)))
                self.stdout.write(f"{len(found)} guards.")
            else:
                self._mutate(found, root, commit, options)
        except NoCheckout as problem:
            raise CommandError(str(problem)) from problem
        except TestsFail as failed:
            raise CommandError(f"The tests do not run: {failed}") from failed

    def _mutate(self, mutants: list[Mutant], root: Path, commit: str, options: dict[str, Any]) -> None:
        out: Path | None = options["out"]
        done = done_before(out, commit)
        wanted = [mutant for mutant in mutants if mutant.key not in done]
        self.stdout.write(f"{len(mutants)} mutants of {commit}, {len(mutants) - len(wanted)} of them done before.")
        reach = out.with_suffix(".reach") if out else None
        facts = {"workers": options["workers"], "budget": options["budget"], "reach": reach}
        results: list[Result] = []
        for result in try_all(wanted, root, commit, **facts):
            results.append(result)
            said = f"noticed by {result.noticed}" if result.noticed else f"NOT NOTICED ({result.tried} of {result.of})"
            self.stdout.write(f"{len(results)}. {result.mutant}: {said}, {result.cpu:.1f} s")
            self.stdout.flush()
            if out:
                with out.open("a") as file:
                    file.write(f"{result.line(commit)}\n")
        left = [result.mutant for result in results if not result.noticed]
        self.stdout.write(f"\n{len(results) - len(left)} of {len(results)} noticed, of commit {commit}.")
        for mutant in left:
            self.stdout.write(f"\nNot noticed: {mutant.name}\n- {mutant.before}\n+ {mutant.after}")


def done_before(out: Path | None, commit: str) -> set[str]:
    """The mutants of the commit whose results are in the file."""
    lines = map(json.loads, out.read_text().splitlines()) if out and out.exists() else []
    return {line["key"] for line in lines if line["commit"] == commit}


def on_a_database_of_its_own(words: list[str]) -> int:
    """The same command again with the settings of the tests, whose data folder is made for it and goes with it, so that
    no row of ours can be touched."""
    env = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    env |= {"DJANGO_SETTINGS_MODULE": "encore.config.test_settings", MADE_HERE: "yes"}
    return subprocess.run([sys.executable, "-m", "encore", *words], env=env, check=False).returncode


def read(line: str) -> Case:
    try:
        found = json.loads(line)
    except ValueError as problem:
        raise CommandError(f"The line is not JSON: {problem}") from problem
    if not isinstance(found, dict) or not {"roles", "session", "at"} <= found.keys():
        raise CommandError("The line is no case: it holds at least roles, session and at.")
    return complete(found)

"""encore audit: prove the audit log, or seal it now."""

from __future__ import annotations

import re
import sys
from argparse import ArgumentTypeError, RawDescriptionHelpFormatter
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils.timezone import now

from encore.ledger.sealing import head, seal_waiting
from encore.ledger.verifying import Findings, verify

HELP = """\
Prove that the audit log is what was written, or seal it now.

  encore audit verify                      report what was altered, what is missing, what was not sealed
  encore audit verify --head 812:9f3c...   besides, that this seal, as you noted it, still stands
  encore audit seal                        seal what waits, without waiting for the worker
  encore audit head                        the last seal: a number and a hash, to be noted elsewhere

Exit code 0: nothing is wrong; 1: something is. Entries of the last minutes may wait for their seal. Somebody who owns
the database can make the whole chain anew, and only a head that was noted outside of it shows that: print one from
time to time and keep it where they cannot write."""
SHOWN = 200


class Command(BaseCommand):
    help = HELP

    def add_arguments(self, parser: CommandParser) -> None:
        parser.formatter_class = RawDescriptionHelpFormatter
        parser.add_argument("deed", choices=["verify", "seal", "head"], metavar="verify|seal|head")
        parser.add_argument("--head", type=noted, metavar="NUMBER:HASH", help="a head noted earlier")
        parser.add_argument("--all", action="store_true", help=f"show every fault, not only the first {SHOWN}")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["deed"] == "seal":
            self.stdout.write(f"{seal_waiting(now(), all_of_them=True)} entries sealed.")
            self.say_head()
        elif options["deed"] == "head":
            self.say_head()
        else:
            self.verify(options["head"], everything=options["all"])

    def say_head(self) -> None:
        self.stdout.write(f"Head: {head() or 'none yet'}")

    def verify(self, noted: tuple[int, str] | None, *, everything: bool) -> None:
        findings, faults = Findings(), 0
        for fault in verify(now(), findings, noted=noted):
            faults += 1
            if everything or faults <= SHOWN:
                self.stdout.write(str(fault))
        if faults > SHOWN and not everything:
            self.stdout.write(f"… and {faults - SHOWN} more; --all shows them.")
        self.stdout.write(
            f"{findings.entries} entries, {findings.erased} of them with erased details, {findings.waiting} waiting "
            f"for their seal. {f'Faults: {faults}.' if faults else 'Nothing is altered or missing.'}"
        )
        self.stdout.write(f"Head: {findings.head or 'none yet'}")
        if faults:
            sys.exit(1)


def noted(text: str) -> tuple[int, str]:
    found = re.fullmatch(r"(\d{1,18}):([0-9a-f]{64})", text.strip())
    if not found:
        raise ArgumentTypeError(
            "a head is a number, a colon and 64 hexadecimal digits, as “encore audit head” prints it"
        )
    return int(found[1]), found[2]

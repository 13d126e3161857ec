"""`encore decide`: questions about access in, decisions out, for support and for checks."""

import json
import os
import sys
from argparse import RawDescriptionHelpFormatter
from collections.abc import Iterable, Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from encore.courses.question import PERMISSIONS, ROLES, answer_line

HELP = f"""\
Tell who may do what, where and when: questions in, decisions out, both JSON lines.

One question per line is read from standard input and one answer per line is printed. The function asked is the one
that every page asks; no database is touched. A line that cannot be answered gives {{"error": "..."}}, and the rest
go on.

A question:
  {{"roles": ["learner"],
   "session": {{"time_zone": "Europe/Brussels", "opens_at": "2026-09-01T00:00:00+02:00", "closes_at": null}},
   "enrolment": {{"state": "active", "extra_days": 0}},
   "excluded": false,
   "at": "2026-09-15T12:00:00Z"}}

  roles      any of {", ".join(ROLES[:5])},
             {", ".join(ROLES[5:])}
  permissions  what session administrators may besides, any of {", ".join(PERMISSIONS)};
             none if it is left out
  session    time_zone, state (draft, published, cancelled, archived), opens_at, closes_at, coach_days_before,
             coach_days_after, coach_opens_at, coach_closes_at, duration_days, after_end (read_only, open, closed)
  enrolment  state (active, suspended, withdrawn, completed), opens_at, closes_at, extra_days, first_entered_at;
             null if there is none
  at         the moment that is asked about; instants are ISO 8601 with an offset or Z

An answer:
  {{"level": "WORK", "sees": ["CONTENT", "TALK"], "reason": "open",
   "since": "2026-08-31T22:00:00Z", "until": null, "list": "current"}}
"""


class Command(BaseCommand):
    help = HELP
    requires_system_checks: list[str] = []
    stealth_options = ("stdin",)

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        """Keeps the lines of the help as they are written above."""
        return super().create_parser(prog_name, subcommand, formatter_class=RawDescriptionHelpFormatter, **kwargs)

    def handle(self, *args: Any, stdin: Iterable[bytes | str] | None = None, **options: Any) -> None:
        lines = getattr(sys.stdin, "buffer", sys.stdin) if stdin is None else stdin
        try:
            for answer in answers(lines):
                self.stdout.write(json.dumps(answer))
                self.stdout.flush()
        except BrokenPipeError:
            # Whoever was reading has had enough, as `head` does. Nothing is left to say, not even at the end.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def answers(lines: Iterable[bytes | str]) -> Iterator[dict[str, Any]]:
    """One answer per line. Empty lines at the very end are no questions."""
    empty = 0
    for number, line in enumerate(lines):
        text = _text(line, first=number == 0)
        if text is not None and not text.strip():
            empty += 1
            continue
        yield from (answer_line("") for _ in range(empty))
        empty = 0
        yield {"error": "The line is not UTF-8 text."} if text is None else answer_line(text)


def _text(line: bytes | str, *, first: bool) -> str | None:
    if isinstance(line, bytes):
        try:
            line = line.decode()
        except UnicodeDecodeError:
            return None
    return line.removeprefix("\N{BYTE ORDER MARK}") if first else line

"""encore demo: fills an empty database with a believable training centre."""

from __future__ import annotations

from argparse import RawDescriptionHelpFormatter
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.timezone import now

from encore.courses.errors import CannotDo
from encore.demo.logins import login_table
from encore.demo.people import FileNotTaken
from encore.demo.stages import NoPlace, is_there, make_demo, stages_done
from encore.people.errors import PeopleError

NO_PLACE = 3  # the exit code


class Command(BaseCommand):
    help = """Fill the database with a training centre to look at: people, classes, courses, sessions.

Everything is made through the actions and files that a user would use, around the day on which it is made. Running it
again changes nothing; if it was interrupted, it goes on. All its people share one password, which is printed: this is
for trying out, never for an installation that strangers can reach.

Examples:
  encore demo
  encore demo --logins     only print one login per role

Ends with 3 where there are people already, and changes nothing then.
"""

    def create_parser(self, *args: Any, **kwargs: Any) -> CommandParser:
        parser = super().create_parser(*args, **kwargs)
        parser.formatter_class = RawDescriptionHelpFormatter
        return parser

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--logins", action="store_true", help="print one login per role and change nothing")
        parser.add_argument("--anyway", action="store_true", help="also where there are people already")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["logins"]:
            found = login_table() if stages_done() else ""
            self.stdout.write(found or "There is no demo here. Make it with: encore demo")
        elif is_there():
            self.stdout.write("The demo is here already; nothing was changed.")
        else:
            self._make(anyway=options["anyway"])

    def _make(self, *, anyway: bool) -> None:
        try:
            for said in make_demo(now(), anyway=anyway):
                self.stdout.write(said)
        except NoPlace as problem:
            raise CommandError(str(problem), returncode=NO_PLACE) from problem
        except (FileNotTaken, CannotDo, PeopleError) as problem:
            raise CommandError(str(problem)) from problem
        self.stdout.write(f"\n{login_table()}\n")

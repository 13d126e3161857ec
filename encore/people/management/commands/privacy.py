"""`encore privacy`: a copy of everything about a person, and erasure, from the command line."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.timezone import now

from encore.ledger.actions import record
from encore.people.actions.privacy import COPY, erase_person
from encore.people.copying import write_archive
from encore.people.erasing import portions, texts_naming
from encore.people.errors import PeopleError
from encore.people.models import Person
from encore.people.queries import people_by_username


class Command(BaseCommand):
    help = """Copy everything about a person into a file, or erase the person for good.

Without --yes, erasing says what is lost and what stays, and asks for the username again.

Examples:
  encore privacy export amina --to amina.zip
  encore privacy erase amina
  encore privacy erase amina --yes --reason "asked by letter"
"""

    def create_parser(self, *args: Any, **kwargs: Any) -> CommandParser:
        from argparse import RawDescriptionHelpFormatter

        parser = super().create_parser(*args, **kwargs)
        parser.formatter_class = RawDescriptionHelpFormatter
        return parser

    def add_arguments(self, parser: CommandParser) -> None:
        deeds = parser.add_subparsers(dest="deed", required=True)
        export = deeds.add_parser("export", help="write a ZIP with everything about the person")
        export.add_argument("username")
        export.add_argument(
            "--to", required=True, metavar="FILE", help="where to write it; never over a file that is there"
        )
        erase = deeds.add_parser("erase", help="erase the person; records stay without a name")
        erase.add_argument("username")
        erase.add_argument("--reason", default="", help="stays on record; leave the name out")
        erase.add_argument("--yes", action="store_true", help="do not ask")

    def handle(self, *args: Any, **options: Any) -> None:
        person = people_by_username([options["username"]]).get(options["username"].strip().lower())
        if person is None or person.erased_at:
            raise CommandError(f"Nobody has the username “{options['username']}”.")
        if options["deed"] == "export":
            self._export(person, Path(options["to"]))
        else:
            self._erase(person, options)

    def _export(self, person: Person, place: Path) -> None:
        at = now()
        try:
            with place.open("xb") as file:
                place.chmod(0o600)
                write_archive(person, file, at=at)
        except OSError as error:
            raise CommandError(f"{place} cannot be written: {error.strerror}.") from error
        record(COPY, person, by=None, at=at)
        self.stdout.write(f"Everything about {person.username} is in {place}.")

    def _erase(self, person: Person, options: dict[str, Any]) -> None:
        if not options["yes"]:
            self._show(person)
            self._ask(person)
        try:
            erase_person(person, by=None, at=now(), reason=options["reason"])
        except PeopleError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Erased. Records stay, of “{person.neutral_name}”.")

    def _show(self, person: Person) -> None:
        self.stdout.write(f"{person.name} ({person.username}) will be erased. This cannot be undone.\n")
        for portion in portions(person):
            fate = "stays, without a name" if portion.why_kept else "deleted"
            self.stdout.write(f"  {portion.count:>6}  {portion.what}: {fate}")
        for text in texts_naming(person):
            self.stdout.write(f"  names the person, and is not changed: {text.what} “{text.title}”")

    def _ask(self, person: Person) -> None:
        if not sys.stdin.isatty():
            raise CommandError("Nobody is there to ask: say --yes.")
        if input("Type the username to go on: ").strip().lower() != person.username.lower():
            raise CommandError("That is another username. Nothing was erased.")

"""encore populate: fills a database with made-up work, to measure on."""

from __future__ import annotations

import time
from argparse import RawDescriptionHelpFormatter
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.timezone import now

from encore.bench.filling.fill import fill, is_filled
from encore.bench.filling.people import NAMED, PASSWORD
from encore.bench.sizes import SIZES
from encore.people.models import Person

NO_PLACE = 3  # the exit code
WIDTH = 40


class Command(BaseCommand):
    help = """Fill the database with made-up people, courses, sessions and work, of a size to measure on.

All its people share one password, which is printed: never for an installation that strangers can reach. The same size,
seed and day give the same rows. If it is interrupted, begin again with an empty database.

Examples:
  encore populate --size S              1,000 people, 200 sessions
  encore populate --size M --seed 7     20,000 people, 2,000 sessions
  encore populate --size L              200,000 people, 20,000 sessions: only for PostgreSQL and the patient

Ends with 3 where there are people already, and changes nothing then.
"""
    shown = -1  # percent

    def create_parser(self, *args: Any, **kwargs: Any) -> CommandParser:
        parser = super().create_parser(*args, **kwargs)
        parser.formatter_class = RawDescriptionHelpFormatter
        return parser

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--size", choices=sorted(SIZES), required=True, help="how much")
        parser.add_argument("--seed", type=int, default=1, help="another number makes other people")
        parser.add_argument("--on", type=date.fromisoformat, help="the day around which it all happens (today)")
        parser.add_argument("--add", action="store_true", help="also where there are people already")

    def handle(self, *args: Any, **options: Any) -> None:
        if is_filled():
            raise CommandError("This database was populated before. Take an empty one.", returncode=NO_PLACE)
        if Person.objects.exists() and not options["add"]:
            raise CommandError(
                "There are people in this database. Take an empty one, or say --add.", returncode=NO_PLACE
            )
        began = time.monotonic()
        counts = fill(SIZES[options["size"]], seed=options["seed"], at=_moment(options["on"]), told=self._bar)
        self.stderr.write("")
        for name, count in sorted(counts.items()):
            self.stdout.write(f"{count:>12,}  {name}")
        self.stdout.write(f"\nIn {time.monotonic() - began:.0f} s. Sign in as {', '.join(NAMED)}: {PASSWORD}")

    def _bar(self, part: float) -> None:
        full = int(part * WIDTH)
        if self.shown == int(part * 100):
            return
        self.shown = int(part * 100)
        self.stderr.write(f"\r[{'#' * full}{'.' * (WIDTH - full)}] {part:4.0%}", ending="")


def _moment(day: date | None) -> datetime:
    """Noon of a day, so that one day gives one database; never after now, since nothing happened in the future."""
    zone = ZoneInfo(settings.TIME_ZONE)
    today = now().astimezone(zone).date()
    noon = datetime.combine(day or today, datetime.min.time(), zone) + timedelta(hours=12)
    return min(noon, datetime.combine(today, datetime.min.time(), zone))

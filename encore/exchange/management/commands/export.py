"""encore export: people or sessions as a file that `encore import` reads back unchanged."""

from __future__ import annotations

import os
import sys
from argparse import RawDescriptionHelpFormatter
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db.models import Model
from django.utils.timezone import now

from encore.courses.models import CourseSession
from encore.exchange.exporting import EXPORTS, ExportRefused, csv_lines, write_xlsx
from encore.ledger.actions import record
from encore.people.models import Person

MODELS: dict[str, type[Model]] = {"people": Person, "sessions": CourseSession}


class Command(BaseCommand):
    help = (
        "Write all people or all sessions to a file that “encore import” reads back unchanged.\n\n"
        "CSV, or a workbook if the name ends in .xlsx. Passwords are never written; deactivated people and the\n"
        "standing sessions of courses are left out (who learns in those is told with the people)."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.formatter_class = RawDescriptionHelpFormatter
        parser.add_argument("kind", choices=list(EXPORTS), metavar="KIND", help=", ".join(EXPORTS))
        parser.add_argument("file", metavar="FILE")

    def handle(self, *args: Any, **given: Any) -> None:
        path = Path(given["file"])
        part = path.with_name(f".{path.name}.part")
        count = -1  # the heading is no row

        def counted() -> Any:
            nonlocal count
            for row in EXPORTS[given["kind"]]():
                count += 1
                yield row

        record("export", MODELS[given["kind"]], by=None, at=now(), changes={"as": path.suffix.lstrip(".").lower()})
        try:
            with part.open("wb") as file:
                if path.suffix.lower() == ".xlsx":
                    write_xlsx(counted(), file)
                else:
                    file.writelines(csv_lines(counted()))
            os.replace(part, path)
        except (OSError, ExportRefused) as error:
            part.unlink(missing_ok=True)
            self.stderr.write(f"{path}: {getattr(error, 'strerror', None) or error}")
            sys.exit(2)
        self.stdout.write(f"{path}: {count} rows.")

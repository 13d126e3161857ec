"""encore bench: measures the flows that performance was promised for."""

from __future__ import annotations

import json
import os
import platform
from argparse import RawDescriptionHelpFormatter
from pathlib import Path
from typing import Any

import django
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.timezone import now

from encore.bench.databases import Store
from encore.bench.figures import Figures, as_markdown, as_text, table
from encore.bench.flows import FLOWS
from encore.bench.measuring import measure
from encore.bench.sizes import SIZES


class Command(BaseCommand):
    help = """Measure what pages cost: statements, processor time, bytes, and how they grow with the database.

For each size a database is filled once (`encore populate`) and kept in the folder bench/ of ENCORE_DATA, or beside the
database that DATABASE_URL names; each measurement works on a copy of it. A web server with one process is started for
it, and people sign in and walk through the flows. Processor time is the median of the requests; wall times mean
something on a quiet machine only.

Examples:
  encore bench                              sizes S and M, all flows
  encore bench --sizes S --flows gradebook,gradebook-file
  encore bench --out bench.json --into docs/performance.md
  DATABASE_URL=postgres://… encore bench    on PostgreSQL; its user must be allowed to make databases

Ends with 1 where a flow could not be measured.
"""
    requires_system_checks: Any = []

    def create_parser(self, *args: Any, **kwargs: Any) -> CommandParser:
        parser = super().create_parser(*args, **kwargs)
        parser.formatter_class = RawDescriptionHelpFormatter
        return parser

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--sizes", default="S,M", help="of " + ", ".join(SIZES))
        parser.add_argument("--flows", help="only these, by key: " + ", ".join(flow.key for flow in FLOWS))
        parser.add_argument("--without", default="", help="all but these, by key")
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--fresh", action="store_true", help="fill the databases again")
        parser.add_argument("--out", type=Path, help="a file for the figures, as JSON")
        parser.add_argument("--into", type=Path, help="a file of Markdown whose table is put in the old one's place")

    def handle(self, *args: Any, **options: Any) -> None:
        sizes = [size.strip().upper() for size in options["sizes"].split(",")]
        if unknown := set(sizes) - set(SIZES):
            raise CommandError(f"There is no size {', '.join(sorted(unknown))}.")
        flows = self._flows(options)
        store = Store(Path(settings.DATA) / "bench", os.environ.get("DATABASE_URL", ""))
        measured: dict[str, dict[str, Figures]] = {}
        hashing: dict[str, float] = {}
        for size in sizes:
            self.stderr.write(f"Size {size}")
            store.filled(size, seed=options["seed"], fresh=options["fresh"])
            with store.copy(size) as database:
                measured[size], hashing[size] = measure(database, flows, lambda label: self.stderr.write(f"  {label}"))
            self._write(options, measured, hashing)
        self.stdout.write(as_text(table(measured, hashing)))
        self.stdout.write(f"\nOne password takes {1000 * hashing[sizes[-1]]:.1f} ms. {_machine()}")
        if any(one.broken.startswith("FAILED") for found in measured.values() for one in found.values()):
            raise CommandError("Some flows could not be measured.")

    def _flows(self, options: dict[str, Any]) -> list[Any]:
        known = {flow.key for flow in FLOWS}
        wanted = set(options["flows"].split(",")) if options["flows"] else known
        without = set(options["without"].split(",")) - {""}
        if unknown := (wanted | without) - known:
            raise CommandError(f"There is no flow {', '.join(sorted(unknown))}.")
        return [flow for flow in FLOWS if flow.key in wanted - without]

    def _write(
        self, options: dict[str, Any], measured: dict[str, dict[str, Figures]], hashing: dict[str, float]
    ) -> None:
        """After each size, so that what was measured is kept whatever comes next."""
        if options["out"]:
            figures = {size: {key: one.as_json() for key, one in found.items()} for size, found in measured.items()}
            said = {"at": now().isoformat(), "machine": _machine(), "hash_seconds": hashing, "figures": figures}
            options["out"].write_text(json.dumps(said, indent=1))
        if options["into"]:
            _put_into(
                options["into"], f"{as_markdown(table(measured, hashing))}\n\nMeasured {now():%Y-%m-%d}: {_machine()}"
            )


def _put_into(path: Path, text: str) -> None:
    """Between two comments that name the kind of database, whatever stood there."""
    first, last = f"<!-- {_kind()} -->", f"<!-- end of {_kind()} -->"
    before, found, rest = path.read_text().partition(first)
    _old, ends, after = rest.partition(last)
    if not (found and ends):
        raise CommandError(f"{path} has no place for the table: {first} … {last}")
    path.write_text(f"{before}{first}\n\n{text}\n\n{last}{after}")


def _kind() -> str:
    return "PostgreSQL" if os.environ.get("DATABASE_URL") else "SQLite"


def _machine() -> str:
    return f"{_kind()}, Python {platform.python_version()}, Django {django.__version__}, {os.cpu_count()} processors."

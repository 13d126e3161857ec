"""encore work: the worker."""

from __future__ import annotations

import signal
from argparse import RawDescriptionHelpFormatter
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils.timezone import now

from encore.ledger.worker import Worker


class Command(BaseCommand):
    help = (
        "Do the work that pages hand over: imports, mail, periodic duties.\n\n"
        "Runs until it is told to stop (SIGTERM or Ctrl-C), and then finishes the step it is at. Start as many as\n"
        "you like, on as many machines as you like: each job is done by one of them, and one that dies loses nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.formatter_class = RawDescriptionHelpFormatter
        parser.add_argument("--once", action="store_true", help="do everything that waits now, then exit")

    def handle(self, *args: Any, **options: Any) -> None:
        worker = Worker(now)
        quiet_stop(worker)
        if options["once"]:
            worker.drain()
        else:
            if options["verbosity"]:
                self.stdout.write("The worker is ready.")
                self.stdout.flush()
            worker.run()


def quiet_stop(worker: Worker) -> None:
    """On SIGTERM or Ctrl-C finish the step and end; a second signal ends at once."""

    def stop(number: int, frame: FrameType | None) -> None:
        signal.signal(number, signal.SIG_DFL)
        worker.stop()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)

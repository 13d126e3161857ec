"""encore import: what a file would do, row by row; with --apply, does it."""

from __future__ import annotations

import json
import sys
from argparse import RawDescriptionHelpFormatter
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

from django.core.exceptions import PermissionDenied
from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction
from django.utils.timezone import now

from encore.base.reading.errors import FileRefused
from encore.courses.context import Here, NoSuchPlace, here_for, here_of_operator
from encore.courses.errors import CannotDo
from encore.courses.words import Access
from encore.exchange import jobs as _jobs  # noqa: F401  (registers the job)
from encore.exchange.actions import CannotApply, make_plan, start_applying
from encore.exchange.kinds import KINDS
from encore.exchange.planning import Action, Options
from encore.exchange.queries import counts_of
from encore.ledger.models import Job, Plan
from encore.ledger.worker import Worker, take
from encore.people.models import Person
from encore.toolkit.bringing import bringings

REFUSED, UNUSABLE = 1, 2
EXPLAINED = """
Without --apply only the plan is written, and printed row by row: nothing else changes. With --apply it is done at once,
in this process, wholly or not at all. Nobody leaves and nothing is deleted by a file.

Files are CSV (; or , or tab, any usual encoding), .xlsx, or XML for people and sessions.

Exit: 0 no row is refused, 1 some are (or it could not be applied), 2 the file cannot be used.

Examples:
  encore import people staff.csv
  encore import people staff.csv --apply --on-duplicate update
  encore import sessions spring.xlsx --create-missing --json
  encore import questions bank.xml --course ETH --category "Unit 1" --apply
"""


class Command(BaseCommand):
    help = "Show what a file of people, courses, sessions or questions would do; with --apply, do it.\n" + EXPLAINED

    def add_arguments(self, parser: CommandParser) -> None:
        parser.formatter_class = RawDescriptionHelpFormatter
        kinds = [*KINDS, *bringings()]
        parser.add_argument("kind", choices=kinds, metavar="KIND", help=", ".join(kinds))
        parser.add_argument("file", metavar="FILE")
        parser.add_argument("--apply", action="store_true", help="do it")
        parser.add_argument(
            "--create-missing", action="store_true", help="make people, courses, classes named in cells"
        )
        parser.add_argument(
            "--on-duplicate",
            choices=["refuse", "update"],
            default="refuse",
            help="what exists already and would change: refuse the row (default) or update",
        )
        parser.add_argument("--skip-refused", action="store_true", help="apply the other rows even if some are refused")
        parser.add_argument("--teachers-coach", action="store_true", help="the courses' teachers coach them (sessions)")
        parser.add_argument("--send-mail", action="store_true", help="invite new people, tell who is enrolled")
        parser.add_argument("--session", type=int, metavar="NUMBER", help="the session (session-people, questions)")
        parser.add_argument("--course", default="", metavar="CODE", help=f"the course ({', '.join(bringings())})")
        for bringing in bringings().values():
            bringing.add_arguments(parser)
        parser.add_argument("--json", action="store_true", help="one JSON object per row, nothing else, on the output")
        parser.add_argument("--as", dest="actor", metavar="USERNAME", help="with this person's power, in their name")

    def handle(self, *args: Any, **given: Any) -> None:
        by = self._person(given["actor"])
        if given["kind"] not in KINDS:
            return self._into_a_course(given, by)
        plan = self._plan(given, by)
        self._tell(plan, given, lambda: self._apply(plan, given, by))

    def _tell(self, plan: Plan, given: dict[str, Any], apply: Callable[[], bool]) -> None:
        """Print the plan, apply it if that is asked, and exit by how it went."""
        self._print(plan, as_json=given["json"])
        counts = counts_of(plan)
        if not given["json"]:
            self.stdout.write(_summary(counts))
        applied = not given["apply"] or apply()
        if counts[Action.REFUSE] or not applied:
            sys.exit(REFUSED)

    def _into_a_course(self, given: dict[str, Any], by: Person | None) -> None:
        """What a tool reads: the same plan as on its own page, done in this process."""
        bringing, here, path = bringings()[given["kind"]], self._here(given, by), Path(given["file"])
        try:
            with path.open("rb") as file:
                plan = bringing.plan(here, file, path.name, given)
        except OSError as error:
            self._give_up(f"{path}: {error.strerror or error}")
        except (FileRefused, CannotDo) as error:
            self._give_up(f"{path}: {error}")

        def apply() -> bool:
            try:
                message = bringing.apply(plan, here, given)
            except CannotDo as error:
                self.stderr.write(str(error))
                return False
            (self.stderr if given["json"] else self.stdout).write(message)
            return True

        self._tell(plan, given, apply)

    def _here(self, given: dict[str, Any], by: Person | None) -> Here:
        """The course, or the course in a session, as this person meets it; else as who runs the installation."""
        code, session = given["course"], given["session"]
        if not code:
            self._give_up(f"Say with --course which course these {given['kind']} are for.")
        try:
            if by is None:
                here = here_of_operator(at=now(), code=code, session=session)
            else:
                here = here_for(by, at=now(), code=code, session=session)
        except NoSuchPlace:
            self._give_up(f"There is no course “{code}”" + (f" in session {session}." if session else "."))
        if here.access.level is Access.NONE:
            self._give_up(f"{by} has no role in “{code}”.")
        return here

    def _person(self, username: str | None) -> Person | None:
        if username is None:
            return None
        person = Person.objects.filter(username__iexact=username, is_active=True).first()
        return person or self._give_up(f"Nobody active has the username “{username}”.")

    def _plan(self, given: dict[str, Any], by: Person | None) -> Plan:
        options = Options(
            create_missing=given["create_missing"],
            update=given["on_duplicate"] == "update",
            teachers_coach=given["teachers_coach"],
            send_mail=given["send_mail"],
            session=given["session"],
        )
        path = Path(given["file"])
        try:
            with path.open("rb") as file:
                return make_plan(given["kind"], file, path.name, options, by=by, at=now())
        except OSError as error:
            self._give_up(f"{path}: {error.strerror or error}")
        except (FileRefused, PermissionDenied) as error:
            self._give_up(f"{path}: {error}")

    def _print(self, plan: Plan, *, as_json: bool) -> None:
        if not as_json:
            for note in plan.notes:
                self.stdout.write(note)
        for row in plan.rows.defer("data").order_by("line", "id").iterator(chunk_size=2000):
            if as_json:
                facts = {"line": row.line, "action": row.action, "subject": row.subject, "reasons": row.reasons}
                self.stdout.write(json.dumps(facts, ensure_ascii=False))
            else:
                self.stdout.write(f"{row.line:>6}  {row.action:<7}  {row.subject}")
                for reason in row.reasons:
                    self.stdout.write(f"                 {reason}")

    def _apply(self, plan: Plan, given: dict[str, Any], by: Person | None) -> bool:
        """Do it here, as a worker would, with a job that another worker takes up if this process is killed."""
        try:
            with transaction.atomic():
                job = start_applying(plan, skip_refused=given["skip_refused"], by=by, at=now())
                take(job, now())
        except CannotApply as error:
            self.stderr.write(str(error))
            return False
        Worker(now).do(job)
        job.refresh_from_db()
        applied = job.state == Job.State.DONE
        (self.stderr if given["json"] or not applied else self.stdout).write(job.message)
        return applied

    def _give_up(self, sentence: str) -> NoReturn:
        self.stderr.write(sentence)
        sys.exit(UNUSABLE)


def _summary(counts: dict[str, int]) -> str:
    return (
        f"{counts[Action.ADD]} to add, {counts[Action.CHANGE]} to change, "
        f"{counts[Action.NOTHING]} with nothing to do, {counts[Action.REFUSE]} refused."
    )

"""Questions by command: `encore import questions FILE --course CODE`, the same plan as on the page of the bank."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Mapping
from typing import Any, BinaryIO

from django.utils.translation import gettext as _

from encore.courses.context import Here
from encore.courses.errors import CannotDo
from encore.ledger.models import Plan
from encore.toolkit.bringing import Bringing
from encore.toolkit.models import Item
from encore.tools.quizzes.actions.bringing import read_in, result_words, start_bringing
from encore.tools.quizzes.alike import categories_in, paths_in
from encore.tools.quizzes.formats.reading import FORMATS


class Questions(Bringing):
    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--category",
            default="",
            metavar="PATH",
            help="below this category of the bank: “Unit 1 / Ethics” (questions)",
        )
        parser.add_argument(
            "--format", default="", choices=["", *FORMATS], metavar="FORMAT",
            help=f"instead of what the file looks like: {', '.join(FORMATS)} (questions)",
        )  # fmt: skip
        parser.add_argument("--drafts", action="store_true", help="as drafts, rather than published (questions)")

    def plan(self, here: Here, file: BinaryIO, name: str, given: Mapping[str, Any]) -> Plan:
        return read_in(here, file, name, format=given["format"], into=_category(here, given["category"]))

    def apply(self, plan: Plan, here: Here, given: Mapping[str, Any]) -> str:
        start_bringing(plan, here, publishes=not given["drafts"], skip_refused=given["skip_refused"], at_once=True)
        plan.refresh_from_db()
        return result_words(plan)


def _category(here: Here, path: str) -> Item | None:
    """The category that a path names, upper or lower case and spaces around bars aside; None for none."""
    wanted = _key(path.split("/"))
    if not wanted:
        return None
    paths = paths_in(here)
    found = next((item for item in categories_in(here) if _key(paths[item.pk]) == wanted), None)
    if found is None:
        there = ", ".join(sorted(f"“{' / '.join(paths[item.pk])}”" for item in categories_in(here))) or "–"
        raise CannotDo(
            _("The bank has no category “%(path)s”. There are: %(there)s") % {"path": path, "there": there[:1000]}
        )
    return found


def _key(path: Any) -> list[str]:
    return [part.strip().casefold() for part in "/".join(path).split("/") if part.strip()]

"""Files that tools read by command, as the command knows them: `encore import NAME FILE --course CODE`."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Mapping
from typing import Any, BinaryIO

from django.utils.module_loading import import_string

from encore.courses.context import Here
from encore.ledger.models import Plan
from encore.toolkit.registry import tools


class Bringing:
    """One kind of file. A plan first, as on the tool's own page; then all of it or nothing. `given`: the options of the
    command, among them those that it adds itself."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Options beyond those of every import."""

    def plan(self, here: Here, file: BinaryIO, name: str, given: Mapping[str, Any]) -> Plan:
        """What the file would do here, stored. Raises FileRefused or CannotDo."""
        raise NotImplementedError

    def apply(self, plan: Plan, here: Here, given: Mapping[str, Any]) -> str:
        """Do it, in this process and one transaction; what was done, in a sentence. Raises CannotDo."""
        raise NotImplementedError


def bringings() -> dict[str, Bringing]:
    """What the installed tools read, by the names that the command knows them by."""
    return {name: import_string(dotted)() for tool in tools() for name, dotted in tool.imports.items()}

"""A file of grades, read against the gradebook it is meant for: whose grade each cell is, or why nobody's."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import BinaryIO

from django.utils.translation import gettext as _

from encore.base.reading.errors import FileRefused
from encore.base.reading.files import read_file
from encore.base.reading.tables import Row, Table, unprotect
from encore.courses.models import Enrolment
from encore.toolkit.totals import GradeBook, GradedItem
from encore.tools.gradebook.headings import Places, is_known, places_of


@dataclass(frozen=True)
class Told:
    """What a line of a file tells of one learner: the cells under the book's columns. Else `problem` says why not."""

    line: int
    name: str
    enrolment: Enrolment | None = None
    cells: list[tuple[GradedItem, str]] = field(default_factory=list)
    problem: str = ""


def read_grades(file: BinaryIO, book: GradeBook, enrolments: Sequence[Enrolment]) -> tuple[list[Told], list[str]]:
    """Line by line, and sentences about the whole file. Raises FileRefused."""
    table = read_file(file, partial(is_known, book))
    if not isinstance(table, Table):
        raise FileRefused(_("This is XML. Save the table as CSV or .xlsx."))
    places = places_of(table.header, book)
    if not table.rows:
        raise FileRefused(_("There is nobody in this file, only headings."))
    width = max((place for place, cell in enumerate(table.header, 1) if cell.strip()), default=0)
    return list(_told(table.rows, places, width, _Learners(enrolments))), [*table.notes, *places.notes]


def _told(rows: Sequence[Row], places: Places, width: int, learners: _Learners) -> Iterator[Told]:
    lines: dict[int, int] = {}
    for row in rows:
        cells = [unprotect(cell.strip()) for cell in row.cells]
        known_by = {word: cells[place] for word, place in places.people.items() if place < len(cells) and cells[place]}
        name = next(iter(known_by.values()), "–")[:100]
        enrolment, problem = learners.find(known_by)
        if any(cells[width:]):
            problem = _("This row has %(cells)d cells, the first line of the file has %(width)d.") % {
                "cells": len(cells),
                "width": width,
            }
        elif enrolment is not None and enrolment.pk in lines:
            problem = _("Line %(line)d tells of the same learner.") % {"line": lines[enrolment.pk]}
        if enrolment is None or problem:
            yield Told(row.line, enrolment.person.listed_name if enrolment else name, problem=problem)
        else:
            lines[enrolment.pk] = row.line
            told = [(item, cells[place] if place < len(cells) else "") for place, item in places.items.items()]
            yield Told(row.line, enrolment.person.listed_name, enrolment, told)


class _Learners:
    """Who takes part, by the words a file may know them by."""

    def __init__(self, enrolments: Sequence[Enrolment]) -> None:
        self.by: dict[tuple[str, str], Enrolment | None] = {}
        for one in enrolments:
            for word in ("username", "official_code", "email"):
                if value := str(getattr(one.person, word) or "").casefold():
                    self.by[word, value] = None if (word, value) in self.by else one

    def find(self, known_by: dict[str, str]) -> tuple[Enrolment | None, str]:
        """The learner, or why none: all that a row says has to mean the same one."""
        if not known_by:
            return None, _("This row names nobody.")
        found: Enrolment | None = None
        for word in ("username", "official_code", "email"):
            if not (value := known_by.get(word)):
                continue
            if (word, value.casefold()) not in self.by:
                return None, _("Nobody who takes part here is “%(value)s”.") % {"value": value[:100]}
            one = self.by[word, value.casefold()]
            if one is None:
                return None, _("Several learners here have “%(value)s”.") % {"value": value[:100]}
            if found is not None and one.pk != found.pk:
                return None, _("“%(value)s” belongs to somebody else: %(name)s.") % {
                    "value": value[:100],
                    "name": one.person.name,
                }
            found = one
        return found, ""

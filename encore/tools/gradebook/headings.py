"""The headings of a gradebook's file: as they are written, and how they are found again in one that was edited."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from encore.base.reading.errors import FileRefused
from encore.base.reading.tables import key, unprotect
from encore.toolkit.explaining import columns_by_category
from encore.toolkit.totals import GradeBook, GradedItem, plain

# By what a learner is known in a file, in lower case and without spaces, underscores and hyphens.
KNOWN_BY = {
    "username": ("username", "login", "user"),
    "official_code": ("officialcode", "code"),
    "email": ("e-mail", "email", "emailaddress"),
}
POINTS = re.compile(r"\([\d.,]+\)(?=(#\d+)?$)")


@dataclass
class Places:
    """In which column of a file what stands. `people`: by the words of KNOWN_BY; `notes`: what was not read."""

    people: dict[str, int]
    items: dict[int, GradedItem]
    notes: list[str] = field(default_factory=list)


def written(book: GradeBook) -> list[tuple[GradedItem, str]]:
    """The columns as they stand in the table, each under its title and what is to be had; of equal titles the second
    is told apart by a number."""
    seen: Counter[str] = Counter()
    columns = []
    for _title, items in columns_by_category(book):
        for item in items:
            seen[key(item.title)] += 1
            again = f" #{seen[key(item.title)]}" if seen[key(item.title)] > 1 else ""
            columns.append((item, f"{item.title} ({plain(item.out_of)}){again}"))
    return columns


def for_people() -> list[str]:
    return [_("Last name"), _("First name"), _("Username"), _("Official code")]


def computed() -> list[str]:
    return [_("Total in %"), _("Step"), _("Passed")]


def places_of(header: Sequence[str], book: GradeBook) -> Places:
    """Raises FileRefused where it tells no learners, no column of the book, or one of them twice."""
    found = Places({}, {})
    by_heading, by_title, people = _by_heading(book), _by_title(book), _by_word()
    passed_over = {key(heading) for heading in (*for_people()[:2], *computed())}
    unknown = []
    for place, heading in enumerate(unprotect(cell.strip()) for cell in header):
        short = key(heading)
        item = by_heading.get(short) or by_title.get(short) or by_title.get(POINTS.sub("", short))
        if item is not None:
            _put(found.items, place, item, heading)
        elif (word := people.get(short)) and word not in found.people:
            found.people[word] = place
        elif heading and short not in passed_over and short not in ENGLISH:
            unknown.append(heading)
    _refuse_useless(found)
    if unknown:
        found.notes.append(
            ngettext(
                "This column is not known and was not read: %(headings)s.",
                "These columns are not known and were not read: %(headings)s.",
                len(unknown),
            )
            % {"headings": ", ".join(unknown)[:500]}
        )
    return found


def is_known(book: GradeBook, heading: str) -> bool:
    short = key(unprotect(heading.strip()))
    return short in _by_heading(book) or POINTS.sub("", short) in _by_title(book) or short in _by_word()


# What nobody has to read, as files in English call it.
ENGLISH = {"lastname", "firstname", "totalin%", "total", "step", "passed"}


def _by_heading(book: GradeBook) -> dict[str, GradedItem]:
    return {key(heading): item for item, heading in written(book)}


def _by_title(book: GradeBook) -> dict[str, GradedItem]:
    """A title alone, or with the number that tells it apart; points to be had may have changed since."""
    return {POINTS.sub("", key(heading)): item for item, heading in reversed(written(book))}


def _by_word() -> dict[str, str]:
    told = {key(heading): name for name, heading in zip(("username", "official_code"), for_people()[2:], strict=True)}
    return told | {key(word): name for name, words in KNOWN_BY.items() for word in words}


def _put(items: dict[int, GradedItem], place: int, item: GradedItem, heading: str) -> None:
    if any(item.pk == other.pk for other in items.values()):
        raise FileRefused(
            _("“%(title)s” is there twice, the second time as “%(heading)s”. Delete one of the columns.")
            % {"title": item.title, "heading": heading}
        )
    items[place] = item


def _refuse_useless(found: Places) -> None:
    if not found.people:
        raise FileRefused(
            _("No column tells whose grades these are. One of them has to be called Username, Official code or E-mail.")
        )
    if not found.items:
        raise FileRefused(
            _("No column of this file is one of this gradebook. Take the grades out as a file to see how it is made.")
        )

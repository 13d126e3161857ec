"""Questions in a table, one a row: CSV or .xlsx. The columns are told in docs/files.md."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from encore.base.reading.errors import FileRefused
from encore.base.reading.tables import SEPARATORS, Row, Table, unprotect
from encore.tools.quizzes.formats.found import (
    PLACES,
    Findings,
    Found,
    NotTaken,
    Refused,
    as_share,
    evened,
    keys,
    question,
    rich,
    tags_of,
    titled,
)
from encore.tools.quizzes.formats.moodle_text import decimal_of
from encore.tools.quizzes.questions import TYPES

# Each column by what its heading may be, in lower case and without spaces, underscores and hyphens.
COLUMNS = {
    "category": ("category", "categories", "folder"),
    "type": ("type", "questiontype", "kind"),
    "title": ("title", "name"),
    "question": ("question", "text", "questiontext"),
    "points": ("points", "marks", "grade", "score"),
    "right": ("right", "correct", "answer", "answers", "rightanswers", "correctanswers", "correctanswer"),
    "wrong": ("wrong", "incorrect", "wronganswers", "distractors", "incorrectanswers"),
    "feedback": ("feedback", "generalfeedback", "explanation"),
    "tags": ("tags", "tag"),
}
NEEDED = ("question",)
NAMES = {
    "single": ("singlechoice", "multichoice", "multiplechoice", "mc", "sc"),
    "multiple": ("multipleanswers", "multipleresponse", "multipleselect", "mr", "ma"),
    "true_false": ("truefalse", "trueorfalse", "tf"),
    "gap": ("gaptext", "cloze", "fillin", "fillintheblank", "fillintheblanks"),
    "matching": ("match", "pairs"),
    "ordering": ("order", "sequence"),
    "short": ("shortanswer", "shorttext"),
    "number": ("numerical", "numeric"),
    "essay": ("longtext", "opentext", "open"),
    "file": ("fileupload", "upload"),
}
TRUE, FALSE = {"true", "t", "yes", "1", "right"}, {"false", "f", "no", "0", "wrong"}
_BY_HEADING = {heading: column for column, headings in COLUMNS.items() for heading in headings}
_BY_NAME = {name: type for type, names in NAMES.items() for name in (type.replace("_", ""), *names)}
_GAP = re.compile(r"\[\[(.+?)\]\]")
_PERCENT = re.compile(r"^%(-?\d+(?:\.\d+)?)%")


def is_known(heading: str) -> bool:
    return _key(heading) in _BY_HEADING


def is_sheet(text: str) -> bool:
    """Whether the first line names the columns of questions."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    named = max(
        ({_BY_HEADING.get(_key(cell)) for cell in first.split(separator)} for separator in SEPARATORS),
        key=lambda columns: len(columns - {None}),
    )
    return "question" in named and len(named - {None}) > 1


def read_sheet(table: Table) -> Findings:
    """Raises FileRefused if it has no column of questions."""
    places, notes = _places(table.header)
    findings = Findings(notes=[*table.notes, *notes])
    for row in table.rows:
        cells = {column: unprotect(_cell(row, place).strip()) for column, place in places.items()}
        try:
            findings.questions.append(_found(row, cells))
        except NotTaken as error:
            findings.refused.append(
                Refused(row.line, titled(cells.get("title", ""), cells["question"])[:80], str(error))
            )
    return findings


def _places(header: Sequence[str]) -> tuple[dict[str, int], list[str]]:
    places: dict[str, int] = {}
    notes = []
    for place, heading in enumerate(header):
        column = _BY_HEADING.get(_key(heading))
        if column in places:
            raise FileRefused(
                _("There are two columns for the same: “%(one)s” and “%(other)s”.")
                % {"one": header[places[column]], "other": heading}
            )
        elif column:
            places[column] = place
        elif heading.strip():
            notes.append(_("The column “%(name)s” is not known and was not read.") % {"name": heading.strip()[:60]})
    if missing := [column for column in NEEDED if column not in places]:
        raise FileRefused(_("There is no column “%(name)s” in the first line.") % {"name": missing[0].title()})
    return places, notes


def _key(heading: str) -> str:
    return re.sub(r"[\s_\-\ufeff\"'*]", "", heading).casefold()


def _cell(row: Row, place: int) -> str:
    return row.cells[place] if place < len(row.cells) else ""


def _found(row: Row, cells: dict[str, str]) -> Found:
    type_ = _type(cells)
    if not cells["question"]:
        raise NotTaken(_("There is no question in this row."))
    notes: list[str] = []
    body = BODIES[type_](cells)
    asked = rich(cells["question"], "moodle")
    content = question(
        text="" if type_ in ("true_false", "gap") else asked,
        body={"type": type_, **body},
        points=decimal_of(cells["points"]) if cells.get("points") else Decimal(1),
        feedback=rich(cells.get("feedback", ""), "moodle"),
        tags=tags_of(re.split(r"[,|]", cells.get("tags", ""))),
    )
    if type_ in ("essay", "file", "true_false", "ordering", "gap") and cells.get("wrong"):
        notes.append(_("What stands under Wrong means nothing for this type, and is left out."))
    category = tuple(part.strip() for part in cells.get("category", "").split("/") if part.strip())
    return Found(row.line, titled(cells.get("title", ""), asked), content, category, notes=notes)


def _type(cells: dict[str, str]) -> str:
    """As it is called, or as it looks."""
    said = cells.get("type", "")
    if said:
        labels = {_key(str(kind.label)): name for name, kind in TYPES.items()}
        found = labels.get(_key(said)) or _BY_NAME.get(_key(said))
        if found not in BODIES:
            raise NotTaken(_("There are no questions of the type “%(type)s” here.") % {"type": said[:40]})
        return found
    elif cells.get("wrong"):
        return "single" if len(_entries(cells.get("right", ""))) == 1 else "multiple"
    elif _GAP.search(cells["question"]):
        return "gap"
    elif cells.get("right", "").casefold() in ("true", "false"):
        return "true_false"
    elif cells.get("right"):
        return "short"
    else:
        return "essay"


def _single(cells: dict[str, str]) -> dict[str, Any]:
    return {"options": _options(cells, Decimal(1), Decimal(0))}


def _multiple(cells: dict[str, str]) -> dict[str, Any]:
    """Each right one brings its part, each wrong one takes as much away."""
    part = (Decimal(1) / max(1, len(_entries(cells.get("right", ""))))).quantize(PLACES)
    options = _options(cells, part, -part)
    evened(options)
    return {"options": options}


def _options(cells: dict[str, str], right: Decimal, wrong: Decimal) -> list[dict[str, Any]]:
    if not _entries(cells.get("right", "")):
        raise NotTaken(_("There is no right answer."))
    rows = [(entry, right) for entry in _entries(cells["right"])]
    rows += [(entry, wrong) for entry in _entries(cells.get("wrong", ""))]
    return [
        {"id": key, "text": rich(text, "moodle"), "fraction": share}
        for key, (text, share) in zip(keys(), (_shared(*row) for row in rows), strict=False)
    ]


def _true_false(cells: dict[str, str]) -> dict[str, Any]:
    said = cells.get("right", "").casefold()
    if said not in TRUE | FALSE:
        raise NotTaken(_("Right has to be “true” or “false”."))
    return {"statements": [{"id": "p1", "text": rich(cells["question"], "moodle"), "is_true": said in TRUE}]}


def _short(cells: dict[str, str]) -> dict[str, Any]:
    rows = [_shared(entry, Decimal(1)) for entry in _entries(cells.get("right", ""))]
    rows += [_shared(entry, Decimal(0)) for entry in _entries(cells.get("wrong", ""))]
    return {"accepted": [{"text": text, "fraction": share} for text, share in rows]}


def _number(cells: dict[str, str]) -> dict[str, Any]:
    """3, 3:0.5 (give or take) or 2.5..3.5 (between)."""
    values = []
    for entry in _entries(cells.get("right", "")):
        text, share = _shared(entry, Decimal(1))
        if ".." in text:
            low, high = (decimal_of(part) for part in text.split("..", 1))
            value, tolerance = (low + high) / 2, abs(high - low) / 2
        else:
            number, _colon, margin = text.partition(":")
            value, tolerance = decimal_of(number), abs(decimal_of(margin or "0"))
        values.append({"value": value, "tolerance": tolerance, "fraction": share})
    return {"values": values}


def _matching(cells: dict[str, str]) -> dict[str, Any]:
    pairs = []
    for key, entry in zip(keys(), _entries(cells.get("right", "")), strict=False):
        left, arrow, right = entry.partition("->")
        if not arrow:
            raise NotTaken(_("A pair is written as “left -> right”; “%(text)s” is none.") % {"text": entry[:60]})
        pairs.append({"id": key, "left": rich(left.strip(), "moodle"), "right": right.strip()})
    return {"pairs": pairs, "others": _entries(cells.get("wrong", ""))}


def _ordering(cells: dict[str, str]) -> dict[str, Any]:
    entries = _entries(cells.get("right", ""))
    return {"steps": [{"id": key, "text": rich(text, "moodle")} for key, text in zip(keys(), entries, strict=False)]}


def _gap(cells: dict[str, str]) -> dict[str, Any]:
    """Gaps stand in the question: [[right|also right]]."""
    gaps: list[dict[str, Any]] = []

    def gap(match: re.Match[str]) -> str:
        rows = [_shared(entry, Decimal(1)) for entry in _entries(match[1])]
        accepted = [{"text": text, "fraction": share} for text, share in rows]
        gaps.append({"id": f"g{len(gaps) + 1}", "accepted": accepted})
        return f"[[g{len(gaps)}]]"

    text = _GAP.sub(gap, cells["question"])
    return {"text": rich(text, "moodle"), "gaps": gaps}


BODIES: dict[str, Callable[[dict[str, str]], dict[str, Any]]] = {
    "single": _single,
    "multiple": _multiple,
    "true_false": _true_false,
    "short": _short,
    "number": _number,
    "matching": _matching,
    "ordering": _ordering,
    "gap": _gap,
    "essay": lambda cells: {},
    "file": lambda cells: {},
}


def _entries(cell: str) -> list[str]:
    """What stands between bars; a backslash before a bar takes its meaning away."""
    parts = re.split(r"(?<!\\)\|", cell)
    return [part.replace("\\|", "|").strip() for part in parts if part.strip()]


def _shared(entry: str, usual: Decimal) -> tuple[str, Decimal]:
    """%50%text is worth half."""
    found = _PERCENT.match(entry)
    return (entry[found.end() :].strip(), as_share(found[1])) if found else (entry, usual)

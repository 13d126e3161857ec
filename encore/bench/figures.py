"""What was measured of a flow, and the tables that show it."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from encore.bench.flows import FLOWS, Flow

MISSING = "not there yet"


@dataclass
class Figures:
    """Of one flow at one size. Times in milliseconds, each request's; `database`: processor time of a database server
    beside, a request. `broken`: why it could not be measured."""

    flow: str
    statements: int = 0
    cpu: list[float] = field(default_factory=list)
    database: float = 0
    wall: list[float] = field(default_factory=list)
    html: int = 0
    wire: int = 0
    note: str = ""
    broken: str = ""

    @property
    def median(self) -> float:
        """Processor time of a request, application and database together."""
        return (statistics.median(self.cpu) if self.cpu else 0) + self.database

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "cpu_median": round(self.median, 2)}


Measured = Mapping[str, Mapping[str, Figures]]  # by size, by flow


def table(measured: Measured, hashing: Mapping[str, float]) -> list[list[str]]:
    """Rows of words: a heading and a row a flow. The last size is held against the budget."""
    sizes = list(measured)
    head = ["flow", "statements", "budget"]
    head += [f"CPU ms {size}" for size in sizes] + ["budget", "growth", "budget"]
    head += [f"wall ms {sizes[-1]}", "HTML KB", "wire KB", ""]
    return [head, *(_row(flow, measured, sizes, hashing) for flow in FLOWS if _any(flow, measured))]


def _any(flow: Flow, measured: Measured) -> bool:
    return any(flow.key in found for found in measured.values())


def _row(flow: Flow, measured: Measured, sizes: Sequence[str], hashing: Mapping[str, float]) -> list[str]:
    found = {size: measured[size][flow.key] for size in sizes if flow.key in measured[size]}
    last = found.get(sizes[-1]) or next(iter(found.values()))
    if last.broken:
        return [flow.label, *[""] * (len(sizes) + 8), last.broken]
    grown = growth(found)
    budget = flow.budget
    most = limit(flow, hashing.get(sizes[-1], 0))
    return [
        flow.label,
        str(last.statements),
        str(budget.statements) if budget and budget.statements else "–",
        *(spread(found[size].cpu, found[size].database) if size in found else "" for size in sizes),
        f"{most:.0f}" if most else "–",
        f"{grown:.2f}" if grown else "–",
        f"{budget.growth}" if budget and budget.growth else "–",
        spread(last.wall),
        f"{last.html / 1024:.0f}",
        f"{last.wire / 1024:.0f}",
        " ".join([*faults(flow, last, grown, most), last.note]).strip(),
    ]


def faults(flow: Flow, last: Figures, grown: float | None, most: float) -> list[str]:
    """In words: what is above its budget."""
    budget, said = flow.budget, list[str]()
    if budget and budget.statements and last.statements > budget.statements:
        said.append("STATEMENTS")
    if most and last.median > most:
        said.append("CPU")
    if budget and budget.growth and grown and grown > budget.growth and flow.key != "log-in":
        said.append("GROWTH")
    return said


def limit(flow: Flow, hashing: float) -> float:
    if flow.budget is None:
        return 0
    return flow.budget.cpu + (hashing * 1000 if flow.budget.hashed else 0)


def growth(found: Mapping[str, Figures]) -> float | None:
    """How many times dearer at the largest size than at the smallest."""
    medians = [figures.median for figures in found.values() if not figures.broken]
    return medians[-1] / medians[0] if len(medians) > 1 and medians[0] else None


def spread(values: Sequence[float], more: float = 0) -> str:
    """The median, with the least and the most."""
    if not values:
        return "–"
    low, middle, high = min(values) + more, statistics.median(values) + more, max(values) + more
    digits = 0 if middle >= 100 else 1
    return f"{middle:.{digits}f}" if len(values) == 1 else f"{middle:.{digits}f} ({low:.{digits}f}–{high:.{digits}f})"


def as_text(rows: Sequence[Sequence[str]]) -> str:
    widths = [max(len(row[n]) for row in rows) for n in range(len(rows[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def as_markdown(rows: Sequence[Sequence[str]]) -> str:
    return "\n".join([_line(rows[0]), _line(["---"] * len(rows[0])), *map(_line, rows[1:])])


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"

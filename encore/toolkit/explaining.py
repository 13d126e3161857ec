"""How a total was computed, in words and figures, line by line. Nothing is computed here: it tells what
toolkit.weighting found."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from encore.toolkit.totals import BookGrade, Figure, GradeBook, GradedItem, plain
from encore.toolkit.weighting import Line, Scheme, in_percent

SHOWN = 2  # decimals of shares and weights on the way; the total alone is rounded to be final


@dataclass(frozen=True)
class ShownLine:
    item: GradedItem
    grade: BookGrade | None
    line: Line
    url: str = ""

    @property
    def share(self) -> Decimal | None:
        return None if self.line.share is None else in_percent(self.line.share, SHOWN)

    @property
    def weight(self) -> str:
        return "" if self.line.share is None or self.line.why_not else decimal(self.line.weight)

    @property
    def why_not(self) -> str:
        """Why it plays no part; "" if it does."""
        return {
            "dropped": _("One of the lowest: left out"),
            "excused": _("Excused: left out"),
            "empty": _("Nothing yet: left out"),
            "not_counted": _("Does not count"),
            "no_points": _("No points to be had yet: left out"),
        }.get(self.line.why_not, "")

    @property
    def minimum(self) -> str:
        least = self.line.column.minimum
        if least is None:
            return ""
        elif self.line.misses_minimum:
            return _("Below the %(least)s %% that are needed to pass") % {"least": plain(least)}
        else:
            return _("At least %(least)s %% are needed to pass") % {"least": plain(least)}


@dataclass(frozen=True)
class ShownGroup:
    title: str
    lines: list[ShownLine]
    share: Decimal | None
    weight: str
    drops: int


def groups_of(
    book: GradeBook, enrolment: int, figure: Figure, url_of: Callable[[GradedItem], str] = lambda item: ""
) -> list[ShownGroup]:
    """The categories with what lies in them; then what lies in none, together. `url_of`: where each item leads."""
    items = {item.uuid: item for item in book.items}
    found, loose = [], []
    for group in figure.total.groups:
        lines = []
        for line in group.lines:
            item = items[line.column.item]
            lines.append(ShownLine(item, book.grades.get((enrolment, item.pk)), line, url_of(item)))
        if group.category is None:
            loose += lines
        else:
            share = None if group.share is None else in_percent(group.share, SHOWN)
            weight = "" if group.share is None else decimal(group.weight)
            found.append(ShownGroup(group.category.title, lines, share, weight, group.category.drop_lowest))
    if loose:
        title = _("In no category") if found else ""
        found.append(ShownGroup(title, loose, None, "", 0))
    return found


def rules_of(scheme: Scheme) -> list[str]:
    """The exact rule, sentence by sentence."""
    rules = [
        _("The share of a column is its points divided by the points to be had."),
        _("What has no weight of its own weighs as much as its points."),
        _(
            "A category is the sum of weight × share of its columns, divided by the sum of their weights; the total is "
            "the same over the categories and the columns in none."
        ),
    ]
    if any(column.extra for column in scheme.columns):
        rules.append(_("Extra credit adds to the sum of weight × share and not to the sum of the weights."))
    if any(category.drop_lowest for category in scheme.categories):
        rules.append(
            _("Where the lowest are dropped, the best one always stays; of equal ones the last one is dropped.")
        )
    if scheme.empty == "nothing":
        rules.append(_("What has no grade yet counts as nothing. What is excused is left out."))
    else:
        rules.append(_("What has no grade yet is left out, and so is what is excused."))
    rules.append(
        ngettext(
            "Everything is computed exactly; the total alone is rounded, half up, to %(n)d decimal.",
            "Everything is computed exactly; the total alone is rounded, half up, to %(n)d decimals.",
            scheme.decimals,
        )
        % {"n": scheme.decimals}
    )
    if scheme.pass_percent is not None:
        rules.append(_("A total of %(percent)s %% or more is a pass.") % {"percent": plain(scheme.pass_percent)})
    if any(column.minimum is not None for column in scheme.columns):
        rules.append(_("Nobody passes who is below the minimum of a column that has one."))
    return rules


def sum_of(figure: Figure) -> str:
    """The last step as one line of arithmetic: (60 × 80 % + 40 × 90 %) / 100."""
    above: list[str] = []
    below = Fraction(0)
    for group in figure.total.groups:
        alone = group.lines[0] if group.category is None else None
        if group.share is None or (alone and alone.why_not):
            continue
        above.append(f"{decimal(group.weight)} × {in_percent(group.share, SHOWN)} %")
        below += 0 if alone and alone.column.extra else group.weight
    return f"({' + '.join(above)}) / {decimal(below)}" if above and below else ""


def decimal(exact: Fraction) -> str:
    """A weight, to two places where it does not come out even."""
    return plain(in_percent(exact / 100, SHOWN))


def columns_by_category(book: GradeBook) -> list[tuple[str, Sequence[GradedItem]]]:
    """The columns as they stand in the table: those of each category together, in its order; then the others."""
    found: list[tuple[str, Sequence[GradedItem]]] = []
    for category in book.scheme.categories:
        items = [item for item in book.items if book.column(item).category == category.id]
        if items:
            found.append((category.title, items))
    loose = [item for item in book.items if book.column(item).category is None]
    return [*found, ("", loose)] if loose else found

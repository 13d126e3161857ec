"""What becomes of a grade by what stands in a cell of a file: nothing, a change, or a refusal with its reason."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.utils.translation import gettext as _

from encore.ledger.models import PlanRow
from encore.toolkit.grading import PLACES
from encore.toolkit.totals import BookGrade, GradedItem, plain

Does = PlanRow.Action
NUMBER = re.compile(r"[+-]?\d{1,9}(?:[.,]\d{1,20})?")  # a spreadsheet writes 14.100000000000001
EXCUSED = "excused"


@dataclass(frozen=True)
class Verdict:
    """What happens to one grade. `before` and `after`: as they are said; `points` and `excused`: what is new, None for
    what stays; `override`: the points take the place of what a tool says."""

    does: str = Does.NOTHING
    why: str = ""
    before: str = ""
    after: str = ""
    points: Decimal | None = None
    override: bool = False
    excused: bool | None = None

    @property
    def needs_reason(self) -> bool:
        return self.override or self.excused is not None

    def stored(self) -> dict[str, Any]:
        """As it is compared with what is true when the plan is applied."""
        points = None if self.points is None else str(self.points)
        return {**vars(self), "does": str(self.does), "points": points}


def judge(text: str, item: GradedItem, grade: BookGrade | None, *, frozen: bool) -> Verdict:
    """`frozen`: the grades are signed off. An empty cell changes nothing."""
    text, before = text.strip(), said(grade)
    if not text:
        return Verdict(before=before)
    excused = grade is not None and grade.excused
    if text.casefold() in (EXCUSED, _("excused").casefold()):
        wanted = Verdict(Does.CHANGE, before=before, after=EXCUSED, excused=True)
        return Verdict(before=before) if excused else _unless(frozen, wanted)
    points = points_in(text, item)
    if points is None:
        return _refused(before, text, _("“%(text)s” is no number.") % {"text": text[:40]})
    counts = grade.counts if grade is not None else None
    if points == counts:
        wanted = Verdict(Does.CHANGE, before=before, after=plain(points), excused=False)
        return _unless(frozen, wanted) if excused else Verdict(before=before)
    if why := _why_not(points, item, grade):
        return _refused(before, plain(points), why)
    override = item.by_hand is None or (grade is not None and grade.override is not None)
    taken_in = False if excused else None
    return _unless(frozen, Verdict(Does.CHANGE, "", before, plain(points), points, override, taken_in))


def points_in(text: str, item: GradedItem) -> Decimal | None:
    """A number with a point or a comma, or a word of the column's scale; None for anything else."""
    word = item.by_hand.points_of(text) if item.by_hand else None
    if word is None and not (text.isascii() and NUMBER.fullmatch(text)):
        return None
    points = Decimal(text.replace(",", ".")) if word is None else word
    return points.quantize(PLACES, ROUND_HALF_UP)


def said(grade: BookGrade | None) -> str:
    if grade is None:
        return ""
    return EXCUSED if grade.excused else plain(grade.counts)


def _why_not(points: Decimal, item: GradedItem, grade: BookGrade | None) -> str:
    most = item.out_of if item.by_hand or grade is None or not grade.out_of else grade.out_of
    if not most:
        return _("Nothing has been graded in this column yet, so nobody knows how many points there are.")
    elif not 0 <= points <= most:
        return _("Give points from 0 to %(most)s.") % {"most": plain(most)}
    else:
        return ""


def _refused(before: str, after: str, why: str) -> Verdict:
    return Verdict(Does.REFUSE, why, before, after[:40])


def _unless(frozen: bool, wanted: Verdict) -> Verdict:
    if frozen:
        return _refused(wanted.before, wanted.after, _("The grades here are signed off. Lift that first."))
    else:
        return wanted

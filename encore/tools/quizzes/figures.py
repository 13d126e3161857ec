"""What answers tell about questions and tests, by classical test theory. Pure.

Every figure is reckoned over attempts, each a set of answers with their points. Where a figure has no meaning (too few
attempts, everybody alike), it is None. Sources, as far as a formula has a name of its own, stand with the functions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import correlation, fmean, pvariance

FEW = 10  # attempts below which figures do not tell much
BARS = 10
PART = 0.27


@dataclass(frozen=True)
class Given:
    """One answer. `points` is None until it is marked."""

    points: float | None
    out_of: float

    @property
    def share(self) -> float | None:
        return None if self.points is None or not self.out_of else self.points / self.out_of


Sheet = Mapping[int, Given]  # the answers of one attempt, by question


def facility(shares: Sequence[float]) -> float | None:
    """The facility index, or difficulty: the mean share of a question's points. 1 = everybody had all of them.

    For questions that are right or wrong it is the classical p (Lord & Novick 1968, chapter 15).
    """
    return fmean(shares) if shares else None


def discrimination(pairs: Sequence[tuple[float, float]]) -> float | None:
    """The corrected item–total correlation (Henrysson 1963): Pearson's r of the question's share with the share of the
    rest of the attempt, without the question itself. `pairs`: (share, rest), one an attempt."""
    shares, rests = [share for share, _rest in pairs], [rest for _share, rest in pairs]
    if len(pairs) < 3 or _alike(shares) or _alike(rests):
        return None
    return max(-1.0, min(1.0, correlation(shares, rests)))


def upper_lower(pairs: Sequence[tuple[float, float]]) -> float | None:
    """The discrimination index D: the mean share of the upper 27 % of attempts minus that of the lower 27 %, ordered by
    their totals (Kelley 1939: the groups that tell most). `pairs`: (share, total), one an attempt.

    Attempts of the same total at the border of a group count in part, so that their order makes no difference.
    """
    size = max(1, int(len(pairs) * PART + 0.5))
    if len(pairs) < 2 or _alike([total for _share, total in pairs]):
        return None
    upwards = sorted(pairs, key=lambda one: one[1])
    return _mean_of_first(upwards[::-1], size) - _mean_of_first(upwards, size)


def alpha(rows: Sequence[Sequence[float]]) -> float | None:
    """Reliability as Cronbach's alpha (Cronbach 1951): k / (k − 1) · (1 − sum of the questions' variances / variance of
    the totals). `rows`: the points of one attempt each, all for the same k questions in the same order."""
    k = len(rows[0]) if rows else 0
    totals = [sum(row) for row in rows]
    if k < 2 or len(rows) < 2 or _alike(totals):
        return None
    questions = sum(pvariance([row[n] for row in rows]) for n in range(k))
    return k / (k - 1) * (1 - questions / pvariance(totals))


def bars(shares: Sequence[float], count: int = BARS) -> list[int]:
    """How many shares fall into each of equal steps from 0 to 1; a border belongs to the step above, 1 to the last."""
    found = [0] * count
    for share in shares:
        found[min(count - 1, max(0, int(share * count + 1e-9)))] += 1
    return found


def all_marked(sheet: Sheet) -> bool:
    return all(given.points is not None for given in sheet.values())


def total_share(sheet: Sheet) -> float:
    """Of a marked attempt: never below nothing, whatever negative marks take away."""
    return max(0.0, _share(list(sheet.values())))


def shares_of(question: int, sheets: Sequence[Sheet]) -> list[float]:
    """What marked answers to a question got."""
    shares = (sheet[question].share for sheet in sheets if question in sheet)
    return [share for share in shares if share is not None]


def with_rest(question: int, sheets: Sequence[Sheet]) -> list[tuple[float, float]]:
    """(share, share of the rest) of each attempt that was asked this and more; `sheets` are marked."""
    return [
        (share, _share([given for other, given in sheet.items() if other != question]))
        for sheet in sheets
        if len(sheet) > 1 and question in sheet and (share := sheet[question].share) is not None
    ]


def with_total(question: int, sheets: Sequence[Sheet]) -> list[tuple[float, float]]:
    """(share, share of the whole) of each attempt that was asked this; `sheets` are marked."""
    return [
        (share, total_share(sheet))
        for sheet in sheets
        if question in sheet and (share := sheet[question].share) is not None
    ]


def reliability(sheets: Sequence[Sheet]) -> float | None:
    """Alpha, where all attempts were asked the same questions: with random draws there is none."""
    questions = sorted(sheets[0]) if sheets else []
    if any(sorted(sheet) != questions for sheet in sheets):
        return None
    return alpha([[sheet[question].points or 0.0 for question in questions] for sheet in sheets])


def _share(given: Sequence[Given]) -> float:
    out_of = sum(one.out_of for one in given)
    return sum(one.points or 0.0 for one in given) / out_of if out_of else 0.0


def _mean_of_first(pairs: Sequence[tuple[float, float]], size: int) -> float:
    """The mean share of the first so many; of those alike where the line is drawn, their mean for each place left."""
    border = pairs[size - 1][1]
    before = [share for share, total in pairs[:size] if total != border]
    tied = [share for share, total in pairs if total == border]
    return (sum(before) + fmean(tied) * (size - len(before))) / size


def _alike(values: Sequence[float]) -> bool:
    return max(values) - min(values) < 1e-12

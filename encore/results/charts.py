"""Charts, drawn on the server: plain values in, SVG out. The same figures stand in a table beside each of them.

Shapes take their colours from classes (assets/components/chart.css), so both themes fit and no style stands in a page.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

WIDTH, HEIGHT = 380, 160  # of histograms; the page fits them into its own width
LINE, WORDS, FIGURES = 28, 140, 50  # of bars: a line's height, room for its words, room for its figure
MANY = 8  # so many bars have no room for long words


class Bar(NamedTuple):
    """One bar: what it is called, how many, and the class of its colour."""

    label: str
    value: int
    tone: str = ""


@dataclass(frozen=True)
class Chart:
    """A drawing with its title, a sentence that says what it shows, and its figures."""

    title: str
    about: str
    bars: Sequence[Bar]
    svg: SafeString = field(default=mark_safe(""))

    @property
    def whole(self) -> int:
        return sum(bar.value for bar in self.bars)

    @property
    def rows(self) -> list[tuple[str, int, int]]:
        """For the table: what, how many, and how much of the whole in percent, rounded down."""
        return [(bar.label, bar.value, bar.value * 100 // self.whole if self.whole else 0) for bar in self.bars]


def bars(title: str, about: str, given: Iterable[Bar]) -> Chart:
    """Lying bars, one below the other, each with its words before and its figure behind."""
    shown = list(given)
    most, height, room = _most(shown), LINE * len(shown), WIDTH - WORDS - FIGURES
    lines = format_html_join(
        "",
        '<text class="chart-words" x="{}" y="{}">{}</text><rect class="chart-bar {}" x="{}" y="{}" width="{}"'
        ' height="{}"/><text class="chart-figure" x="{}" y="{}">{}</text>',
        (
            (
                *(0, n * LINE + 19, bar.label, _tone(bar)),
                *(WORDS, n * LINE + 5, length := _length(bar.value, most, room), LINE - 10),
                *(WORDS + length + 8, n * LINE + 19, bar.value),
            )
            for n, bar in enumerate(shown)
        ),
    )
    return Chart(title, about, shown, _drawn(title, about, WIDTH, height, lines))


def histogram(title: str, about: str, given: Iterable[Bar]) -> Chart:
    """Standing bars side by side over one base line, each with its figure above and its words below; of many ranges
    ("10–19"), only where they begin."""
    shown = list(given)
    words = [bar.label if len(shown) < MANY else bar.label.partition("–")[0] for bar in shown]
    most, room, wide = _most(shown), HEIGHT - 48, WIDTH / max(len(shown), 1)
    columns = format_html_join(
        "",
        '<rect class="chart-bar {}" x="{}" y="{}" width="{}" height="{}"/>'
        '<text class="chart-figure chart-middle" x="{}" y="{}">{}</text>'
        '<text class="chart-words chart-middle" x="{}" y="{}">{}</text>',
        (
            (
                *(_tone(bar), _short(n * wide + 3), top := HEIGHT - 24 - (tall := _length(bar.value, most, room))),
                *(_short(wide - 6), tall, _short((n + 0.5) * wide), top - 6, bar.value),
                *(_short((n + 0.5) * wide), HEIGHT - 6, words[n]),
            )
            for n, bar in enumerate(shown)
        ),
    )
    base = format_html('<path class="chart-base" d="M0 {}H{}"/>', HEIGHT - 24, WIDTH)
    return Chart(title, about, shown, _drawn(title, about, WIDTH, HEIGHT, columns + base))


def by_tens(percents: Iterable[int]) -> list[tuple[int, int, int]]:
    """How many percentages lie in each tenth: (from, to, how many); all of it, and more, lies in the last."""
    counts = [0] * 10
    for percent in percents:
        counts[min(max(percent, 0) // 10, 9)] += 1
    return [(n * 10, 100 if n == 9 else n * 10 + 9, count) for n, count in enumerate(counts)]


def by_quarters(percents: Iterable[tuple[int, int]]) -> list[int]:
    """How many have nothing, up to a quarter, a half, three quarters, less than all, all. Given as (percent, how
    many)."""
    counts = [0] * 6
    for percent, many in percents:
        counts[0 if percent <= 0 else 5 if percent >= 100 else 1 + min(percent - 1, 98) // 25] += many
    return counts


def _drawn(title: str, about: str, width: int, height: int, inside: SafeString) -> SafeString:
    return format_html(
        '<svg class="chart" viewBox="0 0 {} {}" role="img" aria-label="{}. {}">{}</svg>',
        *(width, max(height, 1), title, about, inside),
    )


def _most(shown: Sequence[Bar]) -> int:
    return max((bar.value for bar in shown), default=0)


def _length(value: int, most: int, room: int) -> int:
    """Nothing has no length; anything has some."""
    return max(2, value * room // most) if value else 0


def _short(figure: float) -> str:
    return f"{figure:.1f}".removesuffix(".0")


def _tone(bar: Bar) -> str:
    return f"chart-{bar.tone}" if bar.tone else ""

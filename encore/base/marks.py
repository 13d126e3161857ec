"""A course's own mark: a colour and a quilt of four shapes, drawn from its code, so that people find it by eye."""

from functools import lru_cache
from hashlib import blake2b

from django.utils.safestring import SafeString, mark_safe

HUES = 12
# Each shape fills one 20 × 20 corner of the mark; it is turned by quarters, so every course has its own arrangement.
SHAPES = (
    '<path d="M0 0h20A20 20 0 0 1 0 20z"/>',
    '<circle cx="10" cy="10" r="7"/>',
    '<path d="M0 0h20L0 20z"/>',
    '<path d="M0 0h20v7H0zM0 13h20v7H0z"/>',
    '<path d="M0 10a10 10 0 0 1 20 0z"/><path d="M0 20a10 10 0 0 1 20 0z"/>',
    '<path fill-rule="evenodd" d="M0 0h20A20 20 0 0 1 0 20zM0 0v9a9 9 0 0 0 9-9z"/>',
    '<path d="M10 0l10 10-10 10L0 10z"/>',
)
CORNERS = ((0, 0), (20, 0), (0, 20), (20, 20))


@lru_cache(maxsize=2048)
def draw_mark(code: str) -> SafeString:
    """The mark of the course with this code, as SVG that takes its size and colours from classes."""
    hue, *corners = blake2b(code.strip().casefold().encode(), digest_size=9).digest()
    shapes = "".join(_corner(place, corners[n * 2], corners[n * 2 + 1]) for n, place in enumerate(CORNERS))
    return mark_safe(  # noqa: S308  nothing of the code itself is written into the drawing
        f'<svg class="mark-drawing mark-hue-{hue % HUES}" viewBox="0 0 40 40" aria-hidden="true" focusable="false">'
        f'<rect class="mark-ground" width="40" height="40"/>{shapes}</svg>'
    )


def _corner(place: tuple[int, int], shape: int, turn: int) -> str:
    kind = "mark-strong" if turn & 4 else "mark-soft"
    turned = f"translate({place[0]} {place[1]}) rotate({turn % 4 * 90} 10 10)"
    return f'<g class="{kind}" transform="{turned}">{SHAPES[shape % len(SHAPES)]}</g>'

"""What the forms of a page send along unseen: stamps, digests, what was there before. An attack without them would be
stopped by being late, not by having no right to it."""

from __future__ import annotations

from html.parser import HTMLParser

LEFT_OUT = {"csrfmiddlewaretoken"}


class _Hidden(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, set[str]] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        words = dict(attrs)
        name, value = words.get("name"), words.get("value")
        if tag == "input" and words.get("type") == "hidden" and name and name not in LEFT_OUT:
            self.found.setdefault(name, set()).add(value or "")


def hidden_in(page: str) -> dict[str, str]:
    """The hidden fields that have one value on the whole page."""
    parser = _Hidden()
    parser.feed(page)
    return {name: next(iter(values)) for name, values in parser.found.items() if len(values) == 1}

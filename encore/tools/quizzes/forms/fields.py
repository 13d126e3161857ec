"""Fields of what authors write: short HTML, numbers as people write them, percentages, tags, lines."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from encore.base.html import clean_html
from encore.courses.context import Here
from encore.toolkit.rich_text import text_from, text_to_edit
from encore.tools.quizzes.questions.number import number_in, plain

_MARKUP = re.compile(
    r"</?(?:p|br|hr|h[2-4]|strong|b|em|i|u|s|sub|sup|code|pre|blockquote|[uo]l|li|a|img|table|caption|thead|tbody|t[rhd]|fig\w+)"
    r"(?:\s[^<>]*)?/?>",
    re.I,
)
_PLAIN = re.compile(r"</?p>|<br ?/?>", re.I)
PLACES = Decimal("0.00001")


class ShortHtmlField(forms.CharField):
    """A few words, written plainly; with tags in it, it is taken as HTML. Where there is JavaScript, it can become the
    editor (see `looks_rich`)."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.Textarea(attrs={"rows": 1, "class": "grows", "data-short-html": ""})
        super().__init__(**{"required": False, "max_length": 20_000, "widget": widget, **kwargs})
        self.widget.attrs.pop("maxlength", None)

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        return clean_html(text_from(text)) if _MARKUP.search(text) else _as_html(text)


def looks_rich(text: str) -> bool:
    """Whether a text of such a field is HTML that plain words cannot say."""
    return bool(_MARKUP.search(text or ""))


def short(here: Here, text: str) -> str:
    """HTML as a ShortHtmlField shows it: plain words where that says it all, else its source."""
    inside = re.sub(r"<br ?/?>", "\n", re.sub(r"</p>\s*<p>", "\n\n", text))
    words = html.unescape(re.sub(r"</?p>", "", inside)).strip()
    if _MARKUP.search(_PLAIN.sub("", text)) or _MARKUP.search(words):
        return text_to_edit(here, text)
    else:
        return words


def _as_html(text: str) -> str:
    paragraphs = [html.escape(part.strip(), quote=False) for part in re.split(r"\n\s*\n", text.replace("\r\n", "\n"))]
    paragraphs = [part.replace("\n", "<br>") for part in paragraphs if part]
    return clean_html(paragraphs[0] if len(paragraphs) == 1 else "".join(f"<p>{part}</p>" for part in paragraphs))


class NumberField(forms.CharField):
    """A number as people write it, with a point or a comma; None when empty. `least`, `most`; `places` at most."""

    def __init__(
        self,
        *,
        least: Decimal | int | None = None,
        most: Decimal | int | None = None,
        places: int = 12,
        **kwargs: Any,
    ) -> None:
        widget = forms.TextInput(attrs={"inputmode": "decimal", "size": 8, "autocomplete": "off"})
        super().__init__(**{"required": False, "max_length": 40, "widget": widget, **kwargs})
        self.least, self.most, self.places = least, most, places

    def clean(self, value: Any) -> Decimal | None:
        text = super().clean(value)
        if not text:
            return None
        number = number_in(text)
        if number is None or number.adjusted() > 17:
            raise forms.ValidationError(_("This is not a number."))
        number = number.quantize(Decimal(1).scaleb(-self.places), ROUND_HALF_UP)
        if self.least is not None and number < self.least:
            raise forms.ValidationError(_("At least %(n)s.") % {"n": plain(Decimal(self.least))})
        if self.most is not None and number > self.most:
            raise forms.ValidationError(_("At most %(n)s.") % {"n": plain(Decimal(self.most))})
        return number.normalize()


class WholeField(NumberField):
    """A whole number; None when empty."""

    def clean(self, value: Any) -> int | None:  # type: ignore[override]
        number = super().clean(value)
        if number is not None and number != int(number):
            raise forms.ValidationError(_("A whole number is needed."))
        return None if number is None else int(number)


class ShareField(NumberField):
    """A share of the points, written in percent."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"least": -100, "most": 100, "places": 3, "label": gettext_lazy("Points in %"), **kwargs})

    def clean(self, value: Any) -> Decimal | None:
        number = super().clean(value)
        return None if number is None else number / 100


def percent(share: Decimal) -> str:
    return plain(share * 100)


def shared_out(count: int) -> list[Decimal]:
    """The shares of `count` parts that count alike: together they are exactly 1."""
    each = (Decimal(1) / count).quantize(PLACES)
    return [Decimal(1) - each * (count - 1), *[each] * (count - 1)]


class LinesField(forms.CharField):
    """Several short texts, one a line."""

    def __init__(self, *, each: int = 500, **kwargs: Any) -> None:
        widget = forms.Textarea(attrs={"rows": 2, "class": "grows"})
        super().__init__(**{"required": False, "max_length": 50_000, "widget": widget, **kwargs})
        self.widget.attrs.pop("maxlength", None)
        self.each = each

    def clean(self, value: Any) -> list[str]:  # type: ignore[override]
        lines = [line.strip() for line in super().clean(value).splitlines()]
        lines = list(dict.fromkeys(line for line in lines if line))
        if any(len(line) > self.each for line in lines):
            raise forms.ValidationError(_("A line can have %(n)d characters at most.") % {"n": self.each})
        return lines


class TagsField(forms.CharField):
    """Words between commas."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"required": False, "max_length": 1000, "label": gettext_lazy("Tags"), **kwargs})

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list | tuple) else value

    def clean(self, value: Any) -> list[str]:  # type: ignore[override]
        tags = list(dict.fromkeys(tag.strip() for tag in super().clean(value).split(",") if tag.strip()))
        if any(len(tag) > 60 for tag in tags):
            raise forms.ValidationError(_("A tag can have 60 characters at most."))
        return tags


def choice(pairs: Sequence[tuple[str, Any]], **kwargs: Any) -> forms.ChoiceField:
    """A field to choose one of a few, which always has a value."""
    return forms.ChoiceField(choices=pairs, widget=forms.RadioSelect, **kwargs)

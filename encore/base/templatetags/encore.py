"""The tags and filters that every template has: time, states, icons, course marks, fields and addresses."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, tzinfo
from functools import lru_cache
from secrets import token_hex
from typing import Any

from django import template
from django.core.paginator import Page
from django.forms import BoundField
from django.template.context import Context
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.formats import localize
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from encore.base import display
from encore.base.fields import FieldLook, look_at
from encore.base.icons import draw, icon_for_file
from encore.base.marks import draw_mark
from encore.base.states import look_of

register = template.Library()

# Time


@register.simple_tag(takes_context=True)
def when(
    context: Context,
    instant: datetime | None,
    zone: tzinfo | str | None = None,
    *,
    relative: bool = False,
    date: bool = False,
) -> str | SafeString:
    """An instant in the reader's zone; with `zone`, that place's time stands beside it where it differs."""
    if not instant:
        return ""
    own = timezone.get_current_timezone()
    write = display.date_words if date else display.moment_words
    exact = display.exact_words(instant, own)
    if relative:
        words = display.relative_words(instant, _moment_of(context), own)
        inside = format_html(
            '<span aria-hidden="true">{}</span><span class="sr-only">{}, {}</span>', words, words, exact
        )
    else:
        inside = conditional_escape(write(instant, own))
    shown = format_html('<time datetime="{}" title="{}">{}</time>', instant.isoformat(), exact, inside)
    return format_html("{}{}", shown, _there(zone, lambda there: display.there_words(instant, own, there, date=date)))


@register.simple_tag
def dates(opens: datetime | None, closes: datetime | None, zone: tzinfo | str | None = None) -> SafeString:
    """A period in the reader's zone, its end exclusive; with `zone`, the dates as they are there where they differ."""
    own = display.period_words(opens, closes, timezone.get_current_timezone())

    def there(place: tzinfo) -> str:
        words = display.period_words(opens, closes, place)
        return "" if words == own else words

    return format_html('<span class="dates">{}{}</span>', own, _there(zone, there))


@register.simple_tag
def zone_note(zone: tzinfo | str | None) -> str | SafeString:
    """One line that says whose time a page speaks of, where that is not the reader's."""
    if not zone or str(zone) == str(timezone.get_current_timezone()):
        return ""
    else:
        words = _("This session keeps the time of %(place)s.") % {"place": display.zone_words(zone)}
        return format_html('<p class="zone-note">{}{}</p>', draw("clock"), words)


def _there(zone: tzinfo | str | None, write: Callable[[tzinfo], str]) -> str | SafeString:
    """What `write` says in that zone, in brackets; nothing where it is the reader's own or says the same."""
    if not zone or str(zone) == str(timezone.get_current_timezone()):
        return ""
    elif time := write(display.zone_of(zone)):
        words = _("%(time)s in %(place)s") % {"time": time, "place": display.zone_words(zone)}
        return format_html(' <span class="other-zone">({})</span>', words)
    else:
        return ""


def _moment_of(context: Context) -> datetime:
    """The moment the page speaks at: the view's `at`, else its place's, else the clock."""
    return context.get("at") or getattr(context.get("here"), "at", None) or timezone.now()  # noqa: TID251  a page is a view


# Looks


@register.simple_tag
def icon(name: str, classes: str = "") -> SafeString:
    """A Lucide icon, hidden from screen readers: a word always stands beside it."""
    return draw(name, classes)


@register.simple_tag
def state(name: str, label: str = "") -> SafeString:
    """The state of a thing: word, icon and colour, the same on every page."""
    return _draw_state(str(name), str(label), get_language())


@lru_cache(maxsize=1024)
def _draw_state(name: str, label: str, language: str | None) -> SafeString:
    look = look_of(name)
    words = label or look.word
    return format_html('<span class="state state-{}">{}<span>{}</span></span>', look.tone, draw(look.icon), words)


@register.simple_tag
def course_mark(course: Any, size: str = "md", picture: str = "") -> SafeString:
    """The course's picture, else the drawing made from its code. A course, or a code as text."""
    code = course if isinstance(course, str) else getattr(course, "code", "")
    picture = picture or getattr(course, "picture_url", "")
    if picture:
        drawing = format_html('<img class="mark-drawing" src="{}" alt="">', picture)
    else:
        drawing = draw_mark(str(code))
    return format_html('<span class="mark mark-{}">{}</span>', size, drawing)


@register.filter
def initials(name: Any) -> str:
    """The first letters of the first and last word of a name."""
    words = str(name or "").split()
    ends = words if len(words) < 2 else [words[0], words[-1]]
    return "".join(word[0] for word in ends).upper()


@register.filter
def file_icon(name: Any) -> str:
    """The name of the icon that goes with a file of this name."""
    return icon_for_file(str(name or ""))


@register.filter
def file_size(size: int | None) -> str:
    """12.3 KB"""
    return filesizeformat(size or 0)


@register.simple_tag
def percent_of(done: float | None, total: float | None) -> int:
    """How much of a whole is done, in whole percent, rounded down: 100 only when all is done."""
    return int(100 * float(done or 0) // float(total)) if total and float(total) else 0


@register.simple_tag
def progress(value: Any, maximum: Any, label: str, text: str = "", classes: str = "") -> SafeString:
    """How far something is, with the percentage or `text` in words ("none": the bar alone). The component writes this,
    too; in a list the tag is the quicker way."""
    done = percent_of(value, maximum)
    words = text or _("%(done)s%%") % {"done": done}
    beside = "" if text == "none" else format_html('<span class="progress-words">{}</span>', words)
    return format_html(
        '<div class="{}"><progress value="{}" max="{}" aria-label="{}">{}%</progress>{}</div>',
        f"progress {classes}".strip(),
        localize(value or 0),
        localize(maximum or 1),
        label,
        done,
        beside,
    )


# Addresses and attributes


@register.simple_tag(takes_context=True)
def query(context: Context, **changes: Any) -> str:
    """The page's query string with these changes; None or "" takes a name out."""
    values = context["request"].GET.copy()
    for name, value in changes.items():
        if value is None or value == "":
            values.pop(name, None)
        else:
            values[name] = value
    return f"?{values.urlencode()}"


@register.simple_tag(takes_context=True)
def query_to(context: Context, name: str, value: Any) -> str:
    """The page's query string with one name changed, where the name itself is a value."""
    return query(context, **{name: value})


@register.simple_tag(takes_context=True)
def kept_fields(context: Context, names: str) -> SafeString:
    """Hidden fields that carry these names of the query string through a GET form."""
    values = context["request"].GET
    pairs = ((name, value) for name in names.split() for value in values.getlist(name))
    return format_html_join("", '<input type="hidden" name="{}" value="{}">', pairs)


@register.simple_tag
def sort_direction(current: str, name: str) -> str:
    """How a column is sorted now, in the words of aria-sort."""
    if current == name:
        return "ascending"
    elif current == f"-{name}":
        return "descending"
    else:
        return "none"


@register.simple_tag
def next_sort(current: str, name: str, start: str = "") -> str:
    """The order that a click on a column's head gives: the other direction, else the column's own first one."""
    if current == name:
        return f"-{name}"
    elif current == f"-{name}":
        return name
    else:
        return f"-{name}" if start == "desc" else name


@register.simple_tag
def pages_of(page: Page) -> list[int | None]:
    """The numbers a pager shows: both ends and those around this page; None stands for a gap."""
    last = page.paginator.num_pages
    near = sorted({1, *range(page.number - 1, page.number + 2), last} & set(range(1, last + 1)))
    numbers: list[int | None] = []
    for number in near:
        if numbers and numbers[-1] and number - numbers[-1] > 1:
            numbers.append(None)
        numbers.append(number)
    return numbers


@register.simple_tag
def uid(prefix: str = "x") -> str:
    """An id nobody else in the page has, fragments that arrive later included."""
    return f"{prefix}-{token_hex(4)}"


@register.filter
def as_attributes(attrs: Mapping[str, Any]) -> SafeString:
    """What a component was given besides its own attributes, every value escaped; False and None are left out."""
    given = attrs.attrs_dict() if hasattr(attrs, "attrs_dict") else attrs
    written = [
        conditional_escape(name) if value is True else format_html('{}="{}"', name, value)
        for name, value in given.items()
        if value is not None and value is not False
    ]
    return mark_safe(" ".join(written))  # noqa: S308  each part was escaped above


@register.filter
def as_names(people: Any) -> str:
    """Names in a sentence: one, or several with commas."""
    if isinstance(people, str) or not isinstance(people, Iterable):
        return str(people or "")
    else:
        return ", ".join(str(person) for person in people)


@register.filter
def entry(mapping: Mapping[str, Any] | Any, name: str) -> Any:
    """What a dictionary or an object has under a name, else nothing."""
    return mapping.get(name) if isinstance(mapping, Mapping) else getattr(mapping, name, None)


# Forms


@register.simple_tag
def field_look(field: BoundField) -> FieldLook:
    """What a field's component needs to draw it: its kind, its control and its choices."""
    return look_at(field)


@register.simple_tag
def field_anchor(field: BoundField) -> str:
    """The id that a link from the summary of errors goes to: the control's, or the first of a list of choices."""
    return field.id_for_label or f"{field.auto_id}_0"

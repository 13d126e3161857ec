"""Instants and periods in words, in the reader's zone; the session's zone stands beside it where it differs."""

from datetime import datetime, timedelta, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _

MINUTE, HOUR = 60, 3600


def date_words(instant: datetime, zone: tzinfo) -> str:
    """24 Nov 2026"""
    return _date(instant, zone, get_language())


def moment_words(instant: datetime, zone: tzinfo) -> str:
    """24 Nov 2026, 10:00"""
    return _moment(instant, zone, get_language())


@lru_cache(maxsize=8192)
def _date(instant: datetime, zone: tzinfo, language: str | None) -> str:
    return date_format(instant.astimezone(zone), pgettext("format of a date", "j M Y"))


@lru_cache(maxsize=8192)
def _moment(instant: datetime, zone: tzinfo, language: str | None) -> str:
    return date_format(instant.astimezone(zone), pgettext("format of a date with its time", "j M Y, H:i"))


def exact_words(instant: datetime, zone: tzinfo) -> str:
    """Tuesday 24 November 2026, 10:00 (Brussels)"""
    words = date_format(instant.astimezone(zone), pgettext("long format of a date with its time", "l j F Y, H:i"))
    return _("%(moment)s (%(place)s)") % {"moment": words, "place": zone_words(zone)}


def there_words(instant: datetime, own: tzinfo, there: tzinfo, *, date: bool) -> str:
    """What an instant is called in another zone: its time alone on the same day, nothing if both say the same."""
    wall, own_wall = instant.astimezone(there), instant.astimezone(own)
    if wall.replace(tzinfo=None) == own_wall.replace(tzinfo=None):
        return ""
    elif wall.date() == own_wall.date():
        return "" if date else date_format(wall, pgettext("format of a time", "H:i"))
    else:
        return date_words(instant, there) if date else moment_words(instant, there)


def zone_words(zone: tzinfo | str) -> str:
    """The place that a zone is named after: Brussels for Europe/Brussels."""
    return str(zone).rpartition("/")[2].replace("_", " ")


def zone_of(zone: tzinfo | str | None) -> tzinfo:
    """A zone given as an object or by its name; the reader's where none is given."""
    if not zone:
        return timezone.get_current_timezone()
    elif isinstance(zone, str):
        return ZoneInfo(zone)
    else:
        return zone


def relative_words(instant: datetime, at: datetime, zone: tzinfo) -> str:
    """How far an instant is from `at`, as people say it: days are calendar days on the reader's wall."""
    seconds = round((instant - at).total_seconds())
    days = (instant.astimezone(zone).date() - at.astimezone(zone).date()).days
    if abs(seconds) < MINUTE:
        return _("now")
    elif abs(seconds) < HOUR:
        return _ahead_or_ago(seconds, seconds // MINUTE if seconds > 0 else -(-seconds // MINUTE), "minute")
    elif days == 0:
        return _ahead_or_ago(seconds, seconds // HOUR if seconds > 0 else -(-seconds // HOUR), "hour")
    elif days == 1:
        return _("tomorrow")
    elif days == -1:
        return _("yesterday")
    elif abs(days) < 21:
        return _ahead_or_ago(days, days, "day")
    elif abs(days) < 70:
        return _ahead_or_ago(days, int(days / 7), "week")
    elif abs(days) < 700:
        return _ahead_or_ago(days, int(days / 30.4), "month")
    else:
        return _ahead_or_ago(days, int(days / 365.25), "year")


def _ahead_or_ago(sign: float, count: int, unit: str) -> str:
    n = abs(count)
    ahead = {
        "minute": lambda: ngettext("in %(n)s minute", "in %(n)s minutes", n),
        "hour": lambda: ngettext("in %(n)s hour", "in %(n)s hours", n),
        "day": lambda: ngettext("in %(n)s day", "in %(n)s days", n),
        "week": lambda: ngettext("in %(n)s week", "in %(n)s weeks", n),
        "month": lambda: ngettext("in %(n)s month", "in %(n)s months", n),
        "year": lambda: ngettext("in %(n)s year", "in %(n)s years", n),
    }
    ago = {
        "minute": lambda: ngettext("%(n)s minute ago", "%(n)s minutes ago", n),
        "hour": lambda: ngettext("%(n)s hour ago", "%(n)s hours ago", n),
        "day": lambda: ngettext("%(n)s day ago", "%(n)s days ago", n),
        "week": lambda: ngettext("%(n)s week ago", "%(n)s weeks ago", n),
        "month": lambda: ngettext("%(n)s month ago", "%(n)s months ago", n),
        "year": lambda: ngettext("%(n)s year ago", "%(n)s years ago", n),
    }
    words = ahead[unit]() if sign > 0 else ago[unit]()
    return words % {"n": n}


def period_words(opens: datetime | None, closes: datetime | None, zone: tzinfo) -> str:
    """A period with an exclusive end, in one zone. An end at midnight is the day before it, as it was typed."""
    if opens and closes:
        return _join(start_words(opens, zone), end_words(closes, zone))
    elif opens:
        return _("From %(start)s") % {"start": start_words(opens, zone)}
    elif closes:
        return _("Until %(end)s") % {"end": end_words(closes, zone)}
    else:
        return _("Always open")


def start_words(opens: datetime, zone: tzinfo) -> str:
    """A start: 24 Nov 2026 where it is a midnight, else with its time."""
    return date_words(opens, zone) if _is_midnight(opens, zone) else moment_words(opens, zone)


def end_words(closes: datetime, zone: tzinfo) -> str:
    """An exclusive end: the last day where it is a midnight, else with its time."""
    if _is_midnight(closes, zone):
        # A second earlier is the day that was meant, however long that day was.
        return date_words(closes - timedelta(seconds=1), zone)
    else:
        return moment_words(closes, zone)


def _join(start: str, end: str) -> str:
    if start == end:
        return start
    else:
        return _shared_year_dropped(start, end)


def _shared_year_dropped(start: str, end: str) -> str:
    """1 Jan – 31 Mar 2027 rather than 1 Jan 2027 – 31 Mar 2027: the second year says it for both."""
    year = end[-4:]
    if "," not in start + end and year.isdigit() and start.endswith(f" {year}"):
        start = start[:-5]
    return f"{start} – {end}"


def _is_midnight(instant: datetime, zone: tzinfo) -> bool:
    wall = instant.astimezone(zone)
    return (wall.hour, wall.minute, wall.second) == (0, 0, 0)

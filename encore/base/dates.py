"""Dates and times as people read them, in the reader's zone."""

from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format


def long_moment(instant: datetime) -> str:
    """An instant in the reader's zone: "12 March 2026, 08:00"."""
    local = timezone.localtime(instant)
    return f"{date_format(local, 'j F Y')}, {date_format(local, 'H:i')}"

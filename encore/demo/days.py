"""Days around the one on which the demo is made, by the wall clock of a zone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from encore.courses.rules import end_of_day, from_clock, start_of_day

MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July", "August"),
    *("September", "October", "November", "December"),
)


@dataclass(frozen=True)
class Days:
    """`n` counts days from today: -1 is yesterday."""

    at: datetime
    zone: ZoneInfo

    def day(self, n: int) -> date:
        return self.at.astimezone(self.zone).date() + timedelta(days=n)

    def start(self, n: int) -> datetime:
        return start_of_day(self.day(n), self.zone)

    def end(self, n: int) -> datetime:
        """The end of that day, as a session's last day is meant."""
        return end_of_day(self.day(n), self.zone)

    def clock(self, n: int, clock: str = "10:00") -> datetime:
        return from_clock(datetime.combine(self.day(n), time.fromisoformat(clock)), self.zone)

    def month(self, n: int) -> str:
        """The month of that day: "October 2026"."""
        day = self.day(n)
        return f"{MONTHS[day.month - 1]} {day.year}"

"""Random cases: a person, a session, a moment, as one line of JSON each: what `encore decide` reads, and `besides`.

`besides` holds what that command does not ask for: the spells of coaches, when the session is shown, locks, what
teachers see, an earlier enrolment, whether the HR manager follows the session or somebody in it. Dates lie where it
is delicate: at the moment asked about, a day or a second from it, at changes of the clock and around leap days.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from functools import cache
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

Case = dict[str, Any]
ZONES = (
    "UTC",
    "Europe/Brussels",
    "Europe/London",
    "America/New_York",
    "America/Santiago",  # clocks change at midnight
    "America/Havana",
    "America/St_Johns",
    "Africa/Casablanca",
    "Asia/Kathmandu",
    "Asia/Beirut",
    "Asia/Tehran",
    "Australia/Lord_Howe",  # by half an hour
    "Pacific/Apia",
    "Pacific/Kiritimati",
)
FIRST, LAST = datetime(2023, 6, 1, tzinfo=UTC), datetime(2029, 6, 1, tzinfo=UTC)
LEAP_DAYS = (datetime(2024, 2, 29, tzinfo=UTC), datetime(2028, 2, 29, tzinfo=UTC))
PLACE_ROLES = ("learner", "course_coach", "general_coach", "other_course_coach", "course_teacher", "hr_manager")
SPELLS = ("course_coach", "general_coach", "other_course_coach")
PERMISSIONS = ("all_sessions", "open_content", "see_results")


def line_of(case: Case) -> str:
    return json.dumps(case, separators=(",", ":"))


def complete(line: Case) -> Case:
    """A case that somebody wrote as for `encore decide`, with what it leaves out."""
    session = {
        **dict.fromkeys(("opens_at", "closes_at", "coach_opens_at", "coach_closes_at", "duration_days")),
        "time_zone": "UTC",
        "state": "published",
        "after_end": "read_only",
        "coach_days_before": 0,
        "coach_days_after": 0,
        **line["session"],
    }
    own = {"opens_at": None, "closes_at": None, "extra_days": 0, "first_entered_at": None}
    enrolment = {**own, **line["enrolment"]} if line.get("enrolment") else None
    return {"permissions": [], "excluded": False, **line, "session": session, "enrolment": enrolment}


def batches(count: int, seed: int, size: int = 20) -> list[list[Case]]:
    """Cases in batches of one person and one moment each."""
    random, found = Random(seed), []  # noqa: S311
    while count > 0:
        found.append(_batch(random, min(size, count)))
        count -= size
    return found


def _batch(random: Random, size: int) -> list[Case]:
    """Together they share what belongs to the person: the roles of the whole platform, and what the table permits."""
    at, platform = _moment(random), set()
    if random.random() < 0.12:
        platform.add("administrator")
    if random.random() < 0.3:
        platform.add("session_admin")
    if random.random() < 0.4:
        platform.add("hr_manager")
    permissions = [word for word in PERMISSIONS if random.random() < 0.35]
    return [_case(random, at, platform, permissions) for _ in range(size)]


def _case(random: Random, at: datetime, platform: set[str], permissions: list[str]) -> Case:
    zone = ZoneInfo(random.choice(ZONES))
    session = _session(random, at, zone)
    roles = [role for role in PLACE_ROLES if random.random() < (0.55 if role == "learner" else 0.18)]
    if "hr_manager" not in platform:
        roles = [role for role in roles if role != "hr_manager"]
    if "session_admin" in platform:
        roles.append("session_admin_owner" if random.random() < 0.3 else "session_admin")
    if "administrator" in platform:
        roles.append("administrator")
    enrolment = _enrolment(random, at, zone, session) if "learner" in roles and random.random() < 0.95 else None
    besides: dict[str, Any] = {}
    spells = {role: _spell(random, at, zone) for role in SPELLS if role in roles and random.random() < 0.4}
    if spells:
        besides["spells"] = spells
    if random.random() < 0.25:
        besides["shown"] = _bounds(random, at, zone)
    if "course_teacher" in roles and random.random() < 0.5:
        besides["teachers_see_results"] = True
    if locks := [lock for lock in ("tool_visibility", "coach_additions") if random.random() < 0.2]:
        besides["locks"] = locks
    if enrolment and random.random() < 0.2:
        besides["earlier"] = random.choice(("withdrawn", "completed"))
    if "hr_manager" in roles and random.random() < 0.4:
        besides["follows"] = "person"
    case = {
        "roles": roles or ["none"],
        "permissions": permissions,
        "session": session,
        "enrolment": enrolment,
        "excluded": enrolment is not None and random.random() < 0.15,
        "at": _text(at),
    }
    return {**case, "besides": besides} if besides else case


def _session(random: Random, at: datetime, zone: ZoneInfo) -> dict[str, Any]:
    kind = random.choices(("dates", "duration", "endless"), (6, 3, 1))[0]
    opens, closes = _bounds(random, at, zone) if kind == "dates" else (None, None)
    coach_opens, coach_closes = _bounds(random, at, zone) if random.random() < 0.25 else (None, None)
    return {
        "time_zone": zone.key,
        "state": random.choices(("published", "draft", "cancelled", "archived"), (7, 1, 1, 1))[0],
        "opens_at": opens,
        "closes_at": closes,
        "coach_days_before": random.choice((0, 0, 1, 7)),
        "coach_days_after": random.choice((0, 0, 1, 14, 366)),
        "coach_opens_at": coach_opens,
        "coach_closes_at": coach_closes,
        "duration_days": random.choice((0, 1, 2, 7, 30, 365)) if kind == "duration" else None,
        "after_end": random.choice(("read_only", "open", "closed")),
    }


def _enrolment(random: Random, at: datetime, zone: ZoneInfo, session: dict[str, Any]) -> dict[str, Any]:
    opens, closes = _bounds(random, at, zone) if random.random() < 0.3 else (None, None)
    extra = random.choice((0, 0, 0, 1, 5, 30))
    first = None
    if random.random() < 0.7:
        days = (session["duration_days"] or 0) + extra
        first = _near(random, at - timedelta(days=days) if random.random() < 0.6 else at, zone)
    return {
        "state": random.choices(("active", "suspended", "withdrawn", "completed"), (7, 1, 1, 2))[0],
        "opens_at": opens,
        "closes_at": closes,
        "extra_days": extra,
        "first_entered_at": None if first is None else _text(first),
    }


def _spell(random: Random, at: datetime, zone: ZoneInfo) -> list[str | None]:
    return _bounds(random, at, zone)


def _bounds(random: Random, at: datetime, zone: ZoneInfo) -> list[str | None]:
    """A beginning and an end, one of them or both, in that order: the database refuses others."""
    ends = sorted({_near(random, at, zone), _near(random, at, zone)})
    if len(ends) == 2 and random.random() < 0.5:
        return [_text(end) for end in ends]
    return [_text(ends[0]), None] if random.random() < 0.5 else [None, _text(ends[0])]


def _near(random: Random, at: datetime, zone: ZoneInfo) -> datetime:
    """Often so that a window ends or begins at the very moment, sometimes after some days of extra time."""
    match random.randrange(6):
        case 0:
            return at + random.choice((-1, 0, 1)) * timedelta(seconds=1)
        case 1:
            days = random.choice((-366, -30, -14, -7, -5, -1, 1, 5, 7, 14, 30))
            wall = at.astimezone(zone).replace(tzinfo=None) + timedelta(days=days)
            return wall.replace(tzinfo=zone, fold=random.randrange(2)).astimezone(UTC)
        case 2:
            return at + timedelta(hours=random.randrange(-36, 37))
        case 3:
            midnight = at.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
            return (midnight + timedelta(days=random.randrange(-40, 41))).replace(tzinfo=zone).astimezone(UTC)
        case 4 if changes := _changes(zone.key):
            return random.choice(changes) + timedelta(minutes=random.choice((-90, -30, -1, 0, 1, 30, 90)))
        case _:
            return at + timedelta(minutes=random.randrange(-500_000, 500_000))


def _moment(random: Random) -> datetime:
    """Any moment, one near a change of some clock, or near the end of February of a leap year."""
    match random.randrange(4):
        case 0 | 1:
            changes = _changes(random.choice(ZONES)) or _changes("Europe/Brussels")
            return random.choice(changes) + timedelta(minutes=random.randrange(-1500, 1500))
        case 2:
            return random.choice(LEAP_DAYS) + timedelta(minutes=random.randrange(-1500, 3000))
        case _:
            return FIRST + timedelta(minutes=random.randrange(int((LAST - FIRST).total_seconds() // 60)))


@cache
def _changes(zone: str) -> tuple[datetime, ...]:
    """The instants at which the clock there changes, to the minute."""
    there, found, moment = ZoneInfo(zone), [], FIRST
    while moment < LAST:
        after = moment + timedelta(days=1)
        if moment.astimezone(there).utcoffset() != after.astimezone(there).utcoffset():
            low, high = moment, after
            while high - low > timedelta(minutes=1):
                middle = low + (high - low) // 2
                changed = middle.astimezone(there).utcoffset() != moment.astimezone(there).utcoffset()
                low, high = (low, middle) if changed else (middle, high)
            found.append(high.replace(second=0, microsecond=0))
        moment = after
    return tuple(found)


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")

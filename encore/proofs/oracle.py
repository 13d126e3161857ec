"""The access page of the design, read a second time: slow, plain, and without a line of `courses/rules.py`.

It reads a case (see `cases.py`) and says what every page and list should. Where the two readings differ, one of them
is wrong. Words are plain text here, so that not even the closed sets are shared.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

LEVELS = ("NONE", "LISTED", "READ", "WORK", "COACH", "MANAGE")
CONTENT, TALK, PEOPLE = "CONTENT", "TALK", "PEOPLE"
MOMENT = timedelta(microseconds=1)
# What each action takes: a level, a sight, and which lock of the session administrator forbids it to coaches.
ACTIONS: dict[str, tuple[str, str, str]] = {
    "open": ("READ", "", ""),
    "read_content": ("READ", CONTENT, ""),
    "read_talk": ("READ", TALK, ""),
    "see_people": ("READ", PEOPLE, ""),
    "submit": ("WORK", CONTENT, ""),
    "post": ("WORK", TALK, ""),
    "mark": ("COACH", PEOPLE, ""),
    "add_item": ("COACH", CONTENT, "coach_additions"),
    "own_version": ("COACH", CONTENT, "coach_additions"),
    "re_date": ("COACH", CONTENT, "coach_additions"),
    "hide": ("COACH", CONTENT, "tool_visibility"),
    "order": ("COACH", CONTENT, "tool_visibility"),
    "manage": ("MANAGE", "", ""),
}


class Row(NamedTuple):
    """What one row of the decision table says."""

    level: str
    reason: str
    sees: frozenset[str] = frozenset()


class Expected(NamedTuple):
    level: str
    sees: frozenset[str]
    reason: str
    since: datetime | None
    until: datetime | None


# What a case says


def instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text).astimezone(UTC)


def window_of_learner(case: dict[str, Any]) -> tuple[datetime | None, datetime | None]:
    session, own = case["session"], case["enrolment"]
    zone, extra = ZoneInfo(session["time_zone"]), own["extra_days"]
    opens = instant(own["opens_at"]) or instant(session["opens_at"])
    if own["closes_at"]:
        return opens, instant(own["closes_at"])
    elif session["duration_days"] is not None:
        first = instant(own["first_entered_at"])
        return opens, on_the_wall(first, session["duration_days"] + extra, zone) if first else None
    else:
        closes = instant(session["closes_at"])
        return opens, on_the_wall(closes, extra, zone) if closes else None


def window_of_coaches(case: dict[str, Any]) -> tuple[datetime | None, datetime | None]:
    session = case["session"]
    zone = ZoneInfo(session["time_zone"])
    opens, closes = instant(session["coach_opens_at"]), instant(session["coach_closes_at"])
    if opens is None and session["opens_at"]:
        opens = on_the_wall(instant(session["opens_at"]), -session["coach_days_before"], zone)
    if closes is None and session["closes_at"]:
        closes = on_the_wall(instant(session["closes_at"]), session["coach_days_after"], zone)
    return opens, closes


def on_the_wall(start: datetime | None, days: int, zone: ZoneInfo) -> datetime | None:
    """So many calendar days later by the clock on the wall there, found by trying."""
    if start is None or days == 0:
        return start
    wall = start.astimezone(zone).replace(tzinfo=None) + timedelta(days=days)
    # Every offset that is in force around then; of the instants that show this wall time the first one.
    around = [wall.replace(tzinfo=UTC) + timedelta(hours=hours) for hours in range(-30, 31)]
    offsets = {there.astimezone(zone).utcoffset() for there in around}
    tried = sorted((wall - offset).replace(tzinfo=UTC) for offset in offsets if offset is not None)
    shown = [there for there in tried if there.astimezone(zone).replace(tzinfo=None) == wall]
    if shown:
        return shown[0]
    # No clock ever shows it: later by the gap, which is what the clock showed with the offset before the change.
    before = max(there for there in around if there.astimezone(zone).replace(tzinfo=None) < wall)
    offset = before.astimezone(zone).utcoffset()
    assert offset is not None
    return (wall - offset).replace(tzinfo=UTC)


def phase(window: tuple[datetime | None, datetime | None], at: datetime) -> str:
    opens, closes = window
    if closes is not None and not at < closes:
        return "after"
    return "before" if opens is not None and at < opens else "inside"


# What the table says


def expected(case: dict[str, Any], *, whole: bool = False) -> Expected:
    """The answer for the course of the session; `whole`: for the session as a whole."""
    at = instant(case["at"])
    assert at is not None
    rows = list(rows_at(case, at, whole))
    best = highest(rows)
    level = best.level
    changes = sorted(
        bound
        for window in windows_of(case, whole)
        for bound in window
        if bound is not None and highest_at(case, bound, whole) != highest_at(case, bound - MOMENT, whole)
    )
    since = max((change for change in changes if change <= at), default=None)
    until = min((change for change in changes if change > at), default=None)
    return Expected(level, frozenset().union(*(row.sees for row in rows)), best.reason, since, until)


def highest_at(case: dict[str, Any], at: datetime, whole: bool) -> str:
    return highest(list(rows_at(case, at, whole))).level


def highest(rows: list[Row]) -> Row:
    """The highest level; of equal ones the first."""
    best = Row("NONE", "no_role")
    for row in reversed(rows):
        if LEVELS.index(row.level) >= LEVELS.index(best.level):
            best = row
    return best


def windows_of(case: dict[str, Any], whole: bool) -> Iterator[tuple[datetime | None, datetime | None]]:
    if is_learner(case):
        yield window_of_learner(case)
    if any(role in case["roles"] for role in ("course_coach", "general_coach", "other_course_coach")):
        yield window_of_coaches(case)
        for role in ("course_coach", "general_coach", "other_course_coach"):
            yield spell(case, role)


def is_learner(case: dict[str, Any]) -> bool:
    return "learner" in case["roles"] and case["enrolment"] is not None


def spell(case: dict[str, Any], role: str) -> tuple[datetime | None, datetime | None]:
    from_at, until_at = case.get("besides", {}).get("spells", {}).get(role, (None, None))
    return instant(from_at), instant(until_at)


def holds(case: dict[str, Any], role: str, at: datetime) -> bool:
    return role in case["roles"] and phase(spell(case, role), at) == "inside"


def rows_at(case: dict[str, Any], at: datetime, whole: bool) -> Iterator[Row]:
    """In the order of the table: learner, coaches, coach of another course, teacher, HR manager, managers."""
    roles, state, besides = case["roles"], case["session"]["state"], case.get("besides", {})
    coaches = [role for role in ("course_coach", "general_coach") if holds(case, role, at)]
    elsewhere = holds(case, "other_course_coach", at)
    if whole and elsewhere:  # the session's own page is also theirs
        coaches, elsewhere = [*coaches, "other_course_coach"], False
    if is_learner(case):
        yield learner_row(case, at, whole)
    if coaches:
        yield coach_row(case, at)
    if elsewhere:
        yield at_most("LISTED", Row("LISTED", "other_course"), state, draft=True)
    if "course_teacher" in roles:
        results = besides.get("teachers_see_results", False) and not whole
        sees = {CONTENT, TALK, PEOPLE} if results else {CONTENT}
        yield at_most("LISTED", Row("READ", "teaches", frozenset(sees)), state)
    if "hr_manager" in roles:
        yield at_most("LISTED", Row("LISTED", "follows"), state)
    if runs(case):
        sees = set()
        if "open_content" in case.get("permissions", ()):
            sees |= {CONTENT}
        if "see_results" in case.get("permissions", ()):
            sees |= {TALK, PEOPLE}
        yield Row("MANAGE", "manages", frozenset(sees))
    if "administrator" in roles:
        yield Row("MANAGE", "manages", frozenset({CONTENT, TALK, PEOPLE}))
    yield Row("NONE", "no_role")


def runs(case: dict[str, Any]) -> bool:
    every = "session_admin" in case["roles"] and "all_sessions" in case.get("permissions", ())
    return every or "session_admin_owner" in case["roles"]


def learner_row(case: dict[str, Any], at: datetime, whole: bool) -> Row:
    state, own = case["session"]["state"], case["enrolment"]["state"]
    if case["excluded"] and not whole:
        return Row("NONE", "excluded")
    now = phase(window_of_learner(case), at)
    full = "READ" if own == "completed" else "WORK"
    if own in ("suspended", "withdrawn"):
        level, reason = "LISTED", own
    elif now == "before":
        level, reason = "LISTED", "not_yet"
    elif now == "inside":
        level, reason = full, "completed" if own == "completed" else running(case)
    else:
        level, reason = {"read_only": "READ", "open": full, "closed": "LISTED"}[after_end(case)], "ended"
    return at_most("LISTED", Row(level, reason, frozenset({CONTENT, TALK})), state)


def coach_row(case: dict[str, Any], at: datetime) -> Row:
    now = phase(window_of_coaches(case), at)
    if now == "before":
        row = Row("LISTED", "not_yet")
    elif now == "inside":
        row = Row("COACH", running(case), frozenset({CONTENT, TALK, PEOPLE}))
    elif after_end(case) == "open":
        row = Row("COACH", "ended", frozenset({CONTENT, TALK, PEOPLE}))
    else:
        row = Row({"read_only": "READ", "closed": "LISTED"}[after_end(case)], "ended", frozenset({CONTENT, TALK}))
    row = at_most("READ", row, case["session"]["state"], draft=True)
    # At READ, a coach whose window is over no longer sees people.
    return row if row.level == "COACH" or now == "inside" else row._replace(sees=row.sees - {PEOPLE})


def running(case: dict[str, Any]) -> str:
    return "open" if case["session"]["duration_days"] is None else "duration_running"


def after_end(case: dict[str, Any]) -> str:
    return case["session"]["after_end"]


def at_most(archived: str, row: Row, state: str, *, draft: bool = False) -> Row:
    """The row under what the session's state leaves to the role. `draft`: whether it is theirs while it is a draft."""
    cap = {"published": "MANAGE", "draft": "MANAGE" if draft else "NONE", "cancelled": "LISTED", "archived": archived}
    if LEVELS.index(row.level) > LEVELS.index(cap[state]):
        row = row._replace(level=cap[state], reason=state)
    return row if LEVELS.index(row.level) >= LEVELS.index("READ") else row._replace(sees=frozenset())


# My sessions, and what one may do


def list_expected(case: dict[str, Any]) -> str | None:
    at, session = instant(case["at"]), case["session"]
    assert at is not None
    given = set()
    if is_learner(case) and session["state"] != "draft" and phase(shown(case), at) == "inside":
        over = case["enrolment"]["state"] in ("completed", "withdrawn")
        given.add("past" if over else list_by(window_of_learner(case), session, at))
    if any(holds(case, role, at) for role in ("course_coach", "general_coach", "other_course_coach")):
        given.add(list_by(window_of_coaches(case), session, at))
    for name in ("current", "upcoming", "past"):
        if name in given:
            return name
    return None


def shown(case: dict[str, Any]) -> tuple[datetime | None, datetime | None]:
    from_at, until_at = case.get("besides", {}).get("shown", (None, None))
    return instant(from_at), instant(until_at)


def list_by(window: tuple[datetime | None, datetime | None], session: dict[str, Any], at: datetime) -> str:
    if session["state"] in ("cancelled", "archived"):
        return "past"
    return {"before": "upcoming", "inside": "current", "after": "past"}[phase(window, at)]


def allowed(case: dict[str, Any], answer: Expected) -> set[str]:
    """The actions that the level, the sights and the locks leave."""
    locks = case.get("besides", {}).get("locks", ())
    return {
        action
        for action, (level, sight, lock) in ACTIONS.items()
        if LEVELS.index(answer.level) >= LEVELS.index(level)
        and (not sight or sight in answer.sees)
        and (lock not in locks or answer.level == "MANAGE")
    }


def door(answer: Expected) -> int:
    """What the page of the course answers: 404 where one may know nothing, 403 with the reason, or 200."""
    if answer.level == "NONE":
        return 404
    return 200 if LEVELS.index(answer.level) >= LEVELS.index("READ") and CONTENT in answer.sees else 403

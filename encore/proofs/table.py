"""The decision table as measured: each role, state and time asked at the door of the course's page, and of `may`."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from encore.courses.context import Here
from encore.courses.rules import Action
from encore.courses.words import Sight
from encore.proofs.asking import measured
from encore.proofs.cases import Case

STATES = ("published", "draft", "cancelled", "archived")
# Columns: the moment asked about, in a session from 1 March to 1 June 2027, and what it allows after its end.
TIMES = {
    "before": ("2027-02-01T12:00:00Z", "read_only"),
    "inside": ("2027-04-01T12:00:00Z", "read_only"),
    "after, `read_only`": ("2027-07-01T12:00:00Z", "read_only"),
    "after, `open`": ("2027-07-01T12:00:00Z", "open"),
    "after, `closed`": ("2027-07-01T12:00:00Z", "closed"),
}
SPELL_OVER = {"spells": {"course_coach": [None, "2027-01-01T00:00:00Z"]}}
# Rows: name, roles, what the platform permits, the enrolment's state, excluded, besides.
Role = tuple[str, list[str], list[str], str | None, bool, dict[str, Any]]
ROLES: list[Role] = [
    ("learner, active", ["learner"], [], "active", False, {}),
    ("learner, completed", ["learner"], [], "completed", False, {}),
    ("learner, suspended", ["learner"], [], "suspended", False, {}),
    ("learner, withdrawn", ["learner"], [], "withdrawn", False, {}),
    ("learner excluded from this course", ["learner"], [], "active", True, {}),
    ("learner role without an enrolment", ["learner"], [], None, False, {}),
    ("course coach", ["course_coach"], [], None, False, {}),
    ("course coach, locks set", ["course_coach"], [], None, False, {"locks": ["tool_visibility", "coach_additions"]}),
    ("substitute coach, spell over", ["course_coach"], [], None, False, SPELL_OVER),
    ("general coach", ["general_coach"], [], None, False, {}),
    ("coach of another course", ["other_course_coach"], [], None, False, {}),
    ("course teacher", ["course_teacher"], [], None, False, {}),
    ("course teacher who sees results", ["course_teacher"], [], None, False, {"teachers_see_results": True}),
    ("HR manager, follows the session", ["hr_manager"], [], None, False, {}),
    ("HR manager, follows a learner", ["hr_manager"], [], None, False, {"follows": "person"}),
    ("session administrator, owner", ["session_admin_owner"], [], None, False, {}),
    (
        "… who may open content and see results",
        ["session_admin_owner"],
        ["open_content", "see_results"],
        None,
        False,
        {},
    ),
    ("session administrator of others", ["session_admin"], [], None, False, {}),
    ("… who may run all sessions", ["session_admin"], ["all_sessions"], None, False, {}),
    ("administrator", ["administrator"], [], None, False, {}),
    ("anyone else", ["none"], [], None, False, {}),
]
SIGHTS = {Sight.CONTENT: "C", Sight.TALK: "T", Sight.PEOPLE: "P"}


def markdown() -> str:
    """The whole of it: one table for each state of the session, then what each answer allows."""
    cells = {key: (here, status) for key, here, status in _cells()}
    parts = [_table(state, cells) for state in STATES]
    return "\n\n".join([*parts, _actions([here for here, _status in cells.values()])])


def _cells() -> Iterator[tuple[tuple[str, str, str], Here, int]]:
    """Asked in batches of one person and one moment each."""
    keyed = [
        ((state, role[0], time), _case(state, role, *TIMES[time]))
        for state in STATES
        for role in ROLES
        for time in TIMES
    ]

    def person_and_moment(pair: tuple[Any, Case]) -> str:
        case = pair[1]
        platform = {"administrator", "session_admin", "session_admin_owner", "hr_manager"} & set(case["roles"])
        return repr((case["at"], sorted(platform), case["permissions"]))

    for _same, pairs in groupby(sorted(keyed, key=person_and_moment), key=person_and_moment):
        keys, cases = zip(*pairs, strict=True)
        for key, (here, status) in zip(keys, measured(list(cases)), strict=True):
            yield key, here, status


def _case(state: str, role: Role, at: str, after_end: str) -> Case:
    _name, roles, permissions, enrolled, excluded, besides = role
    own = {"opens_at": None, "closes_at": None, "extra_days": 0, "first_entered_at": None}
    return {
        "roles": roles,
        "permissions": permissions,
        "session": {
            "time_zone": "UTC",
            "state": state,
            "opens_at": "2027-03-01T00:00:00Z",
            "closes_at": "2027-06-01T00:00:00Z",
            "coach_days_before": 0,
            "coach_days_after": 0,
            "coach_opens_at": None,
            "coach_closes_at": None,
            "duration_days": None,
            "after_end": after_end,
        },
        "enrolment": {"state": enrolled, **own} if enrolled else None,
        "excluded": excluded,
        "at": at,
        "besides": besides,
    }


def _table(state: str, cells: dict[tuple[str, str, str], tuple[Here, int]]) -> str:
    lines = [f"**A session that is {state}**", "", f"| role | {' | '.join(TIMES)} |", f"|---|{'---|' * len(TIMES)}"]
    for role in ROLES:
        told = [_cell(*cells[state, role[0], time]) for time in TIMES]
        lines.append(f"| {role[0]} | {' | '.join(told)} |")
    return "\n".join(lines)


def _cell(here: Here, status: int) -> str:
    sights = "".join(letter for sight, letter in SIGHTS.items() if here.sees(sight))
    return " ".join(word for word in (here.access.level.name, sights, str(status)) if word)


def _actions(heres: list[Here]) -> str:
    """For each level with its sights (and locks): what `may` allows. The same answer must always allow the same."""
    allowed: dict[tuple[int, str, str], set[str]] = {}
    for here in heres:
        sights = "".join(letter for sight, letter in SIGHTS.items() if here.sees(sight))
        locks = "locks set" if here.locks.tool_visibility else ""
        actions = ", ".join(str(action) for action in Action if here.may(action)) or "nothing"
        allowed.setdefault((int(here.access.level), sights, locks), set()).add(actions)
    lines = ["**What each answer allows**", "", "| level | sees | | allows |", "|---|---|---|---|"]
    for (level, sights, locks), answers in sorted(allowed.items()):
        name = next(here.access.level.name for here in heres if int(here.access.level) == level)
        lines.append(f"| {name} | {sights} | {locks} | {' OR '.join(sorted(answers))} |")
    return "\n".join(lines)

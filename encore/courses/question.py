"""A question to the rules, written as one line of JSON, and its answer: for support and for checks."""

import json
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache
from typing import Any, NoReturn, TypeVar
from zoneinfo import ZoneInfo, available_timezones

from django.utils.translation import gettext as _

from encore.courses.rules import BeyondTheCalendar, EnrolmentTerms, Spell, Standing, Terms, decide, list_of
from encore.courses.words import AfterEnd, EnrolmentState, SessionState
from encore.people.words import Permission

ROLES = (
    "learner",
    "course_coach",
    "general_coach",
    "other_course_coach",
    "session_admin_owner",
    "session_admin",
    "course_teacher",
    "hr_manager",
    "administrator",
    "none",
)
PERMISSIONS = (str(Permission.ALL_SESSIONS), str(Permission.OPEN_CONTENT), str(Permission.SEE_RESULTS))
Word = TypeVar("Word", bound=StrEnum)
Value = TypeVar("Value")


class BadQuestion(ValueError):
    """A line that cannot be answered, in a sentence that names the field."""


def answer_line(line: str) -> dict[str, Any]:
    """The answer to one line: the decision and the list, or `{"error": …}`. It never fails."""
    try:
        return answer(_read(line))
    except BadQuestion as error:
        return {"error": str(error)}
    except RecursionError:
        return {"error": _("The line is nested too deep to be read.")}


def answer(question: Mapping[str, Any]) -> dict[str, Any]:
    """The decision and the list for a question that is already an object. Raises `BadQuestion`."""
    _only(question, "", ("roles", "permissions", "session", "enrolment", "excluded", "at"))
    at = _instant(question, "", "at")
    if at is None:
        raise BadQuestion(_("at is missing. Give the moment that is asked about: 2026-09-01T08:00:00Z."))
    terms, standing = _terms(question), _standing(question)
    try:
        decision = decide(standing, terms, at)
        found = list_of(standing, terms, at)
    except BeyondTheCalendar:
        raise BadQuestion(
            _("With so many days the dates lie beyond the calendar, which ends with the year 9999.")
        ) from None
    return {
        "level": decision.level.name,
        "sees": sorted(sight.name for sight in decision.sees),
        "reason": str(decision.reason),
        "since": _print(decision.since),
        "until": _print(decision.until),
        "list": None if found is None else str(found),
    }


def _print(instant: datetime | None) -> str | None:
    return None if instant is None else instant.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"


# The parts of a question


def _terms(question: Mapping[str, Any]) -> Terms:
    session = _object(question, "session") or {}
    _only(
        session,
        "session",
        (
            "time_zone",
            "state",
            "opens_at",
            "closes_at",
            "coach_days_before",
            "coach_days_after",
            "coach_opens_at",
            "coach_closes_at",
            "duration_days",
            "after_end",
        ),
    )
    terms = Terms(
        zone=_zone(session),
        state=_word(session, "session", "state", SessionState) or SessionState.PUBLISHED,
        opens_at=_instant(session, "session", "opens_at"),
        closes_at=_instant(session, "session", "closes_at"),
        coach_days_before=_days(session, "session", "coach_days_before") or 0,
        coach_days_after=_days(session, "session", "coach_days_after") or 0,
        coach_opens_at=_instant(session, "session", "coach_opens_at"),
        coach_closes_at=_instant(session, "session", "coach_closes_at"),
        duration_days=_days(session, "session", "duration_days"),
        after_end=_word(session, "session", "after_end", AfterEnd) or AfterEnd.READ_ONLY,
    )
    if terms.duration_days is not None and (terms.opens_at is not None or terms.closes_at is not None):
        raise BadQuestion(
            _("session.duration_days stands together with dates: a session has either dates or a duration.")
        )
    return terms


def _standing(question: Mapping[str, Any]) -> Standing:
    roles, permissions, enrolment = _roles(question), _permissions(question), _enrolment(question)
    every = "session_admin" in roles and Permission.ALL_SESSIONS in permissions
    excluded = _value(question, "", "excluded", bool, _("true or false")) or False
    always = (Spell(),)
    return Standing(
        enrolment=enrolment if "learner" in roles else None,
        excluded=excluded,
        course_coach=always if "course_coach" in roles else (),
        general_coach=always if "general_coach" in roles else (),
        other_course_coach=always if "other_course_coach" in roles else (),
        course_teacher="course_teacher" in roles,
        follows="hr_manager" in roles,
        session_administrator="session_admin_owner" in roles or every,
        opens_content=Permission.OPEN_CONTENT in permissions,
        sees_results=Permission.SEE_RESULTS in permissions,
        administrator="administrator" in roles,
    )


def _roles(question: Mapping[str, Any]) -> Collection[str]:
    roles = _value(question, "", "roles", list, _("a list of words"))
    if roles is None:
        raise BadQuestion(_("roles is missing. Give a list of %(roles)s.") % {"roles": ", ".join(ROLES)})
    for role in roles:
        if role not in ROLES:
            raise BadQuestion(
                _("roles holds %(role)s, which is not a role. The roles are %(roles)s.")
                % {"role": _quote(role), "roles": ", ".join(ROLES)}
            )
    return roles


def _permissions(question: Mapping[str, Any]) -> Collection[str]:
    """What the platform's table permits to session administrators; nothing where the question says nothing."""
    permissions = _value(question, "", "permissions", list, _("a list of words"))
    for permission in permissions or ():
        if permission not in PERMISSIONS:
            raise BadQuestion(
                _("permissions holds %(permission)s, which is not one of %(permissions)s.")
                % {"permission": _quote(permission), "permissions": ", ".join(PERMISSIONS)}
            )
    return permissions or ()


def _enrolment(question: Mapping[str, Any]) -> EnrolmentTerms | None:
    enrolment = _object(question, "enrolment")
    if enrolment is None:
        return None
    _only(enrolment, "enrolment", ("state", "opens_at", "closes_at", "extra_days", "first_entered_at"))
    state = _word(enrolment, "enrolment", "state", EnrolmentState)
    if state is None:
        raise BadQuestion(
            _("enrolment.state is missing. Give one of %(words)s.") % {"words": ", ".join(EnrolmentState)}
        )
    return EnrolmentTerms(
        state=state,
        opens_at=_instant(enrolment, "enrolment", "opens_at"),
        closes_at=_instant(enrolment, "enrolment", "closes_at"),
        extra_days=_days(enrolment, "enrolment", "extra_days") or 0,
        first_entered_at=_instant(enrolment, "enrolment", "first_entered_at"),
    )


# Values: each is None where it is absent or null


def _read(line: str) -> Mapping[str, Any]:
    if not line.strip():
        raise BadQuestion(_("The line is empty. Each line holds one question as a JSON object."))
    try:
        question = json.loads(line, object_pairs_hook=_once, parse_constant=_no_constant)
    except BadQuestion:
        raise
    except json.JSONDecodeError as error:
        raise BadQuestion(
            _("The line is not JSON: %(what)s at character %(place)s.") % {"what": error.msg, "place": error.pos + 1}
        ) from None
    except ValueError:
        raise BadQuestion(_("The line holds a number with too many digits.")) from None
    if not isinstance(question, dict):
        raise BadQuestion(_("The line is %(value)s. It must be a JSON object.") % {"value": _quote(question)})
    return question


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise BadQuestion(_("%(key)s is given twice.") % {"key": _quote(key)})
        found[key] = value
    return found


def _no_constant(word: str) -> NoReturn:
    raise BadQuestion(_("The line is not JSON: %(word)s is not a number.") % {"word": word})


def _only(found: Mapping[str, Any], where: str, keys: Collection[str]) -> None:
    for key in found:
        if key not in keys:
            raise BadQuestion(
                _("%(key)s is not known here. The keys are %(keys)s.")
                % {"key": _quote(f"{where}.{key}" if where else key), "keys": ", ".join(keys)}
            )


def _value(found: Mapping[str, Any], where: str, key: str, kind: type[Value], wanted: str) -> Value | None:
    value = found.get(key)
    # Not isinstance: true is an int to Python, and not to anybody else.
    if value is None or type(value) is kind:
        return value
    else:
        raise _wrong(where, key, value, wanted)


def _object(found: Mapping[str, Any], key: str) -> Mapping[str, Any] | None:
    return _value(found, "", key, dict, _("an object"))


def _days(found: Mapping[str, Any], where: str, key: str) -> int | None:
    wanted = _("a whole number of days, 0 or more")
    days = _value(found, where, key, int, wanted)
    if days is not None and days < 0:
        raise _wrong(where, key, days, wanted)
    return days


def _word(found: Mapping[str, Any], where: str, key: str, words: type[Word]) -> Word | None:
    wanted = _("one of %(words)s") % {"words": ", ".join(words)}
    text = _value(found, where, key, str, wanted)
    try:
        return None if text is None else words(text)
    except ValueError:
        raise _wrong(where, key, text, wanted) from None


def _zone(session: Mapping[str, Any]) -> ZoneInfo:
    wanted = _("an IANA time zone such as Europe/Brussels")
    name = _value(session, "session", "time_zone", str, wanted)
    if name is None:
        return ZoneInfo("UTC")
    elif name in _zones():
        return ZoneInfo(name)
    else:
        raise _wrong("session", "time_zone", name, wanted)


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones()) - {"localtime"}  # this machine's own, which is nobody else's


def _instant(found: Mapping[str, Any], where: str, key: str) -> datetime | None:
    wanted = _("an instant with an offset, such as 2026-09-01T08:00:00Z or 2026-09-01T10:00:00+02:00")
    text = _value(found, where, key, str, wanted)
    if text is None:
        return None
    try:
        instant = datetime.fromisoformat(text).astimezone(UTC) if _has_offset(text) else None
    except (ValueError, OverflowError):
        instant = None
    if instant is None:
        raise _wrong(where, key, text, wanted)
    else:
        return instant


def _has_offset(text: str) -> bool:
    """Python also takes any character between day and time, and a time without an offset for that of this machine."""
    return any(between in text for between in "Tt ") and datetime.fromisoformat(text).tzinfo is not None


def _wrong(where: str, key: str, value: object, wanted: str) -> BadQuestion:
    return BadQuestion(
        _("%(field)s is %(value)s. It must be %(wanted)s.")
        % {"field": f"{where}.{key}" if where else key, "value": _quote(value), "wanted": wanted}
    )


def _quote(value: object) -> str:
    """The value as it stood in the line, cut where it is long."""
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else f"{text[:57]}..."

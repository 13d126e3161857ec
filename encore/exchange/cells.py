"""What stands in a cell: lists, courses with brackets, dates, words; and how Encore writes the same."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo

from django.conf import settings
from django.utils.translation import gettext as _

from encore.courses.rules import BeyondTheCalendar, end_of_day, from_clock, start_of_day
from encore.people.words import Role


class CellError(ValueError):
    """A cell that cannot be read. `str()` of it is a whole sentence for the person who wrote it."""


# Lists. A backslash takes its meaning from a sign that would end an entry: Encore writes it, other programs need not.

SIGNS = "\\|[],;"
ESCAPE = re.compile(r"([\\|\[\],;])")


def read_list(text: str, signs: str = "|") -> list[str]:
    """The entries of `a|b|c`, without empty and repeated ones; each of `signs` ends an entry."""
    if not text:
        return []
    entries = (entry.strip() for entry in _split(text, signs))
    return list(dict.fromkeys(_plain(entry) for entry in entries if entry))


def write_list(entries: Iterable[str]) -> str:
    return "|".join(ESCAPE.sub(r"\\\1", entry) for entry in entries)


def read_names(text: str) -> list[str]:
    """A list of usernames or codes, which hold no commas: other programs separate with them too."""
    seen: dict[str, str] = {}
    for name in read_list(text, "|,;"):
        seen.setdefault(name.lower(), name)
    return list(seen.values())


@dataclass
class CourseCell:
    """`CODE[coach1,coach2][user1,user2]`. `users` None: all of the session; empty: nobody."""

    code: str
    coaches: list[str] = field(default_factory=list)
    users: list[str] | None = None


NOBODY = "-"


def read_courses(text: str) -> list[CourseCell]:
    """The courses of a session with their coaches and users. Raises CellError."""
    courses: dict[str, CourseCell] = {}
    for part in _split(text, "|;", brackets=True):
        if not part.strip():
            continue
        code, brackets = _brackets(part)
        if code.lower() in courses:
            raise CellError(_("The course %(code)s is there twice.") % {"code": code})
        course = CourseCell(code)
        if brackets:
            course.coaches = read_names(brackets[0])
        if len(brackets) == 2 and brackets[1].strip():
            course.users = [] if brackets[1].strip() == NOBODY else read_names(brackets[1])
        courses[code.lower()] = course
    return list(courses.values())


def write_courses(courses: Iterable[CourseCell]) -> str:
    return "|".join(_write_course(course) for course in courses)


def _write_course(course: CourseCell) -> str:
    def inside(names: list[str]) -> str:
        return "[" + ",".join(ESCAPE.sub(r"\\\1", name) for name in names) + "]"

    text = ESCAPE.sub(r"\\\1", course.code)
    if course.coaches or course.users is not None:
        text += inside(course.coaches)
    if course.users is not None:
        text += inside(course.users or [NOBODY])
    return text


def _brackets(part: str) -> tuple[str, list[str]]:
    pieces = list(_split(part, "[]"))
    code, inside, between = _plain(pieces[0].strip()), pieces[1::2], pieces[2::2]
    if len(pieces) % 2 == 0:
        raise CellError(_("“%(part)s”: a bracket is opened and never closed.") % {"part": part.strip()[:80]})
    if not code or any(piece.strip() for piece in between) or len(inside) > 2:
        raise CellError(
            _("“%(part)s” cannot be read. Write CODE, CODE[coach1,coach2] or CODE[coach1,coach2][user1,user2].")
            % {"part": part.strip()[:80]}
        )
    return code, inside


def _split(text: str, signs: str, *, brackets: bool = False) -> Iterable[str]:
    """Cut at each of `signs` that no backslash stands before; with `brackets`, only outside of them."""
    part, depth, i = "", 0, 0
    while i < len(text):
        sign = text[i]
        if sign == "\\" and text[i + 1 : i + 2] in tuple(SIGNS):
            part += text[i : i + 2]
            i += 2
            continue
        if brackets and sign in "[]":
            depth += 1 if sign == "[" else -1
        if sign in signs and depth <= 0:
            yield part
            part = ""
        else:
            part += sign
        i += 1
    yield part


def _plain(text: str) -> str:
    return re.sub(r"\\([\\|\[\],;])", r"\1", text)


# Dates

DATE = re.compile(
    r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})"
    r"(?:[T ]+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,6}))?)?\s*(Z|[+-]\d{2}:?\d{2})?)?"
)


def read_when(text: str, zone: tzinfo, *, end: bool = False) -> datetime | None:
    """The instant a cell means by the clock of `zone`. A day alone is its start, or for an `end` its very end.

    None for an empty cell and for 0000-00-00, which other programs write for it. Raises CellError.
    """
    text = text.strip()
    if not text or re.fullmatch(r"0000[-/.]00[-/.]00.*", text):
        return None
    found = DATE.fullmatch(text)
    if not found:
        raise CellError(
            _("“%(text)s” is not a date we can read. Write 2026-12-31 or 2026-12-31 14:30.") % {"text": text[:40]}
        )
    year, month, day, hour, minute, second, fraction, offset = found.groups()
    try:
        whole = date(int(year), int(month), int(day))
        if hour is None:
            return end_of_day(whole, zone) if end else start_of_day(whole, zone)
        clock = time(int(hour), int(minute), int(second or 0), int((fraction or "0").ljust(6, "0")))
        wall = datetime.combine(whole, clock)
        return wall.replace(tzinfo=_offset(offset)).astimezone(UTC) if offset else from_clock(wall, zone)
    except (BeyondTheCalendar, OverflowError):
        raise CellError(_("%(text)s is too far away for a calendar.") % {"text": text[:40]}) from None
    except ValueError:
        raise CellError(_("There is no such day or time as %(text)s.") % {"text": text[:40]}) from None


def write_when(instant: datetime | None, zone: tzinfo, *, end: bool = False) -> str:
    """The shortest text that `read_when` reads as this instant."""
    if instant is None:
        return ""
    wall = instant.astimezone(zone).replace(tzinfo=None, fold=0)
    day = wall.date() - timedelta(days=1) if end else wall.date()
    for text in (day.isoformat(), f"{wall:%Y-%m-%d %H:%M}", f"{wall:%Y-%m-%d %H:%M:%S}"):
        if read_when(text, zone, end=end) == instant:
            return text
    return instant.astimezone(UTC).isoformat(" ")  # an hour that comes twice, or parts of a second


def _offset(text: str) -> tzinfo:
    if text == "Z":
        return UTC
    sign = -1 if text[0] == "-" else 1
    return timezone(sign * timedelta(hours=int(text[1:3]), minutes=int(text[-2:])))


# Words

STATUS: dict[str, Role | None] = {
    **dict.fromkeys(["user", "student", "learner", "5"], None),
    **dict.fromkeys(["teacher", "trainer", "coursemanager", "1"], Role.TEACHER),
    **dict.fromkeys(["sessionadmin", "sessionadministrator", "3"], Role.SESSION_ADMINISTRATOR),
    **dict.fromkeys(["drh", "hr", "hrm", "hrmanager", "humanresourcesmanager", "4"], Role.HR_MANAGER),
    **dict.fromkeys(["admin", "administrator", "platformadmin"], Role.ADMINISTRATOR),
}
WRITTEN_STATUS = {
    Role.ADMINISTRATOR: "administrator",
    Role.SESSION_ADMINISTRATOR: "sessionadmin",
    Role.TEACHER: "teacher",
    Role.HR_MANAGER: "drh",
}


def read_status(text: str) -> frozenset[Role]:
    """The roles that a status gives; several may be listed. Raises CellError for a word that nobody knows."""
    roles = set()
    for word in read_list(text, "|,;"):
        key = re.sub(r"[\s_-]", "", word).lower()
        if key not in STATUS:
            raise CellError(
                _("The status “%(word)s” is not known. Use user, teacher, drh, sessionadmin or administrator.")
                % {"word": word[:40]}
            )
        if role := STATUS[key]:
            roles.add(role)
    return frozenset(roles)


def write_status(roles: frozenset[Role]) -> str:
    return "|".join(WRITTEN_STATUS[role] for role in Role if role in roles) or "user"


# What other programs call a language.
LANGUAGES = {
    "arabic": "ar",
    "basque": "eu",
    "brazilian": "pt-br",
    "bulgarian": "bg",
    "catalan": "ca",
    "croatian": "hr",
    "czech": "cs",
    "danish": "da",
    "dutch": "nl",
    "english": "en",
    "finnish": "fi",
    "french": "fr",
    "galician": "gl",
    "german": "de",
    "greek": "el",
    "hebrew": "he",
    "hungarian": "hu",
    "indonesian": "id",
    "italian": "it",
    "japanese": "ja",
    "korean": "ko",
    "latvian": "lv",
    "lithuanian": "lt",
    "norwegian": "nb",
    "persian": "fa",
    "polish": "pl",
    "portuguese": "pt",
    "romanian": "ro",
    "russian": "ru",
    "serbian": "sr",
    "slovak": "sk",
    "slovenian": "sl",
    "spanish": "es",
    "swedish": "sv",
    "turkish": "tr",
    "ukrainian": "uk",
    "vietnamese": "vi",
}


def language_code(text: str) -> str:
    """`english`, `english2`, `EN`, `fr_FR` → the code. A word that is not known stays as it is, in lower case."""
    word = text.strip().lower().replace("_", "-")
    return LANGUAGES.get(word.rstrip("0123456789"), word)


def installed_language(text: str) -> str:
    """The code of a language people can choose here, "" if it is not among them."""
    code, installed = language_code(text), dict(settings.LANGUAGES)
    for candidate in (code, code.partition("-")[0]):
        if candidate in installed:
            return candidate
    return ""

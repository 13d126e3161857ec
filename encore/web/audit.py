"""Finds entries of the audit log. Paged by key and never counted: it only grows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet

from encore.base.text import fold
from encore.courses.models import CourseSession
from encore.ledger.models import AuditEntry

ROWS = 50
PORTION = 1000
SESSIONS = 200  # so many sessions whose titles fit are looked at
NUMBER = re.compile(r"#(\d{1,18})")


@dataclass(frozen=True)
class Sought:
    """What is asked of the log. `by` and `about` are ids of people; `session` is a number or words of a title."""

    q: str = ""
    by: int | None = None
    about: int | None = None
    verb: str = ""
    session: str = ""
    opens: datetime | None = None
    closes: datetime | None = None

    def __bool__(self) -> bool:
        return self != NOTHING


NOTHING = Sought()


def page_of(sought: Sought, *, before: int | None = None, size: int = ROWS) -> tuple[list[AuditEntry], int | None]:
    """The latest entries that fit, with whom they concern; and the id before which the next page goes on, if any."""
    found = _found(sought, before, size + 1)
    rows = AuditEntry.objects.filter(pk__in=found[:size]).select_related("by", "acting").order_by("-pk")
    entries = list(rows.prefetch_related("concerns"))
    return entries, found[size - 1] if len(found) > size else None


def all_of(sought: Sought) -> Iterator[list[AuditEntry]]:
    """Every entry that fits, the latest first, a portion at a time."""
    before: int | None = None
    while True:
        entries, before = page_of(sought, before=before, size=PORTION)
        yield entries
        if before is None:
            return


def verbs() -> list[str]:
    """The verbs that stand in the log. Hops through the index from each to the next, however many entries there are."""
    sql = """
        WITH RECURSIVE verbs(verb) AS (
            SELECT MIN(verb) FROM ledger_auditentry
            UNION ALL
            SELECT (SELECT MIN(entry.verb) FROM ledger_auditentry entry WHERE entry.verb > verbs.verb)
            FROM verbs WHERE verbs.verb IS NOT NULL
        )
        SELECT verb FROM verbs WHERE verb IS NOT NULL
    """
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return [verb for (verb,) in cursor.fetchall()]


def _found(sought: Sought, before: int | None, size: int) -> list[int]:
    """The ids of the latest `size` entries. Who did it is looked up in one index, who acted as somebody in another."""
    entries = _fitting(sought)
    if before is not None:
        entries = entries.filter(pk__lt=before)
    ways: list[Q] = [Q(by=sought.by), Q(acting=sought.by)] if sought.by is not None else [Q()]
    found = {pk for way in ways for pk in entries.filter(way).order_by("-pk").values_list("pk", flat=True)[:size]}
    return list(islice(sorted(found, reverse=True), size))


def _fitting(sought: Sought) -> QuerySet[AuditEntry]:
    entries = AuditEntry.objects.filter(_words(sought.q))
    if sought.about is not None:
        entries = entries.filter(concerns__person_id=sought.about)
    if sought.verb:
        entries = entries.filter(verb=sought.verb)
    if sought.session:
        entries = entries.filter(_session(sought.session))
    if sought.opens:
        entries = entries.filter(at__gte=sought.opens)
    if sought.closes:
        entries = entries.filter(at__lt=sought.closes)
    return entries


def _words(q: str) -> Q:
    """Each word in what the entry says, or in its verb; "#17" is the entry with this number."""
    if found := NUMBER.fullmatch(q.strip()):
        return Q(pk=int(found[1]))
    condition = Q()
    for word in fold(q).split():
        condition &= Q(detail__search_text__contains=word) | Q(verb__contains=word)
    return condition


def _session(words: str) -> Q:
    if words.isascii() and words.isdigit():
        return Q(course_session_id=int(words[:18]))
    sessions: QuerySet[Any] = CourseSession.objects.order_by()
    for word in fold(words).split():
        sessions = sessions.filter(search_text__contains=word)
    return Q(course_session_id__in=list(sessions.values_list("pk", flat=True)[:SESSIONS]))

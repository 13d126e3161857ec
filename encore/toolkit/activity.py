"""How often learners open things and how long they are at them. Gathered in the process and written in batches.

A process that is killed loses what it has gathered since it wrote last: seconds of activity, never results.
"""

from __future__ import annotations

import atexit
import logging
import threading
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import DatabaseError, IntegrityError, connection, transaction

from encore.courses.context import Here
from encore.courses.models import Enrolment
from encore.toolkit.models import Activity

MOST = 200  # entries gathered before they are written at once
LONGEST = timedelta(minutes=5)  # what a page tells at one time; it tells every three minutes
REMEMBERED = timedelta(minutes=10)

Key = tuple[int, int, int]  # session, enrolment, item
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Gathered:
    """What is to be added for one enrolment and item."""

    session_course: int
    opened: int
    seconds: int
    last_at: datetime
    counted_at: datetime | None = None

    def __add__(self, other: Gathered) -> Gathered:
        return replace(
            other,
            opened=self.opened + other.opened,
            seconds=self.seconds + other.seconds,
            last_at=max(self.last_at, other.last_at),
            counted_at=max(filter(None, (self.counted_at, other.counted_at)), default=None),
        )


def note_opened(item: int, here: Here, enrolment: Enrolment) -> None:
    """A learner has opened a page of an item."""
    key = (enrolment.session_id, enrolment.pk, item)
    _later(key, Gathered(here.session_course.pk, 1, 0, here.at))


def note_seconds(item: int, here: Here, seconds: int) -> int:
    """A page says for how long something was done on it. As many seconds as the clock allows are taken; how many."""
    if here.enrolment is None or not here.records:
        return 0
    key = (here.enrolment.session_id, here.enrolment.pk, item)
    taken = max(0, min(seconds, int((here.at - _told_until(key, here)).total_seconds())))
    if taken:
        with _LOCK:
            _TOLD[key] = here.at
        _later(key, Gathered(here.session_course.pk, 0, taken, here.at, here.at))
    return taken


def flush() -> int:
    """Write what this process has gathered. How many rows."""
    with _LOCK:
        entries = dict(_GATHERED)
        _GATHERED.clear()
    if not entries:
        return 0
    try:
        return _write(entries)
    except IntegrityError:
        log.exception("Activity names what is gone, and is left out.")
        return 0
    except DatabaseError:
        for key, entry in entries.items():
            _gather(key, entry)
        raise


def forget() -> None:
    """Throw away what this process has gathered: for tests, whose database begins anew."""
    with _LOCK:
        _GATHERED.clear()
        _TOLD.clear()


def _told_until(key: Key, here: Here) -> datetime:
    """The moment up to which seconds were told here, by this process or another; at most so long ago as may be told."""
    session, enrolment, item = key
    row = Activity.objects.filter(session=session, enrolment=enrolment, item=item)
    known = [here.at - LONGEST, _TOLD.get(key), row.values_list("counted_at", flat=True).first()]
    known.append(here.enrolment.first_entered_at if here.enrolment else None)
    return max(moment for moment in known if moment is not None)


def _later(key: Key, entry: Gathered) -> None:
    """Once the request's work is kept. Tests, whose transactions never end, gather at once and write by hand."""
    if settings.ACTIVITY_SECONDS:
        transaction.on_commit(lambda: _gather_and_write(key, entry))
    else:
        _gather(key, entry)


def _gather_and_write(key: Key, entry: Gathered) -> None:
    if _gather(key, entry) >= MOST:
        _WRITER.full.set()
    _WRITER.begin()


def _gather(key: Key, entry: Gathered) -> int:
    with _LOCK:
        _GATHERED[key] = _GATHERED[key] + entry if key in _GATHERED else entry
        return len(_GATHERED)


def _write(entries: dict[Key, Gathered]) -> int:
    """Two processes that add to the same rows both count: the database adds. In one order, so that neither waits for
    the other in vain. Who was transferred or left meanwhile is left out."""
    ids = {enrolment for _session, enrolment, _item in entries}
    with transaction.atomic():
        there = Enrolment.objects.filter(pk__in=ids).exclude(state=Enrolment.State.WITHDRAWN)
        live = set(there.values_list("session", "pk"))
        rows = [(key, entries[key]) for key in sorted(entries) if key[:2] in live]
        for start in range(0, len(rows), MOST):
            _add(rows[start : start + MOST])
    newest = max(entry.last_at for entry in entries.values())
    with _LOCK:
        for key in [key for key, told in _TOLD.items() if told < newest - REMEMBERED]:
            del _TOLD[key]
    return len(rows)


def _add(rows: list[tuple[Key, Gathered]]) -> None:
    table = connection.ops.quote_name(Activity._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} "  # noqa: S608  nothing in it comes from outside
            "(session_id, enrolment_id, item_id, session_course_id, opened, seconds, last_at, counted_at) "
            f"VALUES {', '.join(['(%s, %s, %s, %s, %s, %s, %s, %s)'] * len(rows))} "
            "ON CONFLICT (session_id, enrolment_id, item_id) DO UPDATE SET "
            f"opened = {table}.opened + excluded.opened, "
            f"seconds = {table}.seconds + excluded.seconds, "
            f"last_at = CASE WHEN excluded.last_at > {table}.last_at THEN excluded.last_at ELSE {table}.last_at END, "
            f"counted_at = COALESCE(excluded.counted_at, {table}.counted_at)",
            list(_values(rows)),
        )


def _values(rows: Iterable[tuple[Key, Gathered]]) -> Iterable[Any]:
    stored = Activity._meta.get_field("last_at").get_db_prep_value
    for key, entry in rows:
        yield from key
        yield from (entry.session_course, entry.opened, entry.seconds)
        yield from (stored(moment, connection) for moment in (entry.last_at, entry.counted_at))


class _Writer:
    """A thread that writes from time to time, from the first thing gathered in this process to its end."""

    def __init__(self) -> None:
        self.thread: threading.Thread | None = None
        self.full = threading.Event()

    def begin(self) -> None:
        with _LOCK:
            if self.thread is not None and self.thread.is_alive():
                return
            if self.thread is None:
                atexit.register(self.end)
            self.thread = threading.Thread(target=self._run, name="activity", daemon=True)
            self.thread.start()

    def end(self) -> None:
        try:
            flush()
        except DatabaseError:
            log.exception("Some seconds of activity are lost.")

    def _run(self) -> None:
        while seconds := settings.ACTIVITY_SECONDS:
            self.full.wait(seconds)
            self.full.clear()
            try:
                flush()
            except DatabaseError:
                log.warning("Activity could not be written now; it is tried again.", exc_info=True)
            finally:
                connection.close()


_LOCK = threading.RLock()
_GATHERED: dict[Key, Gathered] = {}
_TOLD: dict[Key, datetime] = {}  # when seconds were told last; what is older than some minutes is in the database
_WRITER = _Writer()

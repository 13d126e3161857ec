"""The worker: takes waiting jobs one after the other, keeps their heart beating, sends mail, does periodic duties.

Several may run, on one machine or many; a database row decides who has what. Why not a queue from elsewhere:
docs/decisions/0002-own-job-rows.md.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import DatabaseError, close_old_connections, connection, connections, transaction
from django.db.models import QuerySet
from django.utils import translation
from django.utils.translation import gettext as _

from encore.ledger.jobs import Interrupted, JobFailed, Progress, Stopped, TakenOver, bodies, discover, duties
from encore.ledger.mailing import send_waiting
from encore.ledger.models import DutyDone, Job
from encore.ledger.origin import Origin, coming_from

logger = logging.getLogger("encore.worker")

State = Job.State
STALE = timedelta(seconds=settings.JOB_STALE_SECONDS)
BEAT = 2.0  # seconds between two beats
ATTEMPTS = 5
TICK = 60.0  # seconds between two looks at the duties
IDLE = 1.0  # seconds between two looks for work

Clock = Callable[[], datetime]


class Worker:
    """One worker process. `stop()` lets it finish the step it is at."""

    def __init__(self, clock: Clock, *, heartbeat: bool = True) -> None:
        self.clock, self.heartbeat = clock, heartbeat
        self.stopping = threading.Event()
        self.progress: Progress | None = None
        self.next_tick = 0.0

    def run(self) -> None:
        """Work until told to stop."""
        discover()
        while not self.stopping.is_set():
            try:
                busy = self.turn()
            except DatabaseError:
                logger.exception("The database did not answer; trying again.")
                busy = False
            close_old_connections()
            if not busy:
                self.stopping.wait(IDLE)

    def drain(self) -> None:
        """Do everything there is to do now, then return."""
        discover()
        while self.turn() and not self.stopping.is_set():
            pass

    def turn(self) -> bool:
        """One job, the mail that waits, the duties that are due. Whether there was anything but duties."""
        if time.monotonic() >= self.next_tick:
            self.next_tick = time.monotonic() + TICK
            do_duties(self.clock())
        take_back(self.clock())
        job = claim(self.clock())
        if job:
            self.do(job)
        sent = send_waiting(self.clock())
        return job is not None or sent > 0

    def do(self, job: Job) -> None:
        """Run one claimed job to its end, whatever that is."""
        self.progress = OwnProgress(job, self.clock)
        if self.stopping.is_set():
            self.progress.why_stop = Interrupted
        heart = Heart(job, self.progress, self.clock) if self.heartbeat else None
        if heart:
            heart.start()
        try:
            state, message = outcome(job, self.progress)
        finally:
            if heart:
                heart.stop()
        finish(job, self.progress, state, message, self.clock())
        self.progress = None

    def stop(self) -> None:
        self.stopping.set()
        if self.progress:
            self.progress.why_stop = Interrupted


class OwnProgress(Progress):
    """The progress of a claimed job. The number of attempts is the proof of owning it."""

    def __init__(self, job: Job, clock: Clock) -> None:
        super().__init__(job.done, job.total, job.message)
        self.job, self.clock = job, clock

    def still_mine(self) -> None:
        # The heartbeat too: after a long transaction, during which nobody could write it, the job must not look dead.
        if not mine(self.job).update(done=self.done, total=self.total, heartbeat_at=self.clock()):
            raise TakenOver


class Heart(threading.Thread):
    """Says every few seconds that the job lives, how far it is, and listens whether it should stop.

    In its own database connection, so that progress shows while the body's transaction is open. Where the database
    has one writer (SQLite) a beat waits for that transaction, and so does everyone who could take the job away.
    """

    def __init__(self, job: Job, progress: Progress, clock: Clock) -> None:
        super().__init__(name=f"heart of job {job.pk}", daemon=True)
        self.job, self.progress, self.clock = job, progress, clock
        self.over = threading.Event()

    def run(self) -> None:
        try:
            while not self.over.wait(BEAT):
                self.beat()
        finally:
            connections.close_all()

    def beat(self) -> None:
        p = self.progress
        try:
            alive = mine(self.job).update(
                heartbeat_at=self.clock(), done=p.done, total=p.total, message=p.message[:2000]
            )
            if not alive:
                p.why_stop = TakenOver
            elif p.why_stop is None and Job.objects.filter(pk=self.job.pk, stop_asked=True).exists():
                p.why_stop = Stopped
        except DatabaseError:
            logger.info("Job %s: a beat was missed, the database was busy.", self.job.pk)

    def stop(self) -> None:
        self.over.set()
        self.join()


def claim(at: datetime) -> Job | None:
    """Take the oldest waiting job, so that nobody else has it."""
    waiting = Job.objects.filter(state=State.WAITING).order_by("id")
    if not waiting.exists():  # without a write lock
        return None
    with transaction.atomic():
        if connection.features.has_select_for_update_skip_locked:
            waiting = waiting.select_for_update(skip_locked=True)
        job = waiting.first()
        return job if job and take(job, at) else None


def take(job: Job, at: datetime) -> bool:
    """Make a waiting job this worker's; whether it worked."""
    attempts = job.attempts + 1
    taken = Job.objects.filter(pk=job.pk, state=State.WAITING, attempts=job.attempts).update(
        state=State.RUNNING, attempts=attempts, heartbeat_at=at, started_at=job.started_at or at
    )
    if taken:
        job.refresh_from_db()
    return bool(taken)


def take_back(at: datetime) -> None:
    """Let jobs whose worker died wait again; give up, in words, on one that killed its worker again and again."""
    dead = Job.objects.filter(state=State.RUNNING, heartbeat_at__lt=at - STALE)
    if not dead.exists():
        return
    for job in dead:
        same = Job.objects.filter(pk=job.pk, state=State.RUNNING, attempts=job.attempts, heartbeat_at=job.heartbeat_at)
        if job.stop_asked:
            same.update(state=State.CANCELLED, finished_at=at)
        elif job.attempts >= ATTEMPTS:
            same.update(
                state=State.FAILED,
                finished_at=at,
                message=_("This was started %(count)d times and never came to an end, so it was given up.")
                % {"count": job.attempts},
            )
        else:
            same.update(state=State.WAITING)
            logger.warning("Job %s: its worker died; it waits for another.", job.pk)


def outcome(job: Job, progress: Progress) -> tuple[str | None, str]:
    """Run the body: the state the job gets, with the sentence about it. None: it is not ours to say."""
    body = bodies.get(job.kind)
    if body is None:
        return State.FAILED, _("Nothing installed here can do this work (%(kind)s).") % {"kind": job.kind}
    language = getattr(job.by, "language", "") or settings.LANGUAGE_CODE
    try:
        with translation.override(language), coming_from(Origin(device=f"job {job.pk}", acting=lambda: job.acting_id)):
            message = body(job, progress)
        return State.DONE, progress.message if message is None else message
    except TakenOver:
        logger.warning("Job %s: another worker has it now.", job.pk)
        return None, ""
    except Interrupted:
        return State.WAITING, progress.message
    except Stopped:
        return State.CANCELLED, progress.message
    except JobFailed as error:
        return State.FAILED, str(error)
    except Exception:
        logger.exception("Job %s (%s) failed.", job.pk, job.kind)
        with translation.override(language):
            return State.FAILED, _(
                "Something went wrong, and nothing was lost. An administrator finds the cause in the log under "
                "“job %(number)s”."
            ) % {"number": job.pk}


def finish(job: Job, progress: Progress, state: str | None, message: str, at: datetime) -> None:
    """Write the end of a job down, unless another worker has it by now."""
    if state is None:
        return
    values = {"state": state, "message": message, "done": progress.done, "total": progress.total, "heartbeat_at": at}
    if state == State.WAITING:  # being interrupted is nobody's fault: it is not counted
        mine(job).update(**values, attempts=job.attempts - 1)
    else:
        mine(job).update(**values, finished_at=at)


def mine(job: Job) -> QuerySet[Job]:
    """The row of a job, as long as this worker has it."""
    return Job.objects.filter(pk=job.pk, state=State.RUNNING, attempts=job.attempts)


def do_duties(at: datetime) -> None:
    """Do each periodic duty that is due; of several workers one."""
    for duty in duties.values():
        DutyDone.objects.bulk_create([DutyDone(name=duty.name)], ignore_conflicts=True)
        due = at - timedelta(minutes=duty.minutes) + timedelta(seconds=TICK / 2)
        if DutyDone.objects.filter(name=duty.name, at__lte=due).update(at=at):
            try:
                duty.deed(at)
            except Exception:
                logger.exception("The duty %s failed; it is tried again in %s minutes.", duty.name, duty.minutes)

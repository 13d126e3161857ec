"""Work done later: the kinds of jobs and the periodic duties there are. Each package names its own in its jobs.py."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from django.utils.module_loading import autodiscover_modules

from encore.ledger.models import Job
from encore.ledger.sealing import EVERY, seal_waiting


class JobFailed(Exception):
    """The work cannot be done. `str()` of it is a whole, translated sentence for the person who waits for it."""


class Stopped(Exception):
    """A person asked the job to stop."""


class Interrupted(Exception):
    """The worker is shutting down: the job waits for the next one and goes on from `done`."""


class TakenOver(Exception):
    """Another worker has this job now: this one seemed dead. Whatever is not committed must not be."""


class Progress:
    """How far a job is. `show` tells, `step` tells and is the place where a job may be stopped or interrupted."""

    def __init__(self, done: int = 0, total: int = 0, message: str = "") -> None:
        self.done, self.total, self.message = done, total, message
        self.why_stop: type[Exception] | None = None

    def show(self, done: int | None = None, total: int | None = None, message: str | None = None) -> None:
        """Tell how far the work is. Cheap: somebody else writes it down from time to time."""
        self.done = self.done if done is None else done
        self.total = self.total if total is None else total
        self.message = self.message if message is None else message

    def step(self, done: int | None = None, total: int | None = None, message: str | None = None) -> None:
        """The same, between two steps: raises Stopped, Interrupted or TakenOver if the work must not go on."""
        self.show(done, total, message)
        if self.why_stop:
            raise self.why_stop

    def still_mine(self) -> None:
        """Inside a transaction, before its end: raises TakenOver if another worker has the job by now."""


Body = Callable[[Job, Progress], str | None]
AnyBody = TypeVar("AnyBody", bound=Body)
Deed = Callable[[datetime], None]
AnyDeed = TypeVar("AnyDeed", bound=Deed)


@dataclass(frozen=True)
class Duty:
    """Something done again and again, as long as any worker runs."""

    name: str
    minutes: int
    deed: Deed


bodies: dict[str, Body] = {}
duties: dict[str, Duty] = {}


def job(kind: str) -> Callable[[AnyBody], AnyBody]:
    """Register the body of a kind of job: `body(job, progress)`, returning a sentence about the result, or None.

    A body may run again after a killed worker: it does nothing twice, and goes on from `job.done`.
    """

    def register(body: AnyBody) -> AnyBody:
        bodies[kind] = body
        return body

    return register


def every(*, minutes: int) -> Callable[[AnyDeed], AnyDeed]:
    """Register a periodic duty `deed(at)`. Short and idempotent: longer work starts a job."""

    def register(deed: AnyDeed) -> AnyDeed:
        name = f"{deed.__module__}.{deed.__qualname__}"
        duties[name] = Duty(name, minutes, deed)
        return deed

    return register


def discover() -> None:
    """Load every package's jobs.py."""
    autodiscover_modules("jobs")


@every(minutes=EVERY)
def seal_audit_log(at: datetime) -> None:
    seal_waiting(at)

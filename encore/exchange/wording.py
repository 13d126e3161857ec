"""What a plan will do or has done, in sentences, and how its state and its job look."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from encore.exchange.queries import Action, counts_of
from encore.ledger.models import Job, Plan

State = Plan.State
LOOKS = {
    State.READY: "waiting",
    State.APPLYING: "running",
    State.APPLIED: "finished",
    State.STALE: "failed",
    State.DISCARDED: "stopped",
}
JOB_LOOKS = {Job.State.DONE: "finished", Job.State.CANCELLED: "stopped"}


def _additions(kind: str, n: int) -> str:
    """“Adds 24 people.” in the words of each kind of file."""
    words: dict[str, Callable[[], str]] = {
        "people": lambda: ngettext("Adds %(n)d person.", "Adds %(n)d people.", n),
        "courses": lambda: ngettext("Adds %(n)d course.", "Adds %(n)d courses.", n),
        "classes": lambda: ngettext("Adds %(n)d class.", "Adds %(n)d classes.", n),
        "class-people": lambda: ngettext("%(n)d person joins a class.", "%(n)d people join a class.", n),
        "sessions": lambda: ngettext("Adds %(n)d session.", "Adds %(n)d sessions.", n),
        "course-people": lambda: ngettext("%(n)d person joins a course.", "%(n)d people join a course.", n),
        "session-people": lambda: ngettext("Enrols %(n)d person.", "Enrols %(n)d people.", n),
    }
    plain = ngettext("Adds %(n)d row.", "Adds %(n)d rows.", n)
    return words.get(kind, lambda: plain)() % {"n": n}


def what_will_happen(plan: Plan) -> list[str]:
    """The sentences beside the main button."""
    counts = counts_of(plan)
    sentences = []
    if n := counts[Action.ADD]:
        sentences.append(_additions(plan.kind, n))
    if n := counts[Action.CHANGE]:
        sentences.append(ngettext("Changes %(n)d that exists.", "Changes %(n)d that exist.", n) % {"n": n})
    if n := counts[Action.REFUSE]:
        sentences.append(ngettext("%(n)d row is refused.", "%(n)d rows are refused.", n) % {"n": n})
    return sentences


def button_words(plan: Plan) -> str:
    """What the main button does; "" if there is nothing to do."""
    counts = counts_of(plan)
    facts = {"adds": counts[Action.ADD], "changes": counts[Action.CHANGE]}
    if facts["adds"] and facts["changes"]:
        return _("Add %(adds)d, change %(changes)d") % facts
    elif facts["adds"]:
        return _("Add %(adds)d") % facts
    elif facts["changes"]:
        return _("Change %(changes)d") % facts
    else:
        return ""


@dataclass(frozen=True)
class ShownJob:
    """A job as the progress component shows it."""

    state: str
    done: int
    total: int
    message: str
    is_over: bool


def shown_job(job: Job) -> ShownJob:
    return ShownJob(
        state=JOB_LOOKS.get(Job.State(job.state), job.state),
        done=job.done,
        total=job.total,
        message=job.message,
        is_over=job.is_over,
    )

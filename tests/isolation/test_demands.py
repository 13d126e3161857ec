"""What somebody may not do in a place, though they may do all the rest there: no route does it for them."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from django.db import transaction

from encore.courses import context
from encore.courses.rules import Action, Refusal, RefusalKind, may
from tests.isolation.addresses import Ask
from tests.isolation.walker import Walker

REFUSAL = Refusal(RefusalKind.LOCK, "Because", "coach_additions")
COACH, LEARNER = "coach of A-ONE", "learner of A"
# Which routes of a course of a session ask for what, by tool and name.
ASKING = {
    (COACH, Action.MARK): {
        "gradebook": {"column", "grade", "import", "import_plan", "import_removal", "sign"},
        "quizzes": {"mark_question"},
    },
    (COACH, Action.ADD_ITEM): {
        "description": {"place"},
        "documents": {"place", "upload_files", "upload_files_into"},
        "gradebook": {"place", "upload"},
        "links": {"place"},
        "quizzes": {"choose", "import", "import_plan", "import_removal", "place"},
    },
    (COACH, Action.OWN_VERSION): {
        "description": {"edit", "upload"},
        "documents": {"upload"},
        "gradebook": {"edit"},
        "links": {"upload"},
        "quizzes": {"choose", "edit"},
    },
    (COACH, Action.RE_DATE): {
        **{tool: {"dates"} for tool in ("description", "documents", "gradebook", "links")},
        "quizzes": {"dates", "exception", "settings"},
    },
    (COACH, Action.HIDE): {
        **{tool: {"visibility"} for tool in ("description", "documents", "gradebook", "links", "quizzes")},
        "tools": {"index"},
    },
    (LEARNER, Action.SUBMIT): {
        "quizzes": {"answers", "attempt", "check", "hand_in", "show", "upload_answer"},
    },
}


@pytest.mark.parametrize(("role", "action"), ASKING, ids=[f"{role}, {action}" for role, action in ASKING])
def test_what_is_refused_is_done_by_no_route(world, db, settings, monkeypatch, role, action):
    settings.DEBUG_PROPAGATE_EXCEPTIONS = True
    logging.disable(logging.ERROR)  # each refusal would be a line
    walker = Walker(world, role)
    asking = {f"session:{tool}:{name}" for tool, names in ASKING[role, action].items() for name in names}
    asks = {route.name: asks[0] for route, asks in walker.addresses.inside("A-ONE") if route.name in asking}
    allowed = {name: answers(walker, ask) for name, ask in asks.items()}

    monkeypatch.setattr(
        context, "may", lambda access, locks, asked: REFUSAL if asked is action else may(access, locks, asked)
    )
    refused = {name for name, ask in asks.items() if (403, True) in pairs(answers(walker, ask), allowed[name])}
    logging.disable(logging.NOTSET)

    assert refused == asking


def answers(walker: Walker, ask: Ask) -> list[int]:
    """The status for each form, with what the page itself sends along; whatever was done is taken back."""
    found = []
    for form in walker.forms:
        with transaction.atomic():
            sent: dict[str, Any] = {**form, **walker.hidden(ask.address)}
            found.append(walker.ask(ask, "POST", ask.address, data=sent).status_code)
            transaction.set_rollback(True)
    return found


def pairs(now: list[int], before: list[int]) -> set[tuple[int, bool]]:
    """Each status with whether it differs from what it was."""
    return {(status, status != was) for status, was in zip(now, before, strict=True)}

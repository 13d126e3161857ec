"""The list of tests, the page before a test, and trying one without leaving a trace."""

from __future__ import annotations

from datetime import datetime
from random import Random
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_safe

from encore.courses.actions.entering import enter
from encore.courses.context import Here
from encore.courses.rules import Action
from encore.courses.words import Access
from encore.toolkit.activity import note_opened
from encore.toolkit.decorators import in_tool
from encore.toolkit.offers import Offers
from encore.toolkit.outline import Entry, outline_in
from encore.toolkit.pages import closed_page, tool_page
from encore.toolkit.places import address, addresses
from encore.toolkit.registry import tool_named
from encore.tools.quizzes.actions.taking import begin, options_for, why_not_begin
from encore.tools.quizzes.content import Test
from encore.tools.quizzes.errors import CannotBegin
from encore.tools.quizzes.marking import has_passed
from encore.tools.quizzes.models import Attempt
from encore.tools.quizzes.options import TestOptions
from encore.tools.quizzes.queries import own_attempts, test_in
from encore.tools.quizzes.showing import shows
from encore.tools.quizzes.trying import try_out


@require_safe
@in_tool("quizzes")
def index(request: HttpRequest, here: Here) -> HttpResponse:
    enter(here)
    outline = outline_in(here, tool_named("quizzes"))
    offers = Offers(here, tool_named("quizzes")) if here.writes else None
    if offers:
        offers.lay(outline)
    page_of, preview = addresses(here, "quizzes:show"), addresses(here, "quizzes:preview")
    latest = {attempt.item_id: attempt for attempt in own_attempts(here).order_by("number")}
    for entry in outline:
        entry.url = page_of(entry.uuid) if entry.is_published else preview(entry.uuid)
        entry.attempt = latest.get(entry.pk)
    context = {
        "tests": outline.top,
        "kind": tool_named("quizzes").kind("test"),
        "adds": offers is not None and offers.adds,
        "orders": offers is not None and offers.orders,
        "changed": request.GET.get("changed", ""),
    }
    return tool_page(request, here, "quizzes/index.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@in_tool("quizzes")
def show(request: HttpRequest, here: Here, uuid: UUID) -> HttpResponse:
    """What the test is like and what was tried; a POST begins, or goes on."""
    entry = test_in(here, uuid)
    if not entry.is_published:
        return redirect(address(here, "quizzes:preview", uuid=uuid))
    elif entry.is_closed and not own_attempts(here).filter(item=entry.pk).exists():
        return closed_page(request, here, entry)
    said = ""
    if request.method == "POST":
        try:
            attempt = begin(here, entry, code=request.POST.get("code", ""), dates=entry.dates)  # type: ignore[arg-type]
            return redirect(address(here, "quizzes:attempt", attempt=attempt.uuid))
        except CannotBegin as error:
            said = str(error)
    if (enrolment := enter(here)) and request.method == "GET":
        note_opened(entry.pk, here, enrolment)
    return tool_page(request, here, "quizzes/show.html", _about(here, entry, said), status=422 if said else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@in_tool("quizzes", level=Access.READ)
def trial(request: HttpRequest, here: Here, uuid: UUID) -> HttpResponse:
    """For who teaches or coaches: the test as a learner would meet it. Sent answers are marked and forgotten."""
    entry = test_in(here, uuid)
    if here.enrolment is not None and not here.writes:
        return redirect(address(here, "quizzes:show", uuid=uuid))
    sent = request.POST if request.method == "POST" else None
    seed = request.GET.get("seed", "")
    seed = seed if seed.isascii() and seed.isdigit() and len(seed) < 18 else str(Random().randrange(10**9))  # noqa: S311
    sheet = try_out(here, entry, int(seed), sent)
    context = {"entry": entry, "title": entry.title, "sheet": sheet, "seed": seed, "sent": sent is not None}
    return tool_page(request, here, "quizzes/trial.html", context)


def _about(here: Here, entry: Entry | Any, said: str) -> dict[str, Any]:
    options, attempts = options_for(here, entry), list(own_attempts(here).filter(item=entry.pk).order_by("number"))
    running = next((attempt for attempt in attempts if attempt.state == Attempt.State.OPEN), None)
    why_not = "" if running else why_not_begin(options, entry.dates, len(attempts), at=here.at)
    offers = Offers(here, tool_named("quizzes")) if here.writes else None
    return {
        "entry": entry,
        "title": entry.title,
        "test": Test.read(entry.content),
        "options": options,
        "attempts": [_tried(attempt, entry.dates.closes, here) for attempt in attempts],
        "running": running,
        "left": None if options.attempts is None else max(0, options.attempts - len(attempts)),
        "begins": here.records and here.may(Action.SUBMIT) and not why_not,
        "learns": here.records,
        "why_not": why_not,
        "said": said,
        "offers": (offered := offers.of(entry) if offers else []),
        "may_write": any(offer.key == "edit" for offer in offered),
        "may_set": any(offer.key == "settings" for offer in offered),
    }


def _tried(attempt: Attempt, closes: datetime | None, here: Here) -> dict[str, Any]:
    """One attempt of the list, with as much of its result as may be shown now."""
    options = TestOptions.model_validate(attempt.settings)
    shown = shows(options, closes, here.at)
    return {
        "attempt": attempt,
        "score": shown.score,
        "later": shown.later,
        "passed": has_passed(attempt.points, attempt.out_of, options.pass_share) if shown.score else None,
    }

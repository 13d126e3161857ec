"""An attempt in progress: its pages, saving on the way, handing in."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from encore.courses.context import Here
from encore.courses.errors import CannotDo
from encore.courses.rules import Action
from encore.toolkit.decorators import in_tool
from encore.toolkit.pages import tool_page
from encore.toolkit.permission import require
from encore.toolkit.places import address
from encore.tools.quizzes.actions.checking import check_answer
from encore.tools.quizzes.actions.taking import Given, hand_in, is_over, move_on, save
from encore.tools.quizzes.errors import TimeIsUp
from encore.tools.quizzes.models import Attempt
from encore.tools.quizzes.options import TestOptions
from encore.tools.quizzes.queries import own_attempt
from encore.tools.quizzes.sheet import Row, Sheet, sheet_of


@require_http_methods(["GET", "HEAD", "POST"])
@in_tool("quizzes")
def page(request: HttpRequest, here: Here, attempt: UUID) -> HttpResponse:
    """A page of the attempt. A POST saves it and goes where the button leads."""
    found = own_attempt(here, attempt)
    if ended := _ended(request, here, found):
        return ended
    sheet, options = _sheet(found), TestOptions.model_validate(found.settings)
    at_page = _page(request, sheet, options)
    if request.method == "POST":
        return _answered(request, here, sheet, options, at_page)
    context = {
        "sheet": sheet,
        "rows": sheet.pages[at_page],
        "options": options,
        "at_page": at_page,
        "number": at_page + 1,
        "last": at_page == len(sheet.pages) - 1,
        "stamp": max((row.answer.stamp for row in sheet.pages[at_page]), default=0) + 1,
        "title": found.version.title,
        "attempt": found,
        "seconds": None if found.ends_at is None else max(0, int((found.ends_at - here.at).total_seconds())),
        "writes": here.records and here.may(Action.SUBMIT),
    }
    return tool_page(request, here, "quizzes/attempt.html", context)


@require_POST
@in_tool("quizzes")
def answers(request: HttpRequest, here: Here, attempt: UUID) -> HttpResponse:
    """Saves what a page holds, on the way; answers the stamp of the next save. 409: over, or saved in another tab."""
    found = own_attempt(here, attempt)
    require(here, Action.SUBMIT)
    sheet = _sheet(found)
    rows = sheet.pages[_page(request, sheet, TestOptions.model_validate(found.settings))]
    try:
        kept = _save(request, here, found, rows)
    except TimeIsUp as error:
        return JsonResponse({"said": str(error)}, status=409)
    return JsonResponse({"stamp": _stamp(request) + 1}, status=200 if kept else 409)


@require_POST
@in_tool("quizzes")
def check(request: HttpRequest, here: Here, attempt: UUID, position: int) -> HttpResponse:
    """Where feedback comes at once: saves the page, marks this one answer, which then stays."""
    found = own_attempt(here, attempt)
    require(here, Action.SUBMIT)
    if ended := _ended(request, here, found):
        return ended
    get_object_or_404(found.answers, position=position)
    at_page = page_with(found, position)
    try:
        save_page(request, here, found, position)
        check_answer(found, position, at=here.at)
    except CannotDo as error:
        messages.error(request, str(error))
    return redirect(f"{address(here, 'quizzes:attempt', attempt=attempt)}?page={at_page + 1}#q{position}")


@require_http_methods(["GET", "HEAD", "POST"])
@in_tool("quizzes")
def handing_in(request: HttpRequest, here: Here, attempt: UUID) -> HttpResponse:
    """Asks first and says what is still open."""
    found = own_attempt(here, attempt)
    if ended := _ended(request, here, found):
        return ended
    require(here, Action.SUBMIT)
    if request.method == "POST":
        hand_in(found, at=here.at)
        messages.success(request, _("Your test is handed in."))
        return redirect(address(here, "quizzes:result", attempt=attempt))
    sheet, options = _sheet(found), TestOptions.model_validate(found.settings)
    context = {"sheet": sheet, "attempt": found, "options": options, "title": found.version.title}
    return tool_page(request, here, "quizzes/hand_in.html", context)


def page_with(attempt: Attempt, position: int) -> int:
    """The page on which a question stands, from 0."""
    return _sheet(attempt).page_with(position)


def save_page(request: HttpRequest, here: Here, attempt: Attempt, position: int) -> None:
    """Save the page on which a question stands, before something else is done with it. Raises TimeIsUp."""
    sheet = _sheet(attempt)
    _save(request, here, attempt, sheet.pages[sheet.page_with(position)])


def _answered(request: HttpRequest, here: Here, sheet: Sheet, options: TestOptions, at_page: int) -> HttpResponse:
    require(here, Action.SUBMIT)
    attempt = sheet.attempt
    try:
        kept = _save(request, here, attempt, sheet.pages[at_page])
    except TimeIsUp as error:
        messages.warning(request, str(error))
        return redirect(address(here, "quizzes:attempt", attempt=attempt.uuid))
    if not kept:
        messages.warning(request, _("Some answers were changed in another tab meanwhile. What is saved stands here."))
        return redirect(f"{address(here, 'quizzes:attempt', attempt=attempt.uuid)}?page={at_page + 1}")
    wanted = request.POST.get("do", "")
    if wanted == "hand_in":
        return redirect(address(here, "quizzes:hand_in", attempt=attempt.uuid))
    elif wanted == "back" and options.way_back:
        at_page = max(0, at_page - 1)
    elif wanted == "next":
        at_page = min(len(sheet.pages) - 1, at_page + 1)
        move_on(attempt, at_page)
    elif wanted.isascii() and wanted.isdigit() and options.way_back:
        at_page = min(len(sheet.pages), max(1, int(wanted[:4]))) - 1
    return redirect(f"{address(here, 'quizzes:attempt', attempt=attempt.uuid)}?page={at_page + 1}")


def _ended(request: HttpRequest, here: Here, attempt: Attempt) -> HttpResponse | None:
    """Where the attempt is over, its result; the clock hands in who is looking at it."""
    if attempt.state == Attempt.State.OPEN and is_over(attempt, here.at):
        hand_in(attempt, at=here.at)
        messages.warning(request, _("The time is up. What you had given is handed in."))
    elif attempt.state == Attempt.State.OPEN:
        return None
    return redirect(address(here, "quizzes:result", attempt=attempt.uuid))


def _sheet(attempt: Attempt) -> Sheet:
    return sheet_of(attempt, paging=attempt.settings.get("paging", "all"))


def _page(request: HttpRequest, sheet: Sheet, options: TestOptions) -> int:
    """The page asked for (from 0); without a way back, only the furthest."""
    if not options.way_back:
        return min(sheet.attempt.place, len(sheet.pages) - 1)
    asked = request.POST.get("page") or request.GET.get("page") or "1"
    number = int(asked[:4]) if asked.isascii() and asked.isdigit() else 1
    return min(max(1, number), len(sheet.pages)) - 1


def _save(request: HttpRequest, here: Here, attempt: Attempt, rows: list[Row]) -> bool:
    """Saves what differs from what is saved; False where something was saved since by another page."""
    stamp = _stamp(request)
    # A form names the questions it holds: what another page left out is not an empty answer.
    asked = set(request.POST.getlist("asked"))
    here_now = [row for row in rows if str(row.answer.position) in asked and not row.answer.checked]
    given = {row.answer.position: row.read(request.POST) for row in here_now}
    changed = {
        row.answer.position: Given(given[row.answer.position], stamp)
        for row in here_now
        if given[row.answer.position] != row.response
    }
    return set(save(attempt, changed, at=here.at)) == set(changed) if changed else True


def _stamp(request: HttpRequest) -> int:
    stamp = request.POST.get("stamp", "")
    return min(int(stamp), 2**31 - 2) if stamp.isascii() and stamp.isdigit() and len(stamp) < 11 else 1

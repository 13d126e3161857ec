"""One grade, with its history and what may be done with it; and a whole column, for entering grades by hand."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from encore.courses.context import Here
from encore.courses.errors import CannotDo
from encore.courses.models import Enrolment
from encore.courses.rules import Action
from encore.courses.words import Sight
from encore.ledger.actions import record_reading
from encore.toolkit.decorators import in_tool
from encore.toolkit.errors import NotAllowed
from encore.toolkit.grading import excuse, give, override
from encore.toolkit.pages import tool_page
from encore.toolkit.permission import require
from encore.toolkit.places import address
from encore.toolkit.totals import GradedItem, book_in
from encore.tools.gradebook.forms.numbers import number_in
from encore.tools.gradebook.queries import changes_of, graded_in, last_changes, learner_in, learners_in, with_worth
from encore.tools.gradebook.views.book import ROWS, on_people


@require_http_methods(["GET", "HEAD", "POST"])
@on_people
def grade(request: HttpRequest, here: Here, uuid: UUID, enrolment: int) -> HttpResponse:
    """POST: do = give | override | restore | excuse | count, with points, comment, reason and seen."""
    if request.method == "POST":
        require(here, Action.MARK)
    found = learner_in(here, enrolment)
    book = book_in(here, [found])
    item = with_worth(here, graded_in(book, uuid))
    if request.method == "POST":
        return _change(request, here, found, item)
    record_reading(found, by=here.person, at=here.at, session_id=here.session.pk)
    changes = changes_of(here, found).get(item.pk, [])
    context = {
        "enrolment": found,
        "item": item,
        "book": book,
        "grade": book.grades.get((found.pk, item.pk)),
        "changes": changes,
        "seen": changes[0].pk if changes else 0,
        "marks": here.may(Action.MARK) and book.sign_off is None,
    }
    return tool_page(request, here, "gradebook/grade.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@in_tool("gradebook")
def column(request: HttpRequest, here: Here, uuid: UUID) -> HttpResponse:
    """Everybody's grades in a column by hand. A POST takes what was filled in or changed: points-, comment-, seen-ID.

    Who sees no people here is told on the page of the scheme what the column is.
    """
    if request.method == "POST":
        require(here, Action.MARK)
    if here.session_course is None or not here.sees(Sight.PEOPLE):
        graded_in(book_in(here), uuid)
        return redirect(address(here, "gradebook:scheme"))
    page = Paginator(learners_in(here), ROWS).get_page(request.GET.get("page"))
    book = book_in(here, list(page))
    item = graded_in(book, uuid)
    if request.method == "POST":
        return _fill_in(request, here, item, list(page))
    record_reading(here.session_course, by=here.person, at=here.at, session_id=here.session.pk)
    last = last_changes(here, item, [enrolment.pk for enrolment in page])
    context = {
        "item": item,
        "book": book,
        "page": page,
        "rows": [(one, book.grades.get((one.pk, item.pk)), last.get(one.pk, 0)) for one in page],
        "marks": here.may(Action.MARK) and book.sign_off is None and item.by_hand is not None,
    }
    return tool_page(request, here, "gradebook/column.html", context)


def _change(request: HttpRequest, here: Here, enrolment: Enrolment, item: GradedItem) -> HttpResponse:
    do, reason = request.POST.get("do", ""), request.POST.get("reason", "")
    back = address(here, "gradebook:grade", uuid=item.uuid, enrolment=enrolment.pk)
    try:
        seen = _seen(request.POST.get("seen", ""))
        points = points_in(item, request.POST.get("points", ""))
        match do:
            case "give":
                comment = request.POST.get("comment", "").strip()[:10_000]
                give(here, enrolment, item, points, comment=comment, seen=seen)
            case "override":
                if points is None:
                    raise CannotDo(_("Enter the points that should count."))
                override(here, enrolment, item, points, reason=reason, seen=seen)
            case "restore":
                override(here, enrolment, item, None, reason=reason, seen=seen)
            case "excuse" | "count":
                excuse(here, enrolment, item, do == "excuse", reason=reason, seen=seen)
            case _:
                raise CannotDo(_("Choose what should be done."))
    except NotAllowed:
        raise
    except CannotDo as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Saved."))
    return redirect(back)


def _fill_in(request: HttpRequest, here: Here, item: GradedItem, enrolments: list[Enrolment]) -> HttpResponse:
    """Says for each learner what could not be taken, and keeps the rest."""
    done, grades = 0, book_in(here, enrolments).grades
    for enrolment in enrolments:
        if f"points-{enrolment.pk}" not in request.POST:
            continue
        sent = {name: request.POST.get(f"{name}-{enrolment.pk}", "").strip() for name in ("points", "comment", "seen")}
        before = grades.get((enrolment.pk, item.pk))
        try:
            points = points_in(item, sent["points"])
            there = (before.points, before.comment) if before else (None, "")
            if there != (points, sent["comment"]):
                give(here, enrolment, item, points, comment=sent["comment"][:10_000], seen=_seen(sent["seen"]))
                done += 1
        except NotAllowed:
            raise
        except CannotDo as error:
            messages.error(request, _("%(name)s: %(why)s") % {"name": enrolment.person.name, "why": error})
    if done:
        messages.success(request, _("Saved."))
    return redirect(request.get_full_path())


def points_in(item: GradedItem, text: str) -> Decimal | None:
    """What was typed, in points or as a word of the column's scale; None where it is empty."""
    if not text.strip():
        return None
    word = item.by_hand.points_of(text) if item.by_hand else None
    number = number_in(text) if word is None else word
    if number is None:
        raise CannotDo(_("“%(text)s” is no number.") % {"text": text[:40]})
    return number


def _seen(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0

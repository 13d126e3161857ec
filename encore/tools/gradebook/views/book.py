"""The gradebook: everybody's grades for coaches, one's own for learners, and how they make a total."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from encore.courses.actions.entering import enter
from encore.courses.context import Here
from encore.courses.models import Enrolment
from encore.courses.rules import Action
from encore.courses.words import Sight
from encore.ledger.actions import record_reading
from encore.toolkit.decorators import in_tool
from encore.toolkit.explaining import columns_by_category, groups_of, rules_of, sum_of
from encore.toolkit.offers import Offers
from encore.toolkit.outline import outline_in
from encore.toolkit.pages import tool_page
from encore.toolkit.places import address
from encore.toolkit.registry import tool_named
from encore.toolkit.telling import told_in
from encore.toolkit.totals import GradedItem, book_in
from encore.tools.gradebook.queries import changes_of, learner_in, learners_in
from encore.tools.gradebook.rows import Rows

ROWS = 50


def on_people(view: Any) -> Any:
    """For who sees people's work in a course of a session. In the course itself nobody is graded."""

    @in_tool("gradebook", sight=Sight.PEOPLE)
    def guarded(request: HttpRequest, here: Here, *args: Any, **kwargs: Any) -> HttpResponse:
        if here.session_course is None:
            raise Http404
        return view(request, here, *args, **kwargs)

    return guarded


@require_safe
@in_tool("gradebook")
def index(request: HttpRequest, here: Here) -> HttpResponse:
    """All grades for who sees people; for a learner their own; else how a total is made."""
    enter(here)
    if here.session_course is not None and here.sees(Sight.PEOPLE):
        return _everybody(request, here)
    elif here.enrolment is not None:
        return _own(request, here, here.enrolment)
    else:
        return _scheme(request, here)


@require_safe
@in_tool("gradebook")
def scheme(request: HttpRequest, here: Here) -> HttpResponse:
    return _scheme(request, here)


@require_safe
@on_people
def learner(request: HttpRequest, here: Here, enrolment: int) -> HttpResponse:
    """One learner: every grade with its history, and how the total was computed."""
    found = learner_in(here, enrolment)
    book = book_in(here, [found])
    record_reading(found, by=here.person, at=here.at, session_id=here.session.pk)
    figure = book.figures[found.pk]
    context = {
        "enrolment": found,
        "book": book,
        "figure": figure,
        "groups": groups_of(book, found.pk, figure, lambda item: _grade_page(here, item, found)),
        "sum": sum_of(figure),
        "rules": rules_of(book.scheme),
        "changes": changes_of(here, found),
    }
    return tool_page(request, here, "gradebook/learner.html", context)


def _grade_page(here: Here, item: GradedItem, enrolment: Enrolment) -> str:
    return address(here, "gradebook:grade", uuid=item.uuid, enrolment=enrolment.pk)


def _everybody(request: HttpRequest, here: Here) -> HttpResponse:
    q = request.GET.get("q", "").strip()
    page = Paginator(learners_in(here, q=q), ROWS).get_page(request.GET.get("page"))
    enrolments = list(page)
    book = book_in(here, enrolments)
    record_reading(here.session_course, by=here.person, at=here.at, session_id=here.session.pk)
    groups = columns_by_category(book)
    columns = [item for _title, items in groups for item in items]
    context = {
        "q": q,
        "page": page,
        "book": book,
        "groups": groups if any(title for title, _items in groups) else [],
        "columns": columns,
        "rows": Rows(book, columns, enrolments),
        "marks": here.may(Action.MARK),
    }
    return tool_page(request, here, "gradebook/index.html", context)


def _own(request: HttpRequest, here: Here, enrolment: Enrolment) -> HttpResponse:
    told = told_in(here, enrolment)
    context = {
        "told": told,
        "book": told.book,
        "figure": told.figure,
        "groups": told.groups(),
        "sum": told.sum,
        "rules": told.rules,
    }
    return tool_page(request, here, "gradebook/own.html", context)


def _scheme(request: HttpRequest, here: Here) -> HttpResponse:
    book, tool = book_in(here), tool_named("gradebook")
    outline = outline_in(here, tool, kinds=tool.kind_names)
    if here.writes:
        offers = Offers(here, tool)
        offers.lay(outline)
    entries = {entry.pk: entry for entry in outline}
    shown = [(item, entries.get(item.pk), book.column(item)) for item in book.items]
    there = {item.pk for item in book.items}
    context = {
        "book": book,
        "content": book.scheme,
        "entry": next((entry for entry in entries.values() if entry.uuid == book.scheme_uuid), None)
        or next((entry for entry in entries.values() if entry.kind == "scheme"), None),
        "shown": shown,
        "drafts": [entry for entry in entries.values() if entry.kind == "column" and entry.pk not in there],
        "rules": rules_of(book.scheme),
        "adds": here.writes and offers.adds,
        "sees_people": here.session_course is not None and here.sees(Sight.PEOPLE),
    }
    return tool_page(request, here, "gradebook/scheme.html", context)

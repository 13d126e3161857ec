"""Marking: what waits, by question and by learner."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from encore.courses.context import Here
from encore.courses.errors import CannotDo
from encore.courses.rules import Action
from encore.courses.words import Access, Sight
from encore.toolkit.decorators import in_tool
from encore.toolkit.models import Item
from encore.toolkit.pages import tool_page
from encore.toolkit.permission import require
from encore.toolkit.scoping import recorded_in
from encore.tools.quizzes.actions.marking_by_hand import mark_by_hand
from encore.tools.quizzes.models import Answer, Attempt, MarkChange
from encore.tools.quizzes.questions.number import number_in
from encore.tools.quizzes.sheet import Row, sheet_of
from encore.tools.quizzes.to_mark import answers_to, attempts_at, is_anonymous, name_of, waiting_in

ROWS = 50
AT_ONCE = 20  # answers of one question on a page


def marking(view: Any) -> Any:
    """For who sees people's work in a course of a session. In the course itself nobody takes a test."""

    @in_tool("quizzes", level=Access.READ, sight=Sight.PEOPLE)
    def guarded(request: HttpRequest, here: Here, *args: Any, **kwargs: Any) -> HttpResponse:
        if here.session_course is None:
            raise Http404
        return view(request, here, *args, **kwargs)

    return guarded


@require_safe
@marking
def to_mark(request: HttpRequest, here: Here) -> HttpResponse:
    return tool_page(request, here, "quizzes/to_mark.html", {"waiting": waiting_in(here)})


@require_safe
@marking
def attempts(request: HttpRequest, here: Here, uuid: UUID) -> HttpResponse:
    """Everybody's attempts at one test."""
    test = tested(here, uuid)
    page = Paginator(attempts_at(here, test.pk), ROWS).get_page(request.GET.get("page"))
    rows = [(attempt, name_of(attempt), not is_anonymous(attempt)) for attempt in page]
    context = {"test": test, "title": title_of(here, test), "page": page, "rows": rows}
    return tool_page(request, here, "quizzes/attempts.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@marking
def by_learner(request: HttpRequest, here: Here, attempt: UUID) -> HttpResponse:
    """One attempt, question by question. A POST marks what was filled in."""
    found = _attempt(here, attempt)
    sheet = sheet_of(found)
    if request.method == "POST":
        require(here, Action.MARK)
        return _marked(request, here, sheet.rows, request.get_full_path())
    context = {
        "attempt": found,
        "title": found.version.title,
        "name": name_of(found),
        "rows": sheet.rows,
        "marks": here.may(Action.MARK),
        "changes": _changes(sheet.rows),
    }
    return tool_page(request, here, "quizzes/mark_attempt.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@marking
def by_question(request: HttpRequest, here: Here, uuid: UUID, question: UUID) -> HttpResponse:
    """The answers of everybody to one question: those to mark, or with ?all=1 all of them."""
    test, asked = tested(here, uuid), get_object_or_404(Item, uuid=question, course=here.course)
    everything = request.GET.get("all") == "1"
    answers = answers_to(here, test.pk, asked.pk, all_of_them=everything)
    if request.method == "POST":
        require(here, Action.MARK)
        sent = [int(one) for one in request.POST.getlist("answer") if one.isascii() and one.isdigit()][:AT_ONCE]
        chosen = answers_to(here, test.pk, asked.pk, all_of_them=True).filter(pk__in=sent)
        rows = [Row(answer, number) for number, answer in enumerate(chosen, start=1)]
        return _marked(request, here, rows, request.get_full_path())
    page = Paginator(answers, AT_ONCE).get_page(request.GET.get("page"))
    rows = [Row(answer, number) for number, answer in enumerate(page, start=page.start_index())]
    if not rows and not everything and not answers_to(here, test.pk, asked.pk, all_of_them=True).exists():
        raise Http404
    context = {
        "test": test,
        "title": title_of(here, test),
        "asked": asked,
        "page": page,
        "rows": [(row, name_of(row.answer.attempt)) for row in rows],
        "everything": everything,
        "marks": here.may(Action.MARK),
    }
    return tool_page(request, here, "quizzes/mark_question.html", context)


def _marked(request: HttpRequest, here: Here, rows: list[Row], back: str) -> HttpResponse:
    """Marks each answer whose field was filled in or changed; says what could not be taken, and keeps the rest."""
    done = 0
    for row in rows:
        try:
            done += _mark(request, here, row.answer)
        except CannotDo as error:
            messages.error(request, _("Question %(n)d: %(why)s") % {"n": row.number, "why": error})
    if done:
        messages.success(request, _("Saved."))
    return redirect(back)


def _mark(request: HttpRequest, here: Here, answer: Answer) -> bool:
    """Whether something changed. Fields: points-<id>, comment-<id>, seen-<id> (the points the page showed)."""
    if f"points-{answer.pk}" not in request.POST:
        return False
    sent, comment = request.POST[f"points-{answer.pk}"].strip(), request.POST.get(f"comment-{answer.pk}", "").strip()
    points, seen = _points(sent), _points(request.POST.get(f"seen-{answer.pk}", ""))
    if (points, comment) == (seen, answer.comment):
        return False
    mark_by_hand(answer, here, points=points, comment=comment[:10_000], seen=seen)
    return True


def _points(text: str) -> Decimal | None:
    if not text.strip():
        return None
    number = number_in(text)
    if number is None:
        raise CannotDo(_("“%(text)s” is no number.") % {"text": text[:40]})
    return number


def tested(here: Here, uuid: UUID) -> Item:
    """A test that somebody has taken here, whether it still shows or not."""
    taken = recorded_in(here, Attempt).values("item")
    return get_object_or_404(Item, uuid=uuid, course=here.course, pk__in=taken)


def title_of(here: Here, test: Item) -> str:
    """As the latest attempt has it: the test may be hidden or gone by now."""
    return recorded_in(here, Attempt).filter(item=test).order_by("-pk").values_list("version__title", flat=True)[0]


def _attempt(here: Here, uuid: UUID) -> Attempt:
    attempts = recorded_in(here, Attempt).filter(state=Attempt.State.HANDED_IN)
    return get_object_or_404(attempts.select_related("version", "item", "enrolment__person"), uuid=uuid)


def _changes(rows: list[Row]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for change in MarkChange.objects.filter(answer__in=[row.answer.pk for row in rows]).select_related("by"):
        found.setdefault(change.answer_id, []).append(change)
    return found

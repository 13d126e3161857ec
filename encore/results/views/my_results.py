"""My results: everything a person ever got, enrolment by enrolment, for themselves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.text import slugify
from django.utils.timezone import now
from django.views.decorators.http import require_safe

from encore.base.tables_out import FORMS, as_file
from encore.courses.models import Enrolment
from encore.people.models import Person
from encore.results.my_results_rows import courses_as_rows, items_as_rows
from encore.results.queries.my_results import Result, enrolments_of, results_of

ROWS = 10
AT_ONCE = 50  # enrolments of a file that are read together


@require_safe
def my_results(request: HttpRequest) -> HttpResponseBase:
    """`as`: a file of everything; `print`: everything on one page."""
    at, rows, form = now(), enrolments_of(request.user), request.GET.get("as", "")
    if form in FORMS:
        return as_file(courses_as_rows(_all(request.user, list(rows), at)), f"results-{at:%Y-%m-%d}", form)
    whole = "print" in request.GET
    page = Paginator(rows, max(1, rows.count()) if whole else ROWS).get_page(request.GET.get("page"))
    context = {"at": at, "page": page, "whole": whole, "results": results_of(request.user, list(page), at=at)}
    return render(request, "results/my_results.html", context)


@require_safe
def my_result(request: HttpRequest, enrolment: int) -> HttpResponseBase:
    """One enrolment with everything that counted; 404 for anybody else's."""
    at, form = now(), request.GET.get("as", "")
    found = get_object_or_404(enrolments_of(request.user), pk=enrolment)
    result = results_of(request.user, [found], at=at)[0]
    if form in FORMS:
        return as_file(items_as_rows(result), f"{slugify(found.session.title) or found.pk}-{at:%Y-%m-%d}", form)
    context = {"at": at, "result": result, "enrolment": found, "session": found.session}
    return render(request, "results/my_result.html", context)


def _all(person: Person, enrolments: Sequence[Enrolment], at: datetime) -> Iterator[Result]:
    for start in range(0, len(enrolments), AT_ONCE):
        yield from results_of(person, enrolments[start : start + AT_ONCE], at=at)

"""How far everybody is, item by item: learners × items, for those who coach a course of a session."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponseBase
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from encore.base.tables_out import FORMS, as_file
from encore.courses.context import Here
from encore.courses.decorators import in_course
from encore.courses.models import Enrolment
from encore.courses.words import Sight
from encore.ledger.actions import record, record_reading
from encore.results.cells import SIGNS, Writer, words_by_state
from encore.results.queries.progress import SORTS, Column, Found, columns_in, found_of, learners_of, page_of
from encore.toolkit.pages import tool_page
from encore.toolkit.progress import Progress

ROWS, COLUMNS = 100, 60


@require_safe
@in_course(sight=Sight.PEOPLE)
def heat_map(request: HttpRequest, here: Here) -> HttpResponseBase:
    columns = columns_in(here)
    form = request.GET.get("as", "")
    if form in FORMS:
        return _file(here, columns, form)
    q, sort = request.GET.get("q", "").strip(), request.GET.get("sort", "")
    sort = sort if sort in SORTS else "name"
    learners, printed = learners_of(here, q=q, sort=sort), "print" in request.GET
    size, width = (MOST, MOST) if printed else (ROWS, COLUMNS)
    page = page_of(learners, request.GET.get("page"), size, counted=bool(q))
    wide = Paginator(columns, width).get_page(request.GET.get("items"))
    enrolments, shown = list(page), list(wide)
    everybody = not q and page.number == 1 and len(enrolments) < size
    found = found_of(here, columns, [enrolment.pk for enrolment in enrolments], everybody=everybody)
    page.paginator.count = page.paginator.count if q else found.learners  # type: ignore[misc]
    record_reading(here.session_course, by=here.person, at=here.at, session_id=here.session.pk)
    total = sum(column.counts for column in columns)
    context = {
        "q": q,
        "sort": sort,
        "page": page,
        "wide": wide,
        "found": found,
        "columns": [(column, item_url(here, column), found.have.get(column.pk, 0)) for column in shown],
        "groups": [(title, len(list(group))) for title, group in groupby(shown, key=lambda column: column.group)],
        "rows": _rows(here, found, enrolments, shown, total),
        "total": total,
        "legend": [(state.value, SIGNS[state], words) for state, words in words_by_state().items()],
        "printed": printed,
    }
    return tool_page(request, here, "results/progress.html", context)


MOST = 100_000  # rows of a page that is printed


def _rows(
    here: Here, found: Found, enrolments: Iterable[Enrolment], columns: Sequence[Column], total: int
) -> Iterator[SafeString]:
    """The rows as HTML, written without a template: their cells come by the thousand."""
    writer, url = Writer(timezone.get_current_timezone()), learner_urls(here)
    for enrolment in enrolments:
        name, link = enrolment.person.name, url(enrolment.pk)
        progress = Progress(min(enrolment.done, total), total)  # type: ignore[attr-defined]
        cells = [writer.html(found.cell(enrolment.pk, column, here.at)) for column in columns]
        yield format_html(
            '<tr><th scope="row">{}</th><td class="num">{}</td>\n{}</tr>',
            format_html('<a href="{}">{}</a>', link, name) if link else name,
            f"{progress.percent} %" if total else "–",
            mark_safe("\n".join(cells)),  # noqa: S308  the writer has escaped them
        )


def item_url(here: Here, column: Column) -> str:
    return reverse("item_progress", args=[here.session.pk, here.course.code, column.uuid])


def learner_urls(here: Here) -> Any:
    """The address of a learner's page here, by the enrolment's id: worked out once. "" where there is no such page."""
    try:
        pattern = reverse("learner", args=[here.session.pk, here.course.code, 0])
    except NoReverseMatch:
        return lambda enrolment: ""
    return lambda enrolment: f"{pattern.removesuffix('0/')}{enrolment}/"


def _file(here: Here, columns: Sequence[Column], form: str) -> HttpResponseBase:
    answer = as_file(_lines(here, columns), f"progress-{here.course.code}-{here.session.pk}-{here.at:%Y-%m-%d}", form)
    record_export(here, form)
    return answer


def record_export(here: Here, form: str) -> None:
    subject = here.session_course or here.session
    record("export", subject, by=here.person, at=here.at, session_id=here.session.pk, changes={"as": form})


def _lines(here: Here, columns: Sequence[Column]) -> Iterator[Sequence[str]]:
    """A heading, all learners by name, and at the end how many have each item."""
    enrolments = list(learners_of(here))
    found = found_of(here, columns, [e.pk for e in enrolments], everybody=True)
    writer = Writer(timezone.get_current_timezone())
    total = sum(column.counts for column in columns)
    titles = [f"{column.folder}: {column.title}" if column.folder else column.title for column in columns]
    yield [*heads_of_names(), _("Done"), _("Of"), *titles]
    for enrolment in enrolments:
        cells = [writer.text(found.cell(enrolment.pk, column, here.at)) for column in columns]
        yield [*names_of(enrolment), str(min(enrolment.done, total)), str(total), *cells]  # type: ignore[attr-defined]
    yield [_("Have it"), "", "", "", "", "", *(str(found.have.get(column.pk, 0)) for column in columns)]


def heads_of_names() -> list[str]:
    return [_("Last name"), _("First name"), _("Username"), _("Official code")]


def names_of(enrolment: Enrolment) -> list[str]:
    person = enrolment.person
    return [person.last_name, person.first_name, person.username, person.official_code]

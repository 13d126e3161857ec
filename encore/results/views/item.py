"""One item in one course of a session: who has it, and who has not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.http import Http404, HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from encore.base.tables_out import FORMS, as_file
from encore.courses.context import Here
from encore.courses.decorators import in_course
from encore.courses.models import Enrolment
from encore.courses.words import Sight
from encore.ledger.actions import record_reading
from encore.results.cells import Cell, State, Writer, words_by_state
from encore.results.charts import Bar, Chart, bars, by_tens, histogram
from encore.results.queries.progress import Column, activity_of_item, columns_in, found_of_item, learners_of
from encore.results.views.progress import MOST, heads_of_names, learner_urls, names_of, record_export
from encore.toolkit.pages import tool_page
from encore.toolkit.registry import kind_named, tool_of_kind

ROWS = 50


@dataclass
class Row:
    """One learner with this item. `said`: the state in words; `opened` and `minutes`: where something is known."""

    enrolment: Enrolment
    cell: Cell
    said: str
    url: str = ""
    opened: int = 0
    minutes: int = 0


@require_safe
@in_course(sight=Sight.PEOPLE)
def item_progress(request: HttpRequest, here: Here, uuid: UUID) -> HttpResponseBase:
    column = next((column for column in columns_in(here) if column.uuid == uuid), None)
    if column is None:
        raise Http404
    q, form = request.GET.get("q", "").strip(), request.GET.get("as", "")
    found, writer = found_of_item(here, column), Writer(timezone.get_current_timezone())
    everybody = [
        Row(enrolment, cell := found.cell(enrolment.pk, column, here.at), writer.said(cell))
        for enrolment in learners_of(here)
    ]
    if form in FORMS:
        record_export(here, form)
        return as_file(_lines(here, column, everybody, writer), f"{here.course.code}-{here.session.pk}-{uuid}", form)
    record_reading(here.session_course, by=here.person, at=here.at, session_id=here.session.pk)
    wanted = {enrolment.pk for enrolment in learners_of(here, q=q)} if q else None
    rows = [row for row in everybody if wanted is None or row.enrolment.pk in wanted]
    printed = "print" in request.GET
    have = _page(request, "page", [row for row in rows if row.cell.has], printed)
    have_not = _page(request, "rest", [row for row in rows if not row.cell.has], printed)
    _know_more(here, column, [*have, *have_not])
    context = {
        "q": q,
        "column": column,
        "kind": kind_named(column.kind).label,
        "item_url": tool_of_kind(column.kind).page_of(column, here) if here.sees_content else "",
        "progress_url": reverse("heat_map", args=[here.session.pk, here.course.code]),
        "have": have,
        "have_not": have_not,
        "count": sum(row.cell.has for row in everybody),
        "learners": len(everybody),
        "charts": _charts(everybody),
    }
    return tool_page(request, here, "results/item.html", context)


def _page(request: HttpRequest, name: str, rows: list[Row], printed: bool) -> Page[Row]:
    return Paginator(rows, MOST if printed else ROWS).get_page(request.GET.get(name))


def _know_more(here: Here, column: Column, rows: Sequence[Row]) -> None:
    """Visits, and the addresses of pages, for those who are shown. Of work without a name nothing is told."""
    activity, url = activity_of_item(here, column.pk, [row.enrolment.pk for row in rows]), learner_urls(here)
    for row in rows:
        row.url = url(row.enrolment.pk)
        if not row.cell.nameless:
            row.opened, seconds = activity.get(row.enrolment.pk, (0, 0))
            row.minutes = -(-seconds // 60)


def _charts(rows: Sequence[Row]) -> list[tuple[Chart, str]]:
    """How many are in which state; where something is graded, also how the percentages lie. With the head of the first
    column of their tables."""
    counts = Counter(row.cell.state for row in rows)
    words = words_by_state() | {State.GRADED: _("Graded")}
    shown = [Bar(words[state], counts[state], state.value) for state in State if counts[state]]
    have = sum(row.cell.has for row in rows)
    about = ngettext("%(have)d of %(n)d learner has it.", "%(have)d of %(n)d learners have it.", len(rows))
    charts = (
        [(bars(_("Where learners are"), about % {"have": have, "n": len(rows)}, shown), _("State"))] if rows else []
    )
    percents = [row.cell.percent for row in rows if row.cell.percent is not None]
    if percents:
        said = ngettext("%(n)d grade in percent.", "%(n)d grades in percent.", len(percents)) % {"n": len(percents)}
        tens = [Bar(f"{low}–{high}", n) for low, high, n in by_tens(percents)]
        charts.append((histogram(_("Grades in percent"), said, tens), _("Percent")))
    return charts


def _lines(here: Here, column: Column, rows: Sequence[Row], writer: Writer) -> Iterator[Sequence[str]]:
    _know_more(here, column, rows)
    yield [*heads_of_names(), column.title, _("Percent"), _("Has it"), _("Opened"), _("Minutes"), _("Last visit")]
    for row in rows:
        seen = row.enrolment.last_entered_at
        yield [
            *names_of(row.enrolment),
            *(writer.text(row.cell), "" if row.cell.percent is None else str(row.cell.percent)),
            *(_("yes") if row.cell.has else _("no"), str(row.opened or ""), str(row.minutes or "")),
            "" if seen is None else seen.astimezone(writer.zone).date().isoformat(),
        ]

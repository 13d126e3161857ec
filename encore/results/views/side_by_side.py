"""All courses of a session side by side: how each learner is in each of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from encore.base.tables_out import FORMS, as_file
from encore.courses.context import Here
from encore.courses.decorators import in_session
from encore.courses.words import Sight
from encore.ledger.actions import record_reading
from encore.results.charts import Bar, Chart, by_quarters, histogram
from encore.results.queries.side_by_side import (
    SORTS,
    Row,
    Spread,
    courses_seen,
    learners_of,
    page_of,
    rows_of,
    spread_over,
)
from encore.results.views.progress import MOST, heads_of_names, learner_urls, names_of, record_export

ROWS = 50


@require_safe
@in_session(sight=Sight.PEOPLE)
def session_progress(request: HttpRequest, here: Here) -> HttpResponseBase:
    places = courses_seen(here)
    form, q, sort = request.GET.get("as", ""), request.GET.get("q", "").strip(), request.GET.get("sort", "")
    if form in FORMS:
        record_export(here, form)
        enrolments = list(learners_of(here, places))
        rows = rows_of(places, enrolments, spread_over(here, places, enrolments))
        return as_file(_lines(places, rows), f"progress-{here.session.pk}-{here.at:%Y-%m-%d}", form)
    learners = learners_of(here, places, q=q, sort=sort if sort in SORTS else "name")
    size = MOST if "print" in request.GET else ROWS
    page = page_of(learners, request.GET.get("page"), size) if places else Paginator([], size).get_page(1)
    enrolments = list(page)
    spread = spread_over(here, places, enrolments)
    record_reading(here.session, by=here.person, at=here.at, session_id=here.session.pk)
    context = {
        "here": here,
        "at": here.at,
        "q": q,
        "sort": sort if sort in SORTS else "name",
        "page": page,
        "places": [(place, reverse("heat_map", args=[here.session.pk, place.course.code])) for place in places],
        "rows": _rows(places, rows_of(places, enrolments, spread)),
        "charts": _charts(places, spread),
    }
    return render(request, "results/side_by_side.html", context)


def _rows(places: Sequence[Here], rows: Iterable[Row]) -> list[tuple[Any, ...]]:
    """Each row with the address of the learner's page in each course."""
    urls = [learner_urls(place) for place in places]
    return [
        (
            row.enrolment,
            row.progress,
            [(one, url(row.enrolment.pk)) for one, url in zip(row.courses, urls, strict=True)],
        )
        for row in rows
    ]


def _charts(places: Sequence[Here], spread: Spread) -> list[Chart]:
    words = ["0 %", "1–25 %", "26–50 %", "51–75 %", "76–99 %", "100 %"]
    charts = []
    for place in places:
        counts = by_quarters(spread.percents.get(place.session_course.pk, []))
        about = ngettext(
            "%(all)d of %(n)d learner has all of it.", "%(all)d of %(n)d learners have all of it.", sum(counts)
        )
        said = about % {"all": counts[-1], "n": sum(counts)}
        bars = [Bar(label, n, "d" if label == "100 %" else "") for label, n in zip(words, counts, strict=True)]
        charts.append(histogram(str(place.course), said, bars))
    return charts


def _lines(places: Sequence[Here], rows: Iterable[Row]) -> Iterator[Sequence[str]]:
    """A heading, then the learners by name: the figures of the page, with all their digits."""
    zone, passed = timezone.get_current_timezone(), {True: _("yes"), False: _("no"), None: ""}
    heads = [_("Done"), _("Of"), _("Total in %"), _("Step"), _("Passed"), _("To mark")]
    titles = [f"{place.course.code}: {head}" for place in places for head in heads]
    yield [*heads_of_names(), _("Last visit"), _("Done"), _("Of"), *titles]
    for row in rows:
        seen = row.enrolment.last_entered_at
        cells = [*names_of(row.enrolment), "" if seen is None else seen.astimezone(zone).date().isoformat()]
        cells += [str(row.progress.done), str(row.progress.total)]
        for one in row.courses:
            if one.is_out or one.figure is None:
                cells += [_("excluded"), "", "", "", "", ""]
            else:
                figure = one.figure
                cells += [str(one.progress.done), str(one.progress.total)]
                cells += ["" if figure.percent is None else format(figure.percent, "f"), figure.name]
                cells += [passed[figure.passed], str(one.to_mark)]
        yield cells

"""The learners of a course in a session, for those who coach it: a list, and the same as a file or on paper."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from encore.base.states import look_of
from encore.base.tables_out import FORMS, as_file
from encore.courses.context import Here
from encore.courses.decorators import in_course
from encore.courses.models import Enrolment
from encore.courses.words import Access, Sight
from encore.ledger.actions import record, record_reading
from encore.results.learner_rows import LearnerRows
from encore.results.queries.learners import (
    BEGUN,
    BEHIND,
    DAYS,
    DONE,
    NEVER,
    NO_RESULT,
    NOT_BEGUN,
    NOT_PASSED,
    PASSED,
    WAITS,
    Asked,
    Listed,
    all_of,
    page_of,
)
from encore.toolkit.pages import tool_page


@require_safe
@in_course(sight=Sight.PEOPLE)
def learners(request: HttpRequest, here: Here) -> HttpResponseBase:
    """A page of fifty; with `print` everybody on one page, with `as` a file."""
    asked, form = Asked.of(request.GET), request.GET.get("as", "")
    if form in FORMS:
        return _file(here, asked, form)
    whole = bool(request.GET.get("print"))
    listed = all_of(here, asked) if whole else page_of(here, asked, request.GET.get("page"))
    record_reading(here.session_course, by=here.person, at=here.at, session_id=here.session.pk)
    context = {
        "asked": asked,
        "listed": listed,
        "rows": LearnerRows(listed, at=here.at, whole=whole),
        "whole": whole,
        "choices": choices(listed.judges),
        "writes_to": _message_url(here) if here.access.level >= Access.COACH else "",
    }
    return tool_page(request, here, "results/learners.html", context)


def choices(judges: bool = True) -> dict[str, list[tuple[str, Any]]]:
    """The words of each filter."""
    results = [(PASSED, _("Passed")), (NOT_PASSED, _("Not passed")), (NO_RESULT, _("No result yet"))]
    return {
        "state": list(Enrolment.State.choices),
        "progress": [
            (NOT_BEGUN, _("Not begun")),
            (BEGUN, _("Begun, not done")),
            (BEHIND, _("Behind")),
            (DONE, _("All done")),
        ],
        "inactive": [
            *((str(n), ngettext("No visit for %(n)d day", "No visit for %(n)d days", n) % {"n": n}) for n in DAYS),
            (NEVER, _("Never came")),
        ],
        "marking": [(WAITS, _("Has work to mark"))],
        "result": results if judges else [],
    }


def _message_url(here: Here) -> str:
    return reverse("learners_message", args=[here.session.pk, here.course.code])


def _file(here: Here, asked: Asked, form: str) -> HttpResponseBase:
    listed = all_of(here, asked)
    changes = {"as": form, "learners": len(listed.rows)} if not asked.filters else {"as": form, "some": listed.count}
    record("export", here.session_course, by=here.person, at=here.at, session_id=here.session.pk, changes=changes)
    return as_file(_lines(listed), f"{here.course.code}-{here.session.pk}-learners-{here.at:%Y-%m-%d}", form)


def _lines(listed: Listed) -> Iterator[Sequence[str]]:
    """A heading, then the learners in the order of the page. Times in the reader's zone."""
    zone = str(timezone.get_current_timezone())
    yield [
        *(_("Last name"), _("First name"), _("Username"), _("Official code"), _("State")),
        *(_("Done"), _("Of"), _("Progress in %")),
        *(_("First visit (%(zone)s)") % {"zone": zone}, _("Last visit (%(zone)s)") % {"zone": zone}),
        *(_("Total in %"), _("Step"), _("Passed"), _("To mark")),
    ]
    passed = {True: _("yes"), False: _("no"), None: ""}
    for row in listed.rows:
        enrolment, person, progress, figure = row.enrolment, row.enrolment.person, row.progress, row.figure
        yield [
            *(person.last_name, person.first_name, person.username, person.official_code),
            str(look_of(enrolment.state).word),
            *(str(progress.done), str(progress.total), str(progress.percent) if progress.total else ""),
            *(_moment(enrolment.first_entered_at), _moment(enrolment.last_entered_at)),
            *("" if figure.percent is None else format(figure.percent, "f"), figure.name, passed[figure.passed]),
            str(row.to_mark),
        ]


def _moment(instant: datetime | None) -> str:
    return f"{timezone.localtime(instant):%Y-%m-%d %H:%M}" if instant else ""

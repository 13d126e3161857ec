"""The drawing of a session's report."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from encore.courses.models import Enrolment
from encore.reports.queries import percents_of
from encore.results.charts import Bar, Chart, bars, by_quarters


def progress_chart(enrolments: QuerySet[Enrolment]) -> Chart:
    """How many of those whom the report lists have come how far, in all their courses together. One query."""
    words = (_("nothing yet"), _("up to 25 %"), _("up to 50 %"), _("up to 75 %"), _("more than 75 %"), _("everything"))
    counts = by_quarters(percents_of(enrolments))
    tones = ("x", "", "", "", "", "d")
    given = [Bar(word, count, tone) for word, count, tone in zip(words, counts, tones, strict=True)]
    return bars(_("How far they are"), _("How many people have done how much of all their courses here."), given)

"""The rows of the list of learners as HTML, written without a template: a page has fifty, one to be printed all."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from encore.base import display
from encore.base.templatetags.encore import state
from encore.courses.models import Enrolment
from encore.results.queries.learners import Listed, Row
from encore.toolkit.progress import Progress
from encore.toolkit.templatetags.grades import percent
from encore.toolkit.totals import Figure

NONE = mark_safe('<span class="muted">–</span>')


class LearnerRows:
    """`whole`: for paper, so that visits are told by their date; else by how long they are past."""

    def __init__(self, listed: Listed, *, at: datetime, whole: bool) -> None:
        self.listed, self.at, self.whole, self.judges = listed, at, whole, listed.judges
        self.zone = timezone.get_current_timezone()
        # What every row says again.
        self.labels = (_("Progress"), _("Last visit"), _("Total"), _("Result"), _("To mark"))
        self.of, self.progress_of = _("%(done)s of %(total)s"), _("Progress of %(name)s")
        self.never, self.to_mark_of = _("never came"), _("to mark of %(name)s")

    def __iter__(self) -> Iterator[SafeString]:
        return map(self._row, self.listed.rows)

    def _row(self, row: Row) -> SafeString:
        name = row.enrolment.person.name
        progress, visit, total, result, to_mark = self.labels
        return format_html(
            '<tr>\n<th scope="row"><a href="{}">{}</a>{}</th>\n'
            '<td data-label="{}">{}</td>\n<td data-label="{}">{}</td>\n'
            '<td class="num" data-label="{}">{}</td>\n{}<td class="num{}" data-label="{}">{}</td>\n</tr>\n',
            *(row.url, name, _unless_active(row.enrolment)),
            *(progress, self._progress(row.progress, name)),
            *(visit, self._visit(row.enrolment)),
            *(total, percent(row.figure.percent)),
            _result(row.figure, result) if self.judges else "",
            *("" if row.to_mark else " less", to_mark, self._to_mark(row, name)),
        )

    def _progress(self, progress: Progress, name: str) -> SafeString:
        if not progress.total:
            return NONE
        return format_html(
            '<div class="progress"><progress value="{}" max="{}" aria-label="{}"></progress>'
            '<span class="progress-words">{}</span></div>',
            *(progress.done, progress.total, self.progress_of % {"name": name}),
            self.of % {"done": progress.done, "total": progress.total},
        )

    def _visit(self, enrolment: Enrolment) -> SafeString:
        instant, zone = enrolment.last_entered_at, self.zone
        if instant is None:
            return format_html('<span class="muted">{}</span>', self.never)
        exact, words = display.exact_words(instant, zone), display.date_words(instant, zone)
        if not self.whole:
            words = display.relative_words(instant, self.at, zone)
            said = '<span aria-hidden="true">{}</span><span class="sr-only">{}, {}</span>'
            words = format_html(said, words, words, exact)
        return format_html('<time datetime="{}" title="{}">{}</time>', instant.isoformat(), exact, words)

    def _to_mark(self, row: Row, name: str) -> SafeString:
        if not row.to_mark:
            return NONE
        url, words = row.mark_url or f"{row.url}#to-mark", self.to_mark_of % {"name": name}
        return format_html('<a href="{}">{}<span class="sr-only"> {}</span></a>', url, row.to_mark, words)


def _unless_active(enrolment: Enrolment) -> SafeString:
    return mark_safe("") if enrolment.state == "active" else format_html(" {}", state(enrolment.state))


def _result(figure: Figure, label: str) -> SafeString:
    said = NONE if figure.passed is None else state("passed" if figure.passed else "not_passed")
    less = mark_safe(' class="less"' if figure.passed is None else "")  # noqa: S308
    return format_html('<td{} data-label="{}">{}</td>\n', less, label, said)

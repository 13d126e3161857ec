"""The rows of the list of sessions, written here rather than in a template: fifty of them are nearly all of the page,
and a template takes four times as long."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from django import template
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import ngettext

from encore.base.templatetags.encore import dates, state
from encore.courses.models import CourseSession
from encore.courses.queries.sessions import Row

register = template.Library()

Words = Mapping[str, str]
TITLE, CATEGORY = 34, 16  # letters that fit: of longer ones the whole stands in `title`
EMPTY = mark_safe("<td></td>")
MUTED = '<span class="muted">{}</span>'
CLIPPED = '<span class="block truncate {}"{}>{}</span>'
ROW = (
    '<tr><th scope="row"><a class="line-clamp-1" href="{}"{}>{}</a></th>{}'
    '<td class="nowrap" data-label="{}">{}</td><td data-label="{}">{}</td>'
    '<td class="num" data-label="{}"><span>{}{}</span></td><td data-label="{}">{}</td>'
    '<td class="nowrap" data-label="{}">{}</td><td class="actions">{}</td></tr>'
)
MENU = (  # as <c-menu> writes it
    '<button class="button button-secondary button-small menu-button" type="button" popovertarget="s-{}">'
    '<span>{}<span class="sr-only">: {}</span></span></button>'
    '<div class="menu-panel" id="s-{}" popover><ul>{}</ul></div>'
)
ACTION = '<li><a class="menu-item{}" href="{}">{}</a></li>'


@register.simple_tag
def session_row(row: Row, words: Words) -> SafeString:
    """One line of the list. `words`: of the heads and the menu, translated once."""
    session, url = row.session, reverse("session_overview", args=[row.session.pk])
    return format_html(
        ROW,
        *(url, _whole(session.title, len(session.title) > TITLE), session.title),
        _category(session, words),
        *(words["dates"], _dates(session)),
        *(words["courses"], _courses(row.courses) or format_html(MUTED, words["none"])),
        *(words["learners"], row.learners, format_html(MUTED, f"/{session.seats}") if session.seats else ""),
        *(words["coaches"], _coaches(row.coaches) or format_html(MUTED, words["none"])),
        *(words["state"], state(row.look)),
        format_html(MENU, session.pk, words["actions"], session.title, session.pk, _menu(row, url, words)),
    )


def _whole(words: str, needed: bool) -> SafeString | str:
    return format_html(' title="{}"', words) if needed else ""


def _category(session: CourseSession, words: Words) -> SafeString:
    if session.category is None:
        return EMPTY
    name = session.category.name
    shown = format_html(CLIPPED, "max-w-32", _whole(name, len(name) > CATEGORY), name)
    return format_html('<td data-label="{}">{}</td>', words["category"], shown)


def _dates(session: CourseSession) -> SafeString | str:
    """As courses/parts/session_dates.html."""
    days = session.duration_days
    if days:
        return ngettext("%(n)s day for each learner", "%(n)s days for each learner", days) % {"n": days}
    return dates(session.opens_at, session.closes_at)


def _courses(titles: Sequence[str]) -> SafeString | str:
    """The only one, or the first and how many."""
    if len(titles) > 1:
        shown = format_html(MUTED + " {} …", f"{len(titles)}:", titles[0])
        return format_html(CLIPPED, "max-w-36", _whole(", ".join(titles), True), shown)
    return format_html(CLIPPED, "max-w-36", "", titles[0]) if titles else ""


def _coaches(names: Sequence[str]) -> SafeString | str:
    """The only one, or the first and how many more."""
    if len(names) > 1:
        shown = format_html("{} " + MUTED, names[0], f"+{len(names) - 1}")
        return format_html(CLIPPED, "max-w-44", _whole(", ".join(names), True), shown)
    return format_html(CLIPPED, "max-w-44", "", names[0]) if names else ""


def _menu(row: Row, url: str, words: Words) -> SafeString:
    return format_html_join("", ACTION, _actions(row, url, words))


def _actions(row: Row, url: str, words: Words) -> Iterator[tuple[str, str, str]]:
    """What can be done with a session: how it looks, where it is done, in words."""
    session = row.session
    if session.state == CourseSession.State.DRAFT:
        yield "", f"{url}edit/{'learners' if row.courses else 'courses'}/", words["go_on"]
    yield "", f"{url}edit/", words["edit"]
    if not session.standing_for_id:
        yield "", f"{reverse('session_new')}?from={session.pk}", words["start"]
    if session.state == CourseSession.State.PUBLISHED:
        yield " menu-item-danger", f"{url}state/?to=cancelled", words["cancel"]

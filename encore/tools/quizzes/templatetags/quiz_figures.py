"""Figures of tests, for their templates. What could not be reckoned is a dash."""

from __future__ import annotations

from django import template
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from encore.courses.context import Here
from encore.courses.rules import Action
from encore.toolkit.outline import Entry
from encore.tools.quizzes.to_mark import attempts_at

register = template.Library()


@register.filter
def percent(share: float | None) -> str:
    """A share as a percentage: 63 %."""
    return "–" if share is None else _("%(n)s %%") % {"n": number_format(round(share * 100), use_l10n=True)}


@register.filter
def coefficient(value: float | None) -> str:
    """A correlation and its like, with two decimals: 0.42."""
    return "–" if value is None else number_format(round(value, 2) + 0, decimal_pos=2)


@register.simple_tag
def sees_results(here: Here) -> bool:
    """Whether this person sees what learners of this session did."""
    return here.session_course is not None and here.may(Action.SEE_PEOPLE)


@register.simple_tag
def handed_in(here: Here, test: Entry) -> int:
    """How many attempts at a test are handed in here, for who sees them. One query, for them only."""
    return attempts_at(here, test.pk).count() if sees_results(here) else 0

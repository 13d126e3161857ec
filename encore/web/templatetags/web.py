"""What the cards of My sessions say again and again."""

from __future__ import annotations

from collections.abc import Sequence

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from encore.base.templatetags.encore import as_names
from encore.base.templatetags.encore import progress as bar
from encore.toolkit.progress import Progress

register = template.Library()


@register.simple_tag
def progress_in(progress: Progress, title: str) -> SafeString:
    """How far a learner is in the course or session of this title."""
    return bar(progress.done, progress.total, _("Progress in %(title)s") % {"title": title})


@register.simple_tag
def coaches(names: Sequence[object]) -> SafeString:
    """Who coaches: three by name, else two and how many more."""
    if len(names) > 3:
        more = len(names) - 2
        words = ngettext("%(shown)s and %(n)s more coach", "%(shown)s and %(n)s more coaches", more)
        words = words % {"shown": as_names(names[:2]), "n": more}
    else:
        words = ngettext("Coach: %(shown)s", "Coaches: %(shown)s", len(names)) % {"shown": as_names(names)}
    return format_html('<span class="coaches">{}</span>', words)

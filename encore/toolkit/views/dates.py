"""When an item opens, is due and closes in this place, and where each date comes from."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from encore.base.meanwhile import held, over_theirs, saving
from encore.courses.context import Here
from encore.courses.rules import Action
from encore.ledger.meanwhile import last_change_of
from encore.toolkit.dating import DatesForm
from encore.toolkit.decorators import in_writing
from encore.toolkit.models import Item
from encore.toolkit.pages import list_of, tool_page
from encore.toolkit.permission import require, require_publisher
from encore.toolkit.registry import Tool
from encore.toolkit.schedule import dates_in
from encore.toolkit.settings import set_settings
from encore.toolkit.writing import find_shown


@require_http_methods(["GET", "HEAD", "POST"])
@in_writing
def item_dates(request: HttpRequest, here: Here, tool: Tool, uuid: UUID) -> HttpResponse:
    """POST: opens, due, closes: moments as text; an empty one inherits."""
    require(here, Action.RE_DATE)
    if here.session is None:
        require_publisher(here)
    shown = find_shown(here, tool, uuid)
    with saving(request):
        held(Item.objects.all(), request).get(pk=shown.pk)  # two who set dates for the first time wait for each other
        form = over_theirs(
            lambda data: DatesForm(data, here=here, item=shown),
            request.POST if request.method == "POST" else None,
            lambda: last_change_of(shown),
        )
        if saved := form.is_ready():
            set_settings(shown, here, **form.cleaned_data, options=form.options)
    if saved:
        messages.success(request, _("The dates of “%(title)s” are saved.") % {"title": shown.title})
        return redirect(list_of(here, tool, shown.parent_id, changed=uuid))
    context = {
        "form": form,
        "item": shown,
        "dates": dates_in(here, [shown]).get(shown.pk),
        "back": list_of(here, tool, shown.parent_id),
    }
    return tool_page(request, here, "toolkit/dates.html", context, status=form.status if form.clash else 200)

"""The HR managers who follow a session."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from encore.courses.actions.following import set_followers
from encore.courses.context import Here
from encore.courses.decorators import in_session
from encore.courses.errors import CannotDo
from encore.courses.forms.choices import numbers_in
from encore.courses.queries.overview import followers_of, hr_managers_besides
from encore.courses.views.paging import page_of
from encore.courses.words import Access


@in_session(level=Access.MANAGE)
def session_followers(request: HttpRequest, here: Here) -> HttpResponse:
    """Two lists; a POST sends who to add and who to remove."""
    if request.method == "POST":
        add, remove = numbers_in(request.POST.getlist("add")), numbers_in(request.POST.getlist("remove"))
        try:
            set_followers(here.session, add=add, remove=remove, by=request.user, at=here.at)
        except CannotDo as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("Saved. Who follows the session finds it among their reports."))
        return redirect(request.get_full_path())
    q = request.GET.get("q", "").strip()
    context = {
        "here": here,
        "session": here.session,
        "q": q,
        "available": page_of(hr_managers_besides(here.session, q=q), request),
        "followers": list(followers_of(here.session)),
    }
    return render(request, "courses/session_followers.html", context)

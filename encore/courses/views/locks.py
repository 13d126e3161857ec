"""The locks of a session's courses: set for one of them, some or all at once, and lifted again."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from encore.base.meanwhile import held, over_theirs, saving
from encore.courses.actions.locks import lift_lock, set_lock
from encore.courses.context import Here
from encore.courses.decorators import in_session
from encore.courses.forms.locks import LockForm, kinds_of
from encore.courses.locks import ShownLock, shown_locks, with_who_locked
from encore.courses.models import SessionCourse
from encore.courses.views.sending import sent
from encore.courses.words import Access
from encore.ledger.meanwhile import last_change_of


@in_session(level=Access.MANAGE)
def session_locks(request: HttpRequest, here: Here) -> HttpResponse:
    """GET: ?course= (several) are ticked; without, all are. POST: kinds, places and reason; or lift=stamp (several)."""
    if request.method == "POST" and "lift" in request.POST:
        return _lift(request, here)
    with saving(request):
        form = _form_over(request, here)
        if form.is_ready():
            return _lock(request, here, form)
    rows = [(place, shown_locks(place)) for place in _places(here)]
    context = {
        "here": here,
        "session": here.session,
        "form": form,
        "rows": rows,
        "set": [lock.stamp for _place, locks in rows for lock in locks if lock.reason],
    }
    return render(request, "courses/session_locks.html", context, status=form.status)


def _places(here: Here) -> Any:
    rows = with_who_locked(here.session.session_courses.select_related("course"))
    return rows.prefetch_related("coaches__person").order_by("position", "id")


def _form_over(request: HttpRequest, here: Here) -> LockForm:
    places: list[SessionCourse] = list(held(_places(here), request))
    asked = set(request.GET.getlist("course"))
    chosen = [str(place.pk) for place in places if not asked or place.course.code in asked]
    return over_theirs(
        lambda data: LockForm(data, places=places, chosen=chosen),
        sent(request),
        lambda: last_change_of(here.session),
    )


def _lock(request: HttpRequest, here: Here, form: LockForm) -> HttpResponse:
    places = [place for place in _places(here) if str(place.pk) in form.cleaned_data["places"]]
    changed: set[int] = set()
    for kind in kinds_of(form):
        locked = set_lock(places, kind, reason=form.cleaned_data["reason"], by=request.user, at=here.at)
        changed |= {place.pk for place in locked}
    words = ngettext("%(n)d course is locked.", "%(n)d courses are locked.", len(changed))
    if changed:
        messages.success(request, words % {"n": len(changed)})
    else:
        messages.info(request, _("This was locked already, for the same reason."))
    return redirect("session_locks", here.session.pk)


def _lift(request: HttpRequest, here: Here) -> HttpResponse:
    """What was set anew since one looked stays locked."""
    asked = request.POST.getlist("lift")
    with transaction.atomic():
        locks = [lock for place in _places(here) for lock in shown_locks(place)]
        meant = [lock for lock in locks if lock.reason and lock.stamp in asked]
        moved = [lock for lock in locks if lock not in meant and _was_meant(lock, asked)]
        for lock in meant:
            lift_lock([lock.place], lock.kind, by=request.user, at=here.at)
    if meant:
        words = ngettext("%(n)d lock is lifted.", "%(n)d locks are lifted.", len(meant))
        messages.success(request, words % {"n": len(meant)})
    for lock in moved:
        facts = {"course": lock.place.course, "name": lock.by or _("somebody")}
        messages.warning(request, _("%(course)s was locked anew by %(name)s. Look again.") % facts)
    return redirect("session_locks", here.session.pk)


def _was_meant(lock: ShownLock, asked: list[str]) -> bool:
    return bool(lock.reason) and any(stamp.startswith(f"{lock.key}-") for stamp in asked)

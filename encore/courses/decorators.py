"""`@in_course` and `@in_session`: make `here` once per request, and guard the door."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import now
from django.utils.translation import gettext as _

from encore.courses.context import Here, NoSuchPlace, here_for
from encore.courses.explaining import explain, may_write_to, own_window, runs_without_content, sentence
from encore.courses.viewing import as_learner, viewed_moment
from encore.courses.words import Access, Sight

View = Callable[..., HttpResponse]
SAFE = ("GET", "HEAD", "OPTIONS")


def in_course(
    view: View | None = None,
    *,
    level: Access = Access.READ,
    sight: Sight | None = Sight.CONTENT,
    as_oneself: bool = False,
) -> Any:
    """For views of a course, in a session (`session` and `code` in the address) or on its own (`code` alone).

    Calls `view(request, here, …)`. 404 where the person may know nothing of the place, an explaining 403 where the
    door is closed or the level or sight asked for is not theirs. `as_oneself`: also while one looks as a learner.
    """
    return _door(view, level, sight, as_oneself)


def in_session(
    view: View | None = None, *, level: Access = Access.READ, sight: Sight | None = None, as_oneself: bool = False
) -> Any:
    """For views of a session as a whole (`session` in the address); otherwise as `in_course`."""
    return _door(view, level, sight, as_oneself)


def _door(view: View | None, level: Access, sight: Sight | None, as_oneself: bool) -> Any:
    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(
            request: HttpRequest, *args: Any, session: int | None = None, code: str | None = None, **kwargs: Any
        ) -> HttpResponse:
            at = now()
            try:
                here = here_for(request.user, at=at, session=session, code=code)
            except NoSuchPlace:
                raise Http404 from None
            if here.access.level is Access.NONE:
                raise Http404
            moment = None if session is None or as_oneself else viewed_moment(request, session, at)
            here = here if moment is None else as_learner(here, moment)
            request.here = here  # type: ignore[attr-defined]
            if here.viewing_as and request.method not in SAFE:
                return refused_while_viewing(request, here)
            if here.access.level < level or (sight and not here.sees(sight)):
                return closed_door(request, here)
            return view(request, here, *args, **kwargs)

        guarded.door = (level, sight)  # type: ignore[attr-defined]
        return guarded

    return decorate(view) if view else decorate


def refused_while_viewing(request: HttpRequest, here: Here) -> HttpResponse:
    """What is sent while one looks as a learner goes nowhere, from whichever tab it comes."""
    reason = _(
        "You look at this session as a learner, so nothing can be sent. End it in the bar above, and send again."
    )
    return render(request, "403.html", {"here": here, "reason": reason, **_back(here)}, status=403)


def _back(here: Here) -> dict[str, Any]:
    place = here.session_course or here.session
    return {"back_url": place.get_absolute_url(), "back_label": _("Back to %(place)s") % {"place": here.title}}


def _no_page_of_a_learner(here: Here) -> str:
    if here.viewing_as is None:
        return ""
    elif here.is_open:
        return _("A learner does not have this page. End the view in the bar above to open it.")
    else:
        return _("A learner does not find this place at that moment: to them there is no such page.")


def _not_permitted(here: Here) -> str:
    if runs_without_content(here):
        return sentence(here)
    elif here.access.level is Access.MANAGE:
        return _("Your role does not permit this. An administrator can change that under Permissions.")
    else:
        return _("This page is for those who coach or manage here.")


def closed_door(request: HttpRequest, here: Here) -> HttpResponse:
    """The 403 that says why, since when, until when, and whom to ask. For who may be here, but not on this page, a
    plain one."""
    if here.is_open or here.access.level is Access.NONE:
        reason = _no_page_of_a_learner(here) or _not_permitted(here)
        return render(request, "403.html", {"here": here, "reason": reason, **why_read_only(here)}, status=403)
    door, window = explain(here), own_window(here)
    context = {
        "here": here,
        "title": here.course or here.session,
        "subtitle": here.session if here.course and here.session and not here.session.is_standing else "",
        "course": here.course,
        "dates": (window.opens_at, window.closes_at) if window.opens_at or window.closes_at else None,
        "zone": here.session.time_zone if here.session else None,
        "sentence": door.sentence,
        "since": door.since,
        "until": door.until,
        "ask": door.ask,
        "may_write": may_write_to(here),
    }
    return render(request, "closed_door.html", context, status=403)


def why_read_only(here: Here) -> dict[str, Any]:
    """For a page that refuses: why one may only read in this place, and whom to ask; nothing where one may do more."""
    if here.is_read_only:
        door = explain(here)
        return {"why": door.sentence, "ask": door.ask}
    else:
        return {}

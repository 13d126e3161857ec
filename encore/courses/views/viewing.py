"""View as a learner of this session, at a chosen moment: begun and ended, both recorded."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.signals import user_logged_out
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.timezone import now
from django.views.decorators.http import require_POST

from encore.courses.actions.viewing import record_begin, record_end
from encore.courses.context import Here
from encore.courses.decorators import in_session
from encore.courses.forms.moment import MomentForm
from encore.courses.models import CourseSession, SessionCourse
from encore.courses.viewing import begin_viewing, end_viewing
from encore.courses.views.links import place_url, session_url
from encore.courses.views.sending import sent
from encore.courses.words import Access, Sight


@in_session(level=Access.COACH, sight=Sight.CONTENT, as_oneself=True)
def view_as_learner(request: HttpRequest, here: Here) -> HttpResponse:
    """Asks for the moment; a POST begins, or goes on at another moment."""
    form = MomentForm(sent(request), zone=here.session.zone, at=here.at)
    place = _place(request, here)
    if form.is_valid():
        moment = form.cleaned_data["moment"]
        record_begin(here.session, moment, by=request.user, at=here.at)
        begin_viewing(request, here.session.pk, moment, here.at)
        return redirect(_url(here, place))
    context = {"here": here, "session": here.session, "place": place, "form": form, "back": _url(here, place)}
    return render(request, "courses/view_as_learner.html", context, status=422 if form.errors else 200)


@require_POST
def view_as_learner_end(request: HttpRequest) -> HttpResponse:
    """One click, back on the same page as oneself."""
    session = _ended(request)
    back = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(back, {request.get_host()}, request.is_secure()):
        return redirect(back)
    else:
        return redirect((session and session_url(session)) or "/")


@receiver(user_logged_out)
def end_with_the_sign_in(sender: Any, request: HttpRequest, user: Any, **kwargs: Any) -> None:
    if user is not None:
        _ended(request)


def _ended(request: HttpRequest) -> CourseSession | None:
    viewed = end_viewing(request)
    session = CourseSession.objects.filter(pk=viewed).first() if viewed else None
    if session is not None:
        record_end(session, by=request.user, at=now())
    return session


def _place(request: HttpRequest, here: Here) -> SessionCourse | None:
    """The course that one comes from."""
    code = request.POST.get("course") or request.GET.get("course") or ""
    return here.session.session_courses.filter(course__code__iexact=code).select_related("course").first()


def _url(here: Here, place: SessionCourse | None) -> str:
    return place_url(here.session, place.course) if place else session_url(here.session)

"""Publishing, cancelling, archiving a session and taking that back; deleting one that nobody was ever in."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from encore.courses.actions.session import archive, back_to_draft, cancel, delete_session, publish
from encore.courses.context import Here
from encore.courses.decorators import in_session
from encore.courses.effects import digest_of, effects_of
from encore.courses.errors import CannotDo
from encore.courses.forms.enrolment import CancelForm
from encore.courses.models import CourseSession, Enrolment
from encore.courses.views.confirming import is_confirmed
from encore.courses.views.sending import sent
from encore.courses.words import Access
from encore.people.decorators import recently_confirmed

State = CourseSession.State


@dataclass(frozen=True)
class Change:
    """A step from one state to another, in the words of the page that asks."""

    to: str
    label: str | Promise
    icon: str
    says: str | Promise
    done: str | Promise
    danger: bool = False
    may_tell: bool = False


PUBLISH = Change(
    State.PUBLISHED,
    gettext_lazy("Publish"),
    "circle-check",
    gettext_lazy("The session opens to its learners in its own time."),
    gettext_lazy("“%(title)s” is published."),
)
REOPEN = Change(
    State.PUBLISHED,
    gettext_lazy("Let it take place after all"),
    "rotate-ccw",
    gettext_lazy("The session opens to its learners and coaches again, in its own time."),
    gettext_lazy("“%(title)s” takes place again."),
    may_tell=True,
)
UNARCHIVE = Change(
    State.PUBLISHED,
    gettext_lazy("Take out of the archive"),
    "archive-restore",
    gettext_lazy("The session counts by its dates again."),
    gettext_lazy("“%(title)s” is out of the archive."),
)
TO_DRAFT = Change(
    State.DRAFT,
    gettext_lazy("Back to draft"),
    "pencil-line",
    gettext_lazy("Only coaches and managers see the session until it is published again. Nothing is lost."),
    gettext_lazy("“%(title)s” is a draft again."),
)
CANCEL = Change(
    State.CANCELLED,
    gettext_lazy("Cancel the session"),
    "ban",
    gettext_lazy(
        "The session closes to learners and coaches, who read the reason. Enrolments and results stay, and it can be "
        "taken back."
    ),
    gettext_lazy("“%(title)s” is cancelled."),
    danger=True,
    may_tell=True,
)
ARCHIVE = Change(
    State.ARCHIVED,
    gettext_lazy("Archive"),
    "archive",
    gettext_lazy("Coaches can still read; learners keep their results. It can be taken back."),
    gettext_lazy("“%(title)s” is archived."),
)
CHANGES: dict[str, tuple[Change, ...]] = {
    State.DRAFT: (PUBLISH,),
    State.PUBLISHED: (TO_DRAFT, ARCHIVE, CANCEL),
    State.CANCELLED: (REOPEN, ARCHIVE),
    State.ARCHIVED: (UNARCHIVE,),
}


def changes_from(state: str) -> tuple[Change, ...]:
    """The steps that lead on from a state."""
    return CHANGES[state]


@in_session(level=Access.MANAGE)
def session_state(request: HttpRequest, here: Here) -> HttpResponse:
    """Asks first and shows who is affected; what is sent twice is done once."""
    session = here.session
    to = request.POST.get("to") or request.GET.get("to", "")
    if request.method == "POST" and to == session.state:
        return redirect("session_overview", session.pk)
    change = next((change for change in CHANGES[session.state] if change.to == to), None)
    if request.POST.get("was", session.state) != session.state:
        now = {"state": session.get_state_display()}
        messages.warning(request, _("Nothing was done: meanwhile the session has the state “%(state)s”.") % now)
        return redirect("session_overview", session.pk)
    if change is None:
        raise Http404
    effects = effects_of(session, {"state": change.to}, here.at)
    moved_on = "confirmed" in request.POST and not is_confirmed(request, effects)
    form = CancelForm(sent(request), label_suffix="") if change is CANCEL else None
    if request.method == "POST" and not moved_on and (form is None or form.is_valid()):
        _do(request, here, change, reason=form.cleaned_data["reason"] if form else "")
        return redirect("session_overview", session.pk)
    context = {
        "here": here,
        "session": session,
        "change": change,
        "form": form,
        "effects": effects,
        "digest": digest_of(effects),
        "moved_on": moved_on,
    }
    wrong = form is not None and bool(form.errors)
    return render(request, "courses/session_state.html", context, status=422 if wrong else 200)


@in_session(level=Access.MANAGE)
@recently_confirmed(gettext_lazy("You are about to delete a session for good."))
def session_deletion(request: HttpRequest, here: Here) -> HttpResponse:
    """Asks first; where people have been enrolled it says why not, and offers the archive."""
    session = here.session
    used = Enrolment.objects.filter(session=session).exists()
    if request.method == "POST":
        try:
            delete_session(session, by=request.user, at=here.at)
        except CannotDo as error:
            messages.error(request, str(error))
            return redirect("session_overview", session.pk)
        messages.success(request, _("“%(title)s” is deleted.") % {"title": session.title})
        return redirect("sessions")
    return render(request, "courses/session_deletion.html", {"here": here, "session": session, "used": used})


def _do(request: HttpRequest, here: Here, change: Change, *, reason: str) -> None:
    session, by, at = here.session, request.user, here.at
    tell = change.may_tell and "tell" in request.POST
    if change.to == State.PUBLISHED:
        publish(session, by=by, at=at, tell=tell)
    elif change.to == State.CANCELLED:
        cancel(session, reason=reason, by=by, at=at, tell=tell)
    elif change.to == State.ARCHIVED:
        archive(session, by=by, at=at)
    else:
        back_to_draft(session, by=by, at=at)
    messages.success(request, str(change.done) % {"title": session.title})

"""Step-up: before something dangerous, whoever is signed in says once more that it is them.

The question takes the place of the answer. What was sent goes along in hidden fields, so that the request is carried
out after the question as it was sent: nothing is kept on the server, and two tabs do not disturb each other.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from axes.handlers.proxy import AxesProxyHandler
from django import forms
from django.conf import settings
from django.contrib.auth.signals import user_login_failed
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from encore.people.errors import PeopleError
from encore.people.factors import accept_code, factor_of
from encore.people.models import Person

CONFIRMED_AT = "confirmed_at"  # in the login session: seconds
OWN_FIELDS = ("step_up_password", "step_up_code")
LEFT_OUT = frozenset({"csrfmiddlewaretoken", "step_up_name", *OWN_FIELDS})
SALT = "encore.people.confirming"


def confirm(request: HttpRequest, at: datetime) -> None:
    """Note that it has just been shown who is at this browser."""
    request.session[CONFIRMED_AT] = int(at.timestamp())


def is_recent(request: HttpRequest, at: datetime) -> bool:
    """Whether who is at this browser was shown within the last CONFIRMATION_MINUTES."""
    age = at.timestamp() - request.session.get(CONFIRMED_AT, 0)
    return -60 <= age < settings.CONFIRMATION_MINUTES * 60


def question_before(request: HttpRequest, sentence: str = "", *, at: datetime) -> HttpResponse | None:
    """The page that asks, where it has to be asked before this request; None where the request may be carried out.

    `sentence` says what for. A view that only sometimes does something dangerous calls this just before doing it.
    """
    if is_recent(request, at):
        return None
    answered = request.method == "POST" and any(name in request.POST for name in OWN_FIELDS)
    form = ConfirmForm(request.POST if answered else None, request=request, at=at)
    if answered and form.is_valid():
        confirm(request, at)
        return None
    elif _wants_no_page(request):
        words = _("Confirm first that it is you: load the page again.")
        return HttpResponse(words, status=403, content_type="text/plain; charset=utf-8")
    else:
        return _question(request, form, str(sentence))


class ConfirmForm(forms.Form):
    """The password, or a code, of whoever is really at this browser, also while they act as somebody else."""

    step_up_password = forms.CharField(
        label=gettext_lazy("Your password"),
        required=False,  # where a code will do
        strip=False,
        max_length=4096,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password", "autofocus": True}),
    )
    step_up_code = forms.CharField(
        label=gettext_lazy("Or a code of your app"),
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "autocapitalize": "none"}),
    )

    def __init__(self, *args: Any, request: HttpRequest, at: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request, self.at = request, at
        self.person = person_at(request)
        if not factor_of(self.person):
            del self.fields["step_up_code"]
            self.fields["step_up_password"].required = True

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if code := cleaned.get("step_up_code"):
            try:
                accept_code(self.person, code, at=self.at)
            except PeopleError as error:
                self.add_error("step_up_code", str(error))
        elif password := cleaned.get("step_up_password"):
            if not is_password_of(self.person, password, self.request):
                self.add_error("step_up_password", _("This is not your password. Mind upper and lower case."))
        elif not self.errors:
            self.add_error("step_up_password", _("Enter your password, or a code."))
        return cleaned


def person_at(request: HttpRequest) -> Person:
    """Who is at the browser: the administrator behind it, where one acts as another."""
    return getattr(request, "acting", None) or request.user  # type: ignore[return-value]


def is_password_of(person: Person, password: str, request: HttpRequest) -> bool:
    """Whether it is. Wrong ones count together with those at sign-in, and close the same door for the same while."""
    credentials, counted = {"username": person.username}, _without_form(request, person.username)
    right = False
    if not AxesProxyHandler.is_allowed(counted, credentials):
        counted.axes_locked_out = True  # type: ignore[attr-defined]
    elif not (right := person.check_password(password)):
        user_login_failed.send(sender=__name__, credentials=credentials, request=counted)
    request.counted_under = person.username  # type: ignore[attr-defined]
    for name, value in vars(counted).items():
        if name.startswith("axes_"):  # its middleware answers where the door is closed
            setattr(request, name, value)
    return right


def what_for(signed: str) -> str:
    """The sentence that came back with an answer; "" for one that was not ours."""
    try:
        return signing.loads(signed, salt=SALT)
    except signing.BadSignature:
        return ""


def _without_form(request: HttpRequest, username: str) -> HttpRequest:
    """The request as wrong attempts are noted with it: not the place to keep a form that waits for an answer."""
    bare = HttpRequest()
    bare.META, bare.path = request.META, request.path
    bare.counted_under = username  # type: ignore[attr-defined]
    return bare


def _wants_no_page(request: HttpRequest) -> bool:
    return not request.headers.get("HX-Request") and "text/html" not in request.headers.get("Accept", "text/html")


def _question(request: HttpRequest, form: ConfirmForm, sentence: str) -> HttpResponse:
    htmx = bool(request.headers.get("HX-Request"))
    reading = request.method in ("GET", "HEAD")
    context = {
        "form": form,
        "sentence": sentence,
        "signed_sentence": signing.dumps(sentence, salt=SALT),
        "account": form.person,
        "action": reverse("confirm") if reading else request.get_full_path(),
        "back": request.get_full_path() if reading else "",
        "came_from": request.headers.get("Referer", "") if reading else "",
        "sent": [] if reading else _sent(request),
        "files": [file.name for file in request.FILES.values()],  # type: ignore[union-attr]
    }
    # htmx shows only what was answered with success, and only the part it asked for unless told otherwise.
    response = render(request, "people/confirm.html", context, status=200 if htmx else 403)
    if htmx:
        response["HX-Retarget"] = response["HX-Reselect"] = "#content"
        response["HX-Reswap"] = "outerHTML show:window:top"
    add_never_cache_headers(response)
    return response


def _sent(request: HttpRequest) -> list[tuple[str, str]]:
    return [(name, value) for name, values in request.POST.lists() if name not in LEFT_OUT for value in values]

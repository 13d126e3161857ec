"""Signing in and out, and setting a password by a link: the pages before one is known."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.encoding import force_str, iri_to_uri
from django.utils.http import url_has_allowed_host_and_scheme, urlsafe_base64_decode
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from encore.people import actions
from encore.people.actions.acting import end_acting
from encore.people.confirming import question_before, what_for
from encore.people.errors import PeopleError
from encore.people.factors import accept_code
from encore.people.forms import CodeForm, ForgottenForm, NewPasswordForm, SignInForm
from encore.people.half_way import sign_in, wait_for_code, who_waits
from encore.people.models import Person
from encore.people.sign_in import find_person, locked_until, name_for_throttling
from encore.people.tokens import invitation_tokens, reset_tokens


class SignIn(LoginView):
    """Back to the page that was asked for; a wrong attempt keeps the name and tells not which part was wrong."""

    template_name = "people/sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True
    extra_context = {"back_to_form": False}

    def form_valid(self, form: Any) -> HttpResponse:
        person = form.get_user()
        if hasattr(person, "second_factor"):
            wait_for_code(self.request, person, back=self.get_success_url(), at=now())
            return redirect("sign_in_code")
        else:
            return super().form_valid(form)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(lost="lost" in self.request.GET, **kwargs)


class SignOut(LogoutView):
    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if state := request.acting_state:  # type: ignore[attr-defined]
            request.acting = None  # type: ignore[attr-defined]
            end_acting(state.subject, by=state.by, at=now(), why="signed out")
        return super().post(request, *args, **kwargs)


@sensitive_post_parameters()
@never_cache
def sign_in_code(request: HttpRequest) -> HttpResponse:
    """After the password of somebody with a second factor: nobody is signed in before the code is right."""
    person, recovery = who_waits(request, now()), "recovery" in request.GET
    if person is None:
        messages.info(request, _("Signing in took too long. Begin again with your password."))
        return redirect("sign_in")
    form = CodeForm(request.POST or None, recovery=recovery)
    form.fields["code"].widget.attrs["autofocus"] = True
    if form.is_valid():
        try:
            way = accept_code(person, form.cleaned_data["code"], at=now())
        except PeopleError as error:
            form.refuse(error)
        else:
            return redirect(sign_in(request, person, way))
    return render(request, "people/sign_in_code.html", {"form": form, "recovery": recovery, "account": person})


def locked_out(request: HttpRequest, response: HttpResponse | None = None, credentials: Any = None) -> HttpResponse:
    """Too many wrong attempts: says when the next one counts."""
    until, by_address = locked_until(request, name_for_throttling(request, credentials))
    context = {"until": until, "by_address": by_address, "at": now()}
    return render(request, "people/locked_out.html", context, status=429)


@sensitive_post_parameters()
@require_POST
def confirm(request: HttpRequest) -> HttpResponse:
    """The answer to a question that stood before something to read: goes on to that, or asks again."""
    if question := question_before(request, what_for(request.POST.get("what_for", "")), at=now()):
        return question
    context = {name: _address_here(request, name) for name in ("next", "came_from")}
    response = render(request, "people/confirmed.html", context)
    response["Refresh"] = f"0; url={context['next']}"  # a file is saved, and the page stays: it leads back
    return response


def password_reset(request: HttpRequest) -> HttpResponse:
    """Mails a link. The answer is the same whether anybody has this name or not."""
    form = ForgottenForm(request.POST or None)
    if form.is_valid():
        person = find_person(form.cleaned_data["name"])
        if person and person.is_active and person.email:
            actions.send_password_reset(person, by=person, at=now())
        return redirect("password_reset_sent")
    else:
        return render(request, "people/password_reset.html", {"form": form})


def password_reset_sent(request: HttpRequest) -> HttpResponse:
    return render(request, "people/password_reset_sent.html")


@sensitive_post_parameters()
@never_cache
def password_set(request: HttpRequest, uidb64: str, token: str) -> HttpResponse:
    """Where the links of invitations and resets lead."""
    person = _person_of(uidb64)
    if person is None or not (_is_good(person, token)):
        return _old_link(request, person, token)
    form = NewPasswordForm(person, request.POST or None)
    if form.is_valid():
        actions.set_password(person, form.cleaned_data["new_password1"], by=person, at=now())
        return redirect("password_set_done")
    else:
        invited = person.last_login is None
        return render(request, "people/password_set.html", {"form": form, "account": person, "invited": invited})


def password_set_done(request: HttpRequest) -> HttpResponse:
    return render(request, "people/password_set_done.html")


def _address_here(request: HttpRequest, name: str) -> str:
    """The address of this site that was sent under this name; else that of the first page."""
    address = request.POST.get(name, "")
    safe = url_has_allowed_host_and_scheme(address, {request.get_host()}, request.is_secure())
    return iri_to_uri(address) if safe else reverse("home")


def _old_link(request: HttpRequest, person: Person | None, token: str) -> HttpResponse:
    """Explains, and mails a new link to whom the old one was for. Tells nothing about whether there is somebody."""
    if request.method == "POST":
        if person is not None:
            actions.renew(person, token, at=now())
        return redirect("password_reset_sent")
    else:
        expired = person is not None and any(t.is_ours(person, token) for t in (reset_tokens, invitation_tokens))
        return render(request, "people/password_link_old.html", {"expired": expired}, status=410)


def _person_of(uidb64: str) -> Person | None:
    try:
        pk = int(force_str(urlsafe_base64_decode(uidb64)))
    except (ValueError, OverflowError):
        return None
    return Person.objects.filter(pk=pk, is_active=True).first() if 0 < pk < 2**63 else None


def _is_good(person: Person, token: str) -> bool:
    return reset_tokens.is_good(person, token, now()) or invitation_tokens.is_good(person, token, now())

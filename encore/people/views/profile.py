"""What people change about themselves."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from encore.people import actions
from encore.people.confirming import confirm
from encore.people.device_store import device_here
from encore.people.errors import PeopleError, PictureRefused
from encore.people.forms import ChangePasswordForm, PictureForm, ProfileForm, role_words
from encore.people.models import Person
from encore.people.queries import acted_as


def profile(request: HttpRequest) -> HttpResponse:
    form = ProfileForm(request.POST or None, person=request.user)
    if form.is_valid():
        try:
            actions.update_profile(request.user, form.cleaned_data, at=now())
        except PeopleError as error:
            form.refuse(error)
        else:
            _say(request, "Your profile is saved.")
            return redirect("profile")
    return _page(request, form=form)


@require_POST
def profile_picture(request: HttpRequest) -> HttpResponse:
    """Sets the picture, or with `do=remove` takes it away."""
    if request.POST.get("do") == "remove":
        actions.remove_picture(request.user, by=request.user, at=now())
        messages.success(request, _("Your picture is removed."))
        return redirect("profile")
    form = PictureForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            actions.set_picture(request.user, form.cleaned_data["picture"], by=request.user, at=now())
        except PictureRefused as error:
            form.add_error("picture", str(error))
        else:
            messages.success(request, _("Your picture is saved."))
            return redirect("profile")
    return _page(request, picture_form=form)


@sensitive_post_parameters()
def profile_password(request: HttpRequest) -> HttpResponse:
    form = ChangePasswordForm(request.user, request.POST or None, request=request)
    if form.is_valid():
        password, here = form.cleaned_data["new_password1"], device_here(request)
        actions.set_password(request.user, password, keep=here, by=request.user, at=now())
        confirm(request, now())
        update_session_auth_hash(request, request.user)  # here one stays signed in, elsewhere not
        messages.success(request, _("Your password is changed. Other devices are signed out."))
        return redirect("profile")
    else:
        return render(request, "people/profile_password.html", {"form": form})


@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """The switch in the person's menu: back to the page it was pressed on."""
    if request.POST.get("theme") in Person.Theme.values:
        actions.update_profile(request.user, {"theme": request.POST["theme"]}, at=now())
    back = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(back, {request.get_host()}, request.is_secure())
    return redirect(back if safe else "/")


def _say(request: HttpRequest, sentence: str) -> None:
    """In the language just chosen."""
    with translation.override(request.user.language or translation.get_language()):
        messages.success(request, _(sentence))


def _page(
    request: HttpRequest, *, form: ProfileForm | None = None, picture_form: PictureForm | None = None
) -> HttpResponse:
    context = {
        "form": form or ProfileForm(person=request.user),
        "picture_form": picture_form or PictureForm(),
        "roles": role_words(request.user.roles),
        "acted_as": acted_as(request.user)[:20],
    }
    wrong = any(f.errors for f in (context["form"], context["picture_form"]))
    return render(request, "people/profile.html", context, status=422 if wrong else 200)

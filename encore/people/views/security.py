"""Profile → Sign-in and security: second factor, recovery codes, devices; and the reset of somebody's factor."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from encore.people import actions
from encore.people.codes import as_picture, as_text, grouped, new_secret, seal, unseal
from encore.people.decorators import permission_required, recently_confirmed, roles_required
from encore.people.device_store import device_here
from encore.people.errors import NoPower, PeopleError
from encore.people.factors import codes_left, factor_of, is_required_of
from encore.people.forms import CodeForm
from encore.people.models import Person
from encore.people.queries import beyond_power, devices_of, sign_ins_of
from encore.people.sign_in import WITH_CODE
from encore.people.words import Permission, Role

NEW_FACTOR = "new_factor"  # in the login session: the sealed secret of a factor that is being set up
YOUR_SIGN_IN = gettext_lazy("You are about to change how you sign in.")


@require_safe
def security(request: HttpRequest) -> HttpResponse:
    factor = factor_of(request.user)
    context = {
        "factor": factor,
        "codes_left": codes_left(factor) if factor else 0,
        "required": is_required_of(request.user),
        "devices": devices_of(request.user, now()),
        "here": device_here(request),
        "sign_ins": sign_ins_of(request.user)[:10],
        "at": now(),
    }
    return render(request, "people/security.html", context)


@sensitive_post_parameters()
@never_cache
@recently_confirmed(YOUR_SIGN_IN, reading=True)
def second_factor(request: HttpRequest) -> HttpResponse:
    """Shows the secret, and turns the factor on with the first code of the app. Then shows the recovery codes, once."""
    if factor_of(request.user):
        return redirect("security")
    secret, form = _secret(request), CodeForm(request.POST or None)
    if form.is_valid():
        try:
            here = device_here(request)
            codes = actions.set_up_second_factor(request.user, secret, form.cleaned_data["code"], keep=here, at=now())
        except PeopleError as error:
            form.refuse(error)
        else:
            del request.session[NEW_FACTOR]
            request.session[WITH_CODE] = True
            return _codes_page(request, codes, is_new=True)
    context = {
        "form": form,
        "picture": as_picture(secret, request.user.username),
        "secret": as_text(secret),
        "required": is_required_of(request.user),
        "next": _back(request),
    }
    return render(request, "people/second_factor.html", context, status=422 if form.errors else 200)


@recently_confirmed(YOUR_SIGN_IN)
def second_factor_off(request: HttpRequest) -> HttpResponse:
    """Asks first."""
    if request.method == "POST":
        try:
            actions.turn_off_second_factor(request.user, at=now())
        except PeopleError as error:
            messages.error(request, str(error))
        else:
            request.session[WITH_CODE] = False
            messages.success(request, _("Your second factor is off. Your password is enough to sign in."))
        return redirect("security")
    else:
        return render(request, "people/second_factor_off.html", {"required": is_required_of(request.user)})


@require_POST
@never_cache
@recently_confirmed(YOUR_SIGN_IN)
def recovery_codes(request: HttpRequest) -> HttpResponse:
    """Ten new ones, shown this once."""
    try:
        codes = actions.renew_recovery_codes(request.user, at=now())
    except PeopleError as error:
        messages.error(request, str(error))
        return redirect("security")
    else:
        return _codes_page(request, codes, is_new=False)


@require_POST
def devices(request: HttpRequest) -> HttpResponse:
    """Signs a device out, `device=` its uuid; or all but this one, with `device=others`."""
    wanted, here = request.POST.get("device", ""), device_here(request)
    if wanted == "others":
        count = actions.sign_out_elsewhere(request.user, keep=here, at=now())
        words = ngettext("%(n)s other device is signed out.", "%(n)s other devices are signed out.", count)
        messages.success(request, words % {"n": count} if count else _("There was no other device."))
    elif wanted != here and _is_uuid(wanted) and (gone := actions.sign_out_device(request.user, wanted, at=now())):
        messages.success(request, _("%(device)s is signed out.") % {"device": gone})
    else:
        messages.info(request, _("That device was signed out already."))
    return redirect("security")


@roles_required(Role.ADMINISTRATOR, Role.SESSION_ADMINISTRATOR)
@permission_required(Permission.EDIT_PEOPLE)
@recently_confirmed(gettext_lazy("You are about to let somebody sign in without their second factor."))
def person_second_factor(request: HttpRequest, person: UUID) -> HttpResponse:
    """Takes away the factor of somebody who lost app and recovery codes. Asks first."""
    found = get_object_or_404(Person, uuid=person)
    if beyond_power([found], request.user):
        raise NoPower
    if request.method == "POST":
        try:
            actions.reset_second_factor(found, by=request.user, at=now())
        except PeopleError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("%(name)s can sign in with the password alone.") % {"name": found.name})
        return redirect(found)
    else:
        context = {"subject": found, "has_factor": factor_of(found) is not None}
        return render(request, "people/person_second_factor.html", context)


def _secret(request: HttpRequest) -> bytes:
    """That of the factor being set up: the same until it counts, however often the page is loaded."""
    sealed = request.session.get(NEW_FACTOR)
    secret = unseal(sealed) if sealed else None
    if secret is None:
        secret = new_secret()
        request.session[NEW_FACTOR] = seal(secret)
    return secret


def _codes_page(request: HttpRequest, codes: list[str], *, is_new: bool) -> HttpResponse:
    back = _back(request) or reverse("security")
    context = {"codes": [grouped(code) for code in codes], "is_new": is_new, "next": back}
    return render(request, "people/recovery_codes.html", context)


def _back(request: HttpRequest) -> str:
    """The page that was asked for when a second factor had to be set up first; "" otherwise."""
    back = request.POST.get("next") or request.GET.get("next", "")
    return back if url_has_allowed_host_and_scheme(back, {request.get_host()}, request.is_secure()) else ""


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True

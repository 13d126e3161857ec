"""Asking before something is done: who is affected is shown first, and only what was shown is done."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from encore.courses.context import Here
from encore.courses.effects import Effect, Outlook, digest_of
from encore.courses.views.paging import over_all

NOT_CARRIED = ("csrfmiddlewaretoken", "confirmed", "tell", "do")


def is_confirmed(request: HttpRequest, effects: Sequence[Effect | Outlook]) -> bool:
    """Whether just these effects were shown. A date that passed in between makes others, which are shown again."""
    return request.POST.get("confirmed") == digest_of(effects)


def confirm_page(
    request: HttpRequest,
    here: Here | None,
    *,
    title: str,
    subtitle: str,
    effects: Sequence[Effect | Outlook],
    submit: str,
    groups: Sequence[tuple[str, Sequence[Effect]]] = (),
    says: str = "",
    back: str = "",
    **context: Any,
) -> HttpResponse:
    """Shows the effects, and a form that sends again what was sent. `back`: an address; without it "do=back" is posted
    to the same page, which then shows what was typed.

    `groups`: the same effects, where they are told apart under headings. `notes`: sentences about what else happens;
    `danger`; `may_tell`: offers to mail everybody.
    """
    carried = [(name, value) for name, values in request.POST.lists() for value in values if name not in NOT_CARRIED]
    context |= {
        "here": here,
        "session": here.session if here else None,
        "title": title,
        "subtitle": subtitle,
        "effects": [] if groups else [effect for effect in effects if isinstance(effect, Effect)],
        "groups": groups,
        "outlooks": [effect for effect in effects if isinstance(effect, Outlook)],
        "digest": digest_of(effects),
        "moved_on": "confirmed" in request.POST,
        "submit": submit,
        "says": says,
        "back": back,
        "carried": carried,
    }
    response = render(request, "courses/confirm.html", context)
    return over_all(response) if request.headers.get("HX-Request") else response

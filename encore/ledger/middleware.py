"""Tells the audit log where each request comes from."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from encore.base.devices import address_of, agent_of, device_words
from encore.ledger.origin import Origin, acting_in, coming_from


class OriginMiddleware:
    """Before all that may record something; who acts as somebody may be found out later (`request.acting`)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        place = Origin(address_of(request) or "", device_words(agent_of(request)), acting_in(request))
        with coming_from(place):
            return self.get_response(request)

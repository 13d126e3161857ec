"""The world with secrets, and who walks in it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from encore.config import urls
from encore.web.errors import not_found
from tests.isolation.walker import Walker
from tests.isolation.world import World, build


@pytest.fixture(scope="package")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """Built once. Whatever a test does to it is taken back after it, by `db`."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield build(timezone.now())
        transaction.set_rollback(True)


@pytest.fixture
def walker(world: World, db: None, role: str, settings: Any, monkeypatch: Any) -> Iterator[Walker]:
    settings.DEBUG_PROPAGATE_EXCEPTIONS = True
    monkeypatch.setattr(urls, "handler404", drawn_once(not_found))
    logging.disable(logging.ERROR)  # each refusal would be a line
    yield Walker(world, role)
    logging.disable(logging.NOTSET)


def drawn_once(page: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """The page that says "not found" is the same for all that is not found in a place: one of each is enough."""
    drawn = set()

    def answer(request: HttpRequest, exception: Exception) -> HttpResponse:
        here, tool = getattr(request, "here", None), getattr(request, "tool", "")
        place = (here.session, here.course, tool) if here else None
        if place in drawn:
            return HttpResponse(status=404)
        drawn.add(place)
        return page(request, exception)

    return answer

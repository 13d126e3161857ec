"""The clock of the pages, and what their tests look at."""

import re
from collections.abc import Callable
from importlib import import_module

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

CLOCKS = [
    "encore.courses.decorators",
    "encore.results.views.my_results",
    "encore.web.views.home",
    "encore.web.views.course",
    "encore.web.views.search",
]


@pytest.fixture
def clock(monkeypatch, at):
    """Sets the clock of the pages: clock(moment). It stands at `at` until then."""

    def set_to(moment):
        for module in CLOCKS:
            monkeypatch.setattr(import_module(module), "now", lambda: moment)

    set_to(at)
    return set_to


@pytest.fixture
def words_of() -> Callable[..., str]:
    """words_of(response) → the words of a page's main part, without tags, in single spaces."""

    def words(response) -> str:
        html = response.content.decode()
        main = html[html.index("<main") : html.index("</main>")]
        return " ".join(re.sub(r"<[^>]+>", " ", main).split())

    return words


@pytest.fixture
def queries_of() -> Callable[..., int]:
    """queries_of(client, address) → how many queries the page asks."""

    def count(client, address: str) -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            response = client.get(address)
        assert response.status_code == 200, response.status_code
        count.statements = [query["sql"] for query in captured.captured_queries]
        return len(captured)

    return count

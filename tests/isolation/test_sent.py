"""What is sent along knows every name that a page reads, and no cookie makes somebody else of who sends it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.urls import reverse

from tests.isolation.attacks import forms, queries
from tests.isolation.walker import Browser, said_by
from tests.isolation.world import SECRET

READS = {"get", "getlist", "pop", "setdefault"}
SOURCES = {"GET": 0, "POST": 1, "FILES": 1}
# What stands in the question of who is at the browser, which the walk has answered.
NEVER_SENT = {"step_up_password", "step_up_code", "step_up_name"}


def test_every_name_that_a_page_reads_is_sent(world, db):
    """So that a new filter or field is tried with other people's ids from the day on which it is written."""
    sent = ({name for query in queries(world) for name in query}, {name for form in forms(world) for name in form})
    read = {(source, name, file) for file, tree in trees() for source, name in names_read(tree)}

    assert read
    assert (
        sorted(
            f"request.{source}: {name}, read in {file}"
            for source, name, file in read
            if name not in sent[SOURCES[source]] | NEVER_SENT and name not in sent[0] | sent[1]
        )
        == []
    )


def trees() -> Iterator[tuple[str, ast.Module]]:
    for path in Path(settings.ROOT).glob("encore/**/*.py"):
        if not {"tests", "migrations", "demo", "proofs"} & set(path.parts):
            yield str(path.relative_to(settings.ROOT)), ast.parse(path.read_text())


def names_read(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """The words by which request.GET, request.POST and request.FILES are asked."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in READS:
            asked, words = node.func.value, node.args[:1]
        elif isinstance(node, ast.Subscript):
            asked, words = node.value, [node.slice]
        else:
            continue
        if isinstance(asked, ast.Attribute) and asked.attr in SOURCES and words and isinstance(words[0], ast.Constant):
            yield asked.attr, str(words[0].value)


@pytest.fixture
def learner_key(world: Any, db: None) -> str:
    """The key of the login session of somebody who is signed in."""
    browser = Browser()
    browser.force_login(world.people["learner of B"], backend="encore.people.sign_in.UsernameOrEmail")
    return browser.cookies[settings.SESSION_COOKIE_NAME].value


def test_no_made_up_cookie_opens_anything(world, db, learner_key):
    learner = world.people["learner of B"]
    guesses = [
        *(str(learner.pk), str(learner.uuid), learner.username, "", "0", "admin", "../" + learner_key),
        *(learner_key[:-1], learner_key.swapcase(), learner_key + "0", learner_key[::-1]),
    ]
    for guess in guesses:
        browser = Browser()
        browser.cookies[settings.SESSION_COOKIE_NAME] = guess
        answer = browser.get(reverse("course_in_session", args=[world.sessions["B"].pk, "ONE"]))

        assert answer.status_code == 302, guess
        assert not SECRET.findall(said_by(answer)), guess


def test_a_cookie_is_worth_nothing_once_its_owner_is_signed_out(world, db, learner_key):
    browser = Browser()
    browser.cookies[settings.SESSION_COOKIE_NAME] = learner_key
    page = reverse("course_in_session", args=[world.sessions["B"].pk, "ONE"])
    assert browser.get(page).status_code == 200

    browser.post(reverse("sign_out"))
    browser.cookies[settings.SESSION_COOKIE_NAME] = learner_key

    assert browser.get(page).status_code == 302


def test_a_cookie_is_worth_nothing_once_its_owners_account_is_closed(world, db, learner_key):
    person = world.people["learner of B"]
    type(person).objects.filter(pk=person.pk).update(is_active=False)

    browser = Browser()
    browser.cookies[settings.SESSION_COOKIE_NAME] = learner_key

    assert browser.get(reverse("course_in_session", args=[world.sessions["B"].pk, "ONE"])).status_code == 302


@pytest.mark.parametrize("name", ["encore_look", "encore_csrf", "messages"])
def test_the_other_cookies_say_nothing_about_who_one_is(world, db, learner_key, name):
    """Whatever stands in them, one's own page is all one gets."""
    for value in ("list", "1", str(world.people["administrator"].pk), '[["__json_message",0,25,"secret"]]'):
        browser = Browser()
        browser.cookies[settings.SESSION_COOKIE_NAME] = learner_key
        browser.cookies[name] = value

        assert browser.get(reverse("home")).status_code == 200
        assert browser.get(reverse("course_in_session", args=[world.sessions["A"].pk, "ONE"])).status_code == 404

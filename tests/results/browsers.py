"""Somebody at a browser: keeps cookies, follows links, fills in the forms that are on the page. And what a test looks
like from there."""

from __future__ import annotations

import html
import re
from random import Random
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.http import HttpResponse
from django.test import Client

from tests.results import paper
from tests.results.paper import Answered

HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)"')
QUESTION = re.compile(r'<fieldset class="question" id="q(\d+)".*?</fieldset>', re.S)


class Browser:
    """`seen`: every page that came."""

    def __init__(self, username: str, password: str) -> None:
        self.client = Client(enforce_csrf_checks=True)
        self.username, self.password = username, password
        self.seen: list[str] = []
        self.page = ""

    def sign_in(self) -> Browser:
        self.get("/sign-in/")
        self.post("/sign-in/", {"username": self.username, "password": self.password})
        return self

    def get(self, address: str) -> str:
        return self._keep(self.client.get(address, follow=True))

    def post(self, address: str, data: dict[str, Any]) -> str:
        """With what the page before says about who sends it."""
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', self.page)
        assert token, f"no form on the page before {address}"
        sent = {"csrfmiddlewaretoken": token[1], **data}
        return self._keep(self.client.post(address, sent, follow=True))

    def follow(self, pattern: str) -> str:
        """The first link on the page that fits."""
        return self.get(self.link(pattern))

    def link(self, pattern: str) -> str:
        return self.links(pattern)[0]

    def links(self, pattern: str) -> list[str]:
        found = [html.unescape(href) for href in re.findall(r'href="([^"]+)"', self.page)]
        return list(dict.fromkeys(href for href in found if re.search(pattern, href)))

    def hidden(self) -> dict[str, list[str]]:
        """The hidden fields of the forms on the page."""
        found: dict[str, list[str]] = {}
        for name, value in HIDDEN.findall(self.page):
            found.setdefault(name, []).append(html.unescape(value))
        found.pop("csrfmiddlewaretoken", None)
        return found

    def _keep(self, response: HttpResponse) -> str:
        connection.close()  # as at the end of a request; thirty threads do not keep thirty connections
        assert response.status_code in (200, 409), f"{self.username}: {response.status_code} {response.request}"
        body = b"".join(response.streaming_content) if response.streaming else response.content
        self.page, self.status = body.decode(), response.status_code
        self.address = response.request["PATH_INFO"]
        if response.request.get("QUERY_STRING"):
            self.address += f"?{response.request['QUERY_STRING']}"
        self.seen.append(self.page)
        return self.page


class Sitting:
    """One try of somebody at the test, page by page. `answers`: by the question's name."""

    def __init__(self, browser: Browser, course: str, number: int) -> None:
        self.browser, self.course, self.number = browser, course, number
        self.chance = Random(f"{browser.username} {number}")
        self.answers: dict[str, Answered] = {}

    @property
    def mark(self) -> str:
        """What only this person writes, in this try."""
        return f"by-{self.browser.username}-{self.number}"

    def begin(self) -> None:
        """By the buttons: the test's page, Begin."""
        self.browser.get(f"{self.course}quizzes/")
        self.browser.follow(r"/quizzes/[0-9a-f-]{36}/$")
        self.test = self.browser.address
        self.browser.post(self.test, {})
        self.address = self.at = self.browser.address.partition("?")[0]
        assert "/attempts/" in self.address, self.browser.page

    def save_on_the_way(self) -> None:
        """Half of what is on the page, as the page itself sends it in between."""
        self.browser.post(f"{self.address}answers/", self._fields(half=True))
        assert self.browser.status == 200, self.browser.page

    def lose_the_connection(self) -> None:
        """The machine is gone; at another one the test goes on where it was."""
        kept = dict(self.answers)
        other = Browser(self.browser.username, self.browser.password).sign_in()
        other.seen = self.browser.seen + other.seen
        self.browser = other
        other.get(self.test)
        other.follow(r"/attempts/[0-9a-f-]{36}/$")
        if "word" in kept and (written := kept["word"].fields.get("")):
            assert html.escape(" ".join(written.split())) in other.page

    def fill_in(self, do: str) -> None:
        """All of the page, and the button below it."""
        self.browser.get(self.at)
        self._upload()
        self.browser.post(self.address, {**self._fields(), "do": do})
        self.at = self.browser.address

    def hand_in(self) -> None:
        self.browser.post(f"{self.address}hand-in/", {})
        assert self.browser.address.endswith("/result/"), self.browser.address

    def _fields(self, *, half: bool = False) -> dict[str, Any]:
        sent: dict[str, Any] = self.browser.hidden()
        for position, name, text in self._questions():
            answered = self._answer(name, text)
            if half and int(position) % 2:
                continue
            for key, value in answered.fields.items():
                sent[f"a{position}{key}"] = value
        return sent

    def _questions(self) -> list[tuple[str, str, str]]:
        """Position, name and text of each question on the page."""
        found = [(match[1], match[0]) for match in QUESTION.finditer(self.browser.page)]
        return [(position, re.search(r"asks-(\w+)", text)[1], text) for position, text in found]  # type: ignore[index]

    def _answer(self, name: str, text: str) -> Answered:
        """Decided once, whatever page it is asked on."""
        if name not in self.answers:
            values = paper.values_in(text)
            fields, by_hand = paper.choose(name, self.chance, values), None
            if name in ("essay", "file") and self.chance.random() < 0.85:
                by_hand = given_for(self.mark, name)
                fields = {"": f"Dear reader, this was written {self.mark}."} if name == "essay" else {}
            self.answers[name] = Answered(name, fields, values, by_hand)
        return self.answers[name]

    def _upload(self) -> None:
        for position, name, text in self._questions():
            if name == "file" and self._answer(name, text).by_hand is not None:
                file = SimpleUploadedFile(f"{self.mark}.txt", f"Handed in {self.mark}".encode())
                sent = {**self.browser.hidden(), f"a{position}-upload": file}
                self.browser.post(f"{self.address}files/{position}/", sent)
                assert f"{self.mark}.txt" in self.browser.page


def given_for(mark: str, name: str) -> Any:
    """The points that a coach gives for what carries this mark: in quarters."""
    return paper.F(Random(f"{mark} {name}").randint(0, 4 * int(paper.worth(name))), 4)

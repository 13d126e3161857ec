"""A browser without a screen: cookies, forms, redirects that are looked at and not followed."""

from __future__ import annotations

import gzip
import http.client
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlencode, urlsplit


@dataclass(frozen=True)
class Answer:
    """`wire`: the bytes that travelled, headers included; `seconds`: from asking to the last byte."""

    status: int
    where: str
    body: bytes
    wire: int
    seconds: float

    @property
    def text(self) -> str:
        return self.body.decode(errors="replace")

    @property
    def forms(self) -> list[Form]:
        return forms_in(self.text)


@dataclass
class Form:
    """The fields of a form as a browser would send them; `choices`: the values of each group of radio buttons."""

    action: str = ""
    method: str = "get"
    fields: list[tuple[str, str]] = field(default_factory=list)
    choices: dict[str, list[str]] = field(default_factory=dict)
    texts: list[str] = field(default_factory=list)
    chosen: dict[str, str] = field(default_factory=dict)

    def filled(self, given: Mapping[str, str]) -> list[tuple[str, str]]:
        """What is sent when these are filled in."""
        kept = {**self.chosen, **given}
        return [(name, value) for name, value in self.fields if name not in kept] + list(kept.items())


class Browser:
    """One person's. `name`: what requests are called in the server's own notes, where it keeps some."""

    def __init__(self, port: int, *, timeout: float = 120) -> None:
        self.port, self.timeout = port, timeout
        self.cookies: dict[str, str] = {}

    def get(self, path: str, *, name: str = "", brotli: bool = False) -> Answer:
        return self._ask("GET", path, None, name, brotli)

    def post(self, path: str, fields: Sequence[tuple[str, str]], *, name: str = "") -> Answer:
        return self._ask("POST", path, urlencode(fields).encode(), name, False)

    def sign_in(self, username: str, password: str, *, name: str = "") -> Answer:
        """Through the form, as everybody does."""
        form = self.get("/sign-in/").forms[0]
        answer = self.post("/sign-in/", form.filled({"username": username, "password": password}), name=name)
        if answer.status != 302:
            raise RuntimeError(f"{username} could not sign in ({answer.status}).")
        return answer

    def _ask(self, method: str, path: str, body: bytes | None, name: str, brotli: bool) -> Answer:
        headers = {
            "Accept": "text/html,*/*",
            "Accept-Encoding": "gzip, deflate, br" if brotli else "gzip, deflate",
            "User-Agent": "Mozilla/5.0 (X11; Linux x86_64) Encore bench",
            "Cookie": "; ".join(f"{key}={value}" for key, value in self.cookies.items()),
        }
        if name:
            headers["X-Bench"] = name
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=self.timeout)
        began = time.perf_counter()
        try:
            line.request(method, path, body, headers)
            response = line.getresponse()
            raw = response.read()
        finally:
            line.close()
        seconds = time.perf_counter() - began
        wire = len(raw) + sum(len(key) + len(value) + 4 for key, value in response.getheaders())
        self._remember(response)
        packed = response.getheader("Content-Encoding") == "gzip"
        where = urlsplit(response.getheader("Location") or "")
        place = where.path + (f"?{where.query}" if where.query else "")
        return Answer(response.status, place, gzip.decompress(raw) if packed else raw, wire, seconds)

    def _remember(self, response: http.client.HTTPResponse) -> None:
        for line in response.headers.get_all("Set-Cookie") or ():
            key, _equals, rest = line.partition("=")
            value = rest.partition(";")[0]
            if value and value != '""':
                self.cookies[key] = value
            else:
                self.cookies.pop(key, None)


def forms_in(html: str) -> list[Form]:
    """The forms of a page that are sent by POST."""
    reader = _Forms()
    reader.feed(html)
    return [form for form in reader.forms if form.method == "post"]


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {key: value or "" for key, value in attrs}
        if tag == "form":
            self.forms.append(Form(given.get("action", ""), given.get("method", "get").lower()))
            self.inside = True
        elif self.inside and tag in ("input", "textarea", "select") and "name" in given:
            self._field(tag, given)

    def handle_endtag(self, tag: str) -> None:
        self.inside = self.inside and tag != "form"

    def _field(self, tag: str, given: dict[str, str]) -> None:
        form, name, kind = self.forms[-1], given["name"], given.get("type", "text")
        value = given.get("value", "")
        if tag == "textarea":
            form.texts.append(name)
            form.fields.append((name, ""))
        elif tag == "select":
            form.fields.append((name, ""))
        elif kind == "radio":
            form.choices.setdefault(name, []).append(value)
            if "checked" in given:
                form.chosen[name] = value
        elif kind == "checkbox":
            if "checked" in given:
                form.fields.append((name, value or "on"))
        elif kind not in ("submit", "button", "file"):
            form.fields.append((name, value))


class Assets(HTMLParser):
    """What a page needs besides itself."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.paths: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {key: value or "" for key, value in attrs}
        if tag == "link" and given.get("rel") in ("stylesheet", "icon", "preload", "modulepreload"):
            path = given.get("href", "")
        else:
            path = given.get("src", "")
        if path.startswith("/") and path not in self.paths:
            self.paths.append(path)

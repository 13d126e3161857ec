"""One who asks: every address, in one role, and what was found in the answers."""

from __future__ import annotations

from functools import cached_property
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode

from django.contrib.messages import get_messages
from django.db import transaction
from django.test import Client

from encore.people.confirming import CONFIRMED_AT
from tests.isolation.addresses import Addresses, Ask, Route
from tests.isolation.attacks import forms, queries
from tests.isolation.filled import hidden_in
from tests.isolation.regions import changed, regions_of, watching
from tests.isolation.world import SECRET, World, may_change, may_see

METHODS = ("HEAD", "OPTIONS", "PUT", "PATCH", "DELETE")
REFUSED = (401, 403, 405)
FRAGMENT = {"HX-Request": "true"}


class Browser(Client):
    """A client that only keeps what came back. The usual one also copies the context of every template."""

    def request(self, **request: Any) -> Any:
        answer = self.handler(self._base_environ(**request))
        self.cookies.update(answer.cookies)
        return answer


class Walker:
    """`met`: the secrets that were in the answers; `faults`: those that should not have been, and unwanted changes."""

    def __init__(self, world: World, role: str) -> None:
        self.world, self.role = world, role
        self.person = world.people.get(role)
        self.client = Browser()
        if self.person:
            self.client.force_login(self.person, backend="encore.people.sign_in.UsernameOrEmail")
            known = self.client.session
            known[CONFIRMED_AT] = int(world.at.timestamp())  # nobody is stopped by being asked who they are
            known.save()
        self.cookies = self.client.cookies.output(header="", sep=";")
        self.addresses = Addresses(world)
        self.allowed, self.changeable = may_see()[role], may_change()[role]
        self.met: set[str] = set()
        self.faults: list[str] = []
        self.open: dict[str, None] = {}  # places that this role can read in
        self.deaf: set[tuple[Route, str]] = set()  # routes that do not answer to a method
        self.queries, self.forms = queries(world), forms(world)
        self.before = regions_of(world, self.person)

    # Reading

    def read_everything(self) -> None:
        for _route, asks in self.addresses.outside():
            self.read_all(asks)
        for route, where, asks in self.addresses.doors():
            for ask in asks:
                if self.read(ask) in (200, 302) and hasattr(route.view, "door"):
                    self.open[where] = None
        for where in self.open:
            for _route, asks in self.addresses.inside(where):
                self.read_all(asks)
        self.find_changes("reading")

    def read_all(self, asks: list[Ask]) -> None:
        """Where the door is closed whatever one names, there is no need to name everything."""
        if {self.read(ask) for ask in (asks[0], asks[-1])} <= set(REFUSED):
            return
        for n, ask in enumerate(asks[1:-1]):
            self.read(ask, **(FRAGMENT if n % 2 else {}))
        self.search(asks[0])

    def search(self, ask: Ask) -> None:
        """Of a list everything that it can be asked for, and as a fragment."""
        self.read(ask, self.queries[0], **FRAGMENT)
        if not ask.route.ids:
            for query in self.queries:
                self.read(ask, query)

    def read(self, ask: Ask, query: dict[str, Any] | None = None, **headers: str) -> int:
        if (ask.route, "GET") in self.deaf:
            return 405
        address = with_query(ask, query)
        return self.look_at(self.ask(ask, "GET", address, headers=headers), ask, f"GET {address}")

    # Writing

    def attack_everything(self) -> None:
        for _route, asks in self.addresses.outside():
            self.attack_all(asks)
            self.try_methods(asks)
        for route, where, asks in self.addresses.doors():
            for ask in asks:
                if self.attack(ask, 0, own=True) not in (*REFUSED, 404) and hasattr(route.view, "door"):
                    self.open[where] = None
        for where in self.open:
            for _route, asks in self.addresses.inside(where):
                self.attack_all(asks)
                self.try_methods(asks)

    def attack_all(self, asks: list[Ask]) -> None:
        """What is one's own with every form, the rest with one after the other."""
        if {self.attack(ask, 0, own=ask is asks[0]) for ask in (asks[0], asks[-1])} <= set(REFUSED):
            return
        for n, ask in enumerate(asks):
            for m in [n % len(self.forms)] if n else range(1, len(self.forms)):
                self.attack(ask, m, own=n == 0)

    def try_methods(self, asks: list[Ask]) -> None:
        """The other methods, on what is one's own and on what is not: none reads or changes more than GET and POST do.
        Once for each route, in the first place that is open to it: doors do not ask for the method."""
        for method in METHODS:
            for ask in (asks[0], asks[-1]) if len(asks) > 1 else asks:
                if (ask.route, method) not in self.deaf:
                    with transaction.atomic(), watching() as watch:
                        said = f"{method} {ask.address}"
                        self.look_at(self.ask(ask, method, ask.address), ask, said)
                        if watch.tables:
                            self.find_changes(said, watch.tables)
                        transaction.set_rollback(True)
                    self.client.cookies = SimpleCookie(self.cookies)
            self.deaf.add((asks[0].route, method))

    def attack(self, ask: Ask, n: int, *, own: bool = False) -> int:
        """Whatever it does is looked at and taken back."""
        if (ask.route, "POST") in self.deaf:
            return 405
        address = with_query(ask, self.queries[n % len(self.queries)])
        said = f"POST {address} with form {n}"
        status = self.send(ask, n, address, self.forms[n], said)
        # What is refused has not looked at the form; what is not may have missed what the page sends along unseen.
        if own and status not in (*REFUSED, 404) and (hidden := self.hidden(address)):
            status = self.send(ask, n, address, {**self.forms[n], **hidden}, f"{said} and what is hidden in it")
        return status

    def send(self, ask: Ask, n: int, address: str, form: dict[str, Any], said: str) -> int:
        with transaction.atomic(), watching() as watch:
            answer = self.ask(ask, "POST", address, data=form, headers=FRAGMENT if n % 2 else {})
            status = self.look_at(answer, ask, said)
            if watch.tables:
                self.find_changes(said, watch.tables)
            transaction.set_rollback(True)
        self.client.cookies = SimpleCookie(self.cookies)
        return status

    @cached_property
    def administrator(self) -> Browser:
        """Signed in once, before anything is taken back."""
        browser = Browser()
        browser.force_login(self.world.people["administrator"], backend="encore.people.sign_in.UsernameOrEmail")
        return browser

    def hidden(self, address: str) -> dict[str, str]:
        """What the page sends along unseen, as the administrator meets it, who may open all of them; without what this
        role would only be told by its own form."""
        sent = self.hidden_at(address)
        return {name: value for name, value in sent.items() if set(SECRET.findall(value.lower())) <= self.allowed}

    def hidden_at(self, address: str) -> dict[str, str]:
        kept = self.world.hidden
        if address not in kept:
            browser = self.administrator
            with transaction.atomic():
                answer = browser.get(address)
                transaction.set_rollback(True)
            shows = answer.status_code == 200 and not answer.streaming
            kept[address] = hidden_in(answer.content.decode(errors="replace")) if shows else {}
        return kept[address]

    # What came of it

    def ask(self, ask: Ask, method: str, address: str, **sent: Any) -> Any:
        for upload in ("file", "files"):
            if upload in sent.get("data", {}):
                sent["data"][upload].seek(0)
        try:
            return getattr(self.client, method.lower())(address, **sent)
        except Exception as error:
            raise AssertionError(f"{self.role}: {method} {address}") from error

    def look_at(self, answer: Any, ask: Ask, said: str) -> int:
        """The answer's status; 401 also where it sends to the sign-in page."""
        found = self.world.told_in(said_by(answer))
        self.met |= found
        if found - self.allowed:
            self.faults.append(f"{said} ({answer.status_code}) tells {sorted(found - self.allowed)}")
        if answer.status_code == 405:
            self.deaf.add((ask.route, said.split()[0]))
        if answer.status_code == 302 and answer.url.startswith("/sign-in/"):
            return 401
        return answer.status_code

    def find_changes(self, said: str, tables: set[str] | None = None) -> None:
        after = regions_of(self.world, self.person, tables)
        touched = changed(self.before, after, tables) - self.changeable
        if touched:
            self.faults.append(f"{said} changes {sorted(touched)}")


def with_query(ask: Ask, query: dict[str, Any] | None) -> str:
    return f"{ask.address}?{urlencode(query, doseq=True)}" if query else ask.address


def said_by(answer: Any) -> str:
    """The page, its headers, and the messages that the next page will show."""
    page = b"".join(answer.streaming_content) if answer.streaming else answer.content
    messages = "".join(map(str, get_messages(answer.wsgi_request)))
    return f"{page.decode(errors='replace')} {answer.headers} {messages}".lower()

"""The addresses of every route there is, for one who asks: with ids of their own, foreign and invented ones."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.urls import URLPattern, URLResolver, get_resolver, reverse

from encore.exchange.kinds import KINDS
from encore.toolkit.registry import tools
from tests.isolation.world import COURSES, PLACES, Thing, World

INVENTED = UUID(int=7)
NOWHERE = 999_999
# What the ids in an address name, by their words and converters: the words of the things in `World.things`. A route
# with ids that are not here fails the walk.
SORTS = {
    "": "",
    "uuid:UUID": "item",
    "uuid:UUID name:String": "file",
    "uuid:UUID number:Int": "version",
    "kind:String": "kind",
    "kind:String form:String": "export",
    "enrolment:Int": "enrolment",
    "coach:Int": "coach",
    "transfer:Int": "transfer",
    "uuid:UUID enrolment:Int": "learner of a test",
    "uuid:UUID question:UUID": "question of a test",
    "attempt:UUID": "attempt",
    "attempt:UUID position:Int": "answer",
    "attempt:UUID position:Int file:UUID": "answer file",
    "person:UUID": "person",
    "copy:UUID": "copy",
    "person:UUID copy:UUID": "copy of a person",
    "school_class:UUID": "class",
    "school_class:Int": "class of a session",
    "plan:UUID": "plan",
    "mail:Int": "letter",
    "name:Slug": "picture",
    "uidb64:String token:String": "letter with a link",
}


@dataclass(frozen=True)
class Route:
    """A route in the place it is mounted in. `tool`: whose it is; `place_words`: the ids of the place; `sort`: what
    its other ids name."""

    name: str
    view: Any
    place_words: tuple[str, ...]
    ids: str

    @property
    def tool(self) -> str:
        space = self.name.split(":")[1:-1]
        return space[0] if space and space[0] in {tool.name for tool in tools()} else ""

    @property
    def mount(self) -> str:
        return self.name.split(":")[0] if ":" in self.name else ""

    @property
    def sort(self) -> str:
        if self.ids == "category:Int":
            return f"{'session' if self.name.startswith('session') else 'course'} category"
        assert self.ids in SORTS, f"The walk does not know what to put for {self.ids} in {self.name}."
        return f"{SORTS[self.ids]} of a tool" if self.ids == "kind:String" and self.tool else SORTS[self.ids]

    def address(self, place: dict[str, Any], words: dict[str, Any]) -> str:
        return reverse(self.name, kwargs={**place, **words})


@dataclass(frozen=True)
class Ask:
    """One address to ask. `where`: its place ("" for pages of no place)."""

    route: Route
    where: str
    address: str


@dataclass
class Part:
    """What `encore prove` walks alone, where nothing else can have changed: the routes of some views. Without any
    everything is walked."""

    views: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.views)

    def holds(self, route: Route) -> bool:
        return not self.views or f"{route.view.__module__}.{route.view.__qualname__}" in self.views


WALKED = Part()


def every_route() -> list[Route]:
    return list(_routes(get_resolver(), (), ()))


def _routes(resolver: URLResolver, spaces: tuple[str, ...], before: tuple[Any, ...]) -> Iterator[Route]:
    for entry in resolver.url_patterns:
        converters = (*before, *entry.pattern.converters.items())
        if isinstance(entry, URLResolver):
            yield from _routes(entry, (*spaces, entry.namespace) if entry.namespace else spaces, converters)
        elif isinstance(entry, URLPattern):
            kinds = {word: type(one).__name__.removesuffix("Converter") for word, one in converters}
            place = tuple(word for word in kinds if word in ("session", "code"))
            ids = " ".join(f"{word}:{kind}" for word, kind in kinds.items() if word not in place)
            yield Route(":".join([*spaces, str(entry.name)]), entry.callback, place, ids)


class Addresses:
    """All there is to ask. What several tools share a view for is dealt out among them: the view meets every place and
    every foreign thing, by the route of one tool or the other."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.routes = every_route()
        self.families: dict[Any, list[Route]] = defaultdict(list)
        for route in self.routes:
            self.families[route.view, route.mount, route.place_words].append(route)
        self.numbers = {family: n for n, family in enumerate(self.families)}

    def outside(self) -> Iterator[tuple[Route, list[Ask]]]:
        """Pages of no place."""
        for route in self.routes:
            if not route.place_words and WALKED.holds(route):
                yield route, [Ask(route, "", route.address({}, thing.words)) for thing in self._things(route)]

    def doors(self) -> Iterator[tuple[Route, str, list[Ask]]]:
        """In each place that there is, what lies there first."""
        for (_view, mount, _words), routes in self.families.items():
            for n, (where, place) in enumerate(self._places(routes[0])):
                for route in filter(WALKED.holds, routes if not mount else [routes[n % len(routes)]]):
                    yield route, where, list(self._in_place(route, where, place))[:1]

    def inside(self, where: str) -> Iterator[tuple[Route, list[Ask]]]:
        """In one place, by every route: what lies there, what lies elsewhere, what there is not."""
        for route in self.routes:
            places = dict(self._places(route)) if route.place_words and WALKED.holds(route) else {}
            if where in places:
                yield route, list(self._in_place(route, where, places[where]))

    def _in_place(self, route: Route, where: str, place: dict[str, Any]) -> Iterator[Ask]:
        """First what may show there, last what there is not."""
        *things, last = self._things(route)
        own = [thing for thing in things if shows_in(thing.where, where)]
        foreign = [thing for thing in things if not shows_in(thing.where, where) and is_asked_for(thing, where)]
        for thing in [*self._dealt_own(route, own), *self._dealt_foreign(route, foreign), last]:
            yield Ask(route, where, route.address(place, thing.words))

    def _dealt_own(self, route: Route, things: list[Thing]) -> list[Thing]:
        """To views that tools share a third of those things that are like others."""
        family = (route.view, route.mount, route.place_words)
        if len(self.families[family]) == 1:
            return things
        number = self.numbers[family]
        return [thing for n, thing in enumerate(things) if thing.asked != "at home" or (n + number) % 3 == 0]

    def _dealt_foreign(self, route: Route, things: list[Thing]) -> list[Thing]:
        routes = self.families[route.view, route.mount, route.place_words]
        return things[routes.index(route) :: len(routes)]

    def _places(self, route: Route) -> Iterator[tuple[str, dict[str, Any]]]:
        """The places of a route by their names; the last ones do not exist."""
        sessions = {name: session.pk for name, session in self.world.sessions.items()}
        if route.place_words == ("code",):
            yield from ((code, {"code": code}) for code in (*COURSES, "NONE"))
        elif route.place_words == ("session",):
            yield from ((name, {"session": pk}) for name, pk in {**sessions, "none": NOWHERE}.items())
        elif route.place_words:
            for where in (*PLACES, "A-AWALKED", "D-TWO"):
                session, _dash, code = where.partition("-")
                yield where, {"session": sessions[session], "code": code}
            yield "none-ONE", {"session": NOWHERE, "code": "ONE"}

    def _things(self, route: Route) -> list[Thing]:
        """What a route's ids may name; the first one is what the route is for."""
        sort = route.sort
        made_up = {
            "": [Thing("", {})],
            "kind": [Thing("", {"kind": kind}) for kind in (*KINDS, "nothing")],
            "kind of a tool": [
                Thing("", {"kind": kind}) for tool in tools() if tool.name == route.tool for kind in tool.kind_names
            ],
            "export": [
                Thing("", {"kind": kind, "form": form})
                for kind, form in itertools.product((*KINDS, "nothing"), ("csv", "xlsx"))
            ],
            "picture": [Thing("", {"name": "a-picture"})],
            "letter with a link": [Thing("", {"uidb64": "MQ", "token": "set-password"})],
        }
        if sort in made_up:
            return made_up[sort]
        things = self.world.things[sort]
        if route.tool:
            things = [thing for thing in things if thing.tool == route.tool] + _strangers(things, route.tool)
        return [*things, _invented(things[0])]


def shows_in(lies: str, where: str) -> bool:
    """Whether what lies in one place shows in another: a course's in its sessions, a session's in its courses."""
    session, dash, code = where.partition("-")
    return lies in ("", where, *((session, code) if dash else ()))


def is_asked_for(thing: Thing, where: str) -> bool:
    """Of foreign things those that stand for all of their place; from other places of the same course some more."""
    return thing.asked == "everywhere" or (thing.asked == "nearby" and thing.where[-3:] == where[-3:])


def _strangers(things: Iterable[Thing], tool: str) -> list[Thing]:
    """One thing of another tool."""
    return [thing for thing in things if thing.tool != tool and thing.asked == "everywhere"][:1]


def _invented(thing: Thing) -> Thing:
    """The like of which there is none."""
    words = {
        word: INVENTED if isinstance(value, UUID) else NOWHERE if isinstance(value, int) else "nothing"
        for word, value in thing.words.items()
    }
    return Thing("nowhere", words, thing.tool)

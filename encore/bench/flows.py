"""The flows that are measured, with what was promised of each (docs/performance.md)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from django.urls import reverse

from encore.bench.browser import Answer, Assets, Browser, Form
from encore.bench.filling.people import PASSWORD

RUNS = 20
FILES = 4  # runs of what takes long
FRAME = ("/sign-out", "/profile", "/acting", "/view-as-learner")  # where the forms of the frame lead
TESTS = 12  # learners who take the test


@dataclass(frozen=True)
class Budget:
    """`cpu`: milliseconds of processor time a request, at size M; `growth`: from the smallest to the largest size.
    `hashed`: the time of looking at one password comes on top."""

    statements: int | None
    cpu: float
    growth: float | None = 1.2
    hashed: bool = False


@dataclass(frozen=True)
class Asked:
    """One request that counts. `name`: under which the server notes what it cost."""

    name: str
    answer: Answer


@dataclass
class Site:
    """The measured site. `places`: as encore.bench.child gives them; `clock`: the processor time of a database server
    beside; `database`: how much of it went by in the requests that counted."""

    port: int
    places: dict[str, Any]
    clock: Callable[[], float]
    database: float = 0
    asked: int = 0
    people: dict[str, Browser] = field(default_factory=dict)

    def name(self) -> str:
        self.asked += 1
        return f"r{self.asked}"

    def timed(self, ask: Callable[..., Answer]) -> Asked:
        """One request that counts."""
        name, before = self.name(), self.clock()
        answer = ask(name=name)
        self.database += self.clock() - before
        return Asked(name, answer)

    def of(self, username: str) -> Browser:
        """Somebody's browser, signed in."""
        if username not in self.people:
            browser = self.people[username] = Browser(self.port)
            browser.sign_in(username, PASSWORD)
        return self.people[username]

    def url(self, route: str, **kwargs: Any) -> str:
        """A route of the course that is measured."""
        return route_in(self.places, route, **kwargs)


def route_in(places: dict[str, Any], route: str, **kwargs: Any) -> str:
    return reverse(route, kwargs={"session": places["session"], "code": places["code"], **kwargs})


Walk = Callable[[Site], Iterator[Asked]]


@dataclass(frozen=True)
class Flow:
    """`walk` gives the requests that count. `alone`: a word of encore.bench.child, for what no page does."""

    key: str
    label: str
    budget: Budget | None
    walk: Walk | None = None
    alone: str = ""


def pages(username: str, address: Callable[[Site], str], runs: int = RUNS) -> Walk:
    """One page, asked again and again; the first time does not count."""

    def walk(site: Site) -> Iterator[Asked]:
        path, browser = address(site), site.of(username)
        browser.get(path)
        for _run in range(runs):
            yield _checked(site, path, partial(browser.get, path))

    return walk


def route(name: str, query: str = "", **kwargs: Any) -> Callable[[Site], str]:
    """An address in the measured course; what is text in braces is looked up among its places."""

    def address(site: Site) -> str:
        given = {key: site.places[value] if value in site.places else value for key, value in kwargs.items()}
        return site.url(name, **given) + query

    return address


def plain(name: str, query: str = "") -> Callable[[Site], str]:
    return lambda site: reverse(name) + query


def log_in(site: Site) -> Iterator[Asked]:
    for _run in range(RUNS):
        yield site.timed(partial(Browser(site.port).sign_in, "bench.ordinary", PASSWORD))


def first_visit(site: Site) -> Iterator[Asked]:
    """The page of signing in with all it needs, as a browser that was never here fetches it."""
    for _run in range(3):
        browser, name = Browser(site.port), site.name()
        page = browser.get("/sign-in/", name=name)
        files = [browser.get(path, brotli=True) for path in Assets(page.text).paths]
        wire = page.wire + sum(one.wire for one in files)
        yield Asked(name, Answer(page.status, f"{len(files) + 1} requests", page.body, wire, page.seconds))


def begin_test(site: Site) -> Iterator[Asked]:
    for browser in _takers(site):
        path = site.url("session:quizzes:show", uuid=site.places["test"])
        form = own_form(browser.get(path))
        yield _checked(site, path, partial(browser.post, path, form.filled({})), 302)


def open_attempt(site: Site) -> Iterator[Asked]:
    for browser in _takers(site):
        path = _attempt(site, browser)
        yield _checked(site, path, partial(browser.get, path))


def save_answer(site: Site) -> Iterator[Asked]:
    """As the page does by itself, a moment after something was chosen."""
    for n, browser in enumerate(_takers(site)):
        path = _attempt(site, browser)
        form = own_form(browser.get(path), "stamp")
        group, values = sorted(form.choices.items())[n % len(form.choices)]
        given = form.filled({group: values[n % len(values)]})
        yield _checked(site, path, partial(browser.post, f"{path}answers/", given), 200, 409)


def hand_in(site: Site) -> Iterator[Asked]:
    for browser in _takers(site):
        path = f"{_attempt(site, browser)}hand-in/"
        form = own_form(browser.get(path))
        yield _checked(site, path, partial(browser.post, path, form.filled({})), 302)


def _takers(site: Site) -> list[Browser]:
    return [site.of(username) for username in site.places["learners"][:TESTS]]


def _attempt(site: Site, browser: Browser) -> str:
    """Where somebody's attempt is; it begins if there is none."""
    path = site.url("session:quizzes:show", uuid=site.places["test"])
    answer = browser.post(path, own_form(browser.get(path)).filled({}))
    return answer.where.partition("?")[0]


def own_form(page: Answer, having: str = "") -> Form:
    """The form that a page is about: the first that is not the frame's, with a field of this name."""
    found = [form for form in page.forms if not having or having in dict(form.fields)]
    own = [form for form in found if not form.action.startswith(FRAME)]
    if not own:
        raise RuntimeError("The page has no form to send.")
    return own[0]


def _checked(site: Site, path: str, ask: Callable[..., Answer], *statuses: int) -> Asked:
    asked = site.timed(ask)
    if asked.answer.status not in (statuses or (200,)):
        raise RuntimeError(f"{path} answered {asked.answer.status}.")
    return asked


COACH, ADMIN = "bench.coach", "bench.admin"
PAGE = Budget(10, 12)
FLOWS = [
    Flow("log-in", "log in", Budget(14, 12, hashed=True), log_in),
    Flow("first-visit", "first visit, all files", None, first_visit),
    Flow("my-sessions", "My sessions, ordinary person", Budget(8, 12), pages("bench.ordinary", plain("home"))),
    Flow("my-sessions-200", "My sessions, person in 200 sessions", Budget(8, 40), pages("bench.busy", plain("home"))),
    Flow("course-home", "course home in a session", PAGE, pages("bench.ordinary", route("course_in_session"))),
    Flow(
        "document",
        "open a document",
        PAGE,
        pages("bench.ordinary", route("session:documents:show", uuid="page")),
    ),
    Flow("links", "a link list", PAGE, pages("bench.ordinary", route("session:links:index"))),
    Flow("begin-test", "start a test of 10 questions", Budget(12, 15), begin_test),
    Flow("open-attempt", "its page", Budget(12, 15), open_attempt),
    Flow("save-answer", "save an answer", Budget(12, 15), save_answer),
    Flow("hand-in", "hand it in", Budget(12, 15), hand_in),
    Flow("learners", "learners of a session, 50 of 1,000", Budget(10, 25), pages(COACH, route("learners"))),
    Flow("gradebook", "gradebook 1,000 × 20, 50 rows", Budget(12, 40), pages(COACH, route("session:gradebook:index"))),
    Flow(
        "gradebook-file",
        "gradebook, whole, as a file",
        Budget(12, 1000),
        pages(COACH, route("session:gradebook:csv"), FILES),
    ),
    Flow("heat-map", "heat map, 100 × 40", Budget(10, 60), pages(COACH, route("heat_map"))),
    Flow(
        "heat-map-file",
        "heat map, whole, as a file",
        Budget(10, 1000),
        pages(COACH, route("heat_map", "?as=csv"), FILES),
    ),
    Flow(
        "sessions-list",
        "sessions list, filtered, 50 rows",
        Budget(10, 30, 1.5),
        pages(ADMIN, plain("sessions", "?q=group&state=published")),
    ),
    Flow(
        "report",
        "report over 1,000 sessions of one course",
        Budget(10, 2000, None),
        pages(ADMIN, plain("report_course")),
    ),
    Flow("forum", "post in a forum", Budget(12, 15), pages("bench.ordinary", route("session:forums:index"))),
    Flow(
        "assignment",
        "hand in an assignment",
        Budget(12, 15),
        pages("bench.ordinary", route("session:assignments:index")),
    ),
    Flow("new-session", "make a session of 10 courses, 1,000 learners", Budget(None, 2000), alone="session"),
    Flow("enrol-file", "enrol 10,000 from a file", Budget(None, 20_000, None), alone="enrol"),
]

"""What exam.py and killed.py share: learners who sit an examination, and what became of their answers."""

from __future__ import annotations

import contextlib
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "encore.config.settings")
os.environ.setdefault("ENCORE_SECRET_KEY", "only-for-measuring-0123456789-0123456789-0123456789")

import django

django.setup()

from encore.bench.browser import Answer, Browser, Form
from encore.bench.databases import Database, Store
from encore.bench.filling.people import PASSWORD
from encore.bench.flows import own_form, route_in
from encore.bench.server import Server, serving

# docs/operating.md, for two processors: a process each, and threads for those that wait.
AS_INSTALLED = ["--worker-class", "gthread", "--workers", "2", "--threads", "4", "--backlog", "2048"]
SEED = 1


@dataclass(frozen=True)
class Sitting:
    """`within`: seconds in which all begin; `every`: between two answers; `forgiving`: what fails is sent again."""

    learners: int
    within: float
    every: float
    seconds: float
    forgiving: bool = False


@dataclass
class Site:
    """`acknowledged`: by attempt and field, the value that the server said it has taken. `unsure`: what was sent
    since, to which it said nothing: it may have taken it or not."""

    database: Database
    server: Server
    places: dict
    begun: list[float] = field(default_factory=list)
    saved: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    again: int = 0
    kills: int = 0
    acknowledged: dict[str, dict[str, str]] = field(default_factory=dict)
    unsure: dict[str, dict[str, set[str]]] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def fail(self, what: str) -> None:
        with self.lock:
            self.failures.append(what)


@contextlib.contextmanager
def prepared(size: str) -> Iterator[Site]:
    """A copy of a filled database with a web server on it."""
    folder = Path(os.environ.get("ENCORE_DATA") or Path(tempfile.gettempdir()) / "encore-bench")
    store = Store(folder / "bench", os.environ.get("DATABASE_URL", ""))
    store.filled(size, seed=SEED)
    with store.copy(size) as database:
        places = database.child("places", "1000")
        with serving(Server(database.env, AS_INSTALLED)) as server:
            yield Site(database, server, places)


def sit(site: Site, sitting: Sitting, meanwhile: Callable[[], None] = lambda: None) -> None:
    """All sign in, before the clock starts; then all begin, and answer until the time is over."""
    names = site.places["learners"][: sitting.learners]
    if len(names) < sitting.learners:
        sys.exit(f"Only {len(names)} learners are there.")
    with ThreadPoolExecutor(8) as pool:
        browsers = list(pool.map(lambda name: signed_in(site, name), names))
    print(f"{len(browsers)} learners are signed in.", flush=True)
    start = time.monotonic() + 1
    meanwhile()
    with ThreadPoolExecutor(sitting.learners) as pool:
        list(pool.map(lambda pair: learner(site, sitting, *pair, start), enumerate(browsers)))


def signed_in(site: Site, name: str) -> Browser:
    browser = Browser(site.server.port, timeout=60)
    browser.sign_in(name, PASSWORD)
    return browser


def learner(site: Site, sitting: Sitting, number: int, browser: Browser, start: float) -> None:
    """One learner's two minutes."""
    chance = random.Random(number)
    path = route_in(site.places, "session:quizzes:show", uuid=site.places["test"])
    wait_until(start + chance.uniform(0, sitting.within))
    begun = patiently(site, sitting, lambda: begin(site, browser, path))
    if begun is None:
        return
    attempt, form = begun
    stamp = int(dict(form.fields)["stamp"])
    end = time.monotonic() + sitting.seconds
    turn = time.monotonic() + chance.uniform(0, sitting.every)
    answers: dict[str, str] = {}
    while turn < end:
        wait_until(turn)
        group = chance.choice(sorted(form.choices))
        answers[group] = chance.choice(form.choices[group])
        given = form.filled({**answers, "stamp": str(stamp)})
        answer = patiently(site, sitting, lambda given=given: save(site, browser, f"{attempt}answers/", given))
        note(site, attempt.rstrip("/").rpartition("/")[2], answers, taken=answer is not None)
        stamp = json.loads(answer.text)["stamp"] if answer is not None else stamp + 1
        turn += sitting.every


def note(site: Site, attempt: str, answers: dict[str, str], *, taken: bool) -> None:
    with site.lock:
        if taken:
            site.acknowledged.setdefault(attempt, {}).update(answers)
            site.unsure.pop(attempt, None)
        else:
            for name, value in answers.items():
                site.unsure.setdefault(attempt, {}).setdefault(name, set()).add(value)


def begin(site: Site, browser: Browser, path: str) -> tuple[str, Form]:
    """Press the button, see the questions."""
    form = own_form(browser.get(path))
    before = time.perf_counter()
    attempt = expect(browser.post(path, form.filled({})), 302).where.partition("?")[0]
    page = expect(browser.get(attempt), 200)
    with site.lock:
        site.begun.append(time.perf_counter() - before)
    return attempt, own_form(page, "stamp")


def save(site: Site, browser: Browser, path: str, given: list[tuple[str, str]]) -> Answer:
    answer = expect(browser.post(path, given), 200)
    with site.lock:
        site.saved.append(answer.seconds)
    return answer


class Refused(Exception):
    """The server answered something else."""


def expect(answer: Answer, status: int) -> Answer:
    if answer.status != status:
        raise Refused(f"answered {answer.status} instead of {status}")
    return answer


def patiently(site: Site, sitting: Sitting, ask):
    """Ask; where nobody answers and the sitting is forgiving, ask again as a page does. None: it failed."""
    end = time.monotonic() + 60
    while True:
        try:
            return ask()
        except Exception as problem:
            if not sitting.forgiving or isinstance(problem, Refused) or time.monotonic() > end:
                site.fail(f"{type(problem).__name__}: {problem}")
                return None
            with site.lock:
                site.again += 1
            time.sleep(0.5)


def wait_until(moment: float) -> None:
    time.sleep(max(0, moment - time.monotonic()))


def report(site: Site) -> int:
    """Say what was measured, and compare what was acknowledged with what is in the database."""
    kind = "PostgreSQL" if site.database.url else "SQLite"
    print(f"{kind}; gunicorn {' '.join(AS_INSTALLED)}")
    print(f"begin (press, see the questions): {spread(site.begun)}")
    print(f"save an answer:                   {spread(site.saved)}")
    if site.kills:
        print(f"killed {site.kills} times; {site.again} requests were sent again")
    print(f"failures: {len(site.failures)}")
    for what in sorted(set(site.failures))[:10]:
        print(f"  {site.failures.count(what)} × {what}")
    compared, lost = compare(site)
    print(f"answers acknowledged: {compared}; lost or other in the database: {len(lost)}")
    for what in lost[:10]:
        print(f"  {what}")
    return 1 if lost or site.failures or not compared else 0


def spread(seconds: list[float]) -> str:
    if len(seconds) < 2:
        return "nothing"
    cuts = statistics.quantiles(seconds, n=20)
    figures = f"median {statistics.median(seconds):.3f} s, 95 % {cuts[-1]:.3f} s, most {max(seconds):.3f} s"
    return f"{figures} ({len(seconds)} times)"


def compare(site: Site) -> tuple[int, list[str]]:
    """How many acknowledged answers there are, and those that the database does not have."""
    script = Path(__file__).with_name("stored.py")
    command = [sys.executable, str(script)]
    env = {**os.environ, **site.database.env}
    if not site.database.url:
        env.pop("DATABASE_URL", None)
    asked = json.dumps(sorted(site.acknowledged))
    done = subprocess.run(command, env=env, input=asked, stdout=subprocess.PIPE, text=True, check=True)
    stored, lost, count = json.loads(done.stdout), [], 0
    for attempt, answers in site.acknowledged.items():
        for name, value in answers.items():
            count += 1
            found = stored.get(attempt, {}).get(name)
            if found not in {value, *site.unsure.get(attempt, {}).get(name, ())}:
                lost.append(f"{attempt} {name}: {value!r} was acknowledged, {found!r} is there")
    return count, lost

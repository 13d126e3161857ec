"""Walks the flows on a server of their own and gathers what each request cost."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from django.urls import NoReverseMatch

from encore.bench.databases import Database, ServerTime
from encore.bench.figures import MISSING, Figures
from encore.bench.flows import Flow, Site
from encore.bench.server import Server, serving

PATIENCE = 10  # seconds until the server has noted a request
Told = Callable[[str], None]


class Notes:
    """What the server wrote down of each request, by the request's name."""

    def __init__(self, path: Path) -> None:
        self.path, self.place = path, 0
        self.found: dict[str, dict[str, Any]] = {}

    def of(self, name: str) -> dict[str, Any]:
        end = time.monotonic() + PATIENCE
        while name not in self.found:
            self._read()
            if time.monotonic() > end:
                raise RuntimeError("The server did not note what a request cost.")
            time.sleep(0.002)
        return self.found[name]

    def _read(self) -> None:
        with self.path.open() as log:
            log.seek(self.place)
            while (line := log.readline()).endswith("\n"):
                self.place = log.tell()
                note = json.loads(line)
                self.found[note["name"]] = note


def measure(database: Database, flows: Sequence[Flow], told: Told) -> tuple[dict[str, Figures], float]:
    """Every flow, in order, and the seconds that one password takes."""
    log = database.folder / "requests.jsonl"
    log.write_text("")
    places = database.child("places")
    server = Server({**database.env, "ENCORE_BENCH_LOG": str(log)}, app="encore.bench.wsgi:application")
    found: dict[str, Figures] = {}
    with serving(server):
        site, notes = Site(server.port, places, ServerTime(database.url).seconds), Notes(log)
        for flow in flows:
            if flow.walk is not None:
                told(flow.label)
                found[flow.key] = _walked(flow, site, notes)
    for flow in flows:
        if flow.alone:
            told(flow.label)
            found[flow.key] = _alone(flow, database)
    return found, places["hash"]


def _walked(flow: Flow, site: Site, notes: Notes) -> Figures:
    assert flow.walk is not None
    figures, site.database = Figures(flow.key), 0
    try:
        asked = list(flow.walk(site))
        for one in asked:
            note = notes.of(one.name)
            figures.statements = max(figures.statements, note["statements"])
            figures.cpu.append(note["cpu"] * 1000)
            figures.wall.append(one.answer.seconds * 1000)
            figures.html, figures.wire = len(one.answer.body), one.answer.wire
    except NoReverseMatch:
        return Figures(flow.key, broken=MISSING)
    except (RuntimeError, OSError) as problem:
        return Figures(flow.key, broken=f"FAILED: {problem}")
    figures.database = site.database * 1000 / len(asked)
    if flow.key == "first-visit":
        figures.note = asked[-1].answer.where
    return figures


def _alone(flow: Flow, database: Database) -> Figures:
    clock = ServerTime(database.url)
    before = clock.seconds()
    said = database.child(flow.alone)
    # The process that worked for it is gone by now, and its time with it, where it took no pooled one.
    spent = max(0.0, clock.seconds() - before)
    note = f"{said['said']}; {said['megabytes']:.0f} MB"
    return Figures(
        flow.key,
        statements=said["statements"],
        cpu=[said["cpu"] * 1000],
        database=spent * 1000,
        wall=[said["seconds"] * 1000],
        note=note,
    )

"""Files and plans for the tests of import and export."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.conf import settings

from encore.courses.actions.course import create_course
from encore.courses.actions.session import create_session
from encore.exchange.actions import make_plan, start_applying
from encore.exchange.planning import Options
from encore.ledger.models import Job, Plan, PlanRow
from encore.ledger.worker import Worker

SAMPLES = settings.ROOT.parent / "shared" / "data" / "chamilo"


@pytest.fixture
def sample() -> Callable[[str], Path]:
    """sample("newest/example.csv") → a real file of another platform, if this machine has them."""

    def find(name: str) -> Path:
        if not SAMPLES.is_dir():
            pytest.skip("the sample files are not on this machine (../shared/data/chamilo)")
        return SAMPLES / name

    return find


@pytest.fixture
def plan(db, at) -> Callable[..., Plan]:
    """plan("people", "UserName;…", create_missing=True, by=edna) → a stored plan."""

    def make(kind: str, content: str | bytes, *, by: Any = None, name: str = "file.csv", **options: Any) -> Plan:
        data = content.encode() if isinstance(content, str) else content
        return make_plan(kind, io.BytesIO(data), name, Options(**options), by=by, at=at)

    return make


@pytest.fixture
def apply(at) -> Callable[..., Job]:
    """apply(plan) → the job that applied it, at its end."""

    def do(plan: Plan, *, skip_refused: bool = False, by: Any = None) -> Job:
        job = start_applying(plan, skip_refused=skip_refused, by=by or plan.by, at=at)
        Worker(lambda: at, heartbeat=False).drain()
        job.refresh_from_db()
        plan.refresh_from_db()
        return job

    return do


@pytest.fixture
def course(edna, at):
    return create_course(by=edna, at=at, code="SAFETY", title="Fire safety")


@pytest.fixture
def spring(edna, at):
    return create_session(by=edna, at=at, title="Spring", state="published")


def rows(plan: Plan) -> list[tuple[int, str, str]]:
    return list(plan.rows.order_by("id").values_list("line", "action", "subject"))


def actions(plan: Plan) -> list[str]:
    return list(plan.rows.order_by("id").values_list("action", flat=True))


def reasons(plan: Plan, place: int = 0) -> list[str]:
    row: PlanRow = plan.rows.order_by("id")[place]
    return row.reasons


def workbook(*lines: list[Any], sheet: str = "People", **others: list[list[Any]]) -> bytes:
    book = openpyxl.Workbook()
    book.active.title = sheet
    for line in lines:
        book.active.append(line)
    for name, content in others.items():
        extra = book.create_sheet(name)
        for line in content:
            extra.append(line)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()

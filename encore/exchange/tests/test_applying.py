"""Applying plans: whole or not at all, once, and only while the world is as the plan says."""

import os
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from encore.exchange import actions as exchange_actions
from encore.exchange.actions import CannotApply, discard_plan, make_plan, start_applying
from encore.exchange.jobs import tidy_plans
from encore.exchange.planning import Options
from encore.exchange.tests.conftest import actions
from encore.ledger.actions import ask_to_stop
from encore.ledger.models import AuditEntry, Job, Plan, PlanRow
from encore.ledger.worker import Worker, claim, take_back
from encore.people.actions import create_class, deactivate
from encore.people.models import Person, SchoolClass

PEOPLE = "LastName;FirstName;UserName;Email\nA;Ada;ada;ada@example.org\nB;Bea;bea;bea@example.org\n"
BAD = PEOPLE + "C;;cid;\n"
State = Plan.State


def test_nothing_but_the_plan_is_written_before_it_is_applied(plan, db):
    plan("people", PEOPLE)

    assert not Person.objects.exists()
    assert not Job.objects.exists()
    assert not AuditEntry.objects.exists()


def test_a_plan_is_applied_and_says_what_became_of_it(plan, apply, edna):
    made = plan("people", PEOPLE, by=edna)
    job = apply(made)

    assert (job.state, job.done, job.total) == ("done", 2, 2)
    assert job.message == "2 added, 0 changed, 0 as they were, 0 skipped."
    assert (made.state, made.applied_at is not None) == (State.APPLIED, True)
    assert set(made.rows.values_list("done", flat=True)) == {True}
    assert AuditEntry.objects.filter(verb="apply plan", by=edna).count() == 1


def test_if_a_row_is_refused_nothing_is_applied(plan, apply, db):
    made = plan("people", BAD)

    with pytest.raises(CannotApply, match="1 row is refused, so nothing is applied."):
        apply(made)

    assert not Person.objects.exists()
    assert Plan.objects.get().state == State.READY


def test_unless_the_refused_rows_are_skipped(plan, apply, db):
    made = plan("people", BAD)
    job = apply(made, skip_refused=True)

    assert job.message == "2 added, 0 changed, 0 as they were, 1 skipped."
    assert list(made.rows.order_by("line").values_list("done", flat=True)) == [True, True, False]


def test_two_people_who_apply_at_once_start_one_job(plan, edna, at):
    made = plan("people", PEOPLE)

    jobs = {start_applying(made, skip_refused=False, by=edna, at=at).pk for _press in range(2)}

    assert len(jobs) == Job.objects.count() == 1


def test_an_applied_plan_is_not_applied_again(plan, apply, edna, at):
    made = plan("people", PEOPLE)
    apply(made)

    with pytest.raises(CannotApply):
        apply(made)

    assert Person.objects.filter(username__in=["ada", "bea"]).count() == 2


def test_applying_the_same_file_twice_changes_nothing_more(plan, apply, edna):
    first, second = plan("people", PEOPLE), plan("people", PEOPLE)
    apply(first)

    job = apply(second)

    assert job.state == "failed"
    assert second.state == State.STALE
    assert actions(plan("people", PEOPLE)) == ["nothing", "nothing"]


def test_a_plan_whose_world_changed_asks_to_be_made_again_and_applies_nothing(plan, apply, make_person):
    made = plan("people", PEOPLE)
    make_person("bea", "Another", "Bea", email="")

    job = apply(made)

    assert (job.state, made.state) == ("failed", State.STALE)
    assert job.message.startswith("Something has changed since this plan was made: 1 row would do something else now.")
    assert not Person.objects.filter(username="ada").exists()
    assert not any(row.data for row in made.rows.all())


def test_a_plan_for_something_that_was_deleted_is_out_of_date(plan, apply, edna, at):
    school_class = create_class("A4", by=edna, at=at)
    made = plan("people", "LastName;FirstName;UserName;ClassId\nA;Ada;ada;A4\n")
    SchoolClass.objects.filter(pk=school_class.pk).delete()

    assert apply(made).state == "failed"
    assert made.state == State.STALE


def test_a_plan_is_applied_with_the_power_of_who_applies_it(plan, apply, edna, sara, amina):
    made = plan("people", "LastName;FirstName;UserName;Status\nHaddad;Amina;amina;admin\n", by=edna, update=True)

    job = apply(made, by=sara)

    amina.refresh_from_db()
    assert (job.state, made.state) == ("failed", State.STALE)
    assert not amina.is_administrator


def test_whoever_lost_their_role_meanwhile_applies_nothing(plan, apply, edna, make_person, at):
    other = make_person("other", "Other", "Admin", "administrator")
    made = plan("people", PEOPLE, by=other)
    deactivate(other, by=edna, at=at)

    assert apply(made).state == "failed"
    assert not Person.objects.filter(username="ada").exists()


def test_a_discarded_plan_is_not_applied_and_holds_nothing_any_more(plan, apply, db):
    made = plan("people", PEOPLE)

    assert discard_plan(made)

    with pytest.raises(CannotApply):
        apply(made)
    assert not any(row.data for row in PlanRow.objects.all())


def test_an_unexpected_error_leaves_the_plan_ready_and_nothing_half_done(plan, apply, monkeypatch, db):
    made = plan("people", PEOPLE)
    monkeypatch.setattr("encore.exchange.kinds.people.People._write_places", lambda *args: 1 / 0)

    job = apply(made)

    assert (job.state, made.state) == ("failed", State.READY)
    assert not Person.objects.exists()
    monkeypatch.undo()
    assert apply(made).state == "done"


def test_a_plan_that_was_stopped_can_be_applied_later(plan, apply, edna, at):
    made = plan("people", PEOPLE, by=edna)
    ask_to_stop(start_applying(made, skip_refused=False, by=edna, at=at))

    tidy_plans(at)
    made.refresh_from_db()

    assert made.state == State.READY
    assert apply(made).state == "done"


def test_a_job_that_was_given_up_does_not_apply_what_another_has_now(plan, edna, at):
    made = plan("people", PEOPLE, by=edna)
    first = start_applying(made, skip_refused=False, by=edna, at=at)
    Plan.objects.update(state=State.READY)  # as after Ctrl-C
    second = start_applying(made, skip_refused=False, by=edna, at=at)

    Worker(lambda: at, heartbeat=False).drain()

    assert [Job.objects.get(pk=job.pk).state for job in (first, second)] == ["failed", "done"]
    assert Person.objects.filter(username="ada").count() == 1


def test_forgotten_plans_are_put_away(plan, at):
    made = plan("people", PEOPLE)

    tidy_plans(at + timedelta(days=13))
    early = Plan.objects.get().state
    tidy_plans(at + timedelta(days=15))
    made.refresh_from_db()

    assert (early, made.state) == (State.READY, State.DISCARDED)


# Plans that are too large for one transaction


@pytest.fixture
def small_chunks(monkeypatch):
    monkeypatch.setattr(exchange_actions, "WHOLE", 5)
    monkeypatch.setattr(exchange_actions, "CHUNK", 3)


def many(count: int) -> str:
    lines = [f"L{n};F{n};user{n};user{n}@example.org;C{n % 2}" for n in range(count)]
    return "\n".join(["LastName;FirstName;UserName;Email;Courses", *lines]) + "\n"


def test_large_plans_go_in_chunks(plan, apply, small_chunks, db):
    made = plan("people", many(10), create_missing=True)
    job = apply(made)

    assert (job.state, made.state, job.done) == ("done", State.APPLIED, 10)
    assert Person.objects.count() == 10


def test_a_large_plan_goes_on_after_a_stop_where_it_was(plan, small_chunks, edna, at):
    made = plan("people", many(10), create_missing=True, by=edna)
    job = start_applying(made, skip_refused=False, by=edna, at=at)
    worker = Worker(lambda: at, heartbeat=False)
    chunk = exchange_actions._apply_chunk

    def stop_after_the_first(*args, **kwargs):
        worker.stop()
        return chunk(*args, **kwargs)

    exchange_actions._apply_chunk = stop_after_the_first
    try:
        worker.do(claim(at))
    finally:
        exchange_actions._apply_chunk = chunk
    halfway = Person.objects.exclude(pk=edna.pk).count()
    job.refresh_from_db()
    waiting = job.state

    Worker(lambda: at, heartbeat=False).drain()

    made.refresh_from_db()
    assert (halfway, waiting) == (3, "waiting")
    assert made.state == State.APPLIED
    assert Person.objects.exclude(pk=edna.pk).count() == 10


def test_who_lost_the_job_in_the_middle_writes_nothing(plan, edna, at):
    made = plan("people", PEOPLE, by=edna)
    start_applying(made, skip_refused=False, by=edna, at=at)
    job = claim(at)
    later = at + timedelta(minutes=5)
    take_back(later)
    again = claim(later)

    Worker(lambda: at, heartbeat=False).do(job)
    before = Person.objects.exclude(pk=edna.pk).count()
    Worker(lambda: later, heartbeat=False).do(again)

    assert before == 0
    assert Person.objects.exclude(pk=edna.pk).count() == 2


# A worker that is killed, for real

SCRIPT = """
import sys, time, django
django.setup()
from django.utils.timezone import now
from encore.exchange import actions
from encore.ledger.worker import Worker
actions.WHOLE, actions.CHUNK = 5, 4
chunk = actions._apply_chunk
def slowly(*args, **kwargs):
    chunk(*args, **kwargs)
    time.sleep(0.5)  # still inside of the transaction
actions._apply_chunk = slowly
Worker(now).run()
"""


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_in_the_middle_loses_nothing_and_doubles_nothing(monkeypatch):
    import io

    moment = datetime.now(UTC)
    made = make_plan("people", io.BytesIO(many(20).encode()), "x.csv", Options(create_missing=True), by=None, at=moment)
    start_applying(made, skip_refused=False, by=None, at=moment)
    where = connection.settings_dict
    if connection.vendor == "sqlite":
        url = f"sqlite:///{where['NAME']}"
    else:
        url = f"postgres://{where['USER']}:{where['PASSWORD']}@{where['HOST']}:{where['PORT']}/{where['NAME']}"
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "encore.config.settings", "DATABASE_URL": url}
    process = subprocess.Popen([sys.executable, "-c", SCRIPT], env=env)
    try:
        until = time.monotonic() + 30
        while Person.objects.count() < 4:
            assert time.monotonic() < until
            time.sleep(0.02)
        time.sleep(0.2)  # into the middle of the next chunk
    finally:
        process.kill()
        process.wait()
    halfway = Person.objects.count()
    monkeypatch.setattr(exchange_actions, "WHOLE", 5)
    monkeypatch.setattr(exchange_actions, "CHUNK", 4)

    Worker(lambda: datetime.now(UTC) + timedelta(minutes=2)).drain()

    made.refresh_from_db()
    assert 0 < halfway < 20
    assert made.state == State.APPLIED
    assert sorted(Person.objects.values_list("username", flat=True)) == sorted(f"user{n}" for n in range(20))
    assert Job.objects.get().attempts == 2

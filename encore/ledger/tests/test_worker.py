"""The worker: what it takes, how jobs end, and that a killed one loses and doubles nothing."""

import os
import signal
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from encore.ledger import worker as working
from encore.ledger.actions import ask_to_stop, start_job
from encore.ledger.jobs import JobFailed, bodies, duties, every, job
from encore.ledger.models import AuditEntry, Job
from encore.ledger.tests.slow_worker import count  # noqa: F401  (registers its job)
from encore.ledger.worker import Worker, claim, do_duties, take_back

State = Job.State


@pytest.fixture
def kinds():
    """Registers job kinds and duties for one test."""
    before = dict(bodies), dict(duties)
    yield
    bodies.clear()
    duties.clear()
    bodies.update(before[0])
    duties.update(before[1])


@pytest.fixture
def drain(db, at):
    def drain(moment=at):
        Worker(lambda: moment, heartbeat=False).drain()

    return drain


def test_a_waiting_job_is_done(kinds, drain, at):
    @job("test: greet")
    def greet(job, progress):
        progress.step(done=1, total=1)
        return f"Hello {job.payload['name']}."

    start_job("test: greet", {"name": "Amina"}, by=None, at=at)

    drain()

    done = Job.objects.get()
    assert (done.state, done.message, done.done, done.attempts) == (State.DONE, "Hello Amina.", 1, 1)
    assert done.finished_at == at


def test_jobs_are_done_in_the_order_they_were_handed_over(kinds, drain, at):
    seen = []
    bodies["test: note"] = lambda job, progress: seen.append(job.payload)
    for n in range(3):
        start_job("test: note", n, by=None, at=at)

    drain()

    assert seen == [0, 1, 2]


def test_a_failure_that_is_known_says_its_own_words(kinds, drain, at):
    @job("test: refuse")
    def refuse(job, progress):
        raise JobFailed("The plan is out of date.")

    start_job("test: refuse", {}, by=None, at=at)

    drain()

    assert Job.objects.values_list("state", "message").get() == (State.FAILED, "The plan is out of date.")


def test_a_failure_that_is_not_known_has_a_reference_and_its_cause_in_the_log(kinds, drain, at, caplog):
    @job("test: break")
    def broken(job, progress):
        raise ZeroDivisionError("a secret detail")

    start_job("test: break", {}, by=None, at=at)

    drain()

    failed = Job.objects.get()
    assert failed.state == State.FAILED
    assert f"job {failed.pk}" in failed.message
    assert "secret" not in failed.message
    assert "a secret detail" in caplog.text


def test_a_kind_that_nobody_knows_fails_in_words(kinds, drain, at):
    start_job("test: unheard of", {}, by=None, at=at)

    drain()

    assert Job.objects.get().state == State.FAILED
    assert "test: unheard of" in Job.objects.get().message


def test_a_job_that_was_not_begun_is_stopped_at_once(kinds, drain, at):
    waiting = start_job("test: count", {}, by=None, at=at, total=3)

    ask_to_stop(waiting)
    drain()

    assert Job.objects.get().state == State.CANCELLED
    assert not AuditEntry.objects.exists()


def test_one_job_is_claimed_once(db, at):
    start_job("test: count", {}, by=None, at=at)

    assert claim(at) is not None
    assert claim(at) is None


def test_a_job_whose_heart_stopped_waits_again(db, at):
    start_job("test: count", {}, by=None, at=at)
    claim(at)

    take_back(at + timedelta(seconds=59))
    still = Job.objects.get().state
    take_back(at + timedelta(seconds=61))

    assert still == State.RUNNING
    assert Job.objects.get().state == State.WAITING


def test_a_job_that_kills_every_worker_is_given_up_in_words(db, at):
    start_job("test: count", {}, by=None, at=at)
    moment = at
    for _try in range(working.ATTEMPTS):
        assert claim(moment)
        moment += timedelta(minutes=2)
        take_back(moment)

    given_up = Job.objects.get()
    assert given_up.state == State.FAILED
    assert "started 5 times" in given_up.message


def test_who_lost_a_job_cannot_write_its_end(kinds, db, at):
    """A worker that slept too long wakes up after another has taken its job."""

    @job("test: sleepy")
    def sleepy(job, progress):
        take_back(at + timedelta(minutes=2))
        claim(at + timedelta(minutes=2))
        progress.still_mine()
        return "I was first."

    start_job("test: sleepy", {}, by=None, at=at)

    Worker(lambda: at, heartbeat=False).do(claim(at))

    job_now = Job.objects.get()
    assert (job_now.state, job_now.attempts, job_now.message) == (State.RUNNING, 2, "")


def test_a_worker_that_shuts_down_puts_its_job_back(kinds, db, at):
    worker = Worker(lambda: at, heartbeat=False)

    @job("test: long")
    def long(job, progress):
        worker.stop()
        progress.step(done=7, total=10, message="7 of 10")

    start_job("test: long", {}, by=None, at=at)

    worker.drain()

    put_back = Job.objects.get()
    assert (put_back.state, put_back.done, put_back.attempts) == (State.WAITING, 7, 0)


def test_a_duty_is_done_when_it_is_due_and_only_once(kinds, db, at):
    done = []
    duties.clear()

    @every(minutes=10)
    def tidy(moment):
        done.append(moment)

    for minutes in (0, 0, 5, 10, 11, 20):
        do_duties(at + timedelta(minutes=minutes))

    assert [moment - at for moment in done] == [timedelta(0), timedelta(minutes=10), timedelta(minutes=20)]


def test_a_duty_that_fails_does_not_keep_others_from_theirs(kinds, db, at, caplog):
    done = []
    duties.clear()
    every(minutes=1)(lambda moment: 1 / 0)

    @every(minutes=1)
    def second(moment):
        done.append(moment)

    do_duties(at)

    assert done == [at]


# With processes and threads, as in production.


def worker_process(pause: float) -> subprocess.Popen:
    where = connection.settings_dict
    if connection.vendor == "sqlite":
        url = f"sqlite:///{where['NAME']}"
    else:
        url = f"postgres://{where['USER']}:{where['PASSWORD']}@{where['HOST']}:{where['PORT']}/{where['NAME']}"
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "encore.config.settings", "DATABASE_URL": url}
    return subprocess.Popen([sys.executable, "-m", "encore.ledger.tests.slow_worker", str(pause)], env=env)


def wait_for(condition, seconds=30):
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.05)


def counted() -> list[int]:
    return list(AuditEntry.objects.filter(verb="count").order_by("id").values_list("subject_id", flat=True))


@pytest.mark.django_db(transaction=True)
def test_when_a_worker_is_killed_another_goes_on_and_nothing_is_doubled():
    moment = datetime.now(UTC)
    start_job("test: count", {}, by=None, at=moment, total=12)
    process = worker_process(0.2)
    try:
        wait_for(lambda: len(counted()) >= 3)
    finally:
        process.kill()
        process.wait()
    before = len(counted())

    Worker(lambda: datetime.now(UTC) + timedelta(minutes=2)).drain()

    done = Job.objects.get()
    assert 3 <= before < 12
    assert counted() == list(range(12))
    assert (done.state, done.attempts, done.done) == (State.DONE, 2, 12)


@pytest.mark.django_db(transaction=True)
def test_sigterm_finishes_the_step_and_leaves_the_rest_to_the_next_worker():
    start_job("test: count", {}, by=None, at=datetime.now(UTC), total=12)
    process = worker_process(0.2)
    try:
        wait_for(lambda: len(counted()) >= 2)
        process.send_signal(signal.SIGTERM)
        code = process.wait(timeout=20)
    finally:
        process.kill()

    left = Job.objects.get()
    assert code == 0
    assert (left.state, left.attempts) == (State.WAITING, 0)
    assert left.done == len(counted()) < 12


@pytest.mark.django_db(transaction=True)
def test_a_running_job_shows_its_progress_and_hears_that_it_should_stop(kinds, monkeypatch):
    monkeypatch.setattr(working, "BEAT", 0.05)

    @job("test: endless")
    def endless(job, progress):
        for n in range(10_000):
            progress.step(done=n, total=10_000, message="counting")
            time.sleep(0.01)

    running = start_job("test: endless", {}, by=None, at=datetime.now(UTC))
    thread = threading.Thread(target=lambda: (Worker(lambda: datetime.now(UTC)).drain(), connection.close()))
    thread.start()
    try:
        wait_for(lambda: Job.objects.get().done > 0)
        seen = Job.objects.get()
        ask_to_stop(running)
    finally:
        thread.join(timeout=20)

    assert (seen.state, seen.total, seen.message) == (State.RUNNING, 10_000, "counting")
    assert Job.objects.get().state == State.CANCELLED


@pytest.mark.django_db(transaction=True)
def test_two_workers_never_do_the_same_job():
    for _job in range(6):
        start_job("test: count", {}, by=None, at=datetime.now(UTC), total=4)
    workers = [worker_process(0.0), worker_process(0.0)]
    try:
        wait_for(lambda: not Job.objects.exclude(state=State.DONE).exists())
    finally:
        for process in workers:
            process.terminate()
        for process in workers:
            process.wait(timeout=20)

    assert len(counted()) == 24
    assert set(Job.objects.values_list("attempts", flat=True)) == {1}

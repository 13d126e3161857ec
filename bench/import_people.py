"""Measures bringing in people and enrolling them from a file: plan and apply, seconds and megabytes.

    python bench/import_people.py                 10,000 people in 5 courses without dates, on a database of its own
    python bench/import_people.py 50000           as many
    python bench/import_people.py 1000 --passwords  each with a password to hash

The promise (performance.md): 10,000 without passwords in 20 s and 300 MB, planning and applying together.
"""

from __future__ import annotations

import argparse
import io
import os
import resource
import sys
import tempfile
import time


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("people", nargs="?", type=int, default=10_000)
    parser.add_argument("--passwords", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="encore-bench-") as folder:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "encore.config.settings")
        os.environ.setdefault("ENCORE_SECRET_KEY", "only-for-measuring")
        os.environ["ENCORE_DATA"] = folder
        measure(given.people, passwords=given.passwords)


def measure(count: int, *, passwords: bool) -> None:
    sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    import django

    django.setup()
    from django.core.management import call_command
    from django.utils.timezone import now

    from encore.exchange.actions import make_plan, start_applying
    from encore.exchange.planning import Options
    from encore.ledger.worker import Worker

    call_command("migrate", verbosity=0)
    file = io.BytesIO(content(count, passwords=passwords))
    idle = megabytes()
    start, cpu = time.perf_counter(), time.process_time()
    plan = make_plan("people", file, "bench.csv", Options(create_missing=True), by=None, at=now())
    planned = time.perf_counter()
    job = start_applying(plan, skip_refused=False, by=None, at=now())
    Worker(now).drain()
    applied = time.perf_counter()
    used = time.process_time() - cpu
    job.refresh_from_db()
    print(job.message)
    print(f"{count:,} people: plan {planned - start:.1f} s, apply {applied - planned:.1f} s,", end=" ")
    print(f"together {applied - start:.1f} s, of which {used:.1f} s processor;", end=" ")
    print(f"memory {megabytes():.0f} MB at most, {idle:.0f} MB before")


def content(count: int, *, passwords: bool) -> bytes:
    lines = ["LastName;FirstName;UserName;Email;Password;Status;Courses"]
    for n in range(count):
        password = f"password of {n}" if passwords else ""
        lines.append(f"Family{n};Given{n};person{n};person{n}@example.org;{password};user;COURSE{n % 5}")
    return "\r\n".join(lines).encode()


def megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()

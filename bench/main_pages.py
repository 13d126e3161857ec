"""Queries, CPU time and size of the main pages, with few and with many sessions elsewhere.

    ENCORE_DATA=/a/new/folder python bench/main_pages.py --sessions 2000 --people 20000

Fills a new database with the demo and with other sessions of the same courses, then asks each page in this process:
CPU milliseconds per request (median of the runs), queries, kilobytes of HTML. It measures; it judges nothing.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "encore.config.settings")
os.environ.setdefault("ENCORE_SECRET_KEY", "only-for-measuring-0123456789-0123456789-0123456789")
os.environ.setdefault("ENCORE_ALLOWED_HOSTS", "testserver")

import django

django.setup()

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import now

from encore.courses.models import Course, CourseSession, Enrolment, SessionCourse
from encore.people.models import Person, fold_names

PAGES = [
    ("amina", "/", "My sessions"),
    ("amina", "/sessions/{session}/", "session page"),
    ("amina", "/sessions/{session}/FIRE/", "course home in a session"),
    ("amina", "/sessions/{session}/FIRE/documents/", "documents"),
    ("amina", "/sessions/{session}/FIRE/links/", "links"),
    ("chidi", "/sessions/{session}/FIRE/learners/", "learners"),
    ("edna", "/administration/sessions/", "sessions list"),
    ("edna", "/administration/sessions/{session}/", "session overview"),
    ("edna", "/administration/people/", "people list"),
]


def fill(people: int, sessions: int, each: int) -> None:
    """Other people in other sessions of the same courses."""
    at = now()
    rows = [
        Person(username=f"p{n}", first_name=f"First{n}", last_name=f"Last{n}", created_at=at, password="!")
        for n in range(people)
    ]
    for row in rows:
        fold_names(row)
    rows = Person.objects.bulk_create(rows, batch_size=500)
    made = CourseSession.objects.bulk_create(
        [
            CourseSession(
                title=f"Run {n}",
                search_text=f"run {n}",
                state="published",
                time_zone="Europe/Brussels",
                created_at=at,
                changed_at=at,
            )
            for n in range(sessions)
        ],
        batch_size=500,
    )
    courses = list(Course.objects.order_by("pk"))
    places = [SessionCourse(session=s, course=c) for s in made for c in courses[:2]]
    SessionCourse.objects.bulk_create(places, batch_size=500)
    enrolments = [
        Enrolment(session=s, person=rows[(n * each + k) % len(rows)], enrolled_at=at)
        for n, s in enumerate(made)
        for k in range(each)
    ]
    Enrolment.objects.bulk_create(enrolments, batch_size=500)


def measure(runs: int) -> None:
    session = CourseSession.objects.get(title="Safety weeks at Quay 7").pk
    print(f"{'page':28}{'queries':>8}{'CPU ms':>8}{'KB':>6}")
    for username, path, label in PAGES:
        client = Client()
        client.force_login(Person.objects.get(username=username), backend="encore.people.sign_in.UsernameOrEmail")
        url = path.format(session=session)
        client.get(url)
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(url)
        asked = len(queries)
        assert answer.status_code == 200, (url, answer.status_code)
        times = []
        for _run in range(runs):
            start = time.process_time()
            client.get(url)
            times.append((time.process_time() - start) * 1000)
        size = len(answer.content) / 1024
        print(f"{label:28}{asked:>8}{statistics.median(times):>8.1f}{size:>6.0f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--people", type=int, default=20_000)
    parser.add_argument("--sessions", type=int, default=2_000)
    parser.add_argument("--each", type=int, default=50, help="learners of each session")
    parser.add_argument("--runs", type=int, default=40)
    options = parser.parse_args()
    settings.ALLOWED_HOSTS = ["testserver"]
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    call_command("demo", verbosity=0)
    print("with the demo alone")
    measure(options.runs)
    fill(options.people, options.sessions, options.each)
    print(f"with {options.people} people and {options.sessions} sessions more")
    measure(options.runs)


if __name__ == "__main__":
    main()

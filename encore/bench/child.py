"""What is done or looked up in the measured database, in a process of its own: `python -m encore.bench.child WORD`.

Each word prints one line of JSON.
"""

from __future__ import annotations

import io
import json
import os
import resource
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

import django
from django.utils.timezone import now  # noqa: TID251 - this is a command, only in a process of its own

COURSES = 10
LEARNERS = 1_000
IMPORTED = 10_000


def main(words: list[str]) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "encore.config.settings")
    django.setup()
    print(json.dumps(DEEDS[words[0]](*words[1:])))  # noqa: T201


def places(learners: str = "40") -> dict[str, Any]:
    """Where the flows are walked: the big session, its course and items, and who learns there."""
    from encore.bench.filling.sessions import BIG_TITLE
    from encore.courses.models import CourseSession, Enrolment, SessionCourse
    from encore.toolkit.models import Line

    big = CourseSession.objects.filter(title__startswith=BIG_TITLE).latest("pk")
    place = SessionCourse.objects.select_related("course").get(session=big)
    items = Line.objects.filter(release__course=place.course).select_related("item", "version").order_by("position")
    by_kind: dict[str, list[Any]] = {}
    for line in items:
        by_kind.setdefault(line.item.kind, []).append(line)
    active = Enrolment.objects.filter(session=big, state="active", person__is_active=True, person__is_teacher=False)
    names = active.exclude(person__username__startswith="bench.").order_by("pk")
    return {
        "session": big.pk,
        "code": place.course.code,
        "session_course": place.pk,
        "page": str(by_kind["page"][0].item.uuid),
        "test": str(by_kind["test"][0].item.uuid),
        "test_id": by_kind["test"][0].item_id,
        "learners": list(names.values_list("person__username", flat=True)[: int(learners)]),
        "hash": _hash(),
    }


def _hash() -> float:
    """Seconds that looking at one password takes."""
    from encore.bench.filling.people import PASSWORD
    from encore.people.models import Person

    person = Person.objects.get(username="bench.ordinary")
    times = []
    for _run in range(7):
        began = time.process_time()
        person.check_password(PASSWORD)
        times.append(time.process_time() - began)
    return statistics.median(times)


def enrol() -> dict[str, Any]:
    """Bring in people and enrol them from a file without passwords: plan and apply."""
    from encore.courses.models import Course
    from encore.exchange.actions import make_plan, start_applying
    from encore.exchange.planning import Options
    from encore.ledger.worker import Worker

    codes = list(Course.objects.order_by("pk").values_list("code", flat=True)[2:7])
    lines = ["LastName;FirstName;UserName;Email;Password;Status;Courses"]
    for n in range(IMPORTED):
        lines.append(f"Family{n};Given{n};brought{n};brought{n}@example.org;;user;{codes[n % len(codes)]}")
    file = io.BytesIO("\r\n".join(lines).encode())

    def deed() -> str:
        plan = make_plan("people", file, "people.csv", Options(create_missing=True), by=None, at=now())
        job = start_applying(plan, skip_refused=False, by=None, at=now())
        Worker(now).drain()
        job.refresh_from_db()
        return job.message

    return _timed(deed)


def session() -> dict[str, Any]:
    """Make a session of many courses, enrol many people, publish it."""
    from encore.courses.actions.enrolment import enrol as enrol_people
    from encore.courses.actions.session import add_courses, create_session, publish
    from encore.courses.models import Course
    from encore.people.models import Person

    administrator = Person.objects.get(username="bench.admin")
    courses = list(Course.objects.order_by("pk").values_list("pk", flat=True)[:COURSES])
    people = list(
        Person.objects.filter(is_active=True, is_administrator=False).order_by("-pk").values_list("pk", flat=True)
    )[:LEARNERS]

    def deed() -> str:
        at = now()
        made = create_session(by=administrator, at=at, title=f"Made at {at:%H:%M:%S.%f}")
        add_courses(made, courses, by=administrator, at=at, teachers_coach=True)
        done = enrol_people(people, made, by=administrator, at=at)
        publish(made, by=administrator, at=at)
        return f"{len(courses)} courses, {len(done.enrolled)} learners"

    return _timed(deed)


def _timed(deed: Callable[[], str]) -> dict[str, Any]:
    from django.db import connection

    statements = [0]

    def count(execute: Callable[..., Any], *args: Any) -> Any:
        statements[0] += 1
        return execute(*args)

    began, spent = time.perf_counter(), time.process_time()
    with connection.execute_wrapper(count):
        said = deed()
    return {
        "said": said,
        "seconds": time.perf_counter() - began,
        "cpu": time.process_time() - spent,
        "statements": statements[0],
        "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


DEEDS: dict[str, Callable[..., dict[str, Any]]] = {"places": places, "enrol": enrol, "session": session}

if __name__ == "__main__":
    main(sys.argv[1:])

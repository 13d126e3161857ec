"""Whatever is done to enrolments, in whatever order: no record vanishes, none comes under another enrolment but by a
transfer that says so, and what is stored for speed stays true."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction
from django.db.models import Count, F, Q
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from encore.courses.actions.enrolment import enrol, exclude, include, set_personal_time, set_states, withdraw
from encore.courses.actions.lifecycle import complete_at_end, extend
from encore.courses.actions.session import add_class, remove_class
from encore.courses.context import here_for
from encore.courses.errors import CannotDo
from encore.courses.models import CourseSession, Enrolment, EnrolmentChange
from encore.ledger.models import AuditEntry
from encore.people.actions import create_class, join_class, leave_class
from encore.people.models import Person, SchoolClass
from encore.toolkit.completion import see
from encore.toolkit.management.commands import rebuild
from encore.toolkit.models import Completion, Transfer
from encore.toolkit.publishing import create_item, open_draft, publish, save_draft
from encore.toolkit.records import COLUMNS, record_models
from encore.toolkit.registry import kind_named
from encore.toolkit.scoping import shown_in
from encore.toolkit.settings import set_settings
from encore.toolkit.transfer import transfer, undo
from encore.toolkit.transferring import moved_ids

PAGE = "page"


@dataclass
class World:
    """Three people, three sessions that share courses, one of them with two seats and a class."""

    at: datetime
    by: Person
    people: list[Person]
    sessions: list[CourseSession]
    school_class: SchoolClass
    seen: dict[str, dict[int, Any]] = field(default_factory=dict)  # what there was, by model and id


@pytest.fixture
def world(make_session, make_course, make_person, edna, at):
    courses = [make_course("ETH", "Ethics"), make_course("LAW", "Law")]
    for course in courses:
        here = here_for(edna, at=at, code=course.code)
        for n in range(2):
            page = written(here, f"Page {n}")
            set_settings(page, here, opens=None, due="start + 2 weeks" if n else "enrolment + 10 days", closes=None)
    dated = make_session(
        "Dated", courses, opens_at=at, closes_at=at + timedelta(days=9), completes_at_end=True, seats=2
    )
    sessions = [dated, make_session("Duration", courses[:1], duration_days=5), make_session("Endless", courses[::-1])]
    here = here_for(edna, at=at, session=dated.pk, code="ETH")
    written(here, "Only here")
    own_version(here)
    people = [make_person(name) for name in ("amina", "boris", "chidi")]
    return World(at, edna, people, sessions, create_class(name="Nurses", by=edna, at=at))


def written(here, title):
    draft = create_item(here, PAGE, title=title, content=kind_named(PAGE).content())
    publish([draft], here)
    return draft.item


def own_version(here):
    draft = open_draft(shown_in(here, kind=PAGE).filter(title="Page 0").get(), here)
    save_draft(draft, here, title="Page 0", content=kind_named(PAGE).content(), stamp=draft.stamp)
    draft.refresh_from_db()
    publish([draft], here)


# What may happen. Each takes the world, a person, a session, and a number for all else.


def latest(person: Person, session: CourseSession) -> Enrolment | None:
    return Enrolment.objects.filter(person=person, session=session, is_latest=True).first()


def come(world: World, person: Person, session: CourseSession, n: int) -> None:
    returning: Any = ("ask", "restore", "again")[n % 3]
    enrol([person.pk], session, by=world.by, at=world.at, returning=returning)


def come_by_themselves(world: World, person: Person, session: CourseSession, n: int) -> None:
    enrol([person.pk], session, by=None, at=world.at, kind="self")


def look(world: World, person: Person, session: CourseSession, n: int) -> None:
    for place in session.session_courses.select_related("course"):
        here = here_for(person, at=world.at, session=session.pk, code=place.course.code)
        if here.is_open:
            for item in list(shown_in(here, kind=PAGE))[: n % 3 + 1]:
                see(item, here)


def state(to: str) -> Callable[[World, Person, CourseSession, int], None]:
    def put(world: World, person: Person, session: CourseSession, n: int) -> None:
        if mine := latest(person, session):
            set_states([mine], to, by=world.by, at=world.at)

    put.__name__ = to
    return put


def leave(world: World, person: Person, session: CourseSession, n: int) -> None:
    if mine := latest(person, session):
        withdraw([mine], by=world.by, at=world.at)


def prolong(world: World, person: Person, session: CourseSession, n: int) -> None:
    if mine := latest(person, session):
        extend([mine], n + 1, by=world.by, at=world.at, reason="x")


def own_time(world: World, person: Person, session: CourseSession, n: int) -> None:
    if mine := latest(person, session):
        ends = world.at + timedelta(days=n) if n % 2 else None
        own = {"opens_at": None, "closes_at": ends, "extra_days": n // 3, "reason": "x"}
        set_personal_time(mine, **own, by=world.by, at=world.at)


def out_of_course(world: World, person: Person, session: CourseSession, n: int) -> None:
    if mine := latest(person, session):
        places = list(session.session_courses.all())
        do = exclude if n % 2 else include
        do(mine, places[n % len(places)], by=world.by, at=world.at)


def move(world: World, person: Person, session: CourseSession, n: int) -> None:
    others = [one for one in world.sessions if one != session]
    if mine := latest(person, session):
        transfer(session, [mine.pk], others[n % 2], by=world.by, at=world.at, reason="x")


def move_back(world: World, person: Person, session: CourseSession, n: int) -> None:
    made = list(Transfer.objects.filter(from_enrolment__person=person).order_by("pk"))
    if made:
        undo(made[-1 - n % len(made)], by=world.by, at=world.at)


def join(world: World, person: Person, session: CourseSession, n: int) -> None:
    join_class(world.school_class, [person], by=world.by, at=world.at)


def quit_class(world: World, person: Person, session: CourseSession, n: int) -> None:
    leave_class(world.school_class, [person], by=world.by, at=world.at)


def bring_class(world: World, person: Person, session: CourseSession, n: int) -> None:
    add_class(session, world.school_class, by=world.by, at=world.at)


def send_class_off(world: World, person: Person, session: CourseSession, n: int) -> None:
    remove_class(session, world.school_class, keep_people=bool(n % 2), by=world.by, at=world.at)


def end(world: World, person: Person, session: CourseSession, n: int) -> None:
    if session.completes_at_end:
        complete_at_end(session, at=world.at)


STEPS = [
    come,
    come_by_themselves,
    look,
    look,
    state("suspended"),
    state("active"),
    state("completed"),
    leave,
    prolong,
    own_time,
    out_of_course,
    move,
    move,
    move_back,
    move_back,
    join,
    quit_class,
    bring_class,
    send_class_off,
    end,
]
SEQUENCES = st.lists(
    st.tuples(st.sampled_from(STEPS), st.integers(0, 2), st.integers(0, 2), st.integers(0, 11)), min_size=6, max_size=16
)
START = [(come, 0, 0, 0), (come, 1, 0, 0), (come, 0, 2, 0), (look, 0, 0, 2), (look, 1, 0, 2)]


@settings(
    max_examples=int(os.environ.get("LIFECYCLE_CASES", "20")),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(steps=SEQUENCES)
def test_no_sequence_loses_or_mixes_results(world, steps):
    with transaction.atomic():
        start = world.at
        world.seen = {}
        for do, person, session, n in [*START, *steps]:
            world.at += timedelta(hours=n * 3 + 1)
            try:
                with transaction.atomic():
                    do(world, world.people[person], world.sessions[session], n)
            except CannotDo:
                pass  # refused: nothing may have happened
            check(world, do)
        for what in rebuilt():
            out = StringIO()
            call_command("rebuild", what, stdout=out)
            assert ": 0 rows" in out.getvalue(), (what, out.getvalue())
        world.at = start
        transaction.set_rollback(True)


def rebuilt() -> list[str]:
    parser = rebuild.Command().create_parser("encore", "rebuild")
    return list(next(action.choices for action in parser._actions if action.dest == "what" and action.choices))


def check(world: World, do: Any) -> None:
    nothing_vanished(world)
    each_record_lies_where_its_enrolment_does()
    records_moved_only_by_transfers(world, do)
    one_enrolment_counts()
    seats_are_kept(world)


def nothing_vanished(world: World) -> None:
    for model in (*record_models(), Enrolment, EnrolmentChange, Transfer, AuditEntry):
        now = set(model._default_manager.values_list("pk", flat=True))
        before = world.seen.setdefault(f"ids of {model.__name__}", {})
        assert before.keys() <= now, model.__name__
        before.update(dict.fromkeys(now))


def each_record_lies_where_its_enrolment_does() -> None:
    astray = ~Q(enrolment__session=F("session")) | ~Q(session_course__session=F("session"))
    for model in record_models():
        rows = model._default_manager
        assert not rows.filter(astray).exists(), model.__name__
        assert not rows.exclude(item__course=F("session_course__course")).exists(), model.__name__
        own = rows.filter(item__session_course__isnull=False).exclude(item__session_course=F("session_course"))
        assert not own.exists(), model.__name__
    foreign = Completion.objects.filter(version__session_course__isnull=False)
    assert not foreign.exclude(version__session_course=F("session_course")).exists()


def records_moved_only_by_transfers(world: World, do: Any) -> None:
    for model in record_models():
        now = dict(model._default_manager.values_list("pk", "enrolment"))
        before = world.seen.get(f"enrolments of {model.__name__}", {})
        moved = {pk: (old, now[pk]) for pk, old in before.items() if now[pk] != old}
        assert not moved or do in (move, move_back)
        told = {
            (one.from_enrolment_id, one.to_enrolment_id): {pk for ids in moved_ids(one, model).values() for pk in ids}
            for one in Transfer.objects.all()
        }
        for pk, (old, new) in moved.items():
            way = (old, new) if do is move else (new, old)
            assert pk in told[way]
            people = set(Enrolment.objects.filter(pk__in=way).values_list("person", flat=True))
            assert len(people) == 1
        world.seen[f"enrolments of {model.__name__}"] = now


def one_enrolment_counts() -> None:
    groups = Enrolment.objects.order_by().values("session", "person")
    counts = groups.annotate(
        latest=Count("pk", filter=Q(is_latest=True)),
        live=Count("pk", filter=Q(state__in=Enrolment.LIVE)),
        old_and_live=Count("pk", filter=Q(state__in=Enrolment.LIVE, is_latest=False)),
        all=Count("pk"),
    )
    for group in counts:
        assert (group["latest"], group["old_and_live"]) == (1, 0)
        assert group["live"] <= 1
        top = Enrolment.objects.get(session=group["session"], person=group["person"], is_latest=True)
        assert top.number == group["all"]
    assert not Enrolment.objects.filter(state__in=Enrolment.LIVE, sources=None).exists()


def seats_are_kept(world: World) -> None:
    """Nobody goes over the seats here by confirming it, so nobody is beyond them."""
    for session in world.sessions:
        taken = session.enrolments.filter(state__in=Enrolment.LIVE).count()
        assert session.seats is None or taken <= session.seats


def test_all_models_of_records_are_looked_at():
    """The test above goes by the columns that each of them has."""
    for model in record_models():
        assert {column.name for column in model._meta.concrete_fields} >= {*COLUMNS}
    assert Completion in record_models()

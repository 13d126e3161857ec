"""What Encore writes it reads back: every row of the plan has nothing to do."""

from datetime import UTC, datetime

import pytest
from django.core.management import call_command
from django.db import connection

from encore.courses.actions.course import set_teachers
from encore.courses.actions.enrolment import enrol, exclude
from encore.courses.actions.session import (
    add_class,
    add_courses,
    create_session,
    open_without_dates,
    set_course_coaches,
    set_general_coaches,
)
from encore.courses.models import Course, CourseSession, Enrolment, SessionCategory
from encore.exchange.actions import make_plan
from encore.exchange.exporting import ExportRefused, people_rows, session_rows, write_xlsx
from encore.exchange.planning import Options
from encore.exchange.tests.conftest import actions, reasons
from encore.ledger import guard
from encore.people.actions import create_class, join_class
from encore.people.models import Person, SchoolClass
from encore.people.words import Role
from encore.toolkit.models import CourseProgress

NASTY = [
    "=1+1",
    "+x",
    "-x",
    "@x",
    "'=x",
    "a|b",
    "a;b",
    "a,b",
    "[x]",
    "back\\slash",
    '"quoted"',
    "línea\nnew",
    "Ünïcödé 中文",
]


@pytest.fixture
def believable(make_person, course, edna, at):
    """People, classes and sessions with values that would break a careless file."""
    people = [
        make_person(
            f"user{n}", text, text[::-1], email=f"user{n}@example.org", phone="+32 2 555", official_code=f"0{n}"
        )
        for n, text in enumerate(NASTY)
    ]
    dolores = make_person("dolores", "Dolores", "Ruiz", Role.TEACHER, Role.HR_MANAGER)
    make_person("gone", "Gone", "Person", is_active=False)
    nameless = make_person("nameless", email="", expires_at=datetime(2027, 3, 31, 22, tzinfo=UTC))
    Person.objects.filter(pk=nameless.pk).update(first_name="", last_name="")
    classes = [create_class(f"Class {text}", by=edna, at=at) for text in NASTY]
    for school_class in classes:
        join_class(school_class, people[:3], by=edna, at=at)
    standing = open_without_dates(course, by=edna, at=at)
    enrol([people[0].pk, dolores.pk], standing, by=edna, at=at)
    set_teachers(course, add=[dolores.pk, people[1].pk], by=edna, at=at)
    set_teachers(course, add=[people[2].pk], kind="assistant", by=edna, at=at)
    second = Course.objects.create(code="C.2-b_c", title="Second", created_at=at)
    for n, text in enumerate(NASTY):
        session = create_session(
            by=edna,
            at=at,
            title=f"{text} session",
            description=f"{text}\r\n{text}",
            state=list(CourseSession.State)[n % 4],
            category=SessionCategory.objects.create(name=f"{text.replace(chr(10), ' ')} category"),
            after_end=list(CourseSession.AfterEnd)[n % 3],
            time_zone=["Europe/Brussels", "America/Sao_Paulo", "UTC"][n % 3],
            coach_days_before=n,
            **(DATES[n % len(DATES)]),
        )
        places = add_courses(session, [course.pk, second.pk], by=edna, at=at)
        set_general_coaches(session, add=[people[3].pk, people[4].pk], by=edna, at=at)
        set_course_coaches(places[0], add=[people[5].pk], by=edna, at=at)
        enrol([p.pk for p in people[5:9]], session, by=edna, at=at)
        add_class(session, classes[n], by=edna, at=at)
        exclude(Enrolment.objects.get(session=session, person=people[6]), places[0], by=edna, at=at)
        exclude(Enrolment.objects.get(session=session, person=people[0]), places[1], by=edna, at=at)
        if n == 0:
            for person in people[5:9]:
                exclude(Enrolment.objects.get(session=session, person=person), places[1], by=edna, at=at)


DATES = [
    {},
    {"opens_at": datetime(2026, 9, 1, 22, tzinfo=UTC), "closes_at": datetime(2026, 9, 30, 22, tzinfo=UTC)},
    {"closes_at": datetime(2026, 10, 25, 1, 30, 15, 123456, tzinfo=UTC)},
    {"duration_days": 30, "seats": 12},
    {
        "opens_at": datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
        "shown_from": datetime(2026, 1, 1, tzinfo=UTC),
        "shown_until": datetime(2027, 1, 1, tzinfo=UTC),
        "coach_opens_at": datetime(2026, 10, 20, 8, 30, tzinfo=UTC),
        "coach_closes_at": datetime(2027, 1, 31, 23, tzinfo=UTC),
    },
]


@pytest.mark.parametrize("kind", ["people", "sessions"])
@pytest.mark.parametrize("form", ["csv", "xlsx"])
@pytest.mark.parametrize("update", [False, True])
def test_an_export_is_read_back_unchanged(believable, tmp_path, at, kind, form, update):
    path = tmp_path / f"{kind}.{form}"
    call_command("export", kind, str(path), verbosity=0)

    with path.open("rb") as file:
        made = make_plan(kind, file, path.name, Options(update=update), by=None, at=at)

    rows = list(made.rows.values_list("action", "subject", "reasons"))
    assert [row for row in rows if row[0] != "nothing"] == []
    assert len(rows) >= len(NASTY)
    assert not any("not known" in note or "not used" in note for note in made.notes)


def test_on_another_platform_the_same_comes_out(believable, tmp_path, at, plan, apply):
    people, sessions = [list(row) for row in people_rows()], [list(row) for row in session_rows()]
    files = {}
    for kind in ("people", "sessions"):
        call_command("export", kind, str(tmp_path / kind), verbosity=0)
        files[kind] = (tmp_path / kind).read_bytes()
    erase()

    for kind in ("people", "sessions"):
        made = plan(kind, files[kind], create_missing=True)
        # Who has only a username there, and no name at all, is no row of a file here.
        apply(made, skip_refused=True)
        assert [reasons(made, n) for n, action in enumerate(actions(made)) if action == "refuse"] == (
            [["A person needs a first name and a last name."]] if kind == "people" else []
        )

    assert [list(row) for row in people_rows() if row[3] != "nameless"] == [r for r in people if r[3] != "nameless"]
    assert [list(row) for row in session_rows()] == sessions


def test_cells_that_spreadsheets_run_are_written_behind_an_apostrophe(make_person, tmp_path, db):
    make_person("ada", "=cmd()", "@sum", email="")
    call_command("export", "people", str(tmp_path / "people.csv"), verbosity=0)

    assert b"'@sum;'=cmd();" in (tmp_path / "people.csv").read_bytes()


def test_a_workbook_that_cannot_hold_a_cell_is_refused_in_words(tmp_path):
    with (tmp_path / "x.xlsx").open("wb") as file, pytest.raises(ExportRefused, match="Export as CSV instead."):
        write_xlsx([["a", "b" * 40_000]], file)


def erase():
    """An empty platform."""
    for session in CourseSession.objects.all():
        session.waiting.all().delete()
    CourseProgress.objects.all().delete()
    Enrolment.objects.all().delete()
    CourseSession.objects.update(owner=None, standing_for=None)
    for model in (CourseSession, SessionCategory, Course, SchoolClass):
        model.objects.all().delete()
    with guard.lifted(connection), connection.cursor() as cursor:
        for table in reversed(guard.TABLES):
            cursor.execute(f"DELETE FROM {table}")
    Person.objects.all().delete()

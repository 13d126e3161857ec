"""The real files of another platform: each gives a sensible plan, with and without making what is missing."""

import json
from collections import Counter

import pytest
from django.core.management import call_command

from encore.courses.models import (
    Course,
    CourseCoach,
    CourseExclusion,
    CourseSession,
    CourseTeacher,
    Enrolment,
    GeneralCoach,
)
from encore.exchange.tests.conftest import actions, reasons, rows
from encore.people.models import Person, SchoolClass

PEOPLE = ["example.csv", "newest/example.csv", "example.xml"]
SESSIONS = ["example_session.csv", "newest/example_session.csv"]
TREES = ["example_session.xml", "newest/example_session.xml"]
CLASSES = ["example_class.csv", "newest/example_class.csv"]


@pytest.mark.parametrize("name", PEOPLE)
def test_people_whose_courses_are_unknown_are_refused_with_every_reason(sample, plan, name):
    made = plan("people", sample(name).read_bytes())

    assert actions(made) == ["refuse", "refuse"]
    assert reasons(made) == [f"There is no course with the code “COURSE{n}”." for n in (1, 2, 3)]
    assert reasons(made, 1) == ["There is no course with the code “COURSE2”."]
    assert "AuthSource is not used: everyone signs in with the password of this platform." in made.notes


@pytest.mark.parametrize("name", PEOPLE)
def test_people_come_in_with_their_courses(sample, plan, apply, name):
    apply(plan("people", sample(name).read_bytes(), create_missing=True))

    marty, brown = Person.objects.order_by("id")
    assert (marty.username, marty.first_name, marty.last_name, marty.official_code) == (
        "marty",
        "Marty",
        "Mcfly",
        "12345678",
    )
    assert marty.check_password("secret")
    assert sorted(marty.enrolments.values_list("session__standing_for__code", flat=True)) == [
        "COURSE1",
        "COURSE2",
        "COURSE3",
    ]
    assert brown.is_teacher
    assert list(CourseTeacher.objects.values_list("course__code", "person__username")) == [("COURSE2", brown.username)]


@pytest.mark.parametrize("name", CLASSES)
def test_classes_come_in_whatever_their_heading_is_called(sample, plan, apply, name):
    made = plan("classes", sample(name).read_bytes())
    apply(made)

    assert rows(made) == [(2, "add", "Class A4"), (3, "add", "Class B5")]
    assert list(SchoolClass.objects.values_list("name", "description")) == [
        ("Class A4", "20 students in general courses"),
        ("Class B5", "20 students from technical background"),
    ]


@pytest.mark.parametrize("name", SESSIONS)
def test_sessions_with_unknown_people_and_courses_are_refused(sample, plan, name):
    made = plan("sessions", sample(name).read_bytes())

    assert Counter(actions(made)) == {"refuse": 2}


def test_sessions_come_in_with_coaches_and_courses(sample, plan, apply):
    apply(plan("sessions", sample("example_session.csv").read_bytes(), create_missing=True))

    first = CourseSession.objects.get(title="Session1")
    assert str(first.opens_at) == "2008-08-07 22:00:00+00:00"
    assert str(first.closes_at) == "2020-12-12 23:00:00+00:00"  # the day is included, in Brussels
    assert (first.state, first.after_end) == ("published", "read_only")
    assert list(first.general_coaches.values_list("person__username", flat=True)) == ["jmontoya"]
    assert list(first.session_courses.values_list("course__code", flat=True)) == ["course1", "course2"]
    assert set(CourseCoach.objects.values_list("person__username", flat=True)) == {"coach1"}
    assert sorted(first.enrolments.values_list("person__username", flat=True)) == ["username1", "username2"]
    assert not CourseExclusion.objects.exists()


def test_commas_in_brackets_of_a_file_with_commas_are_understood(sample, plan, apply):
    apply(plan("sessions", sample("newest/example_session.csv").read_bytes(), create_missing=True))

    first, second = CourseSession.objects.order_by("id")
    assert [row.course.code for row in first.session_courses.all()] == ["COURSEFORTESTING", "TESTINGLPBT22813"]
    assert sorted(first.enrolments.values_list("person__username", flat=True)) == ["student", "stuident"]
    assert list(CourseCoach.objects.values_list("session_course__session", "person__username")) == [(first.pk, "Tutor")]
    assert list(second.enrolments.values_list("person__username", flat=True)) == ["student"]


@pytest.mark.parametrize("name", TREES)
def test_an_xml_file_brings_people_and_courses_along(sample, plan, name):
    made = plan("sessions", sample(name).read_bytes())

    assert rows(made) == [
        (4, "add", "Julio Montoya (jmontoya)"),
        (16, "refuse", "Maths (08011942)"),
        (24, "refuse", "The Universe"),
    ]


@pytest.mark.parametrize(("name", "coach"), [(TREES[0], "Coach"), (TREES[1], "Tutor")])
def test_an_xml_file_is_applied(sample, plan, apply, name, coach):
    apply(plan("sessions", sample(name).read_bytes(), create_missing=True))

    universe = CourseSession.objects.get()
    assert Person.objects.get(username="jmontoya").email == "example@example.com"
    assert Course.objects.get().title == "Maths"
    assert list(CourseTeacher.objects.values_list("person__username", flat=True)) == ["Hawking"]
    assert list(GeneralCoach.objects.values_list("person__username", flat=True)) == [coach]
    assert list(CourseCoach.objects.values_list("person__username", flat=True)) == ["Hawking"]
    assert sorted(universe.enrolments.values_list("person__username", flat=True)) == ["jmontoya", "jmontoya2"]


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        *(("people", n) for n in PEOPLE),
        *(("classes", n) for n in CLASSES),
        *(("sessions", n) for n in SESSIONS + TREES),
    ],
)
def test_the_second_time_there_is_nothing_to_do(sample, plan, apply, kind, name):
    apply(plan(kind, sample(name).read_bytes(), create_missing=True))
    before = (Person.objects.count(), CourseSession.objects.count(), Enrolment.objects.count(), Course.objects.count())

    again = plan(kind, sample(name).read_bytes(), create_missing=True)
    apply(again)

    assert set(actions(again)) == {"nothing"}
    assert before == (
        Person.objects.count(),
        CourseSession.objects.count(),
        Enrolment.objects.count(),
        Course.objects.count(),
    )


@pytest.mark.parametrize(("options", "code"), [([], 1), (["--create-missing"], 0)])
def test_the_command_prints_one_object_per_row(sample, db, capsys, options, code):
    try:
        call_command("import", "people", str(sample("example.csv")), "--json", *options)
        exit_code = 0
    except SystemExit as stop:
        exit_code = stop.code

    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert exit_code == code
    assert [(line["line"], line["subject"]) for line in lines] == [
        (2, "Marty Mcfly (marty)"),
        (3, "Emmert Brown (emmert)"),
    ]
    assert all(set(line) == {"line", "action", "subject", "reasons"} for line in lines)

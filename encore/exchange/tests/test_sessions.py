"""Files of sessions: tables of rows and what becomes of them."""

from datetime import UTC, datetime

import pytest

from encore.courses.actions.enrolment import enrol
from encore.courses.actions.session import add_class, add_courses
from encore.courses.models import CourseCoach, CourseExclusion, CourseSession, CourseTeacher, SessionCategory
from encore.exchange.tests.conftest import actions, reasons
from encore.ledger.models import Mail
from encore.people.actions import create_class, join_class
from encore.people.models import Person

HEAD = "SessionName;Coach;DateStart;DateEnd;Users;Courses"


def file(*lines: str, head: str = HEAD) -> str:
    return "\n".join([head, *lines]) + "\n"


@pytest.mark.parametrize(
    ("line", "action", "words"),
    [
        ("New;chidi;2027-01-01;2027-02-01;amina|boris;SAFETY[chidi][amina]", "add", "Enrols 2 people."),
        ("New;;;;;", "add", "Without learners."),
        (";chidi;;;;", "refuse", "There is no name of the session."),
        (f"{'N' * 251};;;;;", "refuse", "at most 250 letters"),
        ("New;nobody;;;;", "refuse", "Nobody has the username “nobody”."),
        ("New;;;;nobody;", "refuse", "Nobody has the username “nobody”."),
        ("New;;;;;NONE", "refuse", "There is no course with the code “NONE”."),
        ("New;;;;;SAFETY[nobody]", "refuse", "Nobody has the username “nobody”."),
        ("New;;;;;SAFETY[", "refuse", "a bracket is opened and never closed"),
        ("New;;2027-02-01;2027-01-01;;", "refuse", "It would end (2027-01-01) before it starts (2027-02-01)."),
        ("New;;31/12/2026;;;", "refuse", "Opens: “31/12/2026” is not a date we can read."),
        ("New;;;2027-02-30;;", "refuse", "Closes: There is no such day or time as 2027-02-30."),
        ("New;;0000-00-00;0000-00-00;;", "add", "Without learners."),
        ("spring;;;;;", "nothing", None),
        ("Spring;chidi;;;;", "refuse", "There is a session “Spring”, and the file would change it."),
    ],
)
def test_what_a_row_would_do(plan, course, spring, chidi, amina, boris, line, action, words):
    made = plan("sessions", file(line))

    assert actions(made) == [action], reasons(made)
    assert words is None or any(words in reason for reason in reasons(made)), reasons(made)


@pytest.mark.parametrize(
    ("heading", "cell", "words"),
    [
        ("VisibilityAfterExpiration", "sometimes", "Use read_only, accessible or not_accessible."),
        ("TimeZone", "Europe/Atlantis", "There is no time zone “Europe/Atlantis”."),
        ("Duration", "many", "“many” is not a whole number that fits."),
        ("Duration", "0", "“0” is not a whole number that fits."),
        ("Seats", "-3", "“-3” is not a whole number that fits."),
        ("Seats", "99999999999", "is not a whole number that fits."),
        ("Duration", "30", "A session has either dates or a duration, not both."),
        ("State", "open", "“open” is not a state."),
        ("Classes", "A4", "There is no class called “A4”."),
        ("DisplayEndDate", "soon", "Shown until: “soon” is not a date we can read."),
    ],
)
def test_other_columns_are_checked_too(plan, db, heading, cell, words):
    made = plan("sessions", file(f"New;;2027-01-01;2027-02-01;;;{cell}", head=f"{HEAD};{heading}"))

    assert actions(made) == ["refuse"]
    assert any(words in reason for reason in reasons(made)), reasons(made)


def test_all_columns_are_written(plan, apply, course, chidi, amina, edna, at):
    create_class("A4", by=edna, at=at)
    cells = {
        "SessionName": "New",
        "Coach": "chidi",
        "DateStart": "2027/01/01",
        "DateEnd": "2027/02/01 12:00",
        "Users": "amina",
        "Courses": "SAFETY",
        "VisibilityAfterExpiration": "accessible",
        "DisplayStartDate": "2026-12-01",
        "DisplayEndDate": "2027-03-01",
        "CoachStartDate": "2026-12-15 08:00",
        "CoachEndDate": "2027-02-15",
        "Classes": "A4",
        "SessionCategory": "Winter",
        "SessionDescription": '"Two\nlines"',
        "TimeZone": "Europe/London",
        "Seats": "20",
    }
    made = plan("sessions", file(";".join(cells.values()), head=";".join(cells)))
    apply(made)

    session = CourseSession.objects.get()
    assert "Makes the category “Winter”." in reasons(made)
    assert (session.after_end, session.category, session.seats) == ("open", SessionCategory.objects.get(), 20)
    assert session.description == "Two\nlines"
    assert session.opens_at == datetime(2027, 1, 1, tzinfo=UTC)  # in London
    assert session.closes_at == datetime(2027, 2, 1, 12, tzinfo=UTC)
    assert session.shown_until == datetime(2027, 3, 2, tzinfo=UTC)
    assert session.coach_closes_at == datetime(2027, 2, 16, tzinfo=UTC)
    assert session.session_classes.get().school_class.name == "A4"


def test_fewer_users_in_a_bracket_leave_the_others_out_of_that_course(plan, apply, course, amina, boris):
    made = plan("sessions", file("New;;;;amina|boris;SAFETY[][amina]"))
    apply(made)

    exclusion = CourseExclusion.objects.get()
    assert "“Fire safety” is not for 1 of these people." in reasons(made)
    assert (exclusion.enrolment.person, exclusion.session_course.course) == (boris, course)


def test_who_is_named_in_a_course_only_is_enrolled_and_that_is_said(plan, apply, course, amina, boris):
    made = plan("sessions", file("New;;;;amina;SAFETY[][amina,boris]"))
    apply(made)

    assert "“boris” is named in a course only: is enrolled in the session." in reasons(made)
    assert sorted(CourseSession.objects.get().enrolments.values_list("person__username", flat=True)) == [
        "amina",
        "boris",
    ]


def test_who_comes_with_a_class_and_is_named_in_a_course_comes_with_the_class_alone(
    plan, apply, course, amina, edna, at
):
    join_class(create_class("A4", by=edna, at=at), [amina], by=edna, at=at)
    apply(plan("sessions", file("New;;;;;SAFETY[][amina];A4", head=f"{HEAD};Classes")))

    assert list(CourseSession.objects.get().enrolments.get().sources.values_list("kind", flat=True)) == ["class"]


def test_teachers_become_coaches_if_that_is_chosen(plan, apply, course, dolores):
    CourseTeacher.objects.create(course=course, person=dolores)

    apply(plan("sessions", file("One;;;;;SAFETY")))
    apply(plan("sessions", file("Two;;;;;SAFETY"), teachers_coach=True))

    assert list(CourseCoach.objects.values_list("session_course__session__title", "person__username")) == [
        ("Two", "dolores")
    ]


def test_updating_adds_and_never_takes_away(plan, apply, course, spring, chidi, amina, boris, edna, at):
    enrol([boris.pk], spring, by=edna, at=at)
    made = plan("sessions", file("Spring;chidi;2027-01-01;2027-02-01;amina;SAFETY[chidi]"), update=True)

    apply(made)

    spring.refresh_from_db()
    assert actions(made) == ["change"]
    assert reasons(made) == [
        "Opens: “2027-01-01”.",
        "Closes: “2027-02-01”.",
        "Chidi Obi becomes a general coach.",
        "Gets the course “Fire safety”.",
        "Chidi Obi becomes a coach of “Fire safety”.",
        "Enrols 1 person.",
    ]
    assert sorted(spring.enrolments.values_list("person__username", flat=True)) == ["amina", "boris"]
    assert spring.opens_at == datetime(2026, 12, 31, 23, tzinfo=UTC)


def test_an_end_that_would_come_before_the_stored_start_is_refused(plan, apply, spring, edna, at):
    spring.opens_at = datetime(2027, 1, 1, tzinfo=UTC)
    spring.save()

    made = plan("sessions", file("Spring;;;2026-12-01;;"), update=True)

    assert "It would end (2026-12-01) before it starts" in reasons(made)[0]


def test_an_exclusion_survives_a_file(plan, apply, course, spring, amina, edna, at):
    place = add_courses(spring, [course.pk], by=edna, at=at)[0]
    enrol([amina.pk], spring, by=edna, at=at, kind="import")
    CourseExclusion.objects.create(enrolment=spring.enrolments.get(), session_course=place, by=edna, at=at)

    made = plan("sessions", file("Spring;;;;amina;SAFETY[][amina]"), update=True)

    assert actions(made) == ["nothing"]
    assert reasons(made) == ["Amina Haddad was taken out of “Fire safety” and is not brought back by a file."]


def test_who_is_in_a_session_by_a_class_and_is_named_stays_when_the_class_goes(plan, apply, spring, amina, edna, at):
    school_class = create_class("A4", by=edna, at=at)
    join_class(school_class, [amina], by=edna, at=at)
    add_class(spring, school_class, by=edna, at=at)

    apply(plan("sessions", file("Spring;;;;amina;"), update=True))

    assert sorted(spring.enrolments.get().sources.values_list("kind", flat=True)) == ["class", "import"]


def test_beyond_the_seats_people_wait(plan, apply, spring, amina, boris, edna, at):
    spring.seats = 1
    spring.save()

    made = plan("sessions", file("Spring;;;;amina|boris;"), update=True)
    apply(made)

    assert "The session is full: boris goes on the waiting list." in reasons(made)
    assert (spring.enrolments.get().person, spring.waiting.get().person) == (amina, boris)


def test_people_are_told_only_if_mail_is_sent(plan, apply, amina, boris):
    apply(plan("sessions", file("One;;;;amina;")))
    apply(plan("sessions", file("Two;;;;boris;"), send_mail=True))

    assert list(Mail.objects.values_list("person__username", "purpose")) == [("boris", "enrolled")]


def test_a_title_that_is_there_twice_is_refused_the_second_time(plan, db):
    made = plan("sessions", file("New;;;;;", "NEW;;;;;"))

    assert actions(made) == ["add", "refuse"]
    assert reasons(made, 1) == ["The session “NEW” is on line 2 already."]


def test_a_person_known_by_username_only_has_that_as_name_and_cannot_sign_in(plan, apply, db):
    apply(plan("sessions", file("New;coach;;;new.person;"), create_missing=True))

    person = Person.objects.get(username="new.person")
    assert (person.name, person.email, person.has_usable_password()) == ("new.person", "", False)


def test_a_session_administrator_changes_only_sessions_of_their_own(plan, spring, sara, chidi, amina):
    made = plan("sessions", file("Spring;chidi;;;amina;", "Mine;chidi;;;amina;"), by=sara, update=True)

    assert actions(made) == ["refuse", "add"]
    assert reasons(made) == ["You do not manage the session “Spring”."]


def test_a_session_administrator_does_not_make_courses_by_a_file(plan, sara):
    made = plan("sessions", file("Mine;;;;;NONE"), by=sara, create_missing=True)

    assert reasons(made) == ["There is no course with the code “NONE”, and your role does not permit creating courses."]

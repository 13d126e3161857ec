"""Files of people: tables of rows and what becomes of them."""

import pytest

from encore.courses.actions.enrolment import enrol, set_state, withdraw
from encore.courses.actions.session import open_without_dates
from encore.courses.models import CourseTeacher, Enrolment, EnrolmentSource
from encore.exchange.tests.conftest import actions, reasons, rows
from encore.ledger.models import Mail, PlanRow
from encore.people.models import Person
from encore.people.words import Role

HEAD = "LastName;FirstName;UserName;Email;Status;Courses"


def file(*lines: str, head: str = HEAD) -> str:
    return "\n".join([head, *lines]) + "\n"


@pytest.mark.parametrize(
    ("line", "action", "words"),
    [
        ("Obi;Ada;ada;ada@example.org;user;", "add", "Has no password yet"),
        ("Obi;Ada;ada;;;", "add", "Has no password yet"),
        ("Obi;;ada;;;", "refuse", "A person needs a first name and a last name."),
        ("Obi;Ada;;;;", "refuse", "There is no username, and no e-mail address to tell the person by."),
        ("Obi;Ada;a da;;;", "refuse", "A username has letters, digits"),
        ("Obi;Ada;ada;not an address;;", "refuse", "This is not an e-mail address."),
        ("Obi;Ada;ada;amina@example.org;;", "refuse", "The e-mail address amina@example.org belongs to “amina”."),
        ("Obi;Ada;ada;;wizard;", "refuse", "The status “wizard” is not known."),
        ("Obi;Ada;ada;;;NONE", "refuse", "There is no course with the code “NONE”."),
        ("Obi;Ada", "refuse", "This row has 2 cells"),
        ("Haddad;Amina;amina;amina@example.org;user;", "nothing", None),
        ("Haddad;Amina;AMINA;AMINA@example.org;;", "refuse", "the file would change it"),
        ("Haddad;Amina;amina;;;", "nothing", None),
        ("Haddad;Emina;amina;;;", "refuse", "“amina” has an account, and the file would change it."),
        ("Haddad;Amina;amina;;teacher;", "refuse", "“amina” has an account, and the file would change it."),
    ],
)
def test_what_a_row_would_do(plan, amina, line, action, words):
    made = plan("people", file(line))

    assert actions(made) == [action]
    assert words is None or any(words in reason for reason in reasons(made)), reasons(made)


def test_all_that_is_wrong_with_a_row_is_told_at_once(plan, amina):
    made = plan("people", file("Obi;;ada;amina@example.org;wizard;NONE"))

    assert len(reasons(made)) == 4


def test_a_username_or_address_that_is_there_twice_is_refused_the_second_time(plan, db):
    made = plan("people", file("A;A;ada;a@x.org;;", "B;B;ADA;b@x.org;;", "C;C;cid;A@x.org;;"))

    assert actions(made) == ["add", "refuse", "refuse"]
    assert reasons(made, 1) == ["The username “ADA” is on line 2 already."]
    assert reasons(made, 2) == ["The e-mail address a@x.org is on line 2 already."]


def test_updating_changes_what_the_file_says_and_leaves_what_it_does_not_say(plan, apply, amina):
    made = plan("people", file("Haddad;Emina;amina;;teacher;"), update=True)

    apply(made)

    amina.refresh_from_db()
    assert actions(made) == ["change"]
    assert reasons(made) == ["First name: “Amina” becomes “Emina”.", "Gets the role “teacher”."]
    assert (amina.first_name, amina.email, amina.roles) == ("Emina", "amina@example.org", {Role.TEACHER})


def test_a_status_never_takes_a_role_away(plan, dolores):
    assert actions(plan("people", file("Ruiz;Dolores;dolores;;user;"), update=True)) == ["nothing"]


def test_a_deactivated_account_is_told(plan, make_person):
    make_person("gone", "Gone", "Person", is_active=False)

    made = plan("people", file("Person;Gone;gone;;;"))

    assert (actions(made), reasons(made)) == (["nothing"], ["This account is deactivated, and stays so."])


def test_a_learner_is_enrolled_in_the_course_without_dates(plan, apply, course):
    apply(plan("people", file("Obi;Ada;ada;;user;safety")))

    enrolment = Enrolment.objects.get()
    assert (enrolment.person.username, enrolment.session.standing_for) == ("ada", course)
    assert list(enrolment.sources.values_list("kind", flat=True)) == [EnrolmentSource.Kind.IMPORT]


def test_a_teacher_becomes_a_teacher_of_the_course_and_may_create_courses(plan, apply, course):
    apply(plan("people", file("Obi;Ada;ada;;teacher;SAFETY")))

    assert Person.objects.get(username="ada").is_teacher
    assert list(CourseTeacher.objects.values_list("person__username", "kind")) == [("ada", "teacher")]
    assert not Enrolment.objects.exists()


def test_who_is_enrolled_already_is_not_enrolled_again(plan, course, amina, edna, at):
    enrol([amina.pk], open_without_dates(course, by=edna, at=at), by=edna, at=at)

    assert actions(plan("people", file("Haddad;Amina;amina;;;SAFETY"), update=True)) == ["nothing"]


@pytest.mark.parametrize("how", ["withdrawn", "completed"])
def test_a_file_never_brings_back_who_left(plan, course, amina, edna, at, how):
    session = open_without_dates(course, by=edna, at=at)
    enrol([amina.pk], session, by=edna, at=at)
    enrolment = Enrolment.objects.get()
    if how == "withdrawn":
        withdraw([enrolment], by=edna, at=at)
    else:
        set_state(enrolment, "completed", by=edna, at=at)

    made = plan("people", file("Haddad;Amina;amina;;;SAFETY"), update=True)

    assert actions(made) == ["nothing"]
    assert "by a file" in reasons(made)[0]


def test_sessions_and_classes_of_a_person(plan, apply, spring, at):
    head = "LastName;FirstName;UserName;Sessions;ClassId"
    refused = plan("people", file("Obi;Ada;ada;Spring|Autumn;A4", head=head))
    made = plan("people", file("Obi;Ada;ada;spring;A4|B5", head=head), create_missing=True)
    apply(made)

    ada = Person.objects.get(username="ada")
    assert reasons(refused) == ["There is no session called “Autumn”.", "There is no class called “A4”."]
    assert list(ada.enrolments.values_list("session", flat=True)) == [spring.pk]
    assert sorted(ada.school_classes.values_list("name", flat=True)) == ["A4", "B5"]


def test_a_language_that_is_not_installed_is_told_and_does_no_harm(plan, apply, db):
    made = plan("people", file("Obi;Ada;ada;french", head="LastName;FirstName;UserName;language"))
    apply(made)

    assert actions(made) == ["add"]
    assert "The language “french” is not installed here; the platform's own is used." in reasons(made)
    assert Person.objects.get().language == ""


def test_an_account_expires_at_the_end_of_its_day(plan, apply, db):
    apply(plan("people", file("Obi;Ada;ada;2027-01-31", head="LastName;FirstName;UserName;ExpiryDate")))

    assert str(Person.objects.get().expires_at) == "2027-01-31 23:00:00+00:00"


# Rows without a username


def test_a_row_without_a_username_means_the_person_with_its_address(plan, amina):
    assert rows(plan("people", file("Haddad;Amina;;amina@example.org;;"))) == [(2, "nothing", "Amina Haddad (amina)")]


def test_a_row_without_a_username_gets_one_made_of_the_name_and_the_same_again(plan, apply, db):
    content = file("Brown;Émmett;;drbrown@example.net;teacher;")
    apply(plan("people", content))

    assert Person.objects.get().username == "emmett.brown"
    assert actions(plan("people", content)) == ["nothing"]


def test_a_made_username_never_takes_over_somebody_elses_account(plan, make_person):
    make_person("emmett.brown", "Emmett", "Brown", email="other@example.org")

    made = plan("people", file("Brown;Emmett;;drbrown@example.net;;"), update=True)

    assert rows(made) == [(2, "add", "Emmett Brown (drbrown@example.net)")]


# Passwords

WITH_PASSWORD = "LastName;FirstName;UserName;Email;Password"


def test_a_plan_never_holds_a_clear_password_and_forgets_it_after_use(plan, apply, db):
    made = plan("people", file("Obi;Ada;ada;;correct horse battery", head=WITH_PASSWORD))
    stored = str(list(PlanRow.objects.values()))

    apply(made)

    assert "correct horse" not in stored
    assert "sealed" in stored
    assert Person.objects.get().check_password("correct horse battery")
    assert list(PlanRow.objects.values_list("data", flat=True)) == [{}]


def test_discarding_forgets_the_password(plan, db):
    from encore.exchange.actions import discard_plan

    made = plan("people", file("Obi;Ada;ada;;correct horse battery", head=WITH_PASSWORD))

    assert discard_plan(made)
    assert list(PlanRow.objects.values_list("data", flat=True)) == [{}]


def test_the_password_of_who_has_an_account_is_not_touched_nor_kept(plan, amina):
    made = plan("people", file("Haddad;Amina;amina;;another one", head=WITH_PASSWORD), update=True)

    assert actions(made) == ["nothing"]
    assert reasons(made) == ["Has an account: the password in the file is not used."]
    assert "another one" not in str(list(PlanRow.objects.values()))
    assert "sealed" not in str(list(PlanRow.objects.values()))


def test_who_has_no_password_is_invited_if_mail_is_sent(plan, apply, db):
    lines = ["Obi;Ada;ada;ada@example.org;", "Obi;Bea;bea;bea@example.org;a good password", "Obi;Cid;cid;;"]
    apply(plan("people", file(*lines, head=WITH_PASSWORD), send_mail=True))

    assert list(Mail.objects.values_list("person__username", "purpose")) == [("ada", "invitation")]
    assert not Person.objects.get(username="ada").has_usable_password()


def test_nobody_is_mailed_unless_it_was_asked_for(plan, apply, db):
    apply(plan("people", file("Obi;Ada;ada;ada@example.org;", head=WITH_PASSWORD)))

    assert not Mail.objects.exists()


# Power over people


@pytest.mark.parametrize(
    ("line", "action", "words"),
    [
        ("Obi;Ada;ada;;user;", "add", None),
        ("Obi;Ada;ada;;sessionadmin;", "add", None),
        ("Obi;Ada;ada;;admin;", "refuse", "Only who has the role “administrator” may give it."),
        ("Obi;Ada;ada;;teacher;", "refuse", "Only who has the role “teacher” may give it."),
        ("Haddad;Emina;amina;;;", "change", None),
        ("Larsen;Edna;edna;new@example.org;;", "refuse", "a role or a responsibility that you do not have"),
        ("Ruiz;Dolly;dolores;;;", "refuse", "a role or a responsibility that you do not have"),
        ("Haddad;Amina;amina;;drh;", "refuse", "Only who has the role “HR manager” may give it."),
        ("Haddad;Amina;amina;;;SAFETY", "refuse", "You do not manage the session “Fire safety”."),
    ],
)
def test_a_session_administrator_has_no_more_power_by_a_file(
    plan, sara, amina, edna, dolores, course, at, line, action, words
):
    open_without_dates(course, by=edna, at=at)

    made = plan("people", file(line), by=sara, update=True)

    assert actions(made) == [action], reasons(made)
    assert words is None or any(words in reason for reason in reasons(made)), reasons(made)


def test_an_administrator_may_do_all_of_it(plan, edna, sara, amina):
    made = plan("people", file("Haddad;Emina;amina;;admin;", "Lindqvist;Sarah;sara;;drh;"), by=edna, update=True)

    assert actions(made) == ["change", "change"]

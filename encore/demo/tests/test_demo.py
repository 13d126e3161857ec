"""What a visitor of the demo finds."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.password_validation import validate_password
from django.db.models import Count

from encore.courses.context import here_for
from encore.courses.models import (
    Course,
    CourseExclusion,
    CourseSession,
    Enrolment,
    EnrolmentSource,
    Release,
    WaitingPerson,
)
from encore.courses.rules import tab_of
from encore.courses.windows import rebuild_windows, terms_of
from encore.demo.logins import ROLES, login_table
from encore.demo.people import PASSWORD
from encore.demo.stages import STAGES
from encore.ledger.models import AuditEntry, Job, Mail, Plan
from encore.people.models import Person, SchoolClass
from encore.toolkit.models import Activity, Completion, Draft, FileUse, Grade, GradeChange, Item, SignOff, Version
from encore.toolkit.registry import kind_named, tools
from encore.toolkit.schedule import due_next, reschedule
from encore.toolkit.scoping import shown_in
from encore.toolkit.totals import totals_in

QUAY_7 = "Safety weeks at Quay 7"
OWN_PACE = "Fire safety at your own pace"
COURSES = ["AID", "DATA", "FIRE", "HELLO", "PROJ", "TEACH"]


def test_it_says_each_stage(made):
    assert made == [stage.said for stage in STAGES]


def test_there_are_enough_people_classes_courses_and_sessions(demo):
    assert Person.objects.count() >= 40
    assert SchoolClass.objects.annotate(size=Count("members")).filter(size__gte=5).count() >= 3
    assert sorted(Course.objects.values_list("code", flat=True)) == COURSES
    assert CourseSession.objects.count() >= 12


def test_names_are_as_diverse_as_people_are(demo):
    names = [person.name for person in Person.objects.all()]

    assert "Suprapto" in names
    assert any(len(name) > 40 for name in names)
    assert sum(not name.isascii() for name in names) >= 15


@pytest.mark.parametrize("code", COURSES)
def test_each_course_has_content_in_every_tool(demo, code):
    here = here_for(Person.objects.get(username="edna"), at=demo, code=code)

    items = list(shown_in(here))

    kinds = {item.kind for item in items}
    # What grades make up needs nothing of its own: without a scheme each test counts by its points.
    assert kinds >= {kind.name for tool in tools() for kind in tool.kinds} - {"scheme", "column"}
    assert len([item for item in items if item.kind == "section"]) >= 4
    assert len([item for item in items if item.kind == "page"]) >= 6
    assert len([item for item in items if item.kind == "link"]) >= 5


@pytest.mark.parametrize("code", COURSES)
def test_pages_are_worth_reading(demo, code):
    here = here_for(Person.objects.get(username="edna"), at=demo, code=code)

    for item in shown_in(here, kind="page"):
        content = kind_named("page").content.read(item.content)
        assert 100 < len(content.text.split()) < 600, item.title
        assert "<h1" not in content.text
        assert 'href="page:' not in content.text
        assert "files/" not in content.text


def test_every_picture_and_file_in_a_content_has_a_use(demo):
    uses = set(FileUse.objects.exclude(version=None).values_list("version", "uuid"))

    for version in Version.objects.filter(item__kind="file"):
        assert str(version.content["file"]) in {str(uuid) for pk, uuid in uses if pk == version.pk}
    with_pictures = [v for v in Version.objects.filter(item__kind="page") if 'src="file:' in v.content["text"]]
    assert with_pictures
    assert all(version.file_uses.exists() for version in with_pictures)


def test_pages_name_each_other(demo):
    named = {
        uuid
        for version in Version.objects.filter(item__kind="page")
        for uuid in re.findall(r'href="item:([0-9a-f-]{36})"', version.content["text"])
    }

    assert len(named) >= 6
    assert Item.objects.filter(kind="page", uuid__in=named, lines__isnull=False).distinct().count() == len(named)


def test_folders_stand_in_the_order_of_the_source(demo):
    here = here_for(Person.objects.get(username="edna"), at=demo, code="FIRE")

    folders = [item.title for item in shown_in(here, kind="folder")]

    assert folders == ["Before there is a fire", "When it burns", "For fire wardens"]


def test_amina_finds_a_session_of_every_kind(lists_of):
    assert lists_of("amina") == {
        QUAY_7: "current",
        OWN_PACE: "current",
        "Safety library": "current",
        "Project management basics": "current",  # standing
        "Teaching online, December 2026": "upcoming",
        "Fire drill and practical day, December 2026": "upcoming",
        "Project management basics, September 2026": "past",  # open
        "First aid refresher, September 2026": "past",  # read only
        "Fire safety, August 2026": "past",  # not accessible
        "Project management at the weekend, December 2026": "past",  # cancelled
    }


@pytest.mark.parametrize(
    ("title", "code", "level"),
    [
        ("Project management basics, September 2026", "PROJ", "WORK"),
        ("First aid refresher, September 2026", "AID", "READ"),
        ("Fire safety, August 2026", "FIRE", "LISTED"),
        ("Project management at the weekend, December 2026", "PROJ", "LISTED"),
        (QUAY_7, "FIRE", "WORK"),
    ],
)
def test_each_rule_after_the_end_can_be_seen(place, title, code, level):
    assert place("amina", title, code).access.level.name == level


@pytest.mark.parametrize(
    ("username", "name"),
    [
        ("bo.li", "current"),  # on the last day
        ("hana.kovacevic", "past"),
        ("boris", "current"),  # never came
        ("emeka.nwosu", "current"),  # an end of his own
        ("xiomara.hernandez", "past"),  # completed
    ],
)
def test_in_a_duration_session_each_learner_is_somewhere_else(lists_of, username, name):
    assert lists_of(username)[OWN_PACE] == name


def test_bo_has_one_day_left(place, demo):
    until = place("bo.li", OWN_PACE).access.until

    assert timedelta() < until - demo < timedelta(days=1)


def test_a_draft_is_in_the_lists_of_its_coaches_alone(lists_of):
    title = "Induction, December 2026"

    assert lists_of("chidi")[title] == "upcoming"
    assert title not in lists_of("hana.kovacevic")


def test_coaches_are_in_before_learners(place):
    assert place("rui", "Safety weeks in Lisbon", "FIRE").access.level.name == "COACH"
    assert place("ines.carvalho", "Safety weeks in Lisbon", "FIRE").access.level.name == "LISTED"


def test_the_substitute_coaches_today(place):
    assert place("yuki", "Induction, November 2026", "DATA").access.level.name == "COACH"


def test_sessions_are_in_several_zones_and_on_every_tab(demo):
    sessions = list(CourseSession.objects.all())

    assert {session.time_zone for session in sessions} == {"Europe/Brussels", "Europe/Lisbon", "America/Toronto"}
    assert {str(tab_of(terms_of(session), demo)) for session in sessions} == {"current", "past", "upcoming"}
    assert {session.state for session in sessions} == {"draft", "published", "cancelled", "archived"}


def test_there_is_an_enrolment_of_every_state_and_source(demo):
    assert set(Enrolment.objects.values_list("state", flat=True)) == set(Enrolment.State.values)
    assert Enrolment.objects.filter(extra_days__gt=0).exists()
    assert Enrolment.objects.exclude(closes_at=None).exists()
    assert CourseExclusion.objects.count() == 1
    kinds = EnrolmentSource.objects.values_list("kind", flat=True)
    assert set(kinds) >= {EnrolmentSource.Kind.HAND, EnrolmentSource.Kind.SCHOOL_CLASS}


def test_four_people_wait_for_a_seat(demo):
    assert WaitingPerson.objects.values_list("session__title").annotate(n=Count("id")).get() == (
        "Fire drill and practical day, December 2026",
        4,
    )


def test_chidi_has_made_something_for_his_session_only(place):
    at_quay_7, elsewhere = place("amina", QUAY_7, "FIRE"), place("amina", OWN_PACE, "FIRE")

    here, there = ({i.title: i for i in shown_in(h)} for h in (at_quay_7, elsewhere))
    assert "Where we meet at Quay 7" in here
    assert "Where we meet at Quay 7" not in there
    assert "Drill log" in there
    assert "Drill log" not in here
    assert "row 14" in here["Leaving the building"].content["text"]
    assert "row 14" not in there["Leaving the building"].content["text"]


def test_something_is_due_next(demo):
    amina = Person.objects.get(username="amina")

    due = due_next(Enrolment.objects.filter(person=amina, session__title=QUAY_7), at=demo)

    assert len(due) >= 3


def test_learners_have_come_a_long_way_and_teachers_go_on_writing(demo):
    assert Completion.objects.count() > 200
    assert Draft.objects.filter(session_course=None).count() >= 4
    assert Draft.objects.exclude(session_course=None).count() >= 1
    assert Release.objects.filter(number__gte=2, session_course=None).values("course").distinct().count() >= 5


def test_learners_have_taken_tests_in_every_session_where_anybody_came(demo):
    visited = set(Completion.objects.values_list("session__title", flat=True))

    graded = set(Grade.objects.exclude(points=None).values_list("session__title", flat=True))
    assert visited - graded == {"Project management basics"}  # there the only one waits to be marked


def test_there_are_good_learners_and_weak_ones(demo):
    shares = [grade.points / grade.out_of for grade in Grade.objects.filter(item__kind="test", points__isnull=False)]

    assert len(shares) > 50
    assert min(shares) < 0.4
    assert max(shares) == 1


def test_some_of_it_waits_to_be_marked_at_quay_7_and_some_is_marked(demo, place):
    here = place("yuki", QUAY_7, "AID")

    waiting = [one for tool in tools() for one in tool.to_mark([here.session_course.pk])]
    assert len(waiting) >= 2
    assert Grade.objects.filter(session_course=here.session_course, points__isnull=False).count() >= 2


def test_one_learner_sits_at_a_test(demo):
    assert list(Enrolment.objects.filter(attempts__state="open").values_list("person__username", flat=True)) == [
        "boris"
    ]


def test_grades_were_given_by_hand_changed_with_a_reason_and_signed(demo, place):
    signed = SignOff.objects.filter(lifted_at=None).values_list("session_course__session__title", flat=True)

    assert "Fire safety, August 2026" in signed
    assert QUAY_7 not in signed
    assert Grade.objects.filter(item__kind="column", points__isnull=False).count() > 20
    assert GradeChange.objects.filter(what="override").exclude(reason="").exists()
    assert Grade.objects.filter(excused=True).exists()
    here = place("edna", "Fire safety, August 2026", "FIRE")
    learners = list(Enrolment.objects.filter(session=here.session))
    figures = totals_in(here, learners).values()
    assert not any(figure.changed for figure in figures)
    assert {figure.passed for figure in figures} >= {True, False}


def test_nothing_happened_after_today(demo):
    for model, field in [
        (Activity, "last_at"),
        (Grade, "at"),
        (GradeChange, "at"),
        (SignOff, "at"),
        (AuditEntry, "at"),
        (Completion, "last_at"),
        (Release, "at"),
        (Item, "created_at"),
        (Version, "at"),
        (Enrolment, "enrolled_at"),
        (Enrolment, "last_entered_at"),
        (EnrolmentSource, "at"),
        (Mail, "sent_at"),
        (Plan, "at"),
    ]:
        assert not model.objects.filter(**{f"{field}__gt": demo}).exists(), model


def test_nothing_was_seen_before_it_was_published_or_outside_of_access(demo):
    for completion in Completion.objects.select_related("version", "enrolment", "session"):
        assert completion.version.at <= completion.at, completion
        assert completion.enrolment.enrolled_at <= completion.at
        opens = completion.session.opens_at
        assert opens is None or opens <= completion.at


def test_what_is_stored_is_what_the_rules_say(demo):
    assert rebuild_windows(CourseSession.objects.all()) == 0
    for session in CourseSession.objects.all():
        places = session.session_courses.select_related("session", "course")
        assert reschedule(places, at=demo) == 0, session


def test_no_worker_finds_anything_to_do(demo):
    assert not Mail.objects.filter(sent_at=None).exists()
    assert set(Job.objects.values_list("state", flat=True)) == {Job.State.DONE}
    assert set(Plan.objects.values_list("state", flat=True)) == {Plan.State.APPLIED}


def test_one_login_per_role_is_printed_and_works(demo, client):
    lines = login_table().splitlines()

    assert [line.split("  ")[1] for line in lines[2:]] == list(ROLES)
    for username in ROLES.values():
        person = Person.objects.get(username=username)
        assert person.check_password(PASSWORD)
        validate_password(PASSWORD, person)


def test_a_changed_password_is_not_printed(demo):
    amina = Person.objects.get(username="amina")
    amina.set_password("something else entirely")
    amina.save()

    assert [line.split()[-1] for line in login_table().splitlines() if "amina" in line] == ["(changed)"]


def test_everybody_can_open_their_home(demo, client_of):
    for username in ROLES.values():
        response = client_of(Person.objects.get(username=username)).get("/")
        assert response.status_code == 200, username

"""The overview of a session: its people, classes, dates and state, and who is affected when they change."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import now

from encore.courses.actions.enrolment import enrol, set_personal_time, set_state
from encore.courses.actions.session import add_class, update_session
from encore.courses.effects import Turn, effects_of
from encore.courses.models import CourseSession, Release, WaitingPerson
from encore.courses.tests.asking import say_yes
from encore.ledger.actions import record
from encore.ledger.models import Mail
from encore.people.actions import create_class, join_class


def words(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def of(session, page=""):
    return f"/administration/sessions/{session.pk}/{page}"


@pytest.fixture
def as_edna(client_of, edna):
    return client_of(edna)


@pytest.fixture
def running(make_session, make_course, amina, boris, chidi):
    """Ten days ago until in ten days, with two learners and a general coach."""
    today = now().astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return make_session(
        "Running",
        [make_course("ETH", "Ethics")],
        learners=[amina, boris],
        general=[chidi],
        time_zone="UTC",
        opens_at=today - timedelta(days=10),
        closes_at=today + timedelta(days=10),
    )


@pytest.fixture
def nurses(edna, at, amina, boris):
    school_class = create_class(name="Nurses", by=edna, at=at)
    join_class(school_class, [amina, boris], by=edna, at=at)
    return school_class


def typed(session, **changes):
    """What the edit form of a session sends when nothing is changed but this."""
    days = {
        "opens_on": session.opens_at.date().isoformat() if session.opens_at else "",
        "closes_on": (session.closes_at.date() - timedelta(days=1)).isoformat() if session.closes_at else "",
    }
    facts = {
        "title": session.title,
        "access": "dates" if session.opens_at else "always",
        "time_zone": session.time_zone,
        "after_end": session.after_end,
        "show_description": "on",
    }
    coaches = [coach.person_id for coach in session.general_coaches.all()]
    return {**facts, **days, "general_coaches": coaches, "general_coaches_seen": coaches, **changes}


# The page


def test_all_of_a_session_stands_on_one_page(as_edna, running, nurses, edna, at):
    add_class(running, nurses, by=edna, at=at)

    shown = words(as_edna.get(of(running)))

    for part in ("Ethics", "Haddad, Amina", "By hand, Nurses", "Chidi Obi", "2 of 2 people here", "Made the session"):
        assert part in shown


def test_people_are_searched_and_filtered(as_edna, running, nurses, edna, at, amina):
    add_class(running, nurses, by=edna, at=at)
    running.enrolments.filter(person=amina).update(state="withdrawn")

    def found(query):
        return [row.person.username for row in as_edna.get(of(running, query)).context["rows"]]

    assert found("") == ["boris"]
    assert found("?state=all") == ["amina", "boris"]
    assert found("?state=withdrawn&q=hadd") == ["amina"]
    assert found("?source=hand") == ["boris"]
    assert found(f"?source=class-{nurses.pk}&state=all") == ["amina", "boris"]
    assert found("?source=class-999") == found("?source=rubbish") == []


def test_a_thousand_people_ask_no_more_queries_than_three(as_edna, running, make_person, edna, at):
    def asked():
        with CaptureQueriesContext(connection) as queries:
            as_edna.get(of(running))
        return len(queries)

    asked(), asked()  # the first reading in an hour is recorded, and then remembered
    few = asked()
    enrol([make_person(f"p{n}").pk for n in range(30)], running, by=edna, at=at)

    assert asked() == few <= 22


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({}, "It has no courses yet."),
        ({}, "It has no coach."),
        ({}, "Nobody is enrolled."),
        ({"closes_at": datetime(2020, 1, 1, tzinfo=UTC)}, "Its end lies in the past."),
    ],
)
def test_what_is_missing_is_listed(as_edna, make_session, change, sentence):
    assert sentence in words(as_edna.get(of(make_session("Empty", **change))))


def test_a_course_without_a_coach_is_listed(as_edna, make_session, make_course):
    session = make_session("Spring", [make_course("ETH", "Ethics")])

    assert "“Ethics” has no coach." in words(as_edna.get(of(session)))


def test_a_course_that_was_never_published_is_listed(as_edna, make_session, make_course, at):
    session = make_session("Spring", [make_course("ETH", "Ethics")])
    sentence = "“Ethics” has not been published yet: learners will find nothing in it."
    assert sentence in words(as_edna.get(of(session)))

    Release.objects.create(course=session.session_courses.get().course, number=1, at=at)

    assert sentence not in words(as_edna.get(of(session)))


def test_the_history_is_told_in_sentences(as_edna, running, nurses, edna, at, amina):
    add_class(running, nurses, by=edna, at=at)
    update_session(running, {"seats": 12, "after_end": "closed"}, by=edna, at=at)
    enrolment = running.enrolments.get(person=amina)
    set_state(enrolment, "suspended", by=edna, at=at, reason="Ill")
    as_edna.post(of(running, "state/"), {"to": "cancelled", "reason": "No room"})

    shown = words(as_edna.get(of(running, "history/")))

    for part in (
        "Enrolled Amina Haddad, Boris Novak",
        "Added the class Nurses",
        "Seats: none → 12",
        "After the end: Read only → Not accessible",
        "State: Published → Cancelled",
        "Reason: none → No room",
        "Suspended Amina Haddad (Ill)",
        "by Edna Larsen",
    ):
        assert part in shown


# Editing


def test_a_change_that_touches_nobody_is_saved_at_once(as_edna, running):
    answer = as_edna.post(of(running, "edit/"), typed(running, description="New"))

    assert answer.url == of(running)
    assert CourseSession.objects.get(pk=running.pk).description == "New"


def test_moving_the_dates_shows_first_who_is_affected_and_mails_them(as_edna, running, amina, boris, chidi):
    sent = typed(running, closes_on=(now() - timedelta(days=2)).date().isoformat())

    question = as_edna.post(of(running, "edit/"), sent)
    running.refresh_from_db()
    assert running.closes_at > now()
    assert "Becomes read only now for 2 learners" in words(question)
    assert "Becomes read only now for 1 coach" in words(question)
    as_edna.post(of(running, "edit/"), {**sent, "confirmed": question.context["digest"], "tell": "1"})

    running.refresh_from_db()
    assert running.closes_at < now()
    assert {mail.person for mail in Mail.objects.all()} == {amina, boris, chidi}


def test_back_from_the_question_keeps_what_was_typed(as_edna, running):
    sent = typed(running, closes_on=(now() - timedelta(days=2)).date().isoformat(), title="Other words", do="back")

    page = as_edna.post(of(running, "edit/"), sent)

    assert page.status_code == 200
    assert "Other words" in page.content.decode()
    assert not page.context["form"].errors


def test_the_second_editor_sees_what_changed_and_keeps_what_was_typed(as_edna, running, edna, at):
    shown = as_edna.get(of(running, "edit/")).context["form"]["shown"].value()
    opened = typed(running, title="Second title", shown=shown)
    update_session(running, {"seats": 9}, by=edna, at=at + timedelta(minutes=1))

    conflict = as_edna.post(of(running, "edit/"), opened)
    assert conflict.status_code == 409
    assert "Seats: none → 9" in words(conflict)
    assert "Second title" in conflict.content.decode()
    running.refresh_from_db()
    assert running.title == "Running"
    merged = conflict.context["form"]
    assert merged["seats"].value() == "9"
    as_edna.post(of(running, "edit/"), {**opened, "shown": merged["shown"].value(), "seats": "9"})

    running.refresh_from_db()
    assert (running.title, running.seats) == ("Second title", 9)


def test_coaches_whom_the_page_did_not_show_are_never_removed(as_edna, running, chidi, dolores, sara):
    opened = typed(running)
    running.general_coaches.create(person=dolores)

    sent = {**opened, "general_coaches": [sara.pk]}
    question = as_edna.post(of(running, "edit/"), sent)
    assert "Closes now for 1 coach Chidi Obi" in words(question)
    as_edna.post(of(running, "edit/"), {**sent, "confirmed": question.context["digest"]})

    assert {coach.person for coach in running.general_coaches.all()} == {dolores, sara}


def test_a_title_of_another_session_is_refused_in_the_edit_form(as_edna, running, make_session):
    make_session("Taken")

    answer = as_edna.post(of(running, "edit/"), typed(running, title="taken"))

    assert answer.context["form"].errors["title"] == ["There is already a session called “taken”."]


def test_a_standing_session_keeps_its_title_and_has_no_dates(as_edna, make_course, edna):
    course = make_course("ETH", "Ethics")
    as_edna.post("/administration/courses/ETH/opening/")
    session = CourseSession.objects.get(standing_for=course)

    answer = as_edna.post(of(session, "edit/"), {**typed(session), "title": "X", "opens_on": "2027-01-01", "seats": 3})

    session.refresh_from_db()
    assert answer.url == of(session)
    assert (session.title, session.opens_at, session.seats) == ("Ethics", None, 3)


# Who is affected


@pytest.mark.parametrize(
    ("change", "turn", "count"),
    [
        ({"state": "cancelled"}, Turn.CLOSES, 2),
        ({"closes_at": timedelta(days=-1)}, Turn.READ_ONLY, 2),
        ({"closes_at": timedelta(days=-1), "after_end": "closed"}, Turn.CLOSES, 2),
        ({"opens_at": timedelta(days=1)}, Turn.CLOSES, 2),
        ({"closes_at": timedelta(days=30)}, Turn.OTHER_DATES, 2),
        ({"state": "draft"}, Turn.CLOSES, 2),
    ],
)
def test_the_rules_are_asked_before_and_after_for_everyone(running, change, turn, count):
    at = now()
    values = {name: at + value if isinstance(value, timedelta) else value for name, value in change.items()}

    learners = [effect for effect in effects_of(running, values, at) if not effect.coaches]

    assert [(effect.turn, effect.count) for effect in learners] == [(turn, count)]
    assert learners[0].names == ["Amina Haddad", "Boris Novak"]


def test_own_dates_are_looked_at_for_each_learner(running, amina, edna, at):
    mine = running.enrolments.get(person=amina)
    own = {"opens_at": None, "closes_at": now() + timedelta(days=90), "extra_days": 0, "reason": "Ill"}
    set_personal_time(mine, **own, by=edna, at=at)

    effects = effects_of(running, {"closes_at": now() - timedelta(days=1)}, now())

    assert [(e.turn, e.count) for e in effects if not e.coaches] == [(Turn.READ_ONLY, 1)]


def test_cancelling_an_upcoming_session_affects_those_it_would_have_opened_for(make_session, amina):
    session = make_session("Later", learners=[amina], opens_at=now() + timedelta(days=3))

    assert [e.turn for e in effects_of(session, {"state": "cancelled"}, now())] == [Turn.NEVER_OPENS]
    session.state = "cancelled"
    session.save()
    assert [e.turn for e in effects_of(session, {"state": "published"}, now())] == [Turn.OPENS_LATER]


def test_a_thousand_learners_are_looked_at_in_three_queries(running, make_person, edna, at, django_assert_num_queries):
    enrol([make_person(f"p{n}").pk for n in range(40)], running, by=edna, at=at)

    with django_assert_num_queries(3):
        effects = effects_of(running, {"state": "cancelled"}, now())

    assert effects[0].count == 42
    assert effects[0].others == 30


# State


def test_cancelling_asks_for_a_reason_shows_who_is_affected_and_can_be_taken_back(as_edna, running, amina):
    question = as_edna.get(of(running, "state/?to=cancelled"))
    assert "Closes now for 2 learners" in words(question)
    assert as_edna.post(of(running, "state/"), {"to": "cancelled"}).status_code == 422

    as_edna.post(of(running, "state/"), {"to": "cancelled", "reason": "No room", "tell": "1"})
    as_edna.post(of(running, "state/"), {"to": "cancelled", "reason": "No room", "tell": "1"})
    running.refresh_from_db()
    assert (running.state, running.state_reason) == ("cancelled", "No room")
    assert Mail.objects.filter(person=amina).count() == 1
    as_edna.post(of(running, "state/"), {"to": "published"})

    running.refresh_from_db()
    assert (running.state, running.state_reason) == ("published", "")
    assert Mail.objects.filter(person=amina).count() == 1


@pytest.mark.parametrize(
    ("before", "after", "status"),
    [
        ("published", "archived", 302),
        ("published", "draft", 302),
        ("cancelled", "archived", 302),
        ("archived", "published", 302),
        ("draft", "published", 302),
        ("draft", "cancelled", 404),
        ("archived", "draft", 404),
        ("published", "burnt", 404),
    ],
)
def test_states_follow_each_other_as_they_may(as_edna, make_session, before, after, status):
    session = make_session("Spring", state=before)

    assert as_edna.post(of(session, "state/"), {"to": after}).status_code == status
    session.refresh_from_db()
    assert session.state == (after if status == 302 else before)


def test_only_a_session_nobody_was_ever_in_is_deleted(as_edna, make_session, running, make_course):
    empty = make_session("Empty", [make_course("X")], state="draft")

    assert "cannot be deleted" in words(as_edna.get(of(running, "deletion/")))
    as_edna.post(of(running, "deletion/"))
    as_edna.post(of(empty, "deletion/"))

    assert list(CourseSession.objects.all()) == [running]


# People


@pytest.fixture
def hers(running, amina):
    return running.enrolments.get(person=amina)


def test_personal_time_is_given_with_a_reason_and_undone(as_edna, running, hers, edna):
    page = of(running, f"people/{hers.pk}/")
    assert as_edna.post(page, {"extra_days": "7"}).status_code == 422

    say_yes(as_edna, page, {"extra_days": "7", "reason": "Was ill"})
    hers.refresh_from_db()
    assert hers.window_closes_at == running.closes_at + timedelta(days=7)
    assert (hers.time_reason, hers.time_by) == ("Was ill", edna)
    assert "+7 days" in words(as_edna.get(of(running)))
    say_yes(as_edna, page, {"extra_days": "", "reason": "Well again"})

    hers.refresh_from_db()
    assert hers.window_closes_at == running.closes_at


def test_personal_dates_that_end_before_they_start_are_refused(as_edna, running, hers):
    sent = {"from_on": "2027-03-02", "until_on": "2027-03-01", "reason": "x"}

    answer = as_edna.post(of(running, f"people/{hers.pk}/"), sent)

    assert answer.status_code == 422
    assert "until_on" in answer.context["form"].errors


def test_somebody_is_taken_out_of_one_course_and_put_back(as_edna, running, hers):
    place = running.session_courses.get()
    page = of(running, f"people/{hers.pk}/course/")

    say_yes(as_edna, page, {"exclude": place.pk, "reason": "Knows it"})
    assert hers.exclusions.get().reason == "Knows it"
    assert as_edna.get(of(running)).context["courses"][0].learners == 1
    say_yes(as_edna, page, {"include": place.pk})

    assert not hers.exclusions.exists()
    assert as_edna.post(page, {"exclude": "999"}).status_code == 404


def test_people_of_another_session_are_out_of_reach(as_edna, make_session, hers):
    other = make_session("Other")

    assert as_edna.get(of(other, f"people/{hers.pk}/")).status_code == 404
    for page in ("state", "return", "course", "withdrawal"):
        assert as_edna.post(of(other, f"people/{hers.pk}/{page}/"), {"to": "suspended"}).status_code == 404
    hers.refresh_from_db()
    assert hers.state == "active"


def test_taking_a_class_off_shows_who_would_leave(as_edna, running, nurses, make_person, edna, at):
    farah = make_person("farah", "Farah", "Aziz")
    join_class(nurses, [farah], by=edna, at=at)
    add_class(running, nurses, by=edna, at=at)
    page = of(running, f"classes/{nurses.pk}/removal/")

    question = words(as_edna.get(page))
    assert "1 person is here only through this class" in question
    assert "Farah Aziz" in question
    assert "Amina Haddad" not in question
    as_edna.post(page, {"people": "remove"})

    assert running.enrolments.get(person=farah).state == "withdrawn"
    assert running.enrolments.filter(state="active").count() == 2
    assert as_edna.get(page).status_code == 404


def test_what_is_not_said_clearly_keeps_the_people_of_a_class(as_edna, running, nurses, make_person, edna, at):
    farah = make_person("farah")
    join_class(nurses, [farah], by=edna, at=at)
    add_class(running, nurses, by=edna, at=at)

    as_edna.post(of(running, f"classes/{nurses.pk}/removal/"))

    assert running.enrolments.get(person=farah).state == "active"


def test_who_waits_gets_a_seat_or_is_taken_off_the_list(as_edna, make_session, nurses, edna, at):
    session = make_session("Small", seats=1)
    add_class(session, nurses, by=edna, at=at)
    waiting = WaitingPerson.objects.get()
    assert "Waiting for a seat" in words(as_edna.get(of(session)))

    as_edna.post(of(session, "waiting/"), {"seat": waiting.person_id})
    assert session.enrolments.count() == 2
    assert as_edna.post(of(session, "waiting/"), {"remove": waiting.person_id}).status_code == 404


def test_a_coach_is_sent_away_from_the_overview_with_a_reason(client_of, running, chidi, amina):
    assert client_of(chidi).get(of(running)).status_code == 403
    assert client_of(amina).get(of(running)).status_code == 403


def test_who_manages_but_does_not_see_content_reads_no_history_of_it(
    client_of, sara, edna, make_session, make_course, at
):
    session = make_session("Hers", [make_course("ETH")], owner=sara)
    place = session.session_courses.get()
    record("change", place, by=edna, at=at, session_id=session.pk, changes={"title": ["A secret", "Another secret"]})

    for page in ("", "history/"):
        assert str(place) in words(client_of(edna).get(of(session, page)))
        assert str(place) not in words(client_of(sara).get(of(session, page)))
        assert "secret" not in words(client_of(edna).get(of(session, page)))


def test_who_manages_but_sees_no_results_reads_not_why_a_grade_was_given(
    client_of, sara, edna, make_session, amina, at
):
    session = make_session("Hers", owner=sara)
    enrol([amina.pk], session, by=edna, at=at)
    enrolment = session.enrolments.get()
    given = {"title": "Exam", "reason": "She was ill"}
    record("override grade", enrolment, by=edna, at=at, session_id=session.pk, changes=given)

    for page in ("", "history/"):
        assert "She was ill" in words(client_of(edna).get(of(session, page)))
        assert "She was ill" not in words(client_of(sara).get(of(session, page)))


def test_nobody_acts_on_people_of_a_session_that_is_not_theirs(client_of, sara, running, hers):
    client = client_of(sara)

    for page in ("", "history/", f"people/{hers.pk}/"):
        assert client.get(of(running, page)).status_code == 404
    assert client.post(of(running, "people/change/"), {"deed": "withdraw", "chosen": hers.pk}).status_code == 404
    assert client.post(of(running, "state/"), {"to": "draft"}).status_code == 404
    hers.refresh_from_db()
    assert hers.state == "active"

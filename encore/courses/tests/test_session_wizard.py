"""A session in three steps: each is saved, resumable, and keeps what was typed."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from encore.courses.actions.session import add_class
from encore.courses.models import CourseCoach, CourseSession, Enrolment, GeneralCoach, SessionCategory
from encore.ledger.models import Mail
from encore.people.actions import create_class, deactivate, join_class

NEW = "/administration/sessions/new/"
TYPED = {
    "title": "Spring 2027",
    "access": "dates",
    "opens_on": "2027-03-01",
    "opens_time": "",
    "closes_on": "2027-03-31",
    "closes_time": "",
    "time_zone": "Europe/Brussels",
    "after_end": "read_only",
    "coach_days_before": "2",
    "coach_days_after": "",
    "show_description": "on",
}


def words(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def step(session, name=""):
    return f"/administration/sessions/{session.pk}/{name}"


@pytest.fixture
def as_edna(client_of, edna):
    return client_of(edna)


@pytest.fixture
def draft(make_session):
    return make_session("Draft", state="draft")


@pytest.fixture
def nurses(edna, at, amina, boris):
    school_class = create_class(name="Nurses", by=edna, at=at)
    join_class(school_class, [amina, boris], by=edna, at=at)
    return school_class


# The session


def test_step_one_makes_a_draft_and_leads_to_its_courses(as_edna, edna, chidi):
    category = SessionCategory.objects.create(name="Evenings")

    answer = as_edna.post(NEW, {**TYPED, "general_coaches": [chidi.pk], "category": category.pk, "seats": "20"})

    session = CourseSession.objects.get()
    assert answer.url == step(session, "edit/courses/")
    assert (session.state, session.owner, session.category, session.seats) == ("draft", edna, category, 20)
    assert session.opens_at == datetime(2027, 2, 28, 23, 0, tzinfo=UTC)
    assert session.closes_at == datetime(2027, 3, 31, 22, 0, tzinfo=UTC)  # the last day included, after the change
    assert (session.coach_days_before, session.coach_days_after) == (2, 0)
    assert session.general_coaches.get().person == chidi


def test_a_category_is_made_on_the_spot_and_only_once(as_edna):
    as_edna.post(NEW, {**TYPED, "new_category": "Induction"})
    as_edna.post(NEW, {**TYPED, "title": "Another", "new_category": "induction"})

    assert SessionCategory.objects.get().sessions.count() == 2


def test_save_as_draft_leads_to_the_overview(as_edna):
    answer = as_edna.post(NEW, {**TYPED, "do": "draft"})

    assert answer.url == step(CourseSession.objects.get())


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": "  the SPRING  of before "}, "title"),
        ({"title": "x" * 251}, "title"),
        ({"closes_on": "2027-02-01"}, "closes_on"),
        ({"closes_on": "2027-03-01", "opens_time": "10:00", "closes_time": "10:00"}, "closes_on"),
        ({"opens_on": "", "closes_on": ""}, "opens_on"),
        ({"opens_on": "next week"}, "opens_on"),
        ({"opens_on": "", "opens_time": "10:00"}, "opens_on"),
        ({"closes_on": "9999-12-31"}, "closes_on"),
        ({"time_zone": "Mars/Phobos"}, "time_zone"),
        ({"access": "duration", "duration_days": ""}, "duration_days"),
        ({"access": "duration", "duration_days": "0"}, "duration_days"),
        ({"access": "sometimes"}, "access"),
        ({"after_end": "vanish"}, "after_end"),
        ({"seats": "0"}, "seats"),
        ({"coach_days_before": "-1"}, "coach_days_before"),
        ({"coach_opens_on": "2027-05-01", "coach_closes_on": "2027-04-01"}, "coach_closes_on"),
        ({"shown_from_on": "2027-05-01", "shown_until_on": "2027-04-01"}, "shown_until_on"),
        ({"category": "999"}, "category"),
        ({"general_coaches": ["999"]}, "general_coaches"),
    ],
)
def test_what_is_wrong_is_said_beside_it_and_nothing_is_lost(as_edna, make_session, typed, field):
    make_session("The spring of before")

    answer = as_edna.post(NEW, {**TYPED, "description": "Bring a pen", **typed})

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert "Bring a pen" in answer.content.decode()
    assert CourseSession.objects.count() == 1


def test_pressing_twice_makes_one_session(as_edna):
    as_edna.post(NEW, TYPED)
    again = as_edna.post(NEW, TYPED)

    assert again.status_code == 422
    assert CourseSession.objects.count() == 1


def test_fields_of_another_kind_of_access_are_ignored(as_edna):
    as_edna.post(NEW, {**TYPED, "access": "always", "opens_on": "rubbish", "duration_days": "x"})
    as_edna.post(NEW, {**TYPED, "title": "B", "access": "duration", "duration_days": "30"})

    endless, duration = CourseSession.objects.order_by("id")
    assert (endless.opens_at, endless.closes_at, endless.duration_days) == (None, None, None)
    assert (duration.opens_at, duration.closes_at, duration.duration_days) == (None, None, 30)


def test_a_time_that_the_clocks_skip_is_moved_and_said(as_edna):
    answer = as_edna.post(NEW, {**TYPED, "opens_on": "2027-03-28", "opens_time": "02:30"}, follow=True)

    assert CourseSession.objects.get().opens_at == datetime(2027, 3, 28, 1, 30, tzinfo=UTC)  # 03:30 summer time
    assert "there is no 02:30: 03:30 was taken instead" in words(answer)


def test_a_time_that_comes_twice_is_the_first_and_said(as_edna):
    answer = as_edna.post(
        NEW, {**TYPED, "opens_on": "2027-10-31", "opens_time": "02:30", "closes_on": "2027-12-31"}, follow=True
    )

    assert CourseSession.objects.get().opens_at == datetime(2027, 10, 31, 0, 30, tzinfo=UTC)
    assert "02:30 comes twice: the first was taken" in words(answer)


def test_a_search_for_a_coach_without_javascript_keeps_what_was_typed(as_edna, chidi):
    answer = as_edna.post(NEW, {**TYPED, "title": "", "find": "general_coaches", "general_coaches_q": "obi"})

    assert answer.status_code == 200
    assert [choice["label"] for choice in answer.context["found"]] == ["Chidi Obi"]
    assert "2027-03-01" in answer.content.decode()
    assert not CourseSession.objects.exists()


def test_who_runs_sessions_is_told_no_addresses(client_of, sara, edna, chidi):
    search = {**TYPED, "find": "general_coaches", "general_coaches_q": "obi"}

    assert client_of(edna).post(NEW, search).context["found"][0]["detail"] == "chidi, chidi@example.org"
    assert client_of(sara).post(NEW, search).context["found"][0]["detail"] == "chidi"


def test_a_new_session_starts_from_another(as_edna, make_session, make_course, amina, chidi, dolores, at):
    courses = [make_course("B", "B"), make_course("A", "A")]
    source = make_session(
        "Autumn", courses, learners=[amina], coaches=[chidi], general=[dolores], opens_at=at, after_end="closed"
    )

    page = as_edna.get(f"{NEW}?from={source.pk}")
    assert page.context["form"].initial["after_end"] == "closed"
    assert "opens_on" not in page.context["form"].initial
    as_edna.post(NEW, {**TYPED, "source": source.pk, "general_coaches": [dolores.pk]})

    copy = CourseSession.objects.get(title="Spring 2027")
    assert [place.course.code for place in copy.session_courses.all()] == ["B", "A"]
    assert CourseCoach.objects.filter(session_course__session=copy, person=chidi).count() == 2
    assert GeneralCoach.objects.get(session=copy).person == dolores
    assert not copy.enrolments.exists()


def test_nobody_starts_from_a_session_of_somebody_else(client_of, sara, make_session, make_course):
    source = make_session("Secret", [make_course()], description="Not for Sara")
    client = client_of(sara)

    assert "Not for Sara" not in client.get(f"{NEW}?from={source.pk}").content.decode()
    assert "Secret" not in client.get(f"{NEW}?from_q=secret").content.decode()
    client.post(NEW, {**TYPED, "source": source.pk})
    assert not CourseSession.objects.get(title="Spring 2027").session_courses.exists()


def test_a_draft_is_gone_on_with_from_the_list(as_edna, draft):
    list_page = as_edna.get("/administration/sessions/?list=drafts").content.decode()

    assert "Go on with it" in list_page
    assert step(draft, "edit/courses/") in list_page
    assert as_edna.get(step(draft, "edit/")).status_code == 200
    assert [s["label"] for s in as_edna.get(step(draft, "edit/")).context["steps"]] == [
        "The session",
        "Its courses",
        "Its learners",
    ]


# Its courses


def test_courses_are_added_removed_and_ordered_by_changes_alone(as_edna, draft, make_course):
    courses = [make_course(code, code) for code in ("A", "B", "C")]
    page = step(draft, "edit/courses/")

    def order():
        return "".join(draft.session_courses.values_list("course__code", flat=True))

    as_edna.post(page, {"add": [courses[0].pk, courses[1].pk]})
    as_edna.post(page, {"add": [courses[2].pk]})
    assert order() == "ABC"
    as_edna.post(page, {"up": courses[2].pk})
    assert order() == "ACB"
    as_edna.post(page, {"down": courses[0].pk})
    assert order() == "CAB"
    as_edna.post(page, {"order": [courses[1].pk, courses[0].pk, courses[2].pk]})
    assert order() == "BAC"
    as_edna.post(page, {"remove": [courses[0].pk]})
    assert order() == "BC"


def test_adding_a_course_twice_is_adding_it_once(as_edna, draft, make_course):
    course = make_course()

    for _time in range(2):
        assert as_edna.post(step(draft, "edit/courses/"), {"add": course.pk}).status_code == 302

    assert draft.session_courses.count() == 1


def test_rubbish_in_place_of_ids_changes_nothing(as_edna, draft):
    page = step(draft, "edit/courses/")

    for sent in ({"add": ["x", "-1", "9" * 30, "12345"]}, {"remove": ["x"]}, {"teachers": "x"}):
        assert as_edna.post(page, sent).status_code == 302
    assert as_edna.post(page, {"up": "12345"}).status_code == 404
    assert not draft.session_courses.exists()


def test_teachers_become_coaches_where_ticked(as_edna, draft, make_course, dolores):
    with_teacher, other = make_course("A", teachers=[dolores]), make_course("B", teachers=[dolores])
    page = step(draft, "edit/courses/")

    as_edna.post(page, {"add": with_teacher.pk, "teachers_coach": "1"})
    as_edna.post(page, {"add": other.pk})

    assert [coach.session_course.course for coach in CourseCoach.objects.all()] == [with_teacher]
    as_edna.post(page, {"teachers": draft.session_courses.get(course=other).pk})
    assert CourseCoach.objects.count() == 2


def test_courses_are_searched_on_the_server(as_edna, draft, make_course):
    make_course("ETH", "Professional ethics")
    make_course("LAW", "Law")
    page = step(draft, "edit/courses/")

    def found(query):
        return [course.code for course in as_edna.get(page + query).context["page"]]

    assert found("") == ["LAW", "ETH"]
    assert found("?q=ETHICS") == ["ETH"]
    assert found("?mode=single&q=ethics") == []
    assert found("?mode=single&q=profess") == ["ETH"]
    assert found("?mode=single&q=la") == ["LAW"]


def test_coaches_of_a_course_come_and_go_with_their_dates(as_edna, draft, make_course, chidi, dolores):
    as_edna.post(step(draft, "edit/courses/"), {"add": make_course("ETH").pk})
    page = step(draft, "courses/ETH/coaches/")

    as_edna.post(page, {"people": [chidi.pk]})
    as_edna.post(page, {"people": [dolores.pk], "from_on": "2027-03-01", "until_on": "2027-03-07"})
    substitute = CourseCoach.objects.get(person=dolores)
    assert substitute.from_at == datetime(2027, 2, 28, 23, 0, tzinfo=UTC)
    assert substitute.until_at == datetime(2027, 3, 7, 23, 0, tzinfo=UTC)

    as_edna.post(f"{page}{substitute.pk}/", {"from_on": "", "until_on": "2027-04-01"})
    substitute.refresh_from_db()
    assert substitute.from_at is None
    wrong = as_edna.post(f"{page}{substitute.pk}/", {"from_on": "2027-04-02", "until_on": "2027-04-01"})
    assert wrong.status_code == 422
    as_edna.post(page, {"remove": chidi.pk})
    assert [coach.person for coach in CourseCoach.objects.all()] == [dolores]


def test_general_coaches_are_added_on_their_page(as_edna, draft, chidi):
    assert as_edna.post(step(draft, "coaches/"), {"people": []}).status_code == 422

    as_edna.post(step(draft, "coaches/"), {"people": [chidi.pk]})

    assert draft.general_coaches.get().person == chidi
    assert as_edna.get(step(draft, f"coaches/{draft.general_coaches.get().pk}/")).status_code == 200


def test_a_coach_of_another_session_is_out_of_reach(as_edna, draft, make_session, chidi):
    coach = make_session("Other", general=[chidi]).general_coaches.get()

    assert as_edna.get(step(draft, f"coaches/{coach.pk}/")).status_code == 404


# Its learners


def test_learners_are_added_and_removed_by_changes_alone(as_edna, draft, amina, boris, chidi):
    page = step(draft, "edit/learners/")

    as_edna.post(page, {"add": [amina.pk, boris.pk]})
    as_edna.post(page, {"add": [chidi.pk]})
    as_edna.post(page, {"remove": [boris.pk]})

    live = Enrolment.objects.filter(session=draft, state="active")
    assert set(live.values_list("person__username", flat=True)) == {"amina", "chidi"}


def test_people_are_searched_and_filtered_on_the_server(as_edna, draft, make_session, nurses, amina, boris, chidi):
    make_session("Elsewhere", learners=[boris])
    page = step(draft, "edit/learners/")

    def found(query):
        return [person.username for person in as_edna.get(page + query).context["page"]]

    assert found("?q=hadd") == ["amina"]
    assert found("?q=novák") == ["boris"]
    assert found("?by=single&q=ovak") == []
    assert found("?by=single&q=nov") == ["boris"]
    assert found("?by=single&q=chidi@") == ["chidi"]
    assert found(f"?class={nurses.pk}") == ["amina", "boris"]
    assert found(f"?class={nurses.pk}&idle=1") == ["amina"]
    as_edna.post(page, {"add": amina.pk})
    assert found(f"?class={nurses.pk}") == ["boris"]


def test_deactivated_people_are_neither_found_nor_enrolled(as_edna, draft, amina, edna, at):
    deactivate(amina, by=edna, at=at)
    page = step(draft, "edit/learners/")

    as_edna.post(page, {"add": amina.pk})

    assert list(as_edna.get(f"{page}?q=amina").context["page"]) == []
    assert not draft.enrolments.exists()


def test_a_whole_class_is_added(as_edna, draft, nurses):
    page = step(draft, "edit/learners/?by=classes")
    assert "Nurses 2 people" in words(as_edna.get(page))

    as_edna.post(page, {"class": nurses.pk})

    assert draft.enrolments.count() == 2
    assert draft.session_classes.get().school_class == nurses


def test_more_people_than_seats_has_to_be_confirmed(as_edna, make_session, amina, boris):
    session = make_session("Small", seats=1, state="draft")
    page = step(session, "edit/learners/")

    question = as_edna.post(page, {"add": [amina.pk, boris.pk]})
    assert question.status_code == 200
    assert "has 1 free seat, and you are adding 2" in words(question)
    assert question["HX-Retarget"] == "#content"
    assert not session.enrolments.exists()
    as_edna.post(page, {**dict(question.context["carried"]), "add": [amina.pk, boris.pk], "over_seats": "1"})

    assert session.enrolments.count() == 2


@pytest.mark.parametrize(("answer", "enrolled", "waiting"), [("over_seats", 2, 0), ("wait", 1, 1)])
def test_a_class_beyond_the_seats_is_asked_about(as_edna, make_session, nurses, answer, enrolled, waiting):
    session = make_session("Small", seats=1)
    page = step(session, "edit/learners/?by=classes")

    question = as_edna.post(page, {"class": nurses.pk})
    assert "2 people of the class Nurses are not in the session yet" in words(question)
    assert not session.session_classes.exists()
    as_edna.post(page, {"class": nurses.pk, answer: "1"})

    assert (session.enrolments.count(), session.waiting.count()) == (enrolled, waiting)


@pytest.mark.parametrize(("answer", "numbers"), [("restore", [1]), ("again", [1, 2])])
def test_who_was_here_before_is_asked_about(as_edna, make_session, amina, boris, answer, numbers):
    session = make_session("Spring", learners=[amina])
    page = step(session, "edit/learners/")
    as_edna.post(page, {"remove": amina.pk})

    question = as_edna.post(page, {"add": [amina.pk, boris.pk]})
    assert "They were here before" in words(question)
    assert [row.person for row in question.context["former"]] == [amina]
    assert session.enrolments.get(person=boris).state == "active"
    as_edna.post(page, {"add": amina.pk, "returning": answer})

    assert list(session.enrolments.filter(person=amina).order_by("number").values_list("number", flat=True)) == numbers
    assert session.enrolments.get(person=amina, is_latest=True).state == "active"


def test_finishing_publishes_and_only_then_mails_are_sent(as_edna, make_session, amina):
    session = make_session("Spring", state="draft", mail_on_enrolment=True)
    page = step(session, "edit/learners/")
    as_edna.post(page, {"add": amina.pk})
    assert not Mail.objects.exists()
    assert "Publishes the session to 1 learner; a mail is sent." in words(as_edna.get(page))

    for _press in range(2):
        answer = as_edna.post(step(session, "state/"), {"to": "published"})
        assert answer.url == step(session)

    session.refresh_from_db()
    assert session.state == "published"
    assert [mail.person for mail in Mail.objects.all()] == [amina]


def test_the_lists_ask_as_many_queries_for_thirty_as_for_three(
    client_of, edna, draft, make_person, make_course, django_assert_max_num_queries, at
):
    client = client_of(edna)
    for n in range(30):
        make_person(f"p{n}")
        make_course(f"C{n}")
    for n in range(3):
        school_class = create_class(name=f"Class {n}", by=edna, at=at)
        add_class(draft, school_class, by=edna, at=at)

    with django_assert_max_num_queries(16):
        client.get(step(draft, "edit/learners/?q=p"))
    with django_assert_max_num_queries(14):
        client.get(step(draft, "edit/learners/?by=classes"))
    with django_assert_max_num_queries(15):
        client.get(step(draft, "edit/courses/?q=c"))


def test_the_steps_of_somebody_elses_session_do_not_exist(client_of, sara, amina, draft):
    for person in (sara, amina):
        for name in ("edit/", "edit/courses/", "edit/learners/", "coaches/", "state/?to=published", "deletion/"):
            assert client_of(person).get(step(draft, name)).status_code == 404
    assert client_of(sara).post(step(draft, "edit/learners/"), {"add": amina.pk}).status_code == 404
    assert not draft.enrolments.exists()


def test_who_runs_sessions_runs_own_ones(client_of, sara, amina, make_session, at):
    own = make_session("Hers", owner=sara, opens_at=at, closes_at=at + timedelta(days=9))
    client = client_of(sara)

    for name in ("", "edit/", "edit/courses/", "edit/learners/", "coaches/", "history/", "deletion/"):
        assert client.get(step(own, name)).status_code == 200
    client.post(step(own, "edit/learners/"), {"add": amina.pk})
    assert own.enrolments.get().person == amina


def test_steps_are_closed_to_people_without_the_role(client_of, amina, dolores):
    for person in (amina, dolores):
        assert client_of(person).get(NEW).status_code == 403
        assert client_of(person).post(NEW, TYPED).status_code == 403
    assert not CourseSession.objects.exists()

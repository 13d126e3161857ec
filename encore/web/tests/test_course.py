"""A course in a session, and on its own."""

import re
from datetime import timedelta

import pytest

from encore.courses.actions.enrolment import set_state
from encore.courses.models import CourseExclusion, Enrolment, SessionCategory, SessionCourse
from encore.toolkit.completion import see
from encore.toolkit.scoping import shown_in
from encore.toolkit.settings import set_settings

pytestmark = pytest.mark.usefixtures("clock")
BUDGET = 10


def enrolment_of(person, session):
    return Enrolment.objects.get(person=person, session=session, is_latest=True)


def test_course_and_session_stand_in_the_head(client_of, amina, autumn):
    page = client_of(amina).get(f"/sessions/{autumn.pk}/ETH/").content.decode()

    assert "<title>Start · Ethics · Autumn · Encore</title>" in " ".join(page.split())
    assert f'href="/sessions/{autumn.pk}/"' in page


def test_the_first_visit_starts_a_durations_clock(client_of, amina, ethics, make_session, at, words_of):
    session = make_session("Thirty days", [ethics], [amina], duration_days=30)
    client = client_of(amina)

    words = words_of(client.get(f"/sessions/{session.pk}/ETH/"))

    assert enrolment_of(amina, session).first_entered_at == at
    assert "30 days left." in words


def test_a_coachs_visit_starts_nothing(client_of, chidi, amina, autumn):
    client_of(chidi).get(f"/sessions/{autumn.pk}/ETH/")

    assert enrolment_of(amina, autumn).first_entered_at is None


def test_the_tools_are_listed(client_of, amina, autumn):
    page = client_of(amina).get(f"/sessions/{autumn.pk}/ETH/").content.decode()

    assert f'href="/sessions/{autumn.pk}/ETH/documents/"' in page


def test_the_introduction_stands_on_the_course_in_a_session_and_on_its_own(
    client_of, amina, dolores, autumn, place, write, words_of
):
    write(place(dolores), "Introduction", kind="introduction", text="<p>Begin with the first page.</p>")

    assert "Begin with the first page." in words_of(client_of(amina).get(f"/sessions/{autumn.pk}/ETH/"))
    assert "Begin with the first page." in words_of(client_of(dolores).get("/courses/ETH/"))


def test_one_goes_on_where_one_left_off(client_of, amina, dolores, autumn, place, write, words_of):
    write(place(dolores), "First page")
    write(place(dolores), "Second page")
    here = place(amina, autumn)
    see(shown_in(here, kind="page")[0], here)

    response = client_of(amina).get(f"/sessions/{autumn.pk}/ETH/")

    assert "You left off at First page" in words_of(response)
    head, start = response.content.decode().split("<main")
    assert '<progress value="1" max="2"' in start
    assert "<progress" not in head  # which is the same on every page of the course


def test_what_was_hidden_since_is_not_where_one_left_off(
    client_of, amina, chidi, dolores, autumn, place, write, words_of
):
    from encore.toolkit.publishing import set_visible

    page = write(place(dolores), "First page")
    here = place(amina, autumn)
    see(shown_in(here, kind="page")[0], here)
    set_visible(page, place(chidi, autumn), False)

    assert "First page" not in words_of(client_of(amina).get(f"/sessions/{autumn.pk}/ETH/"))


def test_what_is_due_stands_on_the_home_the_session_and_the_course(
    client_of, amina, dolores, autumn, place, write, words_of
):
    page = write(place(dolores), "Hand this in")
    set_settings(page, place(dolores), opens=None, due="2026-11-30", closes=None)
    client = client_of(amina)

    for address in ("/", f"/sessions/{autumn.pk}/", f"/sessions/{autumn.pk}/ETH/"):
        words = words_of(client.get(address))
        assert "Hand this in" in words and "Until 30 Nov 2026" in words and "in 6 days" in words


def test_what_was_done_in_another_session_is_still_due_in_this_one(
    client_of, amina, dolores, ethics, autumn, make_session, place, write, words_of
):
    page = write(place(dolores), "Hand this in")
    set_settings(page, place(dolores), opens=None, due="2026-11-30", closes=None)
    again = make_session("Again", [ethics], [amina])
    here = place(amina, autumn)
    see(shown_in(here, kind="page")[0], here)

    assert "Due next" not in words_of(client_of(amina).get(f"/sessions/{autumn.pk}/ETH/"))
    assert "Due next" in words_of(client_of(amina).get(f"/sessions/{again.pk}/ETH/"))


def test_a_course_that_is_over_says_since_when_and_whom_to_ask(client_of, amina, ethics, chidi, make_session, at):
    session = make_session("Over", [ethics], [amina], [chidi], closes_at=at - timedelta(days=1))

    page = " ".join(client_of(amina).get(f"/sessions/{session.pk}/ETH/").content.decode().split())

    assert "Read only" in page
    assert "Ended on 23 Nov 2026, 10:00." in page
    assert "Ask Chidi Obi" in page


def test_a_coach_after_the_end_is_told_so_too(client_of, amina, ethics, chidi, make_session, at):
    session = make_session("Over", [ethics], [amina], [chidi], closes_at=at - timedelta(days=1))

    assert 'class="read-only-bar"' in client_of(chidi).get(f"/sessions/{session.pk}/ETH/").content.decode()


def test_a_completed_enrolment_is_read_only_since_it_was_completed(client_of, amina, edna, ethics, make_session, at):
    session = make_session("Open", [ethics], [amina], opens_at=at - timedelta(days=300))
    set_state(enrolment_of(amina, session), "completed", by=edna, at=at - timedelta(days=2))

    page = client_of(amina).get(f"/sessions/{session.pk}/ETH/").content.decode()

    bar = re.sub(r"<[^>]+>", "", page[page.index("read-only-bar-inside") : page.index("<main")])
    assert "Read only since 22 Nov 2026." in " ".join(bar.split())


def test_a_closed_door_explains_itself(client_of, amina, ethics, chidi, make_session, at, words_of):
    session = make_session("Winter", [ethics], [amina], [chidi], opens_at=at + timedelta(days=3), time_zone="UTC")

    response = client_of(amina).get(f"/sessions/{session.pk}/ETH/")

    assert response.status_code == 403
    words = words_of(response)
    assert "Opens on 27 Nov 2026, 10:00." in words
    assert "From 27 Nov 2026, 09:00 in UTC" in words
    assert "Chidi Obi" in words


def test_a_cancelled_session_says_so_and_not_when_it_would_have_opened(
    client_of, amina, ethics, make_session, at, words_of
):
    session = make_session(
        "Off", [ethics], [amina], opens_at=at + timedelta(days=3), state="cancelled", state_reason="the trainer is ill"
    )

    words = words_of(client_of(amina).get(f"/sessions/{session.pk}/ETH/"))

    assert "This session has been cancelled: the trainer is ill" in words
    assert "Opens on" not in words


def test_a_stranger_and_an_excluded_learner_find_nothing(client_of, amina, boris, autumn, at):
    place = SessionCourse.objects.get(session=autumn)
    CourseExclusion.objects.create(enrolment=enrolment_of(amina, autumn), session_course=place, at=at)

    assert client_of(boris).get(f"/sessions/{autumn.pk}/ETH/").status_code == 404
    assert client_of(amina).get(f"/sessions/{autumn.pk}/ETH/").status_code == 404


def test_an_impossible_number_is_not_found(client_of, amina):
    assert client_of(amina).get("/sessions/99999999999999999999999/").status_code == 404


def test_the_course_itself_is_for_those_who_write_it(client_of, amina, dolores, asif, ethics, autumn, words_of):
    assert client_of(amina).get("/courses/ETH/").status_code == 404
    assert "Used in 1 Autumn" in words_of(client_of(dolores).get("/courses/ETH/"))
    assert client_of(asif).get("/courses/ETH/").status_code == 200


def test_the_course_counts_its_drafts(client_of, dolores, place, write):
    write(place(dolores), "Not yet", published=False)

    page = client_of(dolores).get("/courses/ETH/").content.decode()

    assert "1 change not published" in page
    assert 'href="/courses/ETH/changes/"' in page


def test_a_teacher_sees_no_draft_session_and_an_administrator_does(client_of, dolores, edna, ethics, make_session):
    make_session("Being prepared", [ethics], state="draft")

    assert "Being prepared" not in client_of(dolores).get("/courses/ETH/").content.decode()
    assert "Being prepared" in client_of(edna).get("/courses/ETH/").content.decode()


def test_my_courses_and_the_course_count_the_same_sessions(client_of, dolores, ethics, autumn, make_session, words_of):
    make_session("Being prepared", [ethics], state="draft")
    make_session("Hers to prepare", [ethics], state="draft", coaches=[dolores])
    make_session("Hers to oversee", [ethics], state="draft", general=[dolores])
    make_session("Called off", [ethics], state="cancelled")

    assert "4 sessions" in words_of(client_of(dolores).get("/courses/"))
    assert "Used in 4" in words_of(client_of(dolores).get("/courses/ETH/"))


def test_my_courses_are_those_one_writes(client_of, dolores, asif, amina, ethics, make_course, words_of):
    make_course("LAW", "Law of others")

    assert "Ethics" in words_of(client_of(dolores).get("/courses/"))
    assert "Law of others" not in words_of(client_of(dolores).get("/courses/"))
    assert "Assistant" in words_of(client_of(asif).get("/courses/"))
    assert "You write no course yet" in words_of(client_of(amina).get("/courses/"))


def test_my_courses_are_sorted_by_title_whatever_its_accents(client_of, dolores, make_course):
    for code, title in (("A", "Zoology"), ("B", "Éthique"), ("C", "Fire")):
        make_course(code, title, teachers=[dolores])

    page = client_of(dolores).get("/courses/").context["page"]

    assert [row.course.title for row in page] == ["Éthique", "Fire", "Zoology"]


def test_an_assistant_without_the_role_finds_my_courses_in_the_menu(client_of, asif, amina, ethics):
    assert 'href="/courses/"' in client_of(asif).get("/").content.decode()
    assert 'href="/courses/"' not in client_of(amina).get("/").content.decode()


@pytest.mark.parametrize("page", ["/profile/", "/search/?q=fire", "/courses/ETH/documents/"])
def test_an_assistant_finds_my_courses_whichever_page_they_arrive_on(client_of, asif, ethics, page):
    assert 'href="/courses/"' in client_of(asif).get(page).content.decode()


def test_who_becomes_an_assistant_while_signed_in_finds_it_after_the_course_or_home(client_of, amina, ethics):
    client = client_of(amina)
    assert 'href="/courses/"' not in client.get("/profile/").content.decode()

    ethics.teachers.create(person=amina, kind="assistant")

    assert 'href="/courses/"' in client.get("/courses/ETH/").content.decode()
    assert 'href="/courses/"' in client.get("/").content.decode()
    assert 'href="/courses/"' in client.get("/profile/").content.decode()


def test_what_one_writes_is_not_remembered_of_another_in_the_same_browser(client_of, asif, amina):
    client = client_of(asif)
    client.get("/")

    client.force_login(amina, backend="encore.people.sign_in.UsernameOrEmail")

    assert 'href="/courses/"' not in client.get("/profile/").content.decode()


def test_the_course_home_keeps_its_budget(client_of, amina, dolores, chidi, autumn, place, write, queries_of):
    client = client_of(amina)
    write(place(dolores), "Introduction", kind="introduction", text="<p>Welcome.</p>")
    for n in range(3):
        write(place(dolores), f"Page {n}")
    here = place(amina, autumn)
    see(shown_in(here, kind="page")[0], here)
    autumn.category = SessionCategory.objects.create(name="Open courses")
    autumn.save(update_fields=["category"])
    address = f"/sessions/{autumn.pk}/ETH/"
    client.get(address)
    few = queries_of(client, address)
    for n in range(3, 30):
        write(place(dolores), f"Page {n}")

    many = queries_of(client, address)

    assert few == many <= BUDGET, "\n".join(queries_of.statements)

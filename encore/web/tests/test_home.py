"""My sessions: what stands on the page, for whom, and with how many queries."""

from datetime import UTC, datetime, timedelta

import pytest

pytestmark = pytest.mark.usefixtures("clock")
BUDGET = 8


@pytest.fixture
def ends():
    return datetime(2026, 12, 31, 23, 0, tzinfo=UTC)  # midnight in Brussels


def test_a_learner_finds_a_session_with_its_course_dates_and_coach(
    client_of, amina, chidi, make_course, make_session, ends, words_of
):
    make_session("Autumn intake", [make_course("ETH", "Ethics")], [amina], [chidi], closes_at=ends)

    words = words_of(client_of(amina).get("/"))

    assert "Autumn intake" in words
    assert "Until 31 Dec 2026" in words
    assert "Coach: Chidi Obi" in words


def test_a_session_with_one_course_opens_straight_into_it(client_of, amina, make_course, make_session):
    session = make_session("Autumn intake", [make_course("ETH")], [amina])

    assert f'href="/sessions/{session.pk}/ETH/"' in client_of(amina).get("/").content.decode()


def test_a_session_with_two_courses_opens_as_a_session_and_lists_them(client_of, amina, make_course, make_session):
    session = make_session("Autumn intake", [make_course("ETH"), make_course("LAW")], [amina])

    page = client_of(amina).get("/").content.decode()

    assert f'href="/sessions/{session.pk}/"' in page
    assert f'href="/sessions/{session.pk}/ETH/"' in page
    assert f'href="/sessions/{session.pk}/LAW/"' in page


def test_a_closed_door_is_no_link_and_says_when_it_opens(client_of, amina, make_course, make_session, at, words_of):
    session = make_session("Winter", [make_course("ETH")], [amina], opens_at=at + timedelta(days=3))

    response = client_of(amina).get("/")

    assert f"/sessions/{session.pk}/" not in response.content.decode()
    assert "Opens on 27 Nov 2026, 10:00." in words_of(response)


@pytest.mark.parametrize("look", ["cards", "list"])
def test_a_cancelled_session_says_so_and_why_to_all_its_people(
    client_of, amina, chidi, sara, make_course, make_session, at, words_of, look
):
    facts = {"state": "cancelled", "state_reason": "no room", "opens_at": at + timedelta(days=3), "owner": sara}
    session = make_session("Winter", [make_course()], [amina], [chidi, sara], **facts)

    for person in (amina, chidi):
        words = words_of(client_of(person).get(f"/?look={look}"))
        assert "Cancelled" in words
        assert "This session has been cancelled: no room" in words
        assert "Opens on" not in words
    for address in (f"/?look={look}", f"/sessions/{session.pk}/"):
        assert "Cancelled no room" in words_of(client_of(sara).get(address))


def test_the_first_list_that_holds_something_is_shown(client_of, amina, make_session, at):
    make_session("Winter", [], [amina], opens_at=at + timedelta(days=3))

    assert client_of(amina).get("/").context["list_name"] == "upcoming"
    assert client_of(amina).get("/?list=past").context["list_name"] == "past"


def test_tabs_count_what_is_found(client_of, amina, make_session, at):
    make_session("Winter", [], [amina], opens_at=at + timedelta(days=3))
    make_session("Summer", [], [amina], closes_at=at)
    make_session("Standing", [], [amina])

    page = client_of(amina).get("/", {"q": "summer"})

    assert page.context["counts"] == {"current": 0, "upcoming": 0, "past": 1}
    assert page.context["list_name"] == "past"


def test_the_search_box_says_where_else_something_fits(client_of, amina, make_session, at, words_of):
    make_session("Summer", [], [amina], closes_at=at)

    words = words_of(client_of(amina).get("/", {"q": "summer", "list": "current"}))

    assert "Something fits among your past sessions." in words


def test_another_persons_session_is_not_there(client_of, amina, boris, make_session):
    make_session("Secret of Boris", [], [boris])

    assert "Secret of Boris" not in client_of(amina).get("/").content.decode()


def test_who_is_enrolled_nowhere_is_told_what_to_expect(client_of, amina, words_of):
    assert "You are not enrolled in a session yet" in words_of(client_of(amina).get("/"))


def test_who_only_manages_finds_the_way_to_what_they_do(client_of, edna):
    page = client_of(edna).get("/").content.decode()

    assert 'href="/administration/people/"' in page.partition("<main")[2]


def test_the_look_is_remembered(client_of, amina, make_session):
    make_session("Autumn", [], [amina])
    client = client_of(amina)

    client.get("/?look=list")

    assert client.get("/").context["look"] == "list"


def test_a_draft_is_in_its_coachs_list_alone(client_of, amina, chidi, make_course, make_session):
    make_session("Not yet public", [make_course()], [amina], [chidi], state="draft")

    assert "Not yet public" not in client_of(amina).get("/").content.decode()
    assert "Not yet public" in client_of(chidi).get("/").content.decode()


def test_a_coach_has_no_progress_of_their_own(client_of, amina, chidi, autumn, place, write, dolores):
    write(place(dolores), "Welcome")

    assert "<progress" in client_of(amina).get("/").content.decode()
    assert "<progress" not in client_of(chidi).get("/").content.decode()


def test_dates_are_in_the_readers_zone_with_the_sessions_beside(client_of, make_person, make_session, words_of):
    kiri = make_person("kiri", time_zone="Pacific/Auckland")
    ends = datetime(2026, 12, 31, 23, 0, tzinfo=UTC)
    make_session("Brussels", [], [kiri], closes_at=ends)

    words = words_of(client_of(kiri).get("/"))

    assert "Until 1 Jan 2027, 12:00 (Until 31 Dec 2026 in Brussels)" in words


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (
            "2026-10-24T22:00:00Z",
            "1 day left",
        ),  # midnight in Brussels: the day before the clock goes back ends in 25 hours
        ("2026-10-25T00:30:00Z", "1 day left"),
        ("2026-10-23T21:59:00Z", "3 days left"),
    ],
)
def test_days_left_are_days_of_the_wall(client_of, amina, make_session, clock, words_of, moment, words):
    make_session("Clock change", [], [amina], closes_at=datetime(2026, 10, 25, 23, 0, tzinfo=UTC))
    clock(datetime.fromisoformat(moment))

    assert words in words_of(client_of(amina).get("/"))


def test_my_sessions_keeps_its_budget_with_three_sessions_and_with_thirty(
    client_of, amina, chidi, make_course, make_session, at, queries_of
):
    courses = [make_course(f"C{n}") for n in range(3)]
    client = client_of(amina)
    for n in range(3):
        make_session(f"Session {n}", courses, [amina], [chidi], general=[chidi], closes_at=at + timedelta(days=n + 1))
    few = queries_of(client, "/")
    for n in range(3, 30):
        make_session(f"Session {n}", courses[: n % 3 + 1], [amina], [chidi], closes_at=at + timedelta(days=n + 1))

    many = queries_of(client, "/")

    assert few == many <= BUDGET


def test_my_sessions_keeps_its_budget_for_a_person_in_two_hundred(
    client_of, amina, chidi, make_course, make_session, at, queries_of
):
    courses = [make_course(f"C{n}") for n in range(2)]
    for n in range(200):
        make_session(
            f"Session {n}",
            courses,
            [amina],
            opens_at=at - timedelta(days=900 - n),
            closes_at=at + timedelta(days=9 * (n - 90)),
        )
    client = client_of(amina)

    assert queries_of(client, "/") <= BUDGET
    assert queries_of(client, "/?list=past&page=3") <= BUDGET

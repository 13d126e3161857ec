"""What is due and what comes next: once each, as long as it is to be done, and no query for it is one too many."""

from datetime import timedelta

import pytest

from encore.courses.actions.enrolment import exclude, set_state
from encore.courses.models import Enrolment, SessionCourse
from encore.toolkit.completion import see
from encore.toolkit.publishing import set_visible
from encore.toolkit.scoping import shown_in
from encore.toolkit.settings import set_settings
from encore.tools.quizzes.actions.taking import begin, hand_in
from encore.tools.quizzes.tests.papers import ask, choice, make_test, shown

__all__ = ["ask", "make_test", "shown"]  # fixtures
pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def final(ask, make_test, place, dolores):
    """final(minutes=60, closes="…") → a test of the course."""

    def make(title="Final", **options):
        here = place(dolores)
        return make_test(here, title, [ask(here, f"Q of {title}", choice("a"))], **options)

    return make


@pytest.fixture
def pages(client_of, amina, autumn, words_of):
    """pages() → the words of My sessions, the session's page and the course's, for Amina."""

    def read():
        client = client_of(amina)
        return [words_of(client.get(path)) for path in ("/", f"/sessions/{autumn.pk}/", f"/sessions/{autumn.pk}/ETH/")]

    return read


def test_a_test_is_due_by_its_closing(final, pages):
    final(closes="2026-11-30")

    for words in pages():
        assert "Due next" in words and "Final" in words and "Until 30 Nov 2026" in words


def test_what_closes_later_than_it_is_due_stays_until_it_closes(final, pages):
    final(due="2026-11-20", closes="2026-11-30")

    assert all("Until 30 Nov 2026" in words for words in pages())


def test_a_test_not_open_yet_and_one_without_an_end_are_not_due(final, pages):
    final("Later", opens="2026-11-28", closes="2026-11-30")
    final("Any time")

    assert not any("Due next" in words for words in pages())


def test_a_page_that_closes_is_nothing_to_hand_in(place, dolores, write, pages):
    set_settings(write(place(dolores), "Slides"), place(dolores), opens=None, due=None, closes="2026-11-30")

    assert not any("Due next" in words for words in pages())


def test_what_was_begun_leads_straight_back_and_stands_first(
    final, pages, place, amina, autumn, shown, client_of, write, dolores
):
    set_settings(write(place(dolores), "Hand this in"), place(dolores), opens=None, due="2026-11-24 18:00", closes=None)
    test = final(minutes=60, closes="2026-11-30")
    here = place(amina, autumn)
    attempt = begin(here, shown(here, test))

    for words in pages():
        assert words.count("Final") == 1
        assert "In work, 60 minutes left" in words
        assert words.index("Final") < words.rindex("Hand this in")
    address = f'href="/sessions/{autumn.pk}/ETH/quizzes/attempts/{attempt.uuid}/"'
    assert address in client_of(amina).get("/").content.decode()


def test_the_last_minute_is_a_minute(final, pages, place, amina, autumn, shown, clock, at):
    here = place(amina, autumn)
    begin(here, shown(here, final(minutes=60)))
    clock(at + timedelta(minutes=59, seconds=30))

    assert "In work, 1 minute left" in pages()[0]


def test_what_was_begun_without_a_clock_is_simply_in_work(final, pages, place, amina, autumn, shown):
    here = place(amina, autumn)
    begin(here, shown(here, final()))

    assert all(
        "Final" in words and "In work" in words and "left" not in words.split("In work")[1][:9] for words in pages()
    )


def test_what_is_handed_in_is_not_due_even_with_attempts_left(final, pages, place, amina, autumn, shown, at):
    here = place(amina, autumn)
    hand_in(begin(here, shown(here, final(attempts=3, closes="2026-11-30"))), at=at)

    assert not any("Due next" in words for words in pages())


@pytest.mark.parametrize("how", ["over", "hidden", "suspended", "excluded"])
def test_nothing_in_work_that_cannot_be_gone_on_with(
    how, final, place, amina, chidi, edna, autumn, shown, at, clock, client_of, words_of
):
    here, test = place(amina, autumn), final(minutes=60)
    begin(here, shown(here, test))
    enrolment = Enrolment.objects.get(person=amina)
    if how == "over":
        clock(at + timedelta(minutes=61))
    elif how == "hidden":
        set_visible(test, place(chidi, autumn), False)
    elif how == "suspended":
        set_state(enrolment, "suspended", by=edna, at=at)
    else:
        exclude(enrolment, SessionCourse.objects.get(session=autumn), by=edna, at=at)

    assert "In work" not in words_of(client_of(amina).get("/"))


def test_nobody_finds_what_another_began_or_they_themselves_elsewhere(
    final, place, amina, boris, autumn, spring, ended, make_session, ethics, shown, client_of, words_of
):
    here = place(amina, autumn)
    begin(here, shown(here, final(minutes=60)))
    again = make_session("Again", [ethics], [amina])

    assert "In work" not in words_of(client_of(boris).get("/"))
    assert "In work" not in words_of(client_of(amina).get(f"/sessions/{again.pk}/"))
    assert "In work" not in words_of(client_of(amina).get(f"/sessions/{again.pk}/ETH/"))


def test_my_sessions_and_the_course_keep_their_budgets_with_it(
    final, place, amina, autumn, dolores, shown, write, client_of, queries_of
):
    write(place(dolores), "Welcome")
    here, client = place(amina, autumn), client_of(amina)
    begin(here, shown(here, final(minutes=60, closes="2026-11-30")))
    course = f"/sessions/{autumn.pk}/ETH/"
    for path in ("/", course):
        client.get(path)

    assert queries_of(client, "/") <= 8, queries_of.statements
    assert queries_of(client, course) <= 10, queries_of.statements


def test_the_first_thing_not_done_comes_next(place, write, dolores, chidi, amina, autumn, client_of, words_of):
    author = place(dolores)
    hidden = write(author, "Hidden")
    folder = write(author, "Folder", kind="folder")
    inside = write(author, "Inside", parent=folder)
    write(author, "After")
    set_visible(hidden, place(chidi, autumn), False)
    client, course = client_of(amina), f"/sessions/{autumn.pk}/ETH/"

    assert "Begin with Inside" in words_of(client.get(course))
    here = place(amina, autumn)
    see(shown_in(here).get(pk=inside.pk), here)
    assert "You left off at Inside Next After" in words_of(client.get(course))


def test_what_is_closed_is_not_next_and_nothing_is_when_all_is_done_or_over(
    place, write, dolores, amina, autumn, ended, client_of, words_of
):
    later = write(place(dolores), "Later")
    page = write(place(dolores), "Now")
    set_settings(later, place(dolores), opens="2026-12-01", due=None, closes=None)
    client, course = client_of(amina), f"/sessions/{autumn.pk}/ETH/"

    assert "Begin with Now" in words_of(client.get(course))
    assert "Begin with" not in words_of(client.get(f"/sessions/{ended.pk}/ETH/"))
    here = place(amina, autumn)
    see(shown_in(here).get(pk=page.pk), here)
    words = words_of(client.get(course))
    assert "You left off at Now" in words and "Next" not in words.replace("Due next", "")


def test_the_sessions_page_tells_what_one_got(place, write, dolores, chidi, amina, autumn, client_of, words_of):
    from decimal import Decimal

    from encore.toolkit.grading import give
    from encore.toolkit.totals import book_in

    essay = write(place(dolores), "Essay", kind="column", out_of=Decimal(20))
    client, enrolment = client_of(amina), Enrolment.objects.get(person=amina)
    assert "no grades yet" not in words_of(client.get(f"/sessions/{autumn.pk}/"))
    here = place(chidi, autumn)
    give(here, enrolment, book_in(here).item(essay.uuid), Decimal(15), comment="", seen=0)

    response = client.get(f"/sessions/{autumn.pk}/")

    assert "My results Ethics Total 75.0 %" in words_of(response)
    assert f'href="/results/{enrolment.pk}/"' in response.content.decode()
    assert "75.0" not in words_of(client_of(chidi).get(f"/sessions/{autumn.pk}/"))

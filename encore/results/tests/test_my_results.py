"""My results: what a person got, for themselves alone; two enrolments never mix."""

import io
from datetime import timedelta
from decimal import Decimal as D

import pytest
from openpyxl import load_workbook

from encore.courses.actions.enrolment import enrol, exclude, set_state, withdraw
from encore.courses.actions.session import back_to_draft
from encore.courses.context import here_for
from encore.courses.models import CourseSession, Enrolment, SessionCourse
from encore.results.queries.my_results import results_of
from encore.toolkit.completion import see
from encore.toolkit.grading import totals_in
from encore.toolkit.scoping import shown_in
from encore.toolkit.totals import book_in, books_among
from encore.tools.gradebook.tests.conftest import enrolment_of, essay, exam, given, got
from encore.tools.quizzes.actions.taking import begin, hand_in
from encore.tools.quizzes.models import Attempt
from encore.tools.quizzes.tests.papers import ask, choice, make_test, shown

__all__ = ["ask", "enrolment_of", "essay", "exam", "given", "got", "make_test", "shown"]  # fixtures
pytestmark = pytest.mark.usefixtures("clock")
PAGE = "/results/"
BUDGET = 16


@pytest.fixture
def mine(amina, enrolment_of, autumn):
    return enrolment_of(amina, autumn)


def rows_of(response) -> list[list[str]]:
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return [line.split(";") for line in text.splitlines()]


def test_every_enrolment_stands_there_with_progress_and_total(
    client_of, amina, chidi, dolores, autumn, ended, place, write, essay, given, words_of
):
    write(place(dolores), "Welcome")
    here = place(amina, autumn)
    see(shown_in(here, kind="page")[0], here)
    given(chidi, amina, autumn, essay, "15")

    words = words_of(client_of(amina).get(PAGE))

    assert "Autumn Active no dates Ethics 100% 1 of 1 Total 75.0 %" in words
    assert "Ended" in words and "0% 0 of 1 no grades yet" in words


def test_one_enrolment_says_everything_that_counted(
    client_of, amina, chidi, autumn, mine, exam, essay, got, given, words_of
):
    got(amina, autumn, exam, "8", "10")
    given(chidi, amina, autumn, essay, "15", "Well argued.")

    words = words_of(client_of(amina).get(f"{PAGE}{mine.pk}/"))

    for said in ("Exam 8 / 10", "Essay 15 / 20", "Well argued.", "76.7 %", "How this was computed"):
        assert said in words, said


def test_the_figure_is_the_gradebooks_to_the_digit(
    client_of, amina, boris, chidi, autumn, exam, essay, got, given, place, enrolment_of, words_of, ended
):
    got(amina, autumn, exam, "1", "3")
    got(amina, ended, exam, "2", "7")
    given(chidi, amina, autumn, essay, "7.25")
    e, f = enrolment_of(amina, autumn), enrolment_of(amina, ended)
    here, there = place(amina, autumn), place(amina, ended)

    one = totals_in(here, [e])[e.pk]
    both = books_among([here.session_course, there.session_course], [e, f])

    assert both[here.session_course.pk].figures[e.pk] == one
    assert both[here.session_course.pk].items == book_in(here, [e]).items
    assert both[there.session_course.pk].figures[f.pk] == totals_in(there, [f])[f.pk]
    assert f"{one.percent} %" in words_of(client_of(amina).get(PAGE))


def test_two_enrolments_of_one_session_never_mix(
    client_of, amina, chidi, edna, autumn, mine, essay, given, at, words_of
):
    given(chidi, amina, autumn, essay, "15")
    withdraw([mine], by=edna, at=at)
    enrol([amina.pk], autumn, by=edna, at=at + timedelta(minutes=1), returning="again")
    new = Enrolment.objects.get(person=amina, session=autumn, is_latest=True)
    given(chidi, amina, autumn, essay, "5")

    words = words_of(client_of(amina).get(PAGE))

    assert words.index("25.0 %") < words.index("75.0 %")
    assert "enrolment 2" in words and "Withdrawn" in words
    assert "75.0 %" in words_of(client_of(amina).get(f"{PAGE}{mine.pk}/"))
    assert "75" not in words_of(client_of(amina).get(f"{PAGE}{new.pk}/"))


def test_nobody_reads_anybody_elses(client_of, amina, boris, edna, autumn, spring, enrolment_of):
    theirs = enrolment_of(boris, spring)

    assert client_of(amina).get(f"{PAGE}{theirs.pk}/").status_code == 404
    assert client_of(edna).get(f"{PAGE}{theirs.pk}/?as=csv").status_code == 404
    assert "Spring" not in client_of(amina).get(PAGE).content.decode()


@pytest.mark.parametrize("state", ["suspended", "withdrawn", "completed"])
def test_results_stay_and_content_does_not(
    state, client_of, amina, chidi, edna, autumn, mine, essay, exam, given, at, words_of
):
    given(chidi, amina, autumn, essay, "15", "Well argued.")
    if state == "withdrawn":
        withdraw([mine], by=edna, at=at)
    else:
        set_state(mine, state, by=edna, at=at)

    page = client_of(amina).get(f"{PAGE}{mine.pk}/")
    words = words_of(page)

    assert "75.0 %" in words and "Well argued." in words
    closed = state != "completed"
    assert ("Exam" not in words) is closed  # what was never graded is the course's, not the learner's
    assert (f'href="/sessions/{autumn.pk}/ETH/' not in page.content.decode()) is closed


def test_what_a_test_keeps_to_itself_cannot_be_reckoned(
    client_of, amina, chidi, dolores, autumn, mine, place, ask, make_test, shown, essay, given, at, words_of
):
    question = ask(place(dolores), "Q", choice("a"))
    test = make_test(place(dolores), "Silent", [question], feedback="exam", closes="2026-12-24")
    here = place(amina, autumn)
    hand_in(begin(here, shown(here, test)), at=at)
    given(chidi, amina, autumn, essay, "15")
    client = client_of(amina)

    words = words_of(client.get(f"{PAGE}{mine.pk}/"))
    rows = rows_of(client.get(f"{PAGE}{mine.pk}/?as=csv"))

    assert "Some results are not shown yet." in words and "Essay 15 / 20" in words
    assert "Silent" not in words and "%" not in words.replace("100%", "")
    assert "result follows" in words_of(client.get(PAGE))
    assert [row[3] for row in rows[1:]] == ["Essay", "Total"] and rows[-1][6] == ""
    assert rows_of(client.get(f"{PAGE}?as=csv"))[1][-4:] == ["", "", "", "Some results are not shown yet."]


def test_a_silent_test_of_another_course_keeps_no_total_back(
    client_of,
    amina,
    chidi,
    dolores,
    ethics,
    make_course,
    make_session,
    place,
    ask,
    make_test,
    essay,
    given,
    at,
    words_of,
):
    law = make_course("LAW", "Law", teachers=[dolores])
    both = make_session("Both", [ethics, law], [amina], [chidi])
    author = here_for(dolores, at=at, code="LAW")
    test = make_test(author, "Silent", [ask(author, "Q", choice("a"))], feedback="exam", closes="2026-12-24")
    there = here_for(amina, at=at, session=both.pk, code="LAW")
    hand_in(begin(there, shown_in(there).get(pk=test.pk)), at=at)
    given(chidi, amina, both, essay, "15")

    assert "Ethics Total 75.0 % Law 0 of 1" not in words_of(client_of(amina).get(PAGE))
    assert "Total 75.0 %" in words_of(client_of(amina).get(PAGE))
    assert "result follows" in words_of(client_of(amina).get(PAGE))


def test_a_draft_a_course_one_is_out_of_and_what_has_not_begun_tell_nothing(
    client_of, amina, chidi, edna, ethics, autumn, mine, ended, make_session, essay, given, at, words_of
):
    make_session("Winter", [ethics], [amina], [chidi], opens_at=at + timedelta(days=9))
    given(chidi, amina, autumn, essay, "15")
    exclude(mine, SessionCourse.objects.get(session=autumn), by=edna, at=at)
    back_to_draft(ended, by=edna, at=at)
    client = client_of(amina)

    words = words_of(client.get(PAGE))

    assert "75" not in words and "Ended" not in words
    assert "Winter" in words and "not begun" in words
    assert client.get(f"{PAGE}{Enrolment.objects.get(session=ended).pk}/").status_code == 404


def test_an_archived_session_keeps_them_readable(client_of, amina, chidi, autumn, essay, given, words_of):
    given(chidi, amina, autumn, essay, "15")
    CourseSession.objects.filter(pk=autumn.pk).update(state="archived")

    assert "Archived" in words_of(client_of(amina).get(PAGE))
    assert "75.0 %" in words_of(client_of(amina).get(PAGE))


def test_files_say_the_same(client_of, amina, chidi, autumn, mine, essay, exam, got, given):
    got(amina, autumn, exam, "8", "10")
    given(chidi, amina, autumn, essay, "15", "=Well argued.")
    client = client_of(amina)

    everything = rows_of(client.get(f"{PAGE}?as=csv"))
    one = rows_of(client.get(f"{PAGE}{mine.pk}/?as=csv"))
    book = load_workbook(io.BytesIO(b"".join(client.get(f"{PAGE}{mine.pk}/?as=xlsx").streaming_content)))

    assert everything[1][:4] == ["Autumn", "", "1", "Active"] and everything[1][11] == "76.7"
    assert [row[2:8] for row in one[1:]] == [
        ["", "Essay", "15", "20", "75.00", "20"],
        ["", "Exam", "8", "10", "80.00", "10"],
        ["", "Total", "", "", "76.7", ""],
    ]
    assert one[1][-1] == "'=Well argued."
    assert [[cell or "" for cell in row] for row in book.active.iter_rows(values_only=True)] == one


def test_pages_are_cut_and_printed_whole(client_of, amina, ethics, make_session):
    for n in range(12):
        make_session(f"Run {n:02}", [ethics], [amina])
    client = client_of(amina)

    assert client.get(PAGE).content.decode().count("own-result-facts") == 10
    assert client.get(f"{PAGE}?page=2").content.decode().count("own-result-facts") == 2
    assert client.get(f"{PAGE}?print=1").content.decode().count("own-result-facts") == 12


def test_who_was_never_enrolled_is_told_so(client_of, boris, words_of):
    assert "No results yet" in words_of(client_of(boris).get(PAGE))


def test_many_enrolments_cost_as_many_queries_as_one(
    client_of, amina, chidi, dolores, ethics, autumn, place, write, make_session, essay, given, queries_of
):
    write(place(dolores), "Welcome")
    given(chidi, amina, autumn, essay, "15")
    client = client_of(amina)
    client.get(PAGE)
    few = queries_of(client, PAGE)
    for n in range(6):
        given(chidi, amina, make_session(f"Run {n}", [ethics], [amina], [chidi]), essay, f"{n}")

    many = queries_of(client, PAGE)

    assert few == many <= BUDGET, "\n".join(queries_of.statements)


def test_results_are_those_of_the_enrolment_asked_for(amina, autumn, mine, got, exam, at):
    got(amina, autumn, exam, "8", "10")

    result = results_of(amina, [mine], at=at)[0]

    assert [one.figure.percent for one in result.courses] == [D("80.0")]
    assert Attempt.objects.count() == 0

"""One learner's page: everything of one enrolment in one course of a session, and nothing else."""

from datetime import timedelta
from decimal import Decimal as D

import pytest
from django.urls import reverse

from encore.courses.actions.enrolment import exclude, withdraw
from encore.courses.actions.session import add_courses, set_general_coaches
from encore.courses.models import Enrolment, SessionCourse
from encore.ledger.models import AuditEntry
from encore.toolkit.completion import see
from encore.toolkit.grading import publish_grade
from encore.toolkit.models import Activity, ItemException, Schedule
from encore.toolkit.publishing import remove
from encore.toolkit.registry import ToMark
from encore.toolkit.scoping import shown_in
from encore.tools.quizzes.tool import Quizzes

pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def of():
    """of(amina, autumn) → her latest enrolment."""
    return lambda person, session: Enrolment.objects.get(person=person, session=session, is_latest=True)


@pytest.fixture
def page_of(client_of, chidi, of):
    """page_of(amina, autumn) → her page as Chidi gets it."""

    def ask(person, session, by=chidi, enrolment=None, code="ETH"):
        pk = (enrolment or of(person, session)).pk
        return client_of(by).get(reverse("learner", args=[session.pk, code, pk]))

    return ask


@pytest.fixture
def did(place, of, at):
    """did(amina, autumn, item, seconds=90) → she opened it for so long, and has seen it."""

    def open_it(person, session, item, seconds=90):
        here = place(person, session)
        see(shown_in(here).get(pk=item.pk), here)
        Activity.objects.filter(enrolment=of(person, session), item=item).delete()
        Activity.objects.create(
            session=session,
            session_course=here.session_course,
            enrolment=of(person, session),
            item=item,
            opened=3,
            seconds=seconds,
            last_at=at,
        )

    return open_it


@pytest.fixture
def waits(monkeypatch, at):
    def put(person_enrolment, item, place, anonymous=False):
        found = [ToMark(place.pk, item.pk, person_enrolment.pk, at, count=2, anonymous=anonymous)]
        monkeypatch.setattr(Quizzes, "to_mark", lambda self, places, enrolments=None: found)

    return put


def test_all_of_a_learner_stands_on_one_page(
    page_of, write, place, dolores, amina, chidi, autumn, did, of, at, words_of, waits
):
    folder = write(place(dolores), "Week one", kind="folder")
    welcome = write(place(dolores), "Welcome", parent=folder)
    essay = write(place(dolores), "Essay", kind="test", sections=[])
    late = write(place(dolores), "Late")
    did(amina, autumn, welcome, seconds=3900)
    here, mine = place(chidi, autumn), of(amina, autumn)
    publish_grade(mine, session_course=here.session_course.pk, item=essay.pk, points=D(7), out_of=D(10), at=at)
    Schedule.objects.filter(session_course=here.session_course).delete()
    Schedule.objects.create(session_course=here.session_course, item=late, due=at - timedelta(days=1))
    ItemException.objects.create(enrolment=mine, item=essay, reason="A broken arm", by=chidi)
    waits(mine, essay, here.session_course)

    response = page_of(amina, autumn)

    words = words_of(response)
    assert "1 of 3" in words and "70.0 %" in words
    assert "Welcome Week one 24 Nov 2026" in words and "1 h 05 min" in words
    assert "Late Overdue due" in words
    assert "7 / 10" in words and "How was this computed?" in words
    assert "A broken arm" in words and "given by Chidi Obi" in words
    assert "Essay handed in" in words and "2 answers" in words
    html = response.content.decode()
    assert f"/quizzes/marking/{essay.uuid}/" in html
    assert f"/gradebook/{essay.uuid}/learners/{mine.pk}/" in html
    assert f"/quizzes/{essay.uuid}/exceptions/{mine.pk}/" in html


def test_reading_the_page_is_recorded(page_of, amina, chidi, autumn, of):
    page_of(amina, autumn)

    entry = AuditEntry.objects.get(verb="read", subject_kind="enrolment")
    assert (entry.by, entry.subject_id, entry.course_session_id) == (chidi, of(amina, autumn).pk, autumn.pk)


def test_a_learner_of_another_session_or_one_out_of_the_course_is_not_found(
    page_of, amina, boris, edna, autumn, spring, of, at
):
    assert page_of(boris, autumn, enrolment=of(boris, spring)).status_code == 404
    place = SessionCourse.objects.get(session=autumn)
    exclude(of(amina, autumn), place, by=edna, at=at)
    assert page_of(amina, autumn).status_code == 404


def test_learners_and_teachers_are_refused(page_of, amina, boris, dolores, autumn):
    assert page_of(amina, autumn, by=amina).status_code == 403
    assert page_of(amina, autumn, by=dolores).status_code == 403
    assert page_of(amina, autumn, by=boris).status_code == 404


def test_two_enrolments_are_two_sets(page_of, write, place, dolores, amina, edna, autumn, did, of, at, words_of):
    first = write(place(dolores), "First thing")
    write(place(dolores), "Second thing")
    did(amina, autumn, first)
    earlier = of(amina, autumn)
    withdraw(Enrolment.objects.filter(pk=earlier.pk), by=edna, at=at)
    Enrolment.objects.filter(pk=earlier.pk).update(is_latest=False)
    Enrolment.objects.create(session=autumn, person=amina, number=2, enrolled_at=at)

    words = words_of(page_of(amina, autumn))
    before = words_of(page_of(amina, autumn, enrolment=earlier))

    assert "Progress 0% 0 of 2" in words and "1 of 2 done" in words
    assert "Progress 50% 1 of 2" in before and "This is an earlier enrolment" in before


def test_what_shows_no_more_is_kept_with_its_title(page_of, write, place, dolores, amina, autumn, did, words_of):
    item = write(place(dolores), "Old news")
    did(amina, autumn, item)
    remove(shown_in(place(dolores)).get(pk=item.pk), place(dolores))

    assert "Not shown here any more It was done" in words_of(page_of(amina, autumn))
    assert "Old news" in words_of(page_of(amina, autumn))


def test_work_marked_without_a_name_tells_neither_when_nor_what(
    page_of, write, place, dolores, amina, chidi, autumn, of, at, words_of, waits
):
    essay = write(place(dolores), "Essay", kind="test", sections=[])
    here, mine = place(chidi, autumn), of(amina, autumn)
    publish_grade(mine, session_course=here.session_course.pk, item=essay.pk, points=D(7), out_of=D(10), at=at)
    waits(mine, essay, here.session_course, anonymous=True)

    words = words_of(page_of(amina, autumn))

    assert "waits to be marked without a name" in words
    assert "handed in" not in words and "7 / 10" not in words


def test_a_general_coach_goes_on_to_the_other_courses_and_a_coach_of_one_does_not(
    page_of, make_course, make_person, amina, chidi, edna, autumn, of, at, words_of
):
    add_courses(autumn, [make_course("LOG", "Logic").pk], by=edna, at=at)
    gina = make_person("gina", "Gina", "General")
    set_general_coaches(autumn, add=[gina.pk], by=edna, at=at)

    assert "Logic" in words_of(page_of(amina, autumn, by=gina))
    assert "Logic" not in words_of(page_of(amina, autumn))


def test_a_page_without_anything_to_do_says_so(page_of, amina, autumn, words_of):
    assert "There is nothing to do here yet" in words_of(page_of(amina, autumn))


def test_the_page_asks_the_same_for_many_items_as_for_few(
    client_of, chidi, amina, dolores, autumn, place, write, queries_of, of
):
    write(place(dolores), "Page")
    client, address = client_of(chidi), reverse("learner", args=[autumn.pk, "ETH", of(amina, autumn).pk])
    for _n in range(2):
        client.get(address)
    few = queries_of(client, address)
    for n in range(9):
        write(place(dolores), f"Page {n}")
        write(place(dolores), f"Test {n}", kind="test", sections=[])

    assert few == queries_of(client, address) <= 26, "\n".join(queries_of.statements)

"""The list of learners, for those who coach them: found, filtered, sorted, taken out."""

import csv
import io
from datetime import timedelta
from decimal import Decimal as D

import pytest
from django.http import QueryDict
from openpyxl import load_workbook

from encore.courses.actions.enrolment import enrol, exclude, set_state, withdraw
from encore.courses.models import Enrolment, SessionCourse
from encore.ledger.models import AuditEntry
from encore.people.models import Person
from encore.results.queries.learners import NOT_BEGUN, Asked
from encore.toolkit.completion import see
from encore.toolkit.grading import publish_grade, sign_off
from encore.toolkit.models import CourseProgress, Schedule
from encore.toolkit.registry import ToMark
from encore.toolkit.scoping import shown_in
from encore.toolkit.totals import totals_in
from encore.tools.quizzes.tool import Quizzes

pytestmark = pytest.mark.usefixtures("clock")
BUDGET = 10


@pytest.fixture
def address(autumn):
    return f"/sessions/{autumn.pk}/ETH/learners/"


@pytest.fixture
def place_of(autumn):
    return SessionCourse.objects.get(session=autumn)


@pytest.fixture
def of(autumn):
    """of("amina") → her enrolment in autumn."""
    return lambda username: Enrolment.objects.get(person__username=username, session=autumn, is_latest=True)


@pytest.fixture
def exam(write, place, dolores):
    return write(place(dolores), "Exam", kind="test", sections=[])


@pytest.fixture
def scheme(write, place, dolores, exam):
    """Who has half of it passes."""
    return write(place(dolores), "Scheme", kind="scheme", pass_percent=50)


@pytest.fixture
def got(place_of, of, exam, at):
    def publish(username, points):
        publish_grade(of(username), session_course=place_of.pk, item=exam.pk, points=D(points), out_of=D(10), at=at)

    return publish


@pytest.fixture
def waits(monkeypatch, place_of, exam, at, of):
    """waits(amina=2) → two of her answers wait to be marked."""

    def put(anonymous=False, **counts):
        found = [
            ToMark(place_of.pk, exam.pk, of(name).pk, at, count=n, anonymous=anonymous) for name, n in counts.items()
        ]
        monkeypatch.setattr(
            Quizzes,
            "to_mark",
            lambda self, places, enrolments=None: [one for one in found if one.session_course in places],
        )

    return put


@pytest.fixture
def cast(make_person, edna, autumn, place_of, scheme, at, of):
    """Beside Amina: Zoe who has done all and came today, Yan who came long ago, Xia who never came."""
    people = [make_person(name, name.title(), f"{name.title()}sson") for name in ("xia", "yan", "zoe")]
    enrol([person.pk for person in people], autumn, by=edna, at=at - timedelta(days=40))
    for name, days in (("zoe", 0), ("yan", 20), ("amina", 8)):
        came = at - timedelta(days=days)
        Enrolment.objects.filter(pk=of(name).pk).update(first_entered_at=came, last_entered_at=came)
    Enrolment.objects.filter(session=autumn).update(enrolled_at=at - timedelta(days=40))
    for name, done in (("zoe", 4), ("yan", 2), ("amina", 0), ("xia", 0)):
        CourseProgress.objects.update_or_create(
            session=autumn, session_course=place_of, enrolment=of(name), defaults={"done": done, "total": 4}
        )


@pytest.fixture
def names_in(client_of, chidi, address):
    """names_in("?sort=visit") → the first names in the list, in its order."""

    def ask(query=""):
        response = client_of(chidi).get(address + query)
        assert response.status_code == 200
        return [row.enrolment.person.first_name for row in response.context["listed"].rows]

    return ask


def test_a_coach_sees_names_visits_progress_and_totals(
    client_of, amina, chidi, dolores, autumn, place, write, address, words_of, scheme, got
):
    write(place(dolores), "Welcome")
    here = place(amina, autumn)
    see(shown_in(here, kind="page")[0], here)
    got("amina", 7)

    words = words_of(client_of(chidi).get(address))

    assert "Amina Haddad 1 of 2" in words
    assert "70.0 % Passed" in words


def test_a_learner_a_teacher_and_a_stranger_do_not(client_of, amina, boris, dolores, address, words_of):
    response = client_of(amina).get(address)

    assert response.status_code == 403
    assert "This page is for those who coach or manage here." in words_of(response)
    assert client_of(dolores).get(address).status_code == 403
    assert client_of(boris).get(address).status_code == 404


def test_the_learners_of_another_session_are_not_there(client_of, chidi, spring, address, words_of):
    assert "Boris Novak" not in words_of(client_of(chidi).get(address))


def test_excluded_and_withdrawn_learners_are_left_out_and_a_filter_finds_the_withdrawn(
    boris, edna, make_person, autumn, at, names_in
):
    ola = make_person("ola", "Ola", "Grön")
    enrol([boris.pk, ola.pk], autumn, by=edna, at=at)
    exclude(Enrolment.objects.get(person=ola), SessionCourse.objects.get(session=autumn), by=edna, at=at)
    withdraw(Enrolment.objects.filter(person=boris, session=autumn), by=edna, at=at)

    assert names_in() == ["Amina"]
    assert names_in("?state=withdrawn") == ["Boris"]


def test_a_suspended_learner_is_shown_with_that_word(client_of, chidi, amina, edna, autumn, at, address, words_of):
    set_state(Enrolment.objects.get(person=amina), "suspended", by=edna, at=at)

    assert "Amina Haddad Suspended" in words_of(client_of(chidi).get(address))


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["Amina", "Xia", "Yan", "Zoe"]),
        ("?q=xia", ["Xia"]),
        ("?q=HADD am", ["Amina"]),
        ("?q=nobody", []),
        ("?progress=not_begun", ["Amina", "Xia"]),
        ("?progress=begun", ["Yan"]),
        ("?progress=done", ["Zoe"]),
        ("?progress=nonsense", ["Amina", "Xia", "Yan", "Zoe"]),
        ("?inactive=7", ["Amina", "Xia", "Yan"]),
        ("?inactive=14", ["Xia", "Yan"]),
        ("?inactive=30", ["Xia"]),
        ("?inactive=never", ["Xia"]),
        ("?marking=waits", ["Amina", "Yan"]),
        ("?result=passed", ["Amina"]),
        ("?result=not_passed", ["Zoe"]),
        ("?result=none", ["Xia", "Yan"]),
        ("?result=passed&progress=not_begun&q=a", ["Amina"]),
        ("?state=suspended", []),
        ("?sort=-name", ["Zoe", "Yan", "Xia", "Amina"]),
        ("?sort=progress", ["Amina", "Xia", "Yan", "Zoe"]),
        ("?sort=-progress", ["Zoe", "Yan", "Amina", "Xia"]),
        ("?sort=visit", ["Xia", "Yan", "Amina", "Zoe"]),
        ("?sort=-visit", ["Zoe", "Amina", "Yan", "Xia"]),
        ("?sort=result", ["Zoe", "Amina", "Xia", "Yan"]),
        ("?sort=-result", ["Amina", "Zoe", "Xia", "Yan"]),
        ("?sort=to_mark", ["Xia", "Zoe", "Amina", "Yan"]),
        ("?sort=-to_mark", ["Yan", "Amina", "Xia", "Zoe"]),
        ("?sort=nonsense", ["Amina", "Xia", "Yan", "Zoe"]),
        ("?page=99", ["Amina", "Xia", "Yan", "Zoe"]),
    ],
)
def test_filters_and_orders(cast, scheme, got, waits, names_in, query, found):
    got("amina", 9)
    got("zoe", 2)
    waits(amina=1, yan=3)

    assert names_in(query) == found


def test_who_has_not_done_what_was_due_is_behind(
    cast, write, place, dolores, amina, autumn, place_of, names_in, of, at
):
    early, late = write(place(dolores), "Early"), write(place(dolores), "Late")
    rows = {"session_course": place_of, "opens": None, "closes": None}
    Schedule.objects.filter(session_course=place_of).delete()
    Schedule.objects.create(**rows, item=early, due=at - timedelta(days=1))
    Schedule.objects.create(**rows, item=late, due=at + timedelta(days=1))
    here = place(amina, autumn)
    see(shown_in(here, kind="page").get(pk=early.pk), here)
    Schedule.objects.create(**rows, item=early, due=at + timedelta(days=9), enrolment=of("yan"))

    assert names_in("?progress=behind") == ["Xia", "Zoe"]
    Schedule.objects.filter(enrolment=None).delete()
    assert names_in("?progress=behind") == []
    Schedule.objects.update(due=at - timedelta(days=1))
    assert names_in("?progress=behind") == ["Yan"]


def test_work_marked_without_names_is_told_of_nobody(cast, waits, names_in, client_of, chidi, address, words_of):
    waits(anonymous=True, amina=2)

    assert names_in("?marking=waits") == []
    assert "2 more answers wait to be marked without names" in words_of(client_of(chidi).get(address))


def test_what_waits_leads_to_where_it_is_marked(waits, client_of, chidi, autumn, address, exam):
    waits(amina=2)

    assert f"/sessions/{autumn.pk}/ETH/quizzes/marking/{exam.uuid}/" in client_of(chidi).get(address).content.decode()


def test_files_hold_the_figures_of_the_page(cast, scheme, got, client_of, chidi, address, place, autumn, of):
    got("amina", "3.33")
    client = client_of(chidi)
    figure = totals_in(place(chidi, autumn), [of("amina")])[of("amina").pk]

    text = b"".join(client.get(f"{address}?as=csv&inactive=7").streaming_content).decode("utf-8-sig")
    book = b"".join(client.get(f"{address}?as=xlsx&inactive=7").streaming_content)

    rows = list(csv.reader(io.StringIO(text), delimiter=";"))
    cells = [[cell.value or "" for cell in row] for row in load_workbook(io.BytesIO(book)).active]
    assert [row[1] for row in rows] == ["First name", "Amina", "Xia", "Yan"]
    assert rows[1][4:8] == ["Active", "0", "4", "0"]
    assert rows[1][10:14] == [str(figure.percent), "", "no", "0"]
    assert [[str(cell) for cell in row] for row in cells] == rows
    assert AuditEntry.objects.filter(verb="export", by=chidi).count() == 2


def test_everybody_stands_on_the_page_that_is_printed(client_of, chidi, edna, make_person, autumn, at, address):
    enrol([make_person(f"p{n}").pk for n in range(55)], autumn, by=edna, at=at)
    client = client_of(chidi)

    assert len(client.get(address).context["listed"].rows) == 50
    assert len(client.get(f"{address}?page=2").context["listed"].rows) == 6
    assert len(client.get(f"{address}?print=1").context["listed"].rows) == 56


@pytest.fixture
def learners(at, place_of, autumn):
    """learners(0, 3) → three more of them, with their rows of progress."""

    def make(first, last):
        names = [f"l{n:04}" for n in range(first, last)]
        people = [Person(username=n, first_name=n, search_text=n, sort_name=n, created_at=at) for n in names]
        Person.objects.bulk_create(people)
        rows = [Enrolment(session=autumn, person=person, enrolled_at=at) for person in people]
        Enrolment.objects.bulk_create(rows)
        progress = [
            CourseProgress(session=autumn, session_course=place_of, enrolment=row, done=row.pk % 3, total=2)
            for row in rows
        ]
        CourseProgress.objects.bulk_create(progress)

    return make


@pytest.mark.parametrize(
    ("query", "budget"),
    [
        ("?", BUDGET),
        ("?q=l00&inactive=never&sort=-progress", BUDGET),
        ("?sort=-result", BUDGET),
        ("?result=none&inactive=never&sort=to_mark", BUDGET),
        ("?progress=behind", BUDGET + 1),
    ],
)
def test_a_thousand_learners_ask_no_more_than_a_few(
    client_of, chidi, address, queries_of, learners, scheme, got, query, budget
):
    got("amina", 5)
    client = client_of(chidi)
    learners(0, 60)
    for _n in range(2):
        client.get(address + query)  # the first reading in an hour is recorded, and then remembered
    few = queries_of(client, f"{address}{query}&page=2")
    learners(60, 1000)

    many = queries_of(client, f"{address}{query}&page=2")

    assert few == many <= budget, "\n".join(queries_of.statements)


def test_where_grades_are_signed_off_one_query_more_fetches_what_was_signed(
    client_of, chidi, address, queries_of, scheme, got, place, autumn
):
    got("amina", 5)
    client = client_of(chidi)
    sign_off(place(chidi, autumn), list(Enrolment.objects.filter(session=autumn)), note="")
    for _n in range(2):
        client.get(address)

    assert queries_of(client, address) <= BUDGET + 1, "\n".join(queries_of.statements)


def test_what_is_not_known_asks_for_nothing():
    asked = Asked.of(QueryDict("progress=not_begun&state=x&inactive=7'&one=²&sort=-to_mark;"))

    assert (asked.progress, asked.state, asked.inactive, asked.one, asked.sort) == (NOT_BEGUN, "", "", 0, "name")

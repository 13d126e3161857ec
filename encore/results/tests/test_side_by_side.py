"""All courses of a session side by side."""

import csv
import io
from decimal import Decimal

import pytest

from encore.courses.actions.enrolment import enrol, exclude
from encore.courses.actions.session import add_courses, set_course_coaches
from encore.courses.context import here_for
from encore.courses.models import Enrolment, SessionCourse
from encore.people.words import Permission, Role
from encore.toolkit.completion import see
from encore.toolkit.models import Grade
from encore.toolkit.progress import progress_in
from encore.toolkit.publishing import create_item, publish
from encore.toolkit.registry import kind_named
from encore.toolkit.scoping import shown_in
from encore.toolkit.totals import book_in, totals_in

pytestmark = pytest.mark.usefixtures("clock")
BUDGET = 12


@pytest.fixture
def logic(make_course):
    return make_course("LOG", "Logic")


@pytest.fixture
def both(make_session, ethics, logic, amina, boris, chidi, carla, edna, at):
    """A session of two courses: Chidi coaches all of it, Carla logic alone; Boris is not in logic."""
    session = make_session("Winter", [ethics, logic], learners=[amina, boris], general=[chidi])
    place = SessionCourse.objects.get(session=session, course=logic)
    set_course_coaches(place, add=[carla.pk], by=edna, at=at)
    exclude(Enrolment.objects.get(session=session, person=boris), place, by=edna, at=at)
    return session


@pytest.fixture
def worked(both, ethics, logic, amina, boris, edna, at):
    """Three pages and two columns in each course; Amina and Boris have done some, and have odd grades."""
    for course, titles in ((ethics, ["One", "Two", "Three"]), (logic, ["First", "Second", "Third"])):
        here = here_for(edna, at=at, session=both.pk, code=course.code)
        teacher = here_for(edna, at=at, code=course.code)
        drafts = [create_item(teacher, "page", title=t, content=kind_named("page").content()) for t in titles]
        column = kind_named("column").content(out_of=7)
        drafts += [create_item(teacher, "column", title=f"Column {n}", content=column) for n in range(2)]
        publish(drafts, teacher)
        for person in (amina, boris) if course == ethics else (amina,):
            there = here_for(person, at=at, session=both.pk, code=course.code)
            see(shown_in(there, kind="page")[0], there)
            for n, item in enumerate(item for item in book_in(here).items):
                Grade.objects.create(
                    session=both,
                    session_course=here.session_course,
                    enrolment=there.enrolment,
                    item_id=item.pk,
                    points=Decimal("3.3") + n,
                    out_of=7,
                    at=at,
                )
    return both


@pytest.fixture
def address(both):
    return f"/sessions/{both.pk}/progress/"


def test_every_figure_is_the_one_of_the_courses_own_pages(client_of, chidi, worked, at, address):
    rows = client_of(chidi).get(address).context["rows"]

    for code in ("ETH", "LOG"):
        here = here_for(chidi, at=at, session=worked.pk, code=code)
        enrolments = [enrolment for enrolment, _all, _cells in rows]
        progress, totals = progress_in(here.session_course, enrolments), totals_in(here, enrolments)
        told = {
            enrolment.pk: (one.progress, one.figure)
            for enrolment, _all, cells in rows
            for one, _url in cells
            if one.place.course.code == code and not one.is_out
        }
        assert told and told == {pk: (progress[pk], totals[pk]) for pk in told}
        gradebook = client_of(chidi).get(f"/sessions/{worked.pk}/{code}/gradebook/")
        shown = dict(gradebook.context["book"].figures)
        assert {pk: figure for pk, (_progress, figure) in told.items()} == shown


def test_who_is_taken_out_of_a_course_has_no_figures_there(client_of, chidi, worked, address, words_of):
    words = words_of(client_of(chidi).get(address))

    assert "Excluded" in words
    boris = next(row for row in client_of(chidi).get(address).context["rows"] if row[0].person.first_name == "Boris")
    assert [one.is_out for one, _url in boris[2]] == [False, True]
    assert boris[1].total == 3


def test_a_course_coach_sees_their_course_alone_and_nobody_who_is_not_in_it(
    client_of, carla, worked, address, words_of
):
    response = client_of(carla).get(address)

    assert [place.course.code for place, _url in response.context["places"]] == ["LOG"]
    assert "Boris" not in words_of(response) and "Ethics" not in words_of(response)


def test_who_may_not_see_people_stays_outside(
    client_of, amina, dolores, sara, henri, make_person, both, permit, address
):
    assert client_of(amina).get(address).status_code == 403
    assert client_of(dolores).get(address).status_code == 403
    assert client_of(make_person("stranger")).get(address).status_code == 404
    assert client_of(henri).get(address).status_code == 404

    type(both).objects.filter(pk=both.pk).update(owner=sara)
    assert client_of(sara).get(address).status_code == 403

    permit(Role.SESSION_ADMINISTRATOR, Permission.SEE_RESULTS)
    assert client_of(sara).get(address).status_code == 200


def test_the_spread_counts_everybody_once_in_each_course(client_of, chidi, worked, address):
    charts = client_of(chidi).get(address).context["charts"]

    assert [(chart.title, [n for _label, n, _percent in chart.rows]) for chart in charts] == [
        ("Ethics", [0, 0, 2, 0, 0, 0]),
        ("Logic", [0, 0, 1, 0, 0, 0]),
    ]


def test_it_is_sorted_and_searched(client_of, amina, boris, chidi, worked, at, address):
    there = here_for(boris, at=at, session=worked.pk, code="ETH")
    for item in shown_in(there, kind="page"):
        see(item, there)
    client = client_of(chidi)

    def names(query):
        return [row[0].person.first_name for row in client.get(address, query).context["rows"]]

    assert names({"sort": "-progress"}) == ["Boris", "Amina"]
    assert names({"sort": "name"}) == ["Amina", "Boris"]
    assert names({"q": "haddad"}) == ["Amina"]
    assert names({"page": "9"}) == ["Amina", "Boris"]


def test_the_file_has_the_same_figures(client_of, chidi, worked, address):
    response = client_of(chidi).get(address, {"as": "csv"})

    rows = list(csv.reader(io.StringIO(b"".join(response).decode("utf-8-sig")), delimiter=";"))
    assert rows[0][:8] == [
        *("Last name", "First name", "Username", "Official code"),
        *("Last visit", "Done", "Of", "ETH: Done"),
    ]
    assert rows[1][:4] == ["Haddad", "Amina", "amina", ""]
    assert rows[1][5:10] == ["2", "6", "1", "3", "54.3"]
    assert rows[2][13] == "excluded"


def test_the_session_page_links_here(client_of, chidi, amina, both, address):
    assert address in client_of(chidi).get(f"/sessions/{both.pk}/").content.decode()
    assert address not in client_of(amina).get(f"/sessions/{both.pk}/").content.decode()


def test_the_budget_holds_however_many_courses_and_learners(
    client_of, chidi, edna, make_course, make_person, worked, at, address, queries_of
):
    client = client_of(chidi)
    for _n in range(2):
        client.get(address)
    few = queries_of(client, address)
    enrol([make_person(f"p{n}").pk for n in range(60)], worked, by=edna, at=at)
    add_courses(worked, [make_course(f"C{n}").pk for n in range(4)], by=edna, at=at)

    many = queries_of(client, address)

    assert few == many <= BUDGET, "\n".join(queries_of.statements)
    assert client.get(address).context["page"].paginator.count == 62

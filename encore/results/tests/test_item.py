"""One item: who has it, and who has not."""

import csv
import io
from decimal import Decimal

import pytest

from encore.courses.actions.enrolment import enrol
from encore.courses.models import Enrolment
from encore.ledger.models import AuditEntry
from encore.toolkit.completion import see
from encore.toolkit.models import Activity, Grade
from encore.toolkit.publishing import set_visible
from encore.toolkit.registry import ToMark, tools
from encore.toolkit.scoping import shown_in

pytestmark = pytest.mark.usefixtures("clock")
BUDGET = 12


@pytest.fixture
def page(dolores, place, write):
    return write(place(dolores), "Welcome")


@pytest.fixture
def address(autumn, page):
    return f"/sessions/{autumn.pk}/ETH/progress/{page.uuid}/"


@pytest.fixture
def seen(autumn, place, page, at):
    """seen(amina) → she has seen the page, for three minutes."""

    def see_it(person):
        here = place(person, autumn)
        item = next(item for item in shown_in(here) if item.pk == page.pk)
        see(item, here)
        mine = here.enrolment
        Activity.objects.update_or_create(
            enrolment=mine,
            item=page,
            session=autumn,
            defaults={"session_course": here.session_course, "opened": 3, "seconds": 130, "last_at": at},
        )

    return see_it


def test_it_tells_who_has_it_and_who_has_not(client_of, amina, boris, chidi, edna, autumn, at, seen, address, words_of):
    enrol([boris.pk], autumn, by=edna, at=at)
    seen(amina)

    response = client_of(chidi).get(address)

    assert [row.enrolment.person.first_name for row in response.context["have"]] == ["Amina"]
    assert [row.enrolment.person.first_name for row in response.context["have_not"]] == ["Boris"]
    words = words_of(response)
    assert "1 of 2 learners have it" in words
    assert "Amina Haddad Done, 24 Nov 2026 3 times 3" in words
    assert "Boris Novak Not yet" in words


def test_grades_are_shown_and_drawn(client_of, amina, chidi, autumn, at, place, write, words_of):
    here = place(chidi, autumn)
    column = write(here, "By hand", kind="column", out_of=10)
    mine = Enrolment.objects.get(person=amina, session=autumn)
    Grade.objects.create(
        session=autumn,
        session_course=here.session_course,
        enrolment=mine,
        item=column,
        points=Decimal("7.5"),
        out_of=10,
        at=at,
    )

    response = client_of(chidi).get(f"/sessions/{autumn.pk}/ETH/progress/{column.uuid}/")

    assert "75 %, 24 Nov 2026" in words_of(response)
    states, grades = [chart for chart, _what in response.context["charts"]]
    assert states.rows == [("Graded", 1, 100)]
    assert ("70–79", 1, 100) in grades.rows


def test_of_work_that_waits_without_a_name_neither_moment_nor_visits_are_told(
    monkeypatch, client_of, amina, chidi, autumn, at, place, page, seen, address, words_of
):
    seen(amina)
    mine = Enrolment.objects.get(person=amina, session=autumn)
    here = place(chidi, autumn)
    one = ToMark(here.session_course.pk, page.pk, mine.pk, at, anonymous=True)
    tool = next(tool for tool in tools() if tool.name == "documents")
    monkeypatch.setattr(
        type(tool), "to_mark", lambda self, places, enrolments=None: [one] if self.name == "documents" else []
    )

    words = words_of(client_of(chidi).get(address))

    assert "Amina Haddad Done – –" in words


def test_names_are_searched_in_both_lists(client_of, amina, boris, chidi, edna, autumn, at, seen, address):
    enrol([boris.pk], autumn, by=edna, at=at)
    seen(amina)

    response = client_of(chidi).get(address, {"q": "novak"})

    assert list(response.context["have"]) == []
    assert [row.enrolment.person.first_name for row in response.context["have_not"]] == ["Boris"]
    assert response.context["count"] == 1


def test_what_does_not_show_here_has_no_page(client_of, chidi, dolores, autumn, page, place, address, write):
    client = client_of(chidi)
    assert client.get(address).status_code == 200

    set_visible(page, place(dolores), False)
    folder = write(place(dolores), "Folder", kind="folder")

    assert client.get(address).status_code == 404
    assert client.get(f"/sessions/{autumn.pk}/ETH/progress/{folder.uuid}/").status_code == 404


def test_only_who_sees_people_gets_in(client_of, amina, boris, dolores, address):
    assert client_of(amina).get(address).status_code == 403
    assert client_of(dolores).get(address).status_code == 403
    assert client_of(boris).get(address).status_code == 404


def test_it_is_a_file_and_that_is_recorded(client_of, amina, chidi, seen, address):
    seen(amina)

    response = client_of(chidi).get(address, {"as": "csv"})

    rows = list(csv.reader(io.StringIO(b"".join(response).decode("utf-8-sig")), delimiter=";"))
    assert rows[0][4:] == ["Welcome", "Percent", "Has it", "Opened", "Minutes", "Last visit"]
    assert rows[1][:9] == ["Haddad", "Amina", "amina", "", "Done, 2026-11-24", "", "yes", "3", "3"]
    assert AuditEntry.objects.filter(verb="export", by=chidi).count() == 1


def test_the_budget_holds_however_many_learners(client_of, chidi, edna, make_person, autumn, at, address, queries_of):
    client = client_of(chidi)
    for _n in range(2):
        client.get(address)  # the first reading in an hour is recorded, and then remembered
    few = queries_of(client, address)
    enrol([make_person(f"p{n}").pk for n in range(60)], autumn, by=edna, at=at)

    many = queries_of(client, address)

    assert few == many <= BUDGET, "\n".join(queries_of.statements)
    assert client.get(address).context["have_not"].paginator.count == 61

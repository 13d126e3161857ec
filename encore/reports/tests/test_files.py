"""Reports as files and on paper: the rows and figures of the pages, and a word of it in the audit log."""

import io

import pytest
from openpyxl import load_workbook

from encore.courses.actions.enrolment import exclude, withdraw
from encore.courses.actions.following import set_followers
from encore.courses.context import here_for
from encore.courses.models import Enrolment, SessionCourse
from encore.ledger.models import AuditEntry
from encore.people.actions.following import follow
from encore.toolkit.completion import see
from encore.toolkit.publishing import create_item, publish
from encore.toolkit.registry import kind_named
from encore.toolkit.scoping import shown_in

PEOPLE, SESSIONS = "/reports/people/", "/reports/sessions/"


@pytest.fixture
def autumn(make_course, make_session, amina, boris, chidi, dolores, at):
    ethics, law = make_course("ETH", "Ethics", teachers=[dolores]), make_course("LAW", "Law")
    here = here_for(dolores, at=at, code="ETH")
    publish([create_item(here, "page", title="Welcome", content=kind_named("page").content())], here)
    return make_session("Autumn", [ethics, law], learners=[amina, boris], coaches=[chidi])


@pytest.fixture
def followed(henri, edna, amina, boris, autumn, at):
    """Henri follows Amina and Boris; she has read all there is."""
    follow(henri, [amina, boris], by=edna, at=at)
    here = here_for(amina, at=at, session=autumn.pk, code="ETH")
    see(shown_in(here, kind="page")[0], here)
    return here


@pytest.fixture
def rows_of(client_of):
    """rows_of(henri, address) → the rows of the CSV file, which the .xlsx file has too."""

    def read(person, address, **query):
        client = client_of(person)
        lines = b"".join(client.get(address, {**query, "as": "csv"}).streaming_content).decode("utf-8-sig").splitlines()
        book = load_workbook(io.BytesIO(b"".join(client.get(address, {**query, "as": "xlsx"}).streaming_content)))
        rows = [line.split(";") for line in lines]
        assert [[cell or "" for cell in row] for row in book.active.iter_rows(values_only=True)] == rows
        return rows

    return read


def test_people(henri, followed, rows_of):
    assert [row[:2] + row[3:5] for row in rows_of(henri, PEOPLE)[1:]] == [
        ["Haddad", "Amina", "1", "1"],
        ["Novak", "Boris", "1", "1"],
    ]
    assert len(rows_of(henri, PEOPLE, q="amina")) == 2


def test_one_person(henri, amina, boris, followed, rows_of, client_of, edna):
    rows = rows_of(henri, f"{PEOPLE}{amina.uuid}/")

    assert [[row[0], row[3], *row[7:]] for row in rows[1:]] == [
        ["Autumn", "Active", "Ethics", "1", "1", "100", ""],
        ["Autumn", "Active", "Law", "", "", "", ""],
    ]
    assert client_of(henri).get(f"{PEOPLE}{edna.uuid}/?as=csv").status_code == 404


def test_sessions(henri, followed, rows_of):
    assert [[row[0], row[4]] for row in rows_of(henri, SESSIONS)[1:]] == [["Autumn", "Always open"]]
    assert len(rows_of(henri, SESSIONS, q="spring")) == 1


def test_one_session_with_its_filters(henri, edna, boris, autumn, followed, rows_of, at):
    exclude(Enrolment.objects.get(person=boris), SessionCourse.objects.get(course__code="LAW"), by=edna, at=at)
    address = f"{SESSIONS}{autumn.pk}/"

    rows = rows_of(henri, address)

    assert rows[0][6:] == [
        *("Ethics: done", "Ethics: of", "Ethics: progress in %", "Law: done", "Law: of", "Law: progress in %"),
        *("Done", "Of", "Progress in %"),
    ]
    assert [row[:2] + row[6:] for row in rows[1:]] == [
        ["Haddad", "Amina", "1", "1", "100", "", "", "", "1", "1", "100"],
        ["Novak", "Boris", "0", "1", "0", "not in this course", "", "", "0", "1", "0"],
    ]
    withdraw(Enrolment.objects.filter(person=boris), by=edna, at=at)
    assert [row[0] for row in rows_of(henri, address, state="withdrawn")[1:]] == ["Novak"]
    assert [row[0] for row in rows_of(henri, address, state="active", q="nov")[1:]] == []


def test_a_file_holds_only_who_is_followed(henri, edna, amina, autumn, rows_of, at, client_of):
    address = f"{SESSIONS}{autumn.pk}/"
    assert client_of(henri).get(f"{address}?as=csv").status_code == 404
    follow(henri, [amina], by=edna, at=at)

    assert [row[0] for row in rows_of(henri, address)[1:]] == ["Haddad"]


@pytest.mark.parametrize("address", [PEOPLE, SESSIONS, f"{SESSIONS}%s/"])
def test_files_are_for_hr_managers(address, amina, chidi, sara, autumn, client_of):
    address = address.replace("%s", str(autumn.pk))
    for person in (amina, chidi, sara):
        assert client_of(person).get(f"{address}?as=csv").status_code in (403, 404)


def test_each_file_is_recorded_with_its_filters(henri, amina, autumn, followed, client_of):
    for address in (PEOPLE, f"{PEOPLE}{amina.uuid}/", SESSIONS, f"{SESSIONS}{autumn.pk}/"):
        client_of(henri).get(address, {"as": "csv", "q": "a"})

    told = AuditEntry.objects.filter(verb="export", by=henri).order_by("pk")
    assert [(one.subject_kind, one.subject_id) for one in told] == [
        ("person", None),
        ("person", amina.pk),
        ("coursesession", None),
        ("coursesession", autumn.pk),
    ]
    assert told[0].changes == {"as": "csv", "q": "a"}


def test_on_paper_everybody_stands_on_one_page(henri, edna, autumn, make_person, at, client_of):
    from encore.courses.actions.enrolment import enrol

    set_followers(autumn, add=[henri.pk], by=edna, at=at)
    enrol([make_person(f"p{n}").pk for n in range(60)], autumn, by=edna, at=at)
    client, address = client_of(henri), f"{SESSIONS}{autumn.pk}/"

    assert client.get(address).content.decode().count('<th scope="row"><span') == 50
    assert client.get(f"{address}?print=1").content.decode().count('<th scope="row"><span') == 62


@pytest.mark.parametrize("page", [PEOPLE, PEOPLE + "{amina}/", SESSIONS, SESSIONS + "{autumn}/"])
def test_each_report_is_printed_with_who_asked_for_it(page, henri, amina, autumn, followed, client_of):
    printed = client_of(henri).get(page.format(amina=amina.uuid, autumn=autumn.pk), {"print": 1})

    assert f'<p class="print-only">{henri.name}' in printed.content.decode()


def test_the_drawing_counts_everybody_who_is_listed(henri, autumn, followed, client_of):
    chart = client_of(henri).get(f"{SESSIONS}{autumn.pk}/").context["chart"]

    assert [bar.value for bar in chart.bars] == [1, 0, 0, 0, 0, 1]

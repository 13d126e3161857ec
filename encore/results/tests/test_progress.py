"""The heat map of a course in a session: learners and items."""

import csv
import io
from datetime import timedelta
from decimal import Decimal

import pytest

from encore.courses.actions.enrolment import enrol, exclude
from encore.courses.models import Enrolment, SessionCourse
from encore.ledger.models import AuditEntry
from encore.results.cells import State
from encore.results.queries.progress import columns_in, found_of, learners_of
from encore.toolkit.completion import see
from encore.toolkit.models import Activity, Grade
from encore.toolkit.progress import progress_in
from encore.toolkit.publishing import set_visible
from encore.toolkit.registry import ToMark, tools
from encore.toolkit.scoping import shown_in
from encore.toolkit.settings import set_settings

pytestmark = pytest.mark.usefixtures("clock")
BUDGET = 10


@pytest.fixture
def address(autumn):
    return f"/sessions/{autumn.pk}/ETH/progress/"


@pytest.fixture
def cells(place, chidi, autumn):
    """cells() → {(first name, title of the item): state}."""

    def read():
        here = place(chidi, autumn)
        columns, enrolments = columns_in(here), list(learners_of(here))
        found = found_of(here, columns, [e.pk for e in enrolments])
        return {(e.person.first_name, c.title): found.cell(e.pk, c, here.at).state for e in enrolments for c in columns}

    return read


def item_called(here, title):
    return next(item for item in shown_in(here) if item.title == title)


def test_a_cell_says_what_a_learner_has_seen_and_what_not(
    client_of, amina, boris, chidi, dolores, edna, autumn, at, place, write, address, words_of, cells
):
    enrol([boris.pk], autumn, by=edna, at=at)
    write(place(dolores), "Welcome")
    write(place(dolores), "Rules")
    here = place(amina, autumn)
    see(item_called(here, "Welcome"), here)

    words = words_of(client_of(chidi).get(address))

    assert cells() == {
        ("Amina", "Welcome"): State.DONE,
        ("Amina", "Rules"): State.NOT_YET,
        ("Boris", "Welcome"): State.NOT_YET,
        ("Boris", "Rules"): State.NOT_YET,
    }
    assert "Amina Haddad 50 % Done, 24 Nov 2026 Not yet" in words
    assert "Have it, of 2 1 0" in words


def test_items_stand_in_the_learners_order_without_what_is_hidden(chidi, dolores, autumn, place, write):
    teacher = place(dolores)
    write(teacher, "First")
    folder = write(teacher, "Folder", kind="folder")
    write(teacher, "Inside", parent=folder)
    hidden = write(teacher, "Hidden folder", kind="folder")
    write(teacher, "Buried", parent=hidden)
    set_visible(hidden, teacher, False)
    write(teacher, "A link", kind="link", url="https://example.org/")
    write(teacher, "By hand", kind="column", out_of=10)
    write(place(chidi, autumn), "Only here")

    found = columns_in(place(chidi, autumn))

    assert [(one.title, one.folder, one.counts) for one in found] == [
        ("First", "", True),
        ("Inside", "Folder", True),
        ("Only here", "", True),
        ("A link", "", True),
        ("By hand", "", False),
    ]


def test_what_counts_is_what_progress_counts(amina, chidi, dolores, autumn, place, write):
    teacher = place(dolores)
    hidden = write(teacher, "Hidden", kind="folder")
    for title, parent in (("One", None), ("Two", None), ("Buried", hidden)):
        write(teacher, title, parent=parent)
    set_visible(hidden, teacher, False)
    mine = Enrolment.objects.get(person=amina, session=autumn)

    columns = columns_in(place(chidi, autumn))

    total = progress_in(SessionCourse.objects.get(session=autumn), [mine])[mine.pk].total
    assert sum(column.counts for column in columns) == total == 2


def test_opened_overdue_excused_and_graded_are_told_apart(amina, chidi, dolores, autumn, at, place, write, cells):
    teacher, coach = place(dolores), place(chidi, autumn)
    late, opened = write(teacher, "Late"), write(teacher, "Opened")
    set_settings(late, coach, opens=None, due=f"{at - timedelta(days=3):%Y-%m-%d}", closes=None)
    marked, excused = (write(coach, title, kind="column", out_of=10) for title in ("Marked", "Excused"))
    mine = Enrolment.objects.get(person=amina, session=autumn)
    Activity.objects.create(
        session=autumn,
        session_course=coach.session_course,
        enrolment=mine,
        item=opened,
        opened=2,
        seconds=90,
        last_at=at,
    )
    for item, points, is_excused in ((marked, "7.5", False), (excused, "5", True)):
        Grade.objects.create(
            session=autumn,
            session_course=coach.session_course,
            enrolment=mine,
            item=item,
            points=Decimal(points),
            out_of=Decimal(10),
            excused=is_excused,
            at=at,
        )

    assert {title: state for (_name, title), state in cells().items()} == {
        "Late": State.OVERDUE,
        "Opened": State.OPENED,
        "Marked": State.GRADED,
        "Excused": State.EXCUSED,
    }


def test_what_waits_to_be_marked_is_shown_but_not_whose_it_is_where_marking_is_anonymous(
    monkeypatch, amina, boris, chidi, edna, dolores, autumn, at, place, write, cells
):
    enrol([boris.pk], autumn, by=edna, at=at)
    item = write(place(dolores), "Essay")
    here = place(chidi, autumn)
    mine, other = (Enrolment.objects.get(person=person, session=autumn) for person in (amina, boris))
    see(item_called(place(boris, autumn), "Essay"), place(boris, autumn))
    waiting = [
        ToMark(here.session_course.pk, item.pk, mine.pk, at),
        ToMark(here.session_course.pk, item.pk, other.pk, at, anonymous=True),
    ]
    tool = next(tool for tool in tools() if tool.name == "documents")
    monkeypatch.setattr(
        type(tool), "to_mark", lambda self, places, enrolments=None: waiting if self.name == "documents" else []
    )

    assert cells() == {("Amina", "Essay"): State.TO_MARK, ("Boris", "Essay"): State.DONE}
    found = found_of(here, columns_in(here), [other.pk])
    assert found.cell(other.pk, columns_in(here)[0], at).at == ""


def test_a_learner_a_teacher_and_a_stranger_do_not_get_in(client_of, amina, boris, dolores, address):
    assert client_of(amina).get(address).status_code == 403
    assert client_of(dolores).get(address).status_code == 403
    assert client_of(boris).get(address).status_code == 404


def test_learners_of_another_session_and_excluded_ones_are_not_there(
    client_of, chidi, boris, edna, dolores, make_person, autumn, spring, at, place, write, address, words_of
):
    write(place(dolores), "Welcome")
    ola = make_person("ola", "Ola", "Grön")
    enrol([ola.pk], autumn, by=edna, at=at)
    exclude(Enrolment.objects.get(person=ola), SessionCourse.objects.get(session=autumn), by=edna, at=at)
    here = place(boris, spring)
    see(item_called(here, "Welcome"), here)

    words = words_of(client_of(chidi).get(address))

    assert "Boris" not in words and "Ola" not in words
    assert "Have it, of 1 0" in words


def test_it_is_searched_and_sorted_by_progress(
    client_of, amina, boris, chidi, dolores, edna, autumn, at, place, write, address
):
    enrol([boris.pk], autumn, by=edna, at=at)
    write(place(dolores), "Welcome")
    here = place(boris, autumn)
    see(item_called(here, "Welcome"), here)
    client = client_of(chidi)

    def names(query):
        return [e.person.first_name for e in client.get(address, query).context["page"]]

    assert names({}) == ["Amina", "Boris"]
    assert names({"sort": "-progress"}) == ["Boris", "Amina"]
    assert names({"sort": "progress"}) == ["Amina", "Boris"]
    assert names({"q": "nov"}) == ["Boris"]
    assert names({"page": "99"}) == ["Amina", "Boris"]
    assert "Nobody fits" in client.get(address, {"q": "zebra"}).content.decode()


def test_a_course_without_items_or_learners_says_so(client_of, chidi, dolores, amina, autumn, place, write, address):
    client = client_of(chidi)
    assert "Nothing here counts yet" in client.get(address).content.decode()

    write(place(dolores), "Welcome")
    Enrolment.objects.filter(session=autumn).update(state="withdrawn")

    assert "Nobody is enrolled yet" in client.get(address).content.decode()


def test_the_whole_is_a_file_and_taking_it_out_is_recorded(
    client_of, amina, chidi, dolores, autumn, place, write, address
):
    write(place(dolores), "Welcome")
    here = place(amina, autumn)
    see(item_called(here, "Welcome"), here)

    response = client_of(chidi).get(address, {"as": "csv"})

    rows = list(csv.reader(io.StringIO(b"".join(response).decode("utf-8-sig")), delimiter=";"))
    assert rows == [
        ["Last name", "First name", "Username", "Official code", "Done", "Of", "Welcome"],
        ["Haddad", "Amina", "amina", "", "1", "1", "Done, 2026-11-24"],
        ["Have it", "", "", "", "", "", "1"],
    ]
    assert AuditEntry.objects.filter(verb="export", by=chidi).count() == 1


def test_reading_it_is_recorded(client_of, chidi, dolores, autumn, place, write, address):
    write(place(dolores), "Welcome")

    client_of(chidi).get(address)

    assert AuditEntry.objects.filter(verb="read", by=chidi).count() == 1


def test_the_budget_holds_however_many_learners_and_items(
    client_of, chidi, edna, dolores, make_person, autumn, place, write, at, address, queries_of
):
    write(place(dolores), "Welcome")
    client = client_of(chidi)
    for _n in range(2):
        client.get(address)  # the first reading in an hour is recorded, and then remembered
    few = queries_of(client, address)
    enrol([make_person(f"p{n}").pk for n in range(40)], autumn, by=edna, at=at)
    for n in range(8):
        write(place(dolores), f"Page {n}")

    many = queries_of(client, address)

    assert few == many <= BUDGET, "\n".join(queries_of.statements)
    assert client.get(address).context["page"].paginator.count == 41

"""Grades from a file: what it would change, refused with reasons, then all of it or nothing."""

import io
from decimal import Decimal as D

import pytest
from openpyxl import Workbook, load_workbook

from encore.base.reading.errors import FileRefused
from encore.courses.actions.enrolment import enrol, withdraw
from encore.courses.errors import CannotDo
from encore.courses.models import Enrolment
from encore.ledger.models import AuditEntry, Job, Plan
from encore.ledger.worker import Worker
from encore.toolkit.grading import excuse, give, override, sign_off
from encore.toolkit.models import Grade, GradeChange
from encore.toolkit.tests.places import queries, text
from encore.toolkit.totals import book_in
from encore.tools.gradebook.actions.bringing import bring_in, plans_in, read_in, start_bringing

HEAD = "Username;Essay;Exam\n"


@pytest.fixture
def read(place, chidi, autumn):
    """read("Username;Essay\\namina;17") → the plan, read as Chidi."""

    def make(words, here=None, name="grades.csv"):
        data = words.encode() if isinstance(words, str) else words
        return read_in(here or place(chidi, autumn), io.BytesIO(data), name)

    return make


@pytest.fixture
def graded(essay, exam, got, given, amina, chidi, autumn):
    """Amina has 15 of 20 for the essay and 8 of 10 in the exam."""
    given(chidi, amina, autumn, essay, "15")
    got(amina, autumn, exam, "8", "10")


def told(plan):
    """(what happens, to what, before, after, why) of each row."""
    rows = plan.rows.order_by("line", "id")
    facts = [(row, row.data.get("verdict", {"before": "", "after": ""})) for row in rows]
    return [(row.action, row.subject, v["before"], v["after"], " ".join(row.reasons)) for row, v in facts]


def points_of(person, item):
    return Grade.objects.get(enrolment__person=person, item=item).counts


# Round trip


def taken_out(get, place, chidi, autumn, form):
    response = get(place(chidi, autumn), f"gradebook:{form}")
    return b"".join(response.streaming_content)


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_what_was_taken_out_changes_nothing_when_it_comes_back(
    get, read, place, graded, essay, amina, boris, chidi, edna, autumn, at, enrolment_of, form
):
    enrol([boris.pk], autumn, by=edna, at=at)
    here = place(chidi, autumn)
    book = book_in(here, [enrolment_of(boris, autumn)])
    excuse(here, enrolment_of(boris, autumn), book.item(essay.uuid), True, reason="Was ill.", seen=0)

    plan = read(taken_out(get, place, chidi, autumn, form), name=f"grades.{form}")

    assert [row[:2] for row in told(plan)] == [("nothing", "Haddad, Amina"), ("nothing", "Novak, Boris")]
    assert not any("not known" in note for note in plan.notes)


def test_three_edited_cells_are_exactly_three_changes(
    get, read, place, graded, write, dolores, essay, exam, amina, boris, chidi, edna, autumn, at
):
    enrol([boris.pk], autumn, by=edna, at=at)
    sheet = load_workbook(io.BytesIO(taken_out(get, place, chidi, autumn, "xlsx")))
    rows = sheet.active
    places = {cell.value: cell.column for cell in rows[1]}
    rows.cell(2, places["Essay (20)"]).value = 16.5
    rows.cell(3, places["Essay (20)"]).value = "12,25"
    rows.cell(2, places["Exam (10)"]).value = 9
    file = io.BytesIO()
    sheet.save(file)

    plan = read(file.getvalue(), name="grades.xlsx")

    assert told(plan) == [
        ("change", "Haddad, Amina: Essay", "15", "16.5", ""),
        ("change", "Haddad, Amina: Exam", "8", "9", "In the place of what the tool says"),
        ("change", "Novak, Boris: Essay", "", "12.25", ""),
    ]
    start_bringing(plan, place(chidi, autumn), reason="The paper was read again.", skip_refused=False)
    assert (points_of(amina, essay), points_of(amina, exam), points_of(boris, essay)) == (D("16.5"), 9, D("12.25"))
    assert GradeChange.objects.filter(by=chidi).exclude(reason="").get().reason == "The paper was read again."


def test_columns_of_the_same_title_are_told_apart(get, read, place, write, given, amina, chidi, dolores, autumn):
    first = write(place(dolores), "Talk", kind="column", out_of=D(10))
    second = write(place(dolores), "Talk", kind="column", out_of=D(10))
    given(chidi, amina, autumn, first, "1")
    given(chidi, amina, autumn, second, "2")

    plan = read(taken_out(get, place, chidi, autumn, "csv"))

    assert [row[0] for row in told(plan)] == ["nothing"]
    start_bringing(read("Username;Talk (10) #2\namina;3"), place(chidi, autumn), reason="", skip_refused=False)
    assert (points_of(amina, first), points_of(amina, second)) == (1, 3)


# Reading


@pytest.mark.parametrize(
    "file",
    [
        "Essay;Username\n17,5;amina\n",
        'Username,Essay (20),Mood\r\nAMINA,"17,5",good\r\n',
        "E-mail\tEssay (30)\namina@example.org\t17.50000000000001\n",
        "sep=;\nusername;ESSAY\namina;17.5",
        "Username;Essay\namina;17,5\n".encode("utf-16"),
        "Last name;Username;Essay\nHaddåd;amina;17,5\n".encode("latin-1"),
    ],
)
def test_a_file_may_be_edited_in_any_reasonable_way(read, place, graded, essay, amina, chidi, autumn, file):
    plan = read(file)

    assert [row[:4] for row in told(plan)] == [("change", "Haddad, Amina: Essay", "15", "17.5")]


def test_a_number_that_was_never_text_is_read_from_a_workbook(read, graded):
    book, file = Workbook(), io.BytesIO()
    book.active.append(["Username", "Essay"])
    book.active.append(["amina", 0.1 + 0.2 + 14])
    book.save(file)

    assert told(read(file.getvalue()))[0][:4] == ("change", "Haddad, Amina: Essay", "15", "14.3")


@pytest.mark.parametrize(
    ("cells", "why"),
    [
        ("nobody;17;8", "Nobody who takes part here is “nobody”."),
        ("amina;20,5;8", "Give points from 0 to 20."),
        ("amina;-1;8", "Give points from 0 to 20."),
        ("amina;lots;8", "“lots” is no number."),
        ("amina;1e3;8", "“1e3” is no number."),
        ("amina;15;11", "Give points from 0 to 10."),
        ("amina;17;8;5", "This row has 4 cells, the first line of the file has 3."),
        (";17;8", "This row names nobody."),
    ],
)
def test_what_cannot_be_taken_is_refused_with_its_line_and_reason(read, graded, cells, why):
    plan = read(HEAD + cells + "\n")

    refused = plan.rows.get()
    assert (refused.action, refused.line, refused.reasons) == ("refuse", 2, [why])


def test_learners_of_another_session_are_unknown(read, graded, spring):
    assert told(read(HEAD + "boris;17;8\n"))[0][0] == "refuse"


def test_the_same_learner_twice_is_refused(read, graded):
    assert [row[4] for row in told(read(HEAD + "amina;15;8\nAmina;16;8\n"))] == [
        "",
        "Line 2 tells of the same learner.",
    ]


def test_words_that_mean_two_people_are_refused(read, graded, boris, edna, autumn, at):
    enrol([boris.pk], autumn, by=edna, at=at)

    plan = read("Username;E-mail;Essay\namina;boris@example.org;17\n")

    assert told(plan)[0][4] == "“boris@example.org” belongs to somebody else: Boris Novak."


@pytest.mark.parametrize(
    ("file", "why"),
    [
        ("", "The file is empty."),
        ("Name;Essay\nAmina;17\n", "No column tells whose grades these are"),
        ("Username;Poem\namina;17\n", "No column of this file is one of this gradebook"),
        ("Username;Essay\n", "There is nobody in this file"),
        ("Username;Essay;Essay (20)\namina;17;17\n", "is there twice"),
        ("<grades/>", "This is XML"),
    ],
)
def test_what_is_no_file_of_grades_is_refused_as_a_whole(read, graded, file, why):
    with pytest.raises(FileRefused, match=why):
        read(file)


def test_an_empty_cell_takes_nothing_away(read, graded):
    assert told(read(HEAD + "amina;;\n")) == [("nothing", "Haddad, Amina", "", "", "")]


def test_a_word_of_the_scale_stands_for_points(read, place, write, dolores, autumn, amina):
    scale = [{"least": 80, "name": "good"}, {"least": 0, "name": "poor"}]
    write(place(dolores), "Talk", kind="column", out_of=D(10), scale=scale)

    assert told(read("Username;Talk\namina;Good\n"))[0][3] == "8"


def test_nobody_can_say_what_a_tool_never_graded_is_worth(read, exam, autumn):
    assert "nobody knows how many points" in told(read("Username;Exam\namina;8\n"))[0][4]


# Applying


def test_all_is_written_with_its_history_and_in_the_audit_log(read, place, graded, essay, exam, amina, chidi, autumn):
    plan = read(HEAD + "amina;17,5;excused\n")

    start_bringing(plan, place(chidi, autumn), reason="Was ill that day.", skip_refused=False)

    plan.refresh_from_db()
    assert (plan.state, plan.options["written"]) == ("applied", 2)
    assert points_of(amina, essay) == D("17.5") and Grade.objects.get(item=exam).excused
    last = GradeChange.objects.order_by("-pk")[:2]
    assert {(c.what, c.before, c.after, c.by, c.reason) for c in last} == {
        ("points", D(15), D("17.5"), chidi, ""),
        ("excused", D(0), D(1), chidi, "Was ill that day."),
    }
    entry = AuditEntry.objects.get(verb="change grades")
    assert (entry.by, entry.course_session_id) == (chidi, autumn.pk)
    assert AuditEntry.objects.filter(verb__in=["make plan", "apply plan"], by=chidi).count() == 2


def test_who_was_excused_counts_again(read, place, graded, essay, amina, chidi, autumn, enrolment_of):
    here, mine = place(chidi, autumn), enrolment_of(amina, autumn)
    item, last = book_in(here).item(essay.uuid), GradeChange.objects.filter(grade__item=essay).get().pk
    excuse(here, mine, item, True, reason="Was ill.", seen=last)

    plan = read("Username;Essay\namina;15\n")
    start_bringing(plan, here, reason="Came after all.", skip_refused=False)

    assert told(plan) == [("change", "Haddad, Amina: Essay", "excused", "15", "No longer excused")]
    assert not Grade.objects.get(item=essay).excused


def test_a_tools_figure_needs_a_reason_and_stays_beneath(read, place, graded, exam, chidi, autumn):
    here, plan = place(chidi, autumn), read("Username;Exam\namina;9\n")

    with pytest.raises(CannotDo, match="Say why"):
        start_bringing(plan, here, reason="  ", skip_refused=False)
    start_bringing(plan, here, reason="Question 3 was unclear.", skip_refused=False)

    grade = Grade.objects.get(item=exam)
    assert (grade.points, grade.override) == (8, 9)


def test_as_long_as_anything_is_refused_nothing_is_written_unless_it_is_skipped(
    read, place, graded, essay, amina, chidi, autumn
):
    here, plan = place(chidi, autumn), read("Username;Essay\namina;17\nnobody;3\n")

    with pytest.raises(CannotDo, match="1 line is refused"):
        start_bringing(plan, here, reason="", skip_refused=False)
    assert points_of(amina, essay) == 15
    start_bringing(plan, here, reason="", skip_refused=True)
    assert points_of(amina, essay) == 17


def test_applied_twice_it_is_done_once(read, place, graded, chidi, autumn):
    here, plan = place(chidi, autumn), read("Username;Essay\namina;17\n")

    start_bringing(plan, here, reason="", skip_refused=False)
    start_bringing(plan, here, reason="", skip_refused=False)

    assert GradeChange.objects.filter(after=17).count() == 1


def test_a_grade_that_somebody_changed_meanwhile_is_shown_and_asked_about_again(
    read, place, graded, essay, exam, amina, chidi, edna, autumn, enrolment_of
):
    here, theirs = place(chidi, autumn), place(edna, autumn)
    plan = read(HEAD + "amina;17;9\n")
    seen = GradeChange.objects.get(grade__item=essay).pk
    give(theirs, enrolment_of(amina, autumn), book_in(theirs).item(essay.uuid), D(13), comment="", seen=seen)

    start_bringing(plan, here, reason="Read again.", skip_refused=False)

    plan.refresh_from_db()
    assert (plan.state, plan.options["moved"], points_of(amina, essay), points_of(amina, exam)) == ("ready", 1, 13, 8)
    assert told(plan)[0] == (
        "change",
        "Haddad, Amina: Essay",
        "13",
        "17",
        "Edna Larsen changed this in the meantime; it was 15.",
    )

    start_bringing(plan, here, reason="Read again.", skip_refused=False)
    assert (points_of(amina, essay), points_of(amina, exam)) == (17, 9)


def test_a_tool_that_grades_again_meanwhile_is_asked_about_too(read, place, graded, got, exam, amina, chidi, autumn):
    plan = read("Username;Exam\namina;9\n")
    got(amina, autumn, exam, "7", "10")

    start_bringing(plan, place(chidi, autumn), reason="Read again.", skip_refused=False)

    assert told(plan)[0][4].startswith("The tool changed this in the meantime; it was 8.")
    assert Grade.objects.get(item=exam).override is None


def test_who_left_meanwhile_is_refused_then(read, place, graded, amina, chidi, edna, autumn, at):
    plan = read("Username;Essay\namina;17\n")
    withdraw(Enrolment.objects.filter(person=amina), by=edna, at=at)

    start_bringing(plan, place(chidi, autumn), reason="", skip_refused=False)

    assert told(plan)[0][0] == "refuse" and "no longer" in told(plan)[0][4]


def test_signed_off_grades_are_refused_at_once_and_when_applied(
    read, place, graded, essay, amina, chidi, autumn, enrolment_of
):
    here, before = place(chidi, autumn), read("Username;Essay\namina;17\n")
    sign_off(here, [enrolment_of(amina, autumn)], note="")

    assert "signed off" in told(read("Username;Essay\namina;17\n"))[0][4]
    start_bringing(before, here, reason="", skip_refused=False)
    assert "signed off" in told(before)[0][4] and points_of(amina, essay) == 15


def test_an_override_stays_an_override(read, place, graded, essay, amina, chidi, autumn, enrolment_of):
    here = place(chidi, autumn)
    seen = GradeChange.objects.get(grade__item=essay).pk
    override(here, enrolment_of(amina, autumn), book_in(here).item(essay.uuid), D(18), reason="Appeal.", seen=seen)

    start_bringing(read("Username;Essay\namina;19\n"), here, reason="Second appeal.", skip_refused=False)

    grade = Grade.objects.get(item=essay)
    assert (grade.points, grade.override) == (15, 19)


def test_much_is_left_to_the_worker(read, place, graded, essay, amina, chidi, autumn, at, monkeypatch):
    monkeypatch.setattr("encore.tools.gradebook.actions.bringing.AT_ONCE", 0)
    plan = read("Username;Essay\namina;17\n")

    job = start_bringing(plan, place(chidi, autumn), reason="", skip_refused=False)
    assert points_of(amina, essay) == 15
    Worker(lambda: at, heartbeat=False).drain()

    assert Job.objects.get(pk=job.pk).state == "done" and points_of(amina, essay) == 17


def test_a_thousand_learners_and_twenty_columns_ask_as_many_queries_as_a_few(
    read, place, write, make_person, chidi, dolores, edna, autumn, at, django_assert_max_num_queries
):
    columns = [write(place(dolores), f"Task {n}", kind="column", out_of=D(20)) for n in range(6)]
    enrol([make_person(f"p{n}").pk for n in range(60)], autumn, by=edna, at=at)
    here = place(chidi, autumn)

    def file(people, points):
        lines = [f"p{n};" + ";".join([str(points)] * len(columns)) for n in range(people)]
        return ";".join(["Username", *(f"Task {n}" for n in range(len(columns)))]) + "\n" + "\n".join(lines)

    def both(people, points):
        start_bringing(read(file(people, points)), here, reason="", skip_refused=False)

    few = queries(django_assert_max_num_queries, 40, lambda: both(5, 3))
    many = queries(django_assert_max_num_queries, 40 + 20, lambda: both(60, 4))

    assert many - few <= 16  # SQLite stores so many rows at once and no more
    assert Grade.objects.filter(points=4).count() == 360


# Pages


def test_a_coach_brings_a_file_and_takes_it_in(client_of, get, post, place, graded, essay, amina, chidi, autumn):
    here = place(chidi, autumn)
    assert "From a file" in text(get(here, "gradebook:index"))
    assert "Columns may stand in any order" in text(get(here, "gradebook:import"))
    file = io.BytesIO(b"Username;Essay\namina;17,5\nnobody;1\n")
    file.name = "edited.csv"

    sent = post(here, "gradebook:import", {"file": file})

    plan = plans_in(here).get()
    page = text(client_of(chidi).get(sent.url))
    assert "Change 1 grade" in page and "Nobody who takes part here is “nobody”." in page
    refused = post(here, "gradebook:import_plan", {}, plan=plan.uuid)
    assert refused.status_code == 422 and "1 line is refused" in text(refused)
    post(here, "gradebook:import_plan", {"skip_refused": "yes"}, plan=plan.uuid)
    assert "1 grade was changed." in text(get(here, "gradebook:import_plan", plan=plan.uuid))
    assert points_of(amina, essay) == D("17.5")


def test_what_cannot_be_read_is_said_beside_the_field(post, place, graded, chidi, autumn):
    file = io.BytesIO(b"%PDF-1.4")
    file.name = "grades.pdf"

    response = post(place(chidi, autumn), "gradebook:import", {"file": file})

    assert response.status_code == 422 and "This is a PDF file." in text(response)
    assert not Plan.objects.exists()


def test_a_plan_is_discarded(get, post, read, place, graded, chidi, autumn):
    here, plan = place(chidi, autumn), read("Username;Essay\namina;17\n")

    post(here, "gradebook:import_removal", plan=plan.uuid)

    assert "This was discarded." in text(get(here, "gradebook:import_plan", plan=plan.uuid))
    assert not plan.rows.exists()


def test_plans_are_ones_own_and_of_their_session(get, read, place, graded, chidi, edna, carla, autumn, spring):
    plan = read("Username;Essay\namina;17\n")

    assert get(place(edna, autumn), "gradebook:import_plan", plan=plan.uuid).status_code == 404
    assert get(place(carla, spring), "gradebook:import_plan", plan=plan.uuid).status_code == 404


def test_learners_and_who_may_only_read_bring_nothing(get, post, read, place, graded, amina, chidi, dolores, autumn):
    plan = read("Username;Essay\namina;17\n")
    autumn.teachers_see_results = True
    autumn.save()
    dolores_here = place(dolores, autumn)

    for here in (place(amina, autumn), dolores_here):
        assert get(here, "gradebook:import").status_code in (403, 404)
        assert post(here, "gradebook:import", {"file": io.BytesIO(b"Username;Essay\namina;1")}).status_code in (
            403,
            404,
        )
        assert post(here, "gradebook:import_plan", {}, plan=plan.uuid).status_code in (403, 404)
    assert "From a file" not in text(get(dolores_here, "gradebook:index"))
    assert bring_in(plan, place(chidi, autumn))

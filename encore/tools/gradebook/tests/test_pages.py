"""The pages of the gradebook, each for who may and for who may not."""

import io
from decimal import Decimal as D

import pytest
from openpyxl import load_workbook

from encore.courses.actions.enrolment import enrol
from encore.ledger.models import AuditEntry
from encore.toolkit.grading import totals_in
from encore.toolkit.models import Grade, GradeChange, SignOff
from encore.toolkit.places import address
from encore.toolkit.registry import tool_named
from encore.toolkit.templatetags.grades import percent
from encore.toolkit.tests.places import queries, text
from encore.toolkit.totals import book_in


def test_a_coach_sees_everybodys_grades_and_totals(
    get, place, exam, essay, got, given, amina, chidi, autumn, enrolment_of
):
    got(amina, autumn, exam, "2", "3")
    given(chidi, amina, autumn, essay, "17")
    here, mine = place(chidi, autumn), enrolment_of(amina, autumn)

    page = text(get(here, "gradebook:index"))

    assert "Amina Haddad" in page and "Exam" in page and "17" in page
    assert percent(totals_in(here, [mine])[mine.pk].percent) in page


def test_the_table_of_a_session_knows_nobody_of_the_other(get, place, essay, chidi, boris, spring, autumn):
    assert "Boris" not in text(get(place(chidi, autumn), "gradebook:index"))
    assert get(place(chidi, autumn), "gradebook:learner", enrolment=spring.enrolments.get().pk).status_code == 404


def test_a_learner_sees_their_own_grades_and_how_they_make_a_total(
    get, place, essay, exam, got, given, amina, chidi, autumn
):
    got(amina, autumn, exam, "2", "3")
    given(chidi, amina, autumn, essay, "17", comment="Well said.")

    page = text(get(place(amina, autumn), "gradebook:index"))

    assert "My grades" in page and "Well said." in page and "How this was computed" in page
    assert "82.6 %" in page  # (17 + 2) / (20 + 3)


@pytest.mark.parametrize("route", ["learner", "sign", "csv", "xlsx", "grade"])
def test_learners_do_not_reach_the_pages_of_coaches(get, place, essay, amina, autumn, enrolment_of, route):
    words = {"enrolment": enrolment_of(amina, autumn).pk} if route in ("learner", "grade") else {}
    words |= {"uuid": essay.uuid} if route == "grade" else {}
    assert get(place(amina, autumn), f"gradebook:{route}", **words).status_code in (403, 404)


def test_a_page_of_fifty_costs_as_many_queries_as_one_of_five(
    client_of, make_person, place, essay, exam, chidi, edna, autumn, django_assert_max_num_queries, at
):
    def people(first, last):
        ids = [make_person(f"learner{n}").pk for n in range(first, last)]
        enrol(ids, autumn, by=edna, at=at)

    client, page = client_of(chidi), address(place(chidi, autumn), "gradebook:index")
    people(0, 4)
    client.get(page)
    client.get(page)  # from now on it is remembered that the list was read
    few = queries(django_assert_max_num_queries, 12, lambda: client.get(page))
    people(4, 60)
    assert queries(django_assert_max_num_queries, 12, lambda: client.get(page)) == few


def test_a_row_says_what_was_overridden_excused_and_changed_since_it_was_signed(
    get, post, place, write, dolores, essay, exam, got, given, amina, boris, chidi, edna, autumn, enrolment_of, at
):
    write(place(dolores), "Scheme", kind="scheme", pass_percent=D(50), steps=[{"least": 0, "name": "<A>"}])
    boris.last_name = "<b>Bold</b>"
    boris.save()
    enrol([boris.pk], autumn, by=edna, at=at)
    got(amina, autumn, exam, "2", "3")
    given(chidi, amina, autumn, essay, "17")
    here, mine = place(chidi, autumn), enrolment_of(amina, autumn)
    post(here, "gradebook:sign", {"do": "sign", "note": ""})
    Grade.objects.filter(item=essay).update(override=D(12), points=D(17))
    Grade.objects.filter(item=exam).update(excused=True)

    page = text(get(here, "gradebook:index"))

    assert f'<a href="{essay.uuid}/learners/{mine.pk}/">12<span title="overridden">*</span>' in page
    assert f'<a href="{exam.uuid}/learners/{mine.pk}/">excused</a><br>' in page
    assert page.count(">changed since<") == 3  # both grades and the total
    assert "&lt;b&gt;Bold&lt;/b&gt;" in page and "<td class=word>&lt;A&gt;" in page and "<b>Bold" not in page
    assert get(here, "gradebook:grade", uuid=essay.uuid, enrolment=mine.pk).status_code == 200


def test_a_table_of_a_thousand_grades_is_light(client_of, make_person, place, write, dolores, chidi, edna, autumn, at):
    for n in range(20):
        write(place(dolores), f"Column {n}", kind="column", out_of=D(10))
    enrol([make_person(f"learner{n}").pk for n in range(60)], autumn, by=edna, at=at)

    page = client_of(chidi).get(address(place(chidi, autumn), "gradebook:index"))

    assert page.content.count(b"/learners/") > 1000
    assert len(page.content) <= 100 * 1024


def test_points_are_given_for_a_whole_column(get, post, place, write, dolores, amina, chidi, autumn, enrolment_of):
    scale = [{"least": 80, "name": "good"}, {"least": 0, "name": "poor"}]
    column = write(place(dolores), "Talk", kind="column", out_of=D(10), scale=scale)
    here, pk = place(chidi, autumn), enrolment_of(amina, autumn).pk
    assert "Points of Amina Haddad" in text(get(here, "gradebook:column", uuid=column.uuid))

    post(
        here, "gradebook:column", {f"points-{pk}": "good", f"comment-{pk}": "Clear.", f"seen-{pk}": 0}, uuid=column.uuid
    )

    grade = Grade.objects.get()
    assert (grade.points, grade.out_of, grade.comment) == (D(8), D(10), "Clear.")
    assert AuditEntry.objects.filter(verb="give grade").count() == 1


def test_who_may_not_mark_fills_in_nothing(post, place, essay, amina, autumn, enrolment_of):
    pk = enrolment_of(amina, autumn).pk
    post(place(amina, autumn), "gradebook:column", {f"points-{pk}": "20", f"seen-{pk}": 0}, uuid=essay.uuid)
    assert not Grade.objects.exists()


def test_a_grade_is_overridden_and_its_history_told(get, post, place, exam, got, amina, chidi, autumn, enrolment_of):
    got(amina, autumn, exam, 4, 10)
    here, where = place(chidi, autumn), {"uuid": exam.uuid, "enrolment": enrolment_of(amina, autumn).pk}
    sent = {"do": "override", "points": "6,5", "reason": "A wrong key", "seen": GradeChange.objects.get().pk}

    assert post(here, "gradebook:grade", sent, **where).status_code == 302

    assert Grade.objects.get().counts == D("6.5")
    page = text(get(here, "gradebook:grade", **where))
    assert "A wrong key" in page and "Chidi Obi" in page
    post(here, "gradebook:grade", {**sent, "points": "1"}, **where)
    assert Grade.objects.get().counts == D("6.5")


def test_points_count_for_a_test_that_nobody_took_yet(
    get, post, place, write, dolores, amina, chidi, autumn, enrolment_of
):
    body = {"type": "essay"}
    question = write(place(dolores), "Why?", kind="question", text="<p>Why?</p>", points="8", body=body)
    parts = [{"type": "fixed", "question": str(question.uuid)}]
    oral = write(place(dolores), "Oral", kind="test", sections=[{"id": "s1", "parts": parts}])
    here, mine = place(chidi, autumn), enrolment_of(amina, autumn)

    post(
        here,
        "gradebook:grade",
        {"do": "override", "points": "6", "reason": "Examined aloud", "seen": 0},
        uuid=oral.uuid,
        enrolment=mine.pk,
    )

    assert totals_in(here, [mine])[mine.pk].percent == 75


def test_grades_are_signed_off_and_that_is_lifted(get, post, place, essay, given, amina, chidi, autumn):
    given(chidi, amina, autumn, essay, "17")
    here = place(chidi, autumn)
    assert "1 learner " in text(get(here, "gradebook:sign"))

    post(here, "gradebook:sign", {"do": "sign", "note": "Final"})
    assert "signed off" in text(get(here, "gradebook:index"))

    post(here, "gradebook:sign", {"do": "lift", "sign_off": SignOff.objects.get().pk, "reason": "A mistake"})
    assert SignOff.objects.get().lifted_because == "A mistake"
    assert "A mistake" in text(get(here, "gradebook:sign"))


def test_files_hold_the_figures_of_the_page(client_of, place, essay, given, amina, chidi, edna, autumn, enrolment_of):
    amina.last_name = "=SUM(A1)"
    amina.save()
    given(chidi, amina, autumn, essay, "17.12345")
    here, mine = place(chidi, autumn), enrolment_of(amina, autumn)
    total = str(totals_in(here, [mine])[mine.pk].percent)

    csv = b"".join(client_of(chidi).get(address(here, "gradebook:csv")).streaming_content).decode("utf-8-sig")
    book = b"".join(client_of(chidi).get(address(here, "gradebook:xlsx")).streaming_content)
    row = [cell.value for cell in list(load_workbook(io.BytesIO(book)).active)[1]]

    assert csv.splitlines()[1].split(";") == ["'=SUM(A1)", "Amina", "amina", "", "17.12345", total, "", ""]
    assert row[0] == "'=SUM(A1)" and row[4:6] == ["17.12345", total]
    assert AuditEntry.objects.filter(verb="export", by=chidi).count() == 2


def scheme_of(essay, **facts):
    column = f"column-{essay.pk}"
    return {
        "do": "publish",
        "title": "Scheme",
        "category": ["work"],
        "category-work-title": "Work",
        "category-work-weight": "40",
        f"{column}-category": "work",
        f"{column}-counted": "on",
        "pass_percent": "50",
        "steps": "90 = A\n50 = B",
        "decimals": "2",
        "empty": "nothing",
        **facts,
    }


def test_a_teacher_writes_the_scheme_and_a_session_makes_its_own(
    client_of, get, place, essay, dolores, chidi, carla, autumn, spring
):
    teacher, there = client_of(dolores), place(dolores)
    editor = teacher.get(address(there, "gradebook:new", kind="scheme")).url
    assert "Essay" in text(teacher.get(editor))
    assert teacher.post(editor, scheme_of(essay)).status_code == 302

    book = book_in(place(chidi, autumn))
    assert (book.scheme.pass_percent, book.scheme.decimals, book.scheme.empty) == (D(50), 2, "nothing")
    assert [step.name for step in book.scheme.steps] == ["A", "B"]
    assert book.column(book.item(essay.uuid)).category == "work"

    coach = client_of(chidi)
    editor = coach.get(address(place(chidi, autumn), "gradebook:new", kind="scheme")).url
    assert 'value="Work"' in text(coach.get(editor))
    seen = {"seen": "1", "stamp": "0"}
    assert coach.post(editor, scheme_of(essay, pass_percent="70", **seen)).status_code == 302

    assert book_in(place(chidi, autumn)).scheme.pass_percent == D(70)
    assert book_in(place(carla, spring)).scheme.pass_percent == D(50)
    assert "This session&#x27;s version" in text(get(place(chidi, autumn), "gradebook:scheme"))


def test_more_categories_come_without_a_script(client_of, place, essay, dolores):
    teacher = client_of(dolores)
    editor = teacher.get(address(place(dolores), "gradebook:new", kind="scheme")).url
    page = text(teacher.post(editor, scheme_of(essay, do="more")))
    assert page.count('name="category"') == 3 and 'value="Work"' in page


def test_a_column_cannot_lie_in_a_category_without_a_title(client_of, place, essay, dolores):
    teacher = client_of(dolores)
    editor = teacher.get(address(place(dolores), "gradebook:new", kind="scheme")).url
    page = text(teacher.post(editor, scheme_of(essay, **{"category-work-title": ""})))
    assert "Give this category a title first." in page


def test_a_learner_writes_no_scheme_and_reads_it(client_of, get, place, essay, amina, autumn):
    here = place(amina, autumn)
    assert client_of(amina).get(address(here, "gradebook:new", kind="scheme")).status_code in (403, 404)
    assert "Essay" in text(get(here, "gradebook:scheme"))


def test_what_a_tool_withholds_is_not_told_and_neither_is_the_total(
    get, place, exam, essay, got, given, amina, chidi, autumn, monkeypatch
):
    got(amina, autumn, exam, "3.75", "10")
    given(chidi, amina, autumn, essay, "17")
    monkeypatch.setattr(type(tool_named("quizzes")), "withheld", lambda self, here: [exam.pk])

    page = text(get(place(amina, autumn), "gradebook:index"))

    assert "17 / 20" in page and "Some results are not shown yet." in page
    assert "3.75" not in page and "How this was computed" not in page

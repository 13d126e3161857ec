"""Grades that people give, and the totals they make: everywhere the same, and of each session its own."""

from decimal import Decimal as D

import pytest

from encore.courses.actions.enrolment import enrol
from encore.courses.errors import CannotDo
from encore.ledger.models import AuditEntry
from encore.toolkit.errors import NotAllowed
from encore.toolkit.grading import excuse, lift, override, sign_off, totals_in
from encore.toolkit.models import Grade, GradeChange
from encore.toolkit.publishing import set_visible
from encore.toolkit.totals import book_in
from encore.toolkit.weighting import Graded, Scheme, total_of


@pytest.fixture
def scheme(write, place, dolores, essay, exam):
    """Work 40, tests 60, passed from 50."""
    columns = [{"item": essay.uuid, "category": "w"}, {"item": exam.uuid, "category": "t"}]
    categories = [{"id": "w", "title": "Work", "weight": 40}, {"id": "t", "title": "Tests", "weight": 60}]
    return write(
        place(dolores), "Scheme", kind="scheme", categories=categories, columns=columns, pass_percent=50, decimals=2
    )


def test_a_total_is_what_weighting_says(scheme, essay, exam, got, given, place, amina, chidi, autumn, enrolment_of):
    got(amina, autumn, exam, "2.33333", "7")
    given(chidi, amina, autumn, essay, "17.5")

    mine = enrolment_of(amina, autumn)
    figure = totals_in(place(chidi, autumn), [mine])[mine.pk]

    grades = {essay.uuid: Graded(D("17.5"), D(20)), exam.uuid: Graded(D("2.33333"), D(7))}
    content = Scheme.read(scheme.versions.get().content)
    assert figure.total == total_of(content, grades)
    assert (figure.percent, figure.passed) == (D("55.00"), True)
    assert totals_in(place(amina, autumn), [mine])[mine.pk] == figure


def test_two_sessions_and_two_enrolments_have_grades_of_their_own(
    essay, given, place, amina, edna, chidi, carla, autumn, spring, enrolment_of, at
):
    enrol([amina.pk], spring, by=edna, at=at)
    given(chidi, amina, autumn, essay, "10")
    given(carla, amina, spring, essay, "20")

    for by, session, percent in ((chidi, autumn, D("50.0")), (carla, spring, D("100.0"))):
        mine = enrolment_of(amina, session)
        assert totals_in(place(by, session), [mine])[mine.pk].percent == percent
    other = enrolment_of(amina, spring)
    assert book_in(place(chidi, autumn), [other]).grades == {}


def test_a_session_has_its_own_scheme_and_the_other_keeps_the_courses(
    write, essay, given, place, dolores, amina, boris, chidi, carla, autumn, spring, enrolment_of
):
    write(place(dolores), "Scheme", kind="scheme", decimals=0)
    write(place(chidi, autumn), "Ours", kind="scheme", decimals=3)

    assert book_in(place(chidi, autumn)).scheme.decimals == 3
    assert book_in(place(chidi, autumn)).own_scheme
    assert book_in(place(carla, spring)).scheme.decimals == 0


def test_a_hidden_column_counts_nowhere(essay, exam, got, given, place, amina, chidi, autumn, enrolment_of):
    got(amina, autumn, exam, 1, 10)
    given(chidi, amina, autumn, essay, "20")
    set_visible(exam, place(chidi, autumn), False)

    mine = enrolment_of(amina, autumn)
    assert totals_in(place(chidi, autumn), [mine])[mine.pk].percent == D("100.0")
    assert totals_in(place(amina, autumn), [mine])[mine.pk].percent == D("100.0")


def test_an_override_counts_until_it_is_taken_back_and_the_tools_figure_stays(
    exam, got, place, amina, chidi, autumn, enrolment_of
):
    got(amina, autumn, exam, 4, 10)
    here, mine = place(chidi, autumn), enrolment_of(amina, autumn)
    item = book_in(here).item(exam.uuid)
    seen = GradeChange.objects.get().pk

    override(here, mine, item, D(9), reason="A wrong key", seen=seen)
    got(amina, autumn, exam, 5, 10)

    grade = Grade.objects.get()
    assert (grade.points, grade.counts) == (D(5), D(9))
    last = GradeChange.objects.last()
    override(here, mine, item, None, reason="The key is right now", seen=last.pk)
    assert Grade.objects.get().counts == D(5)
    assert AuditEntry.objects.filter(verb="override grade", by=chidi, course_session_id=autumn.pk).count() == 2


def test_what_is_excused_is_left_out(exam, essay, got, given, place, amina, chidi, autumn, enrolment_of):
    got(amina, autumn, exam, 0, 10)
    given(chidi, amina, autumn, essay, "20")
    here, mine = place(chidi, autumn), enrolment_of(amina, autumn)

    excuse(
        here,
        mine,
        book_in(here).item(exam.uuid),
        True,
        reason="Ill",
        seen=GradeChange.objects.filter(grade__item=exam).get().pk,
    )

    assert totals_in(here, [mine])[mine.pk].percent == D("100.0")


def test_a_reason_is_needed(exam, got, place, amina, chidi, autumn, enrolment_of):
    got(amina, autumn, exam, 4, 10)
    here = place(chidi, autumn)
    with pytest.raises(CannotDo, match="Say why"):
        override(here, enrolment_of(amina, autumn), book_in(here).item(exam.uuid), D(9), reason=" ", seen=0)


def test_the_second_of_two_editors_is_told(essay, given, amina, chidi, edna, autumn):
    given(chidi, amina, autumn, essay, "12")

    with pytest.raises(CannotDo, match="Chidi Obi changed this grade"):
        given(edna, amina, autumn, essay, "13")

    assert Grade.objects.get().points == D(12)


def test_more_points_than_there_are_are_refused(essay, given, amina, chidi, autumn):
    with pytest.raises(CannotDo, match="from 0 to 20"):
        given(chidi, amina, autumn, essay, "21")
    assert not Grade.objects.exists()


def test_a_learner_gives_nothing(essay, given, amina, autumn):
    with pytest.raises(NotAllowed):
        given(amina, amina, autumn, essay, "20")
    assert not Grade.objects.exists()


def test_what_is_signed_stands_and_later_changes_are_told(
    exam, essay, got, given, place, amina, chidi, autumn, enrolment_of
):
    got(amina, autumn, exam, 4, 10)
    here, mine = place(chidi, autumn), enrolment_of(amina, autumn)
    signed = sign_off(here, [mine], note="")

    got(amina, autumn, exam, 8, 10)
    book = book_in(here, [mine])
    figure = book.figures[mine.pk]

    assert (figure.percent, figure.total.percent, figure.changed) == (D("40.0"), D("80.0"), True)
    assert book.changed_since(mine.pk, book.item(exam.uuid))
    assert not book.changed_since(mine.pk, book.item(essay.uuid))
    with pytest.raises(CannotDo, match="signed off"):
        given(chidi, amina, autumn, essay, "20")
    lift(here, signed, reason="A new key")
    assert totals_in(here, [mine])[mine.pk].percent == D("80.0")
    verbs = AuditEntry.objects.filter(course_session_id=autumn.pk).values_list("verb", flat=True)
    assert {"sign off grades", "lift sign-off"} <= set(verbs)

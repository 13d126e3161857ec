"""Beginning, saving and handing in, with the server's clock."""

from decimal import Decimal as D
from threading import Thread

import pytest
from django.db import connection

from encore.courses.actions.enrolment import enrol, set_state, withdraw
from encore.courses.models import Enrolment
from encore.toolkit.errors import NotAllowed
from encore.toolkit.models import Completion, Grade, GradeChange, ItemException
from encore.toolkit.settings import set_settings
from encore.toolkit.tests.places import queries
from encore.tools.quizzes.actions.taking import GRACE, Given, begin, hand_in, run_out, save
from encore.tools.quizzes.errors import CannotBegin, TimeIsUp
from encore.tools.quizzes.models import Answer, Attempt
from encore.tools.quizzes.tests.papers import ESSAY, choice


@pytest.fixture
def questions(ask, place, dolores):
    return [ask(place(dolores), f"Q{n}", choice("abc"[n])) for n in range(3)]


@pytest.fixture
def final(make_test, place, dolores, questions):
    return make_test(place(dolores), "Final", questions, minutes=30, attempts=2)


@pytest.fixture
def here(place, amina, autumn, final):
    return place(amina, autumn)


@pytest.fixture
def test_here(here, final, shown):
    return shown(here, final)


def right(attempt):
    """The right response to every question of an attempt."""
    return {
        answer.position: Given(
            {"choice": next(o["id"] for o in answer.version.content["body"]["options"] if D(o["fraction"]) == 1)}, 1
        )
        for answer in attempt.answers.select_related("version")
    }


def test_an_attempt_asks_what_the_test_asks_and_ends_in_time(here, test_here, at):
    attempt = begin(here, test_here)

    assert attempt.answers.count() == 3
    assert (attempt.ends_at - at).total_seconds() == 1800
    assert (attempt.out_of, attempt.number, attempt.state) == (3, 1, "open")


def test_beginning_twice_makes_one_attempt(here, test_here):
    assert begin(here, test_here) == begin(here, test_here)
    assert Attempt.objects.count() == 1


def test_what_is_saved_is_marked_when_it_is_handed_in(here, test_here, later):
    attempt = begin(here, test_here)
    given = right(attempt)
    save(attempt, {1: given[1], 2: given[2]}, at=here.at)

    hand_in(attempt, at=later(here, minutes=5).at)

    attempt.refresh_from_db()
    assert (attempt.points, attempt.state, attempt.by_clock) == (D(2), "handed_in", False)
    assert [a.points for a in attempt.answers.order_by("position")] == [1, 1, 0]
    assert all(a.key_id == a.version_id for a in attempt.answers.all())
    grade = Grade.objects.get()
    assert (grade.points, grade.out_of, grade.enrolment_id) == (2, 3, attempt.enrolment_id)
    assert Completion.objects.filter(item=attempt.item_id, enrolment=attempt.enrolment).count() == 1


def test_handing_in_twice_is_handing_in_once(here, test_here, later):
    attempt = begin(here, test_here)
    first = hand_in(attempt, at=here.at)

    again = hand_in(attempt, at=later(here, minutes=9).at)

    assert (again.handed_in_at, Grade.objects.count(), GradeChange.objects.count()) == (first.handed_in_at, 1, 1)


def test_an_older_page_never_overwrites_a_newer(here, test_here):
    attempt = begin(here, test_here)
    save(attempt, {1: Given({"choice": "b"}, 5)}, at=here.at)

    assert save(attempt, {1: Given({"choice": "c"}, 4)}, at=here.at) == []
    assert attempt.answers.get(position=1).response == {"choice": "b"}


def test_what_comes_after_the_end_is_not_taken_and_the_clock_hands_in(here, test_here, later):
    attempt = begin(here, test_here)
    given = right(attempt)
    save(attempt, {1: given[1]}, at=here.at)
    in_time, too_late = later(here, minutes=30, seconds=9).at, later(here, minutes=30, seconds=11).at

    assert save(attempt, {2: given[2]}, at=in_time) == [2]
    with pytest.raises(TimeIsUp):
        save(attempt, {3: given[3]}, at=too_late)
    assert run_out(later(here, minutes=30).at) == 0
    assert run_out(too_late) == 1

    attempt.refresh_from_db()
    assert (attempt.points, attempt.by_clock, attempt.handed_in_at) == (2, True, attempt.ends_at)
    assert GRACE.total_seconds() == 10


def test_attempts_are_counted(here, test_here):
    for _n in range(2):
        hand_in(begin(here, test_here), at=here.at)

    with pytest.raises(CannotBegin, match="used all your attempts"):
        begin(here, test_here)
    assert [a.number for a in Attempt.objects.order_by("pk")] == [1, 2]


def test_the_best_attempt_makes_the_grade(here, test_here):
    first = begin(here, test_here)
    save(first, right(first), at=here.at)
    hand_in(first, at=here.at)
    hand_in(begin(here, test_here), at=here.at)

    assert Grade.objects.get().points == 3


def test_a_code_is_asked_for_and_the_wrong_one_refused(make_test, place, dolores, amina, autumn, questions, shown):
    secret = make_test(place(dolores), "Secret", questions, code="open sesame")
    here = place(amina, autumn)
    test = shown(here, secret)

    for code in ("", "wrong"):
        with pytest.raises(CannotBegin) as said:
            begin(here, test, code=code)
        assert said.value.field == "code"
    assert begin(here, test, code=" open sesame ").number == 1


def test_dates_and_a_learners_exception_are_honoured(
    make_test, place, dolores, edna, amina, autumn, questions, shown, later
):
    timed = make_test(place(dolores), "Timed", questions, minutes=20)
    enrolment = Enrolment.objects.get(person=amina, session=autumn)
    ItemException.objects.create(
        enrolment=enrolment, item=timed, options={"time_factor": "1.5"}, reason="Dyslexia", by=edna
    )
    here = place(amina, autumn)

    attempt = begin(here, shown(here, timed))

    assert (attempt.ends_at - here.at).total_seconds() == 30 * 60
    assert attempt.settings["time_factor"] == "1.5"


def test_a_closed_test_does_not_begin_and_an_attempt_ends_with_it(
    make_test, place, dolores, amina, autumn, questions, shown, later, chidi
):
    open_now = make_test(place(dolores), "Closing", questions, closes="2026-11-24 11:00", minutes=600)
    here = place(amina, autumn)
    attempt = begin(here, shown(here, open_now))
    assert (attempt.ends_at - here.at).total_seconds() == 3600

    hand_in(attempt, at=here.at)
    with pytest.raises(CannotBegin, match="closed"):
        begin(later(here, hours=2), shown(here, open_now))


def test_settings_of_a_running_attempt_stay_as_they_were(here, test_here, place, chidi, autumn):
    attempt = begin(here, test_here)
    set_settings(test_here, place(chidi, autumn), opens=None, due=None, closes=None, options={"minutes": 1})

    attempt.refresh_from_db()
    assert (attempt.settings["minutes"], (attempt.ends_at - here.at).total_seconds()) == (30, 1800)


def test_only_a_learner_at_work_begins(place, chidi, dolores, amina, autumn, ended, final, shown, edna, at):
    for here in (place(chidi, autumn),):
        with pytest.raises(CannotBegin, match="not enrolled"):
            begin(here, shown(here, final))
    past = place(amina, ended)
    with pytest.raises(NotAllowed):
        begin(past, shown(past, final))
    set_state(Enrolment.objects.get(person=amina, session=autumn), "completed", by=edna, at=at)
    done = place(amina, autumn)
    with pytest.raises(NotAllowed):
        begin(done, shown(done, final))
    assert not Attempt.objects.exists()


def test_two_enrolments_of_one_person_have_two_sets(here, test_here, place, amina, autumn, edna, at, shown, final):
    first = begin(here, test_here)
    save(first, right(first), at=here.at)
    hand_in(first, at=here.at)
    withdraw(Enrolment.objects.filter(person=amina, session=autumn), by=edna, at=at)
    enrol([amina.pk], autumn, by=edna, at=at, returning="again")

    again = place(amina, autumn)
    second = hand_in(begin(again, shown(again, final)), at=at)

    assert (second.number, second.points) == (1, 0)
    assert sorted(Grade.objects.values_list("enrolment__number", "points")) == [(1, 3), (2, 0)]


def test_an_essay_waits_for_a_person(ask, make_test, place, dolores, amina, autumn, shown):
    essay = ask(place(dolores), "Why", ESSAY)
    written = make_test(place(dolores), "Written", [essay])
    here = place(amina, autumn)
    attempt = begin(here, shown(here, written))
    save(attempt, {1: Given({"text": "Because."}, 1)}, at=here.at)

    attempt = hand_in(attempt, at=here.at)

    assert attempt.points is None and attempt.marked_at is None
    assert Grade.objects.get().points is None


def test_draws_take_questions_of_a_category_and_tag_once(write, ask, make_test, place, dolores, amina, autumn, shown):
    teacher = place(dolores)
    category = write(teacher, "Capitals", kind="question_category")
    inside = [ask(teacher, f"In {n}", choice(tags=["easy"] if n < 3 else []), parent=category) for n in range(5)]
    outside = ask(teacher, "Out", choice(tags=["easy"]))
    draws = [
        {"type": "draw", "count": 2, "category": str(category.uuid), "tags": ["easy"]},
        {"type": "draw", "count": 9},
    ]
    test = make_test(teacher, "Drawn", [inside[0]], parts=draws)
    here = place(amina, autumn)

    asked = list(begin(here, shown(here, test)).answers.order_by("position").values_list("item", flat=True))

    assert sorted(asked) == sorted({q.pk for q in [*inside, outside]})
    assert asked[0] == inside[0].pk and set(asked[1:3]) == {inside[1].pk, inside[2].pk}


def test_a_passage_brings_its_questions_together(ask, make_test, place, dolores, amina, autumn, shown, questions):
    teacher = place(dolores)
    body = {"type": "passage", "questions": [str(q.uuid) for q in questions[:2]]}
    passage = ask(teacher, "To read", {"text": "Once upon a time", "body": body})
    test = make_test(teacher, "Reading", [questions[2], passage])
    here = place(amina, autumn)

    rows = begin(here, shown(here, test)).answers.order_by("position").values_list("item", "passage__title")

    assert list(rows) == [(questions[2].pk, None), (questions[0].pk, "To read"), (questions[1].pk, "To read")]


def test_beginning_saving_and_handing_in_ask_a_bounded_number_of_queries(
    ask, make_test, place, dolores, amina, autumn, shown, django_assert_max_num_queries
):
    many = [ask(place(dolores), f"M{n}", choice()) for n in range(12)]
    here = place(amina, autumn)
    test = shown(here, make_test(place(dolores), "Many", many))

    attempt = begin(here, test)
    hand_in(attempt, at=here.at)

    queries(django_assert_max_num_queries, 6, lambda: begin(here, test))
    attempt = Attempt.objects.get(number=2)
    queries(django_assert_max_num_queries, 2, lambda: save(attempt, {1: Given({"choice": "a"}, 1)}, at=here.at))
    queries(django_assert_max_num_queries, 9, lambda: hand_in(attempt, at=here.at))


@pytest.mark.django_db(transaction=True)
def test_two_tabs_that_begin_at_once_make_one_attempt(here, test_here):
    def press():
        try:
            begin(here, test_here)
        finally:
            connection.close()

    tabs = [Thread(target=press) for _tab in range(4)]
    for tab in tabs:
        tab.start()
    for tab in tabs:
        tab.join()

    assert Attempt.objects.count() == 1
    assert Answer.objects.count() == 3

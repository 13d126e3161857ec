"""Marking by hand: what waits, by learner and by question, anonymous, and with a history."""

from datetime import timedelta
from decimal import Decimal as D

import pytest

from encore.courses.actions.enrolment import enrol
from encore.courses.errors import CannotDo
from encore.ledger.models import AuditEntry
from encore.toolkit.errors import NotAllowed
from encore.toolkit.models import Grade
from encore.toolkit.places import address
from encore.toolkit.scoping import shown_in
from encore.toolkit.tests.places import queries, text
from encore.tools.quizzes.actions.marking_by_hand import mark_by_hand
from encore.tools.quizzes.actions.taking import Given, begin, hand_in, save
from encore.tools.quizzes.models import Attempt, MarkChange
from encore.tools.quizzes.tests.papers import ESSAY, choice
from encore.tools.quizzes.to_mark import waiting_among


@pytest.fixture
def test(ask, make_test, place, dolores):
    return make_test(
        place(dolores), "Final", [ask(place(dolores), "Why", ESSAY), ask(place(dolores), "Which", choice())]
    )


@pytest.fixture
def sat(test):
    """sat(here, "Because.") → an attempt handed in with this essay."""

    def sit(here, words="Because."):
        attempt = begin(here, shown_in(here).get(pk=test.pk))
        save(attempt, {1: Given({"text": words}, 1), 2: Given({"choice": "a"}, 1)}, at=here.at)
        return hand_in(attempt, at=here.at)

    return sit


def test_a_mark_completes_the_attempt_and_the_grade(sat, place, amina, chidi, autumn):
    attempt = sat(place(amina, autumn))
    essay = attempt.answers.get(position=1)

    mark_by_hand(essay, place(chidi, autumn), points=D("2.5"), comment="Nearly.", seen=None)

    attempt.refresh_from_db()
    assert (attempt.points, Grade.objects.get().points) == (D("3.5"), D("3.5"))
    assert MarkChange.objects.values_list("before", "after", "by").get() == (None, D("2.5"), chidi.pk)
    assert AuditEntry.objects.filter(verb="mark", by=chidi, course_session_id=autumn.pk).exists()


def test_a_mark_is_changed_and_taken_back_with_its_history(sat, place, amina, chidi, autumn):
    attempt = sat(place(amina, autumn))
    essay, here = attempt.answers.get(position=1), place(chidi, autumn)

    mark_by_hand(essay, here, points=D(1), comment="", seen=None)
    mark_by_hand(essay, here, points=D(4), comment="", seen=D(1))
    mark_by_hand(essay, here, points=None, comment="", seen=D(4))

    attempt.refresh_from_db()
    assert attempt.points is None and Grade.objects.get().points is None
    assert [change.after for change in MarkChange.objects.all()] == [1, 4, None]


@pytest.mark.parametrize("points", ["-1", "4.00001"])
def test_points_beyond_the_question_are_refused(sat, place, amina, chidi, autumn, points):
    essay = sat(place(amina, autumn)).answers.get(position=1)

    with pytest.raises(CannotDo, match="from 0 to 4"):
        mark_by_hand(essay, place(chidi, autumn), points=D(points), comment="", seen=None)
    assert not MarkChange.objects.exists()


def test_the_second_of_two_markers_is_told(sat, place, amina, chidi, edna, autumn):
    essay = sat(place(amina, autumn)).answers.get(position=1)
    mark_by_hand(essay, place(chidi, autumn), points=D(1), comment="", seen=None)

    with pytest.raises(CannotDo, match="Chidi Obi marked this in the meantime: 1"):
        mark_by_hand(essay, place(edna, autumn), points=D(3), comment="", seen=None)


def test_only_who_marks_here_marks(sat, place, amina, dolores, carla, spring, autumn):
    essay = sat(place(amina, autumn)).answers.get(position=1)

    for here in (place(amina, autumn), place(dolores, autumn)):
        with pytest.raises(NotAllowed):
            mark_by_hand(essay, here, points=D(1), comment="", seen=None)


def test_a_coach_marks_by_question_and_by_learner(sat, test, place, amina, chidi, autumn, client_of):
    attempt = sat(place(amina, autumn), "Because of the weather.")
    here, client = place(chidi, autumn), client_of(chidi)
    essay, other = attempt.answers.get(position=1), attempt.answers.get(position=2)
    by_question = address(here, "quizzes:mark_question", uuid=test.uuid, question=essay.item.uuid)
    by_learner = address(here, "quizzes:mark_attempt", attempt=attempt.uuid)

    waiting = text(client.get(address(here, "quizzes:to_mark")))
    page = text(client.get(by_question))
    client.post(
        by_question,
        {"answer": essay.pk, f"points-{essay.pk}": "3", f"comment-{essay.pk}": "Good.", f"seen-{essay.pk}": ""},
    )
    client.post(by_learner, {f"points-{other.pk}": "0,5", f"seen-{other.pk}": "1"})
    refused = text(client.post(by_learner, {f"points-{other.pk}": "many", f"seen-{other.pk}": "0.5"}, follow=True))

    attempt.refresh_from_db()
    assert "1 answer" in waiting and "Why" in waiting
    assert "Because of the weather." in page and "Haddad, Amina" in page
    assert attempt.points == D("3.5")
    assert "“many” is no number." in refused and "Good." in refused
    assert "Nothing to mark" in text(client.get(address(here, "quizzes:to_mark")))


def test_marking_is_anonymous_until_it_is_done(ask, make_test, place, dolores, amina, chidi, autumn, client_of):
    hidden = make_test(place(dolores), "Blind", [ask(place(dolores), "Why", ESSAY)], anonymous=True)
    learner, here, client = place(amina, autumn), place(chidi, autumn), client_of(chidi)
    attempt = begin(learner, shown_in(learner).get(pk=hidden.pk))
    save(attempt, {1: Given({"text": "Because."}, 1)}, at=learner.at)
    hand_in(attempt, at=learner.at)
    essay = attempt.answers.get()
    pages = [
        address(here, "quizzes:attempts", uuid=hidden.uuid),
        address(here, "quizzes:mark_attempt", attempt=attempt.uuid),
        address(here, "quizzes:mark_question", uuid=hidden.uuid, question=essay.item.uuid),
    ]

    before = [text(client.get(page)) for page in pages]
    mark_by_hand(essay, here, points=D(2), comment="", seen=None)
    after = text(client.get(pages[0]))

    assert not any("Haddad" in page or "Amina" in page for page in before)
    assert "Haddad, Amina" in after


def test_what_waits_is_told_of_some_learners_and_without_a_name_of_all(
    ask, make_test, sat, test, place, shown, dolores, amina, boris, autumn, edna, at
):
    enrol([boris.pk], autumn, by=edna, at=at)
    first, second, other = sat(place(amina, autumn)), sat(place(amina, autumn)), sat(place(boris, autumn))
    Attempt.objects.filter(pk=second.pk).update(handed_in_at=at + timedelta(hours=1))
    blind = make_test(place(dolores), "Blind", [ask(place(dolores), "Who", ESSAY)], anonymous=True)
    unnamed = begin(here := place(boris, autumn), shown(here, blind))
    save(unnamed, {1: Given({"text": "Me."}, 1)}, at=at)
    hand_in(unnamed, at=at)
    marked = sat(place(amina, autumn))
    mark_by_hand(marked.answers.get(position=1), place(edna, autumn), points=D(1), comment="", seen=None)

    def ones(*whose):
        return {(one.enrolment, one.item, one.count, one.anonymous, one.title, one.since) for one in whose}

    amina_waits = (first.enrolment_id, test.pk, 2, False, "Final", first.handed_in_at)
    boris_waits = (other.enrolment_id, test.pk, 1, False, "Final", other.handed_in_at)
    blind_waits = (unnamed.enrolment_id, blind.pk, 1, True, "Blind", at)
    place_of = [first.session_course_id]
    assert ones(*waiting_among(place_of)) == {amina_waits, boris_waits, blind_waits}
    assert ones(*waiting_among(place_of, [first.enrolment_id])) == {amina_waits, blind_waits}
    assert ones(*waiting_among(place_of, [])) == {blind_waits}
    assert waiting_among([]) == []


def test_another_session_and_learners_see_no_marking(
    sat, test, place, amina, boris, carla, dolores, spring, autumn, get, post
):
    attempt = sat(place(amina, autumn))
    essay = attempt.answers.get(position=1)

    for person, session in ((carla, spring), (boris, spring)):
        here = place(person, session)
        assert get(here, "quizzes:mark_attempt", attempt=attempt.uuid).status_code in (403, 404)
        assert get(here, "quizzes:attempts", uuid=test.uuid).status_code in (403, 404)
        data = {"answer": essay.pk, f"points-{essay.pk}": "4", f"seen-{essay.pk}": ""}
        assert post(here, "quizzes:mark_question", data, uuid=test.uuid, question=essay.item.uuid).status_code in (
            403,
            404,
        )
    for here in (place(amina, autumn), place(dolores, autumn)):
        assert get(here, "quizzes:to_mark").status_code == 403
    assert get(place(dolores), "quizzes:to_mark").status_code in (403, 404)
    essay.refresh_from_db()
    assert essay.points is None


def test_queries_do_not_grow_with_attempts(
    sat, test, place, amina, chidi, autumn, make_person, edna, at, client_of, django_assert_max_num_queries
):
    from encore.courses.actions.enrolment import enrol

    more = [make_person(f"p{n}", "Pia", f"No {n}") for n in range(6)]
    enrol([p.pk for p in more], autumn, by=edna, at=at)
    attempts = [sat(place(person, autumn)) for person in (amina, *more)]
    here, client = place(chidi, autumn), client_of(chidi)
    essay = attempts[0].answers.get(position=1)
    for page, most in (
        (address(here, "quizzes:to_mark"), 9),
        (address(here, "quizzes:attempts", uuid=test.uuid), 10),
        (address(here, "quizzes:mark_attempt", attempt=attempts[0].uuid), 10),
        (address(here, "quizzes:mark_question", uuid=test.uuid, question=essay.item.uuid), 12),
    ):
        client.get(page)
        queries(django_assert_max_num_queries, most, lambda page=page: client.get(page))

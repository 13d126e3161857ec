"""The figures of tests and questions: cases reckoned by hand, what always holds, and the page."""

import random
from math import isclose

import pytest

from encore.toolkit.publishing import open_draft, publish, save_draft
from encore.toolkit.scoping import shown_in
from encore.toolkit.tests.places import queries, text
from encore.tools.quizzes import figures
from encore.tools.quizzes.actions.regrading import regrade
from encore.tools.quizzes.actions.taking import Given, begin, hand_in, save
from encore.tools.quizzes.content import Question
from encore.tools.quizzes.figures import Given as Mark
from encore.tools.quizzes.gathered import figures_of, visible_places
from encore.tools.quizzes.tests.papers import ESSAY, choice


def near(value, expected):
    return value is expected if expected is None or value is None else isclose(value, expected, abs_tol=5e-6)


@pytest.mark.parametrize(
    ("shares", "expected"), [([], None), ([1, 0, 1, 1], 0.75), ([0.5, 0.25], 0.375), ([-0.5, 0.5], 0)]
)
def test_facility_is_the_mean_share(shares, expected):
    assert near(figures.facility(shares), expected)


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        ([(0, 0.2), (1, 0.4), (1, 0.6)], 0.866025),  # cov 0.0666…, deviations 0.471405 and 0.163299
        ([(1, 0.1), (0, 0.5), (0, 0.9)], -0.866025),
        ([(0, 0), (0.5, 0.5), (1, 1)], 1),
        ([(1, 0.2), (1, 0.7), (1, 0.9)], None),  # everybody alike
        ([(0, 0.5), (1, 0.5), (1, 0.5)], None),
        ([(0, 0), (1, 1)], None),  # two points always lie on a line
    ],
)
def test_discrimination_is_the_correlation_with_the_rest(pairs, expected):
    assert near(figures.discrimination(pairs), expected)


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        # 11 attempts: groups of 3. Upper: 1, 1, 0; lower: 0, 0, 1.
        ([(s, n / 10) for n, s in enumerate([0, 0, 1, 0, 1, 0, 1, 1, 0, 1, 1])], 1 / 3),
        # 4 attempts: groups of 1; the two best are tied, so half of each counts: 0.5 − 0.
        ([(1, 0.9), (0, 0.9), (1, 0.5), (0, 0.1)], 0.5),
        ([(1, 0.5), (0, 0.5)], None),
        ([(1, 0.5)], None),
    ],
)
def test_the_upper_group_is_compared_with_the_lower(pairs, expected):
    assert near(figures.upper_lower(pairs), expected)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        # Variances 0.25, 0.1875, 0.1875; totals 3, 2, 1, 0 with 1.25: 1.5 · (1 − 0.625 / 1.25).
        ([[1, 1, 1], [1, 1, 0], [0, 1, 0], [0, 0, 0]], 0.75),
        ([[1, 1], [0, 0]], 1),
        ([[1, 0], [0, 1]], None),  # all totals alike
        ([[1], [0]], None),
        ([], None),
    ],
)
def test_alpha(rows, expected):
    assert near(figures.alpha(rows), expected)


def test_bars_take_in_both_ends():
    assert figures.bars([0, 0.099, 0.1, 0.3, 0.95, 1]) == [2, 1, 0, 1, 0, 0, 0, 0, 0, 2]


@pytest.mark.parametrize("seed", range(20))
def test_what_always_holds(seed):
    rng = random.Random(seed)
    sheets = [
        {n: Mark(rng.choice([-1, 0, 1, 2]), 2) for n in range(rng.choice([4, 4, 5]))} for _ in range(rng.randint(1, 40))
    ]
    mixed = rng.sample(sheets, len(sheets))
    for question in range(5):
        for told in (
            lambda all_: figures.discrimination(figures.with_rest(question, all_)),  # noqa: B023
            lambda all_: figures.upper_lower(figures.with_total(question, all_)),  # noqa: B023
        ):
            value = told(sheets)
            assert near(told(mixed), value)
            assert value is None or -2 <= value <= 2
    found = figures.reliability(sheets)
    assert found is None or found <= 1 + 1e-9
    assert sum(figures.bars([figures.total_share(sheet) for sheet in sheets])) == len(sheets)


def test_questions_drawn_at_random_have_no_alpha():
    assert figures.reliability([{1: Mark(1, 1), 2: Mark(0, 1)}, {1: Mark(0, 1), 3: Mark(0, 1)}]) is None


@pytest.fixture
def final(ask, make_test, place, dolores):
    here = place(dolores)
    return make_test(here, "Final", [ask(here, "Which", choice()), ask(here, "Other", choice("b"))], attempts=3)


@pytest.fixture
def sit(final):
    """sit(here, "a", "b") → an attempt handed in with these choices; "" leaves a question open."""

    def take(here, *chosen):
        attempt = begin(here, shown_in(here).get(pk=final.pk))
        given = {n: Given({"choice": key}, 1) for n, key in enumerate(chosen, start=1) if key}
        save(attempt, given, at=here.at)
        return hand_in(attempt, at=here.at)

    return take


def test_of_each_enrolment_the_last_attempt_handed_in_counts(sit, final, place, amina, autumn):
    here = place(amina, autumn)
    sit(here, "a", "b")
    sit(here, "c", "")
    begin(here, shown_in(here).get(pk=final.pk))  # still running

    found = figures_of([here.session_course.pk], final.pk)

    first, other = found.questions
    assert (len(found.sheets), first.facility, first.answered, other.left_open) == (1, 0, 1, 1)
    assert [(one.words, one.count, one.is_right) for one in first.chosen] == [
        ("Option a", 0, True),
        ("Option b", 0, False),
        ("Option c", 1, False),
    ]


def test_what_waits_for_a_mark_has_no_share_yet(ask, make_test, place, dolores, amina, autumn):
    test = make_test(place(dolores), "Essay", [ask(place(dolores), "Why", ESSAY)])
    here = place(amina, autumn)
    attempt = begin(here, shown_in(here).get(pk=test.pk))
    save(attempt, {1: Given({"text": "Because"}, 1)}, at=here.at)
    hand_in(attempt, at=here.at)

    found = figures_of([here.session_course.pk], test.pk)

    assert (found.questions[0].waiting, found.questions[0].facility, found.marked) == (1, None, [])


def test_a_session_tells_nothing_of_another(sit, final, place, get, amina, boris, chidi, carla, autumn, spring):
    sit(place(amina, autumn), "a", "b")
    sit(place(boris, spring), "c", "c")

    page = text(get(place(chidi, autumn), "quizzes:figures", "?pooled=1", uuid=final.uuid))

    assert "100 %" in page and "Spring" not in page and "All sessions" not in page
    assert [p.session for p in visible_places(place(chidi, autumn), final.pk)] == [autumn]


def test_who_sees_results_in_several_sessions_sees_them_pooled(
    sit, final, place, get, amina, boris, edna, autumn, spring
):
    sit(place(amina, autumn), "a", "b")
    sit(place(boris, spring), "c", "c")

    alone = text(get(place(edna, autumn), "quizzes:figures", uuid=final.uuid))
    pooled = text(get(place(edna, autumn), "quizzes:figures", "?pooled=1", uuid=final.uuid))

    assert "100 %" in alone and "All sessions" in alone
    assert "Pooled are" in pooled and "Spring" in pooled and "50 %" in pooled


def test_learners_and_who_sees_no_people_see_no_figures(sit, final, place, get, amina, dolores, autumn):
    sit(place(amina, autumn), "a", "b")

    assert get(place(amina, autumn), "quizzes:figures", uuid=final.uuid).status_code in (403, 404)
    assert get(place(dolores, autumn), "quizzes:figures", uuid=final.uuid).status_code in (403, 404)


def test_many_attempts_take_as_many_queries_as_one(
    sit, final, place, make_person, make_session, ethics, django_assert_max_num_queries
):
    learners = [make_person(f"l{n}", "L", str(n)) for n in range(6)]
    many = make_session("Many", [ethics], learners=learners)
    places = [place(one, many) for one in learners]
    for here in places:
        sit(here, "a", "b")

    queries(django_assert_max_num_queries, 2, lambda: figures_of([places[0].session_course.pk], final.pk))


def test_the_tests_page_leads_to_what_people_did_for_who_sees_them(sit, final, place, get, amina, chidi, autumn):
    sit(place(amina, autumn), "a", "b")

    coach, learner = (text(get(place(one, autumn), "quizzes:show", uuid=final.uuid)) for one in (chidi, amina))

    assert f"{final.uuid}/figures/" in coach and f"{final.uuid}/regrade/" in coach
    assert "/figures/" not in learner and "/regrade/" not in learner
    assert "/marking/" in text(get(place(chidi, autumn), "quizzes:index"))
    assert "/marking/" not in text(get(place(amina, autumn), "quizzes:index"))


def test_what_was_answered_is_right_by_the_key_that_marked_it(sit, final, place, amina, chidi, dolores, autumn):
    sit(place(amina, autumn), "a", "b")
    item = shown_in(place(dolores)).get(title="Which")
    content = choice("b")
    content["body"]["options"] = content["body"]["options"][1:]
    draft = open_draft(item, place(dolores))
    publish(
        [save_draft(draft, place(dolores), title="Which", content=Question.read(content), stamp=draft.stamp)],
        place(dolores),
    )
    coach = place(chidi, autumn)
    regrade(coach, shown_in(coach).get(pk=final.pk), reason="Key")

    first = figures_of([coach.session_course.pk], final.pk).questions[0]

    assert [(one.words, one.count, one.is_right) for one in first.chosen] == [
        ("Option b", 0, True),
        ("Option c", 0, False),
        ("Option a", 1, False),
    ]


def test_texts_that_are_marked_alike_are_counted_together(
    ask, make_test, place, dolores, make_person, make_session, ethics
):
    short = {"text": "Say", "body": {"type": "short", "accepted": [{"text": "yes"}]}}
    test = make_test(place(dolores), "Words", [ask(place(dolores), "Say", short)])
    learners = [make_person(f"l{n}", "L", str(n)) for n in range(3)]
    many = make_session("Many", [ethics], learners=learners)
    for one, said in zip(learners, ["Yes", " yes", "no"], strict=True):
        here = place(one, many)
        attempt = begin(here, shown_in(here).get(pk=test.pk))
        save(attempt, {1: Given({"text": said}, 1)}, at=here.at)
        hand_in(attempt, at=here.at)

    chosen = figures_of([here.session_course.pk], test.pk).questions[0].chosen

    assert [(one.words, one.count, one.percent) for one in chosen] == [("yes", 2, 67), ("no", 1, 33)]

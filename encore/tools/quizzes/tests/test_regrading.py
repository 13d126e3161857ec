"""Regrading after a changed key: what it would do, what it does, and what it leaves alone."""

import re
from decimal import Decimal as D

import pytest

from encore.courses.errors import CannotDo
from encore.ledger.models import AuditEntry, Job
from encore.toolkit.errors import NotAllowed
from encore.toolkit.models import Grade, Version
from encore.toolkit.publishing import open_draft, publish, save_draft
from encore.toolkit.scoping import shown_in
from encore.toolkit.tests.places import text
from encore.tools.quizzes.actions.marking_by_hand import mark_by_hand
from encore.tools.quizzes.actions.regrading import regrade
from encore.tools.quizzes.actions.taking import Given, begin, hand_in, save
from encore.tools.quizzes.content import Question
from encore.tools.quizzes.jobs import regrade_places
from encore.tools.quizzes.models import Answer, Attempt, MarkChange
from encore.tools.quizzes.regrading import places_to_regrade, regrade_in
from encore.tools.quizzes.tests.papers import ESSAY, choice


@pytest.fixture
def question(ask, place, dolores):
    return ask(place(dolores), "Which", choice("a"))


@pytest.fixture
def final(ask, make_test, place, dolores, question):
    return make_test(place(dolores), "Final", [question, ask(place(dolores), "Why", ESSAY)], pass_share=50)


@pytest.fixture
def quiz(ask, make_test, place, dolores, question):
    """A test that the key alone marks."""
    return make_test(place(dolores), "Quiz", [question], pass_share=50, attempts=5)


@pytest.fixture
def sit():
    """sit(here, test, "a") → an attempt handed in with this choice; "" leaves the question open."""

    def take(here, test, chosen, *, done=True):
        attempt = begin(here, shown_in(here).get(pk=test.pk))
        save(attempt, {1: Given({"choice": chosen} if chosen else {}, 1)}, at=here.at)
        return hand_in(attempt, at=here.at) if done else attempt

    return take


@pytest.fixture
def new_key(place, dolores, question):
    """new_key(choice("b")) → publishes it as the question's next version in the course."""

    def change(content, here=None):
        here = here or place(dolores)
        draft = open_draft(question, here)
        publish([save_draft(draft, here, title="Which", content=Question.read(content), stamp=draft.stamp)], here)

    return change


@pytest.fixture
def shown():
    return lambda here, item: shown_in(here, hidden=True).get(pk=item.pk)


def points(attempt):
    attempt.refresh_from_db()
    return attempt.points


def test_the_dry_run_says_what_would_change_and_changes_nothing(sit, quiz, new_key, place, shown, amina, chidi, autumn):
    attempt = sit(place(amina, autumn), quiz, "a")
    new_key(choice("b"))
    here = place(chidi, autumn)

    found = regrade_in(here, shown(here, quiz), by_hand=False)

    assert (found.older, found.up, found.down, found.passes) == (1, 0, 1, 1)
    assert [(total.attempt, total.after, total.passed) for total in found.totals] == [(attempt, 0, (True, False))]
    assert points(attempt) == 1 and not MarkChange.objects.exists()


def test_regrading_changes_marks_totals_and_grades_once(
    sit, quiz, question, new_key, place, shown, amina, chidi, autumn
):
    attempt = sit(place(amina, autumn), quiz, "b")
    new_key(choice("b"))
    here = place(chidi, autumn)

    done = [regrade(here, shown(here, quiz), reason="Typo in the key") for _twice in range(2)]

    answer, newest = attempt.answers.get(), Version.objects.filter(item=question).order_by("-number")[0]
    assert done == [1, 0]
    assert (points(attempt), Grade.objects.get().points, answer.key_id) == (1, 1, newest.pk)
    assert answer.version_id != newest.pk
    assert list(MarkChange.objects.values_list("before", "after", "key", "by", "reason")) == [
        (0, 1, newest.pk, chidi.pk, "Typo in the key")
    ]
    assert AuditEntry.objects.filter(verb="regrade", by=chidi, course_session_id=autumn.pk).count() == 1


def test_answers_to_what_is_gone_get_nothing(sit, quiz, new_key, place, shown, amina, chidi, autumn):
    attempt = sit(place(amina, autumn), quiz, "a")
    content = choice("b")
    content["body"]["options"] = content["body"]["options"][1:]
    new_key(content)

    regrade(place(chidi, autumn), shown(place(chidi, autumn), quiz), reason="Gone")

    assert points(attempt) == 0


@pytest.mark.parametrize("by_hand", [False, True])
def test_what_a_person_marked_stays_unless_it_is_chosen(
    sit, quiz, new_key, place, shown, amina, chidi, autumn, by_hand
):
    attempt, here = sit(place(amina, autumn), quiz, "b"), place(chidi, autumn)
    mark_by_hand(attempt.answers.get(), here, points=D("0.5"), comment="", seen=D(0))
    new_key(choice("b"))

    found = regrade_in(here, shown(here, quiz), by_hand=by_hand)
    regrade(here, shown(here, quiz), reason="Key", by_hand=by_hand)

    assert found.by_person == (0 if by_hand else 1)
    assert points(attempt) == (1 if by_hand else D("0.5"))


def test_running_attempts_open_answers_and_other_types_stay(
    sit, quiz, new_key, place, shown, make_person, make_session, ethics, chidi
):
    learners = [make_person(f"l{n}", "L", str(n)) for n in range(2)]
    many = make_session("Many", [ethics], learners=learners, coaches=[chidi])
    sit(place(learners[0], many), quiz, "")
    running = sit(place(learners[1], many), quiz, "a", done=False)
    new_key(choice("b"))
    here = place(chidi, many)

    assert regrade_in(here, shown(here, quiz), by_hand=True).older == 0
    hand_in(running, at=here.at)
    new_key({"text": "Which?", "body": {"type": "short", "accepted": [{"text": "a"}]}})
    found = regrade_in(here, shown(here, quiz), by_hand=True)

    assert (found.older, found.unfit, found.marks) == (1, 1, [])


def test_an_essay_that_waits_is_not_touched(sit, final, new_key, place, shown, amina, chidi, autumn):
    attempt, here = sit(place(amina, autumn), final, "b"), place(chidi, autumn)
    Answer.objects.filter(attempt=attempt, position=2).update(response={"text": "Because"}, points=None)
    new_key(choice("b"))

    assert regrade(here, shown(here, final), reason="Key") == 1
    assert points(attempt) is None


def test_only_who_marks_regrades_and_only_there(
    sit, quiz, new_key, place, shown, amina, boris, chidi, carla, dolores, edna, autumn, spring
):
    mine, theirs = sit(place(amina, autumn), quiz, "b"), sit(place(boris, spring), quiz, "b")
    new_key(choice("b"))

    for here in (place(amina, autumn), place(dolores, autumn), place(carla, autumn)):
        with pytest.raises(NotAllowed):
            regrade(here, quiz, reason="Key")
    regrade(place(chidi, autumn), shown(place(chidi, autumn), quiz), reason="Key")

    assert (points(mine), points(theirs)) == (1, 0)
    found = {
        person.username: ([one.session for one in places], unseen)
        for person, here in [(chidi, place(chidi, autumn)), (dolores, place(dolores)), (edna, place(edna))]
        for places, unseen in [places_to_regrade(here, quiz)]
    }
    assert found["chidi"] == ([autumn], 0)
    assert found["dolores"] == ([], 2)
    assert found["edna"] == ([autumn, spring], 0)


def test_a_session_with_its_own_key_is_marked_by_it(
    sit, quiz, new_key, place, shown, amina, boris, chidi, edna, autumn, spring
):
    sit(place(amina, autumn), quiz, "b")
    sit(place(boris, spring), quiz, "b")
    new_key(choice("b"), place(chidi, autumn))

    found = [regrade_in(one, shown(one, quiz), by_hand=False) for one in places_to_regrade(place(edna), quiz)[0]]

    assert [(one.here.session, one.up) for one in found] == [(autumn, 1), (spring, 0)]


def test_what_changed_since_it_was_looked_at_is_not_done(sit, quiz, new_key, place, shown, amina, chidi, autumn):
    attempt, here = sit(place(amina, autumn), quiz, "b"), place(chidi, autumn)
    new_key(choice("b"))
    seen = regrade_in(here, shown(here, quiz), by_hand=False).digest
    new_key(choice("c"))

    with pytest.raises(CannotDo, match="look again"):
        regrade(here, shown(here, quiz), reason="Key", seen=seen)
    assert points(attempt) == 0


def sent(page, **fields):
    """What the form would send with all sessions ticked."""
    places = re.findall(r'name="place" value="(\d+)"', page)
    seen = dict(re.findall(r'name="(seen-\d+)" value="(\w+)"', page))
    return {"place": places, **seen, "by_hand": "0", **fields}


@pytest.mark.parametrize("of", ["quiz", "question"])
def test_a_coach_regrades_through_the_page(
    request, of, sit, quiz, new_key, place, get, post, amina, boris, chidi, autumn, spring
):
    attempt = sit(place(amina, autumn), quiz, "b")
    sit(place(boris, spring), quiz, "b")
    new_key(choice("b"))
    here, uuid = place(chidi, autumn), request.getfixturevalue(of).uuid

    page = text(get(here, "quizzes:regrade", uuid=uuid))
    without_reason = text(post(here, "quizzes:regrade", sent(page), uuid=uuid))
    post(here, "quizzes:regrade", sent(page, reason="Typo"), uuid=uuid)
    after = text(get(here, "quizzes:regrade", uuid=uuid))

    assert "Whose total changes" in page and "Autumn" in page and "Spring" not in page
    assert "Say why" in without_reason
    assert points(attempt) == 1 and Attempt.objects.filter(points=0).count() == 1
    assert "Nothing to regrade" in after


def test_a_teacher_is_told_of_sessions_and_a_learner_of_nothing(sit, quiz, new_key, place, get, amina, dolores, autumn):
    sit(place(amina, autumn), quiz, "b")
    new_key(choice("b"))

    page = text(get(place(dolores), "quizzes:regrade", uuid=quiz.uuid))

    assert "There are answers in 1 session that you may not mark" in page and "Autumn" not in page
    assert get(place(amina, autumn), "quizzes:regrade", uuid=quiz.uuid).status_code in (403, 404)


def test_much_is_left_to_the_worker(
    sit, quiz, new_key, place, get, post, amina, boris, edna, autumn, spring, monkeypatch, at
):
    from encore.ledger.jobs import Progress
    from encore.tools.quizzes.views import regrading as view

    monkeypatch.setattr(view, "AT_ONCE", 1)
    attempts = [sit(place(amina, autumn), quiz, "b"), sit(place(boris, spring), quiz, "b")]
    new_key(choice("b"))
    page = text(get(place(edna), "quizzes:regrade", uuid=quiz.uuid))

    post(place(edna), "quizzes:regrade", sent(page, reason="Typo"), uuid=quiz.uuid)
    waiting = text(get(place(edna), "quizzes:regrade", uuid=quiz.uuid))
    job = Job.objects.get()
    said = [regrade_places(job, Progress()) for _twice in range(2)]

    assert "Regrading" in waiting
    assert said == ["2 answers have new points.", "0 answers have new points."]
    assert [points(attempt) for attempt in attempts] == [1, 1]

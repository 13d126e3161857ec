"""Access check: the answer is the decision, told; who may ask about whom; that it is recorded."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.urls import reverse
from hypothesis import given, settings

from encore.courses.actions.enrolment import exclude, set_personal_time, set_state
from encore.courses.actions.locks import set_lock
from encore.courses.actions.session import set_course_coaches
from encore.courses.checking import ACTIONS, AFTER_ENDS, LEVELS, REASONS, ROLES, SIGHTS, STATES, Check, check
from encore.courses.context import Here, here_for
from encore.courses.models import CourseCoach, Enrolment
from encore.courses.rules import Action, decide, explain_decision, may
from encore.courses.tests.test_rules import cases
from encore.courses.words import Access, AfterEnd, LockKind, PlaceRole, Reason, SessionState, Sight
from encore.ledger.models import AuditEntry

DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _clock(monkeypatch, at):
    monkeypatch.setattr("encore.courses.decorators.now", lambda: at)


@pytest.fixture
def autumn(make_session, make_course, amina, chidi, sara, at):
    """Sara's; runs since five days before `at` and for ten days more."""
    return make_session(
        "Autumn", [make_course("ETH", "Ethics")], [amina], [chidi], opens_at=at - 5 * DAY, closes_at=at + 10 * DAY,
        owner=sara,
    )  # fmt: skip


@pytest.fixture
def asked(client_of, autumn):
    """asked(sara, amina, course="ETH", on="2026-12-24") → the words of the answer."""

    def ask(by, person, **query):
        answer = client_of(by).get(address(autumn), {"person": person.pk, **query})
        assert answer.status_code == 200
        return main(answer)

    return ask


def address(session):
    return reverse("session_access", args=[session.pk])


def main(response):
    html = response.content.decode()
    words = html[html.index("<main") : html.index("</main>")]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", words)).split())


def enrolment_of(person):
    return Enrolment.objects.get(person=person, is_latest=True)


# The answer


def test_it_tells_level_reason_sights_rule_and_what_comes_next(asked, sara, amina):
    words = asked(sara, amina, course="ETH")

    for told in (
        "WORK They use it fully as a learner.",
        "They are told “This is open.”",
        "Content: the items of the course",
        "not: People: others' work and results",
        "Learner, inside their window.",
        "Opens: 19 Nov 2026, 10:00 (the session's date)",
        "Until 4 Dec 2026, 10:00 , then READ (ended)",
        "In My sessions Current",
        "Whom they are told to ask Chidi Obi",
        "not: Mark (WORK is not enough)",
    ):
        assert told in words, told


def test_the_moment_is_taken_by_the_clock_of_the_session(asked, sara, amina):
    assert "READ They open and read" in asked(sara, amina, course="ETH", on="2026-12-04", clock="10:00")
    assert "WORK They use it fully" in asked(sara, amina, course="ETH", on="2026-12-04", clock="09:59")


def test_it_says_where_each_bound_comes_from(asked, sara, amina, at):
    set_personal_time(enrolment_of(amina), opens_at=at, closes_at=None, extra_days=3, reason="ill", by=sara, at=at)

    words = asked(sara, amina, course="ETH")

    assert "Opens: 24 Nov 2026, 10:00 (their own date)" in words
    assert "Closes: 7 Dec 2026, 10:00 (the session's end and 3 extra days)" in words


def test_it_tells_every_role_and_which_one_decides(asked, sara, amina, at):
    set_course_coaches(CourseCoach.objects.get().session_course, add=[amina.pk], by=sara, at=at)
    CourseCoach.objects.filter(person=amina).update(from_at=at + DAY)

    now, later = asked(sara, amina, course="ETH"), asked(sara, amina, course="ETH", on="2026-11-26")

    assert "Learner decides WORK" in now
    assert "Course coach – Not held at this moment, only for a time." in now
    assert "Course coach decides COACH" in later


def test_it_tells_what_the_state_took_away(asked, sara, amina, autumn):
    autumn.state = "cancelled"
    autumn.save()

    assert "The session is cancelled: that takes WORK down to LISTED." in asked(sara, amina, course="ETH")


def test_it_tells_an_exclusion_and_a_suspension(asked, sara, amina, autumn, at):
    place = autumn.session_courses.get()
    exclude(enrolment_of(amina), place, by=sara, at=at)
    assert "NONE The place does not exist for them" in asked(sara, amina, course="ETH")
    assert "WORK They use it fully" in asked(sara, amina)
    set_state(enrolment_of(amina), "suspended", by=sara, at=at)
    assert "Their enrolment is suspended: whatever the dates, the door is closed." in asked(sara, amina)


def test_it_tells_locks_with_their_reason(asked, sara, chidi, autumn, at):
    set_lock(autumn.session_courses.all(), LockKind.COACH_ADDITIONS, reason="The exam board decides", by=sara, at=at)

    assert "not: Give items other dates (locked: The exam board decides)" in asked(sara, chidi, course="ETH")


def test_an_administrator_may_ask_about_somebody_without_a_role(asked, edna, boris):
    assert "They have no role here" in asked(edna, boris, course="ETH")


# Who may ask about whom


def test_only_those_who_manage_the_session_may_ask(client_of, make_person, autumn, amina, boris, chidi, dolores, henri):
    from encore.people.words import Role

    other = make_person("sten", "Sten", "Lund", Role.SESSION_ADMINISTRATOR)

    for person in (amina, boris, chidi, dolores, henri, other):
        answer = client_of(person).get(address(autumn), {"person": amina.pk})
        assert answer.status_code in (403, 404)
    assert not AuditEntry.objects.filter(by__in=[boris.pk, chidi.pk, other.pk]).exists()


def test_a_session_administrator_asks_only_about_people_of_the_session(client_of, sara, boris, edna, autumn):
    client = client_of(sara)

    for person in (boris, edna):
        assert "They have no role" not in main(client.get(address(autumn), {"person": person.pk}))
        assert "Nobody of this session fits" in main(client.get(address(autumn), {"q": person.last_name}))


def test_one_who_fits_is_answered_at_once_and_several_can_be_chosen(client_of, sara, amina, chidi, autumn):
    client = client_of(sara)

    one = client.get(address(autumn), {"q": "hadd", "course": "ETH", "on": "2026-12-24"})
    several = client.get(address(autumn), {"q": "i"})

    assert one["Location"] == f"{address(autumn)}?person={amina.pk}&course=ETH&on=2026-12-24"
    assert "Whom do you mean?" in main(several)


def test_a_name_typed_over_the_person_asked_about_wins(client_of, sara, amina, chidi, autumn):
    answer = client_of(sara).get(address(autumn), {"person": amina.pk, "q": "obi"})

    assert answer["Location"] == f"{address(autumn)}?person={chidi.pk}"


@pytest.mark.parametrize("query", [{"on": "soon"}, {"clock": "25:00"}, {"course": "LAW"}])
def test_what_is_typed_wrong_is_said(client_of, sara, amina, autumn, query):
    assert client_of(sara).get(address(autumn), {"person": amina.pk, **query}).status_code == 422


def test_the_pages_of_the_session_and_of_the_person_lead_to_it(client_of, sara, edna, amina, autumn):
    mine = f"{address(autumn)}?person={amina.pk}"

    assert address(autumn) in client_of(sara).get(reverse("session_overview", args=[autumn.pk])).content.decode()
    page = reverse("session_person", args=[autumn.pk, enrolment_of(amina).pk])
    assert mine in client_of(sara).get(page).content.decode()
    assert mine in client_of(edna).get(reverse("person", args=[amina.uuid])).content.decode()


def test_that_somebody_asked_is_recorded(asked, sara, amina, autumn):
    asked(sara, amina)

    entry = AuditEntry.objects.filter(by=sara, subject_kind="person", subject_id=amina.pk).latest("pk")
    assert entry.course_session_id == autumn.pk


# It is the decision, told


@settings(max_examples=150, deadline=None)
@given(cases())
def test_every_answer_is_the_decision(case):
    standing, terms, at = case
    decision = decide(standing, terms, at)
    here = Here(person=None, at=at, access=decision, standing=standing, terms=terms)  # type: ignore[arg-type]

    answer = check(here)

    assert answer.trace.decision == decision
    assert [words for row in answer.roles if row.decides for words in [row.ruling.level]][:1] == [decision.level]
    assert [piece.level for piece in answer.pieces if piece.is_now] == [decision.level]
    assert {name: not why for name, why in answer.actions} == {
        str(ACTIONS[action]): may(decision, here.locks, action) is None for action in Action
    }
    assert answer.rule and answer.level_words
    assert all(0 <= piece.left <= 1000 and piece.width > 0 for piece in answer.pieces)


@pytest.mark.parametrize(
    ("words", "all_of"),
    [
        (LEVELS, Access),
        (ROLES, PlaceRole),
        (SIGHTS, Sight),
        (REASONS, Reason),
        (ACTIONS, Action),
        (AFTER_ENDS, AfterEnd),
        (STATES, set(SessionState) - {SessionState.PUBLISHED}),
    ],
)
def test_every_word_is_told(words, all_of):
    assert set(words) == set(all_of)


def test_a_check_calls_the_rules_with_the_persons_own_standing(amina, autumn, at):
    here = here_for(amina, at=at, session=autumn.pk, code="ETH")

    assert check(here) == Check(here, explain_decision(here.standing, here.terms, at))

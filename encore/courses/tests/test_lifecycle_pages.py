"""Suspending, resuming, completing, withdrawing, bringing back, giving days: shown first, then done, all or nothing."""

import re
from datetime import UTC, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import now

from encore.courses.actions.enrolment import enrol, set_personal_time, set_state, withdraw
from encore.courses.actions.session import update_session
from encore.courses.models import Enrolment, EnrolmentChange
from encore.ledger.models import AuditEntry


def words(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


@pytest.fixture
def as_edna(client_of, edna):
    return client_of(edna)


@pytest.fixture
def running(make_session, make_course, amina, boris):
    today = now().astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    dates = {"opens_at": today - timedelta(days=10), "closes_at": today + timedelta(days=10)}
    return make_session("Running", [make_course("ETH", "Ethics")], [amina, boris], time_zone="UTC", **dates)


@pytest.fixture
def hers(running, amina):
    return running.enrolments.get(person=amina)


@pytest.fixture
def his(running, boris):
    return running.enrolments.get(person=boris)


def page_of(session):
    return f"/administration/sessions/{session.pk}/people/change/"


def asked(client, session, deed, *enrolments, **more):
    """The page that asks: what it shows, and what its form sends."""
    query = {"deed": deed, "enrolment": [e.pk for e in enrolments], **more}
    shown = client.get(page_of(session), query)
    return shown, sent_by(shown)


def sent_by(shown):
    context = shown.context
    sent = {"deed": context["deed"], "chosen": context["chosen"], "reason": "Because"}
    return sent | ({"stamp": context["shown"].stamp, "days": context["shown"].days} if context["shown"] else {})


def states(session):
    return dict(session.enrolments.filter(is_latest=True).values_list("person__username", "state"))


def test_many_are_suspended_at_once_with_a_reason_after_it_is_shown(as_edna, running, hers, his):
    shown, sent = asked(as_edna, running, "suspend", hers, his)
    assert "Suspend 2 people" in words(shown)
    assert "Can work until" in words(shown)
    assert "The door is closed" in words(shown)
    assert states(running) == {"amina": "active", "boris": "active"}

    as_edna.post(page_of(running), sent)

    assert states(running) == {"amina": "suspended", "boris": "suspended"}
    assert set(EnrolmentChange.objects.filter(state="suspended").values_list("reason", flat=True)) == {"Because"}
    entry = AuditEntry.objects.get(verb="suspend")
    assert entry.changes["people"] == [hers.person_id, his.person_id]
    assert entry.changes["reason"] == "Because"


def test_suspending_needs_a_reason(as_edna, running, hers):
    _shown, sent = asked(as_edna, running, "suspend", hers)

    assert as_edna.post(page_of(running), {**sent, "reason": ""}).status_code == 422
    assert states(running)["amina"] == "active"


@pytest.mark.parametrize(
    ("deed", "before", "after"),
    [
        ("resume", "suspended", "active"),
        ("complete", "active", "completed"),
        ("complete", "suspended", "completed"),
        ("withdraw", "active", "withdrawn"),
        ("withdraw", "suspended", "withdrawn"),
        ("restore", "withdrawn", "active"),
        ("restore", "completed", "active"),
    ],
)
def test_each_deed_leads_from_state_to_state(as_edna, running, hers, edna, at, deed, before, after):
    put(hers, before, edna, at)

    _shown, sent = asked(as_edna, running, deed, hers)
    answer = as_edna.post(page_of(running), sent)

    hers.refresh_from_db()
    assert answer.url == f"/administration/sessions/{running.pk}/people/{hers.pk}/"
    assert hers.state == after
    assert (hers.completed_at is not None) == (after == "completed")


def put(enrolment, state, by, at):
    if state == "withdrawn":
        withdraw([enrolment], by=by, at=at)
    else:
        set_state(enrolment, state, by=by, at=at)


def test_one_who_is_refused_keeps_the_others_from_it_unless_skipped(as_edna, running, hers, his, edna, at):
    withdraw([his], by=edna, at=at)
    shown, sent = asked(as_edna, running, "suspend", hers, his)
    assert "Is withdrawn: restore the enrolment first." in words(shown)

    refused = as_edna.post(page_of(running), sent)
    assert refused.status_code == 409
    assert states(running) == {"amina": "active", "boris": "withdrawn"}
    as_edna.post(page_of(running), {**sent, "skip": "on"})

    assert states(running) == {"amina": "suspended", "boris": "withdrawn"}


def test_what_changed_meanwhile_is_told_and_nothing_is_done(as_edna, running, hers, his, edna, at):
    _shown, sent = asked(as_edna, running, "withdraw", hers, his)
    set_state(his, "completed", by=edna, at=at)

    told = as_edna.post(page_of(running), sent)

    assert told.status_code == 409
    assert "Something has changed in the meantime" in words(told)
    assert states(running) == {"amina": "active", "boris": "completed"}


def test_a_double_click_does_nothing_twice(as_edna, running, hers):
    _shown, sent = asked(as_edna, running, "suspend", hers)

    as_edna.post(page_of(running), sent)
    second = as_edna.post(page_of(running), sent, follow=True)

    assert "There was nothing left to do." in words(second)
    assert EnrolmentChange.objects.filter(state="suspended").count() == 1


def test_days_are_not_given_twice_by_a_double_click(as_edna, running, hers):
    _shown, sent = asked(as_edna, running, "extend", hers, days=7)

    as_edna.post(page_of(running), sent)
    assert as_edna.post(page_of(running), sent).status_code == 409

    hers.refresh_from_db()
    assert hers.extra_days == 7


def test_more_days_are_asked_for_shown_and_given(as_edna, running, hers, his, edna, at):
    own = {"opens_at": None, "closes_at": running.closes_at + timedelta(days=2), "extra_days": 0, "reason": "Ill"}
    set_personal_time(his, **own, by=edna, at=at)
    question, _sent = asked(as_edna, running, "extend", hers, his)
    assert "Days more" in words(question)

    sent = {"deed": "extend", "chosen": f"{hers.pk},{his.pk}", "days": "5"}
    shown = as_edna.post(page_of(running), sent)
    assert Enrolment.objects.get(pk=hers.pk).window_closes_at == running.closes_at
    as_edna.post(page_of(running), sent_by(shown))

    hers.refresh_from_db()
    his.refresh_from_db()
    assert hers.window_closes_at == running.closes_at + timedelta(days=5)
    assert his.window_closes_at == running.closes_at + timedelta(days=7)
    assert (hers.extra_days, his.extra_days) == (5, 0)
    assert (hers.time_reason, hers.time_by) == ("Because", edna)


@pytest.mark.parametrize("days", ["0", "-3", "x", "99999999"])
def test_days_that_are_none_are_refused(as_edna, running, hers, days):
    answer = as_edna.post(page_of(running), {"deed": "extend", "chosen": hers.pk, "days": days})

    assert answer.status_code == 422


def test_what_has_no_end_cannot_be_extended(as_edna, make_session, amina):
    session = make_session("Endless", learners=[amina])

    shown, _sent = asked(as_edna, session, "extend", session.enrolments.get(), days=3)

    assert "Has no end that could be moved." in words(shown)
    assert shown.context["shown"].changing == []


def test_a_duration_gets_days_before_it_has_begun(as_edna, make_session, amina):
    session = make_session("Thirty", learners=[amina], duration_days=30)

    shown, sent = asked(as_edna, session, "extend", session.enrolments.get(), days=3)
    as_edna.post(page_of(session), sent)

    assert "Can work 33 days from the first visit" in words(shown)
    assert session.enrolments.get().extra_days == 3


def test_enrolling_again_gives_clean_results_beside_the_old(as_edna, running, hers, edna, at):
    withdraw([hers], by=edna, at=at)
    _shown, sent = asked(as_edna, running, "again", hers)

    answer = as_edna.post(page_of(running), sent, follow=True)
    earlier = as_edna.get(f"/administration/sessions/{running.pk}/people/{hers.pk}/")

    assert answer.context["enrolment"].number == 2
    assert list(answer.context["others"]) == [hers]
    assert "This is an earlier enrolment" in words(earlier)
    assert earlier.context["deeds"] == []
    assert "There was nothing left to do." in words(as_edna.post(page_of(running), sent, follow=True))
    assert running.enrolments.count() == 3


def test_an_earlier_enrolment_is_shown_and_stays_as_it_is(as_edna, running, hers, edna, at):
    withdraw([hers], by=edna, at=at)
    enrol([hers.person_id], running, by=edna, at=at, returning="again")
    page = f"/administration/sessions/{running.pk}/people/{hers.pk}/"

    shown, _sent = asked(as_edna, running, "restore", hers)

    assert as_edna.post(page, {"extra_days": "3", "reason": "x"}).status_code == 404
    place = running.session_courses.get()
    assert as_edna.post(f"{page}course/", {"exclude": place.pk}).status_code == 404
    assert "A later enrolment of theirs in this session counts now." in words(shown)


def test_coming_back_to_a_full_session_has_to_be_confirmed(as_edna, running, hers, edna, at):
    withdraw([hers], by=edna, at=at)
    update_session(running, {"seats": 1}, by=edna, at=at)
    shown, sent = asked(as_edna, running, "restore", hers)
    assert "Go over the number of seats" in words(shown)

    assert "has 0 free seats" in words(as_edna.post(page_of(running), sent))
    as_edna.post(page_of(running), {**sent, "over_seats": "on"})

    assert states(running)["amina"] == "active"


def test_everybody_of_the_filtered_list_is_chosen_at_once(as_edna, running, his, edna, at):
    set_state(his, "suspended", by=edna, at=at)

    shown, _sent = asked(as_edna, running, "resume", everyone="1", state="suspended")

    assert [line.enrolment for line in shown.context["shown"].lines] == [his]


def test_nobody_chosen_and_too_many_are_told(as_edna, running, monkeypatch):
    monkeypatch.setattr("encore.courses.views.lifecycle.MOST_PEOPLE", 1)

    nobody = as_edna.get(page_of(running), {"deed": "suspend"}, follow=True)
    many = as_edna.get(page_of(running), {"deed": "suspend", "everyone": "1"}, follow=True)

    assert "Nobody was chosen." in words(nobody)
    assert "At most 1 people at a time" in words(many)


def test_people_of_another_session_are_not_found(as_edna, make_session, hers, boris):
    other = make_session("Other", learners=[boris])

    assert as_edna.get(page_of(other), {"deed": "suspend", "enrolment": hers.pk}).status_code == 404
    assert as_edna.post(page_of(other), {"deed": "withdraw", "chosen": hers.pk, "stamp": "x"}).status_code == 404
    assert as_edna.get(page_of(other), {"deed": "burn", "enrolment": 1}).status_code == 404


def test_who_does_not_manage_the_session_does_nothing_to_its_people(client_of, running, hers, amina, chidi, sara):
    for person, status in ((amina, 403), (chidi, 404), (sara, 404)):
        answer = client_of(person).post(page_of(running), {"deed": "withdraw", "chosen": hers.pk, "stamp": "x"})
        assert answer.status_code == status
    assert states(running)["amina"] == "active"


def test_thirty_people_ask_no_more_queries_than_two(as_edna, running, hers, his, make_person, edna, at):
    def queries(**choice):
        with CaptureQueriesContext(connection) as found:
            shown, sent = asked(as_edna, running, "suspend", **choice)
            as_edna.post(page_of(running), sent)
        return len(found)

    few = queries(everyone="1")
    enrol([make_person(f"p{n}").pk for n in range(30)], running, by=edna, at=at)

    assert queries(everyone="1", state="active") <= few


def test_a_withdrawn_learner_finds_the_session_past_and_the_door_explained(client_of, running, hers, edna):
    withdraw([hers], by=edna, at=now())
    client = client_of(hers.person)

    door = client.get(f"/sessions/{running.pk}/")

    assert "Running" in words(client.get("/?list=past"))
    assert door.status_code == 403
    assert "You are no longer enrolled." in words(door)

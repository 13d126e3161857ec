"""Transfers: what was done goes along to the other session, nothing is lost or mixed, and it can be taken back."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext

from encore.courses.actions.enrolment import enrol, exclude, set_state, withdraw
from encore.courses.actions.session import add_class, add_courses, remove_courses, update_session
from encore.courses.context import here_for
from encore.courses.errors import CannotDo, ChangedMeanwhile, SessionFull
from encore.courses.models import CourseExclusion, Enrolment, EnrolmentSource, WaitingPerson
from encore.ledger.models import AuditEntry
from encore.people.actions import create_class, join_class, leave_class
from encore.toolkit.completion import see
from encore.toolkit.models import Completion, Transfer
from encore.toolkit.publishing import create_item, open_draft, publish, save_draft
from encore.toolkit.records import COLUMNS, Moves, has_column
from encore.toolkit.registry import kind_named
from encore.toolkit.scoping import shown_in
from encore.toolkit.transfer import transfer, undo
from encore.toolkit.transferring import preview, why_not_undo

LATER = timedelta(hours=1)


def words(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def published(here, title):
    draft = create_item(here, "page", title=title, content=kind_named("page").content())
    publish([draft], here)
    return draft.item


@pytest.fixture
def ethics(make_course, edna, at):
    """A course with two pages."""
    course = make_course("ETH", "Ethics")
    for title in ("First", "Second"):
        published(here_for(edna, at=at, code="ETH"), title)
    return course


@pytest.fixture
def law(make_course, edna, at):
    course = make_course("LAW", "Law")
    published(here_for(edna, at=at, code="LAW"), "Statute")
    return course


@pytest.fixture
def spring(make_session, ethics, law, amina, boris):
    return make_session("Spring", [ethics, law], [amina, boris])


@pytest.fixture
def autumn(make_session, ethics):
    return make_session("Autumn", [ethics])


@pytest.fixture
def visit(at):
    """visit(amina, spring, "ETH"): sees everything that shows there."""

    def look(person, session, code="ETH", at=at):
        here = here_for(person, at=at, session=session.pk, code=code)
        for item in shown_in(here, kind="page"):
            see(item, here)

    return look


def of(session, person):
    return Enrolment.objects.get(session=session, person=person, is_latest=True)


def seen(enrolment):
    return sorted(enrolment.completions.values_list("version__title", flat=True))


def go(person, session, target, edna, at, **more):
    return transfer(session, [of(session, person).pk], target, by=edna, at=at, reason="Moved", **more)[0]


# What moves


def test_what_was_done_in_a_shared_course_goes_along(spring, autumn, visit, amina, edna, at):
    visit(amina, spring)
    ids = set(Completion.objects.values_list("pk", flat=True))

    go(amina, spring, autumn, edna, at)

    here, there = of(spring, amina), of(autumn, amina)
    assert (here.state, there.state) == ("withdrawn", "active")
    assert seen(there) == ["First", "Second"]
    assert set(there.completions.values_list("pk", flat=True)) == ids
    assert set(there.completions.values_list("session", "session_course")) == {
        (autumn.pk, autumn.session_courses.get().pk)
    }
    assert here.changes.last().reason == "Moved"


def test_what_was_done_in_a_course_that_is_not_there_stays(spring, autumn, visit, amina, edna, at):
    visit(amina, spring, "LAW")

    shown = preview(spring, [of(spring, amina)], autumn, at=at)
    go(amina, spring, autumn, edna, at)

    assert shown.lines[0].stays == ["Not in the other session: Law: 1 item seen"]
    assert [course.code for course in shown.only_here] == ["LAW"]
    assert seen(of(spring, amina)) == ["Statute"]
    assert seen(of(autumn, amina)) == []


def test_what_was_made_for_one_session_only_stays(spring, autumn, visit, amina, edna, at):
    here = here_for(edna, at=at, session=spring.pk, code="ETH")
    published(here, "Here only")
    first = shown_in(here, kind="page").get(title="First")
    draft = open_draft(first, here)
    draft = save_draft(draft, here, title="First, our way", content=kind_named("page").content(), stamp=draft.stamp)
    publish([draft], here)
    visit(amina, spring)

    shown = preview(spring, [of(spring, amina)], autumn, at=at)
    go(amina, spring, autumn, edna, at)

    assert shown.lines[0].goes == ["Ethics: 1 item seen"]
    assert shown.lines[0].stays == ["Made for this session only: 2 items seen"]
    assert seen(of(autumn, amina)) == ["Second"]
    assert seen(of(spring, amina)) == ["First, our way", "Here only"]


def test_nobody_elses_records_move(spring, autumn, visit, amina, boris, edna, at):
    visit(amina, spring)
    visit(boris, spring)

    go(amina, spring, autumn, edna, at)

    assert seen(of(spring, boris)) == ["First", "Second"]
    assert of(spring, boris).state == "active"


def test_many_are_transferred_at_once_each_with_their_own(spring, autumn, visit, amina, boris, edna, at):
    visit(amina, spring)
    visit(boris, spring, "LAW")

    transfer(spring, [of(spring, p).pk for p in (amina, boris)], autumn, by=edna, at=at, reason="x")

    assert seen(of(autumn, amina)) == ["First", "Second"]
    assert seen(of(autumn, boris)) == []
    assert seen(of(spring, boris)) == ["Statute"]


def test_thirty_people_ask_no_more_queries_than_two(spring, autumn, visit, amina, boris, make_person, edna, at):
    def queries(people):
        with CaptureQueriesContext(connection) as found:
            transfer(spring, [of(spring, p).pk for p in people], autumn, by=edna, at=at, reason="x")
        return len(found) - len(people)  # looked up here, one by one

    visit(amina, spring)
    visit(boris, spring)
    few = queries([amina, boris])
    many = [make_person(f"p{n}") for n in range(30)]
    enrol([p.pk for p in many], spring, by=edna, at=at)
    for person in many:
        visit(person, spring)

    assert queries(many) <= few


def test_each_model_of_records_says_how_it_moves():
    silent = [
        model.__name__
        for model in apps.get_models()
        if all(has_column(model, name) for name in COLUMNS) and not isinstance(getattr(model, "moves", None), Moves)
    ]

    assert silent == []


# Who may


@pytest.mark.parametrize("state", ["withdrawn", "completed"])
def test_who_has_left_is_not_transferred(spring, autumn, amina, edna, at, state):
    enrolment = of(spring, amina)
    withdraw([enrolment], by=edna, at=at) if state == "withdrawn" else set_state(enrolment, state, by=edna, at=at)

    with pytest.raises(CannotDo):
        go(amina, spring, autumn, edna, at)

    assert not Transfer.objects.exists()


def test_who_has_results_in_the_other_session_is_refused(spring, autumn, visit, amina, edna, at):
    enrol([amina.pk], autumn, by=edna, at=at)
    visit(amina, autumn)
    visit(amina, spring)

    shown = preview(spring, [of(spring, amina)], autumn, at=at)
    with pytest.raises(CannotDo):
        go(amina, spring, autumn, edna, at)

    assert "which must not be mixed" in shown.lines[0].why
    assert of(spring, amina).state == "active"


def test_who_is_there_without_results_goes_on_in_that_enrolment(spring, autumn, visit, amina, edna, at):
    enrol([amina.pk], autumn, by=edna, at=at)
    there = of(autumn, amina)
    visit(amina, spring)

    go(amina, spring, autumn, edna, at)

    assert of(autumn, amina) == there
    assert seen(there) == ["First", "Second"]


def test_who_was_there_before_gets_a_new_enrolment_beside_the_old(spring, autumn, visit, amina, edna, at):
    enrol([amina.pk], autumn, by=edna, at=at)
    old = of(autumn, amina)
    visit(amina, autumn)
    withdraw([old], by=edna, at=at)
    visit(amina, spring)

    go(amina, spring, autumn, edna, at)

    assert (of(autumn, amina).number, seen(of(autumn, amina))) == (2, ["First", "Second"])
    assert seen(old) == ["First", "Second"]


def test_who_is_suspended_stays_suspended(spring, autumn, amina, edna, at):
    set_state(of(spring, amina), "suspended", by=edna, at=at)

    go(amina, spring, autumn, edna, at)

    assert of(autumn, amina).state == "suspended"


def test_who_is_out_of_a_course_stays_out_of_it(spring, autumn, amina, edna, at):
    exclude(of(spring, amina), spring.session_courses.get(course__code="ETH"), by=edna, at=at, reason="Knows it")

    go(amina, spring, autumn, edna, at)

    assert of(autumn, amina).exclusions.get().reason == "Knows it"
    assert CourseExclusion.objects.count() == 2


def test_the_seats_there_are_kept_unless_confirmed(spring, autumn, amina, edna, at):
    update_session(autumn, {"seats": 1}, by=edna, at=at)
    enrol([edna.pk], autumn, by=edna, at=at)

    with pytest.raises(SessionFull):
        go(amina, spring, autumn, edna, at)
    assert of(spring, amina).state == "active"
    go(amina, spring, autumn, edna, at, over_seats=True)

    assert of(autumn, amina).state == "active"


def test_the_seat_left_behind_goes_to_who_waits(spring, autumn, amina, chidi, edna, at):
    update_session(spring, {"seats": 2}, by=edna, at=at)
    WaitingPerson.objects.create(session=spring, person=chidi, kind="self", at=at)

    go(amina, spring, autumn, edna, at)

    assert of(spring, chidi).state == "active"


def test_what_changed_since_it_was_shown_is_not_done(spring, autumn, amina, edna, at):
    stamp = preview(spring, [of(spring, amina)], autumn, at=at).stamp
    set_state(of(spring, amina), "suspended", by=edna, at=at)

    with pytest.raises(ChangedMeanwhile):
        go(amina, spring, autumn, edna, at, stamp=stamp)


def test_both_sessions_tell_of_it(spring, autumn, visit, amina, edna, at):
    visit(amina, spring)
    go(amina, spring, autumn, edna, at)

    away, here = AuditEntry.objects.get(verb="transfer"), AuditEntry.objects.get(verb="take over")

    assert (away.course_session_id, here.course_session_id) == (spring.pk, autumn.pk)
    assert away.changes["to"] == autumn.pk
    assert here.changes["from"] == spring.pk
    assert away.changes["records"] == here.changes["records"] == {"toolkit.completion": 2}
    assert away.changes["reason"] == "Moved"


# Taking it back


def test_a_transfer_is_taken_back_with_all_that_went_along(spring, autumn, visit, amina, edna, at):
    visit(amina, spring)
    visit(amina, spring, "LAW")
    before = set(Completion.objects.values_list())
    one = go(amina, spring, autumn, edna, at)

    undo(one, by=edna, at=at + LATER)

    assert set(Completion.objects.values_list()) == before
    assert (of(spring, amina).state, of(autumn, amina).state) == ("active", "withdrawn")
    one.refresh_from_db()
    assert (one.undone_at, one.undone_by) == (at + LATER, edna)
    assert why_not_undo(Transfer.objects.get()) == "It has been taken back already."
    with pytest.raises(CannotDo):
        undo(one, by=edna, at=at + LATER)


def test_it_is_not_taken_back_once_the_person_has_gone_on(spring, autumn, visit, amina, edna, at):
    one = go(amina, spring, autumn, edna, at)
    visit(amina, autumn)

    with pytest.raises(CannotDo, match="gone on in the other session since: 2 items seen"):
        undo(one, by=edna, at=at + LATER)

    assert seen(of(autumn, amina)) == ["First", "Second"]


def test_it_is_not_taken_back_where_it_is_not_the_last_word(make_session, ethics, spring, autumn, amina, edna, at):
    one = go(amina, spring, autumn, edna, at)
    winter = make_session("Winter", [ethics])
    go(amina, autumn, winter, edna, at)

    one = Transfer.objects.get(pk=one.pk)
    assert why_not_undo(one) == "The person has left the other session since."
    enrol([amina.pk], spring, by=edna, at=at, returning="restore")
    assert why_not_undo(Transfer.objects.get(pk=one.pk)) == (
        "The person has come back to the first session by another way."
    )


def test_it_is_not_taken_back_into_a_course_that_is_gone(spring, autumn, visit, amina, edna, at, ethics):
    visit(amina, spring)
    one = go(amina, spring, autumn, edna, at)
    remove_courses(spring, [ethics.pk], by=edna, at=at)
    one = Transfer.objects.get(pk=one.pk)
    assert why_not_undo(one) == "A course that it is about has been taken out of the first session."

    add_courses(spring, [ethics.pk], by=edna, at=at)
    undo(one, by=edna, at=at + LATER)

    assert seen(of(spring, amina)) == ["First", "Second"]


def test_the_sources_come_back_as_far_as_they_still_lead_there(make_session, ethics, autumn, amina, boris, edna, at):
    nurses = create_class(name="Nurses", by=edna, at=at)
    join_class(nurses, [amina, boris], by=edna, at=at)
    summer = make_session("Summer", [ethics])
    add_class(summer, nurses, by=edna, at=at)
    hers, his = (go(p, summer, autumn, edna, at) for p in (amina, boris))
    leave_class(nurses, [boris], by=edna, at=at)

    undo(hers, by=edna, at=at + LATER)
    undo(his, by=edna, at=at + LATER)

    def sources(person):
        return set(EnrolmentSource.objects.filter(enrolment=of(summer, person)).values_list("kind", flat=True))

    assert (sources(amina), sources(boris)) == ({"class"}, {"hand"})


def test_who_was_there_before_stays_there_when_it_is_taken_back(spring, autumn, visit, amina, edna, at):
    enrol([amina.pk], autumn, by=edna, at=at, kind="import")
    visit(amina, spring)
    one = go(amina, spring, autumn, edna, at)

    undo(one, by=edna, at=at + LATER)

    assert of(autumn, amina).state == "active"
    assert [s.kind for s in of(autumn, amina).sources.all()] == ["import"]
    assert seen(of(spring, amina)) == ["First", "Second"]


def test_a_suspended_one_comes_back_suspended(spring, autumn, amina, edna, at):
    set_state(of(spring, amina), "suspended", by=edna, at=at)
    one = go(amina, spring, autumn, edna, at)

    undo(one, by=edna, at=at + LATER)

    assert of(spring, amina).state == "suspended"


def test_the_seat_given_to_another_is_only_gone_over_by_confirming(spring, autumn, amina, chidi, edna, at):
    update_session(spring, {"seats": 2}, by=edna, at=at)
    one = go(amina, spring, autumn, edna, at)
    enrol([chidi.pk], spring, by=edna, at=at)

    with pytest.raises(SessionFull):
        undo(one, by=edna, at=at + LATER)
    assert of(autumn, amina).state == "active"
    undo(one, by=edna, at=at + LATER, over_seats=True)

    assert of(spring, amina).state == "active"


# Pages


def start(session):
    return f"/administration/sessions/{session.pk}/people/transfer/"


def test_a_transfer_is_chosen_shown_done_and_taken_back_on_pages(
    client_of, spring, autumn, make_session, visit, amina, edna
):
    visit(amina, spring, at=datetime.now(UTC))
    client, hers = client_of(edna), of(spring, amina)
    make_session("Nothing in common")

    choice = client.get(start(spring), {"enrolment": hers.pk})
    assert [one.title for one, _look in choice.context["rows"]] == ["Autumn"]
    question = client.get(start(spring), {"enrolment": hers.pk, "to": autumn.pk})
    assert "Ethics: 2 items seen" in words(question)
    sent = {"to": autumn.pk, "chosen": hers.pk, "stamp": question.context["shown"].stamp}
    assert client.post(start(spring), {**sent, "reason": ""}).status_code == 422
    client.post(start(spring), {**sent, "reason": "Moved"})
    assert "There was nothing left to do." in words(client.post(start(spring), {**sent, "reason": "x"}, follow=True))
    person = client.get(f"/administration/sessions/{autumn.pk}/people/{of(autumn, amina).pk}/")
    assert "From “Spring”" in words(person)
    assert "2 of 2" in words(person)
    one = Transfer.objects.get()
    page = f"/administration/sessions/{spring.pk}/transfers/{one.pk}/"
    assert "Take the transfer back" in words(client.get(page))
    client.post(page)

    assert of(spring, amina).state == "active"
    assert "Taken back" in words(client.get(page))


def test_only_sessions_that_one_manages_are_offered_and_reached(
    client_of, make_session, ethics, spring, amina, boris, sara
):
    hers = make_session("Hers", [ethics], [amina], owner=sara)
    client, enrolment = client_of(sara), of(hers, amina)

    choice = client.get(start(hers), {"enrolment": enrolment.pk})
    assert choice.context["rows"] == []
    assert client.get(start(hers), {"enrolment": enrolment.pk, "to": spring.pk}).status_code == 404
    assert client.get(start(hers), {"enrolment": of(spring, boris).pk}).status_code == 404
    assert client.get(start(spring), {"enrolment": of(spring, boris).pk}).status_code == 404


def test_a_transfer_is_shown_to_who_manages_both_sessions_and_named_to_no_other(
    client_of, make_session, ethics, spring, boris, sara, edna, at
):
    hers = make_session("Hers", [ethics], owner=sara)
    one = go(boris, spring, hers, edna, at)

    person = client_of(sara).get(f"/administration/sessions/{hers.pk}/people/{of(hers, boris).pk}/")
    page = f"/administration/sessions/{hers.pk}/transfers/{one.pk}/"

    assert "From another session" in words(person)
    assert "Spring" not in words(person)
    assert client_of(sara).get(page).status_code == 404
    assert client_of(sara).post(page).status_code == 404
    assert client_of(edna).get(page).status_code == 200
    assert client_of(boris).get(page).status_code == 403

"""Locks of a session's courses: set and lifted by whoever manages it, for one course or all at once."""

import pytest

from encore.courses.actions.locks import lift_lock, set_lock
from encore.courses.actions.session import copy_courses
from encore.courses.context import here_for
from encore.courses.errors import CannotDo
from encore.courses.models import SessionCourse
from encore.courses.rules import Action, Locks
from encore.courses.words import LockKind
from encore.ledger.models import AuditEntry

VISIBILITY, ADDITIONS = LockKind.TOOL_VISIBILITY, LockKind.COACH_ADDITIONS


@pytest.fixture
def spring(make_session, make_course, chidi, sara):
    return make_session(
        "Spring", [make_course("ETH", "Ethics"), make_course("LAW", "Law")], coaches=[chidi], owner=sara
    )


@pytest.fixture
def page(spring):
    return f"/administration/sessions/{spring.pk}/locks/"


def reasons(session):
    rows = SessionCourse.objects.filter(session=session).order_by("position")
    return [(row.tool_visibility_lock, row.coach_additions_lock) for row in rows]


def sent(session, *, kinds=("coach_additions",), courses=("ETH", "LAW"), reason="Accredited", **more):
    places = SessionCourse.objects.filter(session=session, course__code__in=courses)
    return {"kinds": kinds, "places": [place.pk for place in places], "reason": reason, **more}


def test_all_courses_are_locked_at_once_with_a_reason(client_of, sara, spring, page):
    answer = client_of(sara).post(page, sent(spring, kinds=["coach_additions", "tool_visibility"]))

    assert answer.status_code == 302
    assert reasons(spring) == [("Accredited", "Accredited")] * 2
    assert {row.coach_additions_lock_by for row in spring.session_courses.all()} == {sara}
    entries = AuditEntry.objects.filter(verb="lock", course_session_id=spring.pk)
    assert sorted(entry.changes["lock"] for entry in entries) == ["coach_additions", "tool_visibility"]


def test_one_course_is_locked_and_the_other_stays_free(client_of, sara, spring, page, chidi, at):
    ticked = client_of(sara).get(f"{page}?course=LAW").context["form"]["places"].value()
    assert ticked == [str(spring.session_courses.get(course__code="LAW").pk)]

    client_of(sara).post(page, sent(spring, courses=["LAW"]))

    law, ethics = (here_for(chidi, at=at, session=spring.pk, code=code) for code in ("LAW", "ETH"))
    assert law.locks == Locks(coach_additions="Accredited")
    assert not law.may(Action.ADD_ITEM)
    assert ethics.may(Action.ADD_ITEM)


@pytest.mark.parametrize("missing", ["kinds", "places", "reason"])
def test_nothing_is_locked_without_saying_what_where_and_why(client_of, sara, spring, page, missing):
    answer = client_of(sara).post(page, {**sent(spring), missing: ""})

    assert answer.status_code == 422
    assert missing in answer.context["form"].errors
    assert reasons(spring) == [("", "")] * 2


def test_an_action_without_a_reason_is_refused(spring, sara, at):
    with pytest.raises(CannotDo):
        set_lock(spring.session_courses.all(), VISIBILITY, reason="  ", by=sara, at=at)


def test_the_same_twice_is_once(spring, sara, at):
    for _n in range(2):
        set_lock(spring.session_courses.all(), VISIBILITY, reason="Exam", by=sara, at=at)
        assert AuditEntry.objects.filter(verb="lock").count() == 1

    for _n in range(2):
        lift_lock(spring.session_courses.all(), VISIBILITY, by=sara, at=at)
        assert AuditEntry.objects.filter(verb="unlock").count() == 1
    assert reasons(spring) == [("", "")] * 2


def test_locks_are_lifted_one_by_one_and_all_at_once(client_of, sara, spring, page, at):
    set_lock(spring.session_courses.all(), VISIBILITY, reason="Exam", by=sara, at=at)
    set_lock(spring.session_courses.all(), ADDITIONS, reason="Accredited", by=sara, at=at)
    stamps = client_of(sara).get(page).context["set"]

    client_of(sara).post(page, {"lift": stamps[0]})
    assert reasons(spring) == [("", "Accredited"), ("Exam", "Accredited")]
    client_of(sara).post(page, {"lift": stamps})

    assert reasons(spring) == [("", "")] * 2


def test_a_lock_set_anew_since_one_looked_is_not_lifted(client_of, sara, edna, spring, page, at):
    set_lock(spring.session_courses.all(), ADDITIONS, reason="Old", by=sara, at=at)
    stamps = client_of(sara).get(page).context["set"]
    lift_lock(spring.session_courses.all(), ADDITIONS, by=edna, at=at)
    set_lock(
        spring.session_courses.filter(course__code="ETH"), ADDITIONS, reason="New", by=edna, at=at.replace(hour=12)
    )

    answer = client_of(sara).post(page, {"lift": stamps}, follow=True)

    assert reasons(spring) == [("", "New"), ("", "")]
    assert "Ethics was locked anew by Edna Larsen" in answer.content.decode()


def test_the_second_to_lock_sees_the_reason_of_the_first(client_of, sara, edna, spring, page, at):
    shown = client_of(sara).get(page).context["form"]["shown"].value()
    set_lock(spring.session_courses.filter(course__code="ETH"), ADDITIONS, reason="Theirs", by=edna, at=at)

    conflict = client_of(sara).post(page, sent(spring, reason="Mine", shown=shown))
    assert conflict.status_code == 409
    assert (
        "Ethics, Additions, own versions and dates: not locked → <strong>Theirs</strong>" in conflict.content.decode()
    )
    assert reasons(spring) == [("", "Theirs"), ("", "")]
    client_of(sara).post(page, sent(spring, reason="Mine", shown=conflict.context["form"]["shown"].value()))

    assert reasons(spring) == [("", "Mine"), ("", "Mine")]


def test_a_session_that_starts_from_another_starts_unlocked(make_session, spring, sara, at):
    set_lock(spring.session_courses.all(), ADDITIONS, reason="Accredited", by=sara, at=at)
    autumn = make_session("Autumn")

    copy_courses(autumn, spring, by=sara, at=at)

    assert reasons(autumn) == [("", ""), ("", "")]


def test_the_overview_and_the_history_tell_of_locks(client_of, sara, spring, at):
    set_lock(spring.session_courses.filter(course__code="LAW"), VISIBILITY, reason="Exam", by=sara, at=at)

    shown = client_of(sara).get(f"/administration/sessions/{spring.pk}/").content.decode()

    assert "What shows, and in which order: Exam" in shown
    assert "Locked for the coaches of Law" in shown


def test_coaches_set_no_locks_and_foreign_courses_are_out_of_reach(
    client_of, chidi, sara, edna, spring, page, make_session
):
    other = make_session("Other", [spring.session_courses.first().course], owner=edna)

    assert client_of(chidi).post(page, sent(spring)).status_code == 403
    assert client_of(sara).post(f"/administration/sessions/{other.pk}/locks/", sent(other)).status_code == 404
    answer = client_of(sara).post(page, {**sent(spring), "places": [other.session_courses.get().pk]})
    assert answer.status_code == 422
    assert reasons(spring) + reasons(other) == [("", "")] * 3


def test_the_place_knows_its_locks_without_a_further_query(django_assert_num_queries, spring, chidi, sara, at):
    set_lock(spring.session_courses.all(), ADDITIONS, reason="Accredited", by=sara, at=at)

    with django_assert_num_queries(3):
        here = here_for(chidi, at=at, session=spring.pk, code="ETH")
        assert here.why_not(Action.OWN_VERSION).reason == "Accredited"

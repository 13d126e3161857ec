"""Each rule of time on a running session: who is affected is shown first, just that is done, and the door obeys."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from encore.courses.actions.enrolment import exclude, set_personal_time, set_state
from encore.courses.actions.session import set_coach_time, update_session
from encore.courses.models import CourseCoach, CourseSession, GeneralCoach
from encore.courses.tests.asking import say_yes

OPENS = datetime(2026, 11, 1, tzinfo=UTC)
CLOSES = datetime(2026, 12, 1, tzinfo=UTC)
BEFORE, INSIDE, AFTER = OPENS - timedelta(days=1), OPENS + timedelta(days=9), CLOSES + timedelta(days=1)


def words(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


@pytest.fixture
def clock(monkeypatch):
    """clock(moment): what the door reads from now on."""

    def set_to(moment):
        monkeypatch.setattr("encore.courses.decorators.now", lambda: moment)

    set_to(INSIDE)
    return set_to


@pytest.fixture
def spring(clock, make_session, make_course, amina, boris, chidi, dolores, carol):
    """November 2026, with two learners, a coach of Ethics, one of Law, and a general coach."""
    session = make_session(
        "Spring",
        [make_course("ETH", "Ethics", teachers=[dolores]), make_course("LAW", "Law")],
        learners=[amina, boris],
        general=[carol],
        time_zone="UTC",
        opens_at=OPENS,
        closes_at=CLOSES,
        coach_days_before=0,
        coach_days_after=0,
    )
    CourseCoach.objects.create(session_course=session.session_courses.get(course__code="ETH"), person=chidi)
    return session


@pytest.fixture
def carol(make_person):
    return make_person("carol", "Carol", "Mensah")


@pytest.fixture
def hers(spring, amina):
    return spring.enrolments.get(person=amina)


@pytest.fixture
def as_edna(client_of, edna):
    return client_of(edna)


def of(session, page=""):
    return f"/administration/sessions/{session.pk}/{page}"


def form_of(client, address):
    """What the form of the page sends when nothing is changed, and its hidden word of what it showed."""
    form = client.get(address).context["form"]
    sent = {name: form[name].value() for name in form.fields}
    return {name: "" if value is None else value for name, value in sent.items() if value is not False}


# The door, before, inside and after, for each role


LEARNER_AFTER = {"read_only": 200, "open": 200, "closed": 403}


@pytest.mark.parametrize("after_end", ["read_only", "open", "closed"])
@pytest.mark.parametrize("who", ["amina", "chidi", "carol"])
def test_the_door_of_learners_and_coaches_goes_by_their_window(request, client_of, clock, spring, who, after_end):
    update_session(spring, {"after_end": after_end}, by=None, at=INSIDE)
    client = client_of(request.getfixturevalue(who))

    seen = []
    for moment in (BEFORE, OPENS, INSIDE, CLOSES - timedelta(microseconds=1), CLOSES, AFTER):
        clock(moment)
        seen.append(client.get(f"/sessions/{spring.pk}/ETH/").status_code)

    after = LEARNER_AFTER[after_end]
    assert seen == [403, 200, 200, 200, after, after]


@pytest.mark.parametrize("after_end", ["read_only", "open", "closed"])
def test_after_the_end_a_coach_writes_only_where_it_stays_accessible(client_of, clock, spring, chidi, after_end):
    update_session(spring, {"after_end": after_end}, by=None, at=INSIDE)
    address = f"/sessions/{spring.pk}/ETH/tools/"

    seen = []
    for moment in (BEFORE, INSIDE, AFTER):
        clock(moment)
        seen.append(client_of(chidi).post(address, {"tool": "links", "visible": "no"}).status_code)

    assert seen == [403, 302, 302 if after_end == "open" else 403]


@pytest.mark.parametrize("moment", [BEFORE, INSIDE, AFTER])
@pytest.mark.parametrize(("who", "status"), [("dolores", 200), ("edna", 200), ("sara", 404), ("henri", 404)])
def test_the_clock_moves_no_door_of_those_who_teach_manage_or_have_no_role(
    request, client_of, clock, spring, who, status, moment
):
    clock(moment)

    assert client_of(request.getfixturevalue(who)).get(f"/sessions/{spring.pk}/ETH/").status_code == status


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("active", [403, 200, 200]),
        ("completed", [403, 200, 200]),
        ("suspended", [403, 403, 403]),
    ],
)
def test_the_state_of_an_enrolment_and_the_clock_decide_together(
    client_of, clock, spring, hers, amina, edna, state, expected
):
    if state != "active":
        set_state(hers, state, by=edna, at=INSIDE)

    seen = []
    for moment in (BEFORE, INSIDE, AFTER):
        clock(moment)
        seen.append(client_of(amina).get(f"/sessions/{spring.pk}/ETH/").status_code)

    assert seen == expected


@pytest.mark.parametrize(
    ("state", "learner", "coach"), [("draft", 404, 200), ("cancelled", 403, 403), ("archived", 403, 200)]
)
def test_the_state_of_a_session_caps_an_open_window(client_of, spring, amina, chidi, state, learner, coach):
    update_session(spring, {"state": state}, by=None, at=INSIDE)

    address = f"/sessions/{spring.pk}/ETH/"
    assert [client_of(who).get(address).status_code for who in (amina, chidi)] == [learner, coach]


def test_one_sided_dates_are_open_on_the_other_side(client_of, clock, spring, amina):
    def doors():
        seen = []
        for moment in (BEFORE, INSIDE, AFTER):
            clock(moment)
            seen.append(client_of(amina).get(f"/sessions/{spring.pk}/ETH/").status_code)
        return seen

    update_session(spring, {"opens_at": None, "after_end": "closed"}, by=None, at=INSIDE)
    assert doors() == [200, 200, 403]
    update_session(spring, {"opens_at": OPENS, "closes_at": None}, by=None, at=INSIDE)

    assert doors() == [403, 200, 200]


def test_a_duration_counts_from_each_learners_first_visit(client_of, clock, spring, amina):
    update_session(
        spring, {"opens_at": None, "closes_at": None, "duration_days": 3, "after_end": "closed"}, by=None, at=INSIDE
    )
    address = f"/sessions/{spring.pk}/ETH/"
    client = client_of(amina)
    assert client.get(address).status_code == 200

    clock(INSIDE + timedelta(days=3) - timedelta(seconds=1))
    assert client.get(address).status_code == 200
    clock(INSIDE + timedelta(days=3))
    assert client.get(address).status_code == 403


def test_who_is_out_of_one_course_keeps_the_others_at_any_time(client_of, clock, spring, hers, amina, edna):
    exclude(hers, spring.session_courses.get(course__code="LAW"), by=edna, at=INSIDE)

    for moment, open_status in ((BEFORE, 403), (INSIDE, 200), (AFTER, 200)):
        clock(moment)
        assert client_of(amina).get(f"/sessions/{spring.pk}/ETH/").status_code == open_status
        assert client_of(amina).get(f"/sessions/{spring.pk}/LAW/").status_code == 404


# Shown before it is saved


def test_personal_dates_say_what_becomes_of_the_one_person(as_edna, spring, hers):
    page = of(spring, f"people/{hers.pk}/")
    sent = {"until_on": "2026-11-05", "reason": "Leaves early"}

    question = as_edna.post(page, sent)
    hers.refresh_from_db()
    assert hers.closes_at is None
    assert "Becomes read only now for Amina Haddad" in words(question)
    assert "So far Open until 1 Dec 2026, 01:00" in words(question)
    assert "Then Read only" in words(question)
    as_edna.post(page, {**sent, "confirmed": question.context["digest"]})

    hers.refresh_from_db()
    assert hers.closes_at == datetime(2026, 11, 6, tzinfo=UTC)


def test_a_reason_alone_is_saved_at_once(as_edna, spring, hers):
    as_edna.post(of(spring, f"people/{hers.pk}/"), {"reason": "Note"})

    hers.refresh_from_db()
    assert hers.time_reason == "Note"


def test_back_from_the_question_keeps_the_personal_dates_that_were_typed(as_edna, spring, hers):
    page = as_edna.post(
        of(spring, f"people/{hers.pk}/"), {"until_on": "2026-11-05", "reason": "Leaves early", "do": "back"}
    )

    assert page.context["form"]["until_on"].value() == "2026-11-05"
    assert not page.context["form"].errors


def test_a_date_that_passes_before_one_confirms_is_shown_again(as_edna, clock, spring, hers):
    page = of(spring, f"people/{hers.pk}/")
    sent = {"until_on": "2026-11-15", "reason": "Leaves early"}
    shown = as_edna.post(page, sent).context["digest"]

    clock(datetime(2026, 11, 16, tzinfo=UTC))
    again = as_edna.post(page, {**sent, "confirmed": shown})

    hers.refresh_from_db()
    assert hers.closes_at is None
    assert "This has changed since you looked" in words(again)
    assert "Becomes read only now for Amina Haddad" in words(again)
    as_edna.post(page, {**sent, "confirmed": again.context["digest"]})
    hers.refresh_from_db()
    assert hers.closes_at == datetime(2026, 11, 16, tzinfo=UTC)


def test_a_double_click_on_a_confirmation_does_it_once_and_says_so_twice(as_edna, spring, hers):
    page = of(spring, f"people/{hers.pk}/")
    sent = {**form_of(as_edna, page), "until_on": "2026-11-15", "reason": "Leaves early"}
    sent["confirmed"] = as_edna.post(page, sent).context["digest"]

    first, second = as_edna.post(page, sent), as_edna.post(page, sent)

    assert (first.status_code, second.status_code) == (302, 302)
    hers.refresh_from_db()
    assert hers.closes_at == datetime(2026, 11, 16, tzinfo=UTC)


def test_an_exclusion_says_what_closes_and_what_stays(as_edna, client_of, spring, hers, amina):
    law = spring.session_courses.get(course__code="LAW")
    page = of(spring, f"people/{hers.pk}/course/")

    question = as_edna.post(page, {"exclude": law.pk, "reason": "Knows it"})
    assert "Closes now for Amina Haddad" in words(question)
    assert "Where Law" in words(question)
    assert "Then Not to be found" in words(question)
    assert not hers.exclusions.exists()
    say_yes(as_edna, page, {"exclude": law.pk, "reason": "Knows it"})

    assert client_of(amina).get(f"/sessions/{spring.pk}/LAW/").status_code == 404
    assert "Opens now for Amina Haddad" in words(as_edna.post(page, {"include": law.pk}))


def test_dates_of_a_substitute_are_shown_before_they_close_the_door(as_edna, client_of, spring, chidi):
    coach = CourseCoach.objects.get(person=chidi)
    page = of(spring, f"courses/ETH/coaches/{coach.pk}/")
    sent = {"until_on": "2026-11-05"}

    question = as_edna.post(page, sent)
    assert "Closes now for Chidi Obi" in words(question)
    say_yes(as_edna, page, sent)

    coach.refresh_from_db()
    assert coach.until_at == datetime(2026, 11, 6, tzinfo=UTC)
    assert client_of(chidi).get(f"/sessions/{spring.pk}/ETH/").status_code == 404


def test_a_general_coach_is_asked_about_before_being_removed(as_edna, spring, carol):
    question = as_edna.post(of(spring, "coaches/"), {"remove": carol.pk})
    assert "Closes now for 1 coach Carol Mensah" in words(question)
    assert GeneralCoach.objects.filter(person=carol).exists()

    say_yes(as_edna, of(spring, "coaches/"), {"remove": carol.pk})

    assert not GeneralCoach.objects.filter(person=carol).exists()


def test_a_coach_leaves_a_draft_without_a_question(as_edna, spring, carol):
    CourseSession.objects.filter(pk=spring.pk).update(state="draft")

    as_edna.post(of(spring, "coaches/"), {"remove": carol.pk})

    assert not GeneralCoach.objects.filter(person=carol).exists()


def test_a_course_is_asked_about_before_it_leaves_a_running_session(as_edna, client_of, spring, amina):
    page, law = of(spring, "edit/courses/"), spring.session_courses.get(course__code="LAW").course
    update_session(spring, {"title": "Spring"}, by=None, at=INSIDE)

    question = as_edna.post(page, {"remove": law.pk})
    assert "Law Closes now for 2 learners Amina Haddad, Boris Novak" in words(question)
    assert "Closes now for 1 coach Carol Mensah" in words(question)
    say_yes(as_edna, page, {"remove": law.pk})

    assert client_of(amina).get(f"/sessions/{spring.pk}/LAW/").status_code == 404


def test_the_question_takes_the_place_of_the_page_where_the_list_alone_was_sent(as_edna, spring):
    law = spring.session_courses.get(course__code="LAW").course

    answer = as_edna.post(of(spring, "edit/courses/"), {"remove": law.pk}, headers={"HX-Request": "true"})

    assert answer["HX-Retarget"] == "#content"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"shown_until_on": "2026-11-05"}, "Disappears now from the lists of 2 learners, whose access stays as it is"),
        ({"shown_from_on": "2026-11-20"}, "Disappears now from the lists of 2 learners"),
        ({"access": "duration", "duration_days": "30"}, "2 learners get other dates"),
        ({"access": "always"}, "2 learners get other dates"),
        ({"closes_on": "2026-11-05", "after_end": "closed"}, "Closes now for 2 learners"),
        ({"opens_on": "2026-11-20"}, "Closes now for 2 learners"),
        ({"time_zone": "Asia/Tokyo"}, "2 learners get other dates"),
        ({"coach_closes_on": "2026-11-05"}, "Becomes read only now for 2 coaches"),
        ({"coach_days_after": "9"}, "2 coaches get other dates"),
        ({"opens_on": ""}, "2 learners get other dates"),
    ],
)
def test_each_date_of_a_session_says_whom_it_touches(as_edna, spring, change, told):
    page = of(spring, "edit/")
    sent = {**form_of(as_edna, page), **change}
    before = CourseSession.objects.filter(pk=spring.pk).values().get()

    question = as_edna.post(page, sent)
    assert told in words(question)
    assert CourseSession.objects.filter(pk=spring.pk).values().get() == before

    assert as_edna.post(page, {**sent, "confirmed": question.context["digest"]}).status_code == 302
    assert CourseSession.objects.filter(pk=spring.pk).values().get() != before


def test_what_is_no_longer_in_the_lists_stays_open(as_edna, client_of, spring, amina):
    page = of(spring, "edit/")
    say_yes(as_edna, page, {**form_of(as_edna, page), "shown_until_on": "2026-11-05"})

    assert client_of(amina).get(f"/sessions/{spring.pk}/ETH/").status_code == 200
    assert "Appears now in the lists of 2 learners" in words(
        as_edna.post(page, {**form_of(as_edna, page), "shown_until_on": ""})
    )


def test_an_hour_that_the_clocks_skip_is_said_and_shown_as_it_is_taken(as_edna, clock, spring, hers):
    clock(datetime(2026, 3, 1, tzinfo=UTC))
    CourseSession.objects.filter(pk=spring.pk).update(time_zone="Europe/Brussels", opens_at=None)
    page = of(spring, f"people/{hers.pk}/")
    sent = {"until_on": "2026-03-29", "until_time": "02:30", "reason": "x"}

    answer = say_yes(as_edna, page, sent)

    hers.refresh_from_db()
    assert hers.closes_at == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    assert "there is no 02:30" in words(as_edna.get(answer.url))


def test_whom_the_results_of_a_course_are_shown_to_stands_beside_the_setting(client_of, spring, dolores):
    page = client_of(dolores).get("/administration/courses/ETH/edit/")

    assert "Teachers: 1; sessions: 1; learners in them: 2." in words(page)


def test_a_state_is_not_changed_where_a_date_passed_since_one_looked(as_edna, clock, spring):
    shown = as_edna.get(of(spring, "state/?to=archived")).context["digest"]
    clock(AFTER)

    again = as_edna.post(of(spring, "state/"), {"to": "archived", "confirmed": shown})
    assert "This has changed since you looked" in words(again)
    assert CourseSession.objects.get(pk=spring.pk).state == "published"
    as_edna.post(of(spring, "state/"), {"to": "archived", "confirmed": again.context["digest"]})

    assert CourseSession.objects.get(pk=spring.pk).state == "archived"


def test_a_state_that_somebody_else_changed_is_told(as_edna, spring):
    update_session(spring, {"state": "archived"}, by=None, at=INSIDE)

    answer = as_edna.post(
        of(spring, "state/"), {"to": "cancelled", "reason": "No room", "was": "published"}, follow=True
    )

    assert "meanwhile the session has the state “Archived”" in words(answer)
    assert CourseSession.objects.get(pk=spring.pk).state == "archived"


# Two people at once


def test_the_second_to_give_personal_time_sees_what_the_first_gave(as_edna, spring, hers, sara):
    page = of(spring, f"people/{hers.pk}/")
    opened = form_of(as_edna, page)
    set_personal_time(hers, opens_at=None, closes_at=None, extra_days=3, reason="Ill", by=sara, at=INSIDE)

    conflict = as_edna.post(page, {**opened, "until_on": "2026-11-20", "reason": "Moves"})

    assert conflict.status_code == 409
    shown = words(conflict)
    assert "Extra days: none → 3" in shown
    assert "Reason: none → Ill (yours: Moves)" in shown
    assert "The last to change something here: Sara Lindqvist" in shown
    merged = {name: conflict.context["form"][name].value() or "" for name in opened}
    assert (merged["extra_days"], merged["until_on"]) == ("3", "2026-11-20")
    say_yes(as_edna, page, merged)
    hers.refresh_from_db()
    assert (hers.extra_days, hers.time_reason) == (3, "Moves")


def test_the_second_to_set_a_coachs_dates_sees_those_of_the_first(as_edna, spring, carol, sara):
    coach = GeneralCoach.objects.get(person=carol)
    page = of(spring, f"coaches/{coach.pk}/")
    opened = form_of(as_edna, page)
    set_coach_time(coach, from_at=None, until_at=CLOSES, by=sara, at=INSIDE)

    conflict = as_edna.post(page, {**opened, "until_on": "2026-11-20"})

    assert conflict.status_code == 409
    assert "Until: none → 30 November 2026 (yours: 20 November 2026)" in words(conflict)
    coach.refresh_from_db()
    assert coach.until_at == CLOSES


def test_a_coach_who_was_removed_meanwhile_is_gone(as_edna, spring, carol):
    coach = GeneralCoach.objects.get(person=carol)
    coach_page = of(spring, f"coaches/{coach.pk}/")
    opened = form_of(as_edna, coach_page)
    coach.delete()

    assert as_edna.post(coach_page, opened).status_code == 404


def test_an_order_that_somebody_else_changed_is_not_undone_by_dragging(as_edna, spring):
    page = of(spring, "edit/courses/")
    ethics, law = (spring.session_courses.get(course__code=code).course_id for code in ("ETH", "LAW"))

    assert as_edna.post(page, {"order": [law, ethics], "was": [ethics, law]}).status_code == 302
    assert as_edna.post(page, {"order": [ethics, law], "was": [ethics, law]}).status_code == 409

    order = spring.session_courses.order_by("position").values_list("course", flat=True)
    assert list(order) == [law, ethics]

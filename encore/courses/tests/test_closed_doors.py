"""Every closed or half-closed door, role by role and reason by reason, as the person finds it."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.test import Client

from encore.courses.actions.enrolment import exclude, set_state, withdraw
from encore.courses.models import Enrolment, SessionFollower
from encore.courses.words import Reason

DAY = timedelta(days=1)
TIMES = {  # days from the moment, at which the session opens and closes
    "before": {"opens_at": 3, "closes_at": 9},
    "inside": {"opens_at": -3, "closes_at": 9},
    "after": {"opens_at": -9, "closes_at": -3},
}
SOON, OVER = "27 Nov 2026, 10:00", "21 Nov 2026, 10:00"
PUT_AWAY = {"cancelled": "This session has been cancelled: too few came", "archived": "This session has been archived."}

# who | when | after the end | state of the session | what became of the enrolment → answer | what is told, whom to ask
CASES = """
learner       | before | read_only | published | -         | 403 | Opens on SOON. | Closed until SOON | Chidi Obi
learner       | inside | read_only | published | suspended | 403 | Your enrolment is suspended. | Chidi Obi
learner       | inside | read_only | published | withdrawn | 403 | You are no longer enrolled. | Chidi Obi
learner       | inside | read_only | published | completed | bar | You have completed this. You can still read everything. | Ask Chidi Obi
learner       | inside | read_only | published | excluded  | 404 |
learner       | after  | read_only | published | -         | bar | Ended on OVER. You can read everything, but no longer send anything in. | Ask Chidi Obi
learner       | after  | closed    | published | -         | 403 | Ended on OVER and is closed now. | Closed since OVER | Chidi Obi
learner       | after  | open      | published | -         | 200 |
learner       | inside | read_only | published | -         | 200 |
learner       | inside | read_only | draft     | -         | 404 |
learner       | before | read_only | cancelled | -         | 403 | CANCELLED | Chidi Obi
learner       | inside | read_only | cancelled | -         | 403 | CANCELLED | Chidi Obi
learner       | inside | read_only | cancelled | suspended | 403 | CANCELLED | Chidi Obi
learner       | after  | closed    | cancelled | -         | 403 | CANCELLED | Chidi Obi
learner       | inside | read_only | archived  | completed | 403 | ARCHIVED | Chidi Obi
learner       | after  | open      | archived  | -         | 403 | ARCHIVED | Chidi Obi
course coach  | before | read_only | published | -         | 403 | Opens on SOON. | Closed until SOON | Gaspar Gil
course coach  | inside | read_only | published | -         | 200 |
course coach  | after  | read_only | published | -         | bar | Ended on OVER. You can read everything, but no longer send anything in. | Ask Gaspar Gil
course coach  | after  | closed    | published | -         | 403 | Ended on OVER and is closed now. | Closed since OVER | Gaspar Gil
course coach  | inside | read_only | draft     | -         | 200 |
course coach  | before | read_only | draft     | -         | 403 | Opens on SOON. | Gaspar Gil
course coach  | inside | read_only | cancelled | -         | 403 | CANCELLED | Gaspar Gil
course coach  | inside | read_only | archived  | -         | bar | ARCHIVED | Ask Gaspar Gil
course coach  | after  | closed    | archived  | -         | 403 | ARCHIVED | Gaspar Gil
general coach | before | read_only | published | -         | 403 | Opens on SOON. | Closed until SOON | Chidi Obi
general coach | inside | read_only | cancelled | -         | 403 | CANCELLED | Chidi Obi
general coach | inside | read_only | archived  | -         | bar | ARCHIVED | Ask Chidi Obi
general coach | after  | read_only | published | -         | bar | Ended on OVER. | Ask Chidi Obi
other coach   | inside | read_only | published | -         | 403 | You coach another course of this session. | Chidi Obi
other coach   | inside | read_only | draft     | -         | 403 | You coach another course of this session. | Chidi Obi
other coach   | inside | read_only | cancelled | -         | 403 | CANCELLED | Chidi Obi
other coach   | inside | read_only | archived  | -         | 403 | ARCHIVED | Chidi Obi
teacher       | inside | read_only | published | -         | bar | You see this as a teacher of the course: you can read, nothing is recorded. | Ask Chidi Obi
teacher       | before | read_only | published | -         | bar | You see this as a teacher of the course: you can read, nothing is recorded. | Ask Chidi Obi
teacher       | inside | read_only | draft     | -         | 404 |
teacher       | inside | read_only | cancelled | -         | 403 | CANCELLED | Chidi Obi
teacher       | inside | read_only | archived  | -         | 403 | ARCHIVED | Chidi Obi
HR manager    | inside | read_only | published | -         | 403 | You follow this session through its reports. | Chidi Obi
HR manager    | inside | read_only | draft     | -         | 404 |
HR manager    | inside | read_only | cancelled | -         | 403 | CANCELLED | Chidi Obi
HR manager    | inside | read_only | archived  | -         | 403 | ARCHIVED | Chidi Obi
manager       | inside | read_only | published | -         | 403 | You run this session. Your role does not permit opening what its courses hold.
manager       | inside | read_only | cancelled | -         | 403 | You run this session. Your role does not permit opening what its courses hold.
administrator | before | read_only | cancelled | -         | 200 |
stranger      | inside | read_only | published | -         | 404 |
stranger      | inside | read_only | cancelled | -         | 404 |
"""  # noqa: E501


def cases():
    for line in CASES.strip().splitlines():
        who, when, after_end, state, deed, answer, *told = (cell.strip() for cell in line.split("|"))
        told = [_said(words, state) for words in told if words]
        yield pytest.param(who, when, after_end, state, deed, answer, told, id=f"{who}, {when}, {state}, {deed}")


def _said(words, state):
    words = words.replace("SOON", SOON).replace("OVER", OVER)
    return PUT_AWAY[state] if words in ("CANCELLED", "ARCHIVED") else words


@pytest.fixture
def people(amina, chidi, dolores, henri, sara, edna, boris, make_person):
    return {
        "learner": amina,
        "course coach": chidi,
        "general coach": make_person("gaspar", "Gaspar", "Gil"),
        "other coach": make_person("olga", "Olga", "Orlova"),
        "teacher": dolores,
        "HR manager": henri,
        "manager": sara,
        "administrator": edna,
        "stranger": boris,
    }


@pytest.fixture
def place(people, make_course, make_session, edna, at, monkeypatch):
    """place("before", "read_only", "published") → a session in which everybody has their role."""
    monkeypatch.setattr("encore.courses.decorators.now", lambda: at)

    def make(when, after_end, state):
        from encore.courses.actions.session import set_course_coaches

        courses = [make_course("ETH", "Ethics", [people["teacher"]]), make_course("LAW", "Law")]
        dates = {name: at + days * DAY for name, days in TIMES[when].items()}
        session = make_session(
            "Autumn", courses, [people["learner"]], [], [people["general coach"]], owner=people["manager"],
            after_end=after_end, state=state, state_reason="too few came" if state == "cancelled" else "", **dates,
        )  # fmt: skip
        for code, coach in (("ETH", "course coach"), ("LAW", "other coach")):
            set_course_coaches(session.session_courses.get(course__code=code), add=[people[coach].pk], by=edna, at=at)
        SessionFollower.objects.create(session=session, person=people["HR manager"])
        return session

    return make


def do(deed, session, by, at):
    enrolment = Enrolment.objects.get(session=session)
    if deed == "excluded":
        exclude(enrolment, session.session_courses.get(course__code="ETH"), by=by, at=at)
    elif deed == "withdrawn":
        withdraw([enrolment], by=by, at=at)
    elif deed != "-":
        set_state(enrolment, deed, by=by, at=at)


def words(html):
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def bar_of(html):
    found = re.search(r'<div class="read-only-bar".*?</p>', html, re.S)
    return words(found.group()) if found else ""


@pytest.mark.parametrize(("who", "when", "after_end", "state", "deed", "answer", "told"), list(cases()))
def test_each_door(who, when, after_end, state, deed, answer, told, people, place, client_of, edna, at):
    session = place(when, after_end, state)
    do(deed, session, edna, at)

    response = client_of(people[who]).get(f"/sessions/{session.pk}/ETH/")

    html = response.content.decode()
    assert response.status_code == (200 if answer == "bar" else int(answer))
    said = bar_of(html) if response.status_code == 200 else words(html[html.index("<main") :])
    assert bool(bar_of(html)) == (answer == "bar")
    for sentence in told:
        assert sentence in said


def test_the_table_has_every_reason_that_closes_a_door():
    """By the words of the sentences; what opens everything needs no explanation."""
    from encore.courses.explaining import PLAIN

    told = " ".join(words for case in cases() for words in case.values[6])

    silent = {Reason.OPEN, Reason.EXCLUDED, Reason.DRAFT, Reason.NO_ROLE, Reason.MANAGES, Reason.DURATION_RUNNING}
    for reason in set(PLAIN) - silent:
        assert str(PLAIN[reason]).split(".")[0].split(":")[0] in told, reason


def test_nobody_who_is_not_signed_in_is_told_anything(place):
    session = place("inside", "read_only", "published")

    assert Client().get(f"/sessions/{session.pk}/ETH/").status_code == 302


def test_addresses_are_told_only_to_those_who_look_after_people(people, place, client_of, at):
    session = place("before", "read_only", "published")
    url = f"/sessions/{session.pk}/ETH/"

    assert "mailto:" not in client_of(people["learner"]).get(url).content.decode()
    people["learner"].is_session_administrator = True
    people["learner"].save()
    assert 'href="mailto:chidi@example.org"' in client_of(people["learner"]).get(url).content.decode()


def test_who_learns_and_coaches_is_told_the_date_of_the_role_that_decides(people, place, client_of, edna, at):
    from encore.courses.actions.session import set_course_coaches

    session = place("before", "read_only", "published")
    learner = people["learner"]
    set_course_coaches(session.session_courses.get(course__code="ETH"), add=[learner.pk], by=edna, at=at)
    session.coach_days_before = 1
    session.save()
    Enrolment.objects.update(opens_at=at + 2 * DAY)

    page = words(client_of(learner).get(f"/sessions/{session.pk}/ETH/").content.decode())

    assert "Opens on 26 Nov 2026, 10:00." in page

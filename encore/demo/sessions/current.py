"""Sessions that run today: with dates, for a duration, without any, and standing."""

from __future__ import annotations

from datetime import datetime

from encore.courses.actions.enrolment import enrol, exclude, set_personal_time, set_state, withdraw
from encore.courses.actions.following import set_followers
from encore.courses.actions.session import (
    add_class,
    open_without_dates,
    set_coach_time,
    set_course_coaches,
    update_session,
)
from encore.courses.models import CourseCoach, CourseSession, Enrolment
from encore.demo.centre import Centre
from encore.demo.visits import EVERYTHING, visit
from encore.demo.working import mark_what_waits, work
from encore.people.actions.following import follow as follow_some
from encore.people.models import Person

QUAY_7, LISBON, MONTREAL, NEW = "Dock operators, Quay 7", "Lisbon partners", "Montréal office", "New colleagues"
SAFETY_WEEKS = "Safety weeks at Quay 7"
LISBON_DATA = "Data protection for Lisbon"
OWN_PACE = "Fire safety at your own pace"


def make(centre: Centre) -> None:
    induction(centre)
    safety_weeks(centre)
    data_protection_in_montreal(centre)
    data_protection_in_lisbon(centre)
    fire_safety_at_your_own_pace(centre)
    safety_library(centre)
    standing(centre)
    hr_managers(centre)


def induction(centre: Centre) -> None:
    """A class, a substitute for one week, and people who see each other."""
    days, sara = centre.days(), centre.people["sara"]
    session = centre.make(
        f"Induction, {days.month(-12)}",
        {"HELLO": ["matthieu"], "DATA": ["zofia"]},
        planned=-30,
        category="Induction",
        general=["noor"],
        opens=-12,
        closes=18,
        learners_see_each_other=True,
        description="Everyone who starts this season, whatever their task. Ask anything, here or over coffee.",
    )
    add_class(session, centre.school_class(NEW), by=sara, at=days.clock(-28))
    enrol(centre.ids("rosa.marchetti"), session, by=sara, at=days.clock(-14, "16:45"))
    follow(centre, session, "henri", days.clock(-27))
    place = centre.place(session, "DATA")
    set_course_coaches(place, add=centre.ids("yuki"), by=sara, at=days.clock(-9, "08:40"))
    substitute = CourseCoach.objects.get(session_course=place, person=centre.people["yuki"])
    set_coach_time(substitute, from_at=days.start(-3), until_at=days.end(4), by=sara, at=days.clock(-9, "08:41"))
    for n, username in enumerate(["elodie.dupont", "malik.johnson", "zeynep.aydin", "Suprapto"]):
        visit(centre, username, session, "HELLO", -11 + n // 3, 3 + n % 2, clock="11:10")
        work(centre, username, session, "HELLO", -8 + n, clock="11:50")
    work(centre, "malik.johnson", session, "DATA", -4, clock="12:30", tries=2)


def safety_weeks(centre: Centre) -> None:
    """The busiest one: two courses, a class, and everything that can happen to an enrolment."""
    days, sara = centre.days(), centre.people["sara"]
    session = centre.make(
        SAFETY_WEEKS,
        {"FIRE": ["chidi"], "AID": ["yuki"]},
        planned=-60,
        category="For customers",
        general=["noor"],
        opens=-20,
        closes=25,
        coach_days_before=7,
        coach_days_after=14,
        learners_see_each_other=True,
        description="Both safety courses for all who work on the quay, with two practical afternoons in hall 3.",
    )
    add_class(session, centre.school_class(QUAY_7), by=sara, at=days.clock(-45))
    enrol(centre.ids("emeka.nwosu", "padraig.obriain"), session, by=sara, at=days.clock(-30))
    enrol(centre.ids("amina"), session, by=sara, at=days.clock(-30, "10:05"))
    follow(centre, session, "henri", days.clock(-44))
    for username, code, day, count in [
        ("amina", "FIRE", -19, 3),
        ("priya.venkataraman", "FIRE", -19, 4),
        ("boris", "FIRE", -17, 2),
        ("siobhan.osullivan", "FIRE", -17, 5),
        ("soren.kjaergaard", "AID", -16, 3),
        ("amina", "FIRE", -15, 2),
        ("amina", "AID", -15, 2),
        ("mehmet.ozturk", "FIRE", -14, 4),
        ("padraig.obriain", "AID", -13, 4),
        ("siobhan.osullivan", "AID", -12, 6),
        ("priya.venkataraman", "FIRE", -11, EVERYTHING),
        ("lukasz.zolkiewski", "FIRE", -11, 1),
        ("juergen.weiss", "FIRE", -18, 3),
        ("wout.peeters", "FIRE", -16, 2),
        ("lotte.desmet", "FIRE", -17, 1),
        ("emeka.nwosu", "FIRE", -12, 3),
    ]:
        visit(centre, username, session, code, day, count)
    for n, (username, tries) in enumerate(
        [
            ("amina", 1),
            ("priya.venkataraman", 1),
            ("siobhan.osullivan", 1),
            ("mehmet.ozturk", 2),
            ("boris", 2),
            ("juergen.weiss", 1),
            ("wout.peeters", 1),
            ("emeka.nwosu", 1),
            ("lukasz.zolkiewski", 2),
            ("padraig.obriain", 1),
            ("soren.kjaergaard", 1),
        ]
    ):
        work(centre, username, session, "FIRE", -13 + n % 3, f"{18 + n % 4}:40", tries=tries)
    for n, username in enumerate(["siobhan.osullivan", "padraig.obriain", "soren.kjaergaard", "priya.venkataraman"]):
        work(centre, username, session, "AID", -11 + n)
    mark_what_waits(centre, "yuki", session, "AID", -7, most=2)
    _what_happens_to_people(centre, session)


def _what_happens_to_people(centre: Centre, session: CourseSession) -> None:
    days, sara = centre.days(), centre.people["sara"]
    exclude(
        centre.enrolment("juergen.weiss", session),
        centre.place(session, "AID"),
        by=sara,
        at=days.clock(-18),
        reason="Is a paramedic with the volunteer fire brigade.",
    )
    set_personal_time(
        centre.enrolment("fatoumata.diallo", session),
        opens_at=None,
        closes_at=None,
        extra_days=10,
        reason="Came back from parental leave in the second week.",
        by=sara,
        at=days.clock(-16),
    )
    set_personal_time(
        centre.enrolment("hanh.nguyen", session),
        opens_at=days.start(-6),
        closes_at=days.end(40),
        extra_days=0,
        reason="Works on board until last week.",
        by=sara,
        at=days.clock(-22),
    )
    set_state(
        centre.enrolment("wout.peeters", session),
        Enrolment.State.SUSPENDED,
        by=sara,
        at=days.clock(-10),
        reason="On sick leave until further notice.",
    )
    withdraw(
        [centre.enrolment("lotte.desmet", session)],
        by=sara,
        at=days.clock(-13),
        reason="Has moved to the crane department and takes part in the next edition.",
    )


def data_protection_in_montreal(centre: Centre) -> None:
    """By the clock of Montréal."""
    zone = "America/Toronto"
    days, sara = centre.days(zone), centre.people["sara"]
    session = centre.make(
        "Data protection, Montréal",
        {"DATA": ["emilie"]},
        planned=-40,
        category="For customers",
        zone=zone,
        general=["ingeborg"],
        opens=days.clock(-11, "09:00"),
        closes=days.clock(14, "17:00"),
        after_end="closed",
    )
    add_class(session, centre.school_class(MONTREAL), by=sara, at=days.clock(-35))
    for n, username in enumerate(["gabriel.tremblay", "wei.zhang", "chloe.st-pierre", "marie-eve.bouchard"]):
        visit(centre, username, session, "DATA", -11 + n // 2, 2 + n, clock="13:30")
        work(centre, username, session, "DATA", -7 + n, clock="12:20", tries=1 + n % 2)


def data_protection_in_lisbon(centre: Centre) -> None:
    """Only an end; it began when people were enrolled."""
    zone = "Europe/Lisbon"
    days, joris = centre.days(zone), centre.people["joris"]
    session = centre.make(
        LISBON_DATA,
        {"DATA": ["rui"]},
        planned=-25,
        category="For customers",
        by="joris",
        zone=zone,
        closes=34,
        shown_until=days.end(90),
    )
    add_class(session, centre.school_class(LISBON), by=joris, at=days.clock(-24))
    follow(centre, session, "beatriz", days.clock(-24, "11:00"), by="joris")
    for n, username in enumerate(["maria.vasconcelos", "ines.carvalho", "leonor.sa", "nuno.esteves"]):
        visit(centre, username, session, "DATA", -22 + n, 2 + n)
        work(centre, username, session, "DATA", -12 + n, tries=1 + n % 2)


def fire_safety_at_your_own_pace(centre: Centre) -> None:
    """Thirty days for each, from the first visit: running, nearly over, over, not begun, and with an end of its own."""
    days, joris = centre.days(), centre.people["joris"]
    session = centre.make(
        OWN_PACE,
        {"FIRE": ["chidi", "dolores"]},
        planned=-80,
        category="Open courses",
        by="joris",
        duration_days=30,
        description="Thirty days from your first visit. Ask your coach to end with the practical day of a month.",
    )
    who = ["bo.li", "hana.kovacevic", "amina", "boris", "emeka.nwosu", "aiko.nakamura", "xiomara.hernandez"]
    enrol(centre.ids(*who), session, by=joris, at=days.clock(-75))
    visit(centre, "hana.kovacevic", session, "FIRE", -50, 5)
    work(centre, "hana.kovacevic", session, "FIRE", -45)
    visit(centre, "xiomara.hernandez", session, "FIRE", -36, EVERYTHING)
    work(centre, "xiomara.hernandez", session, "FIRE", -35)
    set_state(
        centre.enrolment("xiomara.hernandez", session),
        Enrolment.State.COMPLETED,
        by=joris,
        at=days.clock(-33),
        reason="Certificate issued.",
    )
    visit(centre, "bo.li", session, "FIRE", -29, 6, clock="00:05")
    work(centre, "bo.li", session, "FIRE", -6, tries=2)
    visit(centre, "emeka.nwosu", session, "FIRE", -20, 2)
    set_personal_time(
        centre.enrolment("emeka.nwosu", session),
        opens_at=None,
        closes_at=days.end(21),
        extra_days=0,
        reason="Takes the practical day next month.",
        by=joris,
        at=days.clock(-15),
    )


def safety_library(centre: Centre) -> None:
    """Endless: neither dates nor a duration, and three courses."""
    days, sara = centre.days(), centre.people["sara"]
    session = centre.make(
        "Safety library",
        {"FIRE": [], "AID": [], "DATA": []},
        planned=-200,
        category="Open offer",
        general=["dolores"],
        description="To look things up. No coaching, no dates.",
    )
    add_class(session, centre.school_class(QUAY_7), by=sara, at=days.clock(-199))
    enrol(centre.ids("padraig.obriain", "giuseppe.dangelo"), session, by=sara, at=days.clock(-120))
    visit(centre, "amina", session, "AID", -34, 2, clock="07:50")
    work(centre, "padraig.obriain", session, "DATA", -31, clock="07:15")


def standing(centre: Centre) -> None:
    """Two courses that are simply open."""
    days, edna = centre.days(), centre.people["edna"]
    projects = open_without_dates(centre.courses["PROJ"], by=edna, at=days.clock(-150))
    update_session(
        projects, {"category": centre.category("Open offer", days.clock(-150))}, by=edna, at=days.clock(-150, "10:01")
    )
    enrol(centre.ids("amina", "emeka.nwosu", "zeynep.aydin"), projects, by=edna, at=days.clock(-90))
    visit(centre, "emeka.nwosu", projects, "PROJ", -71, 5)
    work(centre, "emeka.nwosu", projects, "PROJ", -66)
    visit(centre, "zeynep.aydin", projects, "PROJ", -16, 2)
    data = open_without_dates(centre.courses["DATA"], by=edna, at=days.clock(-140))
    update_session(
        data, {"category": centre.category("Open offer", days.clock(-140))}, by=edna, at=days.clock(-140, "10:01")
    )
    enrol(centre.ids("chidi", "hendrik", "noor"), data, by=edna, at=days.clock(-100))
    visit(centre, "chidi", data, "DATA", -60, 4)
    work(centre, "chidi", data, "DATA", -58)


def hr_managers(centre: Centre) -> None:
    """Henri reads about the people of Quay 7, Beatriz about those of Lisbon."""
    at, edna = centre.days().clock(-40), centre.people["edna"]
    for username, code in (("henri", "Q7-"), ("beatriz", "LX-1")):
        people = Person.objects.filter(official_code__startswith=code)
        follow_some(centre.people[username], people, by=edna, at=at)


def follow(centre: Centre, session: CourseSession, username: str, at: datetime, *, by: str = "sara") -> None:
    """Let an HR manager follow a session."""
    set_followers(session, add=[centre.people[username].pk], by=centre.people[by], at=at)

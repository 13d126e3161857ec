"""Sessions that come: upcoming, with a waiting list, called off, and one still being prepared."""

from __future__ import annotations

from encore.courses.actions.enrolment import enrol
from encore.courses.actions.session import add_class, cancel
from encore.demo.centre import Centre
from encore.demo.sessions.current import LISBON, QUAY_7, follow


def make(centre: Centre) -> None:
    safety_weeks_in_lisbon(centre)
    teaching_online(centre)
    fire_drill(centre)
    cancelled_weekend(centre)
    draft_of_the_next_induction(centre)


def safety_weeks_in_lisbon(centre: Centre) -> None:
    """Upcoming for learners; its coaches are in already, a fortnight before."""
    zone = "Europe/Lisbon"
    days, joris = centre.days(zone), centre.people["joris"]
    session = centre.make(
        "Safety weeks in Lisbon",
        {"FIRE": ["rui"], "AID": ["yuki"]},
        planned=-20,
        category="For customers",
        by="joris",
        general=["rui"],
        zone=zone,
        opens=9,
        closes=40,
        coach_days_before=14,
        coach_days_after=7,
        mail_on_enrolment=True,
        learners_see_each_other=True,
    )
    add_class(session, centre.school_class(LISBON), by=joris, at=days.clock(-18))
    follow(centre, session, "beatriz", days.clock(-18, "11:00"), by="joris")


def teaching_online(centre: Centre) -> None:
    """Coaches of other sessions are the learners of this one."""
    days = centre.days()
    session = centre.make(
        f"Teaching online, {days.month(21)}",
        {"TEACH": ["matthieu"]},
        planned=-15,
        category="For our own people",
        opens=21,
        closes=63,
        coach_days_before=7,
        learners_see_each_other=True,
        description="Six weeks, two meetings online, and a lesson that you teach yourself.",
    )
    who = ["chidi", "yuki", "zofia", "rui", "emilie", "kwame", "amina"]
    enrol(centre.ids(*who), session, by=centre.people["sara"], at=days.clock(-11))


def fire_drill(centre: Centre) -> None:
    """Ten seats for fourteen people: four wait."""
    days, sara = centre.days(), centre.people["sara"]
    session = centre.make(
        f"Fire drill and practical day, {days.month(30)}",
        {"FIRE": ["chidi"]},
        planned=-12,
        category="For customers",
        opens=days.clock(30, "08:00"),
        closes=days.clock(31, "17:00"),
        seats=10,
        description="Two days in hall 3. Ten seats, since there are ten extinguishers to empty.",
    )
    enrol(centre.ids("rosa.marchetti", "giuseppe.dangelo"), session, by=sara, at=days.clock(-10))
    add_class(session, centre.school_class(QUAY_7), by=sara, at=days.clock(-9))


def cancelled_weekend(centre: Centre) -> None:
    days, joris = centre.days(), centre.people["joris"]
    session = centre.make(
        f"Project management at the weekend, {days.month(12)}",
        {"PROJ": ["kwame"]},
        planned=-50,
        category="Open courses",
        by="joris",
        opens=days.clock(12, "09:00"),
        closes=days.clock(13, "17:00"),
    )
    enrol(centre.ids("amina", "emeka.nwosu", "zeynep.aydin", "bo.li"), session, by=joris, at=days.clock(-40))
    cancel(
        session,
        reason="Four people have enrolled; we need eight. You are welcome in the standing course.",
        by=joris,
        at=days.clock(-3, "16:10"),
        tell=True,
    )


def draft_of_the_next_induction(centre: Centre) -> None:
    days = centre.days()
    session = centre.make(
        f"Induction, {days.month(28)}",
        {"HELLO": ["noor"], "DATA": ["zofia"], "FIRE": ["chidi"]},
        planned=-6,
        category="Induction",
        published=False,
        opens=28,
        closes=58,
        learners_see_each_other=True,
    )
    enrol(centre.ids("duarte.nobrega", "hana.kovacevic"), session, by=centre.people["sara"], at=days.clock(-2))

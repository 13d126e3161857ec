"""Sessions that are over: one for each rule of what comes after the end, and one in the archive."""

from __future__ import annotations

from encore.courses.actions.enrolment import enrol, set_state
from encore.courses.actions.session import archive
from encore.courses.models import CourseSession, Enrolment
from encore.demo.centre import Centre
from encore.demo.visits import EVERYTHING, visit
from encore.demo.working import grade_by_hand, mark_what_waits, put_right, sign, work

COMPLETED = Enrolment.State.COMPLETED


def make(centre: Centre) -> None:
    archived_induction(centre)
    fire_safety_closed(centre)
    first_aid_to_read(centre)
    projects_still_open(centre)


def archived_induction(centre: Centre) -> None:
    """A year ago; put into the archive when everything had been settled."""
    session = centre.make(
        f"Induction, {centre.days().month(-392)}",
        {"HELLO": ["matthieu"], "DATA": ["ingeborg"]},
        planned=-405,
        category="Induction",
        opens=-392,
        closes=-362,
        learners_see_each_other=True,
    )
    who = ["zofia", "yuki", "noor", "hendrik"]
    _enrol(centre, session, who, -403)
    for n, username in enumerate(who):
        visit(centre, username, session, "HELLO", -390 + n, 6)
        visit(centre, username, session, "DATA", -380 + n, 5)
        work(centre, username, session, "HELLO", -386 + n)
        work(centre, username, session, "DATA", -378 + n, tries=1 + n % 2)
    sign(centre, "matthieu", session, "HELLO", -363, "")
    sign(centre, "ingeborg", session, "DATA", -363, "As agreed with Noor.")
    _complete(centre, session, who, -361)
    archive(session, by=centre.people["sara"], at=centre.days().clock(-340))


def fire_safety_closed(centre: Centre) -> None:
    """Nobody gets in any more: the centre's customer keeps the material for paying groups."""
    session = centre.make(
        f"Fire safety, {centre.days().month(-95)}",
        {"FIRE": ["chidi"]},
        planned=-120,
        category="Open courses",
        opens=-95,
        closes=-60,
        after_end="closed",
        description="Open course with a practical day at Quay 7.",
    )
    who = ["amina", "boris", "mehmet.ozturk", "siobhan.osullivan", "hanh.nguyen", "giuseppe.dangelo", "rosa.marchetti"]
    _enrol(centre, session, who, -110)
    for n, username in enumerate(who):
        visit(centre, username, session, "FIRE", -92 + 2 * n, 4)
        visit(centre, username, session, "FIRE", -70 + n, 3 if username == "boris" else EVERYTHING)
        work(centre, username, session, "FIRE", -69 + n, tries=1 + n % 2)
    grade_by_hand(centre, "chidi", session, "FIRE", -62, [name for name in who if name != "boris"])
    put_right(
        centre,
        "chidi",
        session,
        "FIRE",
        -62,
        "mehmet.ozturk",
        "test",
        "0.8",
        "The screen went dark in the middle; he answered the rest aloud.",
    )
    sign(centre, "chidi", session, "FIRE", -61, "After the practical day; Boris comes again next time.")
    _complete(centre, session, [name for name in who if name != "boris"], -59)


def first_aid_to_read(centre: Centre) -> None:
    """Over, and still there to look things up."""
    session = centre.make(
        f"First aid refresher, {centre.days().month(-55)}",
        {"AID": ["yuki"]},
        planned=-90,
        category="Open courses",
        by="joris",
        opens=-55,
        closes=-28,
        after_end="read_only",
    )
    who = ["amina", "lukasz.zolkiewski", "priya.venkataraman", "soren.kjaergaard", "bo.li", "aiko.nakamura"]
    _enrol(centre, session, who, -80, by="joris")
    for n, username in enumerate(who):
        visit(centre, username, session, "AID", -54 + n, 5)
        visit(centre, username, session, "AID", -40 + n, 4 if username == "amina" else EVERYTHING, clock="12:35")
        work(centre, username, session, "AID", -38 + n)
    mark_what_waits(centre, "yuki", session, "AID", -30)
    grade_by_hand(centre, "yuki", session, "AID", -29, who)
    sign(centre, "yuki", session, "AID", -28, "")
    _complete(centre, session, [name for name in who if name != "amina"], -26, by="joris")


def projects_still_open(centre: Centre) -> None:
    """Over, but whoever has not finished may still work. Chidi, who coaches elsewhere, learns here."""
    session = centre.make(
        f"Project management basics, {centre.days().month(-70)}",
        {"PROJ": ["kwame"]},
        planned=-100,
        category="Open courses",
        opens=-70,
        closes=-12,
        after_end="open",
        coach_days_after=30,
        learners_see_each_other=True,
    )
    who = ["amina", "chidi", "elodie.dupont", "malik.johnson", "xiomara.hernandez", "tomasz.krol", "hana.kovacevic"]
    _enrol(centre, session, who, -84)
    for n, username in enumerate(who):
        visit(centre, username, session, "PROJ", -66 + n, 3)
        visit(centre, username, session, "PROJ", -40 + n, 3, clock="20:05")
        if n % 2:
            visit(centre, username, session, "PROJ", -20 + n, EVERYTHING, clock="08:15")
        work(centre, username, session, "PROJ", -25 + n, clock="21:05")
    mark_what_waits(centre, "kwame", session, "PROJ", -14, most=4)
    _complete(centre, session, ["malik.johnson", "tomasz.krol"], -11)


def _enrol(centre: Centre, session: CourseSession, who: list[str], day: int, *, by: str = "sara") -> None:
    enrol(centre.ids(*who), session, by=centre.people[by], at=centre.days().clock(day, "14:20"))


def _complete(centre: Centre, session: CourseSession, who: list[str], day: int, *, by: str = "sara") -> None:
    at = centre.days().clock(day, "09:30")
    for username in who:
        set_state(
            centre.enrolment(username, session), COMPLETED, by=centre.people[by], at=at, reason="Certificate issued."
        )

"""What happened in the last days: changes of the courses, what coaches made for their session, and new visits."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Max

from encore.courses.context import Here
from encore.courses.models import CourseSession, Enrolment
from encore.demo.centre import Centre
from encore.demo.people import usernames
from encore.demo.reading import CONTENT, Source, read_text, sources
from encore.demo.sessions.current import LISBON_DATA, OWN_PACE, SAFETY_WEEKS
from encore.demo.visits import EVERYTHING, leave_traces, visit
from encore.demo.working import ability_of, grade_by_hand, put_right, work
from encore.demo.working import begin as begin_work
from encore.demo.writing import Writer, begin, change_text, edit
from encore.ledger.models import AuditEntry
from encore.people.actions import deactivate, update_profile
from encore.people.models import Person
from encore.toolkit.models import Item
from encore.toolkit.publishing import set_visible
from encore.toolkit.scoping import shown_in
from encore.toolkit.settings import set_settings

AUTHORS = {
    "FIRE": "dolores",
    "AID": "dolores",
    "DATA": "ingeborg",
    "PROJ": "kwame",
    "TEACH": "matthieu",
    "HELLO": "noor",
}


def make(centre: Centre) -> None:
    courses_change(centre)
    chidi_at_quay_7(centre)
    rui_in_lisbon(centre)
    people_come_again(centre)
    tests_go_on(centre)
    leave_traces()
    people_change(centre)


def courses_change(centre: Centre) -> None:
    """Teachers publish second versions, and leave drafts."""
    days = centre.days()
    for source in sources():
        author = centre.people[AUTHORS[source.code]]
        facts = source.facts
        for change in facts.get("edit", []):
            edit(source, change, by=author, at=days.clock(-change.get("days_ago", 2), "15:05"))
        for page in facts.get("draft", []):
            begin(source, page, by=author, at=days.clock(-1, "16:30"))


def chidi_at_quay_7(centre: Centre) -> None:
    """For this session only: two pages and a link, an own version, something hidden, and another date."""
    session, days = CourseSession.objects.get(title=SAFETY_WEEKS), centre.days()
    source = Source("FIRE")

    def chidi(day: int, clock: str) -> Here:
        return centre.here("chidi", session, "FIRE", days.clock(day, clock))

    writer = Writer(source, chidi(-8, "20:15"))
    _add_page(writer, "quay-7")
    writer.add(
        "link",
        "port",
        "Port of Antwerp-Bruges: safety",
        url="https://www.portofantwerpbruges.com/en",
        description="Rules of the port for everyone who works on a quay.",
    )
    writer.publish("For the practical afternoons")
    change_text(
        chidi(-8, "20:40"),
        source.key("page/leaving-the-building"),
        "the green sign by the old crane",
        "the container yard, row 14, for all who work on the quay",
        note="Quay 7 has an assembly point of its own.",
    )
    here = chidi(-7, "08:55")
    set_visible(_item(here, source, "file/drill-log.xlsx"), here, False)
    here = chidi(-7, "09:05")
    signs = _item(here, source, "page/signs-and-signals")
    set_settings(signs, here, opens=None, due="end - 1 week @ 18:00", closes=None)
    _add_page(Writer(source, chidi(-1, "21:40")), "questions")


def rui_in_lisbon(centre: Centre) -> None:
    """An introduction in place of the course's."""
    session = CourseSession.objects.get(title=LISBON_DATA)
    here = centre.here("rui", session, "DATA", centre.days("Europe/Lisbon").clock(-7))
    text = read_text(CONTENT / "sessions" / "bem-vindos.html").html
    source = Source("DATA")
    change_text(
        here,
        source.key("introduction/introduction"),
        source.introduction,
        text,
        note="For our partners in Lisbon",
    )


def people_come_again(centre: Centre) -> None:
    at_quay_7 = CourseSession.objects.get(title=SAFETY_WEEKS)
    for username, code, day, count in [
        ("soren.kjaergaard", "FIRE", -7, 3),
        ("hanh.nguyen", "FIRE", -5, 2),
        ("boris", "FIRE", -5, 2),
        ("siobhan.osullivan", "FIRE", -4, EVERYTHING),
        ("fatoumata.diallo", "FIRE", -3, 1),
        ("amina", "AID", -2, 2),
        ("amina", "FIRE", -1, 1),
        ("priya.venkataraman", "AID", -1, 3),
    ]:
        visit(centre, username, at_quay_7, code, day, count, clock="18:25")
    own_pace = CourseSession.objects.get(title=OWN_PACE)
    visit(centre, "amina", own_pace, "FIRE", -9, 3, clock="21:10")


def tests_go_on(centre: Centre) -> None:
    """Amina has handed in what waits to be marked; a colleague sits at it at this moment."""
    at_quay_7 = CourseSession.objects.get(title=SAFETY_WEEKS)
    work(centre, "amina", at_quay_7, "AID", -2, clock="21:15")
    work(centre, "fatoumata.diallo", at_quay_7, "AID", -1, clock="17:40")
    begin_work(
        centre, "boris", at_quay_7, "AID", centre.at - timedelta(minutes=9), ability=ability_of("boris"), ends=False
    )
    seen_at_work = ["amina", "priya.venkataraman", "siobhan.osullivan", "mehmet.ozturk", "boris", "padraig.obriain"]
    grade_by_hand(centre, "chidi", at_quay_7, "FIRE", -3, seen_at_work)
    put_right(
        centre, "chidi", at_quay_7, "FIRE", -3, "juergen.weiss", "column", None,
        "Has shown it twice this year with the volunteer fire brigade.",
    )  # fmt: skip


def people_change(centre: Centre) -> None:
    days, people = centre.days(), centre.people
    update_profile(people["zofia"], {"theme": "dark"}, at=days.clock(-5))
    deactivate(people["hendrik"], by=people["edna"], at=days.clock(-4))
    who_came_has_signed_in(centre)


def who_came_has_signed_in(centre: Centre) -> None:
    """Whoever read, made or changed something had signed in before: as late as the last of it."""
    came = Enrolment.objects.exclude(last_entered_at=None).order_by().values_list("person", Max("last_entered_at"))
    did = AuditEntry.objects.exclude(by=None).order_by().values_list("by", Max("at"))
    last: dict[int, datetime] = {}
    for who, at in (*came, *did):
        last[who] = max(at, last.get(who, at))
    ours = list(Person.objects.filter(username__in=usernames()))
    for person in ours:
        person.last_login = last.get(person.pk)
    Person.objects.bulk_update(ours, ["last_login"])


def _add_page(writer: Writer, name: str) -> None:
    text = read_text(CONTENT / "sessions" / f"{name}.html")
    writer.add_text("page", name, text.title, text.html)


def _item(here: Here, source: Source, name: str) -> Item:
    return shown_in(here, hidden=True).get(uuid=source.key(name))

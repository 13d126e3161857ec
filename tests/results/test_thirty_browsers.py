"""Thirty people in two sessions of one course take the same test at the same time, a coach of each session marks what
they wrote. Then every page and file shows the totals that tests.results.paper works out for itself, each session's
statistics are its own, and nobody has met a word of the other session."""

from __future__ import annotations

import csv
import html
import io
import re
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from django.db import connection
from django.utils.timezone import now

from encore.courses.actions.enrolment import enrol, withdraw
from encore.courses.context import Here, here_for
from encore.courses.models import Course, CourseSession, Enrolment
from encore.people.models import Person
from encore.toolkit.exceptions import set_exception
from encore.toolkit.models import Grade, Item
from encore.toolkit.publishing import create_item, publish
from encore.toolkit.registry import kind_named
from encore.toolkit.settings import set_settings
from tests.results import paper
from tests.results.browsers import Browser, Sitting, given_for
from tests.results.paper import BANK, DRAWN, EACH, F

pytestmark = pytest.mark.django_db(transaction=True)

PASSWORD = "a quiet afternoon"
AT_ONCE = 6
LOSES_THE_LINE, HANDS_IN_TWICE, HAS_MORE_TIME, COMES_BACK = 2, 3, 4, 5  # of each session, by number
TWO_TRIES = (7, 8, 9)
NOT_GRADED = (10, 11)  # by hand
OPTIONS = {"minutes": 30, "attempts": 2, "negative": True, "paging": "section"}


@dataclass
class Group:
    """A session with its coach and its learners. `tries`: by person and enrolment, what was sent."""

    session: CourseSession
    coach: Browser
    people: list[Person]
    browsers: dict[str, Browser] = field(default_factory=dict)
    tries: dict[tuple[str, str], list[Sitting]] = field(default_factory=dict)
    practice: dict[str, F] = field(default_factory=dict)

    @property
    def course(self) -> str:
        return f"/sessions/{self.session.pk}/ETH/"

    def person(self, number: int) -> Person:
        return self.people[number]


@pytest.fixture
def at() -> datetime:
    """When all of it was prepared: the browsers go by the real clock."""
    return now() - timedelta(days=1)


@pytest.fixture
def written(make_course, dolores, at) -> dict[str, Item]:
    """The course with its bank, the test and how grades make a total."""
    make_course("ETH", "Ethics", teachers=[dolores])
    here = here_for(dolores, at=at, code="ETH")
    made: dict[str, Item] = {}
    pool = _publish(here, "question_category", "Pool", {})
    for name, facts in BANK.items():
        text = f"<p>asks-{name}</p>{facts.get('text', '')}"
        content = {"points": facts["points"], "body": facts["body"], "text": text}
        made[name] = _publish(here, "question", name, content, parent=pool if name.startswith("pool") else None)
    about = {"type": "passage", "questions": [str(made["about1"].uuid), str(made["about2"].uuid)]}
    made["passage"] = _publish(here, "question", "passage", {"text": "<p>A text to read.</p>", "body": about})
    first = ("single", "dropdown", "multiple", "strict", "claims", "gaps", "pairs", "steps")
    second = ("word", "length", "sum", "essay", "file", "passage")
    fixed = [[{"type": "fixed", "question": str(made[name].uuid)} for name in names] for names in (first, second)]
    draw = {
        "type": "draw",
        "count": DRAWN,
        "category": str(pool.uuid),
        "points": str(EACH.numerator / EACH.denominator),
    }
    sections = [{"id": "a", "parts": fixed[0]}, {"id": "b", "parts": [*fixed[1], draw]}]
    made["test"] = _publish(here, "test", "Final", {"sections": sections})
    set_settings(made["test"], here, opens=None, due=None, closes=None, options=OPTIONS)
    made["practice"] = _publish(here, "column", "Practice", {"out_of": str(paper.PRACTICE)})
    columns = [{"item": str(made[name].uuid), "weight": str(weight)} for name, weight in paper.WEIGHTS.items()]
    _publish(here, "scheme", "Total", {"columns": columns, "decimals": 1})
    return made


def _publish(here: Here, kind: str, title: str, content: dict[str, Any], parent: Item | None = None) -> Item:
    read = kind_named(kind).content.model_validate(content)
    draft = create_item(here, kind, title=title, content=read, parent=parent)
    publish([draft], here)
    return draft.item


@pytest.fixture
def groups(written, make_person, make_session, edna, at) -> list[Group]:
    """Autumn and Spring, fifteen learners each."""
    course, found = Course.objects.get(code="ETH"), []
    for word in ("autumn", "spring"):
        people = [make_person(f"{word}{n}", "Learner", f"Of{word.title()}{n:02d}X") for n in range(15)]
        coach = make_person(f"coach-of-{word}", "Coach", f"Of{word.title()}")
        session = make_session(word.title(), [course], learners=people, coaches=[coach])
        found.append(Group(session, Browser(coach.username, PASSWORD), people))
        here = here_for(coach, at=at, session=session.pk, code="ETH")
        more = Enrolment.objects.get(session=session, person=people[HAS_MORE_TIME])
        moments = dict.fromkeys(("opens", "due", "closes"))
        set_exception(
            written["test"], more, here, moments=moments, options={"time_factor": "1.5"}, reason="Reads slowly"
        )
    return found


def test_thirty_people_in_two_sessions_take_a_test(groups, edna, written):
    everybody = [(group, person) for group in groups for person in group.people]
    at_once(_sign_in, everybody)

    # First everybody; then those who try again, and one of each session who was taken out and begins anew.
    first = [_sitting(group, person, 1) for group, person in everybody]
    take(first)
    at_once(lambda group: mark_all(group), [(group,) for group in groups])
    for group in groups:
        _comes_back(group, edna)
    again = [_sitting(group, group.person(n), 2) for group in groups for n in (*TWO_TRIES, COMES_BACK)]
    take(again)
    at_once(lambda group: mark_all(group), [(group,) for group in groups])
    at_once(lambda group: grade_practice(group, written), [(group,) for group in groups])

    for group, other in (groups, groups[::-1]):
        expected = expected_of(group)
        assert file_of(group) == expected
        assert page_of(group) == {name: total for name, (_test, _practice, total) in expected.items()}
        assert own_pages(group) == {name: total for name, (_test, _practice, total) in expected.items()}
        assert statistics_of(group, written) == expected_statistics(group)
        nothing_leaked(group, other)
    for group in groups:
        two_sets(group)
        as_many_attempts_as_tries(group)


# What happens


def at_once(deed: Callable[..., Any], cases: Iterable[tuple[Any, ...]]) -> list[Any]:
    """A few at a time, in threads of their own; whatever fails there fails here."""

    def run(case: tuple[Any, ...]) -> Any:
        try:
            return deed(*case)
        finally:
            connection.close()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(run, cases))


def _sign_in(group: Group, person: Person) -> None:
    group.browsers[person.username] = Browser(person.username, PASSWORD).sign_in()


def _sitting(group: Group, person: Person, number: int) -> Sitting:
    """`number` counts what this person does, in whatever enrolment."""
    enrolment = "back" if number == 2 and person == group.person(COMES_BACK) else "first"
    sitting = Sitting(group.browsers[person.username], group.course, number)
    group.tries.setdefault((person.username, enrolment), []).append(sitting)
    return sitting


def take(sittings: list[Sitting]) -> None:
    """All of them are at it at the same time."""
    each = [(sitting,) for sitting in sittings]
    at_once(Sitting.begin, each)
    at_once(Sitting.save_on_the_way, each)
    at_once(Sitting.lose_the_connection, [(one,) for one in sittings if _number(one) == LOSES_THE_LINE])
    at_once(lambda one: one.fill_in("next"), each)
    at_once(lambda one: one.fill_in("hand_in"), each)
    # Some press the button twice, in two tabs.
    twice = [(one,) for one in sittings for _tab in range(1 + (_number(one) == HANDS_IN_TWICE))]
    at_once(Sitting.hand_in, twice)


def _number(sitting: Sitting) -> int:
    found = re.search(r"\d+$", sitting.browser.username)
    assert found
    return int(found[0])


def _comes_back(group: Group, by: Person) -> None:
    """Taken out after a try, and enrolled again with a fresh start."""
    person = group.person(COMES_BACK)
    old = Enrolment.objects.get(session=group.session, person=person)
    withdraw([old], by=by, at=now(), reason="Changes the department")
    enrol([person.pk], group.session, by=by, at=now(), returning="again")


def mark_all(group: Group) -> None:
    """Question by question, from the page that says what waits, until nothing does."""
    coach = group.coach
    if not coach.page:
        coach.sign_in()
    for _round in range(10):
        coach.get(f"{group.course}quizzes/marking/")
        waiting = coach.links(r"/marking/[0-9a-f-]{36}/[0-9a-f-]{36}/$")
        if not waiting:
            return
        for address in waiting:
            coach.get(address)
            coach.post(coach.address, {**coach.hidden(), **_marks(coach.page)})
    raise AssertionError("Marking does not come to an end.")


def _marks(page: str) -> dict[str, str]:
    """The points for each answer on the page: what its author's mark is worth."""
    sent = {}
    for section in re.findall(r'<section class="question".*?</section>', page, re.S):
        answer = re.search(r'name="points-(\d+)"', section)
        mark = re.search(r"by-(?:autumn|spring)\d+-\d", section)
        assert answer
        assert mark, section
        name = "file" if ".txt" in section else "essay"
        sent[f"points-{answer[1]}"] = paper.plain(given_for(mark[0], name))
        sent[f"comment-{answer[1]}"] = f"Read, {mark[0]}."
    return sent


def grade_practice(group: Group, written: dict[str, Item]) -> None:
    """By hand, in the page of the column; two are left out."""
    coach = group.coach
    coach.get(f"{group.course}gradebook/{written['practice'].uuid}/")
    sent: dict[str, Any] = coach.hidden()
    for enrolment in Enrolment.objects.filter(session=group.session, is_latest=True).select_related("person"):
        username = enrolment.person.username
        if username not in {group.person(n).username for n in NOT_GRADED}:
            points = F(Random(f"{username} practice").randint(0, 40), 2)
            group.practice[username] = points
            sent[f"points-{enrolment.pk}"] = paper.plain(points)
            sent[f"comment-{enrolment.pk}"] = f"Seen, by-{username}-0."
    coach.post(coach.address, sent)


# What should have come of it


def points_of(sitting: Sitting) -> F:
    return paper.points_of(list(sitting.answers.values()))


def most_of(sitting: Sitting) -> F:
    return paper.most(list(sitting.answers))


def counted_tries(group: Group, username: str) -> list[Sitting]:
    """Those of the enrolment that counts."""
    return group.tries.get((username, "back")) or group.tries[username, "first"]


def expected_of(group: Group) -> dict[str, tuple[str, str, str]]:
    """By username: the test's points, the practice's, the total."""
    found = {}
    for person in group.people:
        best = max(counted_tries(group, person.username), key=lambda one: points_of(one) / most_of(one))
        practice = group.practice.get(person.username)
        total = paper.total(points_of(best), most_of(best), practice)
        found[person.username] = (
            paper.plain(points_of(best)),
            "" if practice is None else paper.plain(practice),
            total,
        )
    return found


def expected_statistics(group: Group) -> tuple[int, int, str]:
    """Attempts, those marked, and their mean: of every enrolment that there was, the attempt handed in last."""
    shares = [points_of(tries[-1]) / most_of(tries[-1]) for tries in group.tries.values()]
    return len(shares), len(shares), str(paper.half_up(sum(shares, F(0)) / len(shares) * 100, 0))


# What the pages and files say


def file_of(group: Group) -> dict[str, tuple[str, str, str]]:
    group.coach.get(f"{group.course}gradebook/grades.csv")
    rows = list(csv.reader(io.StringIO(group.coach.page.lstrip("\ufeff")), delimiter=_delimiter(group.coach.page)))
    head = rows[0]
    test, practice = (next(n for n, cell in enumerate(head) if cell.startswith(word)) for word in ("Final", "Practice"))
    user, total = head.index("Username"), head.index("Total in %")
    return {row[user]: (row[test], row[practice], row[total]) for row in rows[1:] if row}


def _delimiter(text: str) -> str:
    return max(";,\t", key=text.partition("\n")[0].count)


def page_of(group: Group) -> dict[str, str]:
    """The totals in the gradebook, by username."""
    group.coach.get(f"{group.course}gradebook/")
    found = {}
    for row in re.findall(r"<tr>(.*?)</tr>", group.coach.page, re.S):
        name, total = re.search(r"Of(Autumn|Spring)(\d\d)X", row), re.search(r"<strong>([\d.]+)\s*%", row)
        if name and total:
            found[f"{name[1].lower()}{int(name[2])}"] = total[1]
    return found


def own_pages(group: Group) -> dict[str, str]:
    """What each learner is told."""

    def own(person: Person) -> tuple[str, str]:
        browser = counted_tries(group, person.username)[-1].browser
        told = re.search(r'<strong class="text-xl">([\d.]+)\s*%', browser.get(f"{group.course}gradebook/"))
        assert told, browser.page
        return person.username, told[1]

    return dict(at_once(own, [(person,) for person in group.people]))


def statistics_of(group: Group, written: dict[str, Item]) -> tuple[int, int, str]:
    page = _words(group.coach.get(f"{group.course}quizzes/marking/{written['test'].uuid}/figures/"))
    found = re.search(r"Attempts (\d+) of each learner .*? Marked (\d+) Mean ([\d.]+) %", page)
    assert found, page
    assert "All sessions" not in page
    return int(found[1]), int(found[2]), found[3]


def nothing_leaked(group: Group, other: Group) -> None:
    """Nobody met a name or a word of the other session; learners met none of anybody else."""
    theirs = re.compile(
        r"by-spring|OfSpring|coach-of-spring" if other.session.title == "Spring" else r"by-autumn|OfAutumn"
    )
    for page in group.coach.seen:
        assert not theirs.search(page)
    for tries in group.tries.values():
        for sitting in tries:
            own = sitting.browser.username
            written = {found for page in sitting.browser.seen for found in re.findall(r"by-([a-z]+\d+)-\d", page)}
            assert written <= {own}
            last = f"Of{own.rstrip('0123456789').title()}{_number(sitting):02d}X"
            names = {found for page in sitting.browser.seen for found in re.findall(r"Of(?:Autumn|Spring)\d\dX", page)}
            assert names <= {last}


def two_sets(group: Group) -> None:
    """Who came back has two sets of results, and neither knows of the other."""
    person = group.person(COMES_BACK)
    old, new = Enrolment.objects.filter(session=group.session, person=person).order_by("pk")
    for enrolment, key in ((old, "first"), (new, "back")):
        (sitting,) = group.tries[person.username, key]
        grade = Grade.objects.get(enrolment=enrolment, item__kind="test")
        assert F(grade.points or 0) == points_of(sitting)
        assert list(enrolment.attempts.values_list("number", "points")) == [
            (1, Decimal(paper.plain(points_of(sitting))))
        ]
    page = _words(group.tries[person.username, "back"][0].browser.get(f"{group.course}gradebook/"))
    assert f"by-{person.username}-1" not in page


def as_many_attempts_as_tries(group: Group) -> None:
    """Also where the button was pressed twice. Each of them lasted as long as its learner has."""
    for person in group.people:
        minutes = 45 if person == group.person(HAS_MORE_TIME) else 30
        enrolment = Enrolment.objects.get(session=group.session, person=person, is_latest=True)
        attempts = list(enrolment.attempts.filter(state="handed_in"))
        assert len(attempts) == enrolment.attempts.count() == len(counted_tries(group, person.username))
        assert {attempt.ends_at - attempt.started_at for attempt in attempts} == {timedelta(minutes=minutes)}


def _words(page: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())

"""Makes the rows of a batch of cases and asks everything there is to ask: pages, places, lists, `encore decide`.

Whatever is made is taken back. Call it on a database in which nothing else happens.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from http.cookies import SimpleCookie
from typing import Any

from django.db import transaction
from django.test import Client
from django.urls import get_resolver, reverse
from django.utils import timezone
from django.utils.html import escape

from encore.courses.context import Here, here_for, places_of
from encore.courses.explaining import sentence
from encore.courses.models import (
    Course,
    CourseCoach,
    CourseExclusion,
    CourseSession,
    CourseTeacher,
    Enrolment,
    GeneralCoach,
    SessionCourse,
    SessionFollower,
)
from encore.courses.my_sessions import lists_of
from encore.courses.question import answer_line
from encore.courses.rules import Action
from encore.courses.windows import enrolment_terms, fill_enrolment, fill_session, terms_of
from encore.courses.words import ListName
from encore.people.models import Following, Person, RolePermission
from encore.people.words import Role
from encore.proofs import oracle
from encore.proofs.cases import Case, line_of
from encore.proofs.oracle import instant

TITLE = re.compile(r"Case (\d{4}) of")
NOW = timezone.now  # noqa: TID251 - to find who reads the clock, not to read it
LISTS = tuple(str(name) for name in ListName)


class TakenBack(Exception):
    """Ends the transaction of a batch."""


def differences(batch: list[Case]) -> list[str]:
    """What differs, each with the case as a line. The cases of a batch are one person's, at one moment."""
    asked: list[str] = []
    try:
        with transaction.atomic():
            asked = list(_Batch(batch).differences())
            raise TakenBack
    except TakenBack:
        return asked


def measured(batch: list[Case]) -> list[tuple[Here, int]]:
    """For each case of one person and moment: the place, and what the course's page answers."""
    found: list[tuple[Here, int]] = []
    try:
        with transaction.atomic():
            found = list(_Batch(batch).measured())
            raise TakenBack
    except TakenBack:
        return found


class Browser(Client):
    """A client that only keeps what came back."""

    def request(self, **request: Any) -> Any:
        answer = self.handler(self._base_environ(**request))  # type: ignore[attr-defined]
        self.cookies.update(answer.cookies)
        return answer


class _Batch:
    def __init__(self, cases: list[Case]) -> None:
        self.cases = cases
        at = instant(cases[0]["at"])
        assert at is not None
        self.at = at
        roles = {role for case in cases for role in case["roles"]}
        self.person = self._person(
            "asker",
            is_administrator="administrator" in roles,
            is_session_administrator=bool(roles & {"session_admin", "session_admin_owner"}),
            is_hr_manager="hr_manager" in roles,
        )
        self.owner, self.followed = self._person("owner"), self._person("followed")
        RolePermission.objects.filter(role=Role.SESSION_ADMINISTRATOR).delete()
        RolePermission.objects.bulk_create(
            RolePermission(role=Role.SESSION_ADMINISTRATOR, permission=word) for word in cases[0].get("permissions", ())
        )
        self.sessions: list[CourseSession] = []
        self.places: list[SessionCourse] = []
        self._make()

    # Rows

    def _person(self, name: str, **facts: Any) -> Person:
        return Person.objects.create(
            username=f"{name}-of-a-case", first_name=name, last_name="Case", created_at=self.at, **facts
        )

    def _make(self) -> None:
        for number, case in enumerate(self.cases):
            session = self._session(number, case)
            courses = [
                Course(
                    code=f"C{number}{letter}",
                    title=f"Course {number}{letter}",
                    created_at=self.at,
                    teachers_see_results=case.get("besides", {}).get("teachers_see_results", False),
                )
                for letter in "AB"
            ]
            for course in courses:
                course.save()
            locks: dict[str, Any] = {f"{lock}_lock": "Locked" for lock in case.get("besides", {}).get("locks", ())}
            locks |= {f"{lock}_lock_at": self.at for lock in case.get("besides", {}).get("locks", ())}
            place = SessionCourse.objects.create(session=session, course=courses[0], **locks)
            other = SessionCourse.objects.create(session=session, course=courses[1], position=1)
            self.sessions.append(session)
            self.places.append(place)
            self._roles(case, session, place, other)

    def _session(self, number: int, case: Case) -> CourseSession:
        facts = case["session"]
        names = ("opens_at", "closes_at", "coach_opens_at", "coach_closes_at")
        shown_from, shown_until = oracle.shown(case)
        session = CourseSession(
            title=f"Case {number:04} of this batch",
            owner=self.person if "session_admin_owner" in case["roles"] else self.owner,
            created_at=self.at,
            changed_at=self.at,
            shown_from=shown_from,
            shown_until=shown_until,
            **{name: value for name, value in facts.items() if name not in names},
            **{name: instant(facts[name]) for name in names},
        )
        fill_session(session)
        session.save()
        return session

    def _roles(self, case: Case, session: CourseSession, place: SessionCourse, other: SessionCourse) -> None:
        roles, besides = case["roles"], case.get("besides", {})
        for role, model, where in (
            ("course_coach", CourseCoach, {"session_course": place}),
            ("other_course_coach", CourseCoach, {"session_course": other}),
            ("general_coach", GeneralCoach, {"session": session}),
        ):
            if role in roles:
                from_at, until_at = oracle.spell(case, role)
                model.objects.create(person=self.person, from_at=from_at, until_at=until_at, **where)
        if "course_teacher" in roles:
            CourseTeacher.objects.create(course=place.course, person=self.person, kind=CourseTeacher.Kind.TEACHER)
        if "hr_manager" in roles and besides.get("follows") == "person":
            Following.objects.get_or_create(
                manager=self.person, person=self.followed, by=self.owner, defaults={"at": self.at}
            )
            Enrolment.objects.create(session=session, person=self.followed, enrolled_at=self.at)
        elif "hr_manager" in roles:
            SessionFollower.objects.create(session=session, person=self.person)
        if oracle.is_learner(case):
            self._enrol(case, session, place)

    def _enrol(self, case: Case, session: CourseSession, place: SessionCourse) -> None:
        facts, earlier = case["enrolment"], case.get("besides", {}).get("earlier")
        if earlier:
            Enrolment.objects.create(
                session=session, person=self.person, state=earlier, is_latest=False, enrolled_at=self.at
            )
        enrolment = Enrolment(
            session=session,
            person=self.person,
            number=2 if earlier else 1,
            state=facts["state"],
            extra_days=facts["extra_days"],
            opens_at=instant(facts["opens_at"]),
            closes_at=instant(facts["closes_at"]),
            first_entered_at=instant(facts["first_entered_at"]),
            enrolled_at=self.at,
        )
        fill_enrolment(enrolment, terms_of(session))
        enrolment.save()
        if case["excluded"]:
            CourseExclusion.objects.create(enrolment=enrolment, session_course=place, at=self.at)

    # Questions

    def differences(self) -> Iterator[str]:
        assert self.at is not None
        places = places_of(self.person, self.sessions, at=self.at)
        lists = lists_of(self.person, at=self.at)
        listed = [mine.session_id for mine in lists]
        found = {name: {mine.session_id for mine in lists[ListName(name)]} for name in LISTS}
        for number, case in enumerate(self.cases):
            session, place = self.sessions[number], self.places[number]
            here = here_for(self.person, at=self.at, session=session.pk, code=place.course.code)
            whole = here_for(self.person, at=self.at, session=session.pk)
            in_all, in_courses = places[session.pk]
            told = [
                *self._decision("here_for", case, here),
                *self._decision("places_of", case, next(one for one in in_courses if one.session_course == place)),
                *self._decision("here_for, the session", case, whole, whole=True),
                *self._decision("places_of, the session", case, in_all, whole=True),
                *self._decide(case),
                *self._windows(case, session),
                *self._actions(case, here),
                *_differs("list_of", oracle.list_expected(case), _word(here.list_name)),
                *_differs("lists_of", oracle.list_expected(case), _only(found, session.pk)),
                *_differs("times in the lists", 1 if oracle.list_expected(case) else 0, listed.count(session.pk)),
            ]
            yield from (f"{said}\n  {line_of(case)}" for said in told)
        yield from self._pages()

    def _decision(self, said: str, case: Case, here: Here, *, whole: bool = False) -> Iterator[str]:
        wanted, decided = oracle.expected(case, whole=whole), here.access
        got = oracle.Expected(
            decided.level.name,
            frozenset(sight.name for sight in decided.sees),
            str(decided.reason),
            decided.since,
            decided.until,
        )
        yield from _differs(said, wanted, got)

    def _decide(self, case: Case) -> Iterator[str]:
        """What the command says, where it asks for all that the case holds."""
        if "besides" not in case:
            wanted = oracle.expected(case)
            got = answer_line(line_of(case))
            told = {
                "level": wanted.level,
                "sees": sorted(wanted.sees),
                "reason": wanted.reason,
                "since": _printed(wanted.since),
                "until": _printed(wanted.until),
                "list": oracle.list_expected(case),
            }
            yield from _differs("encore decide", told, got)

    def _windows(self, case: Case, session: CourseSession) -> Iterator[str]:
        """The bounds that lists are asked by."""
        stored = (session.coach_window_opens_at, session.coach_window_closes_at)
        yield from _differs("the coaches' stored window", oracle.window_of_coaches(case), stored)
        if oracle.is_learner(case):
            enrolment = Enrolment.objects.get(session=session, person=self.person, is_latest=True)
            stored = (enrolment.window_opens_at, enrolment.window_closes_at)
            yield from _differs("the learner's stored window", oracle.window_of_learner(case), stored)
            assert enrolment_terms(enrolment).state == case["enrolment"]["state"]

    def _actions(self, case: Case, here: Here) -> Iterator[str]:
        wanted = oracle.allowed(case, oracle.expected(case))
        got = {str(action) for action in Action if str(action) in oracle.ACTIONS and here.may(action)}
        yield from _differs("may", sorted(wanted), sorted(got))

    # Pages

    def measured(self) -> Iterator[tuple[Here, int]]:
        assert self.at is not None
        client, cookies = self._signed_in()
        with clock_at(self.at):
            for session, place in zip(self.sessions, self.places, strict=True):
                client.cookies = SimpleCookie(cookies)
                answer = client.get(reverse("course_in_session", args=[session.pk, place.course.code]))
                here = here_for(self.person, at=self.at, session=session.pk, code=place.course.code)
                yield here, answer.status_code

    def _signed_in(self) -> tuple[Browser, str]:
        client = Browser(SERVER_NAME="localhost")
        client.force_login(self.person, backend="encore.people.sign_in.UsernameOrEmail")
        return client, client.cookies.output(header="", sep=";")

    def _pages(self) -> Iterator[str]:
        assert self.at is not None
        client, cookies = self._signed_in()
        with clock_at(self.at):
            yield from self._home(client)
            for number, case in enumerate(self.cases):
                client.cookies = SimpleCookie(cookies)
                # The session's page first: entering the course is what starts a learner's days.
                told = list(self._session_door(client, number, case)) if number % 3 == 0 else []
                told += self._door(client, number, case)
                yield from (f"{said}\n  {line_of(case)}" for said in told)

    def _home(self, client: Client) -> Iterator[str]:
        """The three lists as a browser shows them."""
        shown = {name: _titles(client.get(reverse("home"), {"list": name, "look": "list"}), name) for name in LISTS}
        for number, case in enumerate(self.cases):
            got = [name for name in LISTS if number in shown[name]]
            wanted = oracle.list_expected(case)
            for said in _differs("My sessions", [wanted] if wanted else [], got):
                yield f"{said}\n  {line_of(case)}"

    def _door(self, client: Client, number: int, case: Case) -> Iterator[str]:
        """The course's page: 200, 403 with the reason, or 404. Nothing else is to be learnt from it."""
        session, place = self.sessions[number], self.places[number]
        answer = client.get(reverse("course_in_session", args=[session.pk, place.course.code]))
        wanted = oracle.expected(case)
        yield from _differs("GET the course's page", oracle.door(wanted), answer.status_code)
        page = answer.content.decode()
        if answer.status_code == 404 and (session.title in page or place.course.title in page):
            yield "GET the course's page: the 404 tells what there is"
        if answer.status_code == 403 and wanted.level == "LISTED":
            with timezone.override(self.person.zone):
                why = sentence(answer.wsgi_request.here)  # type: ignore[attr-defined]
            if escape(why) not in page:
                yield f"GET the course's page: the 403 does not say “{why}”"

    def _session_door(self, client: Client, number: int, case: Case) -> Iterator[str]:
        wanted = oracle.expected(case, whole=True)
        level = oracle.LEVELS.index(wanted.level)
        status = 404 if level == 0 else 403 if level < oracle.LEVELS.index("READ") else 200
        answer = client.get(reverse("session_page", args=[self.sessions[number].pk]))
        # Who may only know of the session still gets its page, where that says more than a closed door would.
        if answer.status_code != status and not (wanted.level == "LISTED" and answer.status_code == 200):
            yield from _differs("GET the session's page", status, answer.status_code)


@contextmanager
def clock_at(at: datetime) -> Iterator[None]:
    """Pages read the clock by the name `now` of their module: there it stands still."""
    assert get_resolver().url_patterns  # by now every page's module is there
    modules = [
        module
        for name, module in list(sys.modules.items())
        if name.startswith("encore.") and getattr(module, "now", None) is NOW
    ]
    for module in modules:
        module.now = lambda: at  # type: ignore[attr-defined]
    try:
        yield
    finally:
        for module in modules:
            module.now = NOW  # type: ignore[attr-defined]


def _titles(answer: Any, name: str) -> set[int]:
    """The sessions on the page, without those that are named beside the list because something is due in them."""
    assert answer.status_code == 200, f"My sessions answers {answer.status_code} to {name}"
    _before, found, after = answer.content.decode().partition('id="sessions"')
    return {int(number) for number in TITLE.findall(after)} if found else set()


def _differs(said: str, wanted: object, got: object) -> Iterator[str]:
    if wanted != got:
        yield f"{said}: {_print(got)}, expected {_print(wanted)}"


def _only(found: dict[str, set[int]], session: int) -> str | None:
    return next((name for name in LISTS if session in found[name]), None)


def _word(name: ListName | None) -> str | None:
    return None if name is None else str(name)


def _printed(moment: datetime | None) -> str | None:
    return None if moment is None else moment.replace(tzinfo=None).isoformat() + "Z"


def _print(value: object) -> str:
    if isinstance(value, oracle.Expected):
        since, until = _printed(value.since), _printed(value.until)
        return f"{value.level} {sorted(value.sees)} {value.reason} since {since} until {until}"
    return str(value)

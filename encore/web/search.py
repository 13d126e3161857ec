"""What a search finds: one's own sessions and courses, and what one manages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.shortcuts import resolve_url
from django.urls import reverse
from django.utils.translation import gettext as _

from encore.base.text import fold
from encore.courses.models import Course, CourseSession
from encore.courses.my_sessions import lists_of
from encore.courses.queries.sessions import sessions_of
from encore.people.models import Person
from encore.people.queries import search_people
from encore.web.cards import Card, cards

SHOWN = 8  # of each kind; the lists behind have them all


@dataclass(frozen=True)
class Hit:
    """One thing found. `mark`: a course to show the mark of; else `icon`."""

    title: str
    url: str
    detail: str = ""
    mark: Course | None = None
    icon: str = ""


@dataclass(frozen=True)
class Group:
    """What was found of one kind. `all_url`: the list that has more of them."""

    label: str
    hits: Sequence[Hit] = ()
    cards: Sequence[Card] = ()
    all_url: str = ""


def results_for(person: Person, q: str, *, at: datetime) -> list[Group]:
    """Everything this person may know of that holds every word; a fixed number of queries for each role."""
    return [group for group in _groups(person, q, at) if group.hits or group.cards]


def _groups(person: Person, q: str, at: datetime) -> Iterator[Group]:
    mine = list(lists_of(person, at=at).found(q))
    yield Group(_("My sessions"), cards=cards(person, mine[:SHOWN], at=at), all_url=_more("home", q, len(mine)))
    taught = _holding(Course.objects.filter(teachers__person=person), q)
    yield Group(_("My courses"), _courses(taught), all_url="")
    if person.is_administrator or person.is_session_administrator:
        sessions = sessions_of(person).select_related("category")
        found = list(_holding(sessions, q).order_by("-pk")[: SHOWN + 1])
        yield Group(_("Sessions you manage"), _sessions(found), all_url=_more("sessions", q, len(found)))
        people = list(search_people(q)[: SHOWN + 1])
        yield Group(_("People"), _people(people), all_url=_more("people", q, len(people)))
    if person.is_administrator:
        courses = list(_holding(Course.objects.all(), q)[: SHOWN + 1])
        yield Group(_("All courses"), _courses(courses), all_url=_more("courses", q, len(courses)))


def _holding(rows: QuerySet, q: str) -> QuerySet:
    for word in fold(q).split():
        rows = rows.filter(search_text__contains=word)
    return rows


def _more(route: str, q: str, count: int) -> str:
    return f"{reverse(route)}?{urlencode({'q': q})}" if count > SHOWN else ""


def _courses(courses: Sequence[Course] | QuerySet[Course]) -> list[Hit]:
    return [Hit(c.title, resolve_url(c), c.code, mark=c) for c in courses[:SHOWN]]


def _sessions(sessions: Sequence[CourseSession]) -> list[Hit]:
    return [
        Hit(s.title, reverse("session_overview", args=[s.pk]), str(s.category or ""), icon="calendar-range")
        for s in sessions[:SHOWN]
    ]


def _people(people: Sequence[Person]) -> list[Hit]:
    return [Hit(p.name, resolve_url(p), p.username, icon="user") for p in people[:SHOWN]]

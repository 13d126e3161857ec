"""What the overview of one session shows: its courses, people, classes, waiting list and history."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from encore.base.text import fold
from encore.courses.models import (
    Course,
    CourseCoach,
    CourseExclusion,
    CourseSession,
    Enrolment,
    EnrolmentSource,
    GeneralCoach,
    Release,
    SessionClass,
    SessionCourse,
    SessionFollower,
    WaitingPerson,
)
from encore.ledger.actions import READ
from encore.ledger.models import AuditEntry
from encore.people.models import ClassMember, Person, SchoolClass
from encore.people.queries import search_people

MANAGED = ("coursesession", "enrolment", "person")  # the kinds of subject that managing a session is about


@dataclass
class CourseRow:
    """One course of the session: who coaches it and how many learn in it."""

    place: SessionCourse
    coaches: list[CourseCoach] = field(default_factory=list)
    learners: int = 0
    published: bool = False

    @property
    def course(self) -> Course:
        return self.place.course


@dataclass
class PersonRow:
    """One person of the session."""

    enrolment: Enrolment
    sources: list[EnrolmentSource] = field(default_factory=list)
    excluded_from: list[str] = field(default_factory=list)

    @property
    def person(self) -> Person:
        return self.enrolment.person


def courses_of(session: CourseSession, *, learners: int) -> list[CourseRow]:
    """The courses in order, out of `learners` live ones; three queries."""
    releases = Release.objects.filter(course=OuterRef("course"), session_course=None)
    places = session.session_courses.select_related("course__category").annotate(published=Exists(releases))
    rows = {
        place.pk: CourseRow(place, learners=learners, published=place.published)
        for place in places.order_by("position", "id")
    }
    for coach in CourseCoach.objects.filter(session_course__in=rows).select_related("person"):
        rows[coach.session_course_id].coaches.append(coach)
    missing = CourseExclusion.objects.filter(session_course__in=rows, enrolment__state__in=Enrolment.LIVE)
    for pk, count in missing.order_by().values_list("session_course").annotate(n=Count("pk")):
        rows[pk].learners -= count
    return list(rows.values())


def general_coaches_of(session: CourseSession) -> QuerySet[GeneralCoach]:
    return GeneralCoach.objects.filter(session=session).select_related("person")


def followers_of(session: CourseSession) -> QuerySet[Person]:
    """The HR managers who follow the session, by name; who is no HR manager any more follows nothing."""
    return Person.objects.filter(sessions_followed__session=session, is_hr_manager=True).order_by("sort_name", "id")


def hr_managers_besides(session: CourseSession, *, q: str = "") -> QuerySet[Person]:
    """The active HR managers who could follow the session, by name."""
    there = SessionFollower.objects.filter(session=session, person=OuterRef("pk"))
    managers = Person.objects.filter(~Exists(there), is_hr_manager=True, is_active=True)
    return search_people(q, managers).order_by("sort_name", "id")


def people_in(session: CourseSession, *, q: str = "", state: str = "", source: str = "") -> QuerySet[Enrolment]:
    """Everybody's governing enrolment, by name. `state` "live" or a state; `source` a kind, or class-<id>."""
    enrolments = Enrolment.objects.filter(session=session, is_latest=True).select_related("person")
    for word in fold(q).split():
        enrolments = enrolments.filter(person__search_text__contains=word)
    if state == "live":
        enrolments = enrolments.filter(state__in=Enrolment.LIVE)
    elif state:
        enrolments = enrolments.filter(state=state)
    if source:
        enrolments = enrolments.filter(Exists(_of_source(source)))
    return enrolments.order_by("person__sort_name", "person_id")


def counts_by_state(session: CourseSession) -> dict[str, int]:
    """How many governing enrolments are in each state; "live" and "all" besides. One query."""
    rows = Enrolment.objects.filter(session=session, is_latest=True).order_by()
    counts: dict[str, int] = {str(state): 0 for state in Enrolment.State}
    counts.update(rows.values_list("state").annotate(n=Count("pk")))
    counts["all"] = sum(counts.values())
    counts["live"] = sum(counts[state] for state in Enrolment.LIVE)
    return counts


def person_rows(enrolments: Sequence[Enrolment]) -> list[PersonRow]:
    """The rows of a page of people; two queries."""
    rows = {enrolment.pk: PersonRow(enrolment) for enrolment in enrolments}
    for source in EnrolmentSource.objects.filter(enrolment__in=rows).select_related("school_class").order_by("id"):
        rows[source.enrolment_id].sources.append(source)
    excluded = CourseExclusion.objects.filter(enrolment__in=rows).order_by("session_course__position")
    for pk, code in excluded.values_list("enrolment", "session_course__course__code"):
        rows[pk].excluded_from.append(code)
    return list(rows.values())


@dataclass
class CourseOfPerson:
    """One course of the session, as one person meets it."""

    place: SessionCourse
    exclusion: CourseExclusion | None = None


def courses_out_of(enrolment: Enrolment) -> list[CourseOfPerson]:
    """The courses of the person's session, each with the exclusion that takes them out of it; two queries."""
    places = SessionCourse.objects.filter(session=enrolment.session_id).select_related("course")
    out = {row.session_course_id: row for row in enrolment.exclusions.select_related("by")}
    return [CourseOfPerson(place, out.get(place.pk)) for place in places.order_by("position", "id")]


def other_enrolments(enrolment: Enrolment) -> QuerySet[Enrolment]:
    """The same person's other enrolments in the same session, the latest first; each has its own results."""
    rows = Enrolment.objects.filter(session=enrolment.session_id, person=enrolment.person_id)
    return rows.exclude(pk=enrolment.pk).order_by("-number")


def classes_of(session: CourseSession) -> QuerySet[SessionClass]:
    """The session's classes by name, each with `members` now and `here`: those in the session through it."""
    members = ClassMember.objects.filter(school_class=OuterRef("school_class"))
    through = EnrolmentSource.objects.filter(
        school_class=OuterRef("school_class"), enrolment__session=session, enrolment__state__in=Enrolment.LIVE
    )
    return (
        SessionClass.objects.filter(session=session)
        .select_related("school_class")
        .annotate(members=_count(members), here=_count(through))
        .order_by("school_class__search_text", "id")
    )


def only_through(session: CourseSession, school_class: SchoolClass) -> QuerySet[Enrolment]:
    """The live enrolments that have no other source than this class: taking it off would end them."""
    sources = EnrolmentSource.objects.filter(enrolment=OuterRef("pk"))
    return (
        Enrolment.objects.filter(session=session, state__in=Enrolment.LIVE)
        .filter(Exists(sources.filter(school_class=school_class)))
        .exclude(Exists(sources.exclude(kind="class", school_class=school_class)))
        .select_related("person")
        .order_by("person__sort_name", "person_id")
    )


def waiting_for(session: CourseSession) -> QuerySet[WaitingPerson]:
    """Those waiting for a seat, first come first."""
    return WaitingPerson.objects.filter(session=session).select_related("person", "school_class")


def history_of(session: CourseSession, *, content: bool, verbs: Iterable[str] | None = None) -> QuerySet[AuditEntry]:
    """What was done to the session and the people in it, the latest first. `content`: also to what is written in it;
    `verbs`: only these deeds. Who read it stands in the audit log alone.

    Whoever manages a session need not see its content nor anybody's results: an entry about an item names the item,
    one about a grade says why it was given.
    """
    entries = AuditEntry.objects.filter(course_session_id=session.pk).exclude(verb=READ)
    if not content:
        entries = entries.filter(subject_kind__in=MANAGED)
    if verbs is not None:
        entries = entries.filter(verb__in=list(verbs))
    return entries.select_related("by").order_by("-id")


def usual_sources(session: CourseSession) -> list[tuple[str, str]]:
    """The ways in which people came here, as choices of a filter; one query."""
    used = (
        EnrolmentSource.objects.filter(enrolment__session=session)
        .order_by("kind", "school_class__search_text")
        .values_list("kind", "school_class", "school_class__name")
        .distinct()
    )
    return [
        (f"class-{pk}", name) if kind == EnrolmentSource.Kind.SCHOOL_CLASS else (kind, str(_kind_words(kind)))
        for kind, pk, name in used
    ]


def _count(rows: QuerySet[Any]) -> Coalesce:
    """How many rows of a class there are. Two joins would count each member once for each source."""
    return Coalesce(Subquery(rows.order_by().values("school_class").annotate(n=Count("pk")).values("n")), 0)


def _kind_words(kind: str) -> str:
    return str(EnrolmentSource.Kind(kind).label)


def _of_source(source: str) -> QuerySet[EnrolmentSource]:
    rows = EnrolmentSource.objects.filter(enrolment=OuterRef("pk"))
    kind, _dash, pk = source.partition("-")
    if kind == EnrolmentSource.Kind.SCHOOL_CLASS and pk.isdecimal():
        return rows.filter(school_class=int(pk[:18]))
    else:
        return rows.filter(kind=kind)

"""What a request may have changed, in regions: a session, the course of a session, a course, the people, a class …"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any

from django.apps import apps
from django.db import connection
from django.db.models import Model

from encore.courses.models import (
    Course,
    CourseCategory,
    CourseCoach,
    CourseExclusion,
    CourseSession,
    CourseTeacher,
    Enrolment,
    EnrolmentChange,
    EnrolmentSource,
    GeneralCoach,
    Release,
    SessionCategory,
    SessionClass,
    SessionCourse,
    SessionFollower,
    WaitingPerson,
)
from encore.ledger.models import AuditConcern, AuditDetail, AuditEntry, AuditSeal, DutyDone, Job, Mail, Plan, PlanRow
from encore.people.models import (
    ClassMember,
    Device,
    Following,
    Person,
    RecoveryCode,
    RolePermission,
    SchoolClass,
    SecondFactor,
    SignIn,
)
from encore.toolkit.models import (
    Completion,
    CourseProgress,
    Draft,
    FileUse,
    Item,
    ItemException,
    ItemSettings,
    Line,
    Schedule,
    StoredFile,
    ToolSettings,
    Version,
)
from tests.isolation.world import World, powerful

# Who came in when is no change of a session, and the windows follow from what is.
VISITS = {"first_entered_at", "last_entered_at", "window_opens_at", "window_closes_at", "last_login", "changed_at"}
# Derived, or only ever added to by whatever anybody does.
UNWATCHED = {Device, SignIn, Job, DutyDone, AuditEntry, AuditDetail, AuditConcern, AuditSeal, Schedule, CourseProgress}
WRITES = re.compile(r'^(?:INSERT(?: OR \w+)? INTO|UPDATE|DELETE FROM) "(\w+)"')

# What lies in a region, by model and region.
Regions = dict[tuple[type[Model], str], list[dict[str, Any]]]


class Watch:
    """Remembers which tables were written to, so that only they have to be read again."""

    def __init__(self) -> None:
        self.tables: set[str] = set()

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if written := WRITES.match(sql):
            self.tables.add(written[1])
        return execute(sql, params, many, context)


@contextmanager
def watching() -> Iterator[Watch]:
    watch = Watch()
    with connection.execute_wrapper(watch):
        yield watch


def regions_of(world: World, asker: Person | None, tables: set[str] | None = None) -> Regions:
    """All that lies in the world, or in some tables of it, by region; without the asker's own account, which is nobody
    else's business."""
    found: Regions = defaultdict(list)
    for model, region_of in readers(world, asker).items():
        if tables is None or model._meta.db_table in tables:
            for row in model._default_manager.order_by("pk").values():
                if region := region_of(row):
                    kept = {name: value for name, value in row.items() if name not in VISITS}
                    found[model, region].append(kept)
    return found


def changed(before: Regions, after: Regions, tables: set[str] | None = None) -> set[str]:
    """The regions that differ, as far as some tables go."""
    return {
        region
        for model, region in before.keys() | after.keys()
        if tables is None or model._meta.db_table in tables
        if before.get((model, region)) != after.get((model, region))
    }


def readers(world: World, asker: Person | None) -> dict[type[Model], Any]:
    """For every model that is watched, what says in which region a row of it lies."""
    return _Reader(world, asker).readers


class _Reader:
    """Says of each row in which region it lies; "" in none: what is new, and so was nobody's."""

    def __init__(self, world: World, asker: Person | None) -> None:
        self.asker = asker.pk if asker else None
        self.powerful = {person.pk for person in powerful(world)}
        self.people = {person.pk for person in world.people.values()}
        self.sessions = {session.pk: name for name, session in world.sessions.items()}
        self.courses = {course.pk: code for code, course in world.courses.items()}
        self.places = {pk: where for where, pk in world.places.items()}
        self.classes = {school_class.pk: f"class {name}" for name, school_class in world.classes.items()}
        self.categories = {category.pk: f"category {name}" for name, category in world.categories.items()}
        self.plans = {plan.pk: f"plan {name}" for name, plan in world.plans.items()}
        self.letters = {thing.words["mail"] for thing in world.things["letter"]}

    @cached_property
    def enrolments(self) -> dict[int, tuple[int, int]]:
        return {pk: (session, person) for pk, session, person in _values(Enrolment, "session", "person")}

    @cached_property
    def factors(self) -> dict[int, int]:
        return dict(_values(SecondFactor, "person"))

    @cached_property
    def items(self) -> dict[int, str]:
        return {pk: self._where(course, place) for pk, course, place in _values(Item, "course", "session_course")}

    @cached_property
    def published(self) -> set[int]:
        return set(Line.objects.values_list("item", flat=True))

    @cached_property
    def drafts(self) -> dict[int, str]:
        return self._of_items(Draft)

    @cached_property
    def versions(self) -> dict[int, str]:
        return self._of_items(Version)

    @cached_property
    def releases(self) -> dict[int, str]:
        return {pk: self._where(course, place) for pk, course, place in _values(Release, "course", "session_course")}

    def _of_items(self, model: type[Model]) -> dict[int, str]:
        rows = _values(model, "item", "session_course")
        return {pk: self._place_or_course(item, place) for pk, item, place in rows}

    @property
    def readers(self) -> dict[type[Model], Any]:
        """What is said here, and for all other models of ours what their keys say."""
        said = self._said()
        ours = (model for model in apps.get_models() if model.__module__.startswith("encore."))
        told = {model: self._by_keys(model, said) for model in ours if model not in said and model not in UNWATCHED}
        return said | {model: reader for model, reader in told.items() if reader}

    def _by_keys(self, model: type[Model], said: dict[type[Model], Any]) -> Any:
        """Where the row's enrolment, place, session, item or person lies; else where the row lies that it hangs on."""
        keys = {field.name: field for field in model._meta.concrete_fields if field.is_relation}
        if "enrolment" in keys:
            return self._record
        elif "session_course" in keys and "item" not in keys:
            return lambda row: self._records(row["session_course_id"])
        elif "session" in keys:
            return lambda row: self._session(row["session_id"])
        elif "item" in keys:
            place = "session_course_id" if "session_course" in keys else None
            return lambda row: self._content(self._place_or_course(row["item_id"], row[place] if place else None))
        elif "person" in keys:
            return lambda row: self._person({"id": row["person_id"]})
        for name, field in keys.items():
            reader = said.get(field.related_model) or self._by_keys(field.related_model, said)
            if reader and field.related_model is not Person and field.related_model is not model:
                return self._hanging_on(field.related_model, f"{name}_id", reader)
        return None

    def _record(self, row: dict[str, Any]) -> str:
        """A learner's own records are the learner's business; those of others belong to the course of the session,
        where there is one."""
        session, person = self.enrolments.get(row["enrolment_id"], (None, None))
        if person == self.asker:
            return ""
        return self._records(row["session_course_id"]) if row.get("session_course_id") else self._session(session)

    def _records(self, place: int) -> str:
        return f"records {self.places[place]}" if place in self.places else ""

    def _hanging_on(self, model: type[Model], key: str, reader: Any) -> Any:
        known: dict[int, str] = {}

        def region_of(row: dict[str, Any]) -> str:
            if not known:
                known.update({one["id"]: reader(one) for one in model._default_manager.values()})
            return known.get(row[key], "")

        return region_of

    def _said(self) -> dict[type[Model], Any]:
        of_session = {
            model: lambda row: self._session(row["session_id"])
            for model in (GeneralCoach, SessionClass, SessionCourse, SessionFollower, WaitingPerson, Enrolment)
        }
        of_place = {
            model: lambda row: self._session_of(row["session_course_id"]) for model in (CourseCoach, CourseExclusion)
        }
        of_enrolment = {
            model: lambda row: self._session(self.enrolments[row["enrolment_id"]][0])
            for model in (EnrolmentSource, EnrolmentChange)
        }
        return {
            CourseSession: lambda row: self._session(row["id"]) or "new sessions",
            **of_session,
            **of_place,
            **of_enrolment,
            Completion: self._record,
            ItemException: self._exception,
            Course: lambda row: self._course(row["id"]) or "new courses",
            CourseTeacher: lambda row: self._course(row["course_id"]),
            Item: self._item,
            Version: lambda row: self._content(self.versions.get(row["id"])),
            Draft: lambda row: self._drafts(self.drafts.get(row["id"])),
            Release: lambda row: self._content(self.releases.get(row["id"])),
            Line: lambda row: self._content(self.releases.get(row["release_id"])),
            ItemSettings: lambda row: self._content(
                self._place_or_course(row["item_id"], row["session_course_id"]),
            ),
            ToolSettings: lambda row: self._content(self._where(row["course_id"], row["session_course_id"])),
            FileUse: self._file_use,
            StoredFile: lambda row: "",
            Person: self._person,
            SecondFactor: lambda row: self._person({"id": row["person_id"]}),
            RecoveryCode: lambda row: self._person({"id": self.factors[row["factor_id"]]}),
            SchoolClass: lambda row: self.classes.get(row["id"], "new classes"),
            ClassMember: lambda row: self._members(row["school_class_id"]),
            Following: lambda row: "who follows whom",
            RolePermission: lambda row: "permissions",
            SessionCategory: lambda row: self.categories.get(row["id"], "session categories"),
            CourseCategory: lambda row: "course categories",
            Plan: lambda row: self.plans.get(row["id"], ""),
            PlanRow: lambda row: self.plans.get(row["plan_id"], ""),
            Mail: lambda row: "letters" if row["id"] in self.letters else "",
        }

    def _members(self, pk: int) -> str:
        return f"members of {self.classes[pk]}" if pk in self.classes else ""

    def _exception(self, row: dict[str, Any]) -> str:
        """How an item is for one learner is set in the course of the session, by those who coach it."""
        session, code = self.sessions.get(self.enrolments[row["enrolment_id"]][0]), self.items[row["item_id"]]
        return self._content(f"{session}-{code.split('-')[-1]}" if session else None)

    def _session(self, pk: int | None) -> str:
        return f"session {self.sessions[pk]}" if pk in self.sessions else ""

    def _session_of(self, place: int) -> str:
        return f"session {self.places[place].split('-')[0]}" if place in self.places else ""

    def _course(self, pk: int) -> str:
        return f"course {self.courses[pk]}" if pk in self.courses else ""

    def _where(self, course: int, place: int | None) -> str:
        return self.courses.get(course, "") if place is None else self.places.get(place, "")

    def _place_or_course(self, item: int, place: int | None) -> str:
        """A version, a draft or a setting lies in the session it was made for, whosever item it is of."""
        return self.items.get(item, "") if place is None else self.places.get(place, "")

    def _item(self, row: dict[str, Any]) -> str:
        where = self.items[row["id"]]
        return self._content(where) if row["id"] in self.published else self._drafts(where)

    def _file_use(self, row: dict[str, Any]) -> str:
        if row["draft_id"]:
            return self._drafts(self.drafts.get(row["draft_id"]))
        else:
            return self._content(self.versions.get(row["version_id"]))

    def _content(self, where: str | None) -> str:
        return f"content {where}" if where else ""

    def _drafts(self, where: str | None) -> str:
        return f"drafts {where}" if where else ""

    def _person(self, row: dict[str, Any]) -> str:
        if row["id"] == self.asker:
            return ""
        elif row["id"] not in self.people:
            return "new people"
        return "powerful people" if row["id"] in self.powerful else "people"


def _values(model: type[Model], *names: str) -> Any:
    return model._default_manager.values_list("pk", *names)

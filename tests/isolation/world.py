"""A world with secrets: two sessions of the same two courses, and a course apart. Each secret names where it lies."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from encore.base.html import clean_html
from encore.courses.actions.course import create_course
from encore.courses.actions.enrolment import enrol
from encore.courses.actions.session import (
    add_courses,
    create_session,
    open_without_dates,
    set_course_coaches,
    set_general_coaches,
)
from encore.courses.context import Here, here_for
from encore.courses.models import Course, CourseSession, Enrolment, SessionFollower
from encore.ledger.actions import queue_mail
from encore.people.actions import create_class, join_class
from encore.people.models import Person
from encore.toolkit.files import attach
from encore.toolkit.models import Draft, Item
from encore.toolkit.publishing import create_item, publish, set_visible
from encore.toolkit.registry import kind_named, tools

# Who may see the secrets of a place: the place, then what kind of thing it is.
BOTH = ("A-ONE", "A-TWO", "B-ONE", "B-TWO")


@dataclass
class World:
    """`secrets`: every planted text. `may_see[role]`: those that this role may meet. `people[role]`: who has it."""

    people: dict[str, Person] = field(default_factory=dict)
    sessions: dict[str, CourseSession] = field(default_factory=dict)
    courses: dict[str, Course] = field(default_factory=dict)
    items: dict[str, Item] = field(default_factory=dict)
    files: dict[str, Any] = field(default_factory=dict)
    enrolments: dict[str, Enrolment] = field(default_factory=dict)
    others: dict[str, list[Any]] = field(default_factory=dict)
    secrets: set[str] = field(default_factory=set)

    def secret(self, word: str) -> str:
        text = f"secret-{word.lower()}-k7"
        self.secrets.add(text)
        return text


def build(cast: dict[str, Person], at: datetime) -> World:
    world = World(people=cast)
    edna = cast["administrator"]
    for code, teacher in (("ONE", "teacher"), ("TWO", None), ("APART", "teacher elsewhere")):
        teachers = [cast[teacher].pk] if teacher else []
        world.courses[code] = create_course(by=edna, at=at, code=code, title=f"Course {code}", teachers=teachers)
        _write(world, here_for(edna, at=at, code=code), code, at)
    for name, owner in (("A", cast["session administrator"]), ("B", edna)):
        session = create_session(
            by=owner,
            at=at,
            title=f"Session {name}",
            description=world.secret(f"description-{name}"),
            state="published",
        )
        world.sessions[name] = session
        add_courses(session, [world.courses["ONE"].pk, world.courses["TWO"].pk], by=edna, at=at)
        learner = cast[f"learner of {name}"]
        learner.last_name = world.secret(f"learner-{name}")
        learner.save(update_fields=["last_name"])
        enrol([learner.pk], session, by=edna, at=at)
        world.enrolments[name] = Enrolment.objects.get(session=session)
        set_general_coaches(session, add=[cast[f"general coach of {name}"].pk], by=edna, at=at)
        for place in session.session_courses.select_related("course"):
            if place.course.code == "ONE":
                set_course_coaches(place, add=[cast[f"coach of {name}-ONE"].pk], by=edna, at=at)
            _write(
                world,
                here_for(edna, at=at, session=session.pk, code=place.course.code),
                f"{name}-{place.course.code}",
                at,
            )
    SessionFollower.objects.create(session=world.sessions["A"], person=cast["HR manager"])
    open_without_dates(world.courses["APART"], by=edna, at=at)
    school_class = create_class(name=world.secret("class"), by=edna, at=at)
    join_class(school_class, [cast["learner of B"]], by=edna, at=at)
    letter = queue_mail(
        cast["learner of B"], "test", "test", subject=world.secret("mail"), body=world.secret("mail-body"), at=at
    )
    world.others = {"school_class": [school_class], "mail": [letter]}
    return world


def may_see(world: World) -> dict[str, set[str]]:
    """Which secrets each role may meet, from the access page. What is not named is none of their business."""

    def of(*words: str) -> set[str]:
        return {f"secret-{word.lower()}-k7" for word in words}

    def content(*places: str) -> set[str]:
        return of(*(f"{kind}-{place}" for place in places for kind in ("title", "text", "file")))

    def writing(*places: str) -> set[str]:
        return content(*places) | of(*(f"{kind}-{place}" for place in places for kind in ("hidden", "draft")))

    base = content("ONE", "TWO")
    platform = of("class", "learner-A", "learner-B")  # who runs sessions chooses from all people and classes
    return {
        "anonymous": set(),
        "stranger": set(),
        "learner of A": base | content("A-ONE", "A-TWO") | of("description-A", "learner-A"),
        "learner of B": base | content("B-ONE", "B-TWO") | of("description-B", "learner-B"),
        "coach of A-ONE": content("ONE") | of("hidden-ONE") | writing("A-ONE") | of("description-A", "learner-A"),
        "coach of B-ONE": content("ONE") | of("hidden-ONE") | writing("B-ONE") | of("description-B", "learner-B"),
        "general coach of A": base
        | of("hidden-ONE", "hidden-TWO")
        | writing("A-ONE", "A-TWO")
        | of("description-A", "learner-A"),
        "general coach of B": base
        | of("hidden-ONE", "hidden-TWO")
        | writing("B-ONE", "B-TWO")
        | of("description-B", "learner-B"),
        "teacher": writing("ONE") | content("A-ONE", "B-ONE") | of("description-A", "description-B"),
        "teacher elsewhere": writing("APART"),
        "HR manager": of(),
        "session administrator": platform | of("description-A"),
    }


def _write(world: World, here: Here, where: str, at: datetime) -> None:
    """One item of every kind of every tool, a file, a hidden item and a draft in this place."""
    for tool in tools():
        for kind in tool.kinds:
            content = kind.content.model_construct() if kind.name == "file" else _content(kind.name, world, where)
            if kind.name == "file":
                continue
            draft = create_item(here, kind.name, title=world.secret(f"title-{where}"), content=content)
            publish([draft], here)
            world.items[f"{kind.name} in {where}"] = draft.item
    page = kind_named("page").content
    hidden = create_item(here, "page", title=world.secret(f"hidden-{where}"), content=page())
    publish([hidden], here)
    set_visible(hidden.item, here, False)
    draft = create_item(here, "page", title=world.secret(f"draft-{where}"), content=page())
    world.items[f"hidden in {where}"], world.items[f"draft in {where}"] = hidden.item, draft.item
    upload = SimpleUploadedFile("notes.txt", world.secret(f"file-{where}").encode())
    with_file = create_item(here, "page", title=f"With a file in {where}", content=page())
    use = attach(upload, with_file, at=at)
    publish([Draft.objects.get(pk=with_file.pk)], here)
    world.files[where] = use.uuid
    world.items[f"with a file in {where}"] = with_file.item


def _content(kind: str, world: World, where: str) -> Any:
    """Content of a kind with the place's secret in its first text."""
    schema = kind_named(kind).content
    secret = world.secret(f"text-{where}")
    values: dict[str, Any] = {}
    for name, about in schema.model_fields.items():
        if name in ("url", "address"):
            values[name] = f"https://example.org/{secret}"
        elif about.annotation is str and (about.is_required() or name in ("text", "body", "description")):
            values[name] = clean_html(f"<p>{secret}</p>") if name in ("text", "body") else secret
    return schema.model_validate(values)

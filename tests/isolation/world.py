"""A world with secrets: two sessions of the same two courses, a draft session of one of them, and a course apart that
is open without dates. Each secret names what it is and where it lies."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any, Literal, get_args, get_origin
from uuid import UUID, uuid4

from django.core.files.uploadedfile import SimpleUploadedFile
from pydantic import BaseModel, ValidationError

from encore.courses.actions.category import add_category
from encore.courses.actions.course import create_course
from encore.courses.actions.enrolment import enrol, set_personal_time, set_state
from encore.courses.actions.session import (
    add_class,
    add_courses,
    create_session,
    open_without_dates,
    set_course_coaches,
    set_general_coaches,
)
from encore.courses.context import Here, here_for
from encore.courses.models import (
    Course,
    CourseCategory,
    CourseCoach,
    CourseSession,
    CourseTeacher,
    Enrolment,
    GeneralCoach,
    SessionCategory,
    SessionFollower,
    WaitingPerson,
)
from encore.ledger.actions import queue_mail
from encore.ledger.models import Plan, PlanRow
from encore.people.actions import create_class, join_class
from encore.people.models import DataCopy, Following, Person, SchoolClass
from encore.people.words import Role
from encore.toolkit.files import attach, use_file
from encore.toolkit.grading import give, lift, override, sign_off
from encore.toolkit.models import Activity, Draft, GradeChange, Item
from encore.toolkit.publishing import create_item, open_draft, publish, save_draft, set_visible
from encore.toolkit.registry import Kind, kind_named, tools
from encore.toolkit.scoping import shown_in
from encore.toolkit.settings import set_settings
from encore.toolkit.totals import GradedItem, book_in
from encore.toolkit.transfer import transfer
from encore.tools.quizzes.actions.bringing import read_in
from encore.tools.quizzes.actions.taking import Given, begin, hand_in, save
from encore.tools.quizzes.actions.uploading import add_file

# Who there is, with the role they have on the platform.
CAST: dict[str, Role | None] = {
    "administrator": Role.ADMINISTRATOR,
    "stranger": None,
    "learner of A": None,
    "learner of B": None,
    "suspended learner of A": None,
    "coach of A-ONE": None,
    "coach of B-ONE": None,
    "general coach of A": None,
    "general coach of B": None,
    "teacher": Role.TEACHER,
    "assistant": None,
    "teacher elsewhere": None,
    "HR manager": Role.HR_MANAGER,
    "session administrator": Role.SESSION_ADMINISTRATOR,
    "waiting for B": None,
}
COURSES = ("ONE", "TWO", "APART")
MARK = "secret"  # what every planted text begins with, and a search for it finds
SECRET = re.compile(rf"{MARK}-[a-z0-9-]+?-k7")
FIGURE = re.compile(r"(?<![\w.-])(?:8731[12]|87\.3[12])(?![\w-])")  # as `_grades` plants them
PLAIN = ("page", "section", "link")  # kinds that stand for all of their tool
PLACES = ("A-ONE", "A-TWO", "B-ONE", "B-TWO", "D-ONE", "S-APART")  # courses in sessions


@dataclass(frozen=True)
class Thing:
    """What an address may name: the words that stand for it there, and where it lies ("" = everywhere).

    `tool`: whose item it is. `asked`: how far from home it is asked for: "everywhere", in other places of the same
    course ("nearby"), or only "at home", where another thing is refused for the same reason.
    """

    where: str
    words: dict[str, Any]
    tool: str = ""
    asked: str = "everywhere"


@dataclass
class World:
    """`things` by what they are; `secrets`: every planted text."""

    at: datetime
    people: dict[str, Person] = field(default_factory=dict)
    courses: dict[str, Course] = field(default_factory=dict)
    sessions: dict[str, CourseSession] = field(default_factory=dict)
    places: dict[str, int] = field(default_factory=dict)
    enrolments: dict[str, Enrolment] = field(default_factory=dict)
    classes: dict[str, SchoolClass] = field(default_factory=dict)
    categories: dict[str, SessionCategory] = field(default_factory=dict)
    plans: dict[str, Plan] = field(default_factory=dict)
    things: dict[str, list[Thing]] = field(default_factory=dict)
    secrets: set[str] = field(default_factory=set)
    figures: dict[str, str] = field(default_factory=dict)  # numbers that stand for a secret
    hidden: dict[str, dict[str, str]] = field(default_factory=dict)  # what forms send along, by address

    def secret(self, word: str) -> str:
        text = secret(word)
        self.secrets.add(text)
        return text

    def figure(self, number: str, word: str) -> str:
        """A number that nobody but those may read who may read the secret."""
        self.figures[number] = self.secret(word)
        return number

    def told_in(self, text: str) -> set[str]:
        """The secrets in a text, in words and in numbers."""
        numbers = {self.figures[one] for one in FIGURE.findall(text)} if self.figures else set()
        return set(SECRET.findall(text)) & self.secrets | numbers

    def add(self, sort: str, where: str, *, tool: str = "", asked: str = "everywhere", **words: Any) -> None:
        self.things.setdefault(sort, []).append(Thing(where, words, tool, asked))


def secret(word: str) -> str:
    return f"{MARK}-{word.lower().replace(' ', '-')}-k7"


def build(at: datetime) -> World:
    world = World(at)
    for role, platform_role in CAST.items():
        world.people[role] = _person(world, role, platform_role)
    for code in COURSES:
        _course(world, code)
    for name in ("A", "B", "D"):
        _session(world, name)
    _transfer(world)
    _standing(world)
    for where in (*COURSES, *PLACES):
        _write(world, where)
    for where in PLACES:
        _write_over(world, where)
    _hide_and_show(world)
    _attempts(world)
    for where in ("A-ONE", "B-ONE"):
        _grades(world, where)
    _categories(world)
    _plans_and_letters(world)
    _copies(world)
    Following.objects.create(
        manager=world.people["HR manager"], person=world.people["stranger"], by=world.people["administrator"], at=at
    )
    return world


# Who


def _person(world: World, role: str, platform_role: Role | None) -> Person:
    name = role.lower().replace(" ", "-")
    flags = {f"is_{platform_role}": True} if platform_role else {}
    person = Person.objects.create(
        username=name,
        first_name=role.split()[0].title(),
        last_name=world.secret(f"name of {role}"),
        email=f"{world.secret(f'address of {role}')}@example.org",
        created_at=world.at,
        **flags,
    )
    world.add("person", "", person=person.uuid)
    return person


def _here(world: World, where: str) -> Here:
    """Where the administrator is who writes everything."""
    session, _dash, code = where.rpartition("-")
    pk = world.sessions[session].pk if session else None
    return here_for(world.people["administrator"], at=world.at, session=pk, code=code)


# Places


def _course(world: World, code: str) -> None:
    teachers = {"ONE": "teacher", "APART": "teacher elsewhere"}
    by = world.people["administrator"]
    ids = [world.people[teachers[code]].pk] if code in teachers else []
    course = create_course(by=by, at=world.at, code=code, title=world.secret(f"course {code}"), teachers=ids)
    if code == "ONE":
        assistant = world.people["assistant"]
        CourseTeacher.objects.create(course=course, person=assistant, kind=CourseTeacher.Kind.ASSISTANT)
    world.courses[code] = course
    world.add("course", "", code=code)


def _session(world: World, name: str) -> None:
    by, at, people = world.people["administrator"], world.at, world.people
    session = create_session(
        by=people["session administrator"] if name == "A" else by,
        at=at,
        title=world.secret(f"session {name}"),
        description=world.secret(f"description {name}"),
        state="draft" if name == "D" else "published",
    )
    _know(world, name, session)
    codes = ["ONE"] if name == "D" else ["ONE", "TWO"]
    for place in add_courses(session, [world.courses[code].pk for code in codes], by=by, at=at):
        code = place.course.code
        world.places[f"{name}-{code}"] = place.pk
        if name != "D" and code == "ONE":
            set_course_coaches(place, add=[people[f"coach of {name}-ONE"].pk], by=by, at=at)
            world.add("coach", f"{name}-ONE", coach=CourseCoach.objects.get(session_course=place).pk)
    if name != "D":
        set_general_coaches(session, add=[people[f"general coach of {name}"].pk], by=by, at=at)
        world.add("coach", name, coach=GeneralCoach.objects.get(session=session).pk)
        _learners(world, name, session)


def _know(world: World, name: str, session: CourseSession) -> None:
    world.sessions[name] = session
    world.add("session", name, session=session.pk)


def _learners(world: World, name: str, session: CourseSession) -> None:
    by, at, people = world.people["administrator"], world.at, world.people
    learner = people[f"learner of {name}"]
    enrol([learner.pk], session, by=by, at=at)
    enrolment = Enrolment.objects.get(session=session)
    time = {"opens_at": None, "closes_at": None, "extra_days": 3}
    set_personal_time(enrolment, **time, reason=world.secret(f"time reason {name}"), by=by, at=at)
    world.enrolments[name] = enrolment
    world.add("enrolment", name, enrolment=enrolment.pk)
    school_class = create_class(name=world.secret(f"class of {name}"), by=by, at=at)
    join_class(school_class, [learner], by=by, at=at)
    add_class(session, school_class, by=by, at=at)
    world.classes[name] = school_class
    world.add("class", name, school_class=school_class.uuid)
    world.add("class of a session", name, school_class=school_class.pk)
    if name == "A":
        suspended = people["suspended learner of A"]
        enrol([suspended.pk], session, by=by, at=at)
        enrolment = Enrolment.objects.get(session=session, person=suspended)
        set_state(enrolment, "suspended", by=by, at=at, reason=world.secret("reason A"))
        SessionFollower.objects.create(session=session, person=people["HR manager"])
    else:
        WaitingPerson.objects.create(session=session, person=people["waiting for B"], kind="hand", by=by, at=at)


def _transfer(world: World) -> None:
    """Somebody whom nobody else here knows, from A to B."""
    by, at = world.people["administrator"], world.at
    moved = Person.objects.create(username="moved", first_name="Moved", last_name="Learner", created_at=at)
    enrol([moved.pk], world.sessions["A"], by=by, at=at)
    mine = Enrolment.objects.get(person=moved)
    (one,) = transfer(world.sessions["A"], [mine.pk], world.sessions["B"], by=by, at=at, reason="Moved house")
    for name in "AB":
        world.add("transfer", name, transfer=one.pk)


def _standing(world: World) -> None:
    session = open_without_dates(world.courses["APART"], by=world.people["administrator"], at=world.at)
    _know(world, "S", session)
    world.places["S-APART"] = session.session_courses.get().pk


def _categories(world: World) -> None:
    by, at = world.people["administrator"], world.at
    for name in "AB":
        category = add_category(SessionCategory, f"Period of {name}", by=by, at=at)
        CourseSession.objects.filter(pk=world.sessions[name].pk).update(category=category)
        world.categories[name] = category
        world.add("session category", name, category=category.pk)
    subject = add_category(CourseCategory, "Subject", by=by, at=at)
    world.add("course category", "", category=subject.pk)


# Content


def _write(world: World, where: str) -> None:
    """In one place: an item of every kind of every tool, and every way in which an item may not show."""
    here, page = _here(world, where), kind_named("page")
    for tool in tools():
        for kind in tool.kinds:
            if kind.name != "file":
                draft = _begin(world, here, kind, where)
                publish([draft], here, note=world.secret(f"note {where}"))
                _thing(world, where, draft.item, "everywhere" if kind.name in PLAIN else "at home")
    _file(world, here, where)

    hidden = _begin(world, here, page, where, title="hidden")
    publish([hidden], here)
    set_visible(hidden.item, here, False)
    _thing(world, where, hidden.item, "nearby")

    folder = create_item(here, "folder", title="A hidden folder", content=kind_named("folder").content())
    publish([folder], here)
    buried = _begin(world, here, page, where, title="buried", parent=folder.item)
    publish([buried], here)
    set_visible(folder.item, here, False)
    _thing(world, where, buried.item)

    closed = _begin(world, here, page, where, text="closed")
    publish([closed], here)
    set_settings(closed.item, here, opens=f"{world.at + timedelta(days=90):%Y-%m-%d}", due=None, closes=None)
    _thing(world, where, closed.item)

    newer = create_item(here, "page", title="With a newer draft", content=page.content())
    publish([newer], here)
    draft = open_draft(newer.item, here)
    save_draft(draft, here, title=world.secret(f"newer {where}"), content=page.content(), stamp=draft.stamp)
    _thing(world, where, newer.item)

    unpublished = _begin(world, here, page, where, title="draft")
    use = attach(_upload(world, f"draft file {where}"), unpublished, at=world.at)
    world.add("file", where, uuid=use.uuid, name="notes.txt", asked="nearby")
    _thing(world, where, unpublished.item, "nearby", versions=0)


def _begin(
    world: World, here: Here, kind: Kind, where: str, *, title: str = "title", text: str = "text", parent: Any = None
) -> Draft:
    content = _content(kind.content, world.secret(f"{text} {where}" if title == "title" else f"{title} {where}"))
    return create_item(here, kind.name, title=world.secret(f"{title} {where}"), content=content, parent=parent)


def _file(world: World, here: Here, where: str) -> None:
    """A file of its own, with its use named in its content."""
    name = f"{world.secret(f'file name {where}')}.txt"
    facts = {"file": str(uuid4()), "name": name, "size": 9, "media_type": "text/plain"}
    content = kind_named("file").content(**facts)
    draft = create_item(here, "file", title=world.secret(f"title {where}"), content=content)
    first = attach(_upload(world, f"file {where}"), draft, at=world.at)
    use = use_file(first.file, draft, name=name, uuid=UUID(content.file))
    publish([Draft.objects.get(pk=draft.pk)], here)
    world.add("file", where, uuid=use.uuid, name="notes.txt")
    _thing(world, where, draft.item)


def _write_over(world: World, where: str) -> None:
    """This session's own version of something of the course."""
    here, page = _here(world, where), kind_named("page")
    item = Item.objects.get(pk=_overridden(world, where.split("-")[1]))
    draft = open_draft(item, here)
    content = _content(page.content, world.secret(f"own {where}"))
    draft = save_draft(draft, here, title="Written over", content=content, stamp=draft.stamp)
    publish([draft], here, note=world.secret(f"note {where}"))
    number = item.versions.count()
    world.add("version", where, uuid=item.uuid, number=number, tool="documents", asked="nearby")


def _hide_and_show(world: World) -> None:
    """Two pages of the course: one that session A hides, and a hidden one that session B shows."""
    here, page = _here(world, "ONE"), kind_named("page")
    for title, where, shows in (("not in A", "A-ONE", False), ("only in B", "B-ONE", True)):
        draft = create_item(here, "page", title=world.secret(title), content=page.content())
        publish([draft], here)
        set_visible(draft.item, here, not shows)
        set_visible(draft.item, _here(world, where), shows)
        _thing(world, "ONE", draft.item)


def _overridden(world: World, code: str) -> int:
    """The course's page that every session has a version of its own of."""
    there = Item.objects.filter(course=world.courses[code], session_course=None, versions__title="Written over").first()
    if there is None:
        here = _here(world, code)
        draft = create_item(here, "page", title="Written over", content=kind_named("page").content())
        publish([draft], here)
        there = draft.item
        _thing(world, code, there)
    return there.pk


def _thing(world: World, where: str, item: Item, asked: str = "at home", *, versions: int = 1) -> None:
    tool = next(tool.name for tool in tools() if item.kind in tool.kind_names)
    world.add("item", where, uuid=item.uuid, tool=tool, asked=asked)
    if versions:
        world.add("version", where, uuid=item.uuid, number=1, tool=tool, asked=asked)


def _content(schema: type[BaseModel], text: str) -> Any:
    """Content of a kind with the secret in each of its texts, and with the least that it takes of all else."""
    values: dict[str, Any] = {}
    for name, kind in schema.model_fields.items():
        if name == "text":
            values[name] = f"<p>{text}</p>"
        elif name == "description":
            values[name] = text
        elif name == "url":
            values[name] = f"https://example.org/{text}"
        elif kind.is_required():
            values[name] = _value(kind.annotation, text)
    return schema.model_validate(values)


def _value(kind: Any, text: str) -> Any:
    """Something of that type; of several types the first that takes it."""
    arguments = get_args(kind)
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return _content(kind, text)
    elif get_origin(kind) is list:
        return [_value(arguments[0], text)]
    elif arguments and get_origin(kind) is Literal:
        return arguments[0]
    elif arguments and get_origin(kind) is Annotated:
        return _value(arguments[0], text)
    elif arguments:
        return next(found for one in arguments if (found := _tried(one, text)) is not None)
    else:
        simple = {str: text, UUID: uuid4(), bool: True}
        return next((value for one, value in simple.items() if kind is one), 1)


def _tried(kind: Any, text: str) -> Any:
    try:
        return _value(kind, text)
    except ValidationError:
        return None


def _upload(world: World, word: str) -> SimpleUploadedFile:
    return SimpleUploadedFile("notes.txt", world.secret(word).encode())


# What learners do


def _attempts(world: World) -> None:
    """The learners of A and B try the same test of the course, with a few words and a file each."""
    here = _here(world, "ONE")
    asked = []
    for body in ({"type": "short", "accepted": [{"text": "anything"}]}, {"type": "file"}):
        question = kind_named("question").content.model_validate({"text": "<p>Well?</p>", "body": body})
        draft = create_item(here, "question", title="Asked", content=question)
        publish([draft], here)
        asked.append({"type": "fixed", "question": draft.item.uuid})
    test = kind_named("test").content.model_validate({"sections": [{"id": "a", "parts": asked}]})
    draft = create_item(here, "test", title="Tried", content=test)
    publish([draft], here)
    _thing(world, "ONE", draft.item)
    world.add("item", "ONE", uuid=draft.item.uuid, tool="gradebook")
    for name in "AB":
        where, person = f"{name}-ONE", world.people[f"learner of {name}"]
        there = here_for(person, at=world.at, session=world.sessions[name].pk, code="ONE")
        item = shown_in(there, kind="test").get(pk=draft.item.pk)
        mine, tried = world.enrolments[name].pk, draft.item.uuid
        for tool in ("quizzes", "gradebook"):
            world.add("learner of a test", where, uuid=tried, enrolment=mine, tool=tool)
        world.add("question of a test", where, uuid=tried, question=asked[0]["question"], tool="quizzes")
        done, open_one = _attempt(world, where, there, item, ends=True), _attempt(world, where, there, item, ends=False)
        for attempt, file in (open_one, done):
            words = {"attempt": attempt.uuid}
            world.add("attempt", where, **words, tool="quizzes")
            world.add("answer", where, **words, position=1, tool="quizzes")
            world.add("answer file", where, **words, position=2, file=file.uuid, tool="quizzes")


def _attempt(world: World, where: str, there: Here, item: Item, *, ends: bool) -> tuple[Any, Any]:
    """An attempt with a file, handed in or not."""
    attempt = begin(there, item)
    save(attempt, {1: Given({"text": world.secret(f"answer {where}")}, 1)}, at=world.at)
    file = add_file(attempt.answers.get(position=2), _upload(world, f"answer file {where}"), at=world.at)
    if ends:
        hand_in(attempt, at=world.at)
    return attempt, file


def _grades(world: World, where: str) -> None:
    """A scheme of the session's own, points by hand with a comment, another figure with a reason, signed and lifted;
    and how often the learner opened the test."""
    name, code = where.split("-")
    n, here = 1 + (name == "B"), _here(world, where)
    coach = here_for(world.people[f"coach of {where}"], at=world.at, session=here.session.pk, code=code)
    enrolment = world.enrolments[name]
    column = next(item for item in book_in(coach).items if item.by_hand and item.session_only)
    _own_scheme(world, where, here, column)
    points = Decimal(world.figure(f"87.3{n}", f"points {where}"))
    grade = give(coach, enrolment, column, points, comment=world.secret(f"grade comment {where}"), seen=0)
    assert grade
    tried = next(item for item in book_in(coach).items if item.kind == "test" and item.out_of)
    reason = world.secret(f"grade reason {where}")
    override(coach, enrolment, tried, Decimal(1), reason=reason, seen=_last_change(enrolment, tried.pk))
    signed = sign_off(coach, [enrolment], note=world.secret(f"sign note {where}"))
    lift(coach, signed, reason=world.secret(f"lift reason {where}"))
    Activity.objects.create(
        session=here.session,
        session_course=here.session_course,
        enrolment=enrolment,
        item_id=tried.pk,
        opened=int(world.figure(f"8731{n}", f"opened {where}")),
        seconds=60,
        last_at=world.at,
    )


def _own_scheme(world: World, where: str, here: Here, column: GradedItem) -> None:
    scheme = kind_named("scheme")
    item = Item.objects.get(kind="scheme", session_course=here.session_course)
    content = scheme.content.model_validate(
        {
            "categories": [{"id": "a", "title": world.secret(f"grade category {where}")}],
            "columns": [{"item": str(column.uuid), "category": "a"}],
            "steps": [{"least": "0", "name": world.secret(f"step {where}")}],
        }
    )
    draft = open_draft(item, here)
    publish([save_draft(draft, here, title=draft.title, content=content, stamp=draft.stamp)], here)


def _last_change(enrolment: Enrolment, item: int) -> int:
    change = GradeChange.objects.filter(grade__enrolment=enrolment, grade__item=item).order_by("-pk").first()
    return change.pk if change else 0


# Plans and letters


def _copies(world: World) -> None:
    """Everything about the stranger, for the administrator to download."""
    of = world.people["stranger"]
    copy = DataCopy.objects.create(person=of, by=world.people["administrator"], at=world.at, until=world.at)
    world.add("copy", "", copy=copy.uuid)
    world.add("copy of a person", "", person=of.uuid, copy=copy.uuid)


def _plans_and_letters(world: World) -> None:
    for name, role in (("own", "session administrator"), ("foreign", "administrator")):
        plan = Plan.objects.create(
            kind="people",
            title=world.secret(f"plan {name}"),
            notes=[world.secret(f"plan note {name}")],
            options={"counts": {"add": 1}},
            by=world.people[role],
            at=world.at,
        )
        PlanRow.objects.create(
            plan=plan,
            line=2,
            action="add",
            subject=world.secret(f"row {name}"),
            reasons=[world.secret(f"row reason {name}")],
            data={"values": {"username": world.secret(f"row data {name}")}, "part": "", "fingerprint": "x"},
        )
        world.plans[name] = plan
        world.add("plan", name, plan=plan.uuid)
    for where in ("A-ONE", "B-ONE"):
        # What a coach is about to bring into the bank of their course in their session.
        coach = here_for(
            world.people[f"coach of {where}"],
            at=world.at,
            session=world.sessions[where[0]].pk,
            code=where.partition("-")[2],
        )
        file = io.BytesIO(f"::{world.secret(f'row {where}')}::Up or down?{{=Up ~Down}}\n".encode())
        plan = read_in(coach, file, world.secret(f"plan {where}"))
        world.plans[where] = plan
        world.add("plan", where, plan=plan.uuid, tool="quizzes")
    text = {"subject": world.secret("mail"), "body": world.secret("mail body")}
    letter = queue_mail(world.people["learner of B"], "test", "test", **text, at=world.at)
    assert letter
    world.add("letter", "", mail=letter.pk)


# What the access page says


def may_see() -> dict[str, set[str]]:
    """Which secrets each role may meet, from the access page alone. What is not named is none of their business."""

    def of(kinds: str, *places: str) -> set[str]:
        return {secret(f"{kind.strip()} {place}") for kind in kinds.split(",") for place in places}

    def names(*roles: str) -> set[str]:
        return of("name of", *roles)

    def self(role: str) -> set[str]:
        return of("name of, address of", role)

    def content(*places: str) -> set[str]:
        return of("title, text, file, file name", *places) | of("own", *(p for p in places if p in PLACES))

    def all_of_it(*places: str) -> set[str]:
        """What those see who write there: also what is hidden or not open yet, and what was said when publishing."""
        said = names("administrator")  # who wrote it
        return content(*places) | of("hidden, buried, closed, note", *places) | said

    def drafts(*places: str) -> set[str]:
        return of("draft, draft file, newer", *places)

    def session(name: str) -> set[str]:
        """What a session says of itself to those who are in it, its coaches among it."""
        said = of("session, description", name) | of("course", "ONE", "TWO")
        return said | names(f"coach of {name}-ONE", f"general coach of {name}")

    def coaching(name: str, *codes: str) -> set[str]:
        here = [f"{name}-{code}" for code in codes]
        done = of(f"answer, answer file, {graded}, {judged}, opened", f"{name}-ONE") if "ONE" in codes else set()
        people = done | names(f"learner of {name}", *(["suspended learner of A"] if name == "A" else []))
        return session(name) | all_of_it(*codes, *here) | drafts(*here) | people

    graded, judged = "points, grade comment, grade category, step", "grade reason, sign note, lift reason"
    by_session = of("not in", "A") | of("only in", "B")
    everybody = names(*CAST)  # those who choose people look for them among all
    learning = content("ONE", "TWO")
    seen = {
        "anonymous": set(),
        "stranger": set(),
        "learner of A": of(f"answer, answer file, {graded}", "A-ONE")
        | session("A")
        | learning
        | content("A-ONE", "A-TWO"),
        "learner of B": of(f"answer, answer file, {graded}", "B-ONE")
        | session("B")
        | learning
        | content("B-ONE", "B-TWO")
        | by_session,
        "suspended learner of A": of("session", "A")
        | of("course", "ONE", "TWO")
        | names("coach of A-ONE", "general coach of A"),
        "coach of A-ONE": coaching("A", "ONE") | by_session | of("plan, row", "A-ONE"),
        "coach of B-ONE": coaching("B", "ONE") | by_session | of("plan, row", "B-ONE"),
        "general coach of A": coaching("A", "ONE", "TWO") | by_session,
        "general coach of B": coaching("B", "ONE", "TWO") | by_session,
        "teacher": all_of_it("ONE")
        | drafts("ONE")
        | content("A-ONE", "B-ONE")
        | of("grade category, step", "A-ONE", "B-ONE")
        | of("session, description", "A", "B")
        | of("course", "ONE")
        | by_session
        | everybody,
        "assistant": all_of_it("ONE") | drafts("ONE") | of("course", "ONE") | by_session,
        "teacher elsewhere": all_of_it("APART", "S-APART")
        | drafts("APART", "S-APART")
        | of("course", "APART")
        | everybody,
        "HR manager": of("session", "A")
        | of("course", "ONE", "TWO")
        | names("coach of A-ONE", "general coach of A", "learner of A", "suspended learner of A", "stranger"),
        "session administrator": of("session, description, class of, time reason, reason", "A")
        | of("course", *COURSES)
        | of("class of", "B")
        | of("plan, plan note, row, row reason", "own")
        | everybody
        | of("address of", *CAST),
    }
    return {role: found | (self(role) if role in CAST else set()) for role, found in seen.items()}


ROLES = list(may_see())


def may_change() -> dict[str, set[str]]:
    """Which regions of the world (tests.isolation.regions) each role may change. Everybody may change themselves."""

    def writing(*places: str) -> set[str]:
        return {f"{what} {place}" for what in ("content", "drafts") for place in places}

    def coaching(*places: str) -> set[str]:
        """Who coaches writes, and marks what learners did."""
        return writing(*places) | {f"records {place}" for place in places}

    return {
        **{role: set() for role in ROLES},
        "coach of A-ONE": {"plan A-ONE", *coaching("A-ONE")},
        "coach of B-ONE": {"plan B-ONE", *coaching("B-ONE")},
        "general coach of A": coaching("A-ONE", "A-TWO"),
        "general coach of B": coaching("B-ONE", "B-TWO"),
        "teacher": {"course ONE", "new courses", *writing("ONE")},
        "assistant": {"drafts ONE"},
        # What is open without dates goes by its course's title and teachers.
        "teacher elsewhere": {"course APART", "session S", *writing("APART"), *coaching("S-APART")},
        "session administrator": {
            "session A",
            *coaching("A-ONE", "A-TWO"),  # by taking a course off
            "people",
            "class A",
            "class B",  # its name: classes are the platform's, only who is in them is settled where they are used
            "members of class A",
            "category A",
            "session categories",
            "plan own",
            *("new sessions", "new people", "new classes"),
        },
    }


def powerful(world: World) -> Iterable[Person]:
    """Those who hold something, on the platform or in a place, that a session administrator lacks."""
    roles = ("administrator", "HR manager", "teacher", "teacher elsewhere", "assistant")
    return [world.people[role] for role in (*roles, "coach of B-ONE", "general coach of B")]

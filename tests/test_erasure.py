"""Proof of erasure: a person with unusual names leaves traces everywhere, is erased, and is found nowhere.

What is looked through is a dump: every column of every table, login sessions unpacked, and every file.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.contrib.sessions.base_session import AbstractBaseSession
from django.core.files.base import ContentFile
from django.db import connection, models
from django.test import Client

from encore.base.personal import declarations, tables, text_columns
from encore.base.text import fold
from encore.courses.actions.course import set_teachers
from encore.courses.actions.enrolment import enrol, exclude, set_personal_time, set_state, withdraw
from encore.courses.actions.session import set_general_coaches
from encore.courses.context import here_for
from encore.courses.models import CourseSession, Enrolment, SessionCourse, SessionFollower, WaitingPerson
from encore.exchange.actions import make_plan, start_applying
from encore.exchange.planning import Options
from encore.ledger.actions import queue_mail, record, start_job
from encore.ledger.models import AuditEntry, Job, Plan, PlanRow
from encore.ledger.worker import Worker
from encore.people.actions import create_class, invite, join_class, update_person
from encore.people.actions.privacy import ask_for_copy, ask_to_erase
from encore.people.erasing import rows_about, subject_of
from encore.people.models import DataCopy, Following, Person
from encore.people.words import Role
from encore.toolkit.files import store
from encore.toolkit.models import Draft, Item, ItemException, Version
from encore.toolkit.publishing import create_item
from encore.tools.documents.content import Page
from encore.tools.quizzes.models import Answer, AnswerFile, Attempt, MarkChange

FIRST, LAST, BEFORE = "Xanþippus", "Quetzalwürm", "Oldquagga"
USERNAME, EMAIL = "xq-flamingo7", "xq.flamingo7@zwiebelfisch.example"
CODE, PHONE = "QX-90417-Z", "+32 477 99 88 55"
NAMES = (FIRST, LAST, BEFORE, USERNAME, EMAIL, CODE, PHONE)
FILE = f"LastName;FirstName;UserName;Email;OfficialCode;PhoneNumber\n{LAST};{FIRST};{USERNAME};{EMAIL};{CODE};{PHONE}\n"

pytestmark = pytest.mark.django_db(transaction=True)


@dataclass
class Traces:
    """Somebody who has been everywhere, and others who stay."""

    person: Person
    session: CourseSession
    client: Client


@pytest.fixture
def media(settings, tmp_path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def drain(at):
    return Worker(lambda: at, heartbeat=False).drain


@pytest.fixture
def traces(media, drain, at, edna, boris, henri, make_course, make_session, client_of) -> Traces:
    person = brought_in(edna, at, drain)
    ethics = make_course("ETH", "Ethics")
    session = make_session("Spring", [ethics], learners=[person, boris], general=[person])
    passed = make_session("Winter", [ethics], owner=person)
    person.refresh_from_db()
    learns(person, session, passed, by=edna, at=at)
    coaches_and_writes(person, ethics, edna, at)
    knows_others(person, passed, henri, boris, edna, at)
    is_spoken_of(person, boris, edna, at)
    client = signs_in(person, client_of)
    message_in(client_of(boris), f"{person.name} is saved.")
    ask_for_copy(person, by=edna, at=at)
    drain()
    return Traces(person, session, client)


def brought_in(edna: Person, at: datetime, drain: Any) -> Person:
    """By a file that is applied; another file with the same person is refused, a third one waits."""
    made = make_plan("people", io.BytesIO(FILE.encode()), f"{LAST}.csv", Options(), by=edna, at=at)
    start_applying(made, skip_refused=False, by=edna, at=at)
    drain()
    make_plan("people", io.BytesIO(FILE.encode()), "again.csv", Options(), by=edna, at=at)
    waits = FILE.replace(CODE, "QX-1").encode()
    make_plan("people", io.BytesIO(waits), "update.csv", Options(update=True), by=edna, at=at)
    person = Person.objects.get(username=USERNAME)
    update_person(person, {"last_name": BEFORE}, by=edna, at=at)
    update_person(person, {"last_name": LAST}, roles=[Role.TEACHER, Role.HR_MANAGER], by=edna, at=at)
    invite(person, by=edna, at=at)
    person.picture.save(f"{USERNAME}.webp", ContentFile(USERNAME.encode()))
    return person


def learns(person: Person, session: CourseSession, passed: CourseSession, *, by: Person, at: datetime) -> None:
    enrolment = Enrolment.objects.get(session=session, person=person)
    why = f"{FIRST} asked for it"
    times = {"opens_at": None, "closes_at": None, "extra_days": 3}
    set_personal_time(enrolment, **times, reason=why, by=by, at=at)
    set_state(enrolment, "suspended", by=by, at=at, reason=f"Mr {LAST} is ill")
    set_state(enrolment, "active", by=by, at=at, reason=why)
    exclude(enrolment, SessionCourse.objects.get(session=session), by=by, at=at, reason=why)
    withdraw([enrolment], by=by, at=at, reason=f"{USERNAME} moved")
    enrol([person.pk], session, by=by, at=at, returning="again")
    item = Item.objects.create(course=session.session_courses.get().course, kind="page", created_at=at)
    ItemException.objects.create(enrolment=enrolment, item=item, reason=why, by=by)
    hands_in(enrolment, item, by, at)
    WaitingPerson.objects.create(session=passed, person=person, kind="hand", by=by, at=at)


def hands_in(enrolment: Enrolment, item: Item, by: Person, at: datetime) -> None:
    """An essay and a file, marked with a comment, and marked again with a reason."""
    place = SessionCourse.objects.get(session=enrolment.session)
    version = Version.objects.create(item=item, number=1, title="Test", content={}, author=by, at=at)
    where = {"session": enrolment.session, "session_course": place, "enrolment": enrolment}
    tried = {"item": item, "version": version, "out_of": 10}
    times = {"started_at": at, "last_at": at, "handed_in_at": at}
    attempt = Attempt.objects.create(**where, **tried, **times, number=1, settings={}, seed=1, state="handed_in")
    said = {"response": {"text": f"I, {FIRST}, write"}, "comment": f"Well done, {FIRST}"}
    answer = Answer.objects.create(**where, **tried, **said, attempt=attempt, position=1, section="1", points=7)
    stored = store(ContentFile(f"essay of {LAST}".encode(), name=f"{LAST}.txt"), at=at)
    AnswerFile.objects.create(answer=answer, file=stored, name=f"{LAST}.txt", at=at)
    MarkChange.objects.create(answer=answer, before=6, after=7, by=by, at=at, reason=f"{FIRST} was right")


def coaches_and_writes(person: Person, course: Any, edna: Person, at: datetime) -> None:
    set_teachers(course, add=[person.pk], by=edna, at=at)
    here = here_for(person, at=at, code=course.code)
    content = Page(text=f"<p>Ask {FIRST} {LAST} or {EMAIL}.</p>")
    draft = create_item(here, "page", title=f"Notes of {FIRST} {LAST}", content=content)
    assert Draft.objects.filter(pk=draft.pk, author=person).exists()
    Version.objects.create(item=draft.item, number=1, title="Notes", content={"text": ""}, author=person, at=at)


def knows_others(
    person: Person, passed: CourseSession, henri: Person, boris: Person, edna: Person, at: datetime
) -> None:
    join_class(create_class("Evening class", by=edna, at=at), [person], by=edna, at=at)
    Following.objects.create(manager=henri, person=person, by=edna, at=at)
    Following.objects.create(manager=person, person=boris, by=edna, at=at)
    SessionFollower.objects.create(session=passed, person=person)
    set_general_coaches(passed, add=[boris.pk], by=person, at=at)


def is_spoken_of(person: Person, boris: Person, edna: Person, at: datetime) -> None:
    body = f"{FIRST} {LAST} ({USERNAME}) has joined. Write to {EMAIL} or call {PHONE}."
    queue_mail(boris, "note", "1", subject=f"{LAST}, {FIRST}", body=body, at=at)
    queue_mail(person, "note", "1", subject="Hello", body=f"Dear {FIRST}", at=at)
    job = start_job("test", {"who": USERNAME, "names": [LAST, FIRST]}, by=edna, at=at)
    Job.objects.filter(pk=job.pk).update(state="failed", message=f"{USERNAME} could not be found.")
    record("note", boris, by=edna, at=at, changes={"friend": [None, f"{FIRST} {LAST}"], "code": CODE})
    plan = Plan.objects.create(kind="sessions", title=f"Sessions of {FIRST} {LAST}", by=person, at=at)
    PlanRow.objects.create(plan=plan, line=2, action="refuse", subject=f"boris|{USERNAME}", reasons=[f"No {USERNAME}."])


def signs_in(person: Person, client_of: Any) -> Client:
    """Wrong attempts under both names; then two browsers."""
    for name in (USERNAME, EMAIL.upper()):
        Client().post("/sign-in/", {"username": name, "password": "wrong"}, headers={"user-agent": FIRST})
    client_of(person)
    client = client_of(person)
    message_in(client, f"Hello {FIRST}")
    return client


def message_in(client: Client, words: str) -> None:
    session = client.session
    session["waiting"] = words
    session.save()


def dump() -> Iterator[tuple[str, str]]:
    """(where, text) of all that lies in the database."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            columns = [column[0] for column in cursor.description]
            for row in cursor.fetchall():
                yield from ((f"{table}.{name}", readable(value)) for name, value in zip(columns, row, strict=True))
    for model in tables():
        if issubclass(model, AbstractBaseSession):
            yield from ((f"login session {row.pk}", str(row.get_decoded())) for row in model.objects.all())


def readable(value: Any) -> str:
    if isinstance(value, bytes | memoryview):
        return bytes(value).decode("latin-1")
    elif isinstance(value, str) and "\\u" in value:
        return value + value.encode("ascii", "replace").decode("unicode_escape")  # JSON, as SQLite keeps it
    else:
        return str(value)


def files(folder: Path) -> Iterator[tuple[str, str]]:
    for path in folder.rglob("*"):
        if path.is_file() and zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                yield from (
                    (f"{path.name}/{name}", archive.read(name).decode("latin-1")) for name in archive.namelist()
                )
        if path.is_file():
            yield str(path.relative_to(folder)), str(path) + path.read_bytes().decode("latin-1")


def found(folder: Path) -> dict[str, str]:
    """Where any of the names stands, in any spelling: {where: the text}."""
    spellings = {fold(name) for name in NAMES} | {name.casefold() for name in NAMES}
    spellings |= {name.encode().decode("latin-1").casefold() for name in NAMES}  # in files, read byte by byte
    places = (*dump(), *files(folder))
    return {
        where: text[:200]
        for where, text in places
        if any(name in low for low in (text.casefold(), fold(text)) for name in spellings)
    }


def test_the_name_is_found_nowhere_in_a_dump(traces, media, drain, edna, at):
    before = found(media)
    kinds = {"people_person", "ledger_mail", "ledger_plan", "ledger_planrow", "ledger_job", "axes_accessattempt"}
    kinds |= {"quizzes_answer", "quizzes_answerfile", "quizzes_markchange"}
    kinds |= {"courses_enrolment", "courses_enrolmentchange", "courses_courseexclusion", "toolkit_itemexception"}
    assert kinds | {"toolkit_draft", "ledger_auditdetail"} <= {where.partition(".")[0] for where in before}
    assert any(where.startswith("login session") for where in before)
    assert any(where.endswith("data.json") for where in before) and any(".webp" in where for where in before)
    assert any("essay of" in text for text in before.values())

    ask_to_erase(traces.person, by=edna, at=at, reason=f"{FIRST} {LAST} asked for it by letter")
    drain()

    assert Person.objects.get(pk=traces.person.pk).erased_at, Job.objects.latest("id").message
    assert found(media) == {}


def test_records_and_everyone_else_stay(traces, drain, edna, boris, at):
    enrolments = list(Enrolment.objects.values_list("pk", "person", "number"))
    entries = AuditEntry.objects.count()

    ask_to_erase(traces.person, by=edna, at=at)
    drain()

    assert list(Enrolment.objects.values_list("pk", "person", "number")) == enrolments
    assert AuditEntry.objects.count() > entries
    assert Person.objects.get(pk=boris.pk).name == "Boris Novak"
    assert [answer.points for answer in Answer.objects.all()] == [7]
    assert not DataCopy.objects.filter(person=traces.person).exists()
    assert traces.client.get("/profile/").status_code == 302


def planted_in(field: Any, word: str) -> Any:
    if isinstance(field, models.JSONField):
        return {"said": f"It was {word}.", word: [word]}
    elif field.max_length and field.max_length < len(word):
        return None
    else:
        return word


def plant(person: Person, word: str) -> Iterator[tuple[type[models.Model], Any, str]]:
    """Write the word into every column that is declared personal; where there is a row for it."""
    for model, personal in declarations():
        if model._meta.app_label == "ledger" and personal.special or model is AuditEntry:
            continue  # the audit log cannot be written into; what it says of people is in the dump above
        theirs = rows_about(model, personal, subject_of(person)).order_by("-pk").first()
        other = model._base_manager.order_by("-pk").first()
        columns = personal.emptied if personal.keep else text_columns(model) if theirs else ()
        for row, names in ((theirs, columns), (other, personal.mentions)):
            for name in names if row is not None else ():
                field = model._meta.get_field(name)
                value = planted_in(field, word)
                if value is not None and not field.primary_key and not isinstance(field, models.GenericIPAddressField):
                    model._base_manager.filter(pk=row.pk).update(**{name: value})
                    yield model, row.pk, name


def test_what_is_planted_in_any_column_declared_personal_is_gone(traces, media, drain, edna, at):
    traces.person.picture = ""
    word = USERNAME
    planted = list(plant(traces.person, word))
    Person.objects.filter(pk=traces.person.pk).update(username=word)

    ask_to_erase(traces.person, by=edna, at=at)
    drain()

    left = []
    for model, pk, name in planted:
        value = model._base_manager.filter(pk=pk).values_list(name, flat=True).first()
        if word in json.dumps(value, default=str):
            left.append(f"{model._meta.label}.{name}")
    assert left == []


def test_the_planting_reaches_every_table_that_holds_personal_text(traces):
    reached = {model for model, _pk, _name in plant(traces.person, USERNAME)}
    wanted = {
        model
        for model, personal in declarations()
        if personal.mentions or (personal.is_about_people and (personal.emptied or not personal.keep))
        if personal.keep or text_columns(model)
    }

    assert {model._meta.label for model in wanted - reached} == NOT_REACHED


# In these there are no rows of theirs here, or nobody may write into them: the audit log.
NOT_REACHED = {
    "axes.AccessFailureLog",
    "axes.AccessLog",
    "people.RecoveryCode",
    "people.SecondFactor",
    "toolkit.Grade",
    "toolkit.GradeChange",
    "toolkit.Transfer",
}

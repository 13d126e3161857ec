"""Erasure: walks what every model says about personal data (base/personal.py), and takes the person out of it."""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.auth.hashers import make_password
from django.contrib.sessions.base_session import AbstractBaseSession
from django.core.files.storage import default_storage
from django.db import models, transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Cast
from django.utils.module_loading import import_string

from encore.base.mentions import Words
from encore.base.personal import Erasure, Personal, Subject, declarations, personal_in, tables
from encore.ledger.models import AuditEntry
from encore.people.models import Person
from encore.people.words import Role

CHUNK = 2000
MOST_TEXTS = 20  # of one kind
NAMES = ("first_name", "last_name")
UNIQUE_WORDS = ("username", "email", "official_code", "phone")
Tell = Callable[[int, int], None]
Used = dict[type[models.Model], set[Any]]


@dataclass(frozen=True, slots=True)
class Portion:
    """What one kind of thing holds about a person: how many rows, and why they stay; "" for what is deleted."""

    what: str
    count: int
    why_kept: str


@dataclass(frozen=True, slots=True)
class Text:
    """Something written that names a person: what it is, which, and where it is read, if at an address of its own."""

    what: str
    title: str
    url: str


def subject_of(person: Person) -> Subject:
    return Subject(pk=person.pk, uuid=str(person.uuid), username=person.username, email=person.email)


def words_of(person: Person) -> Words:
    """By what a person is named, and was: what they were called before an edit stands in older rows."""
    known: dict[str, set[str]] = {name: {getattr(person, name)} for name in (*NAMES, *UNIQUE_WORDS)}
    for entry in AuditEntry.objects.filter(subject_kind="person", subject_id=person.pk):
        for name, change in entry.changes.items():
            if name in known and isinstance(change, list):
                known[name] |= {value for value in change if isinstance(value, str)}
    pairs = [(first, last) for first in sorted(known["first_name"]) for last in sorted(known["last_name"])]
    words = [word for name in UNIQUE_WORDS for word in sorted(known[name])]
    # Whoever was only ever named by username has it as last name.
    lone = [last for first, last in pairs if last and not first]
    others = Person.objects.exclude(pk=person.pk)
    alone = [
        name
        for column in NAMES
        for name in sorted(known[column])
        if name and not others.filter(**{f"{column}__iexact": name}).exists()
    ]
    return Words(pairs, [*words, *lone], person.neutral_name, alone=alone)


def rows_about(model: type[models.Model], personal: Personal, who: Subject) -> QuerySet[Any]:
    """The rows about a person."""
    find = personal.rows
    condition = find(who) if find else Q()
    for way in personal.about:
        condition |= Q(**{way: who.pk})
    everything = model._base_manager.all()
    return everything.filter(pk__in=everything.filter(condition).values("pk")) if condition else everything.none()


def shared_files(model: type[models.Model]) -> list[Any]:
    """The keys of a model to files that are kept once, whoever uses them."""
    keys = [field for field in _fields(model) if field.is_relation and field.related_model is not model]
    return [key for key in keys if (said := personal_in(key.related_model)) and said.bytes_at]


def stored_at(file: models.Model) -> str:
    """Where the storage keeps the bytes of such a file."""
    said = personal_in(type(file))
    return getattr(file, said.bytes_at) if said else ""


def portions(person: Person) -> list[Portion]:
    """What there is about a person, a line for each kind of thing, what goes first."""
    who, found = subject_of(person), []
    for model, personal in declarations():
        if personal.is_about_people and model is not Person:
            if count := rows_about(model, personal, who).count():
                found.append(Portion(personal.words_for(model), count, str(personal.keep)))
    return sorted(found, key=lambda portion: (portion.why_kept, portion.what))


def texts_naming(person: Person) -> list[Text]:
    """Texts that people wrote for others to read and that name the person: nobody but people can change those.

    The database looks for the whole name, username and address as they are written; the first of each kind are told.
    """
    names = {person.name, person.listed_name, person.username, person.email} - {""}
    found = []
    for model, personal in declarations():
        if personal.texts:
            condition = Q()
            for column in personal.texts:
                for name in names:
                    condition |= Q(**{f"{column}_as_text__icontains": name})
            texts = {f"{column}_as_text": Cast(column, models.TextField()) for column in personal.texts}
            for row in model._base_manager.alias(**texts).filter(condition).order_by("-pk")[:MOST_TEXTS]:
                found.append(Text(personal.words_for(model), str(row), _address(row, personal.lies_in)))
    return found


def _address(row: models.Model, lies_in: str) -> str:
    """Where a text is read: at its own address, or at that of what it lies in."""
    place: Any = row
    for step in filter(None, lies_in.split("__")):
        place = getattr(place, step, None)
    return place.get_absolute_url() if hasattr(place, "get_absolute_url") else ""


def erase_everywhere(person: Person, erasure: Erasure, tell: Tell = lambda done, total: None) -> None:
    """Take the person out of every table but their own. Inside a transaction; files go when it is committed."""
    said = list(declarations())
    used: Used = defaultdict(set)
    for number, (model, personal) in enumerate(said):
        tell(number, len(said))
        if personal.is_about_people and model is not Person:
            _erase_rows(model, personal, erasure, used)
        if personal.mentions:
            _erase_mentions(model, personal, erasure)
    for _model, personal in said:
        if personal.special:
            import_string(personal.special)(erasure)
    for model in tables():
        if issubclass(model, AbstractBaseSession):
            _erase_login_sessions(model, erasure)
    _delete_unused(used)
    tell(len(said), len(said))


def neutralise(person: Person, at: datetime) -> None:
    """Close the account for good and leave nothing in it that tells who it was."""
    picture = person.picture.name
    person.username = f"former-{secrets.token_hex(8)}"
    person.password = make_password(None)
    for name in ("email", *NAMES, "official_code", "phone", "language", "time_zone", "picture"):
        setattr(person, name, "")
    for role in Role:
        setattr(person, f"is_{role}", False)
    person.theme = Person.Theme.SYSTEM
    person.last_login = person.expires_at = None
    person.is_active, person.erased_at = False, at
    person.save()
    _delete_files([picture])


def _erase_rows(model: type[models.Model], personal: Personal, erasure: Erasure, used: Used) -> None:
    rows = rows_about(model, personal, erasure.subject)
    columns = personal.emptied if personal.keep else [f.name for f in _fields(model) if isinstance(f, models.FileField)]
    for column in columns:
        if isinstance(model._meta.get_field(column), models.FileField):
            _delete_files(rows.exclude(**{column: ""}).values_list(column, flat=True))
    if not personal.keep:
        for key in shared_files(model):
            used[key.related_model] |= set(rows.values_list(key.attname, flat=True))
        rows.delete()
    elif columns:
        rows.update(**{column: _nothing(model._meta.get_field(column)) for column in columns})


def _erase_mentions(model: type[models.Model], personal: Personal, erasure: Erasure) -> None:
    """Look at every row, one after the other: names stand in JSON, and are spelled in more than one way."""
    found = []
    fields: list[Any] = [model._meta.get_field(name) for name in personal.mentions]
    for pk, values in _mentioning(model, personal, erasure.words):
        told = erasure.words.replaced(*values)
        changes = {f.name: _after(f, value, personal.whole) for f, value in zip(fields, told, strict=True)}
        model._base_manager.filter(pk=pk).update(**changes)
        found.append(pk)
    if after := personal.after:
        for start in range(0, len(found), CHUNK):
            after(found[start : start + CHUNK])


def _after(field: Any, value: Any, whole: bool) -> Any:
    """What a column holds once the name is taken out. `whole`: all that is said in JSON goes with it."""
    if whole and isinstance(field, models.JSONField):
        return _nothing(field)
    elif isinstance(value, str) and field.max_length:
        return value[: field.max_length]
    else:
        return value


def _mentioning(model: type[models.Model], personal: Personal, words: Words) -> Iterator[tuple[int, list[Any]]]:
    """The rows that name the person: (id, their values)."""
    last: Any = None
    while True:
        rows = model._base_manager.order_by("pk").values_list("pk", *personal.mentions)
        chunk = list((rows if last is None else rows.filter(pk__gt=last))[:CHUNK])
        yield from ((pk, values) for pk, *values in chunk if words.are_in(*values))
        if len(chunk) < CHUNK:
            return
        last = chunk[-1][0]


def _erase_login_sessions(model: type[AbstractBaseSession], erasure: Erasure) -> None:
    """The person's own are ended. In others, a message that waits to be shown may name them."""
    store = model.get_session_store_class()()  # type: ignore[misc]
    ended = []
    for row in model._base_manager.defer("expire_date").iterator(CHUNK):
        data = row.get_decoded()
        if str(data.get(SESSION_KEY)) == str(erasure.subject.pk) or (row.session_data and not data):
            ended.append(row.pk)  # as well as what nobody can read any more
        elif erasure.words.are_in(data):
            changed = store.encode(erasure.words.replaced(data)[0])
            model._base_manager.filter(pk=row.pk).update(session_data=changed)
    for start in range(0, len(ended), CHUNK):
        model._base_manager.filter(pk__in=ended[start : start + CHUNK]).delete()


def _delete_unused(used: Used) -> None:
    """Delete the files that rows of the person used, and that nothing else uses."""
    for model, ids in used.items():
        for file in model._base_manager.filter(pk__in=ids):
            users = [link for link in model._meta.related_objects if link.field.concrete]
            if not any(u.related_model._base_manager.filter(**{u.field.name: file.pk}).exists() for u in users):
                name = stored_at(file)
                file.delete()
                _delete_files([name])


def _fields(model: type[models.Model]) -> list[Any]:
    return list(model._meta.concrete_fields)


def _nothing(field: Any) -> Any:
    """What an emptied column holds."""
    if field.null:
        return None
    elif isinstance(field, models.JSONField):
        return field.get_default()
    else:
        return ""


def _delete_files(names: Any) -> None:
    for name in filter(None, list(names)):
        transaction.on_commit(partial(default_storage.delete, name))

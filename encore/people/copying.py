"""Copies of everything about a person (GDPR, articles 15 and 20): a ZIP with JSON, a page to read, and files.

It walks what every model says about personal data. Others are not named in it (article 15(4)): who did something is
told by role. Texts about the person, such as reasons, are theirs to read.
"""

from __future__ import annotations

import json
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import PurePosixPath
from typing import IO, Any

from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from encore.base.dates import long_moment
from encore.base.personal import Personal, declarations, person_keys
from encore.ledger.models import AuditEntry
from encore.people.erasing import rows_about, shared_files, stored_at, subject_of, words_of
from encore.people.forms import role_words
from encore.people.models import DataCopy, Person

CHUNK = 500
STYLE = """\
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #1a1a1a; }
h2 { margin-top: 2.5rem; } table { border-collapse: collapse; width: 100%; margin-bottom: 1.5rem; }
th, td { border-bottom: 1px solid #ddd; padding: .3rem .6rem; text-align: left; vertical-align: top; }
th { width: 16rem; font-weight: 600; } td { overflow-wrap: anywhere; } .why { color: #555; }
"""
Row = dict[str, Any]
Tell = Callable[[int, int], None]


@dataclass
class Section:
    """One kind of thing. `why`: why it is kept when the person is erased."""

    title: str
    rows: list[Row] = field(default_factory=list)
    why: str = ""


class Reader:
    """Tells rows in words, in the eyes of one person."""

    def __init__(self, person: Person) -> None:
        self.person = person
        self.files: dict[str, str] = {}  # path in the archive → name in the storage
        self._others: dict[int, str] = {}

    def row(self, instance: models.Model, personal: Personal) -> Row:
        columns = [f for f in instance._meta.concrete_fields if f.name not in personal.secret and not f.primary_key]
        told = {str(column.verbose_name): self._value(instance, column) for column in columns}
        return {name: value for name, value in told.items() if value not in (None, "", [], {})}

    def somebody(self, pk: int | None) -> str:
        """Who it was, without a name: "you", or by role."""
        if pk is None:
            return ""
        elif pk == self.person.pk:
            return _("you")
        elif pk not in self._others:
            other = Person.objects.filter(pk=pk).first()
            self._others[pk] = ", ".join(role_words(other.roles)) if other and other.roles else _("somebody else")
        return self._others[pk]

    def _value(self, instance: models.Model, column: Any) -> Any:
        value = getattr(instance, column.attname)
        if value is None:
            return None
        elif column.related_model is Person:
            return self.somebody(value)
        elif column in shared_files(type(instance)):
            file = getattr(instance, column.name)
            return self._file(instance, stored_at(file), str(instance))
        elif column.is_relation:
            return str(getattr(instance, column.name))
        elif isinstance(column, models.FileField):
            return self._file(instance, value.name, value.name or "")
        elif column.choices:
            return str(getattr(instance, f"get_{column.name}_display")())
        else:
            return value

    def _file(self, instance: models.Model, stored: str | None, called: str) -> str:
        """Where the file lies in the archive."""
        if not stored or isinstance(instance, DataCopy):  # a copy is not copied again
            return ""
        path = f"files/{instance._meta.model_name}-{instance.pk}{PurePosixPath(called).suffix}"
        self.files[path] = stored
        return path


def sections_about(person: Person, reader: Reader, tell: Tell = lambda done, total: None) -> Iterator[Section]:
    """Everything there is, a section for each kind of thing."""
    who, said = subject_of(person), list(declarations())
    yield Section(_("Account"), [reader.row(person, person.personal)], str(person.personal.keep))
    for number, (model, personal) in enumerate(said):
        tell(number, len(said))
        if personal.is_about_people and not personal.special and model not in (Person, AuditEntry):
            rows = rows_about(model, personal, who).order_by("pk").iterator(CHUNK)
            yield Section(personal.words_for(model), [reader.row(row, personal) for row in rows], str(personal.keep))
    yield Section(_("What was done with the account"), list(_history(person, reader)))
    yield Section(_("What you did and wrote"), [row for model, said_ in said for row in _deeds(model, said_, person)])
    yield Section(_("Where else you are named"), list(_mentions(person)))


def write_copy(copy: DataCopy, *, at: datetime, tell: Tell = lambda done, total: None) -> None:
    """Write the archive and keep it in the place of files."""
    with tempfile.TemporaryFile() as place:
        write_archive(copy.person, place, at=at, tell=tell)
        place.seek(0)
        if copy.file.name:
            default_storage.delete(copy.file.name)  # what a worker that died left
        name = default_storage.save(f"copies/{copy.uuid}.zip", File(place))
    if not DataCopy.objects.filter(pk=copy.pk).update(file=name):
        default_storage.delete(name)  # nobody wants it any more


def write_archive(person: Person, place: IO[bytes], *, at: datetime, tell: Tell = lambda done, total: None) -> None:
    reader = Reader(person)
    sections = [section for section in sections_about(person, reader, tell) if section.rows]
    with zipfile.ZipFile(place, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("data.json", _json(sections, at))
        archive.writestr("overview.html", _page(person, sections, at))
        archive.writestr("style.css", STYLE)
        for path, name in reader.files.items():
            if default_storage.exists(name):
                with default_storage.open(name, "rb") as file:
                    archive.writestr(path, file.read())


def file_name(copy: DataCopy) -> str:
    return f"{copy.person.username}-{copy.at:%Y-%m-%d}.zip"


def _history(person: Person, reader: Reader) -> Iterator[Row]:
    """Entries about the account, with what changed; from where it was done is told only of what they did themselves."""
    for entry in AuditEntry.objects.filter(subject_kind="person", subject_id=person.pk).order_by("pk"):
        yield _row(
            {
                _("what"): entry.verb.replace("_", " "),
                _("when"): entry.at,
                _("by whom"): reader.somebody(entry.by_id),
                _("changes"): entry.changes,
            }
        )


def _deeds(model: type[models.Model], personal: Personal, person: Person) -> Iterator[Row]:
    """Rows of others that say this person did something: when, and what they wrote for others to read."""
    for key in personal.by:
        if key not in person_keys(model, Person):
            continue
        when = next((f for f in ("at", "created_at", "queued_at") if _has(model, f)), None)
        for row in model._base_manager.filter(**{key: person.pk}).order_by("pk").iterator(CHUNK):
            written = {
                str(model._meta.get_field(name).verbose_name): getattr(row, name)  # type: ignore[union-attr]
                for name in personal.texts
                if name != "search_text" and not isinstance(model._meta.get_field(name), models.JSONField)
            }
            as_what = str(model._meta.get_field(key).verbose_name)  # type: ignore[union-attr]
            facts = {_("what"): str(model._meta.verbose_name), _("number"): row.pk, _("as"): as_what}
            verb = row.verb if isinstance(row, AuditEntry) else ""
            yield _row({**facts, _("deed"): verb, _("when"): getattr(row, when) if when else None, **written})


def _mentions(person: Person) -> Iterator[Row]:
    """Rows that name the person and are not theirs: only which, for they hold data of others too."""
    words, who = words_of(person), subject_of(person)
    for model, personal in declarations():
        if personal.mentions:
            theirs = set(rows_about(model, personal, who).values_list("pk", flat=True))
            for pk, *values in model._base_manager.values_list("pk", *personal.mentions).iterator(CHUNK):
                if pk not in theirs and words.are_in(*values):
                    yield {_("what"): str(model._meta.verbose_name), _("number"): pk}


def _json(sections: list[Section], at: datetime) -> str:
    told = {
        "platform": settings.PLATFORM_NAME,
        "made": at,
        "sections": [{"title": s.title, "kept when erased": s.why or None, "rows": s.rows} for s in sections],
    }
    return json.dumps(told, cls=DjangoJSONEncoder, ensure_ascii=False, indent=2)


def _page(person: Person, sections: list[Section], at: datetime) -> str:
    shown = [
        {"title": s.title, "why": s.why, "rows": [[(k, _shown(v)) for k, v in row.items()] for row in s.rows]}
        for s in sections
    ]
    context = {"subject": person, "sections": shown, "at": long_moment(at), "platform": settings.PLATFORM_NAME}
    return render_to_string("people/copy/overview.html", context)


def _shown(value: Any) -> str:
    if isinstance(value, datetime):
        return long_moment(value)
    elif isinstance(value, bool):
        return _("yes") if value else _("no")
    elif isinstance(value, dict | list):
        return json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False)
    else:
        return str(value)


def _row(facts: Row) -> Row:
    return {name: value for name, value in facts.items() if value not in (None, "", [], {})}


def _has(model: type[models.Model], name: str) -> bool:
    return any(f.name == name for f in model._meta.concrete_fields)

"""What a model says about the personal data it holds. Export and erasure of a person walk what is said here.

Each model has one line of it, next to its fields:

    personal = NOTHING_PERSONAL

    personal = Personal(
        about=("enrolment__person",),                  # whose data a row is: the way to the person
        keep=_("Results belong to the enrolment."),    # why a row stays when its person is erased; without it, it goes
        forget=("reason",),                            # what is emptied then
        by=("by",),                                    # keys to those who did it: they lead to a person without a name
    )

A test fails for a model that says nothing, for a key to a person that is not named, and for a column of text that is
in none of the lists.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from encore.base.mentions import Words

RESULTS = _("Results belong to the enrolment. They stay and count, without a name.")
NAMED_COLUMNS = ("forget", "mentions", "texts", "plain", "secret", "files")


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom it is about, for what no key leads to: by what a person is known to the tables of others."""

    pk: int
    uuid: str
    username: str
    email: str


@dataclass(frozen=True, slots=True)
class Erasure:
    """One erasure, as `special` functions are told of it, in its transaction. `words` finds the person's names."""

    subject: Subject
    words: Words
    entry: int  # the id of the audit entry about this erasure, which stays as it is
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Personal:
    """See above. Columns are named once, in the first of these lists that fits.

    A row that nobody's key leads to is found by `rows`: a function of the subject that gives a condition.
    """

    about: tuple[str, ...] = ()
    rows: Callable[[Subject], Q] | None = None
    keep: str | Promise = ""  # why; a lazy translation
    forget: tuple[str, ...] = ()  # emptied in kept rows about the person
    files: tuple[str, ...] = ()  # the same, and the file itself is deleted
    secret: tuple[str, ...] = ()  # emptied too, and never part of an export: a password's hash
    by: tuple[str, ...] = ()
    mentions: tuple[str, ...] = ()  # where Encore itself writes people's names, in any row: replaced
    whole: bool = False  # a row that mentions the person is emptied in all of `mentions`, not only where the name is
    texts: tuple[str, ...] = ()  # what people write to be read by others: stays, and is shown before erasing
    plain: tuple[str, ...] = ()  # texts that say nothing about anybody
    after: Callable[[Sequence[int]], None] | None = None  # told the ids of the rows that mentioned the person
    called: str | Promise = ""  # in the plural, what people call such rows; without it the name of the model
    lies_in: str = ""  # the way from a text to what has an address: a version lies in its item's course
    bytes_at: str = ""  # rows are files, kept once whoever uses them: the column that says where. Unused, they go too
    special: str = ""  # the dotted name of a function(Erasure) for what cannot be said here

    def words_for(self, model: type[models.Model]) -> str:
        """What rows of this kind are called, beginning with a capital."""
        name = str(self.called or model._meta.verbose_name_plural)
        return name[:1].upper() + name[1:]

    @property
    def is_nothing(self) -> bool:
        return self is NOTHING_PERSONAL

    @property
    def is_about_people(self) -> bool:
        return bool(self.about or self.rows)

    @property
    def emptied(self) -> tuple[str, ...]:
        """What a kept row about the person loses."""
        return (*self.forget, *self.files, *self.secret, *self.mentions)


NOTHING_PERSONAL = Personal()
foreign: dict[str, Personal] = {}  # what is said for models that cannot say it themselves


def declare(label: str, personal: Personal) -> None:
    """Say it for a model of another distribution: `declare("axes.AccessLog", Personal(…))`, when apps are ready."""
    foreign[label.lower()] = personal


def personal_in(model: type[models.Model]) -> Personal | None:
    """What a model says; None if nobody said anything."""
    said = getattr(model, "personal", None)
    return said if isinstance(said, Personal) else foreign.get(model._meta.label_lower)


def declarations() -> Iterator[tuple[type[models.Model], Personal]]:
    """Every model that has a table, with what it says. Those that say nothing are the test's business."""
    for model in tables():
        if (personal := personal_in(model)) is not None:
            yield model, personal


def tables() -> list[type[models.Model]]:
    """Every model with rows of its own; a table that only joins two others is the affair of those."""
    return [m for m in apps.get_models() if not m._meta.proxy and m._meta.managed and not m._meta.swapped]


def text_columns(model: type[models.Model]) -> list[str]:
    """The columns in which anything could be written: no choices, no numbers, no dates."""
    return [field.name for field in model._meta.concrete_fields if _is_text(field)]


def person_keys(model: type[models.Model], person: type[models.Model]) -> list[str]:
    """The keys to people."""
    return [field.name for field in model._meta.concrete_fields if field.related_model is person]


def what_is_missing(model: type[models.Model], person: type[models.Model]) -> list[str]:
    """What a model still has to say, one sentence each."""
    personal = personal_in(model)
    if personal is None:
        return [f"{model._meta.label} does not say what personal data it holds (encore/base/personal.py)."]
    keys = person_keys(model, person)
    if personal.is_nothing:
        return [f"{model._meta.label}.{key} leads to a person." for key in keys]
    else:
        return [*_missing_keys(model, personal, keys), *_missing_texts(model, personal), *_unknown(model, personal)]


def _missing_keys(model: type[models.Model], personal: Personal, keys: Iterable[str]) -> Iterator[str]:
    named = {*personal.by, *(way.partition("__")[0] for way in personal.about)}
    for key in keys:
        if key not in named:
            yield f"{model._meta.label}.{key} leads to a person and is in neither `about` nor `by`."


def _missing_texts(model: type[models.Model], personal: Personal) -> Iterator[str]:
    if personal.is_about_people and not personal.keep:
        return  # the whole row goes
    named = set(chain.from_iterable(getattr(personal, kind) for kind in NAMED_COLUMNS))
    for column in text_columns(model):
        if column not in named:
            yield f"{model._meta.label}.{column} is text and is in none of {', '.join(NAMED_COLUMNS)}."


def _unknown(model: type[models.Model], personal: Personal) -> Iterator[str]:
    there = {field.name for field in model._meta.concrete_fields}
    named = chain(personal.by, *(getattr(personal, kind) for kind in NAMED_COLUMNS))
    for column in named:
        if column not in there:
            yield f"{model._meta.label} has no column {column}."


def _is_text(field: Any) -> bool:
    kinds = (
        models.CharField,
        models.TextField,
        models.JSONField,
        models.FileField,
        models.BinaryField,
        models.GenericIPAddressField,
    )
    return isinstance(field, kinds) and not field.choices and not field.is_relation

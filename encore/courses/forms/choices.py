"""Choices as the type-ahead fields show them, and fields that hold them."""

from __future__ import annotations

from typing import Any, TypedDict

from django import forms
from django.utils.translation import gettext_lazy as _

from encore.people.models import Person

TOO_LARGE = 2**63  # the first number that no row can have


class Choice(TypedDict):
    id: int
    label: str
    detail: str


def person_choice(person: Person, *, to: Person) -> Choice:
    """A person as somebody choosing sees them: name and username; administrators see the e-mail address too."""
    if to.is_administrator and person.email:
        return Choice(id=person.pk, label=person.name, detail=f"{person.username}, {person.email}")
    else:
        return Choice(id=person.pk, label=person.name, detail=person.username)


def number_in(text: str | None) -> int | None:
    """The id in a text; None where there is none, or none that a row could have."""
    if text and text.isdecimal() and text.isascii() and int(text[:20]) < TOO_LARGE:
        return int(text[:20])
    else:
        return None


def numbers_in(texts: list[str]) -> list[int]:
    """The ids among texts, each once, in their order."""
    return list(dict.fromkeys(n for n in map(number_in, texts) if n is not None))


class PeopleField(forms.ModelMultipleChoiceField):
    """Several active people, sent as name=id&name=id."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("required", False)
        wrong = {"invalid_choice": _("One of the people chosen has no active account.")}
        wrong |= options.pop("error_messages", {})
        super().__init__(Person.objects.filter(is_active=True), error_messages=wrong, **options)


class IdsField(forms.MultipleChoiceField):
    """Ids that a page carried along; what is not an id is left out."""

    widget = forms.MultipleHiddenInput

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, **options)

    def valid_value(self, value: Any) -> bool:
        return True

    def clean(self, value: Any) -> list[int]:
        return numbers_in(super().clean(value))

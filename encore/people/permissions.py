"""The tables of Administration → Permissions in words: what each permission opens, and the form that changes them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from encore.base.meanwhile import RemembersWhatItShowed
from encore.people.forms import ROLES
from encore.people.words import OFFERED, Permission, Role

WORDS: dict[Permission, tuple[str | Promise, str | Promise]] = {
    Permission.CREATE_PEOPLE: (
        gettext_lazy("Create people"),
        gettext_lazy("Add accounts, one by one or by a file, and send the first invitation."),
    ),
    Permission.EDIT_PEOPLE: (
        gettext_lazy("Edit people"),
        gettext_lazy(
            "Change names, addresses and roles of accounts, send a link to set a new password, and update by a file."
        ),
    ),
    Permission.DEACTIVATE_PEOPLE: (
        gettext_lazy("Deactivate people"),
        gettext_lazy("Close accounts and open them again; set the last day of an account."),
    ),
    Permission.OPEN_CONTENT: (
        gettext_lazy("Open content"),
        gettext_lazy("Enter the courses of the sessions they run: read, add, hide and re-date there as a coach does."),
    ),
    Permission.SEE_RESULTS: (
        gettext_lazy("See results"),
        gettext_lazy("Read what learners of the sessions they run write and hand in, their progress and results."),
    ),
    Permission.IMPORT: (
        gettext_lazy("Import"),
        gettext_lazy("Bring in files of people, classes and sessions. Each row is held to the other permissions."),
    ),
    Permission.ALL_SESSIONS: (
        gettext_lazy("All sessions"),
        gettext_lazy("Run every session, not only those they own."),
    ),
    Permission.ACT_AS: (
        gettext_lazy("Act as"),
        gettext_lazy("Use the platform as somebody who sees nothing that is closed to themselves. It is recorded."),
    ),
    Permission.CREATE_COURSES: (
        gettext_lazy("Create courses"),
        gettext_lazy("Make new courses, and be their teacher. The own courses are theirs without this too."),
    ),
    Permission.READ_ABOUT_PEOPLE: (
        gettext_lazy("Reports on people"),
        gettext_lazy("Read about the people they follow: their sessions, visits and progress."),
    ),
    Permission.READ_ABOUT_SESSIONS: (
        gettext_lazy("Reports on sessions"),
        gettext_lazy("Read about the sessions they follow: who takes part, their visits and progress."),
    ),
}


@dataclass(frozen=True, slots=True)
class Cell:
    """One permission of one role."""

    role: Role
    permission: Permission

    @property
    def name(self) -> str:
        """As the form and the audit log call it."""
        return f"{self.role}.{self.permission}"

    @property
    def label(self) -> str | Promise:
        return WORDS[self.permission][0]

    @property
    def sentence(self) -> str | Promise:
        return WORDS[self.permission][1]

    @property
    def role_name(self) -> str | Promise:
        return ROLES[self.role][0]


CELLS = tuple(Cell(role, permission) for role, offered in OFFERED.items() for permission in offered)


class PermissionsForm(RemembersWhatItShowed):
    """A tick for each cell."""

    def __init__(self, data: Any = None, *, permitted: frozenset[tuple[Role, Permission]], **options: Any) -> None:
        initial = {cell.name: (cell.role, cell.permission) in permitted for cell in CELLS}
        super().__init__(data, initial=initial, label_suffix="", **options)
        for cell in CELLS:
            self.fields[cell.name] = forms.BooleanField(
                required=False, label=f"{cell.role_name}: {cell.label}", help_text=cast(str, cell.sentence)
            )

    def tables(self) -> Iterator[tuple[str | Promise, list[tuple[Cell, forms.BoundField]]]]:
        """Each role with its rows."""
        for role in OFFERED:
            yield ROLES[role][0], [(cell, self[cell.name]) for cell in CELLS if cell.role == role]

    @property
    def permitted(self) -> frozenset[tuple[Role, Permission]]:
        return frozenset((cell.role, cell.permission) for cell in CELLS if self.cleaned_data[cell.name])

    @property
    def changes(self) -> list[tuple[Cell, bool]]:
        """What would be permitted and what no longer, in the order of the screen."""
        return [
            (cell, self.cleaned_data[cell.name])
            for cell in CELLS
            if self.cleaned_data[cell.name] != self.initial[cell.name]
        ]

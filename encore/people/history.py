"""What was done with a person or a class, as sentences for the page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from encore.ledger.models import AuditEntry
from encore.people.forms import ROLES
from encore.people.models import Person, SchoolClass
from encore.people.words import Role

MODELS: dict[str, type[Model]] = {"person": Person, "schoolclass": SchoolClass}
VERBS = {
    "create_person": gettext_lazy("Account created"),
    "update_person": gettext_lazy("Details changed"),
    "grant_roles": gettext_lazy("Roles changed"),
    "deactivate_person": gettext_lazy("Deactivated"),
    "reactivate_person": gettext_lazy("Reactivated"),
    "invite_person": gettext_lazy("Invitation sent"),
    "send_password_reset": gettext_lazy("Link to set a new password sent"),
    "set_password": gettext_lazy("Password set"),
    "set_picture": gettext_lazy("Picture changed"),
    "remove_picture": gettext_lazy("Picture removed"),
    "create_class": gettext_lazy("Class created"),
    "update_class": gettext_lazy("Details changed"),
    "follow_people": gettext_lazy("Follows more people"),
    "unfollow_people": gettext_lazy("Follows fewer people"),
    "set up second factor": gettext_lazy("Second factor set up"),
    "turn off second factor": gettext_lazy("Second factor turned off"),
    "reset second factor": gettext_lazy("Second factor reset"),
    "renew recovery codes": gettext_lazy("New recovery codes"),
    "use recovery code": gettext_lazy("Recovery code used"),
    "sign out device": gettext_lazy("Device signed out"),
    "sign out devices": gettext_lazy("Other devices signed out"),
    "act as": gettext_lazy("Somebody acted as them"),
    "end acting as": gettext_lazy("Acting as them ended"),
    "join_class": gettext_lazy("People joined"),
    "leave_class": gettext_lazy("People left"),
}


@dataclass(frozen=True, slots=True)
class Happening:
    """One line of a history: what, the details of it, who and when."""

    what: str
    details: list[str]
    by: Person | None
    at: datetime


def happenings(entries: Iterable[AuditEntry]) -> list[Happening]:
    """Audit entries, told."""
    return [Happening(_what(entry.verb), _details(entry), entry.by, entry.at) for entry in entries]


def _what(verb: str) -> str:
    """A verb that another package brought says itself."""
    return str(VERBS.get(verb) or verb.replace("_", " ").capitalize())


def _details(entry: AuditEntry) -> list[str]:
    if entry.is_erased:
        return [_("The details were erased with a person.")]
    elif entry.verb in ("join_class", "leave_class"):
        count = len(entry.changes.get("joined") or entry.changes.get("left") or ())
        return [ngettext("%(n)s person", "%(n)s people", count) % {"n": count}]
    else:
        model = MODELS.get(entry.subject_kind, Person)
        return [_detail(model, name, change) for name, change in entry.changes.items() if _is_telling(name, change)]


def _is_telling(name: str, change: Any) -> bool:
    return isinstance(change, list) and len(change) == 2 and name != "is_active"


def _detail(model: type[Model], name: str, change: list[Any]) -> str:
    before, after = (_value(name, value) for value in change)
    words = {"field": _label(model, name), "before": before, "after": after}
    if before and after:
        return _("%(field)s: %(before)s → %(after)s") % words
    elif after:
        return _("%(field)s: %(after)s") % words
    else:
        return _("%(field)s: %(before)s removed") % words


def _label(model: type[Model], name: str) -> str:
    if name == "roles":
        return _("Roles")
    try:
        label = str(model._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
    except FieldDoesNotExist:
        label = name.replace("_", " ")
    return label[:1].upper() + label[1:]


def _value(name: str, value: Any) -> str:
    if name == "roles":
        return ", ".join(str(ROLES[Role(role)][0]) for role in value or () if role in [*Role])
    else:
        return "" if value is None else str(value)

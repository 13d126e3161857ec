"""Why something with people or classes cannot be done, as a sentence for the person who tried."""

from collections.abc import Sequence
from math import ceil
from typing import ClassVar

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from encore.people.signals import ClassUse


class PeopleError(Exception):
    """`str()` of it is a whole translated sentence; `field` names the form field it belongs to, if one."""

    sentence: ClassVar[str | Promise] = ""
    field: ClassVar[str | None] = None

    def __str__(self) -> str:
        return str(self.sentence)


class NoPower(PeopleError, PermissionDenied):
    """Beyond "Power over people". A page that does not catch it answers 403 with the sentence."""

    sentence = _(
        "This person has a role or a responsibility that you do not have, so only an administrator may do this."
    )


class NoPermission(NoPower):
    """The table does not permit the deed, whoever it is about."""

    sentence = _("Your role does not permit this. An administrator can change that under Permissions.")


class NoPowerToGrant(NoPower):
    sentence = _("You can give or take away only roles that you have yourself.")
    field = "roles"


class NotYourself(PeopleError):
    sentence = _("You cannot deactivate your own account. Ask another administrator.")


class NotAsYourself(PeopleError, PermissionDenied):
    sentence = _("You are this person already.")


class SeesMore(NoPower):
    """To act as somebody would open what the administrator may not see."""

    sentence = _("This person takes part where you may not look, so only an administrator may act as them.")


class Erased(PeopleError, PermissionDenied):
    sentence = _("This person is erased. Nothing can be changed or sent any more.")


class LastAdministrator(PeopleError):
    sentence = _("This is the only active administrator. Make somebody else an administrator first.")
    field = "roles"


class UsernameTaken(PeopleError):
    sentence = _("Somebody already has this username. Upper and lower case make no difference.")
    field = "username"


class EmailTaken(PeopleError):
    sentence = _("Another active account already has this e-mail address.")
    field = "email"


class UsernameRefused(PeopleError):
    sentence = _("A username has letters, digits and @ . + - _ only, and at most 100 of them.")
    field = "username"


class EmailRefused(PeopleError):
    sentence = _("This is not an e-mail address.")
    field = "email"


class NameMissing(PeopleError):
    sentence = _("A person needs a first name and a last name.")
    field = "last_name"


class UnknownZone(PeopleError):
    sentence = _("There is no such time zone. Time zones have names like Europe/Brussels.")
    field = "time_zone"


class UnknownLanguage(PeopleError):
    sentence = _("This language is not installed here.")
    field = "language"


class TooLong(PeopleError):
    """A value that does not fit its column; `field` is set on the instance."""

    sentence = _("This is too long.")

    def __init__(self, field: str = "") -> None:
        super().__init__()
        self.field = field  # type: ignore[misc]


class NoEmail(PeopleError):
    sentence = _("This person has no e-mail address, so nothing can be sent.")


class NotActive(PeopleError):
    sentence = _("This account is deactivated. Reactivate it first.")


class WrongCode(PeopleError):
    sentence = _("This code does not fit. Enter the one your app shows now; each counts once.")
    field = "code"


class TooManyCodes(PeopleError):
    """The next one counts after so many seconds."""

    field = "code"

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self.minutes = ceil(seconds / 60)

    def __str__(self) -> str:
        words = ngettext(
            "There were too many wrong codes. Wait a minute, then try again.",
            "There were too many wrong codes. Wait %(n)s minutes, then try again.",
            self.minutes,
        )
        return words % {"n": self.minutes}


class ResetYourself(NotYourself):
    sentence = _("You turn your own second factor off in your profile.")


class NoSecondFactor(PeopleError):
    sentence = _("There is no second factor.")


class SecondFactorThere(PeopleError):
    sentence = _("There is a second factor already. Turn it off first.")


class SecondFactorNeeded(PeopleError):
    sentence = _("Your role needs a second factor here, so it cannot be turned off.")


class PictureRefused(PeopleError):
    """A picture that cannot be used; the reason is given when raised."""

    field = "picture"

    def __init__(self, sentence: str | Promise) -> None:
        super().__init__(sentence)
        self.reason = sentence

    def __str__(self) -> str:
        return str(self.reason)


class ClassNameTaken(PeopleError):
    sentence = _("There is already a class with this name.")
    field = "name"


class ClassInUse(PeopleError):
    """Cannot be deleted: it is used, by `uses` as far as is known."""

    sentence = _("This class is enrolled in a session, or was: take it off its sessions first.")

    def __init__(self, uses: Sequence[ClassUse] = ()) -> None:
        super().__init__()
        self.uses = list(uses)


class ClassUsedElsewhere(NoPower):
    """The change would be felt in sessions of somebody else."""

    sentence = _("This class is enrolled in a session that you do not manage, so only an administrator may change it.")


BY_CONSTRAINT: dict[str, type[PeopleError]] = {
    "username_is_unique": UsernameTaken,
    "email_is_unique_among_active_accounts": EmailTaken,
    "class_name_is_unique": ClassNameTaken,
}


def in_words(error: IntegrityError) -> Exception:
    """The domain's word for a broken constraint; the error itself if it is none of ours."""
    for constraint, word in BY_CONSTRAINT.items():
        if constraint in str(error):
            return word()
    return error

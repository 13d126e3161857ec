"""Turns a second factor on and off, and signs devices out."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from encore.ledger.actions import record
from encore.people.actions.power import require_power
from encore.people.codes import fitting_step, new_recovery_codes, plain, seal
from encore.people.errors import NoSecondFactor, ResetYourself, SecondFactorNeeded, SecondFactorThere, WrongCode
from encore.people.factors import factor_of, is_required_of, tell
from encore.people.models import Device, Person, RecoveryCode, SecondFactor
from encore.people.words import Permission

REMOVED = _("Your second factor at %(platform)s is off")


def set_up_second_factor(person: Person, secret: bytes, typed: str, *, keep: str = "", at: datetime) -> list[str]:
    """From now on a code is asked for. The first, `typed`, shows that the app has the secret. Returns the recovery
    codes, which nobody can see again. All devices are signed out but that with the uuid `keep`."""
    step = fitting_step(secret, plain(typed), at=at, after=0)
    if step is None:
        raise WrongCode
    with transaction.atomic():
        Person.objects.select_for_update().get(pk=person.pk)
        if factor_of(person):
            raise SecondFactorThere
        factor = SecondFactor.objects.create(person=person, secret=seal(secret), since=at, last_step=step)
        codes = _new_codes(factor)
        sign_out(person, keep=keep)
        record("set up second factor", person, by=person, at=at)
        words = _("From now on, signing in to your account takes your password and a code of your app.")
        tell(person, "second_factor_on", _("Your second factor at %(platform)s is on"), words, at=at)
    return codes


def renew_recovery_codes(person: Person, *, at: datetime) -> list[str]:
    """Ten new ones; those before count no longer."""
    with transaction.atomic():
        factor = SecondFactor.objects.select_for_update().filter(person=person).first()
        if factor is None:
            raise NoSecondFactor
        factor.recovery_codes.all().delete()
        codes = _new_codes(factor)
        record("renew recovery codes", person, by=person, at=at)
    return codes


def turn_off_second_factor(person: Person, *, at: datetime) -> None:
    """By the person. Refused where their role needs one."""
    if is_required_of(person):
        raise SecondFactorNeeded
    with transaction.atomic():
        _remove_factor(person)
        record("turn off second factor", person, by=person, at=at)
        words = _("You turned your second factor off. From now on your password is enough to sign in.")
        tell(person, "second_factor_off", REMOVED, words, at=at)


def reset_second_factor(person: Person, *, by: Person | None, at: datetime) -> None:
    """For who lost app and recovery codes: the password is enough again. Signs them out everywhere."""
    require_power(by, [person], Permission.EDIT_PEOPLE)
    if by is not None and by.pk == person.pk:
        raise ResetYourself
    with transaction.atomic():
        _remove_factor(person)
        sign_out(person)
        record("reset second factor", person, by=by, at=at)
        words = _("An administrator removed your second factor. From now on your password is enough to sign in.")
        tell(person, "second_factor_reset", REMOVED, words, at=at)


def sign_out(person: Person, *, keep: str = "") -> int:
    """Signs this person out everywhere, at once, but for the device with the uuid `keep`; returns from how many."""
    devices = Device.objects.filter(person=person)
    count, _by_model = (devices.exclude(uuid=keep) if keep else devices).delete()
    return count


def sign_out_device(person: Person, uuid: str, *, at: datetime) -> Device | None:
    """Signs one of the person's own devices out; None if it is not there any more."""
    with transaction.atomic():
        device = Device.objects.filter(person=person, uuid=uuid).first()
        if device:
            device.delete()
            record("sign out device", person, by=person, at=at, changes={"device": str(device)})
    return device


def sign_out_elsewhere(person: Person, *, keep: str, at: datetime) -> int:
    """Signs the person out on all devices but one, which they sit at."""
    with transaction.atomic():
        count = sign_out(person, keep=keep)
        if count:
            record("sign out devices", person, by=person, at=at, changes={"devices": count})
    return count


def _new_codes(factor: SecondFactor) -> list[str]:
    codes = new_recovery_codes()
    RecoveryCode.objects.bulk_create(RecoveryCode(factor=factor, hashed=make_password(code)) for code in codes)
    return codes


def _remove_factor(person: Person) -> None:
    removed, _by_model = SecondFactor.objects.filter(person=person).delete()
    if not removed:
        raise NoSecondFactor

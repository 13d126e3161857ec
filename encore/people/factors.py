"""Whether a code of somebody's second factor is right. None counts twice, and wrong ones make the next wait longer."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from encore.ledger.actions import queue_mail, record
from encore.people.codes import fitting_step, is_of_app, is_recovery, plain, unseal, wait_after
from encore.people.errors import NoSecondFactor, TooManyCodes, WrongCode
from encore.people.models import Person, RecoveryCode, SecondFactor, SignIn

SUSPICIOUS = 10  # wrong codes in a row, of which the person is told


def factor_of(person: Person) -> SecondFactor | None:
    return SecondFactor.objects.filter(person=person).first()


def is_required_of(person: Person) -> bool:
    """Whether people in one of this person's roles must have a second factor here."""
    return any(role in settings.SECOND_FACTOR_REQUIRED_FOR for role in person.roles)


def codes_left(factor: SecondFactor) -> int:
    return factor.recovery_codes.filter(used_at=None).count()


def accept_code(person: Person, typed: str, *, at: datetime) -> SignIn.Way:
    """Take a code of the app, or a recovery code; return which it was. Raises WrongCode or TooManyCodes."""
    code = plain(typed)
    with transaction.atomic():
        factor = SecondFactor.objects.select_for_update().filter(person=person).first()
        if factor is None:
            raise NoSecondFactor
        _require_patience(factor, at)
        way = _way_of(factor, code, at)
        factor.wrong = 0 if way else factor.wrong + 1
        factor.wrong_at = None if way else at
        factor.save(update_fields=["last_step", "wrong", "wrong_at"])
        _tell_about(factor, way, at)
    if way is None:
        raise WrongCode
    return way


def tell(person: Person, purpose: str, subject: str | Promise, sentence: str | Promise, *, at: datetime) -> None:
    """A letter about somebody's sign-in, in their language."""
    with translation.override(person.language or settings.LANGUAGE_CODE):
        context = {
            "person": person,
            "sentence": sentence,
            "link": settings.BASE_URL.rstrip("/") + reverse("security"),
            "platform": settings.PLATFORM_NAME,
        }
        body = render_to_string("people/mail/about_sign_in.txt", context).strip() + "\n"
        words = str(subject) % {"platform": settings.PLATFORM_NAME}
    queue_mail(person, purpose, at.isoformat(), subject=words, body=body, at=at)


def _require_patience(factor: SecondFactor, at: datetime) -> None:
    if factor.wrong_at is not None:
        left = factor.wrong_at + timedelta(seconds=wait_after(factor.wrong)) - at
        if left > timedelta():
            raise TooManyCodes(left.total_seconds())


def _way_of(factor: SecondFactor, code: str, at: datetime) -> SignIn.Way | None:
    """Which kind of code it was, spent by that; None for a wrong one."""
    if is_of_app(code):
        secret = unseal(factor.secret)
        step = fitting_step(secret, code, at=at, after=factor.last_step) if secret else None
        factor.last_step = step or factor.last_step
        return SignIn.Way.CODE if step else None
    elif is_recovery(code) and (found := _recovery_code(factor, code)):
        found.used_at = at
        found.save(update_fields=["used_at"])
        return SignIn.Way.RECOVERY
    else:
        return None


def _recovery_code(factor: SecondFactor, code: str) -> RecoveryCode | None:
    unused = factor.recovery_codes.filter(used_at=None)
    return next((each for each in unused if check_password(code, each.hashed)), None)


def _tell_about(factor: SecondFactor, way: SignIn.Way | None, at: datetime) -> None:
    person = factor.person
    if way == SignIn.Way.RECOVERY:
        record("use recovery code", person, by=person, at=at)
        used = _("A recovery code was used to sign in to your account.")
        tell(person, "recovery_code_used", _("A recovery code was used at %(platform)s"), used, at=at)
    elif way is None and factor.wrong == SUSPICIOUS:
        wrong = _("Somebody who knows your password entered ten wrong codes in a row. Nobody got in by that.")
        tell(person, "wrong_codes", _("Wrong codes for your account at %(platform)s"), wrong, at=at)

"""Letters with a link that sets a password: the invitation, and the reset of a forgotten one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django.utils.translation import gettext as _

from encore.ledger.actions import queue_mail, record, record_many
from encore.ledger.models import Mail
from encore.people.actions.power import require_power
from encore.people.errors import NoEmail, NotActive
from encore.people.models import Person
from encore.people.tokens import Tokens, invitation_tokens, reset_tokens
from encore.people.words import Permission

INVITATION = "invitation"
RESET = "password_reset"
LETTERS_AN_HOUR = 3
BATCH = 500


def invite(person: Person, *, by: Person | None, at: datetime) -> Mail | None:
    """Mail a link to set the first password; None if one was sent this very minute."""
    require_power(by, [person], permission_to_invite(person))
    _require_reachable(person)
    with transaction.atomic():
        mail = queue_mail(person, INVITATION, _occasion(at), at=at, **_invitation(person, at))
        if mail:
            record("invite_person", person, by=by, at=at, changes={"to": mail.to})
    return mail


def invite_many(people: Sequence[Person], *, by: Person | None, at: datetime) -> int:
    """Invite those of many people who are active and have an address, in a few queries; return how many."""
    for permission in {permission_to_invite(person) for person in people}:
        require_power(by, people, permission)
    reachable = [person for person in people if person.email and person.is_active]
    occasion = _occasion(at)
    mails = [
        Mail(person=p, purpose=INVITATION, occasion=occasion, to=p.email, queued_at=at, **_invitation(p, at))
        for p in reachable
    ]
    with transaction.atomic():
        Mail.objects.bulk_create(mails, batch_size=BATCH, ignore_conflicts=True)
        to = {person.pk: {"to": person.email} for person in reachable}
        record_many("invite_person", reachable, by=by, at=at, changes=to)
    return len(reachable)


def permission_to_invite(person: Person) -> Permission:
    """A first invitation belongs to making the account. Whoever has been here has it already: another link edits it."""
    if person.last_login is None and not person.has_usable_password():
        return Permission.CREATE_PEOPLE
    else:
        return Permission.EDIT_PEOPLE


def send_password_reset(person: Person, *, by: Person | None, at: datetime) -> Mail | None:
    """Mail a link to set a new password; None if too many were sent lately. People ask themselves, or managers do."""
    if by is None or by.pk != person.pk:
        require_power(by, [person], Permission.EDIT_PEOPLE)
    _require_reachable(person)
    with transaction.atomic():
        Person.objects.select_for_update().get(pk=person.pk)  # two requests at once count one after the other
        if _lately(person, RESET, at) >= LETTERS_AN_HOUR:
            return None
        mail = queue_mail(person, RESET, at.isoformat(), at=at, **_reset(person, at))
        if mail:
            record("send_password_reset", person, by=by, at=at, changes={"to": mail.to})
    return mail


def renew(person: Person, token: str, *, at: datetime) -> Mail | None:
    """Mail a new link to who opened an old one of theirs; None if it was not theirs, or too many were sent lately."""
    if not person.is_active or not person.email:
        return None
    elif reset_tokens.is_ours(person, token):
        return send_password_reset(person, by=person, at=at)
    elif invitation_tokens.is_ours(person, token) and _lately(person, INVITATION, at) < LETTERS_AN_HOUR:
        return invite(person, by=None, at=at)
    else:
        return None


def _lately(person: Person, purpose: str, at: datetime) -> int:
    """How many letters of this purpose were queued in the hour before `at`."""
    return Mail.objects.filter(person=person, purpose=purpose, queued_at__gt=at - timedelta(hours=1)).count()


def link_to_set_password(person: Person, tokens: Tokens, at: datetime) -> str:
    """A whole address, made from the platform's own: never from the request, whose host anybody can choose."""
    uid = urlsafe_base64_encode(force_bytes(person.pk))
    path = reverse("password_set", kwargs={"uidb64": uid, "token": tokens.make(person, at)})
    return settings.BASE_URL.rstrip("/") + path


def _require_reachable(person: Person) -> None:
    if not person.is_active:
        raise NotActive
    if not person.email:
        raise NoEmail


def _occasion(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M%z}"


def _invitation(person: Person, at: datetime) -> dict[str, str]:
    link = link_to_set_password(person, invitation_tokens, at)
    with translation.override(person.language or settings.LANGUAGE_CODE):
        subject = _("Your account at %(platform)s") % {"platform": settings.PLATFORM_NAME}
        return _letter("people/mail/invitation.txt", subject, person, link)


def _reset(person: Person, at: datetime) -> dict[str, str]:
    link = link_to_set_password(person, reset_tokens, at)
    with translation.override(person.language or settings.LANGUAGE_CODE):
        subject = _("Set a new password for %(platform)s") % {"platform": settings.PLATFORM_NAME}
        return _letter("people/mail/password_reset.txt", subject, person, link)


def _letter(template: str, subject: str, person: Person, link: str) -> dict[str, str]:
    context = {
        "person": person,
        "link": link,
        "platform": settings.PLATFORM_NAME,
        "invitation_days": settings.INVITATION_DAYS,
        "reset_hours": settings.PASSWORD_RESET_TIMEOUT // 3600,
    }
    return {"subject": subject, "body": render_to_string(template, context).strip() + "\n"}

"""Letters: sent once, tried again, given up; readable meanwhile."""

from datetime import timedelta

import pytest
from django.core import mail as outbox
from django.core.mail.backends.locmem import EmailBackend

from encore.ledger.actions import queue_mail
from encore.ledger.mailing import TRIES, is_given_up, send_waiting, try_again
from encore.ledger.models import Mail


@pytest.fixture
def letter(amina, at):
    return queue_mail(amina, "enrolled", "session 1", subject="Welcome", body="Hello Amina.", at=at)


@pytest.fixture
def broken_server(monkeypatch):
    def fail(self, messages):
        raise ConnectionRefusedError("nobody listens on port 25")

    monkeypatch.setattr(EmailBackend, "send_messages", fail)


def test_a_letter_is_sent_once(letter, at):
    sent = [send_waiting(at), send_waiting(at)]

    letter.refresh_from_db()
    assert sent == [1, 0]
    assert [(m.subject, m.to) for m in outbox.outbox] == [("Welcome", ["amina@example.org"])]
    assert (letter.sent_at, letter.tries, letter.error) == (at, 1, "")


def test_the_same_occasion_is_not_written_about_twice(letter, amina, at):
    again = queue_mail(amina, "enrolled", "session 1", subject="Welcome", body="Hello.", at=at)

    send_waiting(at)

    assert again is None
    assert len(outbox.outbox) == 1


def test_a_letter_that_fails_keeps_the_error_and_is_tried_later(letter, broken_server, at):
    send_waiting(at)
    tried_at_once = send_waiting(at)
    tried_later = send_waiting(at + timedelta(minutes=2))

    letter.refresh_from_db()
    assert (tried_at_once, tried_later) == (0, 1)
    assert (letter.sent_at, letter.tries, letter.error) == (None, 2, "nobody listens on port 25")


def test_a_letter_is_given_up_after_the_last_try_and_can_be_asked_for_again(letter, broken_server, monkeypatch, at):
    later = at + timedelta(days=30)
    while send_waiting(later):
        pass
    letter.refresh_from_db()
    given_up = (letter.tries, is_given_up(letter))
    monkeypatch.undo()

    try_again(letter, by=None, at=later)
    send_waiting(later)

    letter.refresh_from_db()
    assert given_up == (len(TRIES), True)
    assert letter.sent_at == later


def test_one_bad_letter_does_not_hold_up_the_others(letter, boris, monkeypatch, at):
    queue_mail(boris, "enrolled", "session 1", subject="Welcome", body="Hello Boris.", at=at)
    real = EmailBackend.send_messages

    def fail_for_amina(self, messages):
        if messages[0].to == ["amina@example.org"]:
            raise ValueError("no such mailbox")
        return real(self, messages)

    monkeypatch.setattr(EmailBackend, "send_messages", fail_for_amina)

    send_waiting(at)

    assert [m.to for m in outbox.outbox] == [["boris@example.org"]]
    assert list(Mail.objects.order_by("to").values_list("to", "sent_at")) == [
        ("amina@example.org", None),
        ("boris@example.org", at),
    ]


def test_nobody_writes_to_a_person_without_an_address(make_person, at):
    nameless = make_person("nameless", email="")

    assert queue_mail(nameless, "enrolled", "session 1", subject="Welcome", body="Hello.", at=at) is None

"""Letters from a coach to the learners that a list shows."""

import re
from uuid import uuid4

import pytest
from django.core import mail as outbox

from encore.courses.actions.enrolment import enrol
from encore.courses.actions.session import archive
from encore.courses.models import Enrolment
from encore.ledger.mailing import send_waiting
from encore.ledger.models import AuditEntry, Mail
from encore.web.audit_words import Names, sentence_of

pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def address(autumn):
    return f"/sessions/{autumn.pk}/ETH/learners/message/"


@pytest.fixture
def zoe(make_person, autumn, edna, at):
    person = make_person("zoe", "Zoe", "Zimmer", language="en")
    enrol([person.pk], autumn, by=edna, at=at)
    return person


@pytest.fixture
def mute(make_person, autumn, edna, at):
    """Has no e-mail address."""
    person = make_person("mute", "Mo", "Mute", email="")
    enrol([person.pk], autumn, by=edna, at=at)
    return person


@pytest.fixture
def fields():
    """fields(response) → what the form of a page would send."""

    def read(response, **typed):
        html = response.content.decode()
        hidden = dict(re.findall(r'<input type="hidden" name="(occasion|whom)" value="([^"]+)"', html))
        return {**hidden, "subject": "The exam", "text": "It is on Monday.\nCome early.", **typed}

    return read


def test_each_learner_gets_a_letter_of_their_own_with_the_coach_to_answer(
    client_of, chidi, amina, zoe, autumn, address, fields, words_of, at
):
    client = client_of(chidi)
    page = client.get(address)
    assert "Send to 2 learners" in words_of(page) and "Zoe Zimmer" in words_of(page)

    answer = client.post(address, fields(page), follow=True)

    assert "Your message goes to 2 learners." in answer.content.decode()
    send_waiting(at)
    assert sorted(letter.to for letter in outbox.outbox) == [["amina@example.org"], ["zoe@example.org"]]
    letter = next(letter for letter in outbox.outbox if letter.to == ["zoe@example.org"])
    assert (letter.subject, letter.reply_to) == ("The exam", ["chidi@example.org"])
    assert "Hello Zoe Zimmer," in letter.body and "It is on Monday.\nCome early." in letter.body
    assert "Ethics · Autumn" in letter.body and f"/sessions/{autumn.pk}/ETH/" in letter.body
    assert "Amina" not in letter.body


def test_it_is_told_in_the_audit_log(client_of, chidi, amina, zoe, autumn, address, fields):
    client = client_of(chidi)
    client.post(address, fields(client.get(address)))

    entry = AuditEntry.objects.get(verb="write to learners")
    assert (entry.by, entry.course_session_id, entry.changes["title"]) == (chidi, autumn.pk, "The exam")
    assert sentence_of(entry, Names([entry])) == "Chidi Obi wrote to Amina Haddad, Zoe Zimmer: “Ethics · Autumn”"


def test_a_second_click_sends_nothing_more(
    client_of, chidi, amina, zoe, make_person, autumn, edna, at, address, fields
):
    client = client_of(chidi)
    sent = fields(client.get(address))
    client.post(address, sent)
    enrol([make_person("late").pk], autumn, by=edna, at=at)

    again = client.post(address, sent)

    assert again.status_code == 302
    assert Mail.objects.filter(purpose="to_learners").count() == 2
    assert AuditEntry.objects.filter(verb="write to learners").count() == 1


def test_who_joined_meanwhile_makes_it_ask_again(
    client_of, chidi, amina, make_person, autumn, edna, at, address, fields, words_of
):
    client = client_of(chidi)
    sent = fields(client.get(address))
    enrol([make_person("late").pk], autumn, by=edna, at=at)

    asked = client.post(address, sent)

    assert asked.status_code == 409
    assert "fits 2 learners by now" in words_of(asked) and "It is on Monday." in words_of(asked)
    assert not Mail.objects.filter(purpose="to_learners").exists()
    assert client.post(address, fields(asked)).status_code == 302
    assert Mail.objects.filter(purpose="to_learners").count() == 2


def test_only_those_that_the_filter_fits_are_written_to(client_of, chidi, amina, zoe, address, fields):
    client = client_of(chidi)
    client.post(f"{address}?q=zimmer", fields(client.get(f"{address}?q=zimmer")))

    assert list(Mail.objects.filter(purpose="to_learners").values_list("to", flat=True)) == ["zoe@example.org"]


def test_one_learner_is_written_to_from_their_page(client_of, chidi, amina, zoe, autumn, address, fields):
    mine = Enrolment.objects.get(person=zoe)
    client = client_of(chidi)

    answer = client.post(f"{address}?one={mine.pk}", fields(client.get(f"{address}?one={mine.pk}")))

    assert answer.url == f"/sessions/{autumn.pk}/ETH/learners/{mine.pk}/"
    assert list(Mail.objects.filter(purpose="to_learners").values_list("person", flat=True)) == [zoe.pk]


def test_who_has_no_address_is_named_and_gets_nothing(client_of, chidi, amina, mute, address, fields, words_of):
    client = client_of(chidi)
    page = client.get(address)

    assert "Mo Mute has no e-mail address" in words_of(page) and "Send to 1 learner" in words_of(page)
    client.post(address, fields(page))
    assert not Mail.objects.filter(person=mute).exists()


def test_learners_of_another_session_get_nothing(client_of, chidi, amina, boris, autumn, spring, address, fields):
    theirs = Enrolment.objects.get(person=boris)
    client = client_of(chidi)

    page = client.get(f"{address}?one={theirs.pk}")
    client.post(f"{address}?one={theirs.pk}", fields(page, occasion=uuid4(), whom="x"))

    assert not Mail.objects.filter(person=boris).exists()


@pytest.mark.parametrize("who", ["amina", "dolores", "boris"])
def test_nobody_but_coaches_writes(request, client_of, who, amina, address, fields):
    client = client_of(request.getfixturevalue(who))

    assert client.get(address).status_code in (403, 404)
    assert client.post(address, fields(client.get(address), occasion=uuid4(), whom="x")).status_code in (403, 404)
    assert not Mail.objects.filter(purpose="to_learners").exists()


def test_in_an_archived_session_the_list_is_read_and_nobody_is_written_to(
    client_of, chidi, amina, edna, autumn, at, address, words_of
):
    archive(autumn, by=edna, at=at)
    client = client_of(chidi)

    page = client.get(f"/sessions/{autumn.pk}/ETH/learners/")
    refused = client.get(address)

    assert page.status_code == 200 and "Write to" not in words_of(page) and "Amina Haddad" in words_of(page)
    assert refused.status_code == 403 and "archived" in words_of(refused)


def test_what_is_left_empty_is_asked_for(client_of, chidi, amina, address, fields):
    client = client_of(chidi)
    answer = client.post(address, fields(client.get(address), text=" "))

    assert answer.status_code == 422
    assert not Mail.objects.filter(purpose="to_learners").exists()

"""The frame around every page, the error pages, search, mail and health."""

import logging
from unittest.mock import patch

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError
from django.test import Client
from django.urls import reverse

from encore.ledger.actions import queue_mail
from encore.ledger.mailing import TRIES
from encore.ledger.models import Mail
from encore.web.errors import went_wrong
from encore.web.menu import ADMINISTRATION, is_for

# The menu


def labels(client):
    """Labels of the menu, those of its groups in a list of their own."""
    menu = client.get("/").context["frame"]["menu"]
    return [[part["label"] for part in entry["items"]] if "items" in entry else entry["label"] for entry in menu]


@pytest.mark.parametrize("page", ADMINISTRATION, ids=lambda page: page.route)
def test_every_page_of_the_menu_exists_and_says_whose_it_is(page, edna, amina):
    assert reverse(page.route)
    assert (is_for(page.route, edna), is_for(page.route, amina)) == (True, False)


def test_a_learner_has_my_sessions_and_my_results_alone(client_of, amina):
    assert labels(client_of(amina)) == ["My sessions", "My results"]


def test_a_teacher_has_my_courses_besides(client_of, dolores):
    assert labels(client_of(dolores)) == ["My sessions", "My results", "My courses"]


def test_an_administrator_has_everything_under_administration(client_of, edna):
    assert labels(client_of(edna))[1] == [str(page.label) for page in ADMINISTRATION]


def test_a_session_administrator_is_not_offered_mail(client_of, sara):
    offered = labels(client_of(sara))[2]

    assert "Sessions" in offered and "Mail" not in offered


@pytest.mark.parametrize("person", ["amina", "dolores", "edna", "sara", "henri"])
def test_nobody_is_offered_a_page_that_refuses_them(person, client_of, request):
    client = client_of(request.getfixturevalue(person))

    for entry in client.get("/").context["frame"]["menu"]:
        for part in entry.get("items", [entry]):
            assert client.get(part["url"]).status_code == 200, part["url"]


def test_the_page_one_is_on_is_marked(client_of, edna):
    menu = client_of(edna).get("/administration/mail/").context["frame"]["menu"]

    assert [entry["current"] for entry in menu] == [False, True]
    assert [part["url"] for part in menu[1]["items"] if part["current"]] == ["/administration/mail/"]


# Errors


def test_nothing_at_an_address_helps_to_find_the_way_back(client_of, amina, words_of):
    response = client_of(amina).get("/nowhere/")

    assert response.status_code == 404
    assert "Go to My sessions" in words_of(response)


def test_the_wrong_role_is_told_why(client_of, amina, words_of):
    response = client_of(amina).get("/administration/mail/")

    assert response.status_code == 403
    assert "This page is for people with another role than yours." in words_of(response)


def test_500_gives_a_reference_that_is_in_the_log_and_needs_no_database(rf, caplog):
    with caplog.at_level(logging.ERROR, "encore.web"):
        try:
            raise ZeroDivisionError("secret detail")
        except ZeroDivisionError:
            response = went_wrong(rf.get("/broken/"))

    assert response.status_code == 500
    reference = caplog.records[-1].getMessage().split(":")[0]
    assert reference in response.content.decode()
    assert "secret detail" not in response.content.decode()


def test_an_error_in_a_page_is_answered_by_that_page(client_of, amina, monkeypatch):
    client = client_of(amina)
    client.raise_request_exception = False
    monkeypatch.setattr("encore.web.context.menu_for", lambda *args: 1 / 0)

    response = client.get("/")

    assert response.status_code == 500
    assert "Something went wrong on our side" in response.content.decode()


def test_a_refusal_without_words_has_its_own(client_of, amina, monkeypatch, words_of):
    client = client_of(amina)

    def refuse(*args, **kwargs):
        raise PermissionDenied

    monkeypatch.setattr("encore.web.queries.CourseTeacher.objects.filter", refuse)

    assert "Your roles do not include this page." in words_of(client.get("/courses/"))


# Health


def test_health_is_open_to_anyone(db):
    client = Client()

    assert client.get("/health/live/").content == b"ok\n"
    assert client.get("/health/ready/").status_code == 200


def test_a_database_that_does_not_answer_is_not_ready(db):
    class Silent:
        def cursor(self):
            raise DatabaseError

    with patch("encore.web.views.health.connection", Silent()):
        assert Client().get("/health/ready/").status_code == 503
        assert Client().get("/health/live/").status_code == 200


# Mail


@pytest.fixture
def letters(amina, boris, at):
    first = queue_mail(amina, "invitation", "1", subject="Welcome", body="Set a password.", at=at)
    second = queue_mail(boris, "news", "2", subject="Dates moved", body="It starts later.", at=at)
    Mail.objects.filter(pk=first.pk).update(sent_at=at)
    Mail.objects.filter(pk=second.pk).update(tries=len(TRIES), error="No such mailbox")
    return first, second


def test_an_administrator_reads_what_became_of_each_letter(client_of, edna, letters, words_of):
    words = words_of(client_of(edna).get("/administration/mail/"))

    assert "Welcome Amina Haddad amina@example.org Invitation" in words
    assert "Sent" in words and "Not sent" in words


def test_letters_are_searched_and_filtered(client_of, edna, letters, words_of):
    client = client_of(edna)

    assert "Dates moved" not in words_of(client.get("/administration/mail/", {"q": "amina"}))
    assert "Welcome" not in words_of(client.get("/administration/mail/", {"state": "not_sent"}))
    assert "No letter fits" in words_of(client.get("/administration/mail/", {"q": "zzz"}))


def test_a_letter_that_was_given_up_is_tried_again(client_of, edna, letters, words_of):
    client = client_of(edna)
    address = f"/administration/mail/{letters[1].pk}/"

    assert "No such mailbox" in words_of(client.get(address))
    client.post(address)

    assert Mail.objects.get(pk=letters[1].pk).tries == 0


def test_mail_is_for_administrators(client_of, sara, letters):
    assert client_of(sara).get("/administration/mail/").status_code == 403
    assert client_of(sara).get(f"/administration/mail/{letters[0].pk}/").status_code == 403


def test_the_list_of_mail_asks_as_many_queries_for_thirty_as_for_three(client_of, edna, amina, at, queries_of):
    client = client_of(edna)
    for _n in range(2):
        client.get("/administration/mail/")  # the first reading in an hour is recorded, and then remembered
    for n in range(3):
        queue_mail(amina, "news", str(n), subject="News", body="…", at=at)
    few = queries_of(client, "/administration/mail/")
    for n in range(3, 30):
        queue_mail(amina, "news", str(n), subject="News", body="…", at=at)

    assert few == queries_of(client, "/administration/mail/")


# Search


def test_a_learner_finds_own_sessions_by_the_words_of_their_courses(
    client_of, amina, boris, make_course, make_session, clock, words_of
):
    ethics = make_course("ETH", "Ethics")
    make_session("Autumn", [ethics], [amina])
    make_session("Spring", [ethics], [boris])

    words = words_of(client_of(amina).get("/search/", {"q": "ethics"}))

    assert "Autumn" in words and "Spring" not in words


def test_a_learner_finds_no_people(client_of, amina, boris, clock, words_of):
    assert "Boris Novak" not in words_of(client_of(amina).get("/search/", {"q": "novak"}))


def test_an_administrator_finds_people_sessions_and_courses(
    client_of, edna, boris, make_course, make_session, clock, words_of
):
    make_session("Novak memorial lectures", [make_course("NOV", "Novak and his time")])

    words = words_of(client_of(edna).get("/search/", {"q": "novak"}))

    for found in ("Boris Novak", "Novak memorial lectures", "Novak and his time"):
        assert found in words


def test_a_session_administrator_finds_own_sessions_alone(client_of, sara, edna, make_session, clock, words_of):
    make_session("Edna's lectures", [])
    make_session("Sara's lectures", [], owner=sara)

    words = words_of(client_of(sara).get("/search/", {"q": "lectures"}))

    assert "Sara" in words.partition("Sessions you manage")[2] and "Edna" not in words
